/**
 * The live barrier (safety.md, Part 1): before the first write of a run, and again every 100 writes or
 * 5 seconds, the set is read uncached. Same uid, same generation, same annotations of ours, not being
 * deleted: or nothing more is written and the run plans again. No owner reference is added without it.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import { OWN_PREFIX } from '../api/names.ts';
import { type ApplicationSet, type KubeObject, keyOf, type ObjectMeta } from '../api/objects.ts';
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
  #alsoAsk: (() => Promise<void>) | undefined;

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
        .then(() => this.ask())
        .finally(() => {
          this.#passing = undefined;
        });
      await this.#passing;
    }
    this.#writes += 1;
  }

  /** What else has to be so still whenever the set is looked at between writes; throws when it is not. */
  also(ask: () => Promise<void>): void {
    this.#alsoAsk = ask;
  }

  /** Asks what else has to be so. @throws what it throws, and for good once it has */
  async ask(): Promise<void> {
    try {
      await this.#alsoAsk?.();
    } catch (error) {
      this.#refused = error;
      throw error;
    }
  }

  /** The set as it was planned for. */
  get set(): ApplicationSet {
    return this.#set;
  }

  /**
   * Looks at the set now, whenever that was done last; answers it as it is.
   *
   * @param client to be asked in place of the usual one
   * @throws as `pass`
   */
  async look(client = this.#client): Promise<ApplicationSet> {
    this.#signal?.throwIfAborted();
    if (this.#refused !== undefined) throw this.#refused;
    return this.#check(client);
  }

  /**
   * Takes what a list showed for a look of its own, if that is what was planned for.
   *
   * @param listed metadata of the set; undefined when the list lacked it
   * @param begun monotonic time at which the list began: a quorum read, after this run was planned
   * @returns false when the set has to be looked at alone
   */
  saw(listed: Pick<ApplicationSet, 'metadata'> | undefined, begun: number): boolean {
    if (this.#refused !== undefined || changeOf(this.#set, listed) !== undefined) return false;
    this.#passed(begun);
    return true;
  }

  /** An annotation of the set was written by this run: what is there now is what was planned for. */
  advance(set: ApplicationSet): void {
    this.#set = set;
  }

  async #check(client = this.#client): Promise<ApplicationSet> {
    const begun = this.#clock.monotonic();
    try {
      const fresh = await this.#read(client);
      const why = changeOf(this.#set, fresh);
      if (why !== undefined || fresh === undefined) throw new SetChanged(this.#set, why ?? 'is gone', fresh);
      this.#passed(begun);
      return fresh;
    } catch (error) {
      this.#refused = error;
      throw error;
    }
  }

  #passed(begun: number): void {
    this.#writes = 0;
    this.#passedAt = begun;
  }

  async #read(client: ObjectClient): Promise<ApplicationSet | undefined> {
    const { namespace, name } = this.#set.metadata;
    const options = this.#signal === undefined ? {} : { signal: this.#signal };
    try {
      return asApplicationSet(await client.get(RESOURCES.applicationSets, namespace, name, options));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

/** What a barrier looks at of a set. */
export function lookedAt({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, uid, generation, deletionTimestamp } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(uid === undefined ? {} : { uid }),
      ...(generation === undefined ? {} : { generation }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      annotations: Object.fromEntries(ownAnnotations(metadata)),
    },
  };
}

const ownAnnotations = ({ annotations = {} }: ObjectMeta): [string, string][] =>
  Object.entries(annotations)
    .filter(([key]) => key.startsWith(OWN_PREFIX))
    .sort(([a], [b]) => (a < b ? -1 : 1));

function changeOf(
  planned: ApplicationSet,
  fresh: Pick<ApplicationSet, 'metadata'> | undefined,
): string | undefined {
  if (fresh === undefined) return 'is gone';
  if (fresh.metadata.uid !== planned.metadata.uid) return 'was made again';
  if (fresh.metadata.deletionTimestamp !== undefined) return 'is being deleted';
  if (fresh.metadata.generation !== planned.metadata.generation) return 'has changed';
  const [found, wanted] = [fresh, planned].map(({ metadata }) => JSON.stringify(ownAnnotations(metadata)));
  return found === wanted ? undefined : 'has other annotations';
}
