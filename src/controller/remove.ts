/**
 * Deleting Applications (safety.md, rule 6; spec controller-and-operations §2.7). Each is read live
 * first, and everything that allowed its deletion must hold on that object; its finalizers are brought
 * to what they should be; then it is deleted with uid and resourceVersion as preconditions.
 */

import { ApiError, isNotFound } from '../api/client.ts';
import { OWN, RESOURCES_FINALIZER } from '../api/names.ts';
import type { Application, JsonObject } from '../api/objects.ts';
import { TurnTooLate } from '../kube/index.ts';
import type { PlannedDelete, Planner } from '../planning/plan.ts';
import { preservesResources } from '../planning/preserve.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import type { Report } from './apply.ts';
import { type LiveBarrier, SetChanged } from './barrier.ts';
import { type ClusterPresence, withoutClusterFinalizers } from './cluster-gone.ts';
import { digestOfDelete } from './disputes.ts';
import { deleted, type EventSink, finalizerRemoved } from './events.ts';
import type { LiveView } from './live-view.ts';
import type { Log } from './log.ts';
import type { SetMemory } from './memory.ts';
import { type ApplicationWriter, isOutdated } from './write-application.ts';

export interface RemovalDeps {
  readonly planner: Planner;
  readonly writer: ApplicationWriter;
  readonly barrier: LiveBarrier;
  readonly clusters: ClusterPresence;
  readonly clock: Clock;
  readonly memory: SetMemory;
  readonly events: EventSink;
  readonly live: LiveView;
  readonly log: Log;
  readonly dryRun: boolean;
  /** monotonic time at which it was decided what is deleted: how old its grounds are */
  readonly decidedAt: number;
  readonly report: Report;
  /** before each batch: what goes is written down first; what it throws ends the deletions */
  readonly record?: (batch: readonly PlannedDelete[]) => Promise<void>;
  /** right before a deletion is sent: says so where it cannot be lost; what it throws spares it for now */
  readonly announce?: (name: string) => Promise<void>;
}

/** In normal mode one, then tenfold: what goes wrong shows at the first. */
function batchesOf(due: readonly PlannedDelete[], compat: boolean): readonly (readonly PlannedDelete[])[] {
  if (compat) return [due];
  const batches: (readonly PlannedDelete[])[] = [];
  let size = 1;
  for (let from = 0; from < due.length; ) {
    batches.push(due.slice(from, from + size));
    from += size;
    size = Math.min(size * LIMITS.deletionBatchGrowth, LIMITS.deletionBatchMost);
  }
  return batches;
}

/** Deletes one after the other what is due; failures and what was spared go into the report. */
export async function removeApplications(due: readonly PlannedDelete[], deps: RemovalDeps): Promise<void> {
  const { compat } = deps.planner.input.settings;
  for (const batch of batchesOf(due, compat)) {
    if (isTooLate(deps)) return;
    await deps.record?.(batch);
    await removeBatch(batch, deps);
  }
}

async function removeBatch(due: readonly PlannedDelete[], deps: RemovalDeps): Promise<void> {
  const { compat } = deps.planner.input.settings;
  await deps.writer.each(due, async (planned) => {
    const { name } = planned;
    const digest = `delete ${planned.live.metadata.uid ?? ''}`;
    const postponed = compat ? undefined : deps.memory.postponed(name, digest, deps.clock.monotonic());
    if (postponed !== undefined) {
      deps.report.waits.push(postponed.waitMs);
      deps.report.failures.push({ name, verb: 'delete', error: postponed.error });
      return;
    }
    const answered = deps.live.writing(planned.live.metadata.namespace ?? '', name);
    try {
      await remove(planned, deps);
      deps.memory.clearFailure(name);
    } catch (error) {
      deps.writer.throwIfAborted();
      if (error instanceof SetChanged) throw error;
      deps.report.failures.push({ name, verb: 'delete', error });
      if (!compat) {
        const wait = deps.memory.recordFailure(name, digest, error, deps.clock.monotonic());
        deps.report.waits.push(Math.max(wait, askedToWaitMs(error)));
      }
      deps.log.warn({ application: name, action: 'delete', error }, 'Application could not be deleted');
    } finally {
      answered();
    }
  });
}

