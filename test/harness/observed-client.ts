/**
 * A client that tells of every call before it is made, and whose calls meet the sandbox's fault rules,
 * whatever server is behind it: as the sandbox's own client does it for its store.
 */
import {
  ApiError,
  type ListOptions,
  type ListPage,
  type ObjectClient,
  type ResourceType,
  type WatchEvent,
  type WatchOptions,
} from '../../src/api/client.ts';
import type { Json, KubeObject } from '../../src/api/objects.ts';
import { Faults, type FaultVerb, type MadeCall, refusal } from '../../src/sandbox/index.ts';
import { systemClock } from '../../src/support/clock.ts';
import type { TestStore } from './waiting-store.ts';

/** What tests of the controller use: a client, its faults, and the store behind it. */
export interface TestClient extends ObjectClient {
  readonly faults: Faults;
  readonly store: TestStore;
}

export class ObservedClient implements TestClient {
  readonly faults = new Faults(systemClock);
  readonly store: TestStore;
  readonly #inner: ObjectClient;
  readonly #onCall: (call: MadeCall) => void;

  constructor(inner: ObjectClient, store: TestStore, onCall: (call: MadeCall) => void) {
    this.#inner = inner;
    this.store = store;
    this.#onCall = onCall;
  }

  get(type: ResourceType, namespace: string | undefined, name: string, options?: { signal?: AbortSignal }) {
    return this.#call('get', type, namespace, name, () => this.#inner.get(type, namespace, name, options));
  }
  list(type: ResourceType, options: ListOptions = {}): Promise<ListPage> {
    return this.#call('list', type, options.namespace, undefined, () => this.#inner.list(type, options));
  }
  async *watch(type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const call = { verb: 'watch', kind: type.kind, namespace: options.namespace, name: undefined } as const;
    this.#onCall(call);
    const effect = await this.faults.next(call);
    if (effect?.type === 'refuse') throw refusal(effect);
    yield* this.#inner.watch(type, options);
  }
  create(type: ResourceType, object: KubeObject, options?: Parameters<ObjectClient['create']>[2]) {
    const { namespace, name } = object.metadata;
    return this.#call('create', type, namespace, name, () => this.#inner.create(type, object, options));
  }
  update(type: ResourceType, object: KubeObject, options: Parameters<ObjectClient['update']>[2] = {}) {
    const { namespace, name } = object.metadata;
    const verb = options.subresource === 'status' ? 'updateStatus' : 'update';
    return this.#call(verb, type, namespace, name, () => this.#inner.update(type, object, options));
  }
  patch(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    patch: Json,
    options: Parameters<ObjectClient['patch']>[4],
  ) {
    const verb = options.subresource === 'status' ? 'patchStatus' : 'patch';
    return this.#call(verb, type, namespace, name, () =>
      this.#inner.patch(type, namespace, name, patch, options),
    );
  }
  delete(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: Parameters<ObjectClient['delete']>[3],
  ) {
    return this.#call('delete', type, namespace, name, () =>
      this.#inner.delete(type, namespace, name, options),
    );
  }

  async #call<T>(
    verb: FaultVerb,
    type: ResourceType,
    namespace: string | undefined,
    name: string | undefined,
    run: () => Promise<T>,
  ): Promise<T> {
    const call = { verb, kind: type.kind, namespace, name };
    this.#onCall(call);
    const effect = await this.faults.next(call);
    if (effect === undefined) return run();
    switch (effect.type) {
      case 'refuse':
        throw refusal(effect);
      case 'vanish':
        this.#vanish(type, namespace, name ?? '');
        return run();
      case 'cut':
        if (effect.when === 'after') await run();
        throw new ApiError(0, '', 'the connection was cut');
      default:
        throw new ApiError(0, '', `the answer cannot be used: ${effect.type}`);
    }
  }

  #vanish(type: ResourceType, namespace: string | undefined, name: string): void {
    const kind = this.store.kind(type);
    const patch = { metadata: { finalizers: null } };
    this.store.patch(kind, namespace, name, patch, { type: 'merge' });
    this.store.delete(kind, namespace, name);
  }
}
