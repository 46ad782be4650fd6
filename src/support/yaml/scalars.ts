/**
 * What a scalar means in the YAML dialect of the field: YAML 1.1 as go-yaml v2 reads it (spec
 * generators §0.4, sprig §18.2 rule 5). `yes` is true, `010` is eight, `1_000` is a thousand, dates and
 * base-60 numbers stay text, and a number too large for a double stays text too. Both directions use
 * this table: the reader to type a scalar, the writer to know which text must be quoted.
 */

export type ScalarTag = 'null' | 'bool' | 'int' | 'float' | 'timestamp' | 'merge' | 'str';

export interface Resolved {
  readonly tag: ScalarTag;
  readonly value: null | boolean | number | string;
  /** exact digits of an integer, where `value` is its nearest double */
  readonly integer?: bigint;
}

const words = (tag: ScalarTag, value: Resolved['value'], ...texts: string[]): [string, Resolved][] =>
  texts.map((text) => [text, { tag, value }]);

const WORDS: ReadonlyMap<string, Resolved> = new Map([
  ...words('null', null, '', '~', 'null', 'Null', 'NULL'),
  ...words('bool', true, 'y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'),
  ...words('bool', false, 'n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'),
  ...words('float', Number.NaN, '.nan', '.NaN', '.NAN'),
  ...words('float', Number.POSITIVE_INFINITY, '.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'),
  ...words('float', Number.NEGATIVE_INFINITY, '-.inf', '-.Inf', '-.INF'),
  ...words('merge', '<<', '<<'),
]);

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const DATE_TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]|[ \t]+)(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?: ?(Z|[-+]\d{2}:\d{2}))?$/;

const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n;

/** The meaning of a plain (unquoted, untagged) scalar. */
export function resolvePlain(text: string): Resolved {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  const numeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  if (!numeric) return { tag: 'str', value: text };
  if (first !== 0x2e && isTimestamp(text)) return { tag: 'timestamp', value: text };
  return resolveNumber(text) ?? { tag: 'str', value: text };
}

/** An integer or a float of YAML 1.1, or undefined when the text is neither. */
export function resolveNumber(text: string): Resolved | undefined {
  const plain = text.replaceAll('_', '');
  const integer = text.startsWith('.') ? null : INTEGER.exec(plain);
  if (integer !== null) {
    const value = integerOf(integer[1] ?? '', integer[2] ?? '');
    if (value >= MIN_INT64 && value < MAX_UINT64 && !(integer[1] === '+' && value >= 2n ** 63n)) {
      return { tag: 'int', value: Number(value), integer: value };
    }
  }
  if (!FLOAT.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? { tag: 'float', value } : undefined;
}

function integerOf(sign: string, digits: string): bigint {
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const value = BigInt(octal);
  return sign === '-' ? -value : value;
}

/** Whether the text is a number in base 60, which is text to this dialect but a number to others. */
export function isBase60(text: string): boolean {
  return BASE_60.test(text);
}

/** Dates and times as go-yaml knows them; read as text, but quoted when written. */
export function isTimestamp(text: string): boolean {
  if (!/^\d{4}-/.test(text)) return false;
  const parts = DATE.exec(text) ?? DATE_TIME.exec(text);
  if (parts === null) return false;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const days = [31, isLeap(year ?? 0) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][(month ?? 0) - 1];
  if (days === undefined || day === undefined || day < 1 || day > days) return false;
  return (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60;
}

const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
