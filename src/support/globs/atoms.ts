/**
 * What shell-like patterns are made of, and matching them without exponential back-tracking: a star
 * remembers one place to come back to, which is enough where a star may take anything but `/`.
 */

export interface ClassRange {
  readonly low: number;
  readonly high: number;
}

export type Atom =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'class'; readonly ranges: readonly ClassRange[]; readonly negated: boolean };

export interface ClassSyntax {
  /** characters that negate a class when they come first */
  readonly negation: string;
  /** a `-` that cannot make a range stands for itself; else it has to be escaped */
  readonly looseDash: boolean;
}

/**
 * The class that begins with the `[` at `start`: at least one range, `]` only escaped, a range may be
 * empty. Undefined when malformed; `end` is the place of the closing bracket.
 */
export function parseClass(
  chars: readonly string[],
  start: number,
  syntax: ClassSyntax,
): { atom: Atom & { kind: 'class' }; end: number } | undefined {
  let at = start + 1;
  const negated = chars[at] !== undefined && syntax.negation.includes(chars[at] as string);
  if (negated) at++;
  const ranges: ClassRange[] = [];
  const one = (): number | undefined => {
    let char = chars[at];
    if (char === undefined || char === ']' || (char === '-' && !syntax.looseDash)) return undefined;
    if (char === '\\') char = chars[++at];
    at++;
    return char?.codePointAt(0);
  };
  while (chars[at] !== ']' || ranges.length === 0) {
    const low = one();
    if (low === undefined) return undefined;
    let high: number | undefined = low;
    if (chars[at] === '-' && !(syntax.looseDash && chars[at + 1] === ']')) {
      at++;
      high = one();
      if (high === undefined) return undefined;
    }
    ranges.push({ low, high });
    if (chars[at] === undefined) return undefined;
  }
  return { atom: { kind: 'class', ranges, negated }, end: at };
}

/** Whether the atoms cover all of `chars`; `*` and `?` stop at `/`. */
export function matchAtoms(atoms: readonly Atom[], chars: readonly string[]): boolean {
  let atom = 0;
  let at = 0;
  let starAtom = -1;
  let starAt = 0;
  while (at < chars.length) {
    const current = atoms[atom];
    if (current?.kind === 'star') {
      starAtom = atom++;
      starAt = at;
    } else if (current !== undefined && matchOne(current, chars[at] as string)) {
      atom++;
      at++;
    } else if (starAtom >= 0 && chars[starAt] !== '/') {
      atom = starAtom + 1;
      at = ++starAt;
    } else return false;
  }
  while (atoms[atom]?.kind === 'star') atom++;
  return atom === atoms.length;
}

function matchOne(atom: Atom, char: string): boolean {
  if (atom.kind === 'char') return atom.char === char;
  if (atom.kind !== 'class') return char !== '/';
  const code = char.codePointAt(0) ?? 0;
  return atom.ranges.some(({ low, high }) => low <= code && code <= high) !== atom.negated;
}
