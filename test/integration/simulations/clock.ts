/**
 * Time of a simulation: it stands still until it is told to pass, and on its way fires one timer at a
 * time and lets everything that follows from it come to rest. Nothing in a simulation waits for
 * anything but this clock, so that one seed is always one history.
 */
import { setImmediate } from 'node:timers/promises';
import { type Clock, sleepBy } from '../../../src/support/clock.ts';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly task: () => void;
}

/** Lets all promises that can be kept be kept. */
export const rest = (): Promise<void> => setImmediate();

export class SimulatedTime {
  readonly #start: number;
  #elapsed = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** @param start wall time in ms */
  constructor(start = Date.UTC(2030, 0, 1)) {
    this.#start = start;
  }

  /** ms since the beginning */
  get elapsed(): number {
    return this.#elapsed;
  }

  get wall(): number {
    return this.#start + this.#elapsed;
  }

  after(ms: number, task: () => void): () => void {
    this.#order += 1;
    const timer = { due: this.#elapsed + Math.max(0, ms), order: this.#order, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await rest();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#elapsed = next.due;
      next.task();
      await rest();
    }
    this.#elapsed = end;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > end) continue;
      if (first === undefined || timer.due < first.due) first = timer;
      else if (timer.due === first.due && timer.order < first.order) first = timer;
    }
    return first;
  }
}

/** The clock of one process: its wall time may be wrong, and it stops when the process is killed. */
export class ProcessClock implements Clock {
  readonly #time: SimulatedTime;
  readonly #timers = new Set<() => void>();
  #stopped = false;
  /** ms by which the wall clock is wrong */
  offset = 0;

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  now(): number {
    return this.#time.wall + this.offset;
  }

  monotonic(): number {
    return this.#time.elapsed;
  }

  after(ms: number, task: () => void): () => void {
    if (this.#stopped) return () => {};
    const cancel = this.#time.after(ms, () => {
      this.#timers.delete(cancel);
      task();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, ms, signal);
  }

  /** Nothing that waits on this clock goes on. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}
