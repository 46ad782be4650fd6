/** Pruning: what the schema does not know is dropped before an object is stored, and told. */
import { isJsonObject, type Json, type JsonObject, setKey } from '../../support/json.ts';
import { isResource, OBJECT_FIELDS, type Schema } from './types.ts';

export interface Pruned {
  readonly value: Json;
  /** paths such as `spec.generators[0].foo`, in order of the input */
  readonly unknownFields: readonly string[];
}

/**
 * Drops unknown fields. Below `x-kubernetes-preserve-unknown-fields` they are kept, while the fields
 * that are described there are still pruned inside.
 */
export function pruneUnknown(schema: Schema, value: Json): Pruned {
  const unknownFields: string[] = [];
  return { value: prune(schema, value, '', true, unknownFields), unknownFields };
}

/** What strict field validation says of a field. */
export const unknownFieldText = (path: string): string => `unknown field "${path}"`;

function prune(schema: Schema, value: Json, path: string, root: boolean, unknown: string[]): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return value.map((item: Json, index) => prune(items, item, `${path}[${index}]`, false, unknown));
  }
  if (!isJsonObject(value)) return value;
  return pruneObject(schema, value, path, root, unknown);
}

function pruneObject(
  schema: Schema,
  value: JsonObject,
  path: string,
  root: boolean,
  unknown: string[],
): Json {
  const kept: Record<string, Json | undefined> = {};
  const resource = isResource(schema, root);
  const keepsAll =
    schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const at = path === '' ? key : `${path}.${key}`;
    const property = propertyOf(schema, key);
    if (resource && OBJECT_FIELDS.has(key)) setKey(kept, key, item);
    else if (property !== undefined) setKey(kept, key, prune(property, item, at, false, unknown));
    else if (keepsAll) setKey(kept, key, item);
    else unknown.push(at);
  }
  return kept;
}

/** The schema of one field of an object. */
export function propertyOf(schema: Schema, key: string): Schema | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
