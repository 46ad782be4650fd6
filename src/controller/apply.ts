/**
 * Carries a Plan out: creates and updates first, deletions only after all of them were answered. The
 * only writer of Applications. Every write passes the live barrier and carries its preconditions; what
 * turns out to be another object than planned is read and planned again, alone. A failing Application
 * does not stop the others; in normal mode it backs off on its own.
 */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../api/objects.ts';
import { replacementFailed } from '../planning/guards.ts';
import type { PartId } from '../planning/origin.ts';
import type { Blocked, Plan, PlannedUpdate, Planner, Step } from '../planning/plan.ts';
import { compareBytes } from '../support/byte-strings.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import { type LiveBarrier, SetChanged } from './barrier.ts';
import { digestOfCreate, digestOfUpdate } from './disputes.ts';
import { created, type EventSink, updated } from './events.ts';
import type { LiveView } from './live-view.ts';
import type { Log } from './log.ts';
import type { SetMemory } from './memory.ts';
import { type RemovalDeps, removeApplications } from './remove.ts';
import { type ApplicationWriter, isOutdated } from './write-application.ts';

export interface WriteFailure {
  readonly name: string;
  readonly verb: 'create' | 'update' | 'delete';
  readonly error: unknown;
}

/** An Application that was not deleted after all. */
export interface Spared {
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

export interface Applied {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  readonly failures: readonly WriteFailure[];
  /** found out while writing: conflicts, terminating ones */
  readonly blocked: readonly Blocked[];
  readonly spared: readonly Spared[];
  /** writes that would change nothing on this server */
  readonly withoutEffect: readonly string[];
  /** ms after which something is to be tried again, smallest first */
  readonly waits: readonly number[];
  /** the deletions of the plan were not begun */
  readonly deletionsSkipped: boolean;
  /** the set changed meanwhile: nothing more was written */
  readonly changed: SetChanged | undefined;
}

export interface ApplyDeps extends Omit<RemovalDeps, 'report' | 'planner' | 'writer' | 'barrier'> {
  readonly planner: Planner;
  readonly writer: ApplicationWriter;
  readonly barrier: LiveBarrier;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly live: LiveView;
  readonly memory: SetMemory;
  readonly log: Log;
  /** waits for a place to write from; answers how to give it back. @throws SetChanged, ApiError */
  readonly enter?: () => Promise<() => void>;
  /** before the first write: what has to be remembered even if the run is cut off */
  readonly prepare?: () => Promise<void>;
}

/** What has happened so far; filled while writing. */
export class Report {
  readonly created: string[] = [];
  readonly updated: string[] = [];
  readonly deleted: string[] = [];
  readonly failures: WriteFailure[] = [];
  readonly blocked: Blocked[] = [];
  readonly spared: Spared[] = [];
  readonly withoutEffect: string[] = [];
  readonly waits: number[] = [];
  deletionsSkipped = false;
  changed: SetChanged | undefined;

