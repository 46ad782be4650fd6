/**
 * Deep merging of maps (spec sprig-functions §9.1). The first map is changed in place; what it takes
 * over from another is shared with it, not copied. Lists are never put together. Filling keeps what is
 * not empty; overwriting lets the source win, empty values included.
 */
import { ANY, type GoKey, GoMap, type GoValue, type WorkBudget } from '../values.ts';
import { fail } from './define.ts';
import { isEmpty } from './emptiness.ts';

function store(target: GoMap, source: GoMap, key: GoKey, value: GoValue): void {
  if (target.elem !== ANY && target.elem !== source.elem) {
    fail(`reflect.Value.SetMapIndex: value of type ${source.elem} is not assignable to type ${target.elem}`);
  }
  target.set(key, value);
}

/**
 * Merges `source` into `target`.
 *
 * @throws GoError when a map of texts would get a value of another type
 */
export function mergeInto(target: GoMap, source: GoMap, overwrite: boolean, budget: WorkBudget): void {
  for (const [key, value] of source.entries) {
    budget.spend(1);
    const old = target.get(key);
    if (value instanceof GoMap && old instanceof GoMap && !old.isNil)
      mergeInto(old, value, overwrite, budget);
    else if (overwrite || (value !== null && isEmpty(old))) store(target, source, key, value);
  }
}
