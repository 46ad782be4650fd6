/**
 * TotalBudget: all sets together would lose too much in 10 minutes. One label of one cluster can take an
 * Application from each of many sets, none of which exceeds its own budget. Holds with one cause are
 * shown, and can be approved, as one.
 */
import { LIMITS } from '../../support/limits.ts';
import { isExempt, larger, recentDeletions } from './budgets.ts';
import { causeOf } from './cause.ts';
import type { Hold } from './contract.ts';
import { allowance } from './set-settings.ts';

export const totalBudget: Hold = {
  reason: 'TotalBudget',
  latched: true,
  setting: ({ settings, annotations }) => `${settings.maxDeletionsTotal ?? ''} ${annotations.ephemeral}`,
  wayOut: () => '--max-deletions-total with a larger number or percent',
  find: (run, rest) => {
    const { others, set, settings } = run;
    const candidates = rest.filter((candidate) => !isExempt(run, candidate));
    if (candidates.length === 0) return undefined;
    const recent = recentDeletions(run.state, run.candidates);
    const before = recent.confirmed + recent.unconfirmed;
    const counts = new Map(others.byCause);
    for (const candidate of candidates) {
      const cause = causeOf(candidate, set, settings.controllerNamespace);
      counts.set(cause, (counts.get(cause) ?? 0) + 1);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, before);
    const owned = others.owned + run.owned.length + before;
    const allowed =
      settings.maxDeletionsTotal === undefined
        ? larger(LIMITS.budgetTotal, LIMITS.budgetTotalPercent, owned)
        : (allowance(settings.maxDeletionsTotal, owned) ?? 0);
    if (total <= allowed) return undefined;
    const own = causeOf(candidates[0] as (typeof candidates)[number], set, settings.controllerNamespace);
    const same = counts.get(own) ?? 0;
    return {
      candidates,
      cause: own,
      message: `${total} deletions over all sets are more than the ${allowed} allowed of ${owned}; ${same} of them because of ${own}`,
    };
  },
};
