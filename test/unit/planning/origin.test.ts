/** Recorded origins: written and read back, and what cannot be read counts as none. */
import { expect, test } from 'vitest';
import { decodeOrigin, encodeOrigin, partsKeyOf, sharesPart } from '../../../src/planning/origin.ts';
import { origin, part } from './plan-fixtures.ts';

test('an origin is read as it was written', () => {
  const recorded = origin([part('eu-7', 'l1', 'cluster'), part('apps/ä "x"', 'l2', 'directory')], 4);
  expect(decodeOrigin(encodeOrigin(recorded))).toEqual(recorded);
});

test.each([
  undefined,
  '',
  '{',
  'null',
  '[]',
  '{"generation":1}',
  '{"generation":"1","parts":[]}',
  '{"generation":1,"parts":[["a","b"]]}',
  '{"generation":1,"parts":[["a","b",3]]}',
])('%j is no origin', (text) => {
  expect(decodeOrigin(text)).toBeUndefined();
});

test('parts are the same in any order, and another leaf makes another part', () => {
  const [a, b] = [part('a'), part('b')];
  expect(partsKeyOf([a, b])).toBe(partsKeyOf([b, a, a]));
  expect(partsKeyOf([a])).not.toBe(partsKeyOf([part('a', 'leaf-2')]));
  expect(sharesPart([a], [b, a])).toBe(true);
  expect(sharesPart([a], [part('a', 'leaf-2')])).toBe(false);
});
