/**
 * What the controller remembers of a set between runs. All of it may be lost (a restart, another
 * leader): then less is deleted and a write is tried once more, never the other way round.
 */

import type { ApplicationSet } from '../api/objects.ts';
import { LeafOutcomes } from '../generators/index.ts';
import { ComparedApplications } from '../planning/compared.ts';
import type { Evaluation } from '../planning/contract.ts';
import type { Tip } from '../planning/holds/index.ts';
import { type Origin, partIds } from '../planning/origin.ts';
import { LIMITS } from '../support/limits.ts';
import { Rival } from './another-controller.ts';
import { Disputes } from './disputes.ts';

interface Backoff {
  readonly failures: number;
  /** monotonic ms before which it is not tried again */
  readonly until: number;
  /** digest of the write that failed; another write is tried at once */
  readonly digest: string;
  readonly error: unknown;
}

/** A write that is not to be tried yet. */
export interface Postponed {
  readonly waitMs: number;
  /** why it failed the last time */
  readonly error: unknown;
}

/** Nothing unknown, nothing failed, nothing from last known good. */
export function isComplete(evaluation: Evaluation): boolean {
  const { generation, failedRows, rendered } = evaluation;
  return (
    failedRows.length === 0 &&
    generation.entries.every(({ generated }) => generated.unknown.length + generated.failed.length === 0) &&
    rendered.every(({ stale }) => !stale) &&
    evaluation.firstError === undefined &&
    evaluation.validationUnknown === undefined
  );
}

export class SetMemory {
  readonly uid: string;
  #origins: ReadonlyMap<string, Origin> = new Map();
  readonly #noEffect = new Map<string, string>();
  readonly #backoff = new Map<string, Backoff>();
  readonly #clusterGone = new Map<string, number>();

  constructor(uid: string) {
    this.uid = uid;
  }

  /** Application name → what it was made of in the last complete evaluation. */
  get origins(): ReadonlyMap<string, Origin> {
    return this.#origins;
  }

  /**
   * Remembers an evaluation, if it is complete: nothing unknown, nothing failed.
   *
   * @param left names of Applications that are there still, though not generated: they keep their origin
   */
  recordOrigins(evaluation: Evaluation, left: readonly string[] = []): void {
    if (!isComplete(evaluation)) return;
    const { set, rendered } = evaluation;
    const kept = left.flatMap((name) => {
      const origin = this.#origins.get(name);
      return origin === undefined ? [] : [[name, origin] as const];
    });
    const made = rendered.map(
      ({ application, parts }) =>
        [
          application.metadata.name,
          { generation: set.metadata.generation ?? 0, parts: partIds(parts) },
        ] as const,
    );
    this.#origins = new Map([...kept, ...made]);
  }

  /** What was found equal to what is generated; compared again when either side changes. */
  readonly compared = new ComparedApplications();
  /** Leaf → the commit it was seen at last. */
  readonly tips = new Map<string, Tip>();
  /** State of the holds of a dry run, which stores none. */
  dryState: string | undefined;

  readonly #moved = new Map<string, number>();
  /** Names counted since then, in the state of the set's holds, as moved by data. */
  movedSince(from: number): ReadonlySet<string> {
    for (const [name, at] of this.#moved) if (at <= from) this.#moved.delete(name);
    return new Set(this.#moved.keys());
  }
  recordMoved(names: Iterable<string>, at: number): void {
    for (const name of names) this.#moved.set(name, at);
  }
  clearMoved(names: Iterable<string>): void {
    for (const name of names) this.#moved.delete(name);
  }

  /** The server's answer to the write of this digest still differed from what was sent. */
  hasNoEffect(name: string, digest: string): boolean {
    return this.#noEffect.get(name) === digest;
  }
  /** Whether any write of it was. */
  isWithoutEffect(name: string): boolean {
    return this.#noEffect.has(name);
  }
  recordNoEffect(name: string, digest: string): void {
    this.#noEffect.set(name, digest);
  }
  clearNoEffect(name: string): void {
    this.#noEffect.delete(name);
  }

  /** Digest of a status patch that changed nothing on the server (a CRD that prunes): not sent again. */
  ineffectiveStatus: string | undefined;

  /** Somebody else works on its Applications, and that was told. */
  hasRival = false;
  /** Writes that were made, for those that are undone again and again. */
  readonly disputes = new Disputes();

  /** Whether this write of an Application has to wait for its back-off; another write of it has not. */
  postponed(name: string, digest: string, monotonic: number): Postponed | undefined {
    const backoff = this.#backoff.get(name);
    if (backoff === undefined || backoff.digest !== digest || backoff.until <= monotonic) return undefined;
    return { waitMs: backoff.until - monotonic, error: backoff.error };
  }
  /** A write failed: 5 ms doubling to 1000 s, each Application on its own. Answers the delay in ms. */
  recordFailure(name: string, digest: string, error: unknown, monotonic: number): number {
    const before = this.#backoff.get(name);
    const failures = before?.digest === digest ? before.failures + 1 : 1;
    const delay = Math.min(LIMITS.applicationBackoffMs * 2 ** (failures - 1), LIMITS.applicationBackoffMaxMs);
    this.#backoff.set(name, { failures, until: monotonic + delay, digest, error });
    return delay;
  }
  clearFailure(name: string): void {
    this.#backoff.delete(name);
  }

  /** Since when a destination is gone, by monotonic time; the first to ask starts the clock. */
  clusterGoneSince(destination: string, monotonic: number): number {
    const since = this.#clusterGone.get(destination) ?? monotonic;
    this.#clusterGone.set(destination, since);
    return since;
  }
  clusterIsBack(destination: string): void {
    this.#clusterGone.delete(destination);
  }
}

export class ControllerMemory {
  /** What leaves gave, for all sets. */
  readonly leaves = new LeafOutcomes(LIMITS.leafRows);
  readonly #sets = new Map<string, SetMemory>();
  /** Set → candidates of it that wait, by cause. */
  readonly pending = new Map<string, ReadonlyMap<string, number>>();
  /** Whether the reference's controller is alive beside us. */
  readonly rival = new Rival();
  /** Sets with Applications that are fought over → how many. */
  readonly disputed = new Map<string, number>();

  /** Somebody else works on the same Applications, as far as it was looked at. */
  isContested(monotonic: number): boolean {
    return this.rival.shows(monotonic) !== undefined || this.disputed.size > 0;
  }

  /** The memory of a set; that of another set of the same name (another uid) is dropped. */
  of(set: ApplicationSet): SetMemory {
    const key = `${set.metadata.namespace ?? ''}/${set.metadata.name}`;
    const uid = set.metadata.uid ?? '';
    const known = this.#sets.get(key);
    if (known !== undefined && known.uid === uid) return known;
    const fresh = new SetMemory(uid);
    this.#sets.set(key, fresh);
    return fresh;
  }

  forget(key: string): void {
    this.#sets.delete(key);
    this.pending.delete(key);
    this.disputed.delete(key);
  }
}
