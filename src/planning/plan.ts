/**
 * The Plan: what a run will do to the Applications of a set, and why it will not do the rest. A pure
 * function of the set, what it evaluates to, the live Applications and the settings; it reads no
 * cluster and no clock, and writes nothing. Deletion is decided by the chain of guards, taking over by
 * the adoption rules; everything else by comparing.
 */
import { createHash } from 'node:crypto';
import { OWN } from '../api/names.ts';
import type { JsonObject } from '../api/objects.ts';
import { type Application, type ApplicationSet, keyOf } from '../api/objects.ts';
import { parseRfc3339 } from '../support/clock.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { type AdoptMode, adoptionConflict, claimOf, differsBeyondOwner } from './adoption.ts';
import { failuresOf, type GuardContext, presentPartsOf, unknownLeavesOf } from './candidate.ts';
import type { FieldChange } from './compare.ts';
import type { Evaluation, RenderedApplication } from './contract.ts';
import { CHAIN, COMPAT_CHAIN, judge, type Verdict } from './guards.ts';
import { compileIgnoreRules } from './ignored-paths.ts';
import { mergePatch } from './merge-patch.ts';
import { normalizeApplication } from './normalize.ts';
import { encodeOrigin, type Origin, originOf, type PartId, partIds, partKey } from './origin.ts';
import { controllingSetName, ownerReferenceOf, ownershipOf, withOwner, withoutOwner } from './ownership.ts';
import type { Policy } from './policy.ts';
import { preservedKeys } from './preserve.ts';
import { planUpdate, type UpdateContext } from './update.ts';

/** The live Applications of the set's namespace, as far as a plan asks for them. */
export interface LiveApplications {
  byName(name: string): Application | undefined;
  /** those whose controller reference is an ApplicationSet of this name, with exactly our apiVersion and kind */
  controlledBy(setName: string): readonly Application[];
}

export interface PlanSettings {
  readonly compat: boolean;
  readonly policy: Policy;
  readonly adopt: AdoptMode;
  readonly preservedLabels: readonly string[];
  readonly preservedAnnotations: readonly string[];
}

export interface PlanInput {
  readonly set: ApplicationSet;
  readonly evaluation: Evaluation;
  readonly live: LiveApplications;
  readonly settings: PlanSettings;
  /** origins remembered from the last complete evaluation, by Application name; annotations fill the gaps */
  readonly origins: ReadonlyMap<string, Origin>;
  /** the cluster Secrets are known to be none, though the set asks for clusters */
  readonly noClusters: boolean;
  /** wall time, ms */
  readonly now: number;
}

interface Planned {
  readonly name: string;
  readonly parts: readonly PartId[];
}
export interface PlannedCreate extends Planned {
  readonly application: Application;
}
export interface PlannedUpdate extends Planned {
  readonly live: Application;
  readonly desired: Application;
  /** merge patch without preconditions */
  readonly patch: JsonObject;
  readonly changes: readonly FieldChange[];
  /** changed: as generated; adopted: taken over; repaired: the owner's uid; released: our owner reference goes */
  readonly why: 'changed' | 'adopted' | 'repaired' | 'released';
}
export interface PlannedDelete {
  readonly name: string;
  readonly live: Application;
  readonly origin: Origin | undefined;
}
export interface Kept {
  readonly name: string;
  readonly live: Application;
  readonly outcome: 'abandoned' | 'kept' | 'held';
  readonly reason: string;
  readonly message: string;
}
export interface Blocked extends Planned {
  readonly reason: 'Conflict' | 'Terminating' | 'StuckTerminating' | 'Invalid';
  readonly error: AppsetError;
}

export interface Plan {
  readonly set: string;
  readonly create: readonly PlannedCreate[];
  readonly update: readonly PlannedUpdate[];
  readonly delete: readonly PlannedDelete[];
  readonly keep: readonly Kept[];
  readonly blocked: readonly Blocked[];
  /** names of generated Applications that are as they should be */
  readonly unchanged: readonly string[];
  /** the whole set is left alone, and why */
  readonly stopped?: AppsetError;
  /** sha256 over what the plan rests on and decides */
  readonly digest: string;
}

/** What planning one generated Application comes to. */
export type Step =
  | { readonly is: 'create'; readonly create: PlannedCreate }
  | { readonly is: 'update'; readonly update: PlannedUpdate }
  | { readonly is: 'blocked'; readonly blocked: Blocked }
  | { readonly is: 'unchanged' };

