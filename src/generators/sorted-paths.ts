/**
 * Paths in bytewise order, and the stretch of them that begins with a prefix: a pattern such as
 * `clusters/eu-7/*` needs a look at that folder only, however large the repository is.
 */
import { compareBytes } from '../support/byte-strings.ts';
import { firstIndex } from '../support/sorted.ts';

/** What a pattern begins with, up to its first character that is not literal; '' when that cannot be told. */
export function literalPrefix(pattern: string, special: RegExp): string {
  if (pattern.startsWith(':') || /(?:^|\/)(?:\.{1,2})?(?:\/|$)/.test(pattern)) return '';
  const at = pattern.search(special);
  return at < 0 ? pattern : pattern.slice(0, at);
}

/** From the first path with the prefix to the one after the last; `paths` are in bytewise order. */
export function prefixRange(paths: readonly string[], prefix: string): readonly [from: number, to: number] {
  if (prefix === '') return [0, paths.length];
  const at = (index: number): string => paths[index] ?? '';
  const from = firstIndex(paths.length, (index) => compareBytes(at(index), prefix) >= 0);
  const to = firstIndex(paths.length, (index) => index >= from && !at(index).startsWith(prefix));
  return [from, to];
}
