/**
 * Turning anything into a number the way the arithmetic functions do (spec sprig-functions §2):
 * integers wrap at 64 bits, fractions are cut off, texts are read by Go's number syntax, and what
 * cannot be read is 0. Nothing here throws.
 */
import { parseFloat64, parseInt64 } from '../gotemplate/numbers.ts';
import { GoInt, type GoValue } from '../values.ts';

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

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
      return parseInt64(value.replace(/\.0+$/, '')) ?? 0n;
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
      return parseFloat64(value) ?? 0;
    default:
      return value instanceof GoInt && value.named === undefined ? Number(value.v) : 0;
  }
}