const byteOrder = (a: { readonly name: string }, b: { readonly name: string }): number =>
  Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));

/** Plans single Applications of one run; kept for planning one again after a refusal. */
export class Planner {
  readonly input: PlanInput;
  readonly #context: UpdateContext;
  readonly #generated: ReadonlyMap<string, RenderedApplication>;

  constructor(input: PlanInput) {
    const { set, settings, evaluation } = input;
    this.input = input;
    this.#context = {
      set,
      compat: settings.compat,
      preserved: preservedKeys(
        set.spec,
        { labels: settings.preservedLabels, annotations: settings.preservedAnnotations },
        !settings.compat,
      ),
      ignore: compileIgnoreRules(set.spec),
    };
    const generated = new Map<string, RenderedApplication>();
    for (const row of evaluation.rendered) {
      const { name } = row.application.metadata;
      if (!evaluation.invalid.has(keyOf(row.application))) generated.set(name, row);
    }
    this.#generated = generated;
  }

  /** Valid generated Applications by name. */
  get generated(): ReadonlyMap<string, RenderedApplication> {
    return this.#generated;
  }

  /** Whether a live Application counts as the set's own: by uid, or in compat mode by name of the owner. */
  isCurrent(live: Application): boolean {
    const { set, settings } = this.input;
    return settings.compat
      ? controllingSetName(live) === set.metadata.name
      : ownershipOf(live, set).is === 'ours';
  }

  originOf(live: Application): Origin | undefined {
    return this.input.origins.get(live.metadata.name) ?? originOf(live);
  }

  /** What is to be done for one generated name, given the live Application of that name. */
  step(name: string, live: Application | undefined): Step {
    const row = this.#generated.get(name);
    if (row === undefined) return { is: 'unchanged' };
    const parts = partIds(row.parts);
    const planned: Planned = { name, parts };
    if (live === undefined) {
      return { is: 'create', create: { ...planned, application: this.#forCreation(row, parts) } };
    }
    if (live.metadata.deletionTimestamp !== undefined) {
      return { is: 'blocked', blocked: { ...planned, ...this.#terminating(live) } };
    }
    try {
      return this.#existing(row, live, planned);
    } catch (error) {
      return {
        is: 'blocked',
        blocked: { ...planned, reason: 'Invalid', error: this.#ruleError(asAppsetError(error)) },
      };
    }
  }

  /** In the words of the reference; ours name the rule as well. */
  #ruleError(error: AppsetError): AppsetError {
    if (error.code !== 'APPSET_E0511') return error;
    const prefix = 'failed to apply ignore differences: failed to normalize application spec: ';
    const { field, position } = error.place;
    if (this.input.settings.compat || field === undefined) return error.prefixed(prefix);
    const where = ` in ${field}, character ${position?.column ?? 1} of ${position?.source ?? ''}`;
    return new AppsetError('APPSET_E0511', `${prefix}${error.message}${where}`, { place: error.place });
  }

  #existing(row: RenderedApplication, live: Application, planned: Planned): Step {
    const { set, settings } = this.input;
    const claim = claimOf(live, set, settings);
    if (claim.is === 'foreign') {
      return { is: 'blocked', blocked: { ...planned, reason: 'Conflict', error: claim.error } };
    }
    if (!settings.policy.update && this.#leftAlone(live, claim.is)) {
      return claim.is === 'owned' ? { is: 'unchanged' } : this.#ownerOnly(live, planned, claim.is);
    }
    const update = planUpdate(live, row.application, this.#context);
    if (update === undefined) return { is: 'unchanged' };
    if (claim.is === 'ownerless' && !claim.takeOver) {
      const changes = differsBeyondOwner(update.changes);
      if (settings.adopt === 'never' || changes.length > 0) {
        const error = adoptionConflict(live, changes);
        return { is: 'blocked', blocked: { ...planned, reason: 'Conflict', error } };
      }
    }
    const why = claim.is === 'owned' ? 'changed' : claim.is === 'repair' ? 'repaired' : 'adopted';
    const patch = this.#withOwnAnnotations(update.patch, live, planned.parts, row.stale);
    return { is: 'update', update: { ...planned, live, ...update, patch, why } };
  }

  /** Under a policy without updates the spec stays; in compat mode only what is current counts as existing. */
  #leftAlone(live: Application, claim: 'owned' | 'repair' | 'ownerless'): boolean {
    if (this.input.settings.compat) return this.isCurrent(live);
    return claim !== 'ownerless' || this.input.settings.adopt !== 'never';
  }

  /** Only the owner reference: a repair, or taking over under a policy without updates. */
  #ownerOnly(live: Application, planned: Planned, claim: 'repair' | 'ownerless'): Step {
    const desired: Application = {
      ...live,
      metadata: {
        ...live.metadata,
        ownerReferences: withOwner(live.metadata.ownerReferences, this.input.set),
      },
    };
    const patch = mergePatch(live, desired);
    if (patch === undefined) return { is: 'unchanged' };
    const why = claim === 'repair' ? 'repaired' : 'adopted';
    return { is: 'update', update: { ...planned, live, desired, patch, changes: [], why } };
  }

  #terminating(live: Application): Pick<Blocked, 'reason' | 'error'> {
    const since = parseRfc3339(live.metadata.deletionTimestamp ?? '') ?? this.input.now;
    const seconds = (this.input.now - since) / 1_000;
    const waiting = (live.metadata.finalizers ?? []).join(', ');
    const stuck = seconds > LIMITS.stuckTerminatingSeconds;
    const tail = waiting === '' ? '' : `, waiting for finalizer ${waiting}`;
    const error = new AppsetError(
      'APPSET_E0703',
      stuck
        ? `Application ${keyOf(live)} has been terminating for ${Math.floor(seconds / 60)} minutes${tail}`
        : `Application ${keyOf(live)} is terminating${tail}`,
    );
    return { reason: stuck ? 'StuckTerminating' : 'Terminating', error };
  }

  #forCreation(row: RenderedApplication, parts: readonly PartId[]): Application {
    const { set, settings } = this.input;
    const { metadata, operation, spec, apiVersion, kind } = normalizeApplication(row.application);
    const own = settings.compat ? {} : this.#ownAnnotations(parts, row.stale);
    const annotations = { ...metadata.annotations, ...own };
    return {
      apiVersion,
      kind,
      metadata: {
        name: metadata.name,
        ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
        ...(Object.keys(metadata.labels ?? {}).length === 0 ? {} : { labels: metadata.labels ?? {} }),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
        ...((metadata.finalizers ?? []).length === 0 ? {} : { finalizers: metadata.finalizers ?? [] }),
        ownerReferences: [ownerReferenceOf(set)],
      },
      spec,
      ...(operation === undefined ? {} : { operation }),
    };
  }

  #ownAnnotations(parts: readonly PartId[], stale: boolean): Readonly<Record<string, string>> {
    const { set } = this.input;
    return {
      [OWN.owner]: keyOf(set),
      ...(stale ? {} : { [OWN.origin]: encodeOrigin({ generation: set.metadata.generation ?? 0, parts }) }),
    };
  }

  /** Origin and owner ride along with a write that happens anyway; they are never a reason for one. */
  #withOwnAnnotations(
    patch: JsonObject,
    live: Application,
    parts: readonly PartId[],
    stale: boolean,
  ): JsonObject {
    if (this.input.settings.compat) return patch;
    const present = live.metadata.annotations ?? {};
    const own = Object.entries(this.#ownAnnotations(parts, stale)).filter(
      ([key, value]) => present[key] !== value,
    );
    if (own.length === 0) return patch;
    const metadata = (patch.metadata ?? {}) as JsonObject;
    const given = (metadata.annotations ?? {}) as JsonObject;
    const annotations = { ...given, ...Object.fromEntries(own) };
    return { ...patch, metadata: { ...metadata, annotations } };
  }

  /** The patch that takes our owner reference off. */
  release(live: Application): PlannedUpdate | undefined {
    const desired: Application = {
      ...live,
      metadata: {
        ...live.metadata,
        ownerReferences: withoutOwner(live.metadata.ownerReferences, this.input.set),
      },
    };
    const patch = mergePatch(live, desired);
    if (patch === undefined) return undefined;
    return { name: live.metadata.name, parts: [], live, desired, patch, changes: [], why: 'released' };
  }

  /** The patch that puts the uid of our owner reference right. */
  repair(live: Application): PlannedUpdate | undefined {
    const step = this.#ownerOnly(live, { name: live.metadata.name, parts: [] }, 'repair');
    return step.is === 'update' ? step.update : undefined;
  }

  /** Names that count as generated: valid or not, and those of rows that failed after their name was known. */
  generatedNames(): ReadonlySet<string> {
    const { evaluation, settings } = this.input;
    const names = new Set(evaluation.rendered.map(({ application }) => application.metadata.name));
    if (settings.compat) return names;
    for (const { applicationName } of evaluation.failedRows) {
      if (applicationName !== undefined) names.add(applicationName);
    }
    return names;
  }

  /** What the chain of guards says of an Application that is not generated. */
  judge(live: Application, context: GuardContext): Verdict {
    return judge(
      this.input.settings.compat ? COMPAT_CHAIN : CHAIN,
      { live, origin: this.originOf(live) },
      context,
    );
  }
}

