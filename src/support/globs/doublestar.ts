/**
 * Globs of doublestar v4, as the new file matcher of the git generator uses them (spec generators
 * §2.3.2): `*` and `?` stop at `/`; `**` as a whole step takes any number of directories, glued
 * to other characters it is `*`; `{a,b}` are alternatives; `\` takes the next character as it is.
 * The reference walks a tree with `FilepathGlob`, which is not what doublestar's `Match` does: a `**` at
 * the end takes the directory before it, but no file, and an empty alternative counts everywhere but in
 * the last place. Patterns become linear-time regular expressions.
 */
import { RE2JS } from 're2js';
import { AppsetError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { parseClass } from './atoms.ts';

/** Whether a path is taken; `isDirectory` tells what lies there, a file when left out. */
export type FilePattern = (path: string, isDirectory?: boolean) => boolean;

/**
 * A pattern over slash-separated paths relative to the root; it is cleaned as Go cleans a path first. The
 * root itself, which `**` takes, is the empty path.
 * @throws AppsetError APPSET_E0105 `syntax error in pattern`, or when its alternatives multiply past the bound
 * @example compileDoublestar('p/**\/x.json')('p/x.json') // true
 */
export function compileDoublestar(pattern: string): FilePattern {
  const chars = Array.from(cleanPath(pattern));
  checkSyntax(chars);
  const sources = alternatives(chars).flatMap((written) => sourcesOf(steps(written)) ?? []);
  const files = regex(sources.flatMap(({ file }) => (file === undefined ? [] : [file])));
  const directories = regex(sources.map(({ directory }) => directory));
  return (path, isDirectory) => (isDirectory === true ? directories : files)(path);
}

function regex(sources: readonly string[]): (path: string) => boolean {
  if (sources.length === 0) return () => false;
  const compiled = RE2JS.compile(`(?:${sources.join('|')})`, RE2JS.DOTALL);
  // without where the match is: that takes as long for a thousand alternatives as for one
  return (path) => compiled.testExact(path);
}

const malformed = () => new AppsetError('APPSET_E0105', 'syntax error in pattern');

/** Go's `path.Clean`, for a relative path. */
function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') kept.push(step);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!rooted) kept.push(step);
  }
  return kept.join('/') || '.';
}

const SYNTAX = { negation: '^!', looseDash: true } as const;

/** Classes and escapes have an end, braces an other. */
function checkSyntax(chars: readonly string[]): void {
  let depth = 0;
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at];
    if (char === '[') at = skipClass(chars, at);
    else if (char === '\\' && ++at === chars.length) throw malformed();
    else if (char === '{') depth++;
    else if (char === '}' && --depth < 0) throw malformed();
  }
  if (depth > 0) throw malformed();
}

function skipClass(chars: readonly string[], at: number): number {
  const parsed = parseClass(chars, at, SYNTAX);
  if (parsed === undefined) throw malformed();
  return parsed.end;
}

/** The pattern with each choice of its braces written out; an empty one in the last place is none. */
function alternatives(chars: readonly string[]): string[][] {
  const open = find(chars, 0, '{');
  if (open === -1) return [[...chars]];
  const commas: number[] = [];
  let depth = 1;
  let at = open + 1;
  for (; ; at++) {
    const char = chars[at];
    if (char === '\\') at++;
    else if (char === '[') at = skipClass(chars, at);
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) break;
    else if (char === ',' && depth === 1) commas.push(at);
  }
  const bounds = [open, ...commas, at];
  if (bounds.at(-2) === at - 1) bounds.pop();
  const written: string[][] = [];
  for (let index = 1; index < bounds.length; index++) {
    const choice = chars.slice((bounds[index - 1] ?? 0) + 1, bounds[index]);
    written.push(...alternatives([...chars.slice(0, open), ...choice, ...chars.slice(at + 1)]));
    if (written.length > LIMITS.globAlternatives) {
      const words = `the braces of the pattern stand for more than ${LIMITS.globAlternatives} patterns`;
      throw new AppsetError('APPSET_E0105', words);
    }
  }
  return written;
}