  /** Creates that were refused, or did not come about. */
  readonly refused: { readonly name: string; readonly parts: readonly PartId[] }[] = [];
}

const digestOf = (value: JsonObject): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** What a write comes down to, without the annotations that only ride along. */
const digestOfStep = (step: Step): string =>
  step.is === 'create'
    ? digestOf(step.create.application.spec)
    : step.is === 'update'
      ? digestOf({ changes: step.update.changes as unknown as JsonObject, why: step.update.why })
      : '';

/** Carries the plan out; never throws but for the abort reason and defects: failures are in the answer. */
export async function applyPlan(plan: Plan, deps: ApplyDeps): Promise<Applied> {
  const report = new Report();
  const { compat } = deps.planner.input.settings;
  const steps: Step[] = [
    ...plan.create.map((create): Step => ({ is: 'create', create })),
    ...plan.update.map((update): Step => ({ is: 'update', update })),
  ].sort((a, b) => compareBytes(nameOf(a), nameOf(b)));
  let leave: (() => void) | undefined;
  try {
    leave = await deps.enter?.();
    await deps.prepare?.();
    await deps.writer.each(steps, (step) => writeStep(step, deps, report));
    const blocked = [...plan.blocked, ...report.blocked];
    report.refused.push(...blocked.filter(({ reason }) => reason !== 'Held'));
    if (compat && (report.failures.length > 0 || plan.blocked.some(isFailure))) {
      report.deletionsSkipped = plan.delete.length > 0;
    } else if (plan.delete.length > 0) {
      const due = plan.delete.filter(({ name, origin }) => {
        const verdict = compat ? undefined : replacementFailed(origin, report.refused);
        if (verdict !== undefined) report.spared.push({ name, ...verdict });
        return verdict === undefined;
      });
      await removeApplications(due, { ...deps, report });
    }
  } catch (error) {
    if (!(error instanceof SetChanged)) throw error;
    report.changed = error;
  } finally {
    leave?.();
  }
  return report;
}

/** A terminating Application only waits; the other blocks are errors in the reference. */
export const isFailure = ({ reason }: Blocked): boolean => reason === 'Conflict' || reason === 'Invalid';

const nameOf = (step: Step): string =>
  step.is === 'create' ? step.create.name : step.is === 'update' ? step.update.name : '';

async function writeStep(first: Step, deps: ApplyDeps, report: Report): Promise<void> {
  const name = nameOf(first);
  const namespace = deps.planner.input.set.metadata.namespace;
  let step = first;
  for (let attempt = 1; ; attempt++) {
    if (step.is === 'unchanged') return;
    if (step.is === 'blocked') {
      report.blocked.push(step.blocked);
      return;
    }
    if (isPostponed(step, name, deps, report)) return;
    await deps.barrier.pass();
    const answered = deps.live.writing(namespace ?? '', name);
    try {
      const rest = await write(step, deps, report);
      deps.memory.clearFailure(name);
      if (rest === undefined || attempt > LIMITS.replans) return;
      step = rest;
      continue;
    } catch (error) {
      deps.writer.throwIfAborted();
      if (!isOutdated(error) || attempt > LIMITS.replans) {
        fail(step, name, error, deps, report);
        return;
      }
    } finally {
      answered();
    }
    try {
      const live = await deps.writer.read(namespace, name);
      if (live === undefined) deps.live.gone(namespace ?? '', name);
      else deps.live.wrote(live);
      step = again(step, name, live, deps);
    } catch (error) {
      deps.writer.throwIfAborted();
      fail(step, name, error, deps, report);
      return;
    }
  }
}

/** The step planned again for what is there now; releases and repairs of what is not generated too. */
function again(step: Step, name: string, live: Parameters<Planner['step']>[1], { planner }: ApplyDeps): Step {
  if (planner.generated.has(name) || step.is !== 'update') return planner.step(name, live);
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return { is: 'unchanged' };
  const update = step.update.why === 'released' ? planner.release(live) : planner.repair(live);
  return update === undefined ? { is: 'unchanged' } : { is: 'update', update };
}

/** Backing off, or known to change nothing: not written now. */
function isPostponed(step: Step, name: string, deps: ApplyDeps, report: Report): boolean {
  if (deps.planner.input.settings.compat) return false;
  const digest = digestOfStep(step);
  if (step.is === 'update' && deps.memory.hasNoEffect(name, digest)) {
    report.withoutEffect.push(name);
    return true;
  }
  const postponed = deps.memory.postponed(name, digest, deps.clock.monotonic());
  if (postponed === undefined) return false;
  report.waits.push(postponed.waitMs);
  report.failures.push({ name, verb: step.is === 'create' ? 'create' : 'update', error: postponed.error });
  if (step.is === 'create') report.refused.push(step.create);
  return true;
}

/** Carries one step out; answers what is left to do when somebody changed the object at the same time. */
async function write(step: Step, deps: ApplyDeps, report: Report): Promise<Step | undefined> {
  if (step.is === 'update') return update(step.update, deps, report);
  if (step.is !== 'create') return undefined;
  const application = await deps.writer.create(step.create.application);
  if (!deps.dryRun) {
    deps.live.wrote(application);
    // what is found equal now is not compared at the next run
    deps.planner.step(step.create.name, application);
    deps.memory.disputes.wrote(step.create.name, digestOfCreate(), deps.clock.monotonic());
  }
  report.created.push(step.create.name);
  deps.events.emit(created(deps.planner.input.set, step.create.name));
  deps.log.info({ application: step.create.name }, 'created Application');
  return undefined;
}

async function update(planned: PlannedUpdate, deps: ApplyDeps, report: Report): Promise<Step | undefined> {
  const { set, settings } = deps.planner.input;
  deps.log.debug({ application: planned.name, patch: planned.patch }, 'patching Application');
  const answer = await deps.writer.patch(planned.live, planned.patch);
  if (!deps.dryRun) deps.live.wrote(answer);
  if (!report.updated.includes(planned.name)) {
    report.updated.push(planned.name);
    if (planned.why !== 'released') deps.events.emit(updated(set, planned.name));
  }
  deps.log.info({ application: planned.name, why: planned.why }, 'updated Application');
  if (settings.compat || deps.dryRun || planned.why === 'released') return undefined;
  deps.memory.disputes.wrote(planned.name, digestOfUpdate(planned), deps.clock.monotonic());
  const rest = deps.planner.step(planned.name, answer);
  if (rest.is !== 'update') {
    deps.memory.clearNoEffect(planned.name);
    return undefined;
  }
  const sent = new Set(planned.changes.map(({ path }) => path));
  if (rest.update.changes.some(({ path }) => !sent.has(path))) return rest;
  deps.memory.recordNoEffect(planned.name, digestOfStep(rest));
  report.withoutEffect.push(planned.name);
  return undefined;
}

function fail(step: Step, name: string, error: unknown, deps: ApplyDeps, report: Report): void {
  const verb = step.is === 'create' ? 'create' : 'update';
  report.failures.push({ name, verb, error });
  if (step.is === 'create') report.refused.push(step.create);
  deps.log.warn({ application: name, action: verb, error }, 'Application could not be written');
  if (!deps.planner.input.settings.compat) {
    report.waits.push(deps.memory.recordFailure(name, digestOfStep(step), error, deps.clock.monotonic()));
  }
}
