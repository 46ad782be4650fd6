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
import { presentPartsOf } from '../planning/candidate.ts';
import type { Evaluation } from '../planning/contract.ts';
import {
  causeOf,
  type Decision,
  dataCaused,
  decideHolds,
  evidenceOf,
  type HoldCandidate,
  type HoldRun,
  type HoldState,
  leavesOf,
  type OtherSets,
  parseState,
  pruneState,
  rebinds,
  serialiseState,
  setHoldSettings,
  token,
  withDeletions,
} from '../planning/holds/index.ts';
import { partIds, partKey } from '../planning/origin.ts';
import { type Plan, type PlannedDelete, type Planner, withHolds } from '../planning/plan.ts';
import { LIMITS } from '../support/limits.ts';
import { findAnotherController } from './another-controller.ts';
import type { Applied } from './apply.ts';
import type { LiveBarrier } from './barrier.ts';
import type { ClusterPresence } from './cluster-gone.ts';
import { Confirmation, gitRequest } from './confirm.ts';
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
  /** updates of this run that change where an Application goes without an edit of the set */
  #rebound: ReadonlySet<string> = new Set();
  #approvalWritten = false;

  constructor(options: SetHoldsOptions) {
    const { set, deps } = options;
    this.#options = options;
    this.#set = set;
    this.#memory = deps.memory.of(set);
    const { dryState } = this.#memory;
    const stored = deps.settings.dryRun && dryState !== undefined ? parseState(dryState) : stateOf(set);
    this.#before = pruneState(stored, deps.clock.now());
    this.#state = this.#before;
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
    this.#rebound = new Set(
      dataCaused(run)
        .filter(rebinds)
        .map(({ name }) => name),
    );
    this.#state = { ...decision.next, tips: this.#tips(), spec: this.#spec(run, decision) };
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
    const specHash = contentHash(set.spec as unknown as JsonObject);
    const seen = this.#memory.spec ?? this.#before.spec;
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
      specChanged: seen?.generation === set.metadata.generation && seen?.hash !== specHash,
      recentRebinds: this.#memory.recentRebinds(clock.now()),
      now: clock.now(),
    };
  }

  async #candidates(planned: readonly PlannedDelete[]): Promise<readonly HoldCandidate[]> {
    if (planned.length === 0) return [];
    const { set, deps, facts, evaluation } = this.#options;
    const present = presentPartsOf(evaluation);
    const confirmation = new Confirmation({ set, deps, facts, tip: (leaf) => this.#tip(leaf) });
    const candidates: HoldCandidate[] = [];
    for (const { name, live, origin } of planned) {
      const missing = (origin?.parts ?? []).filter((part) => !present.has(partKey(part)));
      const evidence = evidenceOf(set, origin, missing, await confirmation.factsOf(missing));
      candidates.push({ name, uid: live.metadata.uid ?? '', live, origin, missing, evidence });
    }
    return candidates;
  }

  #tip(leaf: string): string | undefined {
    return this.#memory.tips.get(leaf) ?? this.#before.tips.get(leaf);
  }

  #tips(): ReadonlyMap<string, string> {
    return new Map([...this.#before.tips, ...this.#memory.tips]);
  }

  /** The spec first seen under this generation; a complete run that leaves nothing over takes it as it is. */
  #spec({ set, complete, candidates }: HoldRun, _decision: Decision): HoldState['spec'] {
    const generation = set.metadata.generation ?? 0;
    const seen = this.#memory.spec ?? this.#before.spec;
    if (seen?.generation !== generation || (complete && candidates.length === 0)) {
      this.#memory.spec = { generation, hash: contentHash(set.spec as unknown as JsonObject) };
    }
    return this.#memory.spec ?? seen;
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
    await this.#write(barrier);
  }

  /** At the end of a run: remembers what changed, and tells what stands. */
  async conclude(plan: Plan, applied: Applied, barrier: LiveBarrier): Promise<void> {
    const { set, deps, evaluation } = this.#options;
    if (this.#decision === undefined || this.#decision.noWrites === 'AnotherController') return;
    if (this.#decision.accepted !== undefined && !this.#approvalWritten) await this.#write(barrier);
    const moved = applied.updated.filter((name) => this.#rebound.has(name)).length;
    this.#memory.recordRebinds(moved, deps.clock.now());
    const deleted = new Set(applied.deleted);
    // an approval that was carried out is over, also where something else of the set is not well
    const done =
      (isComplete(evaluation) || (this.#state.approval !== undefined && plan.delete.length > 0)) &&
      this.#decision.holds.length === 0 &&
      applied.failures.length === 0 &&
      plan.delete.every(({ name }) => deleted.has(name));
    if (done) this.#end();
    const decision = this.#decision;
    await this.#noteTips(plan);
    this.#state = { ...this.#state, plan: await tellHolds(set, decision, this.#before, deps) };
    const changed = substance(this.#state) !== substance(parseState(this.#stored()));
    if (changed) await this.#write(barrier);
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

  /** Takes note of the commits of leaves of which nothing is missing. */
  async #noteTips(plan: Plan): Promise<void> {
    const { set, facts, evaluation } = this.#options;
    if (!isComplete(evaluation)) return;
    const left = [...plan.delete.map(({ origin }) => origin), ...plan.keep.map(({ origin }) => origin)];
    const present = left.length === 0 ? new Set<string>() : presentPartsOf(evaluation);
    const missing = new Set(
      left.flatMap((origin) =>
        (origin?.parts ?? []).filter((part) => !present.has(partKey(part))).map(({ leaf }) => leaf),
      ),
    );
    const unexplained = left.some((origin) => origin === undefined);
    for (const [id, leaf] of leavesOf(set)) {
      const request = gitRequest(set, leaf);
      if (request === undefined || missing.has(id) || unexplained) continue;
      const reading = await facts.sources.gitTree(request);
      if (reading.known) this.#memory.tips.set(id, reading.value.commit);
    }
  }

  async #write(barrier: LiveBarrier): Promise<void> {
    const { deps } = this.#options;
    const { client, settings, signal } = deps;
    for (let attempt = 1; ; attempt++) {
      const fresh = await barrier.look();
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

/** What is worth a write of its own: not commits and specs, nor the time of what was deleted meanwhile. */
function substance(state: HoldState): string | undefined {
  const deleted = new Set(state.deletions.map(({ uid }) => uid));
  const dwell = new Map([...state.dwell].filter(([uid]) => !deleted.has(uid)));
  return serialiseState({
    ...state,
    dwell,
    tips: new Map(),
    spec: undefined,
    deletions: [],
    unlisted: undefined,
  });
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
