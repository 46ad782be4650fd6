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

/** The path of a member for messages: `a.b`, or `a["b.c/d"]` where the key is no plain word. */
export function memberPath(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
