/** Long work lets others run when its time is up, and only then. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { atOnce, inTurns } from '../../../src/support/turns.ts';

/** Ten steps of `ms` each. */
function* work(clock: ManualClock, ms: number, done: string[]): Generator<void, string> {
  for (let step = 1; step <= 10; step++) {
    clock.advance(ms);
    done.push(`step ${step}`);
    yield;
  }
  return 'result';
}

async function order(ms: number): Promise<readonly string[]> {
  const clock = new ManualClock();
  const done: string[] = [];
  let ended = false;
  const other = (): void => {
    done.push('other');
    if (!ended) setImmediate(other);
  };
  setImmediate(other);
  expect(await inTurns(work(clock, ms, done), clock)).toBe('result');
  ended = true;
  return done;
}

test('work done at once gives its result', () => {
  expect(atOnce(work(new ManualClock(), 1, []))).toBe('result');
});

test('short work is not interrupted', async () => {
  expect(await order(LIMITS.yieldAfterMs / 10 - 1)).toEqual(
    Array.from({ length: 10 }, (_, i) => `step ${i + 1}`),
  );
});

test('long work lets others run between its steps', async () => {
  const done = await order(LIMITS.yieldAfterMs / 2);
  expect(done.slice(0, 3)).toEqual(['step 1', 'step 2', 'other']);
  expect(done.filter((one) => one.startsWith('step'))).toHaveLength(10);
});

test('an aborted one ends at its next turn', async () => {
  const clock = new ManualClock();
  const done: string[] = [];
  const run = inTurns(work(clock, LIMITS.yieldAfterMs, done), clock, AbortSignal.abort('stopped'));
  await expect(run).rejects.toBe('stopped');
  expect(done).toEqual(['step 1']);
});
