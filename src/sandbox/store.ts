/**
 * The sandbox's store put together: kinds, storage, lists, watches and the rules of writing, all
 * synchronous. Its HTTP face and its `ObjectClient` both stand on this one class; nothing else
 * changes what is stored.
 */
import type { ResourceType } from '../api/client.ts';
import type { Json, JsonObject, KubeObject } from '../api/objects.ts';
import { type Clock, systemClock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import { type Random, systemRandom } from '../support/random.ts';
import { admit, admitAll } from './admission.ts';
import type { Deleted, DeleteRequest } from './deletions.ts';
import type { StoredEvent } from './event-log.ts';
import { noSuchResource, notFound } from './failures.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { ARGO_KINDS, CRD_KIND, type Kind, KindRegistry, NAMESPACE_KIND, schemalessKind } from './kinds.ts';
import { type Listed, type ListQuery, Lists } from './lists.ts';
import { Storage, storageKey } from './storage.ts';
import { startWatch, type WatchQuery, type WatchSink } from './watches.ts';
import { type PatchRequest, type WriteRequest, Writer, type Written } from './writes.ts';

export interface StoreOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** makes the uid of a new object; random UUIDs when absent */
  readonly uid?: (object: KubeObject) => string;
  /** `auto` collects by itself soon after a change, `manual` on `collectGarbage()`, `off` never */
  readonly gc?: 'auto' | 'manual' | 'off';
  /** CustomResourceDefinitions that are there from the start; Argo CD's kinds without schema when absent */
  readonly crds?: readonly KubeObject[];
  /** names, namespaces and schemas are not checked: for recorded worlds */
  readonly lenient?: boolean;
  /** keep metadata.managedFields; on by default, off in a lenient store */
  readonly managedFields?: boolean;
  /** namespaces that are there from the start */
  readonly namespaces?: readonly string[];
  /** changes remembered for watches */
  readonly events?: number;
}

const FIRST_NAMESPACES = ['default', 'kube-system', 'argocd'] as const;

export class Store {
  readonly clock: Clock;
  readonly random: Random;
  readonly registry = new KindRegistry();
  readonly storage: Storage;
  readonly #lists: Lists;
  readonly #writer: Writer;
  readonly #collector: GarbageCollector | undefined;

  constructor(options: StoreOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.random = options.random ?? systemRandom;
    const lenient = options.lenient ?? false;
    this.storage = new Storage(options.events ?? LIMITS.sandboxEvents);
    this.#lists = new Lists(this.storage, this.clock);
    this.#writer = new Writer({
      storage: this.storage,
      registry: this.registry,
      clock: this.clock,
      random: this.random,
      uid: options.uid ?? (() => randomUid(this.random)),
      admission: lenient ? admitAll : admit,
      lenient,
      managedFields: options.managedFields ?? !lenient,
    });
    for (const name of options.namespaces ?? FIRST_NAMESPACES) {
      this.create(NAMESPACE_KIND, undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    if (options.crds === undefined) for (const kind of ARGO_KINDS) this.registry.add(kind);
    for (const crd of options.crds ?? []) this.create(CRD_KIND, undefined, crd);
    this.#collector =
      (options.gc ?? 'auto') === 'off'
        ? undefined
        : new GarbageCollector(this.storage, this.registry, this.#writer, options.gc !== 'manual');
    this.storage.listenAll((event) => this.#afterChange(event));
  }

  /** Serves a kind without a schema, as a CRD without rules would. */
  register(type: ResourceType, statusSubresource = false): Kind {
    const kind = schemalessKind(type, statusSubresource);
    this.registry.add(kind);
    return kind;
  }

  /** @throws ApiError 404 when the type is not served */
  kind(type: ResourceType): Kind {
    const kind = this.registry.find(type.apiVersion, type.plural);
    if (kind === undefined) throw noSuchResource();
    return kind;
  }

  /** @throws ApiError 404 */
  get(kind: Kind, namespace: string | undefined, name: string): KubeObject {
    const object = this.storage.get(kind, storageKey(kind, namespace, name));
    if (object === undefined) throw notFound(kind, name);
    return object;
  }

  list(kind: Kind, query: ListQuery = {}): Listed {
    return this.#lists.list(kind, query);
  }

  watch(kind: Kind, query: WatchQuery, sink: WatchSink): () => void {
    return startWatch(this.storage, this.clock, kind, query, sink);
  }

  create(kind: Kind, namespace: string | undefined, object: unknown, request?: WriteRequest): Written {
    return this.#writer.create(kind, namespace, object, request);
  }

  update(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    object: unknown,
    request?: WriteRequest,
  ): Written {
    return this.#writer.update(kind, namespace, name, object, request);
  }

  patch(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    patch: Json,
    request: PatchRequest,
  ): Written {
    return this.#writer.patch(kind, namespace, name, patch, request);
  }

  delete(kind: Kind, namespace: string | undefined, name: string, request: DeleteRequest = {}): Deleted {
    return this.#writer.deleter.delete(kind, namespace, name, request);
  }

  /** Puts objects in as they are, status, uid and times included; what is missing is filled in. */
  seed(...objects: (KubeObject | JsonObject)[]): KubeObject[] {
    return objects.map((object) => {
      const whole = object as KubeObject;
      const kind = this.registry.ofObject(whole.apiVersion, whole.kind);
      if (kind === undefined) throw noSuchResource();
      return this.#writer.seed(kind, whole);
    });
  }

  /** Runs the garbage collector until it finds nothing more to do; answers how many objects it changed. */
  collectGarbage(): number {
    return this.#collector?.run() ?? 0;
  }

  /** Forgets all changes up to now and all open lists: old watches and continue tokens get 410. */
  compact(): void {
    this.storage.log.compact(this.storage.revision);
    this.#lists.expire();
  }

  #afterChange(event: StoredEvent): void {
    if (event.type === 'DELETED' && event.kind.type.namespaced) {
      this.#writer.deleter.finishNamespace(event.object.metadata.namespace ?? '');
    }
  }
}

/** A version 4 UUID. */
function randomUid(random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
