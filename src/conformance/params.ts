/** Param sets as JSON: typed maps and lists as plain ones, integers as numbers. */
import type { Json } from '../api/objects.ts';
import { setKey } from '../support/json.ts';
import { GoInt, GoMap, GoObject, GoSlice, type GoValue } from '../templating/values.ts';

export function paramsAsJson(value: GoValue): Json {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    typeof value === 'number'
  ) {
    return value;
  }
  if (value instanceof GoInt) return Number(value.v);
  if (value instanceof GoSlice) return value.isNil ? null : value.items.map(paramsAsJson);
  if (value instanceof GoMap) {
    if (value.isNil) return null;
    const out: Record<string, Json | undefined> = {};
    for (const [key, item] of value.entries) setKey(out, String(key), paramsAsJson(item));
    return out;
  }
  if (value instanceof GoObject) return value.toJson() ?? {};
  return null;
}
