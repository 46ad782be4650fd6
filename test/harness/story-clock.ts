/**
 * The machine's clock, which a story may hurry: `pass` moves it ahead a second at a time, fires what
 * falls due on the way, and leaves what was fired a moment to be answered by servers that know nothing
 * of it.
 */
import { type Clock, sleepBy, systemClock } from '../../src/support/clock.ts';

const STEP_MS = 2_000;
const MOMENT_MS = 8;
/** the most setTimeout takes */
const LONGEST_MS = 2_000_000_000;

interface Timer {
  readonly due: number;
  readonly task: () => void;
  cancel: () => void;
}

export class StoryClock implements Clock {
  #ahead = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return systemClock.now() + this.#ahead;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#ahead;
  }

  after(ms: number, task: () => void): () => void {
    const timer: Timer = { due: this.monotonic() + Math.max(0, ms), task, cancel: () => {} };
    timer.cancel = systemClock.after(Math.min(Math.max(0, ms), LONGEST_MS), () => this.#fire(timer));
    this.#timers.add(timer);
    return () => {
      timer.cancel();
      this.#timers.delete(timer);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, ms, signal);
  }

  /** Lets so many seconds go by. */
  async pass(seconds: number): Promise<void> {
    for (let left = seconds * 1_000; left > 0; left -= STEP_MS) {
      this.#ahead += Math.min(STEP_MS, left);
      const due = [...this.#timers].filter((timer) => timer.due <= this.monotonic());
      for (const timer of due.sort((a, b) => a.due - b.due)) this.#fire(timer);
      await systemClock.sleep(MOMENT_MS);
    }
  }

  #fire(timer: Timer): void {
    if (!this.#timers.delete(timer)) return;
    timer.cancel();
    timer.task();
  }
}
