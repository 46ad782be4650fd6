/**
 * Facts that wait to be matched, coalesced by repository and ref: a hundred pushes to one branch that
 * arrive while the first waits are one look at the sets, with the paths of all of them. Bounded; what
 * finds it full is refused, and polling goes on.
 */
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { Fact } from './contract.ts';
import { unitePaths } from './touched-paths.ts';

export interface Waiting {
  readonly fact: Fact;
  /** of the deliveries it came from */
  readonly deliveries: readonly number[];
  /** monotonic ms at which the first of them came */
  readonly since: number;
}

function keyOf({ kind, repository, ...fact }: Fact): string {
  const { provider, host, owner, name, id } = repository;
  const where = 'urls' in fact ? [...fact.urls, fact.ref, fact.touchesDefault, fact.isTag] : [];
  return JSON.stringify([kind, provider, host, owner, name, id, ...where]);
}

function unite(a: Fact, b: Fact): Fact {
  // of the ref the later one tells the newer commit
  return a.kind === 'push' && b.kind === 'push' ? { ...b, paths: unitePaths(a.paths, b.paths) } : a;
}

export class Inbox {
  readonly #waiting = new Map<string, Waiting>();
  readonly #bound: number;
  #takers: ((item: Waiting | undefined) => void)[] = [];

  constructor(bound: number = LIMITS.webhookQueue) {
    this.#bound = bound;
  }

  /** Different facts that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Adds the facts of one delivery, all or none.
   *
   * @throws AppsetError APPSET_E1003 when it is full
   */
  add(facts: readonly Fact[], delivery: number, now: number): void {
    const fresh = facts.filter((fact) => !this.#waiting.has(keyOf(fact)));
    if (this.#waiting.size + fresh.length > this.#bound) {
      throw new AppsetError('APPSET_E1003', 'Queue is full, discarding webhook payload');
    }
    for (const fact of facts) {
      const key = keyOf(fact);
      const held = this.#waiting.get(key);
      this.#waiting.set(
        key,
        held === undefined
          ? { fact, deliveries: [delivery], since: now }
          : { fact: unite(held.fact, fact), deliveries: [...held.deliveries, delivery], since: held.since },
      );
    }
    while (this.#takers.length > 0 && this.#waiting.size > 0) this.#takers.shift()?.(this.#next());
  }

  /** The fact that has waited longest, waiting for one; undefined when the signal aborts. */
  take(signal: AbortSignal): Promise<Waiting | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (this.#waiting.size > 0) return Promise.resolve(this.#next());
    return new Promise((resolve) => {
      const taker = (item: Waiting | undefined) => {
        signal.removeEventListener('abort', giveUp);
        resolve(item);
      };
      const giveUp = () => {
        this.#takers = this.#takers.filter((other) => other !== taker);
        resolve(undefined);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#takers.push(taker);
    });
  }

  #next(): Waiting | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    this.#waiting.delete(first[0]);
    return first[1];
  }
}
