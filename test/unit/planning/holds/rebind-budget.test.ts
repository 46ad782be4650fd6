/** Updates that no edit of the set caused, and that would move many Applications at once. */
import { describe, expect, test } from 'vitest';
import { decideHolds, EMPTY_STATE } from '../../../../src/planning/holds/index.ts';
import type { PlannedUpdate } from '../../../../src/planning/plan.ts';
import { live, NOW, part, setOf } from '../plan-fixtures.ts';
import { heldBy, type RunChange, runOf, Story } from './run-fixtures.ts';

const update = (
  name: string,
  path = 'spec.destination.server',
  change: Partial<PlannedUpdate> = {},
): PlannedUpdate => {
  const application = live(name);
  return {
    name,
    parts: [part(name)],
    live: application,
    desired: application,
    patch: { spec: { path } },
    changes: [{ path, before: 'a', after: 'b' }],
    why: 'changed',
    ...change,
  };
};
const updates = (count: number, path?: string, change?: Partial<PlannedUpdate>) =>
  Array.from({ length: count }, (_, index) => update(`u-${index + 1}`, path, change));
const rebound = (count: number) => ({ ...EMPTY_STATE, rebinds: [{ at: NOW, count }] });
const count = (change: RunChange) =>
  decideHolds(runOf(change)).holds.map(({ reason, updates: of }) => `${reason} ${of.length}`);

describe('rebinding', () => {
  test.each<[string, RunChange, readonly string[]]>([
    ['five of ten', { updates: updates(5), staying: 10 }, []],
    ['six of ten', { updates: updates(6), staying: 10 }, ['RebindBudget 6']],
    ['twenty of a hundred', { updates: updates(20), staying: 100 }, []],
    ['twenty-six of fifty', { updates: updates(26), staying: 50 }, ['RebindBudget 26']],
    [
      'with what was rebound a moment ago',
      { updates: updates(3), staying: 10, state: rebound(3) },
      ['RebindBudget 3'],
    ],
    [
      'the same ones once more',
      {
        updates: updates(5),
        staying: 10,
        state: rebound(5),
        counted: new Set(updates(5).map(({ name }) => name)),
      },
      [],
    ],
    [
      'the same ones and another',
      {
        updates: updates(6),
        staying: 10,
        state: rebound(5),
        counted: new Set(updates(5).map(({ name }) => name)),
      },
      ['RebindBudget 6'],
    ],
    ['nothing now, after many a moment ago', { updates: [], staying: 10, state: rebound(30) }, []],
    ['of the project', { updates: updates(6, 'spec.project') }, ['RebindBudget 6']],
    ['of one source of several', { updates: updates(6, 'spec.sources[1].chart') }, ['RebindBudget 6']],
    ['of the list of sources', { updates: updates(6, 'spec.sources') }, ['RebindBudget 6']],
    ['a revision is no rebinding', { updates: updates(6, 'spec.source.targetRevision') }, []],
    ['a value is none', { updates: updates(6, 'spec.source.helm.values') }, []],
    ['an edit of the set', { updates: updates(6), set: setOf({ generation: 4 }) }, []],
    [
      'data, long after an edit that changed none of them',
      { updates: updates(6), set: setOf({ generation: 4 }), state: { ...EMPTY_STATE, settled: 4 } },
      ['RebindBudget 6'],
    ],
    [
      'an edit after one that all were brought up to',
      { updates: updates(6), set: setOf({ generation: 5 }), state: { ...EMPTY_STATE, settled: 4 } },
      [],
    ],
    ['an adoption is no change of data', { updates: updates(6, undefined, { why: 'adopted' }) }, []],
  ])('%s', (_name, change, expected) => {
    expect(count(change)).toEqual(expected);
  });
});

describe('max-updates', () => {
  test.each<[string, RunChange, readonly string[]]>([
    [
      'bounds all updates',
      { updates: updates(3, 'spec.source.targetRevision'), own: { maxUpdates: '2' } },
      ['RebindBudget 3'],
    ],
    ['in percent', { updates: updates(3, 'metadata.labels.a'), staying: 10, own: { maxUpdates: '30%' } }, []],
    ['allows more rebinding, too', { updates: updates(8), own: { maxUpdates: '10' } }, []],
    [
      'not what an edit caused',
      { updates: updates(3), own: { maxUpdates: '0' }, set: setOf({ generation: 4 }) },
      [],
    ],
  ])('%s', (_name, change, expected) => {
    expect(count(change)).toEqual(expected);
  });
});

test('what may go is told, so that it is remembered; what a person let go is not', () => {
  const story = new Story();
  expect(story.run({ updates: updates(2), staying: 10 }).rebinds).toEqual(new Set(['u-1', 'u-2']));
  const { digest, rebinds } = story.run({ updates: updates(6) });
  expect(rebinds).toEqual(new Set());
  const approved = story.run({ updates: updates(6), own: { approvedPlan: digest ?? '' } });
  expect(approved.holds).toEqual([]);
  expect(approved.rebinds).toEqual(new Set());
  expect(story.run({ updates: updates(2), pause: 'all' }).rebinds).toEqual(new Set());
});

test('a hold of updates stands while any of them is due, and an approval lets go what it covers', () => {
  const story = new Story();
  const { digest } = story.run({ updates: updates(6) });
  expect(heldBy(story.run({ updates: updates(2) }))).toEqual(['RebindBudget: u-1 u-2']);
  expect(heldBy(story.run({ updates: updates(6), own: { approvedPlan: digest ?? '' } }))).toEqual([]);
  expect(heldBy(story.run({ updates: updates(2) }))).toEqual([]);
  story.run();
  expect(story.state).toMatchObject({ latches: new Map(), approval: undefined });
  expect(heldBy(story.run({ updates: updates(6) }))).toHaveLength(1);
});
