/**
 * Functions on text (spec sprig-functions §3): trimming, case, cutting, quoting, searching. Positions
 * and lengths are bytes. What splits words or breaks lines has files of its own.
 */

import { toBytes } from '../../support/byte-strings.ts';
import { byteLength, fromBytes, searchable, sliceBytes } from '../bytes.ts';
import { formatValue, goQuote } from '../format/index.ts';
import type { CallContext, GoValue } from '../values.ts';
import { alias, define, fail } from './define.ts';
import { Growth } from './growth.ts';
import {
  isLetter,
  isLower,
  isNumber,
  isSpace,
  isTitle,
  isUpper,
  lower,
  lowerRune,
  SPACES_END,
  SPACES_START,
  titleRune,
  upper,
  upperRune,
} from './runes.ts';
import { textOf } from './text-of.ts';

/** `text` n times, announced to the context before it is made. */
export function repeat(text: string, count: number, context: { grow(bytes: number): void }): string {
  if (count < 0) fail('strings: negative Repeat count');
  context.grow(text.length * count);
  return text.repeat(count);
}

const trimAll = define('trimAll', ['string', 'string'], 'string', ([cutset, text]) => {
  const cut = new Set(cutset);
  const chars = [...text];
  let start = 0;
  let end = chars.length;
  while (start < end && cut.has(chars[start] ?? '')) start++;
  while (end > start && cut.has(chars[end - 1] ?? '')) end--;
  return chars.slice(start, end).join('');
});

/** Replaces every occurrence; an empty `old` stands between all characters. */
export function replaceAll(text: string, old: string, by: string): string {
  if (old !== '') {
    const { part, text: whole, back } = searchable(old, text);
    return whole.split(part).map(back).join(by);
  }
  let out = by;
  for (const char of text) out += char + by;
  return out;
}

/** Separators for `title`: ASCII other than letter, digit, underscore; beyond ASCII white space only. */
function separatesWords(char: string): boolean {
  if (char <= '\x7f') return !/[A-Za-z0-9_]/.test(char);
  return !isLetter(char) && !isNumber(char) && isSpace(char);
}

function title(text: string): string {
  let out = '';
  let before = ' ';
  for (const char of text) {
    out += separatesWords(before) ? titleRune(char) : char;
    before = char;
  }
  return out;
}

function untitle(text: string): string {
  let out = '';
  let starts = true;
  for (const char of text) {
    const space = isSpace(char);
    out += starts && !space ? lowerRune(char) : char;
    starts = space;
  }
  return out;
}

function swapCase(text: string): string {
  let out = '';
  let starts = true;
  for (const char of text) {
    if (isUpper(char) || isTitle(char)) {
      out += lowerRune(char);
      starts = false;
    } else if (isLower(char)) {
      out += starts ? titleRune(char) : upperRune(char);
      starts = false;
    } else {
      out += char;
      starts = isSpace(char);
    }
  }
  return out;
}

const isSpaceByte = (byte: number): boolean =>
  (byte >= 9 && byte <= 13) || byte === 32 || byte === 0x85 || byte === 0xa0;

/** Reads bytes as Latin-1, as the reference does: text beyond ASCII is garbled once anything is removed. */
function withoutSpace(text: string): string {
  const bytes = toBytes(text);
  const kept = bytes.filter((byte) => !isSpaceByte(byte));
  return kept.length === bytes.length ? text : Array.from(kept, (byte) => String.fromCharCode(byte)).join('');
}

function initials(text: string): string {
  let out = '';
  let gap = true;
  for (const byte of toBytes(text)) {
    if (isSpaceByte(byte)) gap = true;
    else if (gap) {
      out += String.fromCharCode(byte);
      gap = false;
    }
  }
  return out;
}

function substring(start: bigint, end: bigint, text: string): string {
  const length = byteLength(text);
  const bounds = 'runtime error: slice bounds out of range';
  if (start < 0n) {
    if (end < 0n) fail(`${bounds} [:${end}]`);
    if (end > length) fail(`${bounds} [:${end}] with length ${length}`);
    return sliceBytes(text, 0, Number(end));
  }
  const last = end < 0n || end > length ? BigInt(length) : end;
  if (start > last) fail(`${bounds} [${start}:${last}]`);
  return sliceBytes(text, Number(start), Number(last));
}

function truncate(count: number, text: string): string {
  const length = byteLength(text);
  if (count < 0) return length + count > 0 ? sliceBytes(text, length + count, length) : text;
  return length > count ? sliceBytes(text, 0, count) : text;
}

