/**
 * Functions on maps (spec sprig-functions §9). Maps are shared: set, unset and the merges change their
 * first argument and return it. What Go leaves unordered (keys, values) comes in byte order of keys.
 */
import { compareBytes } from '../../support/byte-strings.ts';
import {
  ANY,
  type CallContext,
  type GoFunction,
  type GoKey,
  GoMap,
  GoSlice,
  type GoValue,
  goMap,
  goStringSlice,
  MAP_ANY,
  typeOf,
} from '../values.ts';
import { alias, define, fail } from './define.ts';
import { mergeInto } from './merge.ts';
import { Version } from './semver.ts';
import { textOf } from './text-of.ts';

const text = (key: GoKey): string => String(key);
function sortedKeys(map: GoMap, context: CallContext): string[] {
  context.spend(map.size);
  return [...map.entries.keys()].map(text).sort(compareBytes);
}
const fresh = (map: GoMap): GoMap => (map.isNil ? goMap() : map);

function dict(pairs: readonly GoValue[], context: CallContext): GoMap {
  const map = goMap();
  for (let i = 0; i < pairs.length; i += 2)
    map.set(textOf(pairs[i] ?? null, context), i + 1 < pairs.length ? (pairs[i + 1] ?? null) : '');
  return map;
}

const nameType = (value: GoValue): string => (value === null ? 'nil' : typeOf(value));

function asMap(value: GoValue | undefined): GoMap {
  if (value instanceof GoMap && typeOf(value) === MAP_ANY) return value;
  return fail(`interface conversion: interface {} is ${nameType(value ?? null)}, not ${MAP_ANY}`);
}

/** Walks the keys; a level without its key answers the default. */
function dig(args: readonly GoValue[]): GoValue {
  if (args.length < 3) fail('dig needs at least three arguments');
  let map = asMap(args.at(-1));
  const keys = args
    .slice(0, -2)
    .map((key) =>
      typeof key === 'string'
        ? key
        : fail(`interface conversion: interface {} is ${nameType(key)}, not string`),
    );
  for (const [level, key] of keys.entries()) {
    const value = map.get(key);
    if (value === undefined) return args.at(-2) ?? null;
    if (level === keys.length - 1) return value;
    map = asMap(value);
  }
  return null;
}

/** A copy down to the scalars. A version loses its hidden fields on the way, as in the reference. */
function copy(value: GoValue, context: CallContext): GoValue {
  context.spend(1);
  if (value instanceof GoMap) {
    const entries = new Map<GoKey, GoValue>();
    for (const [key, item] of value.entries) entries.set(key, copy(item, context));
    return new GoMap(entries, value.elem, value.key, value.isNil);
  }
  if (value instanceof GoSlice) {
    return new GoSlice(
      value.items.map((item) => copy(item, context)),
      value.elem,
      value.isNil,
    );
  }
  return value instanceof Version ? value.zero() : value;
}

const deepCopy = define('deepCopy', ['any'], 'any', ([value], context) =>
  value === null ? fail('reflect: call of reflect.Value.Type on zero Value') : copy(value, context),
);

function merging(name: string, overwrite: boolean): GoFunction {
  return define(
    name,
    ['map', '...map'],
    'any',
    ([target, ...sources], context) => {
      const merged = fresh(target);
      for (const source of sources) mergeInto(merged, source, overwrite, context);
      return merged;
    },
    { mutates: true },
  );
}

export const DICT_FUNCTIONS = [
  define('dict', ['...any'], 'map', dict),
  define('get', ['map', 'string'], 'any', ([map, key]) => {
    const value = map.get(key);
    return value === undefined ? '' : value;
  }),
  define(
    'set',
    ['map', 'string', 'any'],
    'map',
    ([map, key, value]) => {
      if (map.isNil) fail('assignment to entry in nil map');
      map.set(key, value);
      return map;
    },
    { mutates: true },
  ),
  define(
    'unset',
    ['map', 'string'],
    'map',
    ([map, key]) => {
      map.entries.delete(key);
      return map;
    },
    { mutates: true },
  ),
  define('hasKey', ['map', 'string'], 'bool', ([map, key]) => map.has(key)),
  define(
    'pluck',
    ['string', '...map'],
    'list',
    ([key, ...maps]) => new GoSlice(maps.flatMap((map) => (map.has(key) ? [map.get(key) ?? null] : []))),
  ),
  define('keys', ['...map'], 'strings', (maps, context) =>
    goStringSlice(maps.flatMap((map) => sortedKeys(map, context))),
  ),
  define(
    'values',
    ['map'],
    'list',
    ([map], context) => new GoSlice(sortedKeys(map, context).map((key) => map.get(key) ?? null)),
  ),
  define('pick', ['map', '...string'], 'map', ([map, ...keys]) =>
    goMap(keys.flatMap((key) => (map.has(key) ? [[key, map.get(key) ?? null] as const] : []))),
  ),
  define('omit', ['map', '...string'], 'map', ([map, ...keys], context) => {
    context.spend(map.size);
    const dropped = new Set(keys);
    return new GoMap(new Map([...map.entries].filter(([key]) => !dropped.has(text(key)))), ANY);
  }),
  define('dig', ['...any'], 'any', dig),
  deepCopy,
  alias('mustDeepCopy', deepCopy),
  merging('merge', false),
  merging('mustMerge', false),
  merging('mergeOverwrite', true),
  merging('mustMergeOverwrite', true),
];
