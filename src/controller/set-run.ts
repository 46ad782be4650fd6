/**
 * The phases of one run over a set that is there, in order: facts, evaluation, plan, writes, status. Each
 * is a small function; status is one patch at the end (spec controller-and-operations §2.1).
 */
import type { ObjectClient } from '../api/client.ts';
import { type ApplicationSet, keyOf } from '../api/objects.ts';
import type { GitRequest, Sources } from '../generators/contract.ts';
import type { Evaluation } from '../planning/contract.ts';
import { type EvaluationSettings, evaluateSet, evaluationSettings } from '../planning/evaluate.ts';
import {
  type LiveApplications,
  type Plan,
  type PlanInput,
  type Planning,
  planSetInTurns,
} from '../planning/plan.ts';
import { effectivePolicy, type Policy } from '../planning/policy.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { Random } from '../support/random.ts';
import { type Applied, type ApplyDeps, applyPlan } from './apply.ts';
import { LiveBarrier } from './barrier.ts';
import { ClusterPresence } from './cluster-gone.ts';
import { clusterSelectors } from './cluster-triggers.ts';
import { failure, isRolling } from './conditions.ts';
import type { EventSink } from './events.ts';
import { handOversTo } from './hand-over.ts';
import { SetHolds } from './holds.ts';
import type { LiveView } from './live-view.ts';
import type { Log } from './log.ts';
import type { ControllerMemory } from './memory.ts';
import {
  evaluationError,
  heldBefore,
  ownConditions,
  type RunError,
  requeueAfter,
  runConditions,
  writeError,
} from './outcome.ts';
import { removeRefreshMark } from './refresh-mark.ts';
import type { ControllerSettings } from './settings.ts';
import { type StatusDraft, writeStatus } from './status.ts';
import { ApplicationWriter } from './write-application.ts';
import type { WriteGate } from './write-gate.ts';

/** The facts of one run. */
export interface RunFacts {
  /** one snapshot */
  readonly sources: Sources;
  /** false only when argocd-cm says `cluster.inClusterEnabled: "false"` */
  readonly inClusterEnabled: boolean;
  /** key `pause` of ConfigMap appset-operator, as it is when asked */
  readonly pause?: () => string | undefined;
  /**
   * Whether a commit descends from an older one; throws when it cannot be read. `branch`: what was asked
   * for is a branch. Without it no commit is confirmed.
   */
  readonly descends?: (
    request: GitRequest,
    older: string,
    newer: string,
  ) => Promise<{ readonly descends: boolean; readonly branch: boolean }>;
}

export interface ReconcileDeps {
  readonly client: ObjectClient;
  readonly live: LiveView;
  readonly facts: (set: ApplicationSet) => Promise<RunFacts>;
  readonly settings: ControllerSettings;
  /** whether sets of a namespace are ours to look at */
  readonly allowed: (namespace: string) => boolean;
  readonly memory: ControllerMemory;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** where runs wait before they write; a single run has none */
  readonly gate?: WriteGate;
  /** told when the run only waits: another set may be worked on meanwhile */
  readonly onWait?: () => void;
}

export interface ReconcileResult {
  /** seconds; undefined: only when something happens; negative: as the reference reports it, never */
  readonly requeueAfterSeconds: number | undefined;
  /** the queue backs off */
  readonly error: unknown;
  /** the namespace is not allowed: nothing was looked at */
  readonly ignored?: true;
  /** the set asks for something that is not there yet: it was left alone */
  readonly unsupported?: AppsetError;
  /** sources that could not be read */
  readonly failedSources?: readonly AppsetError[];
  readonly plan?: Plan;
  readonly applied?: Applied;
}

/** A set as a run would see it, and what the run would do. */
export interface Preview {
  readonly evaluation: Evaluation;
  readonly plan: Plan;
}

export const DONE: ReconcileResult = { requeueAfterSeconds: undefined, error: undefined };
export const failed = (error: unknown): ReconcileResult => ({ requeueAfterSeconds: undefined, error });

