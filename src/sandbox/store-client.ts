/**
 * The store as an `ObjectClient`: what the controller and its tests talk to when there is no HTTP in
 * between. Objects come out frozen and shared. Faults strike here as they would on the wire.
 */
import type {
  ListOptions,
  ListPage,
  ObjectClient,
  PatchType,
  ReadOptions,
  ResourceType,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../api/client.ts';
import { ApiError } from '../api/client.ts';
import type { Json, KubeObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import { type Faults, type FaultVerb, noAnswer, refusal } from './faults.ts';
import type { Kind } from './kinds.ts';
import { partialMetadata } from './metadata.ts';
import type { Store } from './store.ts';

/** A call as it was made, for tests that count them. */
export interface MadeCall {
  readonly verb: FaultVerb;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

export class StoreClient implements ObjectClient {
  readonly store: Store;
  readonly faults: Faults;
  readonly #fieldManager: string;
  readonly #onCall: ((call: MadeCall) => void) | undefined;

  constructor(
    store: Store,
    faults: Faults,
    fieldManager = 'appset-operator',
    onCall?: (call: MadeCall) => void,
  ) {
    this.store = store;
    this.faults = faults;
    this.#fieldManager = fieldManager;
    this.#onCall = onCall;
  }

  get(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    { metadataOnly = false, signal }: ReadOptions = {},
  ): Promise<KubeObject> {
    return this.#call('get', type, namespace, name, signal, (kind) => {
      const object = this.store.get(kind, namespace, name);
      return metadataOnly ? (partialMetadata(object) as unknown as KubeObject) : object;
    });
  }

  list(type: ResourceType, options: ListOptions = {}): Promise<ListPage> {
    const { signal, ...query } = options;
    return this.#call('list', type, options.namespace, undefined, signal, (kind) =>
      this.store.list(kind, query),
    );
  }

  async *watch(type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { signal, ...query } = options;
    let drop: { afterEvents: number; code?: number } | undefined;
    const kind = await this.#call(
      'watch',
      type,
      options.namespace,
      undefined,
      signal,
      (found) => found,
      (effect) => {
        drop = effect;
      },
    );
    const queue: WatchEvent[] = [];
    let ended = false;
    let wake = (): void => undefined;
    const push = (event: WatchEvent): void => {
      queue.push(event);
      wake();
    };
    const stop = this.store.watch(kind, query, {
      event: (eventType, object) => push({ type: eventType, object }),
      end: (error) => {
        ended = true;
        if (error === undefined) wake();
        else push({ type: 'ERROR', error });
      },
    });
    const onAbort = (): void => wake();
    signal?.addEventListener('abort', onAbort, { once: true });
    let sent = 0;
    try {
      for (;;) {
        signal?.throwIfAborted();
        if (drop !== undefined && sent >= drop.afterEvents) {
          if (drop.code !== undefined)
            yield { type: 'ERROR', error: refusal({ type: 'refuse', code: drop.code }) };
          return;
        }
        const event = queue.shift();
        if (event !== undefined) {
          sent += 1;
          yield event;
          if (event.type === 'ERROR') return;
        } else if (ended) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      stop();
    }
  }

  create(type: ResourceType, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { namespace, name } = object.metadata;
    return this.#call('create', type, namespace, name, options.signal, (kind) =>
      this.#written(this.store.create(kind, namespace, object, this.#request(options))),
    );
  }

  update(
    type: ResourceType,
    object: KubeObject,
    options: WriteOptions & { subresource?: 'status' } = {},
  ): Promise<KubeObject> {
    const { namespace, name } = object.metadata;
    const verb = options.subresource === 'status' ? 'updateStatus' : 'update';
    return this.#call(verb, type, namespace, name, options.signal, (kind) =>
      this.#written(this.store.update(kind, namespace, name, object, this.#request(options))),
    );
  }

  patch(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    patch: Json,
    options: WriteOptions & { type: PatchType; subresource?: 'status'; force?: boolean },
  ): Promise<KubeObject> {
    const verb = options.subresource === 'status' ? 'patchStatus' : 'patch';
    return this.#call(verb, type, namespace, name, options.signal, (kind) =>
      this.#written(
        this.store.patch(kind, namespace, name, patch, {
          ...this.#request(options),
          type: options.type,
          force: options.force === true,
        }),
      ),
    );
  }

  delete(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options: WriteOptions & {
      uid?: string;
      resourceVersion?: string;
      propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
    } = {},
  ): Promise<KubeObject | undefined> {
    return this.#call('delete', type, namespace, name, options.signal, (kind) => {
      const { object, gone } = this.store.delete(kind, namespace, name, options);
      return gone ? undefined : object;
    });
  }

  #request({ dryRun, fieldManager, subresource }: WriteOptions & { subresource?: 'status' }) {
    return {
      dryRun: dryRun === true,
      fieldManager: fieldManager ?? this.#fieldManager,
      ...(subresource === undefined ? {} : { subresource }),
    };
  }

  #written({ object }: { object: KubeObject }): KubeObject {
    return object;
  }

  async #call<T>(
    verb: FaultVerb,
    type: ResourceType,
    namespace: string | undefined,
    name: string | undefined,
    signal: AbortSignal | undefined,
    run: (kind: Kind) => T,
    onDrop?: (effect: { afterEvents: number; code?: number }) => void,
  ): Promise<T> {
    signal?.throwIfAborted();
    this.#onCall?.({ verb, kind: type.kind, namespace, name });
    const effect = await this.faults.next({ verb, kind: type.kind, namespace, name });
    signal?.throwIfAborted();
    switch (effect?.type) {
      case undefined:
        return run(this.store.kind(type));
      case 'refuse':
        throw refusal(effect);
      case 'vanish':
        vanish(this.store, this.store.kind(type), namespace, name);
        return run(this.store.kind(type));
      case 'html':
        throw new ApiError(effect.code ?? 0, '', 'the server answered with HTML where JSON was due');
      case 'blank':
        throw noAnswer('the answer is no JSON: it is empty');
      case 'nothing':
        return emptied(run(this.store.kind(type)));
      case 'truncate':
        throw noAnswer('the answer broke off: unexpected end of JSON input');
      case 'cut':
        if (effect.when === 'after') run(this.store.kind(type));
        throw noAnswer('the connection was cut: ECONNRESET');
      case 'drop':
        onDrop?.(effect);
        return run(this.store.kind(type));
    }
  }
}

/** A page as if there were nothing; other answers as they are. */
export function emptied<T>(answer: T): T {
  return isJsonObject(answer) && Array.isArray(answer.items) ? ({ ...answer, items: [] } as T) : answer;
}

/** Takes an object away whatever its finalizers say. */
export function vanish(
  store: Store,
  kind: Kind,
  namespace: string | undefined,
  name: string | undefined,
): void {
  const key = kind.type.namespaced ? `${namespace ?? ''}/${name ?? ''}` : (name ?? '');
  store.storage.drop(kind, key);
}
