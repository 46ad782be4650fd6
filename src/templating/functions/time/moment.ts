/**
 * An instant as a zone shows it: the fields a layout can name. Instants are nanoseconds since 1970, as
 * whole numbers without bound.
 */
import {
  civilOf,
  daysOf,
  floorDivide,
  floorModulo,
  NANOS_A_SECOND,
  SECONDS_A_DAY,
  weekdayOf,
  yearDayOf,
} from './calendar.ts';
import type { Zone } from './zones.ts';

export interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly yearDay: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  readonly zone: Zone;
}

/** Seconds since 1970, rounded down. */
export const secondsOf = (nanoseconds: bigint): bigint => floorDivide(nanoseconds, NANOS_A_SECOND);

/** Milliseconds since 1970, for what counts in them. */
export const millisecondsOf = (nanoseconds: bigint): number => Number(floorDivide(nanoseconds, 1_000_000n));

export function momentOf(nanoseconds: bigint, zone: Zone): Moment {
  const seconds = secondsOf(nanoseconds) + BigInt(zone.offset);
  const days = floorDivide(seconds, SECONDS_A_DAY);
  const ofDay = Number(floorModulo(seconds, SECONDS_A_DAY));
  const civil = civilOf(days);
  return {
    ...civil,
    yearDay: yearDayOf(civil),
    weekday: weekdayOf(days),
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    nanosecond: Number(floorModulo(nanoseconds, NANOS_A_SECOND)),
    zone,
  };
}

export interface Clockface {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

/** The instant of a date and time; fields may lie outside their range and carry over. */
export function instantOf(year: number, month: number, day: number, clock: Clockface, zone: Zone): bigint {
  const seconds =
    daysOf(year, month, day) * SECONDS_A_DAY +
    BigInt(clock.hour * 3600 + clock.minute * 60 + clock.second) -
    BigInt(zone.offset);
  return seconds * NANOS_A_SECOND + BigInt(clock.nanosecond);
}