function abbreviate(width: number, text: string): string {
  const bytes = toBytes(text);
  if (width < 4 || bytes.length <= width) return text;
  return `${fromBytes(bytes.subarray(0, width - 3))}...`;
}

function abbreviateBoth(left: number, right: number, text: string): string {
  const bytes = toBytes(text);
  const { length } = bytes;
  if (right < 4 || (left > 0 && right < 7) || length <= right) return text;
  const room = right - 3;
  let offset = Math.min(left, length);
  // a difference of more than 63 bits turns negative in Go
  if (length - offset < room || length - offset >= 2 ** 63) offset = length - room;
  if (offset > 4 && right < 7) return '';
  if (offset <= 4) return `${fromBytes(bytes.subarray(0, room))}...`;
  if (offset + room < length) return `...${abbreviate(room, fromBytes(bytes.subarray(offset)))}`;
  return `...${fromBytes(bytes.subarray(length - room))}`;
}

/** Texts of what is not nil, with one space between. */
function joinPresent(
  values: readonly GoValue[],
  context: CallContext,
  write: (value: GoValue) => string,
): string {
  const growth = new Growth(context);
  const texts = values.filter((value) => value !== null).map((value) => growth.add(write(value)));
  growth.end();
  return texts.join(' ');
}

export const STRING_FUNCTIONS = [
  define('hello', [], 'string', () => 'Hello!'),
  define('trim', ['string'], 'string', ([text]) => text.replace(SPACES_START, '').replace(SPACES_END, '')),
  trimAll,
  alias('trimall', trimAll),
  define('trimSuffix', ['string', 'string'], 'string', ([suffix, text]) => {
    const { part, text: whole, back } = searchable(suffix, text);
    return part !== '' && whole.endsWith(part) ? back(whole.slice(0, -part.length)) : text;
  }),
  define('trimPrefix', ['string', 'string'], 'string', ([prefix, text]) => {
    const { part, text: whole, back } = searchable(prefix, text);
    return whole.startsWith(part) ? back(whole.slice(part.length)) : text;
  }),
  define('upper', ['string'], 'string', ([text]) => upper(text)),
  define('lower', ['string'], 'string', ([text]) => lower(text)),
  define('title', ['string'], 'string', ([text]) => title(text)),
  define('untitle', ['string'], 'string', ([text]) => untitle(text)),
  define('swapcase', ['string'], 'string', ([text]) => swapCase(text)),
  define('nospace', ['string'], 'string', ([text]) => withoutSpace(text)),
  define('initials', ['string'], 'string', ([text]) => initials(text)),
  define('repeat', ['int', 'string'], 'string', ([count, text], context) => repeat(text, count, context)),
  define('substr', ['exactInt', 'exactInt', 'string'], 'string', ([start, end, text]) =>
    substring(start, end, text),
  ),
  define('trunc', ['int', 'string'], 'string', ([count, text]) => truncate(count, text)),
  define('abbrev', ['int', 'string'], 'string', ([width, text]) => abbreviate(width, text)),
  define('abbrevboth', ['int', 'int', 'string'], 'string', ([left, right, text]) =>
    abbreviateBoth(left, right, text),
  ),
  define('contains', ['string', 'string'], 'bool', (args) => {
    const { part, text } = searchable(...args);
    return text.includes(part);
  }),
  define('hasPrefix', ['string', 'string'], 'bool', (args) => {
    const { part, text } = searchable(...args);
    return text.startsWith(part);
  }),
  define('hasSuffix', ['string', 'string'], 'bool', (args) => {
    const { part, text } = searchable(...args);
    return text.endsWith(part);
  }),
  define('quote', ['...any'], 'string', (values, context) =>
    joinPresent(values, context, (value) => goQuote(textOf(value, context))),
  ),
  define('squote', ['...any'], 'string', (values, context) =>
    joinPresent(values, context, (value) => `'${formatValue(value, context)}'`),
  ),
  define('cat', ['...any'], 'string', (values, context) =>
    joinPresent(values, context, (value) => formatValue(value, context)),
  ),
  define('replace', ['string', 'string', 'string'], 'string', ([old, by, text], context) => {
    if (by.length > old.length) {
      const places = old === '' ? text.length + 1 : text.split(old).length - 1;
      context.grow(text.length + places * (by.length - old.length));
    }
    return replaceAll(text, old, by);
  }),
  define('plural', ['string', 'string', 'int'], 'string', ([one, many, count]) => (count === 1 ? one : many)),
];
