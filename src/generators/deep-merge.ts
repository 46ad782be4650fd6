/**
 * Merging params (spec generators §2.4.4): maps key by key, everything else as a whole. Nothing that
 * was given is changed: a map that differs from both sides is new, all else is shared. Where the
 * reference crashes (an object over a map of strings) the two are merged as objects (§11).
 */
import { ANY, GoMap, type GoValue } from '../templating/values.ts';

/** `over` laid over `base`: null, `""`, `0`, `false` and `[]` replace, `{}` does not. */
export function deepMerge(base: GoMap, over: GoMap): GoMap {
  const entries = new Map(base.entries);
  for (const [key, value] of over.entries) {
    const below = entries.get(key);
    entries.set(key, below instanceof GoMap && value instanceof GoMap ? mergeLevels(below, value) : value);
  }
  return new GoMap(entries, base.elem === over.elem ? base.elem : ANY);
}

function mergeLevels(base: GoMap, over: GoMap): GoMap {
  return over.size === 0 ? base : deepMerge(base, over);
}

/** Names replace names, without looking inside: legacy params are flat. */
export function flatMerge(base: GoMap, over: GoMap): GoMap {
  const entries = new Map<string | number | boolean | bigint, GoValue>(base.entries);
  for (const [key, value] of over.entries) entries.set(key, value);
  return new GoMap(entries, base.elem);
}
