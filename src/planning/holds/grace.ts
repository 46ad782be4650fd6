/**
 * Grace: an Application is deleted when it has been a candidate for the set's deletion-grace, or the
 * settle time, over fresh readings that agree; for a minute at least where nothing confirms its
 * absence. Ends by itself, either way.
 */
import { OWN } from '../../api/names.ts';
import { rfc3339 } from '../../support/clock.ts';
import { LIMITS } from '../../support/limits.ts';
import type { Hold, HoldCandidate, HoldRun } from './contract.ts';
import { token } from './digest.ts';
import { decidedRenames } from './renamed.ts';

/** Wall time in ms from which a candidate may go; infinite while its source cannot be asked. */
export function dueAt(run: HoldRun, candidate: HoldCandidate, decidedRename: boolean): number {
  const { annotations, settings, state, now } = run;
  const { evidence, uid } = candidate;
  if (evidence.is === 'unread') return Number.POSITIVE_INFINITY;
  const grace = annotations.deletionGrace ?? settings.settleMs;
  const sure = evidence.is === 'confirmed' || decidedRename;
  return (state.dwell.get(token(uid)) ?? now) + (sure ? grace : Math.max(grace, LIMITS.secondReadingMs));
}

/** Candidates that have to wait, with the time they wait for. */
export function waiting(
  run: HoldRun,
  rest: readonly HoldCandidate[],
): readonly { readonly candidate: HoldCandidate; readonly due: number }[] {
  const decided = decidedRenames(run, rest);
  return rest
    .map((candidate) => ({ candidate, due: dueAt(run, candidate, decided.has(candidate.name)) }))
    .filter(({ due }) => due > run.now);
}

export const grace: Hold = {
  reason: 'Grace',
  latched: false,
  setting: () => '',
  wayOut: () => '',
  find: (run, rest) => {
    const found = waiting(run, rest);
    const [first] = found;
    if (first === undefined) return undefined;
    const last = Math.max(...found.map(({ due }) => due));
    const unread = found.find(({ candidate }) => candidate.evidence.is === 'unread');
    const message =
      unread !== undefined
        ? `waiting until its source can be asked: ${unread.candidate.evidence.why}`
        : Number.isFinite(last)
          ? `deleted by itself from ${rfc3339(last)} on, unless generated again; ${first.candidate.evidence.why}`
          : `annotation ${OWN.deletionGrace} cannot be read`;
    return { candidates: found.map(({ candidate }) => candidate), message };
  },
};
