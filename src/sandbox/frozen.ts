/**
 * Stored objects are frozen JSON that is shared, never cloned: what went into the store comes out of
 * it by reference, in answers, in events and in the log. A part that is already the store's own is
 * taken over as it is, so that an update of metadata shares the whole spec with the version before.
 * `undefined` fields are dropped on the way in, as JSON would; nothing that is frozen here ever changes.
 */
import type { Json, JsonObject, KubeObject } from '../api/objects.ts';

/** Objects and their first-level parts that are known to be frozen to the ground. */
const owned = new WeakSet<object>();

/** A frozen version of `value`, sharing what the store owns already. */
function freeze(value: unknown): Json {
  if (typeof value !== 'object' || value === null) return value as Json;
  if (owned.has(value)) return value as Json;
  if (Array.isArray(value)) return Object.freeze(value.map((item) => freeze(item ?? null)));
  const copy: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    if (key === '__proto__') {
      Object.defineProperty(copy, key, { value: freeze(item), enumerable: true });
    } else copy[key] = freeze(item);
  }
  return Object.freeze(copy);
}

/**
 * An object as the store keeps it: apiVersion, kind and metadata first, frozen to the ground.
 * The input is not touched.
 */
export function frozenObject(object: KubeObject): KubeObject {
  if (owned.has(object)) return object;
  const { apiVersion, kind, metadata, ...rest } = object;
  const whole = freeze({ apiVersion, kind, metadata, ...rest }) as unknown as KubeObject;
  for (const part of Object.values(whole)) {
    if (typeof part === 'object' && part !== null) owned.add(part);
  }
  owned.add(whole);
  return whole;
}

/** A part that many objects will share, frozen and known as the store's own. */
export function frozenPart<T extends object>(part: T): T {
  const whole = freeze(part) as unknown as T;
  owned.add(whole);
  return whole;
}

/** The object without the fields named; the same object when it has none of them. */
export function without(object: JsonObject, ...names: string[]): JsonObject {
  if (!names.some((name) => Object.hasOwn(object, name))) return object;
  return Object.fromEntries(Object.entries(object).filter(([key]) => !names.includes(key)));
}
