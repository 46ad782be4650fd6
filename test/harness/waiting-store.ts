/**
 * A real API server with the manners of the sandbox's store: what a test does to it is done when the call
 * returns, and nothing of the operator happens meanwhile. A worker thread makes the calls while this one
 * waits, so that tests written for the store run unchanged on a real cluster.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { ApiError, type ResourceType, type StatusCause } from '../../src/api/client.ts';
import type { Json, JsonObject, KubeObject } from '../../src/api/objects.ts';

export interface TestKind {
  readonly type: ResourceType;
}

interface PatchOptions {
  readonly type: 'merge' | 'json' | 'apply' | 'strategic';
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly force?: boolean;
  readonly subresource?: 'status';
}

/** What tests use of the sandbox's store. */
export interface TestStore {
  kind(type: ResourceType): TestKind;
  get(kind: TestKind, namespace: string | undefined, name: string): KubeObject;
  list(kind: TestKind, query?: { readonly namespace?: string }): { readonly items: readonly KubeObject[] };
  create(kind: TestKind, namespace: string | undefined, object: unknown): { readonly object: KubeObject };
  update(
    kind: TestKind,
    namespace: string | undefined,
    name: string,
    object: unknown,
  ): { readonly object: KubeObject };
  patch(
    kind: TestKind,
    namespace: string | undefined,
    name: string,
    patch: Json,
    options: PatchOptions,
  ): { readonly object: KubeObject };
  delete(
    kind: TestKind,
    namespace: string | undefined,
    name: string,
    options?: { readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' },
  ): unknown;
  seed(...objects: (KubeObject | JsonObject)[]): unknown;
  collectGarbage(): unknown;
}

/** One call for the worker: a method of its and arguments that can be copied. */
export interface Order {
  readonly method: 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete' | 'seed' | 'collect' | 'reset';
  readonly args: readonly unknown[];
}

export type Outcome =
  | { readonly value: unknown }
  | {
      readonly error: {
        readonly code: number;
        readonly reason: string;
        readonly message: string;
        readonly causes: readonly StatusCause[];
      };
    };

const PATIENCE_MS = 60_000;

export class WaitingStore implements TestStore {
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #channel = new MessageChannel();

  constructor(kubeconfig: string, collectorPid: number | undefined) {
    const worker = new Worker(new URL('./waiting-store-worker.ts', import.meta.url), {
      workerData: { kubeconfig, collectorPid, signal: this.#signal, port: this.#channel.port2 },
      transferList: [this.#channel.port2],
    });
    worker.unref();
    this.#channel.port1.unref();
  }

  kind(type: ResourceType): TestKind {
    return { type };
  }
  get(kind: TestKind, namespace: string | undefined, name: string): KubeObject {
    return this.#order('get', kind.type, namespace, name) as KubeObject;
  }
  list(
    kind: TestKind,
    query: { readonly namespace?: string } = {},
  ): { readonly items: readonly KubeObject[] } {
    return this.#order('list', kind.type, query) as { items: KubeObject[] };
  }
  create(kind: TestKind, namespace: string | undefined, object: unknown): { readonly object: KubeObject } {
    return { object: this.#order('create', kind.type, namespace, object) as KubeObject };
  }
  update(
    kind: TestKind,
    _namespace: string | undefined,
    _name: string,
    object: unknown,
  ): { readonly object: KubeObject } {
    return { object: this.#order('update', kind.type, object) as KubeObject };
  }
  patch(
    kind: TestKind,
    namespace: string | undefined,
    name: string,
    patch: Json,
    options: PatchOptions,
  ): { readonly object: KubeObject } {
    return { object: this.#order('patch', kind.type, namespace, name, patch, options) as KubeObject };
  }
  delete(
    kind: TestKind,
    namespace: string | undefined,
    name: string,
    options: { readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' } = {},
  ): unknown {
    return this.#order('delete', kind.type, namespace, name, options);
  }
  seed(...objects: (KubeObject | JsonObject)[]): unknown {
    return this.#order('seed', objects);
  }
  /** Lets the collector run until it has nothing left to do. */
  collectGarbage(): unknown {
    return this.#order('collect');
  }
  /** Namespace argocd as a fresh installation has it, but for the project. */
  reset(): void {
    this.#order('reset');
  }

  #order(method: Order['method'], ...args: unknown[]): unknown {
    Atomics.store(this.#signal, 0, 0);
    this.#channel.port1.postMessage({ method, args: JSON.parse(JSON.stringify(args)) as unknown[] });
    const end = Atomics.wait(this.#signal, 0, 0, PATIENCE_MS);
    const outcome = receiveMessageOnPort(this.#channel.port1)?.message as Outcome | undefined;
    if (outcome === undefined) throw new Error(`the worker did not answer ${method}: ${end}`);
    if ('value' in outcome) return outcome.value;
    const { code, reason, message, causes } = outcome.error;
    throw new ApiError(code, reason, message, { causes });
  }
}
