/**
 * Waits that grow while something keeps failing: doubled from the least to the most, with up to half of
 * it added by chance, so that many who failed together do not come back together.
 */
import type { Random } from '../support/random.ts';

export class Backoff {
  readonly #least: number;
  readonly #most: number;
  readonly #random: Random;
  #next: number;

  constructor(least: number, most: number, random: Random) {
    this.#least = least;
    this.#most = most;
    this.#random = random;
    this.#next = least;
  }

  /** Milliseconds to wait now. */
  next(): number {
    const wait = this.#next;
    this.#next = Math.min(this.#most, wait * 2);
    return Math.min(this.#most, wait * (1 + this.#random.next() / 2));
  }

  reset(): void {
    this.#next = this.#least;
  }
}
