/**
 * Integers and floats under the verbs of printf (spec go-template §10.3), before they are padded to
 * their width. A verb the kind does not know gives undefined.
 */
import { goQuoteRune, isPrintable, runeText } from '../../support/go-quote.ts';
import type { GoInt } from '../values.ts';
import type { Flags } from './flags.ts';
import { type FloatFormat, formatFloat } from './floats.ts';

const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

const rune = (value: bigint): number => (value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd);

function signOf(negative: boolean, flags: Flags): string {
  if (negative) return '-';
  return flags.plus ? '+' : flags.space ? ' ' : '';
}

function prefixed(digits: string, base: number, upper: boolean): string {
  if (base === 2) return `0b${digits}`;
  if (base === 8) return digits.startsWith('0') ? digits : `0${digits}`;
  return base === 16 ? `${upper ? '0X' : '0x'}${digits}` : digits;
}

function digitsText(value: bigint, base: number, verb: string, sharp: boolean, flags: Flags): string {
  const sign = signOf(value < 0n, flags);
  let minimum = 0;
  if (flags.precision !== undefined) {
    minimum = flags.precision;
    if (minimum === 0 && value === 0n) return '';
  } else if (flags.zero && !flags.minus && flags.width !== undefined) minimum = flags.width - sign.length;
  let digits = (value < 0n ? -value : value).toString(base);
  if (verb === 'X') digits = digits.toUpperCase();
  digits = digits.padStart(minimum, '0');
  if (sharp) digits = prefixed(digits, base, verb === 'X');
  return sign + (verb === 'O' ? `0o${digits}` : digits);
}

function unicodeText(value: bigint, { precision, sharp }: Flags): string {
  const text = `U+${value
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(precision ?? 4, 4), '0')}`;
  const shown = sharp && value <= 0x10ffffn && isPrintable(Number(value));
  return shown ? `${text} '${runeText(Number(value))}'` : text;
}

export function integerText(value: GoInt, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'c':
      return runeText(rune(value.v));
    case 'q':
      return goQuoteRune(rune(value.v), flags.plus);
    case 'U':
      return unicodeText(BigInt.asUintN(64, value.v), flags);
    default:
  }
  if (verb === 'v' && flags.sharpV && value.kind.startsWith('u'))
    return digitsText(value.v, 16, verb, true, flags);
  const base = BASES[verb];
  return base === undefined ? undefined : digitsText(value.v, base, verb, flags.sharp, flags);
}

/** Format and default precision of each verb. */
const FLOATS: Readonly<Record<string, readonly [FloatFormat, number]>> = {
  v: ['g', -1],
  e: ['e', 6],
  E: ['E', 6],
  f: ['f', 6],
  F: ['F', 6],
  b: ['b', -1],
  g: ['g', -1],
  G: ['G', -1],
  x: ['x', -1],
  X: ['X', -1],
};

export interface FloatParts {
  readonly sign: string;
  readonly digits: string;
  /** infinities and NaN are never padded with zeros */
  readonly finite: boolean;
}

export function floatParts(value: number, verb: string, flags: Flags): FloatParts | undefined {
  const known = FLOATS[verb];
  if (known === undefined) return undefined;
  const [format, usual] = known;
  const precision = flags.precision ?? usual;
  const text = formatFloat(value, format, precision, 64);
  const finite = Number.isFinite(value);
  const unsigned = text.replace(/^[+-]/, '');
  let sign = signOf(text.startsWith('-'), flags);
  if (value === Infinity && sign === '') sign = '+';
  const digits = finite && flags.sharp && verb !== 'b' ? withPoint(unsigned, verb, precision) : unsigned;
  return { sign, digits, finite };
}

/** What `%#g` and the like show: always a point, and zeros up to the precision. */
function withPoint(text: string, verb: string, precision: number): string {
  const hexadecimal = verb === 'x' || verb === 'X';
  let missing = 0;
  if ('vgGx'.includes(verb)) missing = precision === -1 ? 6 : precision;
  const tailAt = text.search(hexadecimal ? /[pP]/ : /[eE]/);
  let body = tailAt < 0 ? text : text.slice(0, tailAt);
  const tail = tailAt < 0 ? '' : text.slice(tailAt);
  let significant = false;
  for (const char of body) {
    if (char === '.') continue;
    if (char !== '0') significant = true;
    if (significant) missing--;
  }
  if (!body.includes('.')) {
    if (body === '0') missing--;
    body += '.';
  }
  return body + '0'.repeat(Math.max(missing, 0)) + tail;
}
