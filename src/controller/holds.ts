/**
 * Part 2 of the safety model at work in one run: gathers what holds are decided on, writes the state
 * before anything is deleted on its word, and tells what stands. What is decided is decided in
 * `planning/holds`. Every write of the set carries its uid and resourceVersion behind the live barrier;
 * the annotation is ours and wakes no run. A dry run stores nothing.
 */
import { isConflict, isNotFound, RESOURCES } from '../api/client.ts';
import { OWN, RESOURCES_FINALIZER } from '../api/names.ts';
import { type ApplicationSet, type JsonObject, keyOf } from '../api/objects.ts';
import { contentHash } from '../generators/identity.ts';
import { presentPartsOf, unknownLeavesOf } from '../planning/candidate.ts';
import type { Evaluation } from '../planning/contract.ts';
import {
  causeOf,
  type Decision,
  decideHolds,
  EMPTY_STATE,
  evidenceOf,
  type HoldCandidate,
  type HoldRun,
  type HoldState,
  type OtherSets,
  parseState,
  pruneState,
  serialiseState,
  setHoldSettings,
  token,
  withDeletions,
  withRebinds,
} from '../planning/holds/index.ts';
import { partIds, partKey } from '../planning/origin.ts';
import { type Plan, type PlannedDelete, type Planner, withHolds } from '../planning/plan.ts';
import { LIMITS } from '../support/limits.ts';
import { findAnotherController } from './another-controller.ts';
import type { Applied } from './apply.ts';
import { type LiveBarrier, SetChanged } from './barrier.ts';
import { BranchTips } from './branch-tips.ts';
import type { ClusterPresence } from './cluster-gone.ts';
import { Confirmation } from './confirm.ts';
import { asApplicationSet } from './live-view.ts';
import { isComplete, type SetMemory } from './memory.ts';
import type { ReconcileDeps, RunFacts } from './set-run.ts';
import { tellHolds } from './tell-holds.ts';

export interface SetHoldsOptions {
  readonly set: ApplicationSet;
  readonly deps: ReconcileDeps;
  readonly facts: RunFacts;
  readonly evaluation: Evaluation;
}

const parsed = new WeakMap<ApplicationSet, HoldState>();

/** The state a set carries. */
export function stateOf(set: ApplicationSet): HoldState {
  const known = parsed.get(set);
  if (known !== undefined) return known;
  const state = parseState(set.metadata.annotations?.[OWN.state]);
  parsed.set(set, state);
  return state;
}

export class SetHolds {
  readonly #options: SetHoldsOptions;
  readonly #memory: SetMemory;
  readonly #before: HoldState;
  #set: ApplicationSet;
  #state: HoldState;
  #decision: Decision | undefined;
  readonly #tips: BranchTips;
  #approvalWritten = false;
  /** how many Applications are written down as about to be moved by data */
  #moving = 0;

  constructor(options: SetHoldsOptions) {
    const { set, deps, facts, evaluation } = options;
    this.#options = options;
    this.#set = set;
    this.#memory = deps.memory.of(set);
    const { dryState, tips: seen } = this.#memory;
    const stored = deps.settings.dryRun && dryState !== undefined ? parseState(dryState) : stateOf(set);
    this.#before = pruneState(stored, deps.clock.now());
    this.#state = this.#before;
    const { tips } = this.#before;
    this.#tips = new BranchTips({ set, facts, evaluation, stored: tips, seen, signal: deps.signal });
  }

  /** The set as it is after the writes of this run. */
  get set(): ApplicationSet {
    return this.#set;
  }

