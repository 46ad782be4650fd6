/**
 * What leaves gave, kept for the next evaluation by content: the leaf as it is written and where it
 * stands, and the very object that holds the facts it read. Facts that changed are another object, so that
 * an event makes anew only the leaves whose facts changed, and sets that ask the same share one answer.
 * Leaves with problems, with stale facts or with templates of their own (which may read a clock) are
 * never kept. Bounded in rows; what was not used for longest goes first.
 */
import type { Outcome } from './contract.ts';

interface Kept {
  readonly facts: object;
  readonly outcome: Outcome;
}

export class LeafOutcomes {
  readonly #most: number;
  readonly #kept = new Map<string, Kept>();
  #rows = 0;

  /** @param most rows that are kept at most */
  constructor(most: number) {
    this.#most = most;
  }

  get rows(): number {
    return this.#rows;
  }

  /** @param key all that an outcome depends on but for the facts; @param facts compared by identity */
  find(key: string, facts: object): Outcome | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined || kept.facts !== facts) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.outcome;
  }

  keep(key: string, facts: object, outcome: Outcome): void {
    this.#drop(key);
    if (outcome.problems.length > 0 || outcome.rows.length > this.#most) return;
    if (outcome.rows.some(({ stale }) => stale === true)) return;
    this.#kept.set(key, { facts, outcome });
    this.#rows += outcome.rows.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#rows <= this.#most && this.#kept.size <= this.#most) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#rows -= kept.outcome.rows.length;
  }
}
