/**
 * Numbers as Go's strconv reads them (integers with a base prefix, decimal and hexadecimal floats,
 * underscores between digits), and the constants a template makes of them (spec go-template §12.3).
 * Text that is no number gives undefined. The size of a text bounds the work on it.
 */
import { goQuote } from '../../support/go-quote.ts';
import { GoComplex, type GoValue, goInt } from '../values.ts';

const INTEGER =
  /^([+-]?)(?:0[xX]((?:_?[0-9a-fA-F])+)|0[oO]((?:_?[0-7])+)|0[bB]((?:_?[01])+)|(0(?:_?[0-7])*)|([1-9](?:_?[0-9])*))$/;
/** More significant digits than any 64-bit number has, in any base. */
const MOST_DIGITS = 70;

/** An integer literal with its base prefix, of any size that 64 bits could hold; undefined: none, or longer. */
function readInteger(text: string): { readonly sign: string; readonly size: bigint } | undefined {
  const match = INTEGER.exec(text);
  if (match === null) return undefined;
  const [, sign = '', hex, octal, binary, leadingZero, decimal] = match;
  const digits = (hex ?? octal ?? binary ?? leadingZero ?? decimal ?? '')
    .replaceAll('_', '')
    .replace(/^0+(?=.)/, '');
  if (digits.length > MOST_DIGITS) return undefined;
  const prefix = hex !== undefined ? '0x' : binary !== undefined ? '0b' : decimal !== undefined ? '' : '0o';
  return { sign, size: BigInt(prefix + digits) };
}

/** Go's ParseInt with base 0 and 64 bits. */
export function parseInt64(text: string): bigint | undefined {
  const read = readInteger(text);
  if (read === undefined) return undefined;
  const value = read.sign === '-' ? -read.size : read.size;
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Go's ParseUint with base 0 and 64 bits. */
export function parseUint64(text: string): bigint | undefined {
  const read = readInteger(text);
  return read === undefined || read.sign !== '' || read.size >> 64n !== 0n ? undefined : read.size;
}

const DIGITS = '[0-9](?:_?[0-9])*';
const DECIMAL_FLOAT = new RegExp(
  `^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?$`,
);
const HEX_FLOAT =
  /^([+-]?)0[xX]_?([0-9a-fA-F](?:_?[0-9a-fA-F])*)?(?:\.((?:[0-9a-fA-F](?:_?[0-9a-fA-F])*)?))?[pP]([+-]?[0-9](?:_?[0-9])*)$/;
const SPECIAL_FLOAT = /^([+-]?)(inf|infinity|nan)$/i;
const KEPT_HEX_DIGITS = 64;

function parseHexFloat(match: RegExpExecArray): number | undefined {
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  let digits = (whole + fraction).replaceAll('_', '');
  if (digits === '') return undefined;
  let exponent = Number(exponentText.replaceAll('_', '')) - 4 * fraction.replaceAll('_', '').length;
  digits = digits.replace(/^0+(?=.)/, '');
  if (digits.length > KEPT_HEX_DIGITS) {
    // what is cut off decides only whether the rest is more than a tie
    exponent += 4 * (digits.length - KEPT_HEX_DIGITS - 1);
    digits = `${digits.slice(0, KEPT_HEX_DIGITS)}${/[1-9a-f]/i.test(digits.slice(KEPT_HEX_DIGITS)) ? '1' : '0'}`;
  }
  const mantissa = BigInt(`0x${digits}`);
  let size: number;
  if (mantissa === 0n) size = 0;
  else if (exponent > 2_000) size = Infinity;
  else if (exponent < -2_000) size = 0;
  else if (exponent >= 0) size = Number(mantissa << BigInt(exponent));
  else size = Number(`${mantissa * 5n ** BigInt(-exponent)}e${exponent}`);
  return sign === '-' ? -size : size;
}

/** Go's ParseFloat; undefined also where the number is too large for a float64. */
export function parseFloat64(text: string): number | undefined {
  if (DECIMAL_FLOAT.test(text)) {
    const value = Number(text.replaceAll('_', ''));
    return Number.isFinite(value) ? value : undefined;
  }
  const special = SPECIAL_FLOAT.exec(text);
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? -Infinity : Infinity;
  }
  const hex = HEX_FLOAT.exec(text);
  if (hex === null) return undefined;
  const value = parseHexFloat(hex);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** A number constant: each representation it has (spec go-template §12.3). */
export interface NumberConstant {
  readonly int?: bigint;
  readonly uint?: bigint;
  readonly float?: number;
  readonly complex?: GoComplex;
  /** the value where no type is asked for; undefined: too large for an int */
  readonly ideal: GoValue | undefined;
}

const TWO_63 = 2 ** 63;

/** The integers a float stands for, as far as it is whole and fits. */
function integersOf(value: number): { int?: bigint; uint?: bigint } {
  if (!Number.isInteger(value)) return {};
  return {
    ...(value >= -TWO_63 && value < TWO_63 ? { int: BigInt(value) } : {}),
    ...(value >= 0 && value < 2 * TWO_63 ? { uint: BigInt(value) } : {}),
  };
}

function complexConstant(real: number, imaginary: number): NumberConstant {
  const complex = new GoComplex(real, imaginary);
  return {
    complex,
    ideal: complex,
    ...(imaginary === 0 ? { float: real, ...integersOf(real) } : {}),
  };
}

/** The constant of a number token (not of a character); the error is Go's. */
export function numberConstant(text: string): NumberConstant | { readonly error: string } {
  const parts = /^([+-]?.*[^eEpP+-])([+-].*)i$/.exec(text);
  if (parts !== null) {
    const real = parseFloat64(parts[1] ?? '') ?? asNumber(parseInt64(parts[1] ?? ''));
    const imaginary = parseFloat64(parts[2] ?? '') ?? asNumber(parseInt64(parts[2] ?? ''));
    if (real !== undefined && imaginary !== undefined) return complexConstant(real, imaginary);
    return { error: `illegal number syntax: ${goQuote(text)}` };
  }
  if (text.endsWith('i')) {
    const imaginary = parseFloat64(text.slice(0, -1));
    if (imaginary !== undefined) return complexConstant(0, imaginary);
  }
  const int = parseInt64(text);
  const uint = parseUint64(text) ?? (int === 0n ? 0n : undefined);
  if (int !== undefined || uint !== undefined) {
    // "-0xe" holds an e and no leading 0x: Go takes it for a float
    const float = Number(int ?? uint);
    const looksFloat = /[.eEpP]/.test(text) && !/^0[xX]/.test(text);
    return {
      ...(int === undefined ? {} : { int }),
      ...(uint === undefined ? {} : { uint }),
      float,
      ideal: looksFloat ? float : int === undefined ? undefined : goInt(int),
    };
  }
  const float = parseFloat64(text);
  if (float === undefined) return { error: `illegal number syntax: ${goQuote(text)}` };
  if (!/[.eEpP]/.test(text)) return { error: `integer overflow: ${goQuote(text)}` };
  return { float, ideal: float, ...integersOf(float) };
}

/** The constant of a character. */
export function characterConstant(value: number): NumberConstant {
  return { int: BigInt(value), uint: BigInt(value), float: value, ideal: goInt(value) };
}

const asNumber = (value: bigint | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);
