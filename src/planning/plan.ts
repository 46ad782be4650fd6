/**
 * The Plan: what a run will do to the Applications of a set, and why it will not do the rest. A pure
 * function of the set, what it evaluates to, the live Applications and the settings; it reads no
 * cluster and no clock, and writes nothing. Deletion is decided by the chain of guards, taking over by
 * the adoption rules; everything else by comparing.
 */
import { createHash } from 'node:crypto';
import { type Application, keyOf } from '../api/objects.ts';
import { compareBytes } from '../support/byte-strings.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { atOnce, inTurns } from '../support/turns.ts';
import {
  failuresOf,
  type GuardContext,
  indexFailures,
  presentPartsOf,
  unknownLeavesOf,
} from './candidate.ts';
import type { Decision } from './holds/decide.ts';
import { type Origin, partKey } from './origin.ts';
import type {
  Blocked,
  Kept,
  Plan,
  PlanInput,
  Planned,
  PlannedCreate,
  PlannedDelete,
  PlannedUpdate,
} from './plan-types.ts';
import { Planner } from './planner.ts';

export type * from './plan-types.ts';
export { Planner } from './planner.ts';

const byteOrder = (a: { readonly name: string }, b: { readonly name: string }): number =>
  compareBytes(a.name, b.name);

/** Why nothing at all may be done, if so: compat mode stops at the first error, both where validation was not possible. */
function stopOf({ evaluation, settings }: PlanInput): AppsetError | undefined {
  if (settings.compat && evaluation.firstError !== undefined) return evaluation.firstError.error;
  return evaluation.validationUnknown;
}

/** The guards' view of a run. */
export function guardContext(planner: Planner, candidates: readonly Application[]): GuardContext {
  const { set, settings, evaluation, live, now, noClusters } = planner.input;
  const owned = live.controlledBy(set.metadata.name);
  const origins = new Map(
    owned.map((application) => [application.metadata.name, planner.originOf(application)] as const),
  );
  return {
    set,
    policy: settings.policy,
    now,
    noClusters,
    unknownLeaves: unknownLeavesOf(evaluation),
    failures: indexFailures(
      failuresOf(evaluation),
      origins,
      candidates.map(({ metadata }) => metadata.name),
    ),
    presentParts: presentPartsOf(evaluation),
  };
}

/** A plan with the planner that can plan one of its Applications again. */
export interface Planning {
  readonly plan: Plan;
  readonly planner: Planner;
}

/** The plan of a set. */
export const planSet = (input: PlanInput): Planning => atOnce(planning(input));

/** The same, with turns of the event loop for others: 20,000 Applications take half a second. */
export const planSetInTurns = (input: PlanInput, clock: Clock, signal?: AbortSignal): Promise<Planning> =>
  inTurns(planning(input), clock, signal);

function* planning(input: PlanInput): Generator<void, Planning> {
  const planner = new Planner(input);
  const stopped = stopOf(input);
  const lists = stopped === undefined ? yield* decide(planner) : NOTHING;
  const plan = { set: keyOf(input.set), ...lists, ...(stopped === undefined ? {} : { stopped }) };
  return { plan: { ...plan, digest: yield* digest(input, plan) }, planner };
}

type Lists = Pick<Plan, 'create' | 'update' | 'delete' | 'keep' | 'blocked' | 'unchanged'>;
const NOTHING: Lists = { create: [], update: [], delete: [], keep: [], blocked: [], unchanged: [] };

