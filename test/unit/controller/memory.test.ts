/** What is remembered of a set, and when it is dropped. */
import { expect, test } from 'vitest';
import { ControllerMemory, SetMemory } from '../../../src/controller/memory.ts';
import { broken, evaluationOf, part, setOf } from '../planning/plan-fixtures.ts';

test('origins are those of the last complete evaluation', () => {
  const memory = new SetMemory('u');
  const set = setOf();
  memory.recordOrigins(evaluationOf(set, [{ name: 'a' }, { name: 'b' }]));
  expect([...memory.origins.keys()]).toEqual(['a', 'b']);
  const leaf = { leaf: 'l', path: '0.git', error: broken() };
  memory.recordOrigins(evaluationOf(set, [{ name: 'a' }], { unknown: [leaf] }));
  memory.recordOrigins(
    evaluationOf(set, [{ name: 'a' }], { failed: [{ path: '0', parts: [], error: broken() }] }),
  );
  memory.recordOrigins(
    evaluationOf(set, [{ name: 'a' }], { failedRows: [{ entry: 0, parts: [part('x')], error: broken() }] }),
  );
  memory.recordOrigins(evaluationOf(set, [{ name: 'a', stale: true }]));
  expect([...memory.origins.keys()]).toEqual(['a', 'b']);
  memory.recordOrigins(evaluationOf(set, [{ name: 'c' }]));
  expect([...memory.origins.keys()]).toEqual(['c']);
});

test('back-off doubles from 5 ms to its ceiling, per Application and write', () => {
  const memory = new SetMemory('u');
  const delays = Array.from({ length: 20 }, () => memory.recordFailure('a', 'd', 'E', 0));
  expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(delays.at(-1)).toBe(1_000_000);
  expect(memory.postponed('a', 'd', 999_999)).toEqual({ waitMs: 1, error: 'E' });
  expect(memory.postponed('a', 'd', 1_000_000)).toBeUndefined();
  expect(memory.postponed('a', 'another write', 0)).toBeUndefined();
  expect(memory.postponed('b', 'd', 0)).toBeUndefined();
  memory.clearFailure('a');
  expect(memory.recordFailure('a', 'd', 'E', 0)).toBe(5);
});

test('a set of the same name and another uid starts with nothing', () => {
  const memory = new ControllerMemory();
  const first = memory.of(setOf({ uid: 'one' }));
  expect(memory.of(setOf({ uid: 'one', generation: 9 }))).toBe(first);
  expect(memory.of(setOf({ uid: 'two' }))).not.toBe(first);
  const second = memory.of(setOf({ uid: 'two' }));
  memory.forget('argocd/shops');
  expect(memory.of(setOf({ uid: 'two' }))).not.toBe(second);
});
