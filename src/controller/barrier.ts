/**
 * The live barrier (safety.md, Part 1): before the first write of a run, and again every 100 writes or
 * 5 seconds, the set is read uncached. Same uid, same generation, same annotations of ours, not being
 * deleted: or nothing more is written and the run plans again. No owner reference is added without it.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import { OWN_PREFIX } from '../api/names.ts';
import { type ApplicationSet, keyOf } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { asApplicationSet } from './live-view.ts';

/** The set is not what the plan was made for; `fresh` is what it is now, undefined when it is gone. */
export class SetChanged extends AppsetError {
  readonly fresh: ApplicationSet | undefined;

  constructor(set: ApplicationSet, why: string, fresh: ApplicationSet | undefined) {
    super('APPSET_E0706', `ApplicationSet ${keyOf(set)} ${why} since it was planned`);
    this.fresh = fresh;
  }
}

export class LiveBarrier {
  readonly #client: ObjectClient;
  #set: ApplicationSet;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  #writes = 0;
  #passedAt: number | undefined;
  #passing: Promise<void> | undefined;
  #refused: unknown;

  constructor(client: ObjectClient, set: ApplicationSet, clock: Clock, signal?: AbortSignal) {
    this.#client = client;
    this.#set = set;
    this.#clock = clock;
    this.#signal = signal;
  }

  /**
   * To be awaited before every write.
   *
   * @throws SetChanged, and for good once it has; ApiError when the set could not be read
   */
  async pass(): Promise<void> {
    this.#signal?.throwIfAborted();
    if (this.#refused !== undefined) throw this.#refused;
    const due =
      this.#passedAt === undefined ||
      this.#writes >= LIMITS.barrierWrites ||
      this.#clock.monotonic() - this.#passedAt >= LIMITS.barrierMs;
    if (due) {
      this.#passing ??= this.#check()
        .then(() => undefined)
        .finally(() => {
          this.#passing = undefined;
        });
      await this.#passing;
    }
    this.#writes += 1;
  }

  /**
   * Looks at the set now, whenever that was done last; answers it as it is.
   *
   * @throws as `pass`
   */
  async look(): Promise<ApplicationSet> {
    this.#signal?.throwIfAborted();
    if (this.#refused !== undefined) throw this.#refused;
    return this.#check();
  }

  /** An annotation of the set was written by this run: what is there now is what was planned for. */
  advance(set: ApplicationSet): void {
    this.#set = set;
  }

  async #check(): Promise<ApplicationSet> {
    try {
      const fresh = await this.#read();
      const why = changeOf(this.#set, fresh);
      if (why !== undefined || fresh === undefined) throw new SetChanged(this.#set, why ?? 'is gone', fresh);
      this.#writes = 0;
      this.#passedAt = this.#clock.monotonic();
      return fresh;
    } catch (error) {
      this.#refused = error;
      throw error;
    }
  }

  async #read(): Promise<ApplicationSet | undefined> {
    const { namespace, name } = this.#set.metadata;
    try {
      return asApplicationSet(await this.#client.get(RESOURCES.applicationSets, namespace, name));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

const ownAnnotations = (set: ApplicationSet): string =>
  JSON.stringify(
    Object.entries(set.metadata.annotations ?? {})
      .filter(([key]) => key.startsWith(OWN_PREFIX))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

function changeOf(planned: ApplicationSet, fresh: ApplicationSet | undefined): string | undefined {
  if (fresh === undefined) return 'is gone';
  if (fresh.metadata.uid !== planned.metadata.uid) return 'was made again';
  if (fresh.metadata.deletionTimestamp !== undefined) return 'is being deleted';
  if (fresh.metadata.generation !== planned.metadata.generation) return 'has changed';
  return ownAnnotations(fresh) === ownAnnotations(planned) ? undefined : 'has other annotations';
}