/** Why nothing at all may be done, if so: compat mode stops at the first error, both where validation was not possible. */
function stopOf({ evaluation, settings }: PlanInput): AppsetError | undefined {
  if (settings.compat && evaluation.firstError !== undefined) return evaluation.firstError.error;
  return evaluation.validationUnknown;
}

/** The guards' view of a run. */
export function guardContext(planner: Planner, candidates: readonly Application[]): GuardContext {
  const { set, settings, evaluation, live, now, noClusters } = planner.input;
  const owned = live.controlledBy(set.metadata.name);
  return {
    set,
    policy: settings.policy,
    now,
    noClusters,
    unknownLeaves: unknownLeavesOf(evaluation),
    failures: failuresOf(evaluation),
    presentParts: presentPartsOf(evaluation),
    origins: new Map(
      owned.map((application) => [application.metadata.name, planner.originOf(application)] as const),
    ),
    candidates: candidates.map(({ metadata }) => metadata.name),
  };
}

/** The plan of a set, with the planner that can plan one of its Applications again. */
export function planSet(input: PlanInput): { readonly plan: Plan; readonly planner: Planner } {
  const planner = new Planner(input);
  const stopped = stopOf(input);
  const lists = stopped === undefined ? decide(planner) : NOTHING;
  const plan = { set: keyOf(input.set), ...lists, ...(stopped === undefined ? {} : { stopped }) };
  return { plan: { ...plan, digest: digestOf(input, plan) }, planner };
}

