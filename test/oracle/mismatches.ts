/**
 * What a failing oracle test shows: how many cases differ, and a few of them made small. ORACLE_SHOW
 * overrides how many.
 */
import { shrink } from './shrink.ts';

export interface Comparison<T> {
  /** One entry a case: what differs, in a form to be read, or undefined where both agree. */
  compare(cases: readonly T[]): Promise<readonly (object | undefined)[]>;
  /** Smaller variants of a case. */
  smaller(value: T): Iterable<T>;
  /** Says how large a case is; the smallest are shown. */
  size(value: T): number;
}

export interface Mismatches {
  readonly different: number;
  readonly examples: readonly object[];
}

/** No mismatch. */
export const NONE: Mismatches = { different: 0, examples: [] };

/** Compares all cases; of those that differ the smallest are shrunk, and those that come out alike are shown once. */
export async function mismatches<T>(cases: readonly T[], comparison: Comparison<T>): Promise<Mismatches> {
  const results = await comparison.compare(cases);
  const found = cases
    .filter((_, i) => results[i] !== undefined)
    .sort((a, b) => comparison.size(a) - comparison.size(b));
  const differs = async (variants: readonly T[]) =>
    (await comparison.compare(variants)).map((result) => result !== undefined);
  const examples = new Map<string, object>();
  for (const value of found.slice(0, Number(process.env['ORACLE_SHOW'] ?? 4))) {
    const small = await shrink(value, comparison.smaller, differs);
    const [example] = await comparison.compare([small]);
    examples.set(JSON.stringify(small), example ?? {});
  }
  return { different: found.length, examples: [...examples.values()] };
}
