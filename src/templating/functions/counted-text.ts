/**
 * A text that charges a template for what a regular expression reads of it. Linear time is a promise for
 * one search only: looking for all matches may read the rest of the text anew for each of them, and each
 * character costs as much as the expression has states. Only the reads themselves tell. Passed in the
 * place of a string to `re2js`, which asks its input for `length`, `charCodeAt`, `indexOf` and `substring`.
 */

/** Reads between two charges. */
const BATCH = 1_024;
/** Characters that `indexOf` passes over in the time of one read. */
const PER_SEARCH = 64;

export class CountedText extends String {
  readonly #text: string;
  readonly #charge: (reads: number) => void;
  #left = BATCH;

  /** @param charge told of reads a batch at a time; what it throws ends the search */
  constructor(text: string, charge: (reads: number) => void) {
    super(text);
    this.#text = text;
    this.#charge = charge;
  }

  override charCodeAt(index: number): number {
    if (--this.#left <= 0) this.settle();
    return this.#text.charCodeAt(index);
  }

  override indexOf(searched: string, from = 0): number {
    const found = this.#text.indexOf(searched, from);
    this.#left -= Math.floor(((found < 0 ? this.#text.length : found) - from) / PER_SEARCH);
    if (this.#left <= 0) this.settle();
    return found;
  }

  override substring(from: number, to?: number): string {
    return this.#text.substring(from, to);
  }

  /** Charges what was read since the last charge. */
  settle(): void {
    const reads = BATCH - this.#left;
    this.#left = BATCH;
    this.#charge(reads);
  }
}
