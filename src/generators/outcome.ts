/**
 * Small makers and changers of outcomes. Words put before an error's text (the reference's prefixes)
 * are put before every problem alike, so that one code serves both modes.
 */
import type { AppsetError } from '../support/errors.ts';
import type { GenerationSettings, GeneratorNode, Outcome, Part, Problem, Reading } from './contract.ts';

/** @param standIn whether rows of last known good stand in for what could not be read */
export const unknownProblem = (
  node: { leaf: string; path: string },
  error: AppsetError,
  standIn = false,
): Problem => ({
  kind: 'unknown',
  leaf: node.leaf,
  path: node.path,
  error,
  ...(standIn ? { standIn: true } : {}),
});

export const failedProblem = (
  node: { path: string },
  parts: readonly Part[],
  error: AppsetError,
): Problem => ({
  kind: 'failed',
  path: node.path,
  parts,
  error: parts.length === 0 ? error : error.at({ element: parts.map((part) => part.label).join(', ') }),
});

/** No rows and one reason. */
export const unknownOutcome = (node: GeneratorNode, error: AppsetError): Outcome => ({
  rows: [],
  problems: [unknownProblem(node, error)],
});

export const prefixProblem = (problem: Problem, prefix: string): Problem => ({
  ...problem,
  error: problem.error.prefixed(prefix),
});

export const prefixProblems = (problems: readonly Problem[], prefix: string): readonly Problem[] =>
  problems.length === 0 ? problems : problems.map((problem) => prefixProblem(problem, prefix));

/** A reading as a generator uses it: last known good stands in for what could not be read, but not in compat mode. */
export function usable<T>(
  reading: Reading<T>,
  settings: GenerationSettings,
): { readonly value?: T; readonly stale: boolean; readonly error?: AppsetError } {
  if (reading.known) return { value: reading.value, stale: false };
  if (settings.compat || reading.lastKnownGood === undefined) return { stale: false, error: reading.error };
  return { value: reading.lastKnownGood.value, stale: true, error: reading.error };
}
