/**
 * Turns of the event loop for long synchronous work: a loop asks between its steps, and when it has held
 * the loop for long, others run first. Pure work that knows no clock is written as a generator that
 * yields where others may run; whoever runs it decides whether they do.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import { LIMITS } from './limits.ts';

export class Turns {
  readonly #clock: Clock;
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.monotonic();
  }

  /** Whether it is time to let others run; asked often, so it stays synchronous. */
  get due(): boolean {
    return this.#clock.monotonic() - this.#since >= LIMITS.yieldAfterMs;
  }

  async take(): Promise<void> {
    await setImmediate();
    this.#since = this.#clock.monotonic();
  }
}

/** Work that yields between its steps, done at once. */
export function atOnce<T>(work: Generator<void, T>): T {
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}

/** Work that yields between its steps, with turns for others when it takes long. @throws the signal's reason */
export async function inTurns<T>(work: Generator<void, T>, clock: Clock, signal?: AbortSignal): Promise<T> {
  const turns = new Turns(clock);
  let step = work.next();
  while (step.done !== true) {
    if (turns.due) {
      await turns.take();
      signal?.throwIfAborted();
    }
    step = work.next();
  }
  return step.value;
}
