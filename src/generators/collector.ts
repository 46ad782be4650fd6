/**
 * What a leaf gives, element by element. An element that fails is a failed element and the next one is
 * tried; a template that cannot be parsed fails for all of them alike, so then the leaf is unknown and
 * the rest is not tried.
 */
import { type AppsetError, asAppsetError } from '../support/errors.ts';
import type { GoMap } from '../templating/values.ts';
import type { GeneratorNode, Outcome, Part, Problem, Row } from './contract.ts';
import { failedProblem, unknownProblem } from './outcome.ts';

export class Collector {
  readonly #node: GeneratorNode;
  readonly #rows: Row[] = [];
  readonly #problems: Problem[] = [];
  #unparsable = false;

  constructor(node: GeneratorNode) {
    this.#node = node;
  }

  /**
   * Makes the row of one element.
   *
   * @param prefix put before the text of what `make` throws
   * @param stale the element comes from last known good facts
   */
  add(parts: readonly Part[], prefix: string, stale: boolean, make: () => GoMap): void {
    if (this.#unparsable) return;
    try {
      const params = make();
      this.#rows.push(stale ? { params, parts, stale: true } : { params, parts });
    } catch (error) {
      const failure = asAppsetError(error).prefixed(prefix);
      this.#unparsable = failure.code === 'APPSET_E0301';
      if (this.#unparsable) this.unknown(failure);
      else this.failed(parts, failure);
    }
  }

  failed(parts: readonly Part[], error: AppsetError): void {
    this.#problems.push(failedProblem(this.#node, parts, error));
  }

  /** @param standIn whether rows of last known good stand in */
  unknown(error: AppsetError, standIn = false): void {
    this.#problems.push(unknownProblem(this.#node, error, standIn));
  }

  /** Rows and problems so far. */
  get size(): number {
    return this.#rows.length + this.#problems.length;
  }

  get hasProblems(): boolean {
    return this.#problems.length > 0;
  }

  get outcome(): Outcome {
    return { rows: this.#unparsable ? [] : this.#rows, problems: this.#problems };
  }
}
