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
