/**
 * Simulations of the whole operator: seeded histories of edits, failing sources, a failing server, and
 * processes that are killed, stopped and started, on a clock that only the test moves. The traces of a
 * few seeds are compared line by line with `test/golden/simulations` (`UPDATE_GOLDEN=1` writes them anew:
 * read the difference before you commit it). Many more are judged by what must hold whatever happens.
 * A failure prints the seed; SEED=N runs one and prints its trace, SIMULATIONS=N so many.
 */
import { describe, expect, test } from 'vitest';
import { golden } from '../../harness/golden.ts';
import { simulate } from './simulation.ts';

const GOLDEN_SEEDS = [2, 3, 5, 8, 13, 21];
const GOLDEN_STEPS = 20;
const STEPS = 30;
const FIRST = 1_000;
const MANY = Number(process.env['SIMULATIONS'] ?? 30);
const ONLY = process.env['SEED'];

describe.skipIf(ONLY !== undefined)('the trace', () => {
  test.each(GOLDEN_SEEDS)('of seed %i is as it was', async (seed) => {
    const { trace, wrongs } = await simulate(seed, GOLDEN_STEPS);
    expect(wrongs).toEqual([]);
    expect(trace).toBe(golden(`simulations/seed-${seed}.txt`, trace));
  });

  test('of a seed is always the same', async () => {
    const [one, another] = [await simulate(1, GOLDEN_STEPS), await simulate(1, GOLDEN_STEPS)];
    expect(one.trace).toBe(another.trace);
    expect((await simulate(4, GOLDEN_STEPS)).trace).not.toBe(one.trace);
  });
});

describe('whatever happens', () => {
  const seeds = ONLY === undefined ? Array.from({ length: MANY }, (_, at) => FIRST + at) : [Number(ONLY)];
  test(`nothing is deleted that is wanted, and all ends as a plan from scratch has it (${seeds.length} seeds)`, async () => {
    let [deletions, writes, processes] = [0, 0, 0];
    for (const seed of seeds) {
      const result = await simulate(seed, STEPS);
      if (ONLY !== undefined) process.stdout.write(result.trace);
      expect(result.wrongs, `SEED=${seed}`).toEqual([]);
      deletions += result.deletions;
      writes += result.writes;
      processes += result.processes;
    }
    process.stdout.write(
      `${seeds.length} simulations: ${writes} writes, ${deletions} of them deletions, by ${processes} processes\n`,
    );
    if (seeds.length >= 20)
      expect(Math.min(deletions / seeds.length, processes / seeds.length)).toBeGreaterThan(2);
  }, 600_000);
});