export const policyOf = (set: ApplicationSet, { policy, policyOverride }: ControllerSettings): Policy =>
  effectivePolicy(set, policy, policyOverride);

export const writerOf = (
  { client, clock, settings, signal }: ReconcileDeps,
  barrier?: LiveBarrier,
): ApplicationWriter =>
  new ApplicationWriter({
    client,
    clock,
    dryRun: settings.dryRun,
    concurrency: settings.concurrentApplicationUpdates,
    ...(barrier === undefined ? {} : { pass: () => barrier.pass() }),
    ...(signal === undefined ? {} : { signal }),
  });

/** Rolling syncs, while they are switched on, are not ours to do yet: such a set is left as it is. */
export function notYetSupported(
  set: ApplicationSet,
  { progressiveSyncs }: Pick<ControllerSettings, 'progressiveSyncs'>,
): AppsetError | undefined {
  if (!progressiveSyncs || !isRolling(set.spec)) return undefined;
  return new AppsetError(
    'APPSET_E0705',
    'strategy RollingSync is not supported yet while progressive syncs are on: the set is left as it is',
  );
}

/** The phases of a run over a set that is there. */
export class SetRun {
  readonly #set: ApplicationSet;
  readonly #deps: ReconcileDeps;
  readonly #policy: Policy;

  constructor(set: ApplicationSet, deps: ReconcileDeps) {
    this.#set = set;
    this.#deps = deps;
    this.#policy = policyOf(set, deps.settings);
  }

