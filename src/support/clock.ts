/**
 * Time comes in as an argument. `Clock` is what everything outside `support/` reads; only this file
 * touches the machine's clock. Wall time is for what is stored or shown; durations are measured on
 * the monotonic reading, which never jumps.
 */

export interface Clock {
  /** Milliseconds since the Unix epoch (wall clock). */
  now(): number;
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs `task` once after `ms`; the answer cancels it. Does not keep the process alive. */
  after(ms: number, task: () => void): () => void;
}

/** `sleep` of a clock that has its own `after`. */
export function sleepBy(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
  after: (ms, task) => {
    const timer = setTimeout(task, Math.min(ms, 2_147_483_647));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * A clock that stands still until it is told to move. Sleepers and timers fire, in order of their
 * due time, while `advance` moves over them.
 */
export class ManualClock implements Clock {
  #now: number;
  #elapsed = 0;
  #sequence = 0;
  #timers: { due: number; order: number; task: () => void }[] = [];

  /** @param start wall time in milliseconds since the epoch */
  constructor(start = Date.UTC(2030, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, ms, signal);
  }

  after(ms: number, task: () => void): () => void {
    const timer = { due: this.#elapsed + Math.max(0, ms), order: this.#sequence++, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves both clocks forward by `ms`, firing what falls due on the way. */
  advance(ms: number): void {
    const target = this.#elapsed + ms;
    for (;;) {
      const next = this.#timers
        .filter((timer) => timer.due <= target)
        .sort((a, b) => a.due - b.due || a.order - b.order)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now += next.due - this.#elapsed;
      this.#elapsed = next.due;
      next.task();
    }
    this.#now += target - this.#elapsed;
    this.#elapsed = target;
  }

  /** Sets the wall clock only, as an operator's NTP step would. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

/** RFC 3339 in whole seconds, as Kubernetes stores times: `2030-01-01T00:00:00Z`. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 with six fractional digits (MicroTime), as a Lease stores its times. */
export function rfc3339Micro(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

/** Milliseconds since the epoch of an RFC 3339 text, or undefined when it is none. */
export function parseRfc3339(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** RFC 3339 in milliseconds, for log lines. */
export function rfc3339Millis(ms: number): string {
  return new Date(ms).toISOString();
}
