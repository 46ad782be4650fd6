/**
 * Every controller case of the compatibility corpus, one test a case: scenarios of steps on an
 * in-memory store, in compat mode. Skipped are cases of src/conformance/skips.ts, and those that use
 * what a reconcile says is not supported yet; the count of skips is printed.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { loadCases, runCase } from '../../src/conformance/index.ts';

const folder = fileURLToPath(new URL('./cases/controller/', import.meta.url));
const cases = await loadCases(
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => `${folder}${file}`),
);

describe('controller corpus', () => {
  let skipped = 0;
  afterAll(() => {
    process.stdout.write(`controller cases: ${cases.length}, skipped: ${skipped}\n`);
  });

  test('is complete', () => {
    expect(cases).toHaveLength(228);
  });

  for (const item of cases) {
    test(item.name, async (context) => {
      const result = await runCase(item);
      if (result.status === 'skipped') {
        skipped += 1;
        context.skip(result.reason);
      }
      expect(result.diff ?? [], item.about).toEqual([]);
    });
  }
});