  async run(): Promise<ReconcileResult> {
    try {
      const refused = notYetSupported(this.#set, this.#deps.settings);
      if (refused !== undefined) return await this.#refuse(refused);
      const facts = await this.#deps.facts(this.#set);
      const evaluation = await this.#evaluate(facts);
      const result = this.#isStopped(evaluation)
        ? await this.#stop(evaluation)
        : await this.#change(facts, evaluation);
      return { ...result, failedSources: failedSources(evaluation) };
    } catch (error) {
      this.#deps.signal?.throwIfAborted();
      this.#deps.log.warn({ applicationset: keyOf(this.#set), error }, 'the run failed');
      return failed(error);
    }
  }

  async #refuse(error: AppsetError): Promise<ReconcileResult> {
    this.#deps.log.warn({ applicationset: keyOf(this.#set), error }, 'unsupported feature');
    await this.#tell({
      conditions: failure('ApplicationSetRolloutError', error.message),
      applications: undefined,
      clearApplicationStatus: false,
    });
    return { ...DONE, unsupported: error };
  }

  #evaluate(facts: RunFacts): Promise<Evaluation> {
    const { settings, clock, random, signal, memory } = this.#deps;
    const change: Partial<EvaluationSettings> = {
      compat: settings.compat,
      newGitFileGlobbing: settings.newGitFileGlobbing,
      requeueAfterSeconds: settings.requeueAfterSeconds,
      controllerNamespace: settings.controllerNamespace,
      inClusterEnabled: facts.inClusterEnabled,
      scm: settings.scm,
      ...(settings.allowedProjects === undefined ? {} : { allowedProjects: settings.allowedProjects }),
    };
    return evaluateSet(this.#set, facts.sources, evaluationSettings(change), {
      clock,
      random,
      leaves: memory.leaves,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Compat mode stops at the first error; neither mode goes on without validation. */
  #isStopped(evaluation: Evaluation): boolean {
    if (evaluation.validationUnknown !== undefined) return true;
    return this.#deps.settings.compat && evaluation.firstError !== undefined;
  }

  async #stop(evaluation: Evaluation): Promise<ReconcileResult> {
    const error = evaluationError(evaluation, this.#deps.settings.compat);
    this.#deps.log.error({ applicationset: keyOf(this.#set), error: error?.message }, 'nothing is written');
    const held = this.#deps.settings.compat ? [] : heldBefore(this.#set);
    await this.#tell(
      {
        conditions: [...runConditions(error), ...held],
        applications: undefined,
        clearApplicationStatus: false,
      },
      this.#deps.settings.compat,
    );
    return { requeueAfterSeconds: this.#requeue(evaluation, []), error: undefined };
  }

  #requeue(evaluation: Evaluation, waits: readonly number[]): number | undefined {
    return requeueAfter(evaluation, { compat: this.#deps.settings.compat, waits });
  }

  /** What a run would do now; nothing is written. */
  async preview(): Promise<Preview> {
    const facts = await this.#deps.facts(this.#set);
    const evaluation = await this.#evaluate(facts);
    const { plan, planner } = await this.#plan(facts, evaluation);
    if (this.#deps.settings.compat) return { evaluation, plan };
    const holds = new SetHolds({ set: this.#set, deps: this.#deps, facts, evaluation });
    return { evaluation, plan: await holds.preview(plan, planner) };
  }

  async #plan(facts: RunFacts, evaluation: Evaluation): Promise<Planning> {
    const { settings, clock, memory, signal } = this.#deps;
    const { compat } = settings;
    const live = await this.#applications();
    const input: PlanInput = {
      set: this.#set,
      evaluation,
      live,
      ...(compat ? {} : { handOvers: await handOversTo(this.#set, live, this.#deps.client) }),
      settings: {
        compat,
        policy: this.#policy,
        adopt: settings.adopt,
        preservedLabels: settings.preservedLabels,
        preservedAnnotations: settings.preservedAnnotations,
      },
      origins: compat ? new Map() : memory.of(this.#set).origins,
      compared: memory.of(this.#set).compared,
      noClusters: compat ? false : await hasNoClusters(this.#set, facts.sources),
      now: clock.now(),
    };
    return planSetInTurns(input, clock, signal);
  }

  async #change(facts: RunFacts, evaluation: Evaluation): Promise<ReconcileResult> {
    const { settings, client, clock, signal, memory, events, live, log } = this.#deps;
    const { compat } = settings;
    const set = this.#set;
    const remembered = memory.of(set);
    const barrier = new LiveBarrier(client, set, clock, signal);
    const clusters = new ClusterPresence({
      compat,
      client,
      clock,
      memory: remembered,
      sources: facts.sources,
      inClusterEnabled: facts.inClusterEnabled,
      controllerNamespace: settings.controllerNamespace,
      settleSeconds: settings.clusterSettleSeconds,
    });
    const { plan: undecided, planner } = await this.#plan(facts, evaluation);
    const holds = compat ? undefined : new SetHolds({ set, deps: this.#deps, facts, evaluation });
    if (holds !== undefined) barrier.also(() => holds.stillMayWrite());
    const decidedAt = clock.monotonic();
    const plan = holds === undefined ? undecided : await holds.decide(undecided, planner, clusters);
    const applied = await applyPlan(plan, {
      planner,
      writer: writerOf(this.#deps, barrier),
      barrier,
      clock,
      events,
      live,
      memory: remembered,
      log,
      dryRun: settings.dryRun,
      decidedAt,
      clusters,
      ...(holds === undefined
        ? {}
        : {
            prepare: () => holds.prepare(plan, barrier),
            record: (batch) => holds.record(batch, barrier),
            announce: (name) => holds.announce(name),
          }),
      ...this.#gate(plan, evaluation, barrier),
    });
    if (applied.changed !== undefined) return { ...failed(applied.changed), plan, applied };
    remembered.recordOrigins(
      evaluation,
      [...plan.delete, ...plan.keep].map(({ name }) => name),
    );
    if (holds !== undefined) await holds.conclude(plan, applied, barrier);
    return {
      ...(await this.#conclude(evaluation, plan, applied, holds?.set ?? set)),
      plan,
      applied,
    };
  }

  /** Runs that delete keep their worker, and look for themselves. */
  #gate(plan: Plan, { rendered }: Evaluation, barrier: LiveBarrier): Pick<ApplyDeps, 'enter'> {
    const { gate, signal, onWait = () => {} } = this.#deps;
    const waits = plan.delete.length === 0 && plan.create.length + plan.update.length > 0;
    if (gate === undefined || !waits) return {};
    return { enter: () => gate.enter(barrier, rendered.length, { signal, onWait }) };
  }

  async #applications(): Promise<LiveApplications> {
    try {
      return await this.#deps.live.applications(this.#set.metadata.namespace ?? '');
    } catch (error) {
      throw new AppsetError(
        'APPSET_E0707',
        `failed to get current applications for application set: error retrieving applications: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }

  async #conclude(
    evaluation: Evaluation,
    plan: Plan,
    applied: Applied,
    current: ApplicationSet,
  ): Promise<ReconcileResult> {
    const { compat } = this.#deps.settings;
    const writing = writeError(applied, plan, this.#policy);
    const wrong = compat
      ? (writing ?? evaluationError(evaluation, this.#deps.settings.compat))
      : (evaluationError(evaluation, this.#deps.settings.compat) ?? writing);
    let set = current;
    let refreshing: RunError | undefined;
    // a failed run keeps the mark that asked for it
    if (writing === undefined && evaluation.firstError === undefined) {
      try {
        set = await removeRefreshMark(current, this.#deps);
      } catch (error) {
        this.#deps.signal?.throwIfAborted();
        refreshing = { reason: 'RefreshApplicationError', message: messageOf(error), error };
      }
    }
    const stopped = compat && writing !== undefined;
    const told = refreshing ?? wrong;
    const applications = stopped ? undefined : (await this.#applications()).controlledBy(set.metadata.name);
    const guard = { policy: this.#policy, owned: applications?.length ?? 0 };
    const conditions = [
      ...runConditions(told, plan.holds),
      ...(compat ? [] : ownConditions(evaluation, plan, applied, guard)),
    ];
    const draft: StatusDraft = {
      conditions,
      applications,
      clearApplicationStatus: true,
    };
    await this.#tell(draft, false, set);
    if (refreshing !== undefined) return failed(refreshing.error);
    if (stopped) return failed(writing?.error);
    const waits = [...applied.waits, ...(plan.holds?.waits ?? [])];
    // an empty list of clusters is looked at again: who comes may be none that this set selects
    if (plan.keep.some(({ reason }) => reason === 'SourceUnknown')) {
      waits.push(LIMITS.errorRequeueSeconds * 1_000);
    }
    // owners that were put right are ours now, and may be deleted; our own writes wake nothing
    if (plan.keep.some(({ reason }) => reason === 'OwnerRepaired')) waits.push(LIMITS.lookAgainMs);
    return { requeueAfterSeconds: this.#requeue(evaluation, waits), error: undefined };
  }

  /** The one status write of a run. `forgiving`: a failure is only logged, as on the reference's error paths. */
  async #tell(draft: StatusDraft, forgiving = false, set = this.#set): Promise<void> {
    const { client, clock, settings, signal, log, memory, onWait } = this.#deps;
    onWait?.();
    try {
      await writeStatus(set, draft, {
        client,
        clock,
        settings,
        memory: memory.of(set),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (!forgiving) throw error;
      log.warn({ applicationset: keyOf(set), error }, 'status could not be written');
    }
  }
}

function failedSources({ generation, validationUnknown }: Evaluation): readonly AppsetError[] {
  const all = [...generation.errors, ...(validationUnknown === undefined ? [] : [validationUnknown])];
  return all.filter(({ kind }) => kind === 'source');
}

/** The set asks for clusters, and the list of cluster Secrets is known to be empty. */
async function hasNoClusters(set: ApplicationSet, sources: Sources): Promise<boolean> {
  if (clusterSelectors(set).length === 0) return false;
  const reading = await sources.clusters();
  return reading.known && reading.value.length === 0;
}
