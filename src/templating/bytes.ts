/**
 * Go strings are bytes; ours are JavaScript strings in which valid UTF-8 stands as itself and every
 * byte that is part of no valid sequence is one lone surrogate U+DC00+byte, U+DC80 to U+DCFF (spec
 * go-template §1.3). Text of the host never holds lone surrogates (`fromJson` turns them into
 * U+FFFD), so the mapping is unambiguous. Nearly all text is ASCII: every function has a short way
 * for it. Their bytes and their order are in `support/byte-strings.ts`.
 */
import { isEscape, isHigh, toBytes } from '../support/byte-strings.ts';

const NOT_ASCII = /[^\0-\x7f]/;
const SURROGATE = /[\ud800-\udfff]/;

export const isAscii = (text: string): boolean => !NOT_ASCII.test(text);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Length of the valid UTF-8 sequence that starts at `at`, 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1];
  if (second === undefined) return 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let i = 2; i < length; i++) {
    const next = bytes[at + i];
    if (next === undefined || next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}

/** The Go string of some bytes. */
export function fromBytes(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    // some byte is part of no valid sequence: the long way
  }
  let text = '';
  let start = 0;
  let at = 0;
  const flush = (): void => {
    if (at > start) text += decoder.decode(bytes.subarray(start, at));
  };
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    flush();
    text += String.fromCharCode(0xdc00 + (bytes[at] as number));
    at++;
    start = at;
  }
  flush();
  return text;
}

/** Go's `len` of a string. */
export function byteLength(text: string): number {
  if (isAscii(text)) return text.length;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (isHigh(unit)) {
      length += 4;
      i++;
    } else length += isEscape(unit) ? 1 : 3;
  }
  return length;
}

/** Go's `text[from:to]`, by bytes; the bounds must be in range. */
export function sliceBytes(text: string, from: number, to: number): string {
  return isAscii(text) ? text.slice(from, to) : fromBytes(toBytes(text).subarray(from, to));
}

/** Text whose escapes may have come to stand beside each other: what is a valid sequence now becomes a character. */
export function redecode(text: string): string {
  return text.isWellFormed() ? text : fromBytes(toBytes(text));
}

/** Go's `len([]rune(text))`: an escaped byte is one rune. */
export function runeCount(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    if (isHigh(text.charCodeAt(i))) i++;
    count++;
  }
  return count;
}

/** Texts in which one can be looked for in the others, and the way back. */
export interface Searchable {
  readonly part: string;
  readonly text: string;
  back(text: string): string;
}

const asItIs = (text: string): string => text;
const toLatin1 = (text: string): string =>
  Array.from(toBytes(text), (byte) => String.fromCharCode(byte)).join('');
const fromLatin1 = (text: string): string => fromBytes(Uint8Array.from(text, (char) => char.charCodeAt(0)));

/**
 * `part` and `text` such that looking for one in the other finds what Go finds. Bytes that are no
 * character may stand within a character of `text`: then both become one character a byte.
 */
export function searchable(part: string, text: string): Searchable {
  if (part.isWellFormed()) return { part, text, back: asItIs };
  return { part: toLatin1(part), text: toLatin1(text), back: fromLatin1 };
}

/** The first `count` runes. */
export function takeRunes(text: string, count: number): string {
  if (text.length <= count) return text;
  let at = 0;
  for (let n = 0; n < count && at < text.length; n++) at += isHigh(text.charCodeAt(at)) ? 2 : 1;
  return text.slice(0, at);
}