function* decide(planner: Planner): Generator<void, Lists> {
  const { live, set } = planner.input;
  const create: PlannedCreate[] = [];
  const update: PlannedUpdate[] = [];
  const blocked: Blocked[] = [];
  const unchanged: string[] = [];
  for (const name of planner.generated.keys()) {
    const step = planner.step(name, live.byName(name));
    if (step.is === 'create') create.push(step.create);
    else if (step.is === 'update') update.push(step.update);
    else if (step.is === 'blocked') blocked.push(step.blocked);
    else unchanged.push(name);
    yield;
  }
  planner.input.compared?.retain(planner.generated);
  const generated = planner.generatedNames();
  const others = live
    .controlledBy(set.metadata.name)
    .filter(({ metadata }) => !generated.has(metadata.name) && metadata.deletionTimestamp === undefined);
  const candidates = others.filter((application) => planner.isCurrent(application));
  let context: GuardContext | undefined;
  const remove: PlannedDelete[] = [];
  const keep: Kept[] = [];
  for (const application of others) {
    yield;
    const { name } = application.metadata;
    if (!planner.isCurrent(application)) {
      const repair = planner.repair(application);
      if (repair !== undefined) update.push(repair);
      keep.push({
        name,
        live: application,
        origin: planner.originOf(application),
        outcome: 'kept',
        reason: 'OwnerRepaired',
        message: 'its owner reference has another uid: put right before anything else',
      });
      continue;
    }
    context ??= guardContext(planner, candidates);
    const verdict = planner.judge(application, context);
    if (verdict.outcome === 'delete') {
      remove.push({ name, live: application, origin: planner.originOf(application) });
      continue;
    }
    const release = verdict.release ? planner.release(application) : undefined;
    if (release !== undefined) update.push(release);
    keep.push({
      name,
      live: application,
      origin: planner.originOf(application),
      reason: verdict.reason,
      message: verdict.message,
      outcome: verdict.outcome,
    });
  }
  return {
    create: create.sort(byteOrder),
    update: update.sort(byteOrder),
    delete: remove,
    keep: keep.sort(byteOrder),
    blocked: blocked.sort(byteOrder),
    unchanged: unchanged.sort(),
  };
}

/**
 * The plan with part 2 applied: what is held is kept, the creations and updates that go with it are
 * blocked.
 */
export function withHolds(input: PlanInput, plan: Plan, decision: Decision): Plan {
  const held = new Map(
    decision.holds.flatMap((hold) => hold.deletions.map(({ name }) => [name, hold] as const)),
  );
  const heldUpdates = new Map(
    decision.holds.flatMap((hold) => hold.updates.map(({ name }) => [name, hold.reason] as const)),
  );
  const { noWrites } = decision;
  const goesOn =
    (reasons: ReadonlyMap<string, string>) =>
    ({ name }: Planned): boolean =>
      noWrites === undefined && !reasons.has(name);
  const [creates, updates] = [goesOn(decision.creates), goesOn(heldUpdates)];
  const blocked = [
    ...plan.create.filter((one) => !creates(one)).map((one) => heldBlock(one, decision.creates)),
    ...plan.update.filter((one) => !updates(one)).map((one) => heldBlock(one, heldUpdates)),
  ];
  const keep = plan.delete.flatMap(({ name, live, origin }): readonly Kept[] => {
    const hold = held.get(name);
    if (hold === undefined) return [];
    return [{ name, live, origin, outcome: 'held', reason: hold.reason, message: hold.message }];
  });
  const decided = {
    ...plan,
    create: plan.create.filter(creates),
    update: plan.update.filter(updates),
    delete: plan.delete
      .filter(({ name }) => !held.has(name))
      .map((one) => (decision.releases.has(one.name) ? { ...one, leavesWorkloads: true as const } : one)),
    keep: [...plan.keep, ...keep].sort(byteOrder),
    blocked: [...plan.blocked, ...blocked].sort(byteOrder),
    holds: decision,
  };
  return { ...decided, digest: atOnce(digest(input, decided)) };

  function heldBlock({ name, parts }: Planned, reasons: ReadonlyMap<string, string>): Blocked {
    const reason = reasons.get(name) ?? noWrites ?? '';
    const error = new AppsetError('APPSET_E0708', `Application ${JSON.stringify(name)} is held: ${reason}`);
    return { name, parts, reason: 'Held', error };
  }
}

/** Covers the set's uid and generation and, per decision, what it is about and rests on. */
function* digest(input: PlanInput, plan: Omit<Plan, 'digest'>): Generator<void, string> {
  const { metadata } = input.set;
  const present = presentPartsOf(input.evaluation);
  const missing = (origin: Origin | undefined) =>
    (origin?.parts ?? []).map(partKey).filter((key) => !present.has(key));
  const hash = createHash('sha256');
  const add = (fact: unknown): void => {
    hash.update(`${JSON.stringify(fact)}\n`);
  };
  add([metadata.uid ?? '', metadata.generation ?? 0]);
  for (const { name, application } of plan.create) yield add(['create', name, application.spec]);
  for (const { name, live, patch } of plan.update) yield add(['update', name, live.metadata.uid, patch]);
  for (const { name, live, origin } of plan.delete) {
    yield add(['delete', name, live.metadata.uid, missing(origin)]);
  }
  for (const { name, live, reason } of plan.keep) yield add(['keep', name, live.metadata.uid, reason]);
  for (const { name, reason } of plan.blocked) yield add(['blocked', name, reason]);
  return hash.digest('hex');
}
