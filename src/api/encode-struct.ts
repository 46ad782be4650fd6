/**
 * Writing a struct as Go's `encoding/json` marshals it: fields in declaration order; a field marked
 * `omitempty` vanishes when it is false, zero, empty or nil, but a struct never does; all others are
 * written, nil as null.
 */

import { compareBytes } from '../support/byte-strings.ts';
import { parseRfc3339, rfc3339 } from '../support/clock.ts';
import { isJsonObject, type Json, type JsonObject, setKey } from '../support/json.ts';
import { zeroOf } from './decode-struct.ts';
import { type GoShape, type StructField, shapeOf, structFields } from './struct-tables.ts';

/**
 * @param value of the shape `decodeStruct` gives; what the struct does not know is left out
 * @example encodeStruct('ApplicationDestination', { server: '', name: 'prod' }) // { name: 'prod' }
 */
export function encodeStruct(type: string, value: Json | undefined): JsonObject {
  const given = isJsonObject(value) ? value : {};
  const written: Record<string, Json | undefined> = {};
  for (const field of structFields(type)) {
    const item = Object.hasOwn(given, field.json) ? given[field.json] : undefined;
    if (field.ofPointer && (item === undefined || item === null)) continue;
    if (field.omitEmpty && isEmpty(item, shapeOf(field.type))) continue;
    written[field.json] = encodeValue(item ?? undefined, field.type);
  }
  return written;
}

function isEmpty(item: Json | undefined, shape: GoShape): boolean {
  if (shape.pointer) return item === undefined || item === null;
  switch (shape.kind) {
    case 'string':
    case 'bool':
    case 'int64':
      return !item;
    case 'slice':
      return !Array.isArray(item) || item.length === 0;
    case 'map':
      return !isJsonObject(item) || Object.keys(item).length === 0;
    default:
      return false;
  }
}

function encodeValue(item: Json | undefined, type: StructField['type']): Json {
  const shape = shapeOf(type);
  if (item === undefined || item === null) {
    if (shape.kind === 'struct' && !shape.pointer) return encodeStruct(shape.name, undefined);
    return shape.pointer ? null : zeroOf(shape);
  }
  switch (shape.kind) {
    case 'struct':
      return encodeStruct(shape.name, item);
    case 'slice':
      return Array.isArray(item) ? item.map((one: Json) => encodeValue(one, shape.element)) : null;
    case 'map':
      return isJsonObject(item) ? encodeMap(item, shape.element) : null;
    case 'time': {
      const ms = typeof item === 'string' ? parseRfc3339(item) : undefined;
      return ms === undefined ? null : rfc3339(ms);
    }
    default:
      return item;
  }
}

/** Go writes the keys of a map in bytewise order. */
function encodeMap(map: JsonObject, element: string): JsonObject {
  const written: Record<string, Json | undefined> = {};
  const keys = Object.keys(map).sort(compareBytes);
  for (const key of keys) setKey(written, key, encodeValue(map[key], element));
  return written;
}
