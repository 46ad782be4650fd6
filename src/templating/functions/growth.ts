/**
 * Text that is put together piece by piece, announced to the budget as a whole each time it has doubled
 * and at its end: at most twice the bound is ever made, and announcing costs little.
 */
import type { WorkBudget } from '../values.ts';

export class Growth {
  readonly #budget: WorkBudget;
  #length = 0;
  #announceAt = 1_024;

  constructor(budget: WorkBudget) {
    this.#budget = budget;
  }

  /** Counts a piece and gives it back. */
  add(piece: string): string {
    this.count(piece.length);
    return piece;
  }

  /** Counts a piece of so many characters that is yet to be made. */
  count(length: number): void {
    this.#length += length;
    if (this.#length > this.#announceAt) {
      this.#budget.grow(this.#length);
      this.#announceAt = this.#length * 2;
    }
  }

  /** Announces the whole. */
  end(): void {
    this.#budget.grow(this.#length);
  }
}
