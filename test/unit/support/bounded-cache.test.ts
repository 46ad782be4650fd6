/** The cache forgets what was not used for longest. */
import { expect, test } from 'vitest';
import { BoundedCache } from '../../../src/support/bounded-cache.ts';

test('holds no more than its capacity, and what was used last', () => {
  const made: string[] = [];
  const cache = new BoundedCache<string, string>(2);
  const get = (key: string) =>
    cache.getOrMake(key, () => {
      made.push(key);
      return key.toUpperCase();
    });
  expect(['a', 'b', 'a', 'c', 'a', 'b'].map(get)).toEqual(['A', 'B', 'A', 'C', 'A', 'B']);
  expect(made).toEqual(['a', 'b', 'c', 'b']);
  expect(cache.size).toBe(2);
});

test('what making throws is not kept', () => {
  const cache = new BoundedCache<string, number>(2);
  expect(() =>
    cache.getOrMake('a', () => {
      throw new RangeError('no');
    }),
  ).toThrow('no');
  expect(cache.getOrMake('a', () => 1)).toBe(1);
});

test('holds no more than its weight, but always what came last', () => {
  const cache = new BoundedCache<string, string>(10, { most: 5, of: (value) => value.length });
  const kept = () => ['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== undefined);
  cache.set('a', 'xx');
  cache.set('b', 'xxx');
  expect(kept()).toEqual(['a', 'b']);
  cache.set('a', 'x');
  cache.set('c', 'x');
  expect(kept()).toEqual(['a', 'b', 'c']);
  cache.set('d', 'xxxxxxxxx');
  expect(kept()).toEqual(['d']);
  cache.set('a', 'x');
  expect(kept()).toEqual(['a']);
});
