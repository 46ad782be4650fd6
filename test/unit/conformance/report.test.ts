/** Cases told apart by their keys, runs that never throw, and counts by area. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type CaseRunner,
  formatReport,
  loadCases,
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

  test.each([
    ['{}', ['x.json: it/x.json: not an array of cases']],
    ['nonsense', ['x.json: it/x.json: Unexpected token']],
    ['[5, {"name": "a/b", "steps": []}]', ['x.json[0]: it/x.json: item 0 is no case', 'a/b: ']],
    ['{"name": "a/b", "steps": []}', ['a/b: ']],
    ['[{"about": "no name", "steps": []}]', ['x.json[0]: ']],
  ])('what is no case in %s fails and hides no other', (wrong, expected) => {
    const cases = parseCases(wrong, 'it/x.json').map(({ name, broken = '' }) => `${name}: ${broken}`);
    expect(cases).toHaveLength(expected.length);
    for (const [i, line] of expected.entries()) expect(cases[i]?.startsWith(line)).toBe(true);
  });

  test('a file that is no JSON is a failed case beside those of a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cases-'));
    await mkdir(join(folder, 'deep'));
    await writeFile(join(folder, 'b.json'), text);
    await writeFile(join(folder, 'deep', 'a.json'), '{');
    await writeFile(join(folder, 'README.md'), 'not read');
    const report = summarize(
      await runCases(
        await loadCases([folder]),
        fake(async () => ({ status: 'passed' })),
      ),
    );
    await rm(folder, { recursive: true });
    expect(report.total).toEqual({ passed: 2, failed: 1, skipped: 4 });
    expect(report.results.at(-1)).toMatchObject({ name: 'a.json', status: 'failed' });
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
