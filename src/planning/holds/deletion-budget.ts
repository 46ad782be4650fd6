/**
 * DeletionBudget: candidates plus our deletions of the last 10 minutes exceed what the set may lose.
 * What nothing confirms has a smaller budget of its own. All candidates are held, not a lucky rest.
 */
import { OWN } from '../../api/names.ts';
import { deletionBudget, isExempt, recentDeletions } from './budgets.ts';
import type { Hold } from './contract.ts';
import { decidedRenames } from './renamed.ts';

export const deletionBudgetHold: Hold = {
  reason: 'DeletionBudget',
  latched: true,
  setting: ({ annotations }) => `${annotations.maxDeletions ?? ''} ${annotations.ephemeral}`,
  wayOut: () => `annotation ${OWN.maxDeletions} with a larger number or percent`,
  find: (run, rest) => {
    const decided = decidedRenames(run, rest);
    const candidates = rest.filter((candidate) => !isExempt(run, candidate) && !decided.has(candidate.name));
    if (candidates.length === 0) return undefined;
    const recent = recentDeletions(run.state, run.candidates);
    const before = recent.confirmed + recent.unconfirmed;
    const all = deletionBudget(run, 'confirmed');
    const since = before === 0 ? '' : ` and ${before} of the last 10 minutes`;
    if (candidates.length + before > all.allowed) {
      return {
        candidates,
        message: `${candidates.length} deletions${since} are more than the ${all.allowed} allowed (${all.text})`,
      };
    }
    const unsure = candidates.filter(({ evidence }) => evidence.is !== 'confirmed');
    const few = deletionBudget(run, 'unconfirmed');
    const [first] = unsure;
    if (first === undefined || unsure.length + recent.unconfirmed <= few.allowed) return undefined;
    const more = recent.unconfirmed === 0 ? '' : ` and ${recent.unconfirmed} of the last 10 minutes`;
    return {
      candidates,
      message: `${unsure.length} deletions that nothing confirms${more} are more than the ${few.allowed} allowed (${few.text}); ${first.evidence.why}`,
    };
  },
};
