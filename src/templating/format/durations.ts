/**
 * Texts of Go's named integers that templates can meet: time.Duration, time.Month, time.Weekday (spec
 * go-template §9.2). A named integer prints as this text, also inside lists and maps.
 */
import type { GoInt } from '../values.ts';

const MICRO = 1_000n;
const MILLI = 1_000_000n;
const SECOND = 1_000_000_000n;

/** `value` in units of `unit`, with the fraction's trailing zeros cut. */
function withFraction(value: bigint, unit: bigint): string {
  const width = unit.toString().length - 1;
  const fraction = (value % unit).toString().padStart(width, '0').replace(/0+$/, '');
  return `${value / unit}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Go's Duration.String: `1h0m0s`, `1m1.5s`, `1.5µs`, `0s`. */
export function durationText(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size === 0n) return '0s';
  if (size < MICRO) return `${sign}${size}ns`;
  if (size < MILLI) return `${sign}${withFraction(size, MICRO)}µs`;
  if (size < SECOND) return `${sign}${withFraction(size, MILLI)}ms`;
  const minutes = size / (60n * SECOND);
  const seconds = `${withFraction(size % (60n * SECOND), SECOND)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** What the String method of a named integer gives; undefined where the type has none. */
export function namedIntText(value: GoInt): string | undefined {
  switch (value.named) {
    case undefined:
      return undefined;
    case 'time.Duration':
      return durationText(value.v);
    case 'time.Month':
      return MONTHS[Number(value.v) - 1] ?? `%!Month(${value.v})`;
    case 'time.Weekday':
      return WEEKDAYS[Number(value.v)] ?? `%!Weekday(${value.v})`;
    default:
      return undefined;
  }
}
