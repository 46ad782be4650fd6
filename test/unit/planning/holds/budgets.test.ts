/** DeletionBudget, TotalBudget and EmptyResult: how much may go without a person. */
import { describe, expect, test } from 'vitest';
import {
  decideHolds,
  EMPTY_STATE,
  type RecordedDeletion,
  token,
} from '../../../../src/planning/holds/index.ts';
import { NOW, part } from '../plan-fixtures.ts';
import { CONFIRMED, candidate, held, type RunChange, runOf, several, UNCONFIRMED } from './run-fixtures.ts';

const reasons = (change: RunChange): readonly string[] =>
  held(change).map((text) => text.split(':')[0] ?? '');
/** Unconfirmed ones have waited long enough here. */
const waited = (count: number): RunChange => ({
  candidates: several(count, UNCONFIRMED),
  state: {
    ...EMPTY_STATE,
    dwell: new Map(several(count).map(({ uid }) => [token(uid), NOW - 120_000])),
  },
});

describe('DeletionBudget', () => {
  test.each<[string, RunChange, readonly string[]]>([
    ['five confirmed of ten', { candidates: several(5), staying: 5 }, []],
    ['six confirmed of eleven', { candidates: several(6), staying: 5 }, ['DeletionBudget']],
    ['20 % of fifty', { candidates: several(10), staying: 40 }, []],
    ['more than 20 % of fifty', { candidates: several(11), staying: 39 }, ['DeletionBudget']],
    ['one unconfirmed of three', { ...waited(1), staying: 2 }, []],
    ['two unconfirmed of three', { ...waited(2), staying: 1 }, ['DeletionBudget']],
    ['10 % of thirty unconfirmed', { ...waited(3), staying: 27 }, []],
    ['more than 10 % of thirty unconfirmed', { ...waited(4), staying: 26 }, ['DeletionBudget']],
    ['max-deletions 1, and two', { candidates: several(2), own: { maxDeletions: '1' } }, ['DeletionBudget']],
    ['max-deletions 8, and eight', { candidates: several(8), own: { maxDeletions: '8' } }, []],
    [
      '50 % of nine is four',
      { candidates: several(5), staying: 4, own: { maxDeletions: '50%' } },
      ['DeletionBudget'],
    ],
    ['50 % of ten is five', { candidates: several(5), staying: 5, own: { maxDeletions: '50%' } }, []],
    ['0 lets nothing go', { candidates: several(1), own: { maxDeletions: '0' } }, ['DeletionBudget']],
    [
      'what cannot be read is 0',
      { candidates: several(1), own: { maxDeletions: 'a few' } },
      ['DeletionBudget'],
    ],
    ['an ephemeral set has none', { candidates: several(50), own: { ephemeral: 'true' } }, []],
  ])('%s', (_name, change, expected) => {
    expect(reasons(change)).toEqual(expected);
  });

  test('holds all candidates, not a lucky rest', () => {
    const [text] = held({ candidates: several(7), staying: 1 });
    expect(text).toBe('DeletionBudget: gone-1 gone-2 gone-3 gone-4 gone-5 gone-6 gone-7');
  });

  const deletion = (name: string, kind: RecordedDeletion['kind'], at = NOW - 1_000): RecordedDeletion => ({
    at,
    name: token(name),
    uid: token(`uid-${name}`),
    kind,
  });

  test.each<[string, readonly RecordedDeletion[], readonly string[]]>([
    [
      'deletions of the last minutes count',
      [1, 2, 3].map((n) => deletion(`old-${n}`, 'c')),
      ['DeletionBudget'],
    ],
    ['released ones do not', [1, 2, 3].map((n) => deletion(`old-${n}`, 'x')), []],
    ['one that was recorded and not made counts once', several(3).map(({ name }) => deletion(name, 'c')), []],
  ])('%s', (_name, deletions, expected) => {
    const state = { ...EMPTY_STATE, deletions };
    expect(reasons({ candidates: several(3), staying: 5, state })).toEqual(expected);
  });

  test('those that are only counted count as well', () => {
    const state = { ...EMPTY_STATE, unlisted: { until: NOW, c: 3, u: 0 } };
    expect(reasons({ candidates: several(3), staying: 5, state })).toEqual(['DeletionBudget']);
  });

  test('a pull request that is closed does not count', () => {
    const closed = { is: 'confirmed', why: 'closed', closed: true } as const;
    expect(reasons({ candidates: several(9, closed), staying: 1 })).toEqual([]);
  });
});

describe('EmptyResult', () => {
  test.each<[string, RunChange, readonly string[]]>([
    ['one Application, not confirmed', { ...waited(1) }, ['EmptyResult']],
    ['one Application, confirmed', { candidates: several(1) }, []],
    [
      'one of two not confirmed',
      { candidates: [candidate('a'), candidate('b', UNCONFIRMED)] },
      ['EmptyResult'],
    ],
    ['allow-empty', { ...waited(1), own: { allowEmpty: 'true' } }, []],
    ['allow-empty is true or nothing', { ...waited(1), own: { allowEmpty: 'yes' } }, ['EmptyResult']],
    ['ephemeral', { ...waited(1), own: { ephemeral: 'true' } }, []],
  ])('%s', (_name, change, expected) => {
    expect(reasons({ staying: 0, ...change })).toEqual(expected);
  });

  test('a set that still generates one is not empty', () => {
    expect(reasons({ ...waited(1), staying: 1 })).toEqual([]);
  });
});

describe('TotalBudget', () => {
  const cluster = (name: string) =>
    candidate(name, CONFIRMED, { missing: [part('eu-7', 'leaf-1', 'cluster')] });
  const others = (owned: number, counts: Readonly<Record<string, number>>) => ({
    owned,
    byCause: new Map(Object.entries(counts)),
  });

  test.each<[string, RunChange, readonly string[]]>([
    ['fifty over all', { others: others(10, { 'Secret/argocd/eu-7': 49 }) }, []],
    ['more than fifty', { others: others(10, { 'Secret/argocd/eu-7': 50 }) }, ['TotalBudget']],
    ['20 % of a thousand', { others: others(994, { deleted: 199 }) }, []],
    ['more than that', { others: others(994, { deleted: 200 }) }, ['TotalBudget']],
    ['an ephemeral set has none', { others: others(10, { deleted: 90 }), own: { ephemeral: 'true' } }, []],
  ])('%s', (_name, change, expected) => {
    expect(reasons({ candidates: [cluster('a')], staying: 5, ...change })).toEqual(expected);
  });

  test('the limit is a setting, and its unreadable text is 0', () => {
    const run = (maxDeletionsTotal: string) =>
      reasons({
        candidates: [cluster('a')],
        settings: { settleMs: 0, maxDeletionsTotal, controllerNamespace: 'argocd' },
      });
    expect([run('0'), run('10%'), run('20%'), run('many')]).toEqual([
      ['TotalBudget'],
      ['TotalBudget'],
      [],
      ['TotalBudget'],
    ]);
  });

  test('names the cause that is common to many sets', () => {
    const { holds, next } = decideHolds(
      runOf({ candidates: [cluster('a')], others: others(0, { 'Secret/argocd/eu-7': 83 }) }),
    );
    expect(holds[0]).toMatchObject({ cause: 'Secret/argocd/eu-7' });
    expect(holds[0]?.message).toContain('84 of them because of Secret/argocd/eu-7');
    expect(next.latches.get('TotalBudget')?.cause).toBe('Secret/argocd/eu-7');
  });
});
