/**
 * The last answer of each fact that could be read. It feeds creates and updates while a source is
 * silent, never a deletion (safety.md, Changing). Bounded by number and by weight; what was not asked
 * for longest goes first.
 */
import type { Known } from '../../generators/contract.ts';

export class LastKnownGood<T> {
  readonly #count: number;
  readonly #weight: number;
  readonly #weigh: (value: T) => number;
  readonly #facts = new Map<string, { readonly fact: Known<T>; readonly weight: number }>();
  #total = 0;

  /**
   * @param count facts kept at most
   * @param weight sum of the weights kept at most
   */
  constructor(count: number, weight: number, weigh: (value: T) => number) {
    this.#count = count;
    this.#weight = weight;
    this.#weigh = weigh;
  }

  get(key: string): Known<T> | undefined {
    const found = this.#facts.get(key);
    if (found === undefined) return undefined;
    this.#facts.delete(key);
    this.#facts.set(key, found);
    return found.fact;
  }

  keep(key: string, fact: Known<T>): void {
    this.#total -= this.#facts.get(key)?.weight ?? 0;
    this.#facts.delete(key);
    const weight = this.#weigh(fact.value);
    if (weight > this.#weight) return;
    this.#facts.set(key, { fact, weight });
    this.#total += weight;
    for (const [oldest, old] of this.#facts) {
      if (this.#facts.size <= this.#count && this.#total <= this.#weight) break;
      this.#facts.delete(oldest);
      this.#total -= old.weight;
    }
  }
}