/** How long the server asked for, in ms; 0 when it did not. */
function askedToWaitMs(error: unknown): number {
  if (!(error instanceof ApiError)) return 0;
  const seconds = error.retryAfterSeconds ?? (error.code === 429 ? LIMITS.throttleSeconds : 0);
  return seconds * 1_000;
}

/** What the deletions rest on was true too long ago: the rest is for a run of its own. */
function isTooLate({ planner, clock, decidedAt, report }: RemovalDeps): boolean {
  const late = !planner.input.settings.compat && clock.monotonic() - decidedAt > LIMITS.deletionFactsMs;
  if (late) report.waits.push(LIMITS.lookAgainMs);
  return late;
}

async function remove(planned: PlannedDelete, deps: RemovalDeps): Promise<void> {
  const { namespace, name } = planned.live.metadata;
  for (let attempt = 1; ; attempt++) {
    if (isTooLate(deps)) return;
    await deps.barrier.pass();
    const live = await deps.writer.read(namespace, name);
    if (live === undefined) {
      deps.live.gone(namespace ?? '', name);
      return;
    }
    const reason = whySpared(live, planned, deps.planner);
    if (reason !== undefined) {
      deps.report.spared.push({ name, reason: 'ChangedMeanwhile', message: reason });
      return;
    }
    let ready: Application | undefined = live;
    try {
      ready = await withFinalizers(live, planned, deps);
      if (ready === undefined || isTooLate(deps)) return;
      await deps.announce?.(name);
      await deps.writer.delete(ready);
    } catch (error) {
      if (error instanceof TurnTooLate) {
        attempt -= 1;
        continue;
      }
      if (!isNotFound(error)) {
        if (!isOutdated(error) || attempt > LIMITS.replans) throw error;
        continue;
      }
    }
    if (!deps.dryRun && (ready?.metadata.finalizers ?? []).length === 0)
      deps.live.gone(namespace ?? '', name);
    deps.report.deleted.push(name);
    if (!deps.dryRun) deps.memory.disputes.wrote(name, digestOfDelete(), deps.clock.monotonic());
    deps.events.emit(deleted(deps.planner.input.set, name));
    deps.log.info({ application: name }, 'Deleted application');
    return;
  }
}

/** What must hold on the live object, and does not. */
function whySpared(live: Application, planned: PlannedDelete, planner: Planner): string | undefined {
  if (live.metadata.uid !== planned.live.metadata.uid) return 'it was made again';
  if (live.metadata.deletionTimestamp !== undefined) return 'it is terminating';
  if (!planner.isCurrent(live)) return 'it is not owned by the set any more';
  if (planner.input.settings.compat) return undefined;
  return live.metadata.annotations?.[OWN.keep] === 'true' ? `annotation ${OWN.keep} is set` : undefined;
}

/** The object with the finalizers it is to be deleted with; undefined when it has to wait. */
async function withFinalizers(
  live: Application,
  planned: PlannedDelete,
  deps: RemovalDeps,
): Promise<Application | undefined> {
  const { compat } = deps.planner.input.settings;
  const { set } = deps.planner.input;
  const before = live.metadata.finalizers ?? [];
  if (before.length === 0) return live;
  let after: readonly string[] = before;
  if (!compat && preservesResources(set)) {
    after = after.filter((name) => name !== RESOURCES_FINALIZER);
  }
  if (planned.leavesWorkloads) after = withoutClusterFinalizers(after, compat);
  let clusterGone = false;
  if (after.some((name) => name.startsWith(RESOURCES_FINALIZER))) {
    const state = await deps.clusters.stateOf(live, planned.origin);
    if (state.is === 'settling') {
      deps.report.waits.push(state.waitMs);
      deps.report.spared.push({
        name: planned.name,
        reason: 'ClusterSettling',
        message: 'its cluster is gone; its deletion waits for the settle time',
      });
      return undefined;
    }
    if (state.is === 'gone') {
      const rest = withoutClusterFinalizers(after, compat);
      clusterGone = rest.length !== after.length;
      after = rest;
    }
  }
  if (after.length === before.length) return live;
  const metadata: JsonObject = { finalizers: after.length === 0 ? null : after };
  const answer = await deps.writer.patch(live, { metadata });
  if (!deps.dryRun) deps.live.wrote(answer);
  if (clusterGone) deps.events.emit(finalizerRemoved(set, planned.name));
  return answer;
}
