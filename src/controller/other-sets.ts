/** What all sets together lose: deletions of the last minutes and candidates that wait, by what they go back to. */
import { type ApplicationSet, keyOf } from '../api/objects.ts';
import { causeOf, type HoldCandidate, type OtherSets, pruneState } from '../planning/holds/index.ts';
import type { ReconcileDeps } from './set-run.ts';
import { stateOf } from './set-state.ts';

type Deps = Pick<ReconcileDeps, 'clock' | 'live' | 'memory' | 'settings'>;

export const NO_OTHERS: OtherSets = { owned: 0, byCause: new Map() };

/** All sets but this one. Of those no run has looked at yet, what their state says waits. */
export async function otherSets(set: ApplicationSet, { clock, live, memory }: Deps): Promise<OtherSets> {
  const own = keyOf(set);
  const byCause = new Map<string, number>();
  const add = (cause: string, count: number) => byCause.set(cause, (byCause.get(cause) ?? 0) + count);
  let owned = 0;
  for (const other of await live.sets()) {
    const key = keyOf(other);
    if (key === own) continue;
    owned += other.status?.resourcesCount ?? 0;
    const { deletions, unlisted, dwell } = pruneState(stateOf(other), clock.now());
    const counted = deletions.filter(({ kind }) => kind !== 'x').length;
    add('deleted', counted + (unlisted?.c ?? 0) + (unlisted?.u ?? 0));
    const pending = memory.pending.get(key);
    if (pending !== undefined) for (const [cause, count] of pending) add(cause, count);
    else {
      const gone = new Set(deletions.map(({ uid }) => uid));
      add('waiting', [...dwell.keys()].filter((uid) => !gone.has(uid)).length);
    }
  }
  return { owned, byCause };
}

/** Notes what waits of this set, for the runs of the others. */
export function notePending(
  set: ApplicationSet,
  candidates: readonly HoldCandidate[],
  { memory, settings }: Deps,
): void {
  const counts = new Map<string, number>();
  for (const candidate of candidates) {
    const cause = causeOf(candidate, set, settings.controllerNamespace);
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }
  memory.pending.set(keyOf(set), counts);
}
