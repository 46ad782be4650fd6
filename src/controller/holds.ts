/**
 * Part 2 of the safety model at work in one run: gathers what holds are decided on, writes the state
 * before anything is deleted on its word, and tells what stands. What is decided is decided in
 * `planning/holds`. Every write of the set carries its uid and resourceVersion behind the live barrier;
 * the annotation is ours and wakes no run. A dry run stores nothing.
 */
import { RESOURCES_FINALIZER } from '../api/names.ts';
import { type ApplicationSet, type JsonObject, keyOf } from '../api/objects.ts';
import { contentHash } from '../generators/identity.ts';
import { presentPartsOf, unknownLeavesOf } from '../planning/candidate.ts';
import type { Evaluation } from '../planning/contract.ts';
import {
  BY_EXPECTATION,
  type Decision,
  decideHolds,
  EMPTY_STATE,
  evidenceOf,
  type HoldCandidate,
  type HoldRun,
  type HoldState,
  type RecordedDeletion,
  serialiseState,
  setHoldSettings,
  token,
  withDeletions,
  withRebinds,
} from '../planning/holds/index.ts';
import { partIds, partKey } from '../planning/origin.ts';
import { type Plan, type PlannedDelete, type Planner, withHolds } from '../planning/plan.ts';
import { LIMITS } from '../support/limits.ts';
import { findRival, tellRival } from './another-controller.ts';
import type { Applied } from './apply.ts';
import { announceDeletion, deletionLine } from './audit.ts';
import { type LiveBarrier, SetChanged } from './barrier.ts';
import { BranchTips } from './branch-tips.ts';
import type { ClusterPresence } from './cluster-gone.ts';
import { Confirmation } from './confirm.ts';
import { disputedApplications } from './disputes.ts';
import { isComplete, type SetMemory } from './memory.ts';
import { NO_OTHERS, notePending, otherSets } from './other-sets.ts';
import type { ReconcileDeps, RunFacts } from './set-run.ts';
import { SetState } from './set-state.ts';
import { tellHolds } from './tell-holds.ts';

export interface SetHoldsOptions {
  readonly set: ApplicationSet;
  readonly deps: ReconcileDeps;
  readonly facts: RunFacts;
  readonly evaluation: Evaluation;
}

export class SetHolds {
  readonly #options: SetHoldsOptions;
  readonly #memory: SetMemory;
  readonly #state: SetState;
  readonly #tips: BranchTips;
  #decision: Decision | undefined;
  #candidates: ReadonlyMap<string, HoldCandidate> = new Map();
  /** Applications this run writes down as about to be moved by data */
  #moving: ReadonlySet<string> = new Set();
  /** what was known of all sets when it was decided */
  #pause: string | undefined;
  #rival: string | undefined;

  constructor(options: SetHoldsOptions) {
    const { set, deps, facts, evaluation } = options;
    this.#options = options;
    this.#memory = deps.memory.of(set);
    this.#state = new SetState(set, deps);
    const { tips: stored } = this.#state.before;
    const { tips: seen } = this.#memory;
    this.#tips = new BranchTips({ set, facts, evaluation, stored, seen, signal: deps.signal });
  }

  /** The set as it is after the writes of this run. */
  get set(): ApplicationSet {
    return this.#state.set;
  }

