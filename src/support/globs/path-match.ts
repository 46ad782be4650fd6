/**
 * Go's `path.Match`: the pattern covers the whole path, `*` and `?` stop at `/`, classes negate with
 * `^` only and may take a `/`, `\` takes the next character as it is (spec generators §2.3.1). A malformed pattern is
 * found when it is compiled; Go finds some of them only while matching.
 */
import { type Atom, matchAtoms, parseClass } from './atoms.ts';

/** Whether a slash-separated path matches. */
export type PathPattern = (path: string) => boolean;

/** The pattern as a function, or undefined when it is malformed (`syntax error in pattern`). */
export function compilePathMatch(pattern: string): PathPattern | undefined {
  const atoms: Atom[] = [];
  const chars = Array.from(pattern);
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] as string;
    if (char === '*') atoms.push({ kind: 'star' });
    else if (char === '?') atoms.push({ kind: 'any' });
    else if (char === '\\') {
      const next = chars[++at];
      if (next === undefined) return undefined;
      atoms.push({ kind: 'char', char: next });
    } else if (char === '[') {
      const parsed = parseClass(chars, at, { negation: '^', looseDash: false });
      if (parsed === undefined) return undefined;
      atoms.push(parsed.atom);
      at = parsed.end;
    } else atoms.push({ kind: 'char', char });
  }
  return (path) => matchAtoms(atoms, Array.from(path));
}
