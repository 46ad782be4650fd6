/**
 * One row of a matrix out of two (spec generators §2.4.4). In Go mode the first child wins and maps
 * are merged; in legacy mode everything becomes text and a name with two different texts is an error.
 */

import { compareBytes } from '../support/byte-strings.ts';
import { AppsetError } from '../support/errors.ts';
import { type GoKey, GoMap, type GoValue } from '../templating/values.ts';
import type { Row } from './contract.ts';
import { deepMerge } from './deep-merge.ts';
import { plainText } from './plain-text.ts';

const texts = new WeakMap<GoMap, ReadonlyMap<GoKey, GoValue>>();

function asTexts(params: GoMap): ReadonlyMap<GoKey, GoValue> {
  const found = texts.get(params);
  if (found !== undefined) return found;
  const made = new Map<GoKey, GoValue>();
  for (const [key, value] of params.entries) made.set(key, plainText(value));
  texts.set(params, made);
  return made;
}

function combineTexts(a: GoMap, b: GoMap): GoMap {
  const first = asTexts(a);
  const entries = new Map(first);
  const conflicts: string[] = [];
  for (const [key, value] of asTexts(b)) {
    const present = first.get(key);
    if (present === undefined) entries.set(key, value);
    else if (present !== value) conflicts.push(String(key));
  }
  const key = conflicts.sort(compareBytes)[0];
  if (key !== undefined) {
    throw new AppsetError(
      'APPSET_E0204',
      `failed to combine string maps with merging params for the matrix generator: found duplicate key ${key} with different value, a: ${String(first.get(key))} ,b: ${String(asTexts(b).get(key))}`,
    );
  }
  return new GoMap(entries);
}

/**
 * The row of `a` (first child, params as they are after interpolation) and `b`.
 *
 * @throws AppsetError APPSET_E0204 in legacy mode when both have a name with different texts
 */
export function combineRows(a: Row, b: Row, go: boolean): Row {
  const params = go ? deepMerge(b.params, a.params) : combineTexts(a.params, b.params);
  const parts = [...a.parts, ...b.parts];
  return a.stale || b.stale ? { params, parts, stale: true } : { params, parts };
}
