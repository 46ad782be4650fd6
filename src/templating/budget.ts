/**
 * What all templates of one evaluation may spend together. Each string has bounds of its own
 * (`RenderContext`), but a set has many strings and very many elements: without a common bound a few lines
 * of template fill all memory, and no turn of the event loop comes before an element is done.
 */
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';

export interface BudgetBounds {
  readonly characters?: number;
  readonly elementSteps?: number;
}

export class RenderBudget {
  readonly #characters: number;
  readonly #elementSteps: number;
  #written = 0;
  #steps = 0;

  constructor(bounds: BudgetBounds = {}) {
    this.#characters = bounds.characters ?? LIMITS.renderedCharacters;
    this.#elementSteps = bounds.elementSteps ?? LIMITS.elementSteps;
  }

  /** The next element begins: its strings have their steps to themselves. */
  nextElement(): void {
    this.#steps = 0;
  }

  /** Steps the strings of this element may still take. */
  get stepsLeft(): number {
    return Math.max(0, this.#elementSteps - this.#steps);
  }

  worked(steps: number): void {
    this.#steps += steps;
  }

  /** @throws AppsetError APPSET_E0303 when all strings together have become too long */
  wrote(characters: number): void {
    this.#written += characters;
    if (this.#written <= this.#characters) return;
    throw new AppsetError(
      'APPSET_E0303',
      `what the templates of the set write is longer than ${this.#characters} characters in all`,
    );
  }
}
