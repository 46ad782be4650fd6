/**
 * JSON as values. Parsed objects are plain own-property objects; a key may be any text, `__proto__`
 * included, which is why values that come from outside are set with `setKey` and never by assignment.
 */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Sets an own property, whatever the key is called. */
export function setKey(target: Record<string, Json | undefined>, key: string, value: Json | undefined): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** A member of an object, and never what it inherits: `constructor` is a key like any other. */
export const getKey = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON; the order of keys does not count, an undefined member is no member. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => jsonEqual(item, b[index]));
  }
  const left = a as JsonObject;
  const right = b as JsonObject;
  let count = 0;
  for (const [key, item] of Object.entries(left)) {
    if (item === undefined) continue;
    if (!Object.hasOwn(right, key) || !jsonEqual(item, right[key])) return false;
    count++;
  }
  return Object.values(right).filter((item) => item !== undefined).length === count;
}

/** What a JSON merge patch (RFC 7386) makes of a value: objects merge, null removes, anything else replaces. */
export function applyMergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const result: Record<string, Json | undefined> = {};
  for (const [key, value] of Object.entries(isJsonObject(target) ? target : {})) {
    if (value !== undefined) setKey(result, key, value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete result[key];
    else setKey(result, key, applyMergePatch(getKey(result, key), value));
  }
  return result;
}

/** The path of a member for messages: `a.b`, or `a["b.c/d"]` where the key is no plain word. */
export function memberPath(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
