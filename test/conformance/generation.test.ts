/**
 * Every generation case of the compatibility corpus, one test a case, in compat mode. Expected values
 * are facts about the reference and are never edited; a case is skipped only with a reason in
 * src/conformance/skips.ts.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { loadCases, runCase, SKIPS } from '../../src/conformance/index.ts';

const folder = fileURLToPath(new URL('./cases/generation/', import.meta.url));
const cases = await loadCases(
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => `${folder}${file}`),
);

describe('generation corpus', () => {
  afterAll(() => {
    const skipped = cases.filter((item) => SKIPS[item.name] !== undefined);
    process.stdout.write(`generation cases: ${cases.length}, skipped: ${skipped.length}\n`);
  });

  test('is complete', () => {
    expect(cases).toHaveLength(502);
  });

  for (const item of cases) {
    test(item.name, async (context) => {
      const result = await runCase(item);
      if (result.status === 'skipped') context.skip(result.reason);
      expect(result.diff ?? [], item.about).toEqual([]);
    });
  }
});