type Lists = Pick<Plan, 'create' | 'update' | 'delete' | 'keep' | 'blocked' | 'unchanged'>;
const NOTHING: Lists = { create: [], update: [], delete: [], keep: [], blocked: [], unchanged: [] };

function decide(planner: Planner): Lists {
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
  }
  const generated = planner.generatedNames();
  const others = live
    .controlledBy(set.metadata.name)
    .filter(({ metadata }) => !generated.has(metadata.name) && metadata.deletionTimestamp === undefined);
  const candidates = others.filter((application) => planner.isCurrent(application));
  const context = guardContext(planner, candidates);
  const remove: PlannedDelete[] = [];
  const keep: Kept[] = [];
  for (const application of others) {
    const { name } = application.metadata;
    if (!candidates.includes(application)) {
      const repair = planner.repair(application);
      if (repair !== undefined) update.push(repair);
      keep.push({
        name,
        live: application,
        outcome: 'kept',
        reason: 'OwnerRepaired',
        message: 'its owner reference has another uid: put right before anything else',
      });
      continue;
    }
    const verdict = planner.judge(application, context);
    if (verdict.outcome === 'delete') {
      remove.push({ name, live: application, origin: planner.originOf(application) });
      continue;
    }
    const release = verdict.release ? planner.release(application) : undefined;
    if (release !== undefined) update.push(release);
    keep.push({ name, live: application, ...pick(verdict), outcome: verdict.outcome });
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

const pick = ({ reason, message }: Verdict) => ({ reason, message });

/** Covers the set's uid and generation and, per decision, what it is about and rests on. */
function digestOf(input: PlanInput, plan: Omit<Plan, 'digest'>): string {
  const { metadata } = input.set;
  const present = presentPartsOf(input.evaluation);
  const missing = (origin: Origin | undefined) =>
    (origin?.parts ?? []).map(partKey).filter((key) => !present.has(key));
  const facts = [
    metadata.uid ?? '',
    metadata.generation ?? 0,
    plan.create.map(({ name, application }) => [name, application.spec]),
    plan.update.map(({ name, live, patch }) => [name, live.metadata.uid, patch]),
    plan.delete.map(({ name, live, origin }) => [name, live.metadata.uid, missing(origin)]),
    plan.keep.map(({ name, live, reason }) => [name, live.metadata.uid, reason]),
    plan.blocked.map(({ name, reason }) => [name, reason]),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
