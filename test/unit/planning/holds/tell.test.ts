/** What is held, in words: the same from run to run, with both ways out, and the whole list bounded. */
import { expect, test } from 'vitest';
import {
  decideHolds,
  heldCondition,
  heldEvent,
  heldSummary,
  needsPerson,
  planMap,
  planMapName,
} from '../../../../src/planning/holds/index.ts';
import { LIMITS } from '../../../../src/support/limits.ts';
import { setOf } from '../plan-fixtures.ts';
import { MINUTE, runOf, Story, several } from './run-fixtures.ts';

const six = { candidates: several(6), staying: 2 };

test('the condition names the reason, the count, names, the digest and both ways out', () => {
  const decision = decideHolds(runOf(six));
  const condition = heldCondition(setOf(), decision);
  expect(condition).toMatchObject({ type: 'DeletionsHeld', status: 'True', reason: 'DeletionBudget' });
  for (const text of [
    '6 deletions held',
    'since 2030-01-01T00:00:00Z',
    'gone-1, gone-2',
    '6 deletions are more than the 5 allowed',
    `Plan ${decision.digest}`,
    `appset approve shops -n argocd --plan ${decision.digest?.slice(0, 12)}`,
    `annotation appset-operator.io/approved-plan: ${decision.digest}`,
    'annotation appset-operator.io/max-deletions',
    'ConfigMap appset-plan-shops',
  ]) {
    expect(condition?.message).toContain(text);
  }
});

test('it is the same text later', () => {
  const story = new Story();
  const first = heldCondition(setOf(), story.run(six));
  expect(heldCondition(setOf(), story.later(MINUTE).run(six))).toEqual(first);
});

test('what only waits says until when, and asks nobody for anything', () => {
  const story = new Story();
  const settings = { settleMs: MINUTE, maxDeletionsTotal: undefined, controllerNamespace: 'argocd' };
  const waiting = { candidates: several(1), settings };
  const first = story.run(waiting);
  expect(needsPerson(first)).toBe(false);
  expect(heldCondition(setOf(), first)).toMatchObject({ reason: 'Grace' });
  expect(heldCondition(setOf(), first)?.message).toContain('deleted by itself from 2030-01-01T00:01:00Z on');
  expect(heldCondition(setOf(), first)?.message).not.toContain('approve');
  expect(heldCondition(setOf(), story.later(1_000).run(waiting))).toEqual(heldCondition(setOf(), first));
});

test('nothing held is no condition', () => {
  expect(heldCondition(setOf(), decideHolds(runOf()))).toBeUndefined();
});

test('many names are cut, and counted', () => {
  const decision = decideHolds(runOf({ candidates: several(30), staying: 2 }));
  expect(heldSummary(decision)).toBe('30 deletions held');
  expect(heldEvent(decision)).toContain('gone-1, gone-10');
  expect(heldEvent(decision)).toContain('and 20 more');
});

test('the list has a line for each, and says what did not fit', () => {
  const decision = decideHolds(runOf(six));
  const { plan, digest } = planMap(setOf(), decision);
  expect(digest).toBe(decision.digest);
  expect(plan.split('\n').filter((line) => line.startsWith('delete\t'))).toHaveLength(6);
  expect(plan).toContain(
    'delete\tgone-1\tuid-gone-1\tDeletionBudget\tlistElement/gone-1\tit is gone for certain',
  );

  const large = planMap(setOf(), decideHolds(runOf({ candidates: several(9_000), staying: 2 })));
  expect(Buffer.byteLength(large.plan)).toBeLessThan(LIMITS.planMapBytes + 4_096);
  expect(large.plan).toMatch(/# \d+ more\n$/);
});

test('the name of the list fits whatever the name of the set', () => {
  const [a, b] = ['a', 'b'].map((end) => planMapName(setOf({ name: 'n'.repeat(252) + end })));
  expect(a?.length).toBeLessThanOrEqual(LIMITS.nameLength);
  expect(a).not.toBe(b);
});
