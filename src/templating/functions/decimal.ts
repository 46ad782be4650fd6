/**
 * Exact decimal numbers for the float functions (spec sprig-functions §6): a float becomes the
 * shortest decimal text that names it, arithmetic is exact, the answer is the nearest float. Division
 * keeps 16 decimal places, rounded half away from zero.
 */
import { fail } from './define.ts';

/** value × 10^-places */
export interface Decimal {
  readonly value: bigint;
  readonly places: number;
}

const DIVISION_PLACES = 16;

const tens = (count: number): bigint => 10n ** BigInt(count);

export function decimalOf(number: number): Decimal {
  if (!Number.isFinite(number)) {
    fail(`Cannot create a Decimal from ${Number.isNaN(number) ? 'NaN' : number > 0 ? '+Inf' : '-Inf'}`);
  }
  const [digits = '0', exponent = '0'] = number.toExponential().split('e');
  const fraction = digits.split('.')[1] ?? '';
  const places = fraction.length - Number(exponent);
  const value = BigInt(digits.replace('.', ''));
  return places < 0 ? { value: value * tens(-places), places: 0 } : { value, places };
}

/** The nearest float. */
export const numberOf = ({ value, places }: Decimal): number => Number(`${value}e-${places}`);

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const places = Math.max(a.places, b.places);
  return [a.value * tens(places - a.places), b.value * tens(places - b.places), places];
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const [left, right, places] = aligned(a, b);
  return { value: left + right, places };
}

export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  const [left, right, places] = aligned(a, b);
  return { value: left - right, places };
}

export const multiplyDecimals = (a: Decimal, b: Decimal): Decimal => ({
  value: a.value * b.value,
  places: a.places + b.places,
});

export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (b.value === 0n) fail('decimal division by 0');
  const [left, right] = aligned(a, b);
  const scaled = left * tens(DIVISION_PLACES);
  const whole = scaled / right;
  const rest = scaled % right;
  const magnitude = (n: bigint): bigint => (n < 0n ? -n : n);
  const away = scaled < 0n === right < 0n ? 1n : -1n;
  const value = 2n * magnitude(rest) >= magnitude(right) ? whole + away : whole;
  return { value, places: DIVISION_PLACES };
}
