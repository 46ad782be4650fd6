/** The state annotation: what goes in comes out, what cannot be read is told apart from nothing, and it is bounded. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOLD_REASONS } from '../../../../src/planning/holds/contract.ts';
import {
  EMPTY_STATE,
  type HoldState,
  parseState,
  pruneState,
  serialiseState,
  token,
  withDeletions,
  withRebinds,
} from '../../../../src/planning/holds/index.ts';
import { LIMITS } from '../../../../src/support/limits.ts';

const time = fc.integer({ min: 1_900_000_000_000, max: 1_900_001_000_000 });
const word = fc.string({ maxLength: 20 }).map(token);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const latch = fc.record({ digest: fc.string(), since: time, setting: fc.string(), message: fc.string() });
const state: fc.Arbitrary<HoldState> = fc.record({
  corrupt: fc.constant(false),
  completed: fc.boolean(),
  latches: fc.array(fc.tuple(fc.constantFrom(...HOLD_REASONS), latch)).map((list) => new Map(list)),
  deletions: fc.array(fc.record({ at: time, name: word, uid: word, kind: fc.constantFrom('c', 'u', 'x') })),
  unlisted: optional(fc.record({ until: time, c: fc.nat(), u: fc.nat() })),
  dwell: fc.array(fc.tuple(word, time)).map((list) => new Map(list)),
  tips: fc
    .array(fc.tuple(word, fc.record({ base: optional(fc.string()), seen: fc.string(), gave: fc.string() })))
    .map((list) => new Map(list)),
  spec: optional(fc.record({ generation: fc.nat(), hash: fc.string() })),
  settled: optional(fc.nat()),
  rebinds: fc.array(fc.record({ at: time, count: fc.nat() })),
  approval: optional(
    fc.record({
      digest: fc.string(),
      at: time,
      by: fc.string(),
      tokens: fc.array(word).map((list) => new Set(list)),
    }),
  ),
  expected: optional(fc.record({ text: fc.string(), generation: fc.nat() })),
  plan: optional(fc.string()),
});

test('what was written is read again', () => {
  fc.assert(
    fc.property(state, (before) => {
      const after = parseState(serialiseState(before));
      expect({ ...after, dwell: new Map([...after.dwell].sort()) }).toEqual({
        ...before,
        dwell: new Map([...before.dwell].sort()),
      });
    }),
  );
});

test('nothing to remember is no annotation', () => {
  expect(serialiseState(EMPTY_STATE)).toBeUndefined();
  expect(parseState(undefined)).toBe(EMPTY_STATE);
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '{}',
  '{"v":2}',
  '{"v":1,"latches":{"Nothing":{}}}',
  '{"v":1,"latches":{"EmptyResult":{"digest":"a"}}}',
  '{"v":1,"deletions":[[1,"a","b","z"]]}',
  '{"v":1,"dwell":{"5":"short"}}',
  '{"v":1,"tips":{"leaf":"commit"}}',
  '{"v":1,"tips":{"leaf":["commit"]}}',
  '{"v":1,"rebinds":[[1]]}',
  '{"v":1,"settled":"3"}',
  '{"v":1,"approval":{"digest":"a","at":"now","by":"","of":""}}',
])('%j cannot be read', (text) => {
  expect(parseState(text)).toEqual({ ...EMPTY_STATE, corrupt: true });
});

describe('deletions', () => {
  const deletion = (index: number, at = 1_000) => ({
    at,
    name: token(`name-${index}`),
    uid: token(`uid-${index}`),
    kind: index % 2 === 0 ? ('c' as const) : ('u' as const),
  });
  const many = (count: number, at?: number) =>
    Array.from({ length: count }, (_, index) => deletion(index, at));

  test('older than the window are forgotten, listed or counted', () => {
    const full = { ...EMPTY_STATE, deletions: many(2, 1_000), unlisted: { until: 2_000, c: 1, u: 1 } };
    expect(pruneState(full, 999 + LIMITS.deletionWindowMs)).toEqual(full);
    expect(pruneState(full, 1_000 + LIMITS.deletionWindowMs)).toEqual({ ...full, deletions: [] });
    expect(pruneState(full, 2_000 + LIMITS.deletionWindowMs)).toEqual(EMPTY_STATE);
  });
  test('of one uid are recorded once', () => {
    expect(withDeletions({ ...EMPTY_STATE, deletions: many(3) }, many(2, 5_000)).deletions).toHaveLength(3);
  });
  test('too many to list are counted', () => {
    const full = withDeletions(EMPTY_STATE, many(LIMITS.recordedDeletions + 3));
    expect(full.deletions).toHaveLength(LIMITS.recordedDeletions);
    expect(full.unlisted).toEqual({ until: 1_000, c: 2, u: 1 });
  });
});

describe('Applications that data moved', () => {
  test('are remembered for the window', () => {
    const moved = withRebinds(withRebinds(EMPTY_STATE, 1_000, 3), 2_000, 2);
    expect(withRebinds(moved, 3_000, 0)).toBe(moved);
    expect(pruneState(moved, 1_000 + LIMITS.deletionWindowMs).rebinds).toEqual([{ at: 2_000, count: 2 }]);
  });
  test('are counted together when there were very many looks', () => {
    let moved: HoldState = EMPTY_STATE;
    for (let at = 1; at <= LIMITS.recordedRebinds + 5; at += 1) moved = withRebinds(moved, at, 1);
    expect(moved.rebinds).toHaveLength(LIMITS.recordedRebinds);
    expect(moved.rebinds[0]).toEqual({ at: 6, count: 6 });
    expect(moved.rebinds.reduce((sum, { count }) => sum + count, 0)).toBe(LIMITS.recordedRebinds + 5);
  });
});

test('the largest state fits an object', () => {
  const tokens = Array.from({ length: LIMITS.heldItems + 50 }, (_, index) => token(`uid-${index}`));
  const text = serialiseState({
    ...EMPTY_STATE,
    deletions: tokens
      .slice(0, LIMITS.recordedDeletions)
      .map((uid) => ({ at: 1_900_000_000_000, name: uid, uid, kind: 'c' })),
    dwell: new Map(tokens.map((uid) => [uid, 1_900_000_000_000])),
    latches: new Map(
      HOLD_REASONS.map((reason) => [
        reason,
        { digest: 'd'.repeat(64), since: 1, setting: '', message: 'm'.repeat(9_999) },
      ]),
    ),
    tips: new Map(
      tokens.map((leaf) => [leaf, { base: 'b'.repeat(64), seen: 's'.repeat(64), gave: 'g'.repeat(16) }]),
    ),
    rebinds: Array.from({ length: LIMITS.recordedRebinds }, () => ({ at: 1_900_000_000_000, count: 50_000 })),
    approval: { digest: 'd'.repeat(64), at: 1, by: 'x', tokens: new Set(tokens.slice(0, LIMITS.heldItems)) },
  });
  expect(text?.length).toBeLessThan(LIMITS.annotationsBytes - 16_384);
  expect(parseState(text).corrupt).toBe(false);
});
