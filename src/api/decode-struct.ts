/**
 * Reading JSON into a Go struct as `encoding/json` does: known fields by exact name, else ignoring case;
 * unknown ones dropped and told; null leaves a field at its zero value; a wrong type is an error in Go's
 * own words, of which the first counts.
 */

import { parseRfc3339 } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject, type Json, type JsonObject, setKey } from '../support/json.ts';
import { type GoShape, goTypeName, type StructField, shapeOf, structFields } from './struct-tables.ts';

export interface Decoded {
  /** known fields that were set, in declaration order; fields that were null are left out */
  readonly value: Json;
  /** paths of fields the struct does not know, such as `spec.sources[0].foo`, in order of the input */
  readonly unknownFields: readonly string[];
}

export interface DecodeOptions {
  /** names must match exactly, as the API server sees them; default: as Go, ignoring case when nothing matches */
  readonly exactNames?: boolean;
  /** put before every path told */
  readonly path?: string;
}

/**
 * @param type a struct of the table, such as `Application`
 * @throws AppsetError APPSET_E0102 with Go's text, such as `json: cannot unmarshal string into Go struct
 *   field ApplicationSpec.spec.revisionHistoryLimit of type int64`; `place.field` is the path
 * @example decodeStruct('ApplicationSetTemplate', template).unknownFields // ['spec.syncPolcy']
 */
export function decodeStruct(type: string, json: Json, options: DecodeOptions = {}): Decoded {
  const { value, unknownFields, problem } = inspectStruct(type, json, options);
  if (problem !== undefined) throw problem;
  return { value, unknownFields };
}

/** As `decodeStruct`, but a value of the wrong type is told beside what could be read. */
export function inspectStruct(
  type: string,
  json: Json,
  options: DecodeOptions = {},
): Decoded & { readonly problem: AppsetError | undefined } {
  const decoder = new Decoder(options);
  const at = { path: options.path ?? '', struct: undefined, names: [], goType: goTypeName(type) };
  const value = decoder.value(json, type, at) ?? null;
  return { value, unknownFields: decoder.unknownFields, problem: decoder.fatal ?? decoder.problem };
}

/** Where the decoder stands, for paths of ours and for Go's texts. */
interface At {
  readonly path: string;
  /** innermost struct a field has been entered of */
  readonly struct: string | undefined;
  /** names of fields entered, list indexes and map keys left out as Go does */
  readonly names: readonly string[];
  readonly goType: string;
}

const KINDS = { string: 'string', boolean: 'bool', number: 'number' } as const;

function kindOf(json: Json): string {
  if (Array.isArray(json)) return 'array';
  return typeof json === 'object' ? 'object' : KINDS[typeof json as keyof typeof KINDS];
}

class Decoder {
  /** first mistake Go would go on after */
  problem: AppsetError | undefined;
  /** first mistake of a type that decodes itself, which ends Go's decoding at once */
  fatal: AppsetError | undefined;
  readonly unknownFields: string[] = [];
  readonly #exact: boolean;

  constructor(options: DecodeOptions) {
    this.#exact = options.exactNames === true;
  }

  /** undefined where nothing is set: null, or a value of the wrong type */
  value(json: Json, type: string, at: At): Json | undefined {
    const shape = shapeOf(type);
    if (shape.kind === 'json') return json;
    if (json === null) return undefined;
    switch (shape.kind) {
      case 'string':
        return typeof json === 'string' ? json : this.#wrong(json, at);
      case 'bool':
        return typeof json === 'boolean' ? json : this.#wrong(json, at);
      case 'int64':
        return this.#integer(json, at);
      case 'time':
        return this.#time(json, at);
      case 'intOrString':
        return this.#intOrString(json, at);
      case 'slice':
        return Array.isArray(json) ? this.#slice(json, shape.element, at) : this.#wrong(json, at);
      case 'map':
        return isJsonObject(json) ? this.#map(json, shape.element, at) : this.#wrong(json, at);
      case 'struct':
        return isJsonObject(json) ? this.#struct(json, shape.name, at) : this.#wrong(json, at);
    }
  }

