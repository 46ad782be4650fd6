/**
 * What a failing oracle test shows: how many cases differ, and a few of them made small. ORACLE_SHOW
 * overrides how many. A difference that is meant to be stands in a list with its reason, and how often
 * it came up is printed.
 */
import { shrink } from './shrink.ts';

export interface Difference {
  /** in a word; a smaller variant has to differ in the same */
  readonly what: string;
  readonly [more: string]: unknown;
}

export interface Comparison<T> {
  /** One entry a case: what differs, in a form to be read, or undefined where both agree. */
  compare(cases: readonly T[]): Promise<readonly (Difference | undefined)[]>;
  /** Smaller variants of a case. */
  smaller(value: T): Iterable<T>;
  /** Says how large a case is; the smallest are shown. */
  size(value: T): number;
}

/** A difference that is meant to be. */
export interface Accepted<T, O> {
  readonly reason: string;
  applies(value: T, expected: O, actual: O): boolean;
}

/** Looks differences up in a list of those that are meant to be, and counts them. */
export class AcceptedList<T, O> {
  readonly #counts: Map<Accepted<T, O>, number>;

  constructor(list: readonly Accepted<T, O>[]) {
    this.#counts = new Map(list.map((entry) => [entry, 0]));
  }

  has(value: T, expected: O, actual: O): boolean {
    for (const [entry, count] of this.#counts) {
      if (!entry.applies(value, expected, actual)) continue;
      this.#counts.set(entry, count + 1);
      return true;
    }
    return false;
  }

  /** One line an entry that came up. */
  report(): string {
    return [...this.#counts]
      .filter(([, count]) => count > 0)
      .map(([{ reason }, count]) => `accepted ${count} times: ${reason}`)
      .join('\n');
  }
}

export interface Mismatches {
  readonly different: number;
  readonly examples: readonly object[];
}

/** Cases compared at a time: the oracle and ours work side by side on them. */
const CHUNK = 1_000;

/** No example is begun after this time. */
const SHRINK_MS = 60_000;

/** No mismatch. */
export const NONE: Mismatches = { different: 0, examples: [] };

/** Compares all cases; of those that differ the smallest are shrunk, and those that come out alike are shown once. */
export async function mismatches<T>(cases: readonly T[], comparison: Comparison<T>): Promise<Mismatches> {
  const results: (Difference | undefined)[] = [];
  for (let at = 0; at < cases.length; at += CHUNK) {
    results.push(...(await comparison.compare(cases.slice(at, at + CHUNK))));
  }
  const found = cases
    .filter((_, i) => results[i] !== undefined)
    .sort((a, b) => comparison.size(a) - comparison.size(b));
  const differsIn = (what: string | undefined) => async (variants: readonly T[]) => {
    try {
      return (await comparison.compare(variants)).map((result) => result?.what === what);
    } catch {
      return []; // a variant asks for too much
    }
  };
  const examples = new Map<string, object>();
  const deadline = performance.now() + SHRINK_MS;
  for (const value of found.slice(0, Number(process.env['ORACLE_SHOW'] ?? 4))) {
    if (performance.now() > deadline) break;
    const small = await shrink(value, comparison.smaller, differsIn(results[cases.indexOf(value)]?.what));
    const [example] = await comparison.compare([small]);
    examples.set(JSON.stringify(small), example ?? {});
  }
  return { different: found.length, examples: [...examples.values()] };
}
