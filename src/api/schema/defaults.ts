/** What an API server fills in, and the nulls it drops before. */
import { isJsonObject, type Json, setKey } from '../../support/json.ts';
import { propertyOf } from './prune.ts';
import { isResource, OBJECT_FIELDS, type Schema } from './types.ts';

/** Fields that are null where the schema allows none vanish, and so can be given their default. */
export function pruneNulls(schema: Schema, value: Json): Json {
  return dropNulls(schema, value, true);
}

function dropNulls(schema: Schema, value: Json, root: boolean): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item: Json) => dropNulls(items, item, false));
  }
  if (!isJsonObject(value)) return value;
  const kept: Record<string, Json | undefined> = {};
  for (const [key, item] of Object.entries(value)) {
    const property = isResource(schema, root) && OBJECT_FIELDS.has(key) ? undefined : propertyOf(schema, key);
    if (item === undefined || (item === null && property !== undefined && property.nullable !== true))
      continue;
    setKey(kept, key, property === undefined ? item : dropNulls(property, item, false));
  }
  return kept;
}

/** Fills in `default`s where a field is missing, at every level that is there. */
export function applyDefaults(schema: Schema, value: Json): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((item: Json) => applyDefaults(items, item));
  }
  if (!isJsonObject(value)) return value;
  const filled: Record<string, Json | undefined> = {};
  for (const [key, item] of Object.entries(value)) {
    const property = propertyOf(schema, key);
    setKey(filled, key, property === undefined || item === undefined ? item : applyDefaults(property, item));
  }
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined || filled[key] !== undefined) continue;
    setKey(filled, key, applyDefaults(property, property.default));
  }
  return filled;
}
