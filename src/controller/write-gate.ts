/**
 * Where runs that only create and update wait for their live barrier and for a place to write from. When
 * many wait, one list of the sets' metadata looks at all of them: a quorum read that begins when its
 * turn has come, after everyone it is for has asked. It only ever says that a set is what was planned
 * for; whatever it shows to be otherwise, and everything after a list that failed, is looked at alone.
 * While enough are looked at and have no place yet, nobody else is; who waits for one too long is looked
 * at again by its barrier.
 */
import { type ObjectClient, RESOURCES } from '../api/client.ts';
import type { ApplicationSet } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import { Turns } from '../support/turns.ts';
import { type LiveBarrier, lookedAt } from './barrier.ts';
import { asApplicationSet, listAll } from './live-view.ts';

export interface WriteGateOptions {
  readonly clock: Clock;
  /** runs a call on the server itself when there is room for it */
  readonly inTurn: <T>(call: (client: ObjectClient) => Promise<T>) => Promise<T>;
  /** how many sets there are: what a list costs at most */
  readonly sets: () => number;
  /** runs that write at once */
  readonly places: number;
}

/** A run at the gate. */
interface Comer {
  readonly barrier: LiveBarrier;
  readonly signal: AbortSignal | undefined;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class WriteGate {
  readonly #options: WriteGateOptions;
  readonly #turns: Turns;
  /** by namespace, who asked first goes first */
  readonly #waiting = new Map<string, Set<Comer>>();
  /** whom the list under way is for */
  #listed: Set<Comer> = new Set();
  /** looked at, and without a place yet */
  readonly #cleared = new Set<Comer>();
  readonly #heard = new WeakSet<AbortSignal>();
  #rows = 0;
  #waits = 0;
  #looking = 0;
  #isListing = false;
  #places: number;

  constructor(options: WriteGateOptions) {
    this.#options = options;
    this.#turns = new Turns(options.clock);
    this.#places = Math.max(1, options.places);
  }

  /**
   * Waits until the set was looked at and there is a place to write from.
   *
   * @param rows how many Applications the run holds in memory meanwhile
   * @param onWait told when others may be worked on meanwhile
   * @returns how to give the place back
   * @throws as `LiveBarrier.look`
   */
  async enter(
    barrier: LiveBarrier,
    rows: number,
    { signal, onWait }: { readonly signal?: AbortSignal | undefined; readonly onWait: () => void },
  ): Promise<() => void> {
    // without calls of its own, run after run would keep all others from the event loop
    if (this.#turns.due) await this.#turns.take();
    signal?.throwIfAborted();
    this.#waits += 1;
    this.#rows += rows;
    try {
      if (this.#waits <= LIMITS.runsBeforeWriting && this.#rows <= LIMITS.rowsBeforeWriting) onWait();
      await this.#stage(barrier, signal, (comer) => {
        const { namespace = '' } = barrier.set.metadata;
        const group = this.#waiting.get(namespace) ?? new Set();
        this.#waiting.set(namespace, group.add(comer));
        this.#look();
      });
      await this.#stage(barrier, signal, (comer) => {
        this.#cleared.add(comer);
        this.#admit();
      });
    } finally {
      this.#waits -= 1;
      this.#rows -= rows;
    }
    const leave = () => {
      this.#places += 1;
      this.#admit();
    };
    try {
      // the list told of the set alone
      await barrier.ask();
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  #stage(
    barrier: LiveBarrier,
    signal: AbortSignal | undefined,
    begin: (comer: Comer) => void,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal !== undefined) this.#listen(signal);
    begin({ barrier, signal, resolve, reject });
    return promise;
  }

  /** One listener a signal: all runs of a term have the same. */
  #listen(signal: AbortSignal): void {
    if (this.#heard.has(signal)) return;
    this.#heard.add(signal);
    signal.addEventListener('abort', () => {
      for (const group of [...this.#waiting.values(), this.#listed, this.#cleared]) {
        for (const comer of group) {
          if (comer.signal !== signal) continue;
          group.delete(comer);
          comer.reject(signal.reason);
        }
      }
    });
  }

  #admit(): void {
    for (const comer of this.#cleared) {
      if (this.#places === 0) break;
      this.#cleared.delete(comer);
      this.#places -= 1;
      comer.resolve();
    }
    this.#look();
  }

  /** Asks for as many turns as there is somebody to look for, and no earlier than it is of use. */
  #look(): void {
    for (;;) {
      const wanted = [...this.#waiting.values()].reduce((sum, { size }) => sum + size, 0);
      if (this.#isListing || this.#cleared.size >= this.#options.places) return;
      if (this.#looking >= Math.min(wanted, this.#options.places)) return;
      this.#looking += 1;
      void this.#options
        .inTurn((client) => this.#serve(client))
        .catch(() => {
          // whom it concerns was told by #serve
        })
        .finally(() => {
          this.#looking -= 1;
          this.#look();
        });
    }
  }

  /**
   * Looks for whoever waits now: for all of a namespace together, or for the first alone.
   *
   * @throws what the server answered, for whoever gives turns: who waited was told, or looks alone
   */
  async #serve(client: ObjectClient): Promise<void> {
    const [next] = [...this.#waiting].filter(([, { size }]) => size > 0);
    if (next === undefined || this.#isListing) return;
    const [namespace, group] = next;
    // namespaces take turns
    this.#waiting.delete(namespace);
    this.#waiting.set(namespace, group);
    const worthAList = Math.max(LIMITS.barrierListFrom, this.#options.sets() / LIMITS.barrierListedForOne);
    const [first] = group;
    if (group.size >= worthAList) await this.#together(client, namespace, group);
    else if (first !== undefined) {
      group.delete(first);
      const looked = first.barrier.look(client);
      looked.then(() => first.resolve(), first.reject);
      await looked;
    }
  }

  /** Whoever asks from now on is not among those the list is for: it began before. */
  async #together(client: ObjectClient, namespace: string, group: Set<Comer>): Promise<void> {
    this.#listed = new Set(group);
    group.clear();
    this.#isListing = true;
    const begun = this.#options.clock.monotonic();
    const byName = new Map<string, ApplicationSet>();
    try {
      // the comers of one term have one signal: of another term's list nobody has to wait for the end
      const [signal] = [...this.#listed].map((comer) => comer.signal);
      const options = { namespace, limit: LIMITS.kubeListPage, metadataOnly: true };
      const ends = signal === undefined ? options : { ...options, signal };
      for (const set of await listAll(client, RESOURCES.applicationSets, ends, lookedAt))
        byName.set(set.metadata.name, asApplicationSet(set));
    } finally {
      this.#isListing = false;
      // after a list that failed each is told by its own look what is wrong
      for (const { barrier, resolve, reject } of this.#listed) {
        if (barrier.saw(byName.get(barrier.set.metadata.name), begun)) resolve();
        else barrier.look().then(() => resolve(), reject);
      }
      this.#listed.clear();
    }
  }
}