  /** What a run would hold now. Waiting, and another controller that is there still, are not shown. */
  async preview(plan: Plan, planner: Planner): Promise<Plan> {
    if (plan.stopped !== undefined) return plan;
    const decision = decideHolds(await this.#run(plan, planner, true));
    const holds = decision.holds.filter(({ reason }) => reason !== 'Grace');
    return withHolds(planner.input, plan, { ...decision, holds });
  }

  /** The plan with what is held taken out. @param clusters told early which clusters are gone, so that their time runs */
  async decide(plan: Plan, planner: Planner, clusters: ClusterPresence): Promise<Plan> {
    if (plan.stopped !== undefined) return plan;
    const { set, deps } = this.#options;
    const run = await this.#run(plan, planner, false);
    const decision = decideHolds(run);
    this.#decision = decision;
    tellRival(set, decision, deps);
    await this.#tips.moveOn([...plan.delete, ...plan.keep].map(({ origin }) => origin));
    this.#candidates = new Map(run.candidates.map((candidate) => [candidate.name, candidate]));
    this.#state.now = { ...decision.next, tips: this.#tips.toStore, spec: specOf(run) };
    this.#state.acceptedFirstRun = decision.firstRun;
    notePending(set, run.candidates, deps);
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
    const { settings, clock } = deps;
    const writes = !preview && plan.create.length + plan.update.length + plan.delete.length > 0;
    const annotations = setHoldSettings(set);
    const { spec } = this.#state.before;
    this.#pause = facts.pause?.();
    const owned = planner.input.live
      .controlledBy(set.metadata.name)
      .filter((live) => live.metadata.deletionTimestamp === undefined && planner.isCurrent(live));
    return {
      set,
      owned,
      candidates: await this.#candidatesOf(plan.delete),
      generated: plan.delete.length === 0 ? [] : generatedBy(planner),
      creates: plan.create,
      updates: plan.update,
      originOf: (live) => planner.originOf(live),
      complete: isComplete(evaluation),
      state: this.#state.before,
      annotations,
      settings: {
        settleMs: settings.clusterSettleSeconds * 1_000,
        maxDeletionsTotal: settings.maxDeletionsTotal,
        controllerNamespace: settings.controllerNamespace,
      },
      others: plan.delete.length === 0 ? NO_OTHERS : await otherSets(set, deps),
      pause: this.#pause,
      counted: this.#counted(),
      anotherController: preview ? undefined : await this.#lookForRival(writes),
      disputed: preview ? new Map() : await disputedApplications(set, plan, deps),
      specChanged: spec?.generation === set.metadata.generation && spec?.hash !== specHash(set),
      now: clock.now(),
    };
  }

  async #lookForRival(writes: boolean): Promise<string | undefined> {
    this.#rival = await findRival(writes, this.#options.deps);
    return this.#rival;
  }

  async #candidatesOf(planned: readonly PlannedDelete[]): Promise<readonly HoldCandidate[]> {
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

  /**
   * Whether nobody stopped all sets since it was decided: a run may have waited, or writes for long.
   *
   * @throws SetChanged, ApiError: then nothing more may be written
   */
  async stillMayWrite(): Promise<void> {
    const { set, deps, facts } = this.#options;
    const pause = facts.pause?.();
    if (pause !== undefined && pause !== this.#pause) {
      throw new SetChanged(set, 'was paused with all others', this.set);
    }
    if (this.#rival !== undefined) return;
    const rival = await findRival(true, deps);
    if (rival !== undefined) throw new SetChanged(set, `got another controller (${rival})`, this.set);
  }

  /**
   * Before any Application is written: remembers what a later run has to know even if this one is cut
   * off. What a person let go; how many data is about to move; and, as far as that can be written, the
   * commits that new Applications come from.
   *
   * @throws SetChanged, ApiError: then nothing may be written
   */
  async prepare(plan: Plan, barrier: LiveBarrier): Promise<void> {
    const state = this.#state;
    const counted = this.#counted();
    const moving = [...(this.#decision?.rebinds ?? [])].filter(
      (name) => !counted.has(name) && !this.#memory.isWithoutEffect(name),
    );
    this.#moving = new Set(moving);
    state.now = withRebinds(state.now, this.#options.deps.clock.now(), moving.length);
    const writes = plan.create.length + plan.update.length > 0;
    const tips = (of: HoldState) => serialiseState({ ...EMPTY_STATE, tips: of.tips });
    const outdated = state.before.tips.size > 0 && tips(state.before) !== tips(state.now);
    if (moving.length > 0 || (state.owes && writes)) await state.write(barrier);
    else if (outdated && plan.create.length > 0) await this.#tryToWrite(barrier);
    this.#memory.recordMoved(moving, this.#options.deps.clock.now());
  }

  /** Where the state cannot be written nothing is deleted either: creations need not wait for it. */
  async #tryToWrite(barrier: LiveBarrier): Promise<void> {
    const { deps, set } = this.#options;
    try {
      await this.#state.write(barrier);
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
      kind: this.#kindOf(name),
    }));
    this.#state.now = withDeletions(this.#state.now, added);
    await this.#state.write(barrier, 'live');
  }

  /** Says in the log that an Application is deleted now, and why. @throws AppsetError APPSET_E0709 */
  async announce(name: string): Promise<void> {
    const { set, deps } = this.#options;
    const candidate = this.#candidates.get(name);
    if (candidate === undefined) return;
    const line = deletionLine(set, candidate, this.#kindOf(name), this.#releaseOf(candidate));
    await announceDeletion(line, deps.log, deps.clock);
  }

  #kindOf(name: string): RecordedDeletion['kind'] {
    return this.#decision?.kinds.get(name) ?? 'u';
  }

