/**
 * What counts as empty, and the functions that decide by it (spec sprig-functions §7). Objects such as
 * times and certificates are never empty; a duration of nothing is.
 */
import { GoInt, GoMap, GoSlice, type GoValue } from '../values.ts';
import { alias, define } from './define.ts';
import { itemsOf } from './list-items.ts';

export function isEmpty(value: GoValue | undefined): boolean {
  switch (typeof value) {
    case 'undefined':
      return true;
    case 'string':
      return value === '';
    case 'number':
      return value === 0;
    case 'boolean':
      return !value;
    default:
      if (value === null) return true;
      if (value instanceof GoInt) return value.v === 0n;
      if (value instanceof GoMap) return value.size === 0;
      return value instanceof GoSlice && value.items.length === 0;
  }
}

const isFull = (value: GoValue): boolean => !isEmpty(value);

const compact = define(
  'compact',
  ['any'],
  'list',
  ([list]) => new GoSlice(itemsOf(list, 'Cannot compact on type %').filter(isFull)),
);

export const DEFAULT_FUNCTIONS = [
  define('default', ['any', '...any'], 'any', ([fallback, given]) =>
    given === undefined || isEmpty(given) ? fallback : given,
  ),
  define('empty', ['any'], 'bool', ([value]) => isEmpty(value)),
  define('coalesce', ['...any'], 'any', (values) => values.find(isFull) ?? null),
  define('all', ['...any'], 'bool', (values) => values.every(isFull)),
  define('any', ['...any'], 'bool', (values) => values.some(isFull)),
  define('ternary', ['any', 'any', 'bool'], 'any', ([yes, no, condition]) => (condition ? yes : no)),
  compact,
  alias('mustCompact', compact),
];
