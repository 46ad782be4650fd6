/** Cases told apart by their keys, runs that never throw, and counts by area. */
import { describe, expect, test } from 'vitest';
import {
  type CaseRunner,
  formatReport,
  parseCases,
  runCases,
  summarize,
} from '../../../src/conformance/index.ts';

const text = JSON.stringify([
  { name: 'lists/one', about: 'a', world: {} },
  { name: 'lists/two', world: {} },
  { name: 'scm/http', world: { http: [] } },
  { name: 'hooks/push', sets: [], request: {} },
  { name: 'loop/steps', steps: [] },
  { name: 'events/watch', watch: 'Secret' },
]);

const fake = (run: CaseRunner['run']): ReadonlyMap<CaseRunner['kind'], CaseRunner> =>
  new Map([['generation', { kind: 'generation', run }]]);

describe('conformance run', () => {
  test('the kind of a case is seen from its keys', () => {
    expect(parseCases(text, 'x.json').map(({ kind }) => kind)).toEqual([
      'generation',
      'generation',
      'external',
      'webhook',
      'controller',
      'triggers',
    ]);
  });

  test.each(['{}', '[{"about": "no name"}]', 'nonsense'])('%s is no file of cases', (wrong) => {
    expect(() => parseCases(wrong, 'x.json')).toThrow(/^x\.json: /);
  });

  test('what nobody runs is skipped with a reason, what throws is a failure', async () => {
    const runners = fake(async ({ name }) => {
      if (name === 'lists/two') throw new RangeError('out of world');
      return { status: 'passed' };
    });
    const report = summarize(await runCases(parseCases(text, 'x.json'), runners));
    expect(report.total).toEqual({ passed: 1, failed: 1, skipped: 4 });
    expect(report.areas[0]).toEqual({ kind: 'generation', area: 'lists', passed: 1, failed: 1, skipped: 0 });
    expect(report.skipReasons).toContainEqual({ reason: 'no runner for webhook cases', cases: 1 });
    const lines = formatReport(report).split('\n');
    expect(lines[0]).toBe('generation/lists  1 passed  1 failed  0 skipped');
    expect(lines).toContain('FAILED lists/two');
    expect(lines).toContain('  the run failed: out of world');
    expect(lines.at(-1)).toBe('1 passed, 1 failed, 4 skipped');
  });
});
