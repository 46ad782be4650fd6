/** Every trigger case of the compatibility corpus: which events wake a set, in compat mode. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadCases, runCase } from '../../src/conformance/index.ts';

const cases = await loadCases([
  fileURLToPath(new URL('./cases/triggers/event-filters.json', import.meta.url)),
]);

describe('trigger corpus', () => {
  test('is complete', () => {
    expect(cases).toHaveLength(84);
  });

  test.each(cases.map((item) => [item.name, item] as const))('%s', async (_name, item) => {
    const result = await runCase(item);
    expect(result.diff ?? [], item.about).toEqual([]);
    expect(result.status).toBe('passed');
  });
});
