/**
 * Functions on lists (spec sprig-functions §10). Every kind of slice is a list; results are new lists of
 * anything, except that `slice` keeps the kind. An empty result is an empty list, but a nil one where
 * Go leaves it nil, which JSON shows as null.
 */
import { ANY, type CallContext, type GoFunction, GoSlice, type GoValue } from '../values.ts';
import { toInt64 } from './casts.ts';
import { alias, define, fail } from './define.ts';
import { deepEqual } from './equality.ts';
import { itemsOf, sliceOf } from './list-items.ts';

const NIL_LIST = (): GoSlice => new GoSlice([], ANY, true);

/** Both names of a function whose `must` form differs in nothing. */
const pair = (name: string, target: GoFunction): GoFunction[] => [
  target,
  alias(`must${name.slice(0, 1).toUpperCase()}${name.slice(1)}`, target),
];

const list = define('list', ['...any'], 'list', (values) => new GoSlice([...values]));

const append = define('append', ['any', 'any'], 'list', ([items, item], context) => {
  const all = itemsOf(items, 'Cannot push on type %');
  context.spend(all.length);
  return new GoSlice([...all, item]);
});

const prepend = define('prepend', ['any', 'any'], 'list', ([items, item], context) => {
  const all = itemsOf(items, 'Cannot prepend on type %');
  context.spend(all.length);
  return new GoSlice([item, ...all]);
});

const concat = define('concat', ['...any'], 'any', (lists, context) => {
  const all = lists.flatMap((one) => itemsOf(one, 'Cannot concat type % as list'));
  context.spend(all.length);
  return all.length === 0 ? NIL_LIST() : new GoSlice(all);
});

/** Keeps the first of equal items. Texts, the usual case, are found by their value. */
function distinct(items: readonly GoValue[], context: CallContext): GoValue[] {
  const texts = new Set<string>();
  const others: GoValue[] = [];
  const kept: GoValue[] = [];
  for (const item of items) {
    if (typeof item === 'string') {
      if (texts.has(item)) continue;
      texts.add(item);
    } else {
      if (others.some((other) => deepEqual(other, item, context))) continue;
      others.push(item);
    }
    kept.push(item);
  }
  return kept;
}

function sliceList(value: GoValue, bounds: readonly GoValue[], context: CallContext): GoValue {
  const source = sliceOf(value, 'list should be type of slice or array but %');
  const { length } = source.items;
  if (length === 0) return null;
  const [from, to] = bounds;
  const start = from === undefined ? 0n : toInt64(from);
  const end = to === undefined ? BigInt(length) : toInt64(to);
  if (start < 0n || start > end || end > BigInt(length))
    fail('reflect.Value.Slice: slice index out of bounds');
  context.spend(Number(end - start));
  return new GoSlice(source.items.slice(Number(start), Number(end)), source.elem);
}

/** Pieces of `size`. Negative sizes make no sense and give what Go's arithmetic makes of them. */
function chunk(size: number, value: GoValue, context: CallContext): GoSlice {
  const items = itemsOf(value, 'Cannot chunk type %');
  const { length } = items;
  context.spend(length);
  const count = size === 0 ? -1 : Math.floor((length - 1) / size) + 1;
  const least = size > 0 || count === 0 ? 0 : length % size === 0 ? -1 : 0;
  if (count < 0 || least < 0) fail('runtime error: makeslice: len out of range');
  const chunks = Array.from(
    { length: count },
    (_, i) => new GoSlice(size > 0 ? items.slice(i * size, (i + 1) * size) : [...items]),
  );
  return new GoSlice(chunks, '[]interface {}');
}

export const LIST_FUNCTIONS: GoFunction[] = [
  list,
  alias('tuple', list),
  ...pair('append', append),
  ...pair('push', alias('push', append)),
  ...pair('prepend', prepend),
  concat,
  ...pair(
    'first',
    define('first', ['any'], 'any', ([value]) => itemsOf(value, 'Cannot find first on type %').at(0) ?? null),
  ),
  ...pair(
    'last',
    define('last', ['any'], 'any', ([value]) => itemsOf(value, 'Cannot find last on type %').at(-1) ?? null),
  ),
  ...pair(
    'rest',
    define('rest', ['any'], 'list', ([value], context) => {
      const items = itemsOf(value, 'Cannot find rest on type %');
      context.spend(items.length);
      return items.length === 0 ? NIL_LIST() : new GoSlice(items.slice(1));
    }),
  ),
  ...pair(
    'initial',
    define('initial', ['any'], 'list', ([value], context) => {
      const items = itemsOf(value, 'Cannot find initial on type %');
      context.spend(items.length);
      return items.length === 0 ? NIL_LIST() : new GoSlice(items.slice(0, -1));
    }),
  ),
  ...pair(
    'reverse',
    define('reverse', ['any'], 'list', ([value], context) => {
      const items = itemsOf(value, 'Cannot find reverse on type %');
      context.spend(items.length);
      return new GoSlice(items.toReversed());
    }),
  ),
  ...pair(
    'uniq',
    define(
      'uniq',
      ['any'],
      'list',
      ([value], context) => new GoSlice(distinct(itemsOf(value, 'Cannot find uniq on type %'), context)),
    ),
  ),
  ...pair(
    'without',
    define('without', ['any', '...any'], 'list', ([value, ...unwanted], context) => {
      const items = itemsOf(value, 'Cannot find without on type %');
      return new GoSlice(items.filter((item) => !unwanted.some((other) => deepEqual(item, other, context))));
    }),
  ),
  ...pair(
    'has',
    define('has', ['any', 'any'], 'bool', ([needle, value], context) => {
      if (value === null) return false;
      const items = itemsOf(value, 'Cannot find has on type %');
      return items.some((item) => deepEqual(needle, item, context));
    }),
  ),
  ...pair(
    'slice',
    define('slice', ['any', '...any'], 'any', ([value, ...bounds], context) =>
      sliceList(value, bounds, context),
    ),
  ),
  ...pair(
    'chunk',
    define('chunk', ['int', 'any'], 'lists', ([size, value], context) => chunk(size, value, context)),
  ),
];