  #struct(json: JsonObject, type: string, at: At): JsonObject {
    const fields = structFields(type);
    const found = new Map<StructField, Json | undefined>();
    for (const [key, item] of Object.entries(json)) {
      if (item === undefined) continue;
      const path = join(at.path, key);
      const field = findField(fields, key, this.#exact);
      if (field === undefined) {
        this.unknownFields.push(path);
        continue;
      }
      const names = [...at.names, ...field.embedded, field.json];
      const value = this.value(item, field.type, { path, struct: type, names, goType: field.goType });
      if (value !== undefined && !(value === null && shapeOf(field.type).pointer)) found.set(field, value);
    }
    const value: Record<string, Json | undefined> = {};
    for (const field of fields) {
      if (found.has(field)) value[field.json] = found.get(field);
    }
    return value;
  }

  #slice(json: readonly Json[], element: string, at: At): Json {
    const goType = elementName(at.goType);
    return json.map((item, index) => {
      const value = this.value(item, element, { ...at, path: `${at.path}[${index}]`, goType });
      return value === undefined ? zeroOf(shapeOf(element)) : value;
    });
  }

  #map(json: JsonObject, element: string, at: At): Json {
    const goType = elementName(at.goType);
    const map: Record<string, Json | undefined> = {};
    for (const [key, item] of Object.entries(json)) {
      if (item === undefined) continue;
      const value = this.value(item, element, { ...at, path: join(at.path, key), goType });
      setKey(map, key, value === undefined ? zeroOf(shapeOf(element)) : value);
    }
    return map;
  }

  #integer(json: Json, at: At): Json | undefined {
    if (typeof json !== 'number') return this.#wrong(json, at);
    if (Number.isInteger(json) && Math.abs(json) < 2 ** 63) return json;
    return this.#fail(`json: cannot unmarshal number ${json} into ${target(at)}`, at);
  }

  #time(json: Json, at: At): Json | undefined {
    if (typeof json !== 'string') {
      return this.#fail(
        `json: cannot unmarshal ${kindOf(json)} into ${target({ ...at, goType: 'string' })}`,
        at,
        true,
      );
    }
    if (/^\d{4}-\d\d-\d\dT/.test(json) && parseRfc3339(json) !== undefined) return json;
    const words = `parsing time ${JSON.stringify(json)} as "2006-01-02T15:04:05Z07:00"`;
    return this.#fail(`${words}: cannot parse ${JSON.stringify(json)} as "2006"`, at, true);
  }

  #intOrString(json: Json, at: At): Json | undefined {
    if (typeof json === 'string') return json;
    if (typeof json === 'number' && Number.isInteger(json) && Math.abs(json) <= 2 ** 31) return json;
    const shown = typeof json === 'number' ? `number ${json}` : kindOf(json);
    return this.#fail(`json: cannot unmarshal ${shown} into ${target({ ...at, goType: 'int32' })}`, at, true);
  }

  #wrong(json: Json, at: At): undefined {
    return this.#fail(`json: cannot unmarshal ${kindOf(json)} into ${target(at)}`, at);
  }

  #fail(message: string, at: At, fatal = false): undefined {
    const problem = new AppsetError('APPSET_E0102', message, {
      place: at.path === '' ? {} : { field: at.path },
    });
    if (fatal) this.fatal ??= problem;
    else this.problem ??= problem;
    return undefined;
  }
}

function target(at: At): string {
  if (at.struct === undefined) return `Go value of type ${at.goType}`;
  return `Go struct field ${at.struct}.${at.names.join('.')} of type ${at.goType}`;
}

const elementName = (goType: string): string => goType.replace(/^(?:\[\]\*?|map\[string\])/, '');

/** A field by its exact name; else, unless exact names are asked for, by Go's comparison that ignores case. */
export function findField(
  fields: readonly StructField[],
  key: string,
  exact: boolean,
): StructField | undefined {
  const same = fields.find((field) => field.json === key);
  if (same !== undefined || exact) return same;
  const folded = key.toLowerCase();
  return fields.find((field) => field.json.toLowerCase() === folded);
}

/** A path with one more step; keys that are no plain names are quoted in brackets. */
export function join(path: string, key: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** What stands for null as an item of a list or map: the zero value, null for a pointer. */
export function zeroOf(shape: GoShape): Json {
  if (shape.pointer) return null;
  switch (shape.kind) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int64':
    case 'intOrString':
      return 0;
    case 'struct':
      return {};
    case 'slice':
    case 'map':
    case 'json':
    case 'time':
      return null;
  }
}
