/**
 * Go's view of single characters: simple one-to-one case mapping, white space, and the class tests
 * its string functions use (spec go-template §14.4, sprig-functions §3). JavaScript's own case
 * functions expand (`ß` to `SS`) and localise; these never do. A byte that is no UTF-8 becomes
 * U+FFFD when it is mapped, as in Go.
 */
import { isAscii } from '../bytes.ts';

/** White space by Unicode, as `unicode.IsSpace`. */
export function isSpace(char: string): boolean {
  return /^[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/u.test(char);
}

export const SPACES_START = /^[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
export const SPACES_END = /[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/u;

export const isUpper = (char: string): boolean => /^\p{Lu}$/u.test(char);
export const isLower = (char: string): boolean => /^\p{Ll}$/u.test(char);
export const isTitle = (char: string): boolean => /^\p{Lt}$/u.test(char);
export const isLetter = (char: string): boolean => /^\p{L}$/u.test(char);
export const isNumber = (char: string): boolean => /^\p{N}$/u.test(char);
export const isPunct = (char: string): boolean => /^\p{P}$/u.test(char);

const INVALID = '\ufffd';

const isLone = (char: string): boolean => !char.isWellFormed();

/** Lower-case Greek letters with iota below have a one-character title form that JavaScript expands. */
function greekTitle(code: number): number | undefined {
  if (code >= 0x1f80 && code <= 0x1faf && (code & 8) === 0) return code + 8;
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return code + 9;
  return undefined;
}

/** @returns one character, always */
export function upperRune(char: string): string {
  if (isLone(char)) return INVALID;
  const mapped = char.toUpperCase();
  if ([...mapped].length === 1) return mapped;
  const greek = greekTitle(char.codePointAt(0) ?? 0);
  return greek === undefined ? char : String.fromCodePoint(greek);
}

/** @returns one character, always */
export function lowerRune(char: string): string {
  if (isLone(char)) return INVALID;
  if (char === 'İ') return 'i';
  const mapped = char.toLowerCase();
  return [...mapped].length === 1 ? mapped : char;
}

const DIGRAPHS = new Map<string, string>([
  ['Ǆ', 'ǅ'],
  ['ǅ', 'ǅ'],
  ['ǆ', 'ǅ'],
  ['Ǉ', 'ǈ'],
  ['ǈ', 'ǈ'],
  ['ǉ', 'ǈ'],
  ['Ǌ', 'ǋ'],
  ['ǋ', 'ǋ'],
  ['ǌ', 'ǋ'],
  ['Ǳ', 'ǲ'],
  ['ǲ', 'ǲ'],
  ['ǳ', 'ǲ'],
]);

/** @returns one character, always */
export function titleRune(char: string): string {
  const digraph = DIGRAPHS.get(char);
  if (digraph !== undefined) return digraph;
  return /^[\u10d0-\u10fa\u10fd-\u10ff]$/u.test(char) ? char : upperRune(char);
}

const mapRunes = (text: string, map: (char: string) => string): string => {
  let out = '';
  for (const char of text) out += map(char);
  return out;
};

export const upper = (text: string): string =>
  isAscii(text) ? text.toUpperCase() : mapRunes(text, upperRune);
export const lower = (text: string): string =>
  isAscii(text) ? text.toLowerCase() : mapRunes(text, lowerRune);
