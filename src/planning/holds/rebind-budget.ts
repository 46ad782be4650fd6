/**
 * RebindBudget: updates that no edit of the set caused. Those that change where an Application goes or
 * what it deploys (destination, project, repository, path, chart) have the budget of confirmed
 * deletions; `max-updates` bounds all of them. All are held, not a lucky rest.
 */
import { OWN } from '../../api/names.ts';
import { LIMITS } from '../../support/limits.ts';
import type { PlannedUpdate } from '../plan-types.ts';
import { larger } from './budgets.ts';
import type { HoldRun } from './contract.ts';
import { allowance } from './set-settings.ts';

const REBINDS = /^spec\.(?:destination\b|project$|sources?(?:\[\d+\]|\.\d+)?(?:$|\.(?:repoURL|path|chart)$))/;

/** Whether an update changes where the Application goes or what it deploys. */
export const rebinds = ({ changes }: PlannedUpdate): boolean =>
  changes.some(({ path }) => REBINDS.test(path));

/**
 * Updates of owned Applications that data caused: all of the set was brought up to its generation before,
 * or this one was.
 */
export const dataCaused = (run: HoldRun): readonly PlannedUpdate[] => {
  const generation = run.set.metadata.generation ?? 0;
  const settled = run.state.settled === generation;
  return run.updates.filter(
    ({ why, live }) => why === 'changed' && (settled || run.originOf(live)?.generation === generation),
  );
};

/** Applications that data moved in the last minutes, without a person's word. */
const recentRebinds = ({ state }: HoldRun): number =>
  state.rebinds.reduce((sum, { count }) => sum + count, 0);

export interface UpdateFinding {
  readonly updates: readonly PlannedUpdate[];
  readonly message: string;
}

export const updateSetting = ({ annotations }: HoldRun): string => annotations.maxUpdates ?? '';
export const updateWayOut = `annotation ${OWN.maxUpdates} with a larger number or percent`;

/**
 * Updates to be held, undefined when there are none.
 *
 * @param released names a person let go
 * @param latched message of the hold that stands: what is left of it is held however few they are
 */
export function findRebinds(
  run: HoldRun,
  released: ReadonlySet<string>,
  latched: string | undefined,
): UpdateFinding | undefined {
  const found = exceeding(run, released);
  if (found !== undefined || latched === undefined) return found;
  const updates = dataCaused(run).filter(
    (update) => !released.has(update.name) && (run.annotations.maxUpdates !== undefined || rebinds(update)),
  );
  return updates.length === 0 ? undefined : { updates, message: latched };
}

function exceeding(run: HoldRun, released: ReadonlySet<string>): UpdateFinding | undefined {
  const updates = dataCaused(run).filter(({ name }) => !released.has(name));
  const owned = run.owned.length;
  const { maxUpdates } = run.annotations;
  if (maxUpdates !== undefined) {
    const allowed = allowance(maxUpdates, owned) ?? 0;
    if (updates.length <= allowed) return undefined;
    return {
      updates,
      message: `${updates.length} updates without an edit of the set are more than the ${allowed} allowed (max-updates ${maxUpdates} of ${owned})`,
    };
  }
  const bound = updates.filter(rebinds);
  const allowed = larger(LIMITS.budgetConfirmed, LIMITS.budgetConfirmedPercent, owned);
  const recent = recentRebinds(run);
  const more = bound.filter(({ name }) => !run.counted.has(name)).length;
  if (more === 0 || more + recent <= allowed) return undefined;
  const since = recent === 0 ? '' : ` and ${recent} did in the last 10 minutes`;
  const these = `${bound.length} ${bound.length === 1 ? 'Application' : 'Applications'}`;
  return {
    updates: bound,
    message: `${these} would get another destination, project or source without an edit of the set${since}: more than the ${allowed} allowed`,
  };
}
