/**
 * Cases of the compatibility corpus in which the operator's settings restrict generators that ask
 * services. Those that would come as far as asking wait for the generators; what is refused before is
 * refused in the reference's words.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadCases, runCase } from '../../src/conformance/index.ts';

const cases = await loadCases([
  fileURLToPath(new URL('./cases/external/restrictions.json', import.meta.url)),
]);
const refused = cases.filter(({ body }) => (body.expect as { outcome?: string }).outcome !== 'ok');

describe('corpus of restrictions', () => {
  test('is complete, and waits for generators in the cases that are allowed alone', async () => {
    expect(cases).toHaveLength(17);
    const skipped = (await Promise.all(cases.map((item) => runCase(item)))).filter(
      ({ status }) => status === 'skipped',
    );
    expect(skipped.map(({ name }) => name)).toEqual(
      cases.filter((item) => !refused.includes(item)).map(({ name }) => name),
    );
  });

  test.each(refused.map((item) => [item.name, item] as const))('%s', async (_name, item) => {
    const result = await runCase(item);
    expect(result.diff ?? [], item.about).toEqual([]);
    expect(result.status).toBe('passed');
    expect((result.actual as { error?: string }).error).toBe(
      String((item.body.expect as { error: string }).error).replaceAll('{{API}}', 'http://127.0.0.1:9'),
    );
  });
});
