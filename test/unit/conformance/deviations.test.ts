/** Every deviation names tests that are there: a reader can look, and a renamed test is noticed. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { DEVIATIONS } from '../../../src/conformance/deviations.ts';

const root = resolve(import.meta.dirname, '../../..');
const named = DEVIATIONS.flatMap(({ about, tests }) =>
  tests.map(({ file, title }) => [about, file, title] as const),
);

test('each has at least one test', () => {
  expect(DEVIATIONS.filter(({ tests }) => tests.length === 0)).toEqual([]);
  expect(new Set(DEVIATIONS.map(({ about }) => about)).size).toBe(DEVIATIONS.length);
});

test.each(named)('%s: %s has “%s”', (_, file, title) => {
  const path = resolve(root, file);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain(`'${title}'`);
});
