/**
 * A watch cache of one type: a store, the reflector that fills it, and whether it can be believed. This
 * is what the controller and the live sources read.
 */
import type { ObjectClient, ResourceType } from '../api/client.ts';
import type { KubeObject } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import type { Random } from '../support/random.ts';
import { Reflector, type ReflectorCounts } from './reflector.ts';
import { type ChangeHandler, type Index, ObjectStore } from './store.ts';
import type { Transform } from './transforms.ts';

export interface InformerOptions {
  readonly client: ObjectClient;
  readonly type: ResourceType;
  readonly clock: Clock;
  readonly random: Random;
  /** all namespaces when absent */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** managedFields are left out when absent */
  readonly transform?: Transform;
  readonly indexes?: Readonly<Record<string, Index>>;
  readonly pageSize?: number;
  readonly onTrouble?: (message: string) => void;
  readonly onHandlerError?: (error: unknown) => void;
}

export class Informer {
  readonly type: ResourceType;
  readonly #store: ObjectStore;
  readonly #reflector: Reflector;
  readonly #clock: Clock;
  readonly #listed = Promise.withResolvers<void>();

  constructor(options: InformerOptions) {
    this.type = options.type;
    this.#clock = options.clock;
    const { indexes, onTrouble } = options;
    this.#store = new ObjectStore({
      ...(indexes === undefined ? {} : { indexes }),
      onHandlerError:
        options.onHandlerError ?? ((error) => onTrouble?.(`a handler failed: ${String(error)}`)),
    });
    this.#reflector = new Reflector({ ...options, store: this.#store });
  }

  /** Lists and watches until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.#reflector.run(signal, () => this.#listed.resolve());
  }

  /**
   * Resolves when the first list is in.
   *
   * @throws AppsetError APPSET_E0601 when it is not after `ms`; the signal's reason when it aborts
   */
  async whenListed(ms: number, signal?: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    const late = this.#clock.sleep(ms, both).then(() => {
      const why = this.trouble === undefined ? '' : `: ${this.trouble}`;
      throw new AppsetError(
        'APPSET_E0601',
        `${this.type.plural} could not be listed within ${ms / 1000} s${why}`,
      );
    });
    try {
      await Promise.race([this.#listed.promise, late]);
    } finally {
      stop.abort();
      late.catch(() => {
        // the race is over
      });
    }
  }

  /** Whether what is read here can be believed: listed, and not deaf for long. */
  get synced(): boolean {
    return this.#reflector.synced;
  }

  get trouble(): string | undefined {
    return this.#reflector.trouble;
  }

  get counts(): ReflectorCounts {
    return this.#reflector.counts;
  }

  get size(): number {
    return this.#store.size;
  }

  get(namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#store.get(`${namespace ?? ''}/${name}`);
  }

  list(): readonly KubeObject[] {
    return this.#store.list();
  }

  byIndex(index: string, value: string): readonly KubeObject[] {
    return this.#store.byIndex(index, value);
  }

  onChange(handler: ChangeHandler): () => void {
    return this.#store.onChange(handler);
  }

  /** The server's answer to a write of ours; give it as the informer keeps objects (transformed). */
  wrote(object: KubeObject): void {
    this.#store.wrote(object);
  }

  vanished(namespace: string | undefined, name: string): void {
    this.#store.vanished(`${namespace ?? ''}/${name}`);
  }

  /** Lists again by a quorum read; not `synced` until that is done. */
  relist(): void {
    this.#reflector.relist();
  }
}
