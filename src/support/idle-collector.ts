/**
 * Gives memory back after a burst. V8 keeps what a burst of work needed until something makes it look,
 * and a process at rest gives it no reason to. So when work has stopped for a while, and much was made
 * since the last time, it is told to collect. Nothing happens while work is going on.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from './clock.ts';
import { LIMITS } from './limits.ts';

export interface IdleCollectorOptions {
  readonly clock: Clock;
  readonly isIdle: () => boolean;
  /** resident bytes of the process */
  readonly residentBytes: () => number;
  readonly collect: () => void;
}

export class IdleCollector {
  readonly #options: IdleCollectorOptions;
  /** resident bytes after the last collection */
  #after = 0;
  #cancel: (() => void) | undefined;

  constructor(options: IdleCollectorOptions) {
    this.#options = options;
  }

  /** Something was done; called often. */
  worked(): void {
    this.#cancel ??= this.#options.clock.after(LIMITS.idleCollectMs, () => this.#look());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(): void {
    const { isIdle, residentBytes, collect } = this.#options;
    this.#cancel = undefined;
    if (!isIdle()) {
      this.worked();
      return;
    }
    if (residentBytes() - this.#after < LIMITS.idleCollectBytes) return;
    collect();
    this.#after = residentBytes();
  }
}

/**
 * V8's own collection (a third of a second), which a program may only call when it says so first. Only
 * this kind gives pages back to the system; the usual one keeps them for the next burst.
 */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { type: 'major'; flavor: 'last-resort' }) => void;
  return () => gc({ type: 'major', flavor: 'last-resort' });
}
