/**
 * The arithmetic of budgets: what a set may lose in 10 minutes, and what it has lost already. Deletions
 * a person or a setting released do not count; a deletion recorded before a crash and not made is a
 * candidate again and counts once.
 */
import { LIMITS } from '../../support/limits.ts';
import type { HoldCandidate, HoldRun } from './contract.ts';
import { token } from './digest.ts';
import { allowance } from './set-settings.ts';
import type { HoldState } from './state.ts';

/** The larger of a number and a share, rounded down. */
export const larger = (least: number, percent: number, owned: number): number =>
  Math.max(least, Math.floor((owned * percent) / 100));

/** Deletions of the window that are no candidates any more, by kind. */
export function recentDeletions(
  state: HoldState,
  candidates: readonly HoldCandidate[],
): { readonly confirmed: number; readonly unconfirmed: number } {
  const again = new Set(candidates.map(({ uid }) => token(uid)));
  const made = state.deletions.filter(({ uid }) => !again.has(uid));
  const count = (kind: 'c' | 'u') => made.filter((deletion) => deletion.kind === kind).length;
  return {
    confirmed: count('c') + (state.unlisted?.c ?? 0),
    unconfirmed: count('u') + (state.unlisted?.u ?? 0),
  };
}

/** What the set owned when the window began. */
export const ownedAtStart = ({ owned, state, candidates }: HoldRun): number => {
  const again = new Set(candidates.map(({ uid }) => token(uid)));
  const listed = state.deletions.filter(({ uid }) => !again.has(uid)).length;
  return owned.length + listed + (state.unlisted?.c ?? 0) + (state.unlisted?.u ?? 0);
};

export interface Budget {
  readonly allowed: number;
  /** `5`, `20 % of 40`, `max-deletions 3` */
  readonly text: string;
}

/** The budget of confirmed, or unconfirmed, deletions of a set. */
export function deletionBudget(run: HoldRun, kind: 'confirmed' | 'unconfirmed'): Budget {
  const owned = ownedAtStart(run);
  const { maxDeletions } = run.annotations;
  if (maxDeletions !== undefined) {
    return {
      allowed: allowance(maxDeletions, owned) ?? 0,
      text: `max-deletions ${maxDeletions} of ${owned}`,
    };
  }
  const least = kind === 'confirmed' ? LIMITS.budgetConfirmed : LIMITS.budgetUnconfirmed;
  const percent = kind === 'confirmed' ? LIMITS.budgetConfirmedPercent : LIMITS.budgetUnconfirmedPercent;
  return {
    allowed: larger(least, percent, owned),
    text: `the larger of ${least} and ${percent} % of ${owned}`,
  };
}

/** Budgets and EmptyResult do not count these: ephemeral sets, and pull requests that are closed. */
export const isExempt = (run: HoldRun, { evidence }: HoldCandidate): boolean =>
  run.annotations.ephemeral || evidence.closed === true;
