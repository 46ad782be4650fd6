/**
 * The work queue: keys that want to be looked at. A key waits once however often it is added, is worked
 * on by one worker at a time, and is handed out again afterwards when it was added meanwhile. More
 * urgent keys go first, equal ones in the order they came. A key that fails comes back later and later.
 */
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import type { Random } from '../support/random.ts';

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly backoffMinMs?: number;
  readonly backoffMaxMs?: number;
  /** told how long a key was ready before a worker took it */
  readonly onWait?: (ms: number) => void;
}

/** Priorities by what asks (spec controller §1.4): the greater goes first. */
export const PRIORITY = { usual: 0, listing: -100 } as const;

interface Waiting {
  readonly due: number;
  readonly priority: number;
  readonly cancel: () => void;
}

export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #least: number;
  readonly #most: number;
  /** ready keys by priority, in order of arrival */
  readonly #ready = new Map<number, Set<string>>();
  readonly #priorityOf = new Map<string, number>();
  /** keys a worker has, with the priority they were handed out with */
  readonly #processing = new Map<string, number>();
  /** keys that were added while a worker had them, with the greatest priority asked for */
  readonly #again = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #failures = new Map<string, number>();
  #takers: { readonly take: (key: string | undefined) => void }[] = [];
  #idle: (() => void)[] = [];
  /** when a ready key became so (monotonic) */
  readonly #readySince = new Map<string, number>();
  readonly #onWait: (ms: number) => void;
  #added = 0;
  #retried = 0;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#least = options.backoffMinMs ?? LIMITS.queueBackoffMinMs;
    this.#most = options.backoffMaxMs ?? LIMITS.queueBackoffMaxMs;
    this.#onWait = options.onWait ?? (() => {});
  }

  /** Keys that are ready for a worker. */
  get depth(): number {
    return this.#priorityOf.size;
  }

  /** Keys a worker has. */
  get processing(): number {
    return this.#processing.size;
  }

  /** Keys that will be added by themselves. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Keys that became ready so far. */
  get added(): number {
    return this.#added;
  }

  /** Of those that came back after a failure. */
  get retried(): number {
    return this.#retried;
  }

  /** How often in a row the key has failed. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Adds a key; of a key that is there already only a greater priority is taken. */
  add(key: string, priority: number = PRIORITY.usual): void {
    if (this.#closed) return;
    if (this.#processing.has(key)) {
      this.#again.set(key, Math.max(priority, this.#again.get(key) ?? priority));
      return;
    }
    const held = this.#priorityOf.get(key);
    if (held !== undefined) {
      if (held >= priority) return;
      this.#leave(key, held);
    } else {
      this.#added++;
      this.#readySince.set(key, this.#clock.monotonic());
    }
    this.#priorityOf.set(key, priority);
    const set = this.#ready.get(priority) ?? new Set();
    this.#ready.set(priority, set.add(key));
    this.#hand();
  }

  /** Adds a key when `ms` have passed; of several such wishes the earliest counts. */
  addAfter(key: string, ms: number, priority: number = PRIORITY.usual): void {
    if (this.#closed) return;
    if (ms <= 0) {
      this.add(key, priority);
      return;
    }
    const due = this.#clock.monotonic() + ms;
    const held = this.#waiting.get(key);
    if (held !== undefined && held.due <= due) {
      if (held.priority < priority) this.#waiting.set(key, { ...held, priority });
      return;
    }
    held?.cancel();
    const cancel = this.#clock.after(ms, () => {
      const asked = this.#waiting.get(key)?.priority ?? priority;
      this.#waiting.delete(key);
      this.add(key, asked);
    });
    this.#waiting.set(key, { due, priority: Math.max(priority, held?.priority ?? priority), cancel });
  }

  /** Adds a key that failed, after its back-off and with the priority it had. @returns milliseconds it will wait */
  addFailed(key: string): number {
    const priority = this.#processing.get(key) ?? PRIORITY.usual;
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    this.#retried++;
    const base = Math.min(this.#most, this.#least * 2 ** Math.min(failures, 60));
    const wait = Math.min(this.#most, base * (0.8 + 0.4 * this.#random.next()));
    this.addAfter(key, wait, priority);
    return wait;
  }

  /** The key works again: its next failure is its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * The next key, waiting for one when there is none; `done` must be called for it. undefined when the
   * queue was closed or the signal aborted.
   */
  take(signal?: AbortSignal): Promise<string | undefined> {
    if (this.#closed || signal?.aborted) return Promise.resolve(undefined);
    const key = this.#next();
    if (key !== undefined) return Promise.resolve(key);
    return new Promise((resolve) => {
      const taker = {
        take: (found: string | undefined) => {
          signal?.removeEventListener('abort', giveUp);
          resolve(found);
        },
      };
      const giveUp = () => {
        this.#takers = this.#takers.filter((other) => other !== taker);
        resolve(undefined);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#takers.push(taker);
    });
  }

  /** The worker has finished with a key. */
  done(key: string): void {
    this.#processing.delete(key);
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (again !== undefined) this.add(key, again);
    if (this.#processing.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Hands out nothing more, and resolves when the workers have finished what they have. */
  close(): Promise<void> {
    this.#closed = true;
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
    for (const taker of this.#takers.splice(0)) taker.take(undefined);
    if (this.#processing.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #hand(): void {
    const taker = this.#takers[0];
    if (taker === undefined) return;
    const key = this.#next();
    if (key === undefined) return;
    this.#takers.shift();
    taker.take(key);
  }

  #next(): string | undefined {
    const [priority] = [...this.#ready.keys()].sort((a, b) => b - a);
    if (priority === undefined) return undefined;
    const [key] = this.#ready.get(priority) ?? [];
    if (key === undefined) return undefined;
    this.#leave(key, priority);
    this.#processing.set(key, priority);
    const now = this.#clock.monotonic();
    this.#onWait(now - (this.#readySince.get(key) ?? now));
    this.#readySince.delete(key);
    return key;
  }

  #leave(key: string, priority: number): void {
    const set = this.#ready.get(priority);
    set?.delete(key);
    if (set?.size === 0) this.#ready.delete(priority);
    this.#priorityOf.delete(key);
  }
}

/** What a worker says of a key: look again after so long, or not until something happens. */
export interface WorkResult {
  readonly again?: number;
}

export interface WorkerOptions {
  readonly queue: WorkQueue;
  readonly workers: number;
  readonly signal: AbortSignal;
  /**
   * Throws for a failure that is tried again with back-off. When `release` is called the worker takes
   * the next key; this one stays taken until the work is done.
   */
  readonly work: (key: string, release: () => void) => Promise<WorkResult>;
  readonly onFailure: (key: string, error: unknown, waitMs: number) => void;
}

/** Works on keys until the signal aborts; resolves when the last worker has finished its key. */
export async function runWorkers(options: WorkerOptions): Promise<void> {
  const { queue, work, signal, onFailure } = options;
  const ending = new Set<Promise<void>>();
  const workOn = async (key: string, release: () => void): Promise<void> => {
    try {
      const { again } = await work(key, release);
      queue.forget(key);
      if (again !== undefined) queue.addAfter(key, again);
    } catch (error) {
      if (!signal.aborted) onFailure(key, error, queue.addFailed(key));
    } finally {
      queue.done(key);
    }
  };
  const worker = async (): Promise<void> => {
    for (let key = await queue.take(signal); key !== undefined; key = await queue.take(signal)) {
      const free = Promise.withResolvers<void>();
      const done = workOn(key, () => {
        if (ending.size < LIMITS.statusesAtOnce) free.resolve();
      });
      ending.add(done);
      void done.then(() => {
        ending.delete(done);
        free.resolve();
      });
      await free.promise;
    }
  };
  await Promise.all(Array.from({ length: options.workers }, worker));
  await Promise.all(ending);
}
