/**
 * Durations (spec sprig-functions §14.1): Go's syntax and rounding. A duration is nanoseconds in 64 bits.
 */
import { toBytes } from '../../../support/byte-strings.ts';
import { GoInt } from '../../values.ts';
import { fail } from '../define.ts';

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

export const SECOND = 1_000_000_000n;
export const MINUTE = 60n * SECOND;
export const HOUR = 60n * MINUTE;

const LIMIT = 2n ** 63n;

export const goDuration = (nanoseconds: bigint): GoInt =>
  new GoInt('int64', BigInt.asIntN(64, nanoseconds), 'time.Duration');

/** The most or least 64 bits can hold, where `value` leaves them. */
export const saturated = (value: bigint): bigint =>
  value >= LIMIT ? LIMIT - 1n : value < -LIMIT ? -LIMIT : value;

/** Quotes as Go's time package does: bytes beyond ASCII are escaped. */
export function quoteTime(text: string): string {
  let out = '';
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte);
    if (byte < 0x20 || byte >= 0x80) out += `\\x${byte.toString(16).padStart(2, '0')}`;
    else out += char === '"' || char === '\\' ? `\\${char}` : char;
  }
  return `"${out}"`;
}

/** The fraction `.ddd` of a unit; digits beyond 63 bits do not count. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (value > (LIMIT - 1n) / 10n || next > LIMIT) break;
    value = next;
    scale *= 10;
  }
  return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/**
 * Nanoseconds of a duration text.
 *
 * @throws GoError `time: invalid duration "x"` and its like
 */
export function parseDuration(text: string): bigint {
  const invalid = (): never => fail(`time: invalid duration ${quoteTime(text)}`);
  const negative = text.startsWith('-');
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0n;
  if (rest === '') return invalid();
  let total = 0n;
  while (rest !== '') {
    const number = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest);
    const [all = '', whole = '', fraction = ''] = number ?? [];
    if (whole === '' && fraction === '') return invalid();
    const size = BigInt(whole === '' ? '0' : whole);
    if (size > LIMIT) return invalid();
    rest = rest.slice(all.length);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? '';
    if (unit === '') return fail(`time: missing unit in duration ${quoteTime(text)}`);
    rest = rest.slice(unit.length);
    const nanoseconds = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
    if (nanoseconds === undefined) {
      return fail(`time: unknown unit ${quoteTime(unit)} in duration ${quoteTime(text)}`);
    }
    total += size * nanoseconds + fractionOf(fraction, nanoseconds);
    if (total > LIMIT) return invalid();
  }
  if (negative) return -total;
  return total === LIMIT ? invalid() : total;
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** To the nearest multiple, halves away from zero. */
export function roundDuration(value: bigint, multiple: bigint): bigint {
  if (multiple <= 0n) return value;
  const rest = magnitude(value % multiple);
  const down = magnitude(value) - rest;
  const size = rest * 2n < multiple ? down : down + multiple;
  return saturated(value < 0n ? -size : size);
}
