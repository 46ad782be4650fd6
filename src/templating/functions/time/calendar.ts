/**
 * The proleptic Gregorian calendar on whole days and seconds since 1970, for every year an int64 of
 * seconds can name. No JavaScript Date: its range is smaller than Go's.
 */
export const SECONDS_A_DAY = 86_400n;
export const NANOS_A_SECOND = 1_000_000_000n;

export interface Civil {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  /** 1 to 31 */
  readonly day: number;
}

/** Division that rounds towards minus infinity. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

export const floorModulo = (a: bigint, b: bigint): bigint => a - floorDivide(a, b) * b;

/** Days since 1970 of a date; month and day may lie outside their range. */
export function daysOf(year: number, month: number, day: number): bigint {
  const months = BigInt(year) * 12n + BigInt(month - 1);
  const y = floorDivide(months, 12n);
  const m = floorModulo(months, 12n);
  // years that start in March have their leap day at the end
  const shifted = m < 2n ? y - 1n : y;
  const era = floorDivide(shifted, 400n);
  const yearOfEra = shifted - era * 400n;
  const dayOfYear = (153n * ((m + 10n) % 12n) + 2n) / 5n;
  const dayOfEra = yearOfEra * 365n + yearOfEra / 4n - yearOfEra / 100n + dayOfYear;
  return era * 146_097n + dayOfEra - 719_468n + BigInt(day - 1);
}

/** The date of a day since 1970. */
export function civilOf(days: bigint): Civil {
  const shifted = days + 719_468n;
  const era = floorDivide(shifted, 146_097n);
  const dayOfEra = shifted - era * 146_097n;
  const yearOfEra = (dayOfEra - dayOfEra / 1_460n + dayOfEra / 36_524n - dayOfEra / 146_096n) / 365n;
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const fromMarch = (5n * dayOfYear + 2n) / 153n;
  const month = Number(fromMarch < 10n ? fromMarch + 3n : fromMarch - 9n);
  return {
    year: Number(yearOfEra + era * 400n) + (month <= 2 ? 1 : 0),
    month,
    day: Number(dayOfYear - (153n * fromMarch + 2n) / 5n) + 1,
  };
}

export const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

export const daysInMonth = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

/** 1 for January the first. */
export const yearDayOf = ({ year, month, day }: Civil): number =>
  Number(daysOf(year, month, day) - daysOf(year, 1, 1)) + 1;

/** 0 for Sunday. */
export const weekdayOf = (days: bigint): number => Number(floorModulo(days + 4n, 7n));
