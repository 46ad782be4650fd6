/**
 * Turns of the event loop for long synchronous work: a loop asks between its steps, and when it has held
 * the loop for long, others run first.
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