/** The place of an unescaped character outside classes, or -1. */
function find(chars: readonly string[], from: number, wanted: string): number {
  for (let at = from; at < chars.length; at++) {
    const char = chars[at];
    if (char === '\\') at++;
    else if (char === '[') at = skipClass(chars, at);
    else if (char === wanted) return at;
  }
  return -1;
}

/** A pattern without braces, cut at its slashes; `**` once where it stands several times. */
function steps(chars: readonly string[]): string[][] {
  const cut: string[][] = [];
  for (let from = 0; ; ) {
    const slash = find(chars, from, '/');
    const step = chars.slice(from, slash === -1 ? undefined : slash);
    if (!(isDoublestar(step) && isDoublestar(cut.at(-1)))) cut.push(step);
    if (slash === -1) return cut;
    from = slash + 1;
  }
}

const isDoublestar = (step: readonly string[] | undefined): boolean => step?.join('') === '**';

interface Sources {
  readonly directory: string;
  /** undefined: takes no file */
  readonly file: string | undefined;
}

/** Regular expressions for directories and for files; undefined when no path of a tree is like this. */
function sourcesOf(all: readonly string[][]): Sources | undefined {
  const last = all.at(-1) ?? [];
  const before = all.slice(0, -1);
  if (before.some((step) => step.length === 0)) return undefined;
  if (all.some((step) => ['.', '..'].includes(step.join('')))) return undefined;
  let start = '';
  for (const step of before) start += isDoublestar(step) ? '(?:.*/)?' : `${source(step)}/`;
  if (last.length > 0 && !isDoublestar(last)) {
    const whole = start + source(last);
    return { directory: whole, file: whole };
  }
  // the directory that the steps before lead to, and what is below it
  const here = isDoublestar(before.at(-1)) ? `${start.slice(0, -'(?:.*/)?'.length)}` : start;
  const deep = isDoublestar(last) || here !== start;
  const self = here === '' ? '' : here.slice(0, -1);
  const below = here === '' ? '.*' : `${self}(?:/.*)?`;
  return {
    directory: deep ? below : self,
    file: isDoublestar(last) ? `${start}.+` : undefined,
  };
}

/** One step as the source of a regular expression. */
function source(chars: readonly string[]): string {
  let out = '';
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] as string;
    if (char === '*') {
      let next = at + 1;
      while (chars[next] === '*') next++;
      // no name is empty; and three stars or more at the end do not take nothing
      const all = next === chars.length && (at === 0 || next - at > 2);
      out += all ? '[^/]+' : '[^/]*';
      at = next - 1;
    } else if (char === '?') out += '[^/]';
    else if (char === '[') {
      const { atom, end } = parseClass(chars, at, SYNTAX) as NonNullable<ReturnType<typeof parseClass>>;
      out += classSource(atom);
      at = end;
    } else out += RE2JS.quote(char === '\\' ? (chars[++at] as string) : char);
  }
  return out;
}

const SLASH = 0x2f;

/** No class takes a slash: steps are matched one by one. The low end of an empty range still counts. */
function classSource(atom: NonNullable<ReturnType<typeof parseClass>>['atom']): string {
  const hex = (code: number) => `\\x{${code.toString(16)}}`;
  const range = (low: number, high: number) => (low <= high ? `${hex(low)}-${hex(high)}` : '');
  const wanted = atom.ranges.map(({ low, high }) => ({ low, high: Math.max(low, high) }));
  if (atom.negated) return `[^/${wanted.map(({ low, high }) => range(low, high)).join('')}]`;
  const taken = wanted.map(({ low, high }) =>
    low <= SLASH && SLASH <= high ? range(low, SLASH - 1) + range(SLASH + 1, high) : range(low, high),
  );
  return taken.join('') === '' ? `[^${range(0, 0x10ffff)}]` : `[${taken.join('')}]`;
}
