/**
 * What the operator tells of its work, for metrics and health: small calls that take nothing back and
 * must not fail. And what a run has read, noted by looking on: repositories for webhooks, ages for
 * metrics.
 */
import type { GitRequest, Reading, Sources } from '../generators/contract.ts';
import type { SetRun } from '../server/index.ts';
import type { GitRead } from '../webhook/index.ts';
import type { FinishedRun } from './manager.ts';

export interface Telemetry {
  /** a run ended */
  ran(run: FinishedRun, facts: ObservedFacts): void;
  /** a key was taken out of the queue after so long */
  queueWaited(ms: number): void;
  /** a git command ended */
  gitRan(operation: string, ok: boolean, ms: number): void;
}

/** What the last run of a set has read. */
export interface ObservedFacts {
  readonly reads: readonly GitRead[];
  /** wall time in ms of its oldest fact; undefined when it read none */
  readonly oldest: number | undefined;
}

const NOTHING: ObservedFacts = { reads: [], oldest: undefined };

/** Looks on while sets read their facts. */
export class FactsObserver {
  readonly #reads = new Map<string, Map<string, GitRead>>();
  readonly #oldest = new Map<string, number>();

  /** The same sources, looked at for the run of a set that begins now. */
  watch(set: string, sources: Sources): Sources {
    const reads = new Map<string, GitRead>();
    this.#reads.set(set, reads);
    this.#oldest.delete(set);
    const seen = <T>(reading: Reading<T>): Reading<T> => {
      const fact = reading.known ? reading : reading.lastKnownGood;
      const oldest = this.#oldest.get(set);
      if (fact !== undefined && (oldest === undefined || fact.observedAt < oldest)) {
        this.#oldest.set(set, fact.observedAt);
      }
      return reading;
    };
    return {
      ...sources,
      clusters: async () => seen(await sources.clusters()),
      gitTree: async (request: GitRequest) => {
        const { repoURL, revision } = request;
        reads.set(`${repoURL}\0${revision}`, { repoURL, revision });
        return seen(await sources.gitTree(request));
      },
    };
  }

  /** What the last run of a set has read. */
  of(set: string): ObservedFacts {
    const reads = this.#reads.get(set);
    return reads === undefined ? NOTHING : { reads: [...reads.values()], oldest: this.#oldest.get(set) };
  }

  /** The set is gone. */
  forget(set: string): void {
    this.#reads.delete(set);
    this.#oldest.delete(set);
  }
}

/** A run in numbers. */
export function inNumbers({ set, result, seconds }: FinishedRun, { oldest }: ObservedFacts): SetRun {
  const { plan, applied, error, unsupported, requeueAfterSeconds } = result;
  const outcome =
    error !== undefined ? 'error' : (requeueAfterSeconds ?? 0) > 0 ? 'requeue_after' : 'success';
  const count = (wanted: 'held' | 'kept' | 'abandoned') =>
    plan?.keep.filter((kept) => kept.outcome === wanted).length ?? 0;
  const failures = applied?.failures.length ?? 0;
  const clean =
    error === undefined &&
    unsupported === undefined &&
    plan !== undefined &&
    plan.stopped === undefined &&
    failures === 0 &&
    !plan.keep.some(({ reason }) => reason === 'SourceUnknown' || reason === 'ElementFailed');
  return {
    set,
    seconds,
    outcome,
    clean,
    ...(oldest === undefined ? {} : { oldestFact: oldest }),
    ...(plan === undefined
      ? {}
      : {
          plan: {
            generated: plan.create.length + plan.update.length + plan.unchanged.length + plan.blocked.length,
            created: applied?.created.length ?? 0,
            updated: applied?.updated.length ?? 0,
            deleted: applied?.deleted.length ?? 0,
            held: count('held'),
            kept: count('kept') + (applied?.spared.length ?? 0),
            abandoned: count('abandoned'),
            blocked: plan.blocked.length + (applied?.blocked.length ?? 0),
            failedWrites: failures,
            holds: (plan.holds?.holds ?? []).map(({ reason, cause, deletions, updates, since }) => ({
              reason,
              cause: cause ?? plan.holds?.cause ?? '',
              deletions: deletions.length,
              updates: updates.length,
              since,
            })),
          },
        }),
  };
}
