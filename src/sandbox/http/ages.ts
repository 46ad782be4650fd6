/** Durations as `kubectl get` shows them: two digits of precision at most, `5m`, `3h20m`, `2d4h`, `1y`. */
import { parseRfc3339 } from '../../support/clock.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const pair = (value: number, unit: number, name: string, smaller: number, smallerName: string): string => {
  const rest = Math.floor((value % unit) / smaller);
  return `${Math.floor(value / unit)}${name}${rest === 0 ? '' : `${rest}${smallerName}`}`;
};

/** @param seconds a duration; a negative one is shown as `<invalid>` unless it is less than two seconds */
export function humanDuration(seconds: number): string {
  if (seconds < -1) return '<invalid>';
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 2 * MINUTE) return `${whole}s`;
  if (whole < 10 * MINUTE) return pair(whole, MINUTE, 'm', 1, 's');
  if (whole < 3 * HOUR) return `${Math.floor(whole / MINUTE)}m`;
  if (whole < 8 * HOUR) return pair(whole, HOUR, 'h', MINUTE, 'm');
  if (whole < 2 * DAY) return `${Math.floor(whole / HOUR)}h`;
  if (whole < 8 * DAY) return pair(whole, DAY, 'd', HOUR, 'h');
  if (whole < 2 * YEAR) return `${Math.floor(whole / DAY)}d`;
  if (whole < 8 * YEAR) return pair(whole, YEAR, 'y', DAY, 'd');
  return `${Math.floor(whole / YEAR)}y`;
}

/** The age of an RFC 3339 time at `now` (milliseconds), or `<unknown>`. */
export function ageOf(time: unknown, now: number): string {
  const then = typeof time === 'string' ? parseRfc3339(time) : undefined;
  return then === undefined ? '<unknown>' : humanDuration((now - then) / 1_000);
}