  /** What a run would hold now. Waiting, and another controller that is there still, are not shown. */
  async preview(plan: Plan, planner: Planner): Promise<Plan> {
    if (plan.stopped !== undefined) return plan;
    const decision = decideHolds({ ...(await this.#run(plan, planner, true)), anotherController: undefined });
    const holds = decision.holds.filter(({ reason }) => reason !== 'Grace');
    return withHolds(planner.input, plan, { ...decision, holds });
  }

  /** The plan with what is held taken out. @param clusters told early which clusters are gone, so that their time runs */
  async decide(plan: Plan, planner: Planner, clusters: ClusterPresence): Promise<Plan> {
    if (plan.stopped !== undefined) return plan;
    const run = await this.#run(plan, planner, false);
    const decision = decideHolds(run);
    this.#decision = decision;
    await this.#tips.moveOn([...plan.delete, ...plan.keep].map(({ origin }) => origin));
    this.#state = { ...decision.next, tips: this.#tips.toStore, spec: specOf(run) };
    this.#notePending(run.candidates);
    for (const { reason, deletions } of decision.holds) {
      if (reason !== 'Grace') continue;
      for (const { live, origin } of deletions) {
        const waits = live.metadata.finalizers?.some((name) => name.startsWith(RESOURCES_FINALIZER));
        if (waits === true) await clusters.stateOf(live, origin);
      }
    }
    return withHolds(planner.input, plan, decision);
  }

  async #run(plan: Plan, planner: Planner, preview: boolean): Promise<HoldRun> {
    const { set, deps, facts, evaluation } = this.#options;
    const { settings, clock, memory } = deps;
    const writes = !preview && plan.create.length + plan.update.length + plan.delete.length > 0;
    const annotations = setHoldSettings(set);
    const owned = planner.input.live
      .controlledBy(set.metadata.name)
      .filter((live) => live.metadata.deletionTimestamp === undefined && planner.isCurrent(live));
    return {
      set,
      owned,
      candidates: await this.#candidates(plan.delete),
      generated: plan.delete.length === 0 ? [] : generatedBy(planner),
      creates: plan.create,
      updates: plan.update,
      originOf: (live) => planner.originOf(live),
      complete: isComplete(evaluation),
      state: this.#before,
      annotations,
      settings: {
        settleMs: settings.clusterSettleSeconds * 1_000,
        maxDeletionsTotal: settings.maxDeletionsTotal,
        controllerNamespace: settings.controllerNamespace,
      },
      others: plan.delete.length === 0 ? NO_OTHERS : await this.#others(),
      pause: facts.pause,
      anotherController: writes ? await findAnotherController(deps) : memory.anotherController?.alive,
      specChanged:
        this.#before.spec?.generation === set.metadata.generation &&
        this.#before.spec?.hash !== specHash(set),
      now: clock.now(),
    };
  }

  async #candidates(planned: readonly PlannedDelete[]): Promise<readonly HoldCandidate[]> {
    if (planned.length === 0) return [];
    const { set, deps, facts, evaluation } = this.#options;
    const present = presentPartsOf(evaluation);
    const confirmation = new Confirmation({ set, deps, facts, tip: (leaf) => this.#tips.of(leaf) });
    const candidates: HoldCandidate[] = [];
    for (const { name, live, origin } of planned) {
      const missing = (origin?.parts ?? []).filter((part) => !present.has(partKey(part)));
      const evidence = evidenceOf(set, origin, missing, await confirmation.factsOf(missing));
      candidates.push({ name, uid: live.metadata.uid ?? '', live, origin, missing, evidence });
    }
    return candidates;
  }

  async #others(): Promise<OtherSets> {
    const { set, deps } = this.#options;
    const own = keyOf(set);
    const byCause = new Map<string, number>();
    const add = (cause: string, count: number) => byCause.set(cause, (byCause.get(cause) ?? 0) + count);
    let owned = 0;
    for (const other of await deps.live.sets()) {
      const key = keyOf(other);
      if (key === own) continue;
      owned += other.status?.resourcesCount ?? 0;
      const { deletions, unlisted, dwell } = pruneState(stateOf(other), deps.clock.now());
      const counted = deletions.filter(({ kind }) => kind !== 'x').length;
      add('deleted', counted + (unlisted?.c ?? 0) + (unlisted?.u ?? 0));
      const pending = deps.memory.pending.get(key);
      if (pending !== undefined) for (const [cause, count] of pending) add(cause, count);
      else {
        const gone = new Set(deletions.map(({ uid }) => uid));
        add('waiting', [...dwell.keys()].filter((uid) => !gone.has(uid)).length);
      }
    }
    return { owned, byCause };
  }

  /** What waits, for the budget over all sets. */
  #notePending(candidates: readonly HoldCandidate[]): void {
    const { set, deps } = this.#options;
    const counts = new Map<string, number>();
    for (const candidate of candidates) {
      const cause = causeOf(candidate, deps.settings.controllerNamespace);
      counts.set(cause, (counts.get(cause) ?? 0) + 1);
    }
    deps.memory.pending.set(keyOf(set), counts);
  }

  /**
   * Before any Application is written: remembers what a later run has to know even if this one is cut
   * off. Commits that new Applications come from, as far as that can be written; and how many data is
   * about to move.
   *
   * @throws SetChanged, ApiError: then nothing may be written
   */
  async prepare(plan: Plan, barrier: LiveBarrier): Promise<void> {
    const moving = [...(this.#decision?.rebinds ?? [])].filter((name) => !this.#memory.isWithoutEffect(name));
    this.#moving = moving.length;
    this.#state = withRebinds(this.#state, this.#options.deps.clock.now(), moving.length);
    const tips = (state: HoldState) => serialiseState({ ...EMPTY_STATE, tips: state.tips });
    const outdated = this.#before.tips.size > 0 && tips(this.#before) !== tips(this.#state);
    if (moving.length > 0) await this.#write(barrier);
    else if (outdated && plan.create.length > 0) await this.#tryToWrite(barrier);
  }

  /** Where the state cannot be written nothing is deleted either: creations need not wait for it. */
  async #tryToWrite(barrier: LiveBarrier): Promise<void> {
    const { deps, set } = this.#options;
    try {
      await this.#write(barrier);
    } catch (error) {
      deps.signal?.throwIfAborted();
      if (error instanceof SetChanged) throw error;
      deps.log.warn({ applicationset: keyOf(set), error }, 'commits could not be remembered');
    }
  }

  /** Writes down what is about to be deleted. @throws SetChanged, ApiError: then nothing may be deleted */
  async record(batch: readonly PlannedDelete[], barrier: LiveBarrier): Promise<void> {
    const at = this.#options.deps.clock.now();
    const added = batch.map(({ name, live }) => ({
      at,
      name: token(name),
      uid: token(live.metadata.uid ?? ''),
      kind: this.#decision?.kinds.get(name) ?? ('u' as const),
    }));
    this.#state = withDeletions(this.#state, added);
    await this.#write(barrier, 'live');
  }

  /** At the end of a run: remembers what changed, and tells what stands. */
  async conclude(plan: Plan, applied: Applied, barrier: LiveBarrier): Promise<void> {
    const { set, deps, evaluation } = this.#options;
    if (this.#decision === undefined || this.#decision.noWrites === 'AnotherController') return;
    if (this.#decision.accepted !== undefined && !this.#approvalWritten) await this.#write(barrier, 'live');
    const deleted = new Set(applied.deleted);
    // an approval that was carried out is over, also where something else of the set is not well
    const done =
      (isComplete(evaluation) || (this.#state.approval !== undefined && plan.delete.length > 0)) &&
      this.#decision.holds.length === 0 &&
      applied.failures.length === 0 &&
      plan.delete.every(({ name }) => deleted.has(name));
    if (done) this.#end();
    const decision = this.#decision;
    if (isSettled(evaluation, decision, applied)) {
      this.#state = { ...this.#state, settled: set.metadata.generation ?? 0 };
    }
    this.#state = { ...this.#state, plan: await tellHolds(set, decision, this.#before, deps) };
    const corrected = this.#correctRebinds(applied);
    const stored = parseState(this.#stored());
    const keeps = plan.create.length + plan.update.length + plan.unchanged.length + plan.keep.length > 0;
    if (corrected || substance(this.#state, keeps) !== substance(stored, keeps)) await this.#write(barrier);
  }

  /** Counts what was moved in place of what was about to be; answers whether that is another number. */
  #correctRebinds(applied: Applied): boolean {
    const moved = applied.updated.filter((name) => this.#decision?.rebinds.has(name) === true).length;
    if (moved === this.#moving) return false;
    const { rebinds } = this.#state;
    const before = this.#moving === 0 ? rebinds : rebinds.slice(0, -1);
    const others = this.#moving === 0 ? 0 : (rebinds.at(-1)?.count ?? 0) - this.#moving;
    this.#state = withRebinds(
      { ...this.#state, rebinds: before },
      this.#options.deps.clock.now(),
      others + moved,
    );
    return true;
  }

  /** All that was held, or let go, is done: nothing of it is to meet what comes later. */
  #end(): void {
    const over = { latches: new Map(), dwell: new Map(), approval: undefined };
    this.#state = { ...this.#state, ...over };
    if (this.#decision !== undefined) {
      this.#decision = { ...this.#decision, next: { ...this.#decision.next, ...over } };
    }
  }

  #stored(): string | undefined {
    return this.#options.deps.settings.dryRun
      ? this.#memory.dryState
      : this.#set.metadata.annotations?.[OWN.state];
  }

  /** @param on the set as it is live, for deletions and approvals; else as it was planned for, if it is still that */
  async #write(barrier: LiveBarrier, on: 'live' | 'planned' = 'planned'): Promise<void> {
    const { deps } = this.#options;
    const { client, settings, signal } = deps;
    for (let attempt = 1; ; attempt++) {
      const fresh = on === 'live' || attempt > 1 ? await barrier.look() : this.#set;
      this.#signApproval(fresh);
      const text = serialiseState(this.#state);
      const { approval } = this.#state;
      const taken =
        approval !== undefined && approval.digest === fresh.metadata.annotations?.[OWN.approvedPlan];
      const { namespace, name, uid, resourceVersion } = fresh.metadata;
      const metadata: JsonObject = {
        annotations: { [OWN.state]: text ?? null, ...(taken ? { [OWN.approvedPlan]: null } : {}) },
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      };
      if (settings.dryRun) {
        this.#memory.dryState = text;
        return;
      }
      try {
        const options = { type: 'merge' as const, ...(signal === undefined ? {} : { signal }) };
        const answer = await client.patch(RESOURCES.applicationSets, namespace, name, { metadata }, options);
        this.#set = asApplicationSet(answer);
        barrier.advance(this.#set);
        deps.live.wroteSet(this.#set);
        this.#approvalWritten = true;
        return;
      } catch (error) {
        const again = isConflict(error) || isNotFound(error);
        if (!again || attempt > LIMITS.replans) throw error;
      }
    }
  }

  /** Who gave the approval that is taken up: the manager of its annotation. */
  #signApproval(fresh: ApplicationSet): void {
    const { set, deps } = this.#options;
    const { approval } = this.#state;
    if (this.#decision?.accepted === undefined || approval === undefined || approval.by !== '') return;
    const by = managerOf(fresh, OWN.approvedPlan) ?? 'unknown';
    this.#state = { ...this.#state, approval: { ...approval, by } };
    deps.log.info(
      {
        audit: 'approval',
        applicationset: keyOf(set),
        by,
        digest: approval.digest,
        count: approval.tokens.size,
      },
      'approval taken up',
    );
  }

  /** What the audit line of a deletion says beside its name. */
  explain(name: string): object {
    const kind = this.#decision?.kinds.get(name);
    const { approval } = this.#state;
    return {
      audit: 'deletion',
      applicationset: keyOf(this.#options.set),
      kind: kind === 'c' ? 'confirmed' : kind === 'x' ? 'released' : 'unconfirmed',
      ...(approval === undefined ? {} : { digest: approval.digest, by: approval.by }),
    };
  }
}

const generatedBy = (planner: Planner): HoldRun['generated'] =>
  [...planner.generated.values()].map(({ application, parts }) => ({
    name: application.metadata.name,
    parts: partIds(parts),
    application,
  }));

const NO_OTHERS: OtherSets = { owned: 0, byCause: new Map() };

const specHash = (set: ApplicationSet): string => contentHash(set.spec as unknown as JsonObject);

/** The spec first seen under this generation; a complete run that leaves nothing over takes it as it is. */
function specOf({ set, state, complete, candidates }: HoldRun): HoldState['spec'] {
  const generation = set.metadata.generation ?? 0;
  if (state.spec?.generation === generation && !(complete && candidates.length === 0)) return state.spec;
  return { generation, hash: specHash(set) };
}

/** Whether all that the set generates is as it generates it: what changes later, data changed. */
const isSettled = (evaluation: Evaluation, decision: Decision, applied: Applied): boolean =>
  decision.noWrites === undefined &&
  unknownLeavesOf(evaluation).length === 0 &&
  evaluation.rendered.every(({ stale }) => !stale) &&
  decision.holds.every(({ updates }) => updates.length === 0) &&
  applied.failures.every(({ verb }) => verb !== 'update');

/**
 * What is worth a write of its own: not the times of what was deleted or moved meanwhile.
 *
 * @param keeps whether the set has Applications: else commits and specs are worth nothing
 */
function substance(state: HoldState, keeps: boolean): string | undefined {
  const deleted = new Set(state.deletions.map(({ uid }) => uid));
  const dwell = new Map([...state.dwell].filter(([uid]) => !deleted.has(uid)));
  const lasting = keeps ? {} : { tips: new Map(), spec: undefined, settled: undefined };
  return serialiseState({ ...state, ...lasting, dwell, deletions: [], unlisted: undefined, rebinds: [] });
}

/** Field manager of an annotation, as the server recorded it. */
function managerOf(set: ApplicationSet, annotation: string): string | undefined {
  const owner = set.metadata.managedFields?.findLast((entry) => {
    const fields = entry.fieldsV1 as
      | { readonly 'f:metadata'?: { readonly 'f:annotations'?: object } }
      | undefined;
    return Object.hasOwn(fields?.['f:metadata']?.['f:annotations'] ?? {}, `f:${annotation}`);
  });
  return typeof owner?.manager === 'string' ? owner.manager : undefined;
}