  #releaseOf({ name, uid }: HoldCandidate): { readonly by: string; readonly digest?: string } | undefined {
    const { approval } = this.#state.now;
    if (approval?.tokens.has(token(uid)) === true) return { by: approval.by, digest: approval.digest };
    return this.#decision?.expected.has(name) === true ? { by: BY_EXPECTATION } : undefined;
  }

  /** At the end of a run: remembers what changed, and tells what stands. */
  async conclude(plan: Plan, applied: Applied, barrier: LiveBarrier): Promise<void> {
    const { set, deps, evaluation } = this.#options;
    const state = this.#state;
    if (this.#decision === undefined || this.#decision.noWrites === 'AnotherController') return;
    if (state.owes) await state.write(barrier);
    const deleted = new Set(applied.deleted);
    // an approval that was carried out is over, also where something else of the set is not well
    const done =
      (isComplete(evaluation) || (state.now.approval !== undefined && plan.delete.length > 0)) &&
      this.#decision.holds.length === 0 &&
      applied.failures.length === 0 &&
      plan.delete.every(({ name }) => deleted.has(name));
    if (done) this.#end();
    else if (state.now.approval !== undefined && areUpdatesDone(this.#decision, applied)) {
      const latches = new Map(state.now.latches);
      latches.delete('RebindBudget');
      state.now = { ...state.now, latches };
    }
    const decision = this.#decision;
    if (isSettled(evaluation, decision, applied)) {
      state.now = { ...state.now, settled: set.metadata.generation ?? 0 };
    }
    state.now = { ...state.now, plan: await tellHolds(set, decision, state.before, deps) };
    const missed = this.#correctRebinds(applied);
    const keeps = plan.create.length + plan.update.length + plan.unchanged.length + plan.keep.length > 0;
    if (missed.size > 0 || substance(state.now, keeps) !== substance(state.stored, keeps)) {
      // beside what was first seen of a generation, all is as it is stored
      const { spec, settled } = state.stored;
      const rest = { ...state.now, spec, settled };
      const patient =
        missed.size + plan.delete.length === 0 && serialiseState(rest) === serialiseState(state.stored);
      if (patient) deps.onWait?.();
      await state.write(barrier, 'planned', patient);
    }
    this.#memory.clearMoved(missed);
  }

  /** Names that count already as moved by data in the last minutes. */
  #counted(): ReadonlySet<string> {
    return this.#memory.movedSince(this.#options.deps.clock.now() - LIMITS.deletionWindowMs);
  }

  /** Takes back the count of what was about to be moved and was not; answers their names. */
  #correctRebinds(applied: Applied): ReadonlySet<string> {
    const updated = new Set(applied.updated);
    const missed = new Set([...this.#moving].filter((name) => !updated.has(name)));
    const { rebinds } = this.#state.now;
    const last = rebinds.at(-1);
    if (missed.size === 0 || last === undefined) return missed;
    const now = { ...this.#state.now, rebinds: rebinds.slice(0, -1) };
    this.#state.now = withRebinds(now, last.at, last.count - missed.size);
    return missed;
  }

  /** All that was held, or let go, is done: nothing of it is to meet what comes later. */
  #end(): void {
    const over = { latches: new Map(), dwell: new Map(), approval: undefined };
    this.#state.now = { ...this.#state.now, ...over };
    if (this.#decision !== undefined) {
      this.#decision = { ...this.#decision, next: { ...this.#decision.next, ...over } };
    }
  }
}

const generatedBy = (planner: Planner): HoldRun['generated'] =>
  [...planner.generated.values()].map(({ application, parts }) => ({
    name: application.metadata.name,
    parts: partIds(parts),
    application,
  }));

const specHash = (set: ApplicationSet): string => contentHash(set.spec as unknown as JsonObject);

/** The spec first seen under this generation; a complete run that leaves nothing over takes it as it is. */
function specOf({ set, state, complete, candidates }: HoldRun): HoldState['spec'] {
  const generation = set.metadata.generation ?? 0;
  if (state.spec?.generation === generation && !(complete && candidates.length === 0)) return state.spec;
  return { generation, hash: specHash(set) };
}

/** Nothing is held of what data changed, and nothing of it failed. */
const areUpdatesDone = (decision: Decision, applied: Applied): boolean =>
  decision.noWrites === undefined &&
  decision.holds.every(({ updates }) => updates.length === 0) &&
  applied.failures.every(({ verb }) => verb !== 'update');

/** Whether all that the set generates is as it generates it: what changes later, data changed. */
const isSettled = (evaluation: Evaluation, decision: Decision, applied: Applied): boolean =>
  areUpdatesDone(decision, applied) &&
  unknownLeavesOf(evaluation).length === 0 &&
  evaluation.rendered.every(({ stale }) => !stale);

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
