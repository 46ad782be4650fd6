/**
 * The template of a generator laid over `spec.template` (spec generators §3.3): the generator's value
 * where it is not empty, else the base's, field by field, before anything is rendered. Lists are taken
 * whole, string maps are united, `helm.valuesObject` is one opaque blob. "Empty" is what Go calls the
 * zero value, so an override can turn a flag on but never off.
 */
import type { ApplicationTemplate, Json, JsonObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';

/** Null, `""`, `0`, `false`, `[]` and `{}` count as not set (spec generators §0.1). */
function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function mergeObjects(own: JsonObject, base: JsonObject, insideHelm: boolean): JsonObject {
  const merged: [string, Json | undefined][] = [];
  const keys = new Set([...Object.keys(own), ...Object.keys(base)]);
  for (const key of keys) {
    const mine = Object.hasOwn(own, key) ? own[key] : undefined;
    const theirs = Object.hasOwn(base, key) ? base[key] : undefined;
    if (insideHelm && key === 'valuesObject') {
      merged.push([key, mine ?? theirs]);
    } else if (isJsonObject(mine) && isJsonObject(theirs)) {
      merged.push([key, mergeObjects(mine, theirs, key === 'helm')]);
    } else {
      merged.push([key, isEmpty(mine) && theirs !== undefined && theirs !== null ? theirs : mine]);
    }
  }
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

/**
 * The effective template of a generator at level 1. Both sides may be absent; parts that only one side
 * has are shared with it, not copied.
 *
 * @param own the generator's `template`
 * @param base `spec.template`
 */
export function overrideTemplate(
  own: ApplicationTemplate | undefined,
  base: ApplicationTemplate | undefined,
): ApplicationTemplate {
  if (own === undefined || own === null) return base ?? {};
  return mergeObjects(own as JsonObject, (base ?? {}) as JsonObject, false) as ApplicationTemplate;
}
