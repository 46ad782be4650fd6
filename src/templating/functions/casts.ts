/**
 * Turning anything into a number the way the arithmetic functions do (spec sprig-functions §2):
 * integers wrap at 64 bits, fractions are cut off, texts are read by Go's number syntax, and what
 * cannot be read is 0. Nothing here throws.
 */
import { GoInt, type GoValue } from '../values.ts';

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

const GO_INTEGER =
  /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;

/** A text of Go's integer syntax with base prefixes; undefined when it is none or leaves 64 bits. */
export function parseGoInteger(text: string): bigint | undefined {
  if (!GO_INTEGER.test(text)) return undefined;
  const negative = text.startsWith('-');
  let digits = text.replace(/^[+-]/, '').replaceAll('_', '');
  if (/^0[0-7]+$/.test(digits)) digits = `0o${digits.slice(1)}`;
  const magnitude = BigInt(digits);
  const value = negative ? -magnitude : magnitude;
  return value < MIN_INT64 || value > MAX_INT64 ? undefined : value;
}

/** A text of digits in one base with an optional sign; `clamp` answers the nearest bound when it leaves 64 bits. */
export function parseDigits(text: string, base: 8 | 10, clamp: boolean): bigint | undefined {
  const match = /^([+-]?)([0-9]+)$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', digits = ''] = match;
  if (base === 8 && /[89]/.test(digits)) return undefined;
  const magnitude = BigInt(base === 8 ? `0o${digits}` : digits);
  const value = sign === '-' ? -magnitude : magnitude;
  if (value >= MIN_INT64 && value <= MAX_INT64) return value;
  if (!clamp) return undefined;
  return value < 0n ? MIN_INT64 : MAX_INT64;
}

function parseHexFloat(text: string): number | undefined {
  const match = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?[0-9]+)$/i.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match;
  if (whole + fraction === '' || Math.abs(Number(exponent)) > 5_000) return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  return Number.isFinite(value) ? (sign === '-' ? -value : value) : undefined;
}

/** A text of Go's float syntax; undefined when it is none or leaves the range. */
export function parseGoFloat(text: string): number | undefined {
  const special = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (special !== null) return special[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (text.includes('_') && !/^[+-]?(?:0x_?)?[0-9a-f]+(?:_[0-9a-f]+)*(?:[.p+-]|$)/i.test(text))
    return undefined;
  if (/_(?![0-9a-f])/i.test(text)) return undefined;
  const plain = text.replaceAll('_', '');
  if (/^[+-]?0x/i.test(plain)) return parseHexFloat(plain);
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** Whole part of a float as int64; out of range and NaN give the smallest, as the reference's processor does. */
function truncate(value: number): bigint {
  if (!(value >= -(2 ** 63) && value < 2 ** 63)) return MIN_INT64;
  return BigInt(Math.trunc(value));
}

export function toInt64(value: GoValue): bigint {
  switch (typeof value) {
    case 'number':
      return truncate(value);
    case 'boolean':
      return value ? 1n : 0n;
    case 'string':
      return parseGoInteger(value.replace(/\.0+$/, '')) ?? 0n;
    default:
      return value instanceof GoInt && value.named === undefined ? BigInt.asIntN(64, value.v) : 0n;
  }
}

export function toFloat64(value: GoValue): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'string':
      return parseGoFloat(value) ?? 0;
    default:
      return value instanceof GoInt && value.named === undefined ? Number(value.v) : 0;
  }
}
