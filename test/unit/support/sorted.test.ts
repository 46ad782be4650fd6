/** Long lists put in order step by step come out as the machine's own sort makes them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstIndex, firstIndexNear, sortSteps } from '../../../src/support/sorted.ts';
import { atOnce } from '../../../src/support/turns.ts';

type Item = readonly [key: number, place: number];
const byKey = (a: Item, b: Item) => a[0] - b[0];
const sortedItems = (keys: readonly number[]) =>
  atOnce(
    sortSteps(
      keys.map((key, place): Item => [key, place]),
      byKey,
    ),
  );

test('any list, equal items in the order they came', () => {
  const keys = fc.array(fc.nat(50), { maxLength: 3_000, size: 'max' });
  fc.assert(
    fc.property(keys, (list) => {
      const expected = list.map((key, place): Item => [key, place]).sort(byKey);
      expect(sortedItems(list)).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('what was given is left as it was', () => {
  const given = Array.from({ length: 2_000 }, (_, index) => 2_000 - index);
  const before = [...given];
  atOnce(sortSteps(given, (a, b) => a - b));
  expect(given).toEqual(before);
});

test('a list in order is looked at once, in steps', () => {
  const given = Array.from({ length: 100_000 }, (_, index) => index);
  let compared = 0;
  let steps = 0;
  const work = sortSteps(given, (a, b) => {
    compared += 1;
    return a - b;
  });
  for (let step = work.next(); step.done !== true; step = work.next()) steps += 1;
  expect(compared).toBeLessThan(2 * given.length);
  expect(steps).toBeGreaterThan(100);
});

test('the first index from which on it holds', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(120), (length, at) => {
      expect(firstIndex(length, (index) => index >= at)).toBe(Math.min(length, at));
    }),
  );
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), fc.nat(120), (start, more, at) => {
      const length = start + more;
      const looked: number[] = [];
      const found = firstIndexNear(start, length, (index) => {
        looked.push(index);
        return index >= at;
      });
      expect(found).toBe(Math.max(start, Math.min(length, at)));
      expect(looked.every((index) => index >= start && index < length)).toBe(true);
    }),
  );
});
