/**
 * Globs of doublestar v4, as the new file matcher of the git generator uses them (spec generators
 * §2.3.2): `*` and `?` stop at `/`; `**` as a whole step takes any number of directories, glued
 * to other characters it is `*`; `{a,b}` are alternatives; `\` takes the next character as it is.
 * Patterns become linear-time regular expressions.
 */
import { RE2JS } from 're2js';
import { AppsetError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { parseClass } from './atoms.ts';
import type { PathPattern } from './path-match.ts';

/**
 * A pattern over slash-separated paths relative to the root; it is cleaned as Go cleans a path first.
 * @throws AppsetError APPSET_E0105 `syntax error in pattern`, or when its alternatives multiply past the bound
 * @example compileDoublestar('p/**\/x.json')('p/x.json') // true
 */
export function compileDoublestar(pattern: string): PathPattern {
  const clean = cleanPath(pattern);
  const sources = alternatives(Array.from(clean)).map(source);
  const compiled = RE2JS.compile(`^(?:${sources.join('|')})$`, RE2JS.DOTALL);
  return (path) => compiled.matcher(path).matches();
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

/** Where a choice of braces begins, which may begin with a step of its own, and where it ends; stars do not join over either. No character is so long. */
const OPENED = 'opened';
const CLOSED = 'closed';

/** The pattern with each choice of its braces written out. */
function alternatives(chars: readonly string[]): string[][] {
  const open = find(chars, 0, '{');
  if (open === -1) {
    if (find(chars, 0, '}') !== -1) throw malformed();
    return [[...chars]];
  }
  if (find(chars.slice(0, open), 0, '}') !== -1) throw malformed();
  const commas: number[] = [];
  let depth = 1;
  let at = open + 1;
  for (; at < chars.length; at++) {
    const char = chars[at];
    if (char === '\\') at++;
    else if (char === '[') at = skipClass(chars, at);
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) break;
    else if (char === ',' && depth === 1) commas.push(at);
  }
  if (depth > 0) throw malformed();
  const bounds = [open, ...commas, at];
  const written: string[][] = [];
  for (let index = 1; index < bounds.length; index++) {
    const choice = chars.slice((bounds[index - 1] ?? 0) + 1, bounds[index]);
    written.push(
      ...alternatives([...chars.slice(0, open), OPENED, ...choice, CLOSED, ...chars.slice(at + 1)]),
    );
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

function skipClass(chars: readonly string[], at: number): number {
  const parsed = parseClass(chars, at, SYNTAX);
  if (parsed === undefined) throw malformed();
  return parsed.end;
}

const SYNTAX = { negation: '^!', looseDash: true } as const;

/** A pattern without braces as the source of a regular expression. */
function source(chars: readonly string[]): string {
  let out = '';
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] as string;
    if (char === OPENED || char === CLOSED) continue;
    if (char === '*') {
      const opens = at === 0 || chars[at - 1] === '/' || chars[at - 1] === OPENED;
      let next = at + 2;
      while (chars[next] === CLOSED) next++;
      if (opens && chars[at + 1] === '*' && (next >= chars.length || chars[next] === '/')) {
        at = next;
        if (next < chars.length) out += '(?:.*/)?';
        else out = out.endsWith('/') ? `${out.slice(0, -1)}(?:/.*)?` : `${out}.*`;
      } else out += '[^/]*';
    } else if (char === '?') out += '[^/]';
    else if (char === '[') {
      const { atom, end } = parseClass(chars, at, SYNTAX) as NonNullable<ReturnType<typeof parseClass>>;
      out += classSource(atom);
      at = end;
    } else if (char === '\\') {
      const next = chars[++at];
      if (next === undefined) throw malformed();
      out += RE2JS.quote(next);
    } else out += RE2JS.quote(char);
  }
  return out;
}

/** A class takes a slash where it names it or is negated; the low end of an empty range still counts. */
function classSource(atom: NonNullable<ReturnType<typeof parseClass>>['atom']): string {
  const hex = (code: number) => `\\x{${code.toString(16)}}`;
  const ranges = atom.ranges.map(({ low, high }) => `${hex(low)}-${hex(Math.max(low, high))}`);
  return `[${atom.negated ? '^' : ''}${ranges.join('')}]`;
}
