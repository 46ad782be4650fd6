/**
 * Text to lists and back, and the plain conversions (spec sprig-functions §4): split, join, sortAlpha,
 * until, seq and the casts that name a type.
 */
import { compareBytes } from '../../support/byte-strings.ts';
import { redecode, searchable } from '../bytes.ts';
import { formatValue } from '../format/index.ts';
import {
  type CallContext,
  type GoKey,
  GoMap,
  GoSlice,
  type GoValue,
  goInt,
  goInt64,
  goStringSlice,
} from '../values.ts';
import { parseDigits, toFloat64, toInt64 } from './casts.ts';
import { define } from './define.ts';
import { textOf } from './text-of.ts';

/** The texts of a list; a list of strings is returned itself, not copied. */
export function toStrings(value: GoValue, context: CallContext): GoSlice {
  if (value === null) return goStringSlice([]);
  if (!(value instanceof GoSlice)) return goStringSlice([textOf(value, context)]);
  context.spend(value.items.length);
  if (value.elem === 'string') return value;
  return goStringSlice(value.items.filter((item) => item !== null).map((item) => textOf(item, context)));
}

/** At most `limit` parts (negative: all); an empty separator stands between all characters. */
export function splitText(separator: string, text: string, limit: number, context: CallContext): string[] {
  if (limit === 0) return [];
  const { part, text: whole, back } = searchable(separator, text);
  const parts = separator === '' ? [...text] : whole.split(part).map(back);
  context.spend(parts.length);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), redecode(parts.slice(limit - 1).join(separator))];
}

function numbered(parts: readonly string[]): GoMap {
  return new GoMap(new Map<GoKey, GoValue>(parts.map((part, i) => [`_${i}`, part])), 'string');
}

/** Whole numbers from start towards stop, which is not reached; a step that leads away gives none. */
function range(start: bigint, stop: bigint, step: bigint, context: CallContext): bigint[] {
  if (step === 0n || (step > 0n ? start >= stop : start <= stop)) return [];
  const span = step > 0n ? stop - start : start - stop;
  const size = step > 0n ? step : -step;
  const count = (span + size - 1n) / size;
  context.spend(Number(count));
  return Array.from({ length: Number(count) }, (_, i) => start + BigInt(i) * step);
}

const ints = (values: readonly bigint[]): GoSlice => new GoSlice(values.map(goInt), 'int');

/** Numbers from first to last inclusive, by step. */
function sequence(args: readonly bigint[], context: CallContext): string {
  const [first, second, third] = args;
  if (first === undefined || args.length > 3) return '';
  let [start, step, last] = [1n, first < 1n ? -1n : 1n, first];
  if (second !== undefined) [start, step, last] = [first, second < first ? -1n : 1n, second];
  if (third !== undefined && second !== undefined) {
    [start, step, last] = [first, second, third];
    if (third < first && step > 0n) return '';
  }
  const numbers = range(start, last + (last < start ? -1n : 1n), step, context);
  context.grow(numbers.length * 2);
  return numbers.join(' ');
}

export const STRING_LIST_FUNCTIONS = [
  define('toString', ['any'], 'string', ([value], context) => textOf(value, context)),
  define('toStrings', ['any'], 'strings', ([value], context) => toStrings(value, context)),
  define('join', ['string', 'any'], 'string', ([separator, value], context) => {
    const items = toStrings(value, context).items as string[];
    context.grow(items.reduce((sum, item) => sum + item.length + separator.length, 0));
    return items.join(separator);
  }),
  define('split', ['string', 'string'], 'stringMap', ([separator, text], context) =>
    numbered(splitText(separator, text, -1, context)),
  ),
  define('splitn', ['string', 'int', 'string'], 'stringMap', ([separator, limit, text], context) =>
    numbered(splitText(separator, text, limit, context)),
  ),
  define('splitList', ['string', 'string'], 'strings', ([separator, text], context) =>
    goStringSlice(splitText(separator, text, -1, context)),
  ),
  define(
    'sortAlpha',
    ['any'],
    'strings',
    ([value], context) => {
      if (!(value instanceof GoSlice)) return goStringSlice([textOf(value, context)]);
      const list = toStrings(value, context);
      (list.items as string[]).sort(compareBytes);
      return list;
    },
    { mutates: true },
  ),
  define('atoi', ['string'], 'int', ([text]) => goInt(parseDigits(text, 10, true) ?? 0n)),
  define('int', ['any'], 'int', ([value]) => goInt(toInt64(value))),
  define('int64', ['any'], 'int64', ([value]) => goInt64(toInt64(value))),
  define('float64', ['any'], 'float', ([value]) => toFloat64(value)),
  define('toDecimal', ['any'], 'int64', ([value]) =>
    goInt64(parseDigits(formatValue(value), 8, false) ?? 0n),
  ),
  define('seq', ['...exactInt'], 'string', (args, context) => sequence(args, context)),
  define('until', ['exactInt'], 'ints', ([count], context) =>
    ints(range(0n, count, count < 0n ? -1n : 1n, context)),
  ),
  define('untilStep', ['exactInt', 'exactInt', 'exactInt'], 'ints', ([start, stop, step], context) =>
    ints(range(start, stop, step, context)),
  ),
];
