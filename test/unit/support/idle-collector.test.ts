/** Memory is given back after work, not during it, and only when it is worth it. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/support/clock.ts';
import { garbageCollector, IdleCollector } from '../../../src/support/idle-collector.ts';
import { LIMITS } from '../../../src/support/limits.ts';

const setUp = () => {
  const clock = new ManualClock();
  const state = { isIdle: true, resident: 200_000_000, collected: 0 };
  const collector = new IdleCollector({
    clock,
    isIdle: () => state.isIdle,
    residentBytes: () => state.resident,
    collect: () => {
      state.collected += 1;
      state.resident = 150_000_000;
    },
  });
  return { clock, state, collector };
};

test('a while after work stopped, once', () => {
  const { clock, state, collector } = setUp();
  collector.worked();
  clock.advance(LIMITS.idleCollectMs - 1);
  expect(state.collected).toBe(0);
  clock.advance(1);
  expect(state.collected).toBe(1);
  clock.advance(LIMITS.idleCollectMs * 10);
  expect(state.collected).toBe(1);
});

test('not while work goes on', () => {
  const { clock, state, collector } = setUp();
  state.isIdle = false;
  collector.worked();
  clock.advance(LIMITS.idleCollectMs * 3);
  expect(state.collected).toBe(0);
  state.isIdle = true;
  clock.advance(LIMITS.idleCollectMs);
  expect(state.collected).toBe(1);
});

test('not for little, and not after its end', () => {
  const { clock, state, collector } = setUp();
  collector.worked();
  clock.advance(LIMITS.idleCollectMs);
  state.resident += LIMITS.idleCollectBytes - 1;
  collector.worked();
  clock.advance(LIMITS.idleCollectMs);
  expect(state.collected).toBe(1);
  state.resident += 1;
  collector.worked();
  collector.stop();
  clock.advance(LIMITS.idleCollectMs);
  expect(state.collected).toBe(1);
});

test("V8's collection can be called", () => {
  const collect = garbageCollector();
  const before = new WeakRef({ large: new Array(1_000).fill(0) });
  return new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => {
    collect();
    expect(before.deref()).toBeUndefined();
  });
});
