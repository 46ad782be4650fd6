/**
 * Deep equality with types (spec sprig-functions §10): an int is no float64, a nil list no empty list,
 * a list of texts no list of anything, and NaN is not itself.
 */
import {
  GoErrorValue,
  GoInt,
  GoMap,
  GoObject,
  GoSlice,
  type GoValue,
  typeOf,
  type WorkBudget,
} from '../values.ts';
import { Version } from './semver.ts';

/** Whether two values are equal down to their types. */
export function deepEqual(a: GoValue, b: GoValue, budget: WorkBudget): boolean {
  budget.spend(1);
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') {
    return typeof a !== 'function' && a === b;
  }
  if (typeOf(a) !== typeOf(b)) return false;
  if (a instanceof GoInt && b instanceof GoInt) return a.v === b.v;
  if (a instanceof GoMap && b instanceof GoMap) {
    if (a === b) return true;
    if (a.isNil !== b.isNil || a.size !== b.size) return false;
    for (const [key, value] of a.entries) {
      const other = b.get(key);
      if (other === undefined || !deepEqual(value, other, budget)) return false;
    }
    return true;
  }
  if (a instanceof GoSlice && b instanceof GoSlice) {
    if (a.isNil !== b.isNil || a.items.length !== b.items.length) return false;
    return a === b || a.items.every((item, i) => deepEqual(item, b.items[i] ?? null, budget));
  }
  if (a instanceof GoObject && b instanceof GoObject) return a.equals(b) || sameContents(a, b);
  return false;
}

/** What two pointers of one type point to. */
function sameContents(a: GoObject, b: GoObject): boolean {
  if (a instanceof Version && b instanceof Version) return a.sameAs(b);
  return a instanceof GoErrorValue && b instanceof GoErrorValue && a.text === b.text;
}
