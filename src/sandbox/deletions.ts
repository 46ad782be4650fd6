/**
 * The rules of deleting: preconditions, what a propagation policy does to finalizers, when an object
 * only becomes terminating, and what goes with a namespace or a CRD. An explicit Background policy
 * removes the `orphan` and `foregroundDeletion` finalizers (measured); no policy leaves them.
 */
import type { KubeObject, ObjectMeta } from '../api/objects.ts';
import { type Clock, rfc3339 } from '../support/clock.ts';
import { jsonEqual } from '../support/json.ts';
import { deletionConflict, forbidden, notFound } from './failures.ts';
import { frozenObject } from './frozen.ts';
import { CRD_KIND, type Kind, type KindRegistry, kindFromCrd, NAMESPACE_KIND } from './kinds.ts';
import { type Storage, storageKey } from './storage.ts';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteRequest {
  readonly dryRun?: boolean;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: Propagation;
}

export interface Deleted {
  /** the last state of the object */
  readonly object: KubeObject;
  /** false when the object only became terminating */
  readonly gone: boolean;
}

export const ORPHAN_FINALIZER = 'orphan';
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
const PROTECTED_NAMESPACES = new Set(['default', 'kube-system']);

export class Deleter {
  readonly #storage: Storage;
  readonly #registry: KindRegistry;
  readonly #clock: Clock;

  constructor(storage: Storage, registry: KindRegistry, clock: Clock) {
    this.#storage = storage;
    this.#registry = registry;
    this.#clock = clock;
  }

  /** @throws ApiError 404, 409 for a precondition, 403 for a protected namespace */
  delete(kind: Kind, namespace: string | undefined, name: string, request: DeleteRequest): Deleted {
    const key = storageKey(kind, namespace, name);
    const before = this.#storage.get(kind, key);
    if (before === undefined) throw notFound(kind, name);
    needPreconditions(kind, before, request);
    if (kind.id === NAMESPACE_KIND.id) return this.#deleteNamespace(before, request);
    const finalizers = finalizersUnder(before.metadata.finalizers ?? [], request.propagationPolicy);
    if (finalizers.length === 0) {
      return { object: request.dryRun === true ? before : this.drop(kind, key, before), gone: true };
    }
    const terminating = before.metadata.deletionTimestamp !== undefined;
    if (terminating && jsonEqual(finalizers, before.metadata.finalizers ?? [])) {
      return { object: before, gone: false };
    }
    const marked = { ...before, metadata: this.#terminating(before.metadata, finalizers) };
    const object = request.dryRun === true ? frozenObject(marked) : this.#storage.put(kind, key, marked);
    return { object, gone: false };
  }

  /** Takes an object out for good; with a CRD goes its kind and everything of it. */
  drop(kind: Kind, key: string, last: KubeObject): KubeObject {
    if (kind.id === CRD_KIND.id) this.#dropDefined(last);
    return this.#storage.drop(kind, key, last) ?? last;
  }

  /** A terminating namespace goes when nothing is left in it and no finalizer holds it. */
  finishNamespace(name: string): void {
    const namespace = this.#storage.get(NAMESPACE_KIND, name);
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    if ((namespace.metadata.finalizers ?? []).length > 0 || this.#contents(name).length > 0) return;
    this.#storage.drop(NAMESPACE_KIND, name);
  }

  #terminating(meta: ObjectMeta, finalizers: readonly string[]): ObjectMeta {
    const first = meta.deletionTimestamp === undefined;
    return {
      ...meta,
      finalizers,
      deletionTimestamp: meta.deletionTimestamp ?? rfc3339(this.#clock.now()),
      deletionGracePeriodSeconds: meta.deletionGracePeriodSeconds ?? 0,
      ...(first && meta.generation !== undefined ? { generation: meta.generation + 1 } : {}),
    };
  }

  #dropDefined(crd: KubeObject): void {
    const defined = kindFromCrd(crd);
    if (defined === undefined) return;
    for (const { metadata } of this.#storage.objects(defined)) {
      this.#storage.drop(defined, storageKey(defined, metadata.namespace, metadata.name));
    }
    this.#registry.remove(defined.id);
  }

  #contents(namespace: string): { kind: Kind; object: KubeObject }[] {
    return this.#registry
      .all()
      .filter((kind) => kind.type.namespaced)
      .flatMap((kind) => this.#storage.objects(kind, namespace).map((object) => ({ kind, object })));
  }

  #deleteNamespace(before: KubeObject, request: DeleteRequest): Deleted {
    const name = before.metadata.name;
    if (PROTECTED_NAMESPACES.has(name)) {
      throw forbidden(NAMESPACE_KIND, name, 'this namespace may not be deleted');
    }
    if (request.dryRun === true) return { object: before, gone: false };
    if (before.metadata.deletionTimestamp === undefined) {
      this.#storage.put(NAMESPACE_KIND, name, {
        ...before,
        metadata: this.#terminating(before.metadata, before.metadata.finalizers ?? []),
        status: { ...before.status, phase: 'Terminating' },
      });
    }
    for (const { kind, object } of this.#contents(name)) this.delete(kind, name, object.metadata.name, {});
    this.finishNamespace(name);
    const left = this.#storage.get(NAMESPACE_KIND, name);
    return { object: left ?? before, gone: left === undefined };
  }
}

function needPreconditions(kind: Kind, before: KubeObject, { uid, resourceVersion }: DeleteRequest): void {
  const { name, uid: realUid = '', resourceVersion: realVersion = '' } = before.metadata;
  if (uid !== undefined && uid !== realUid) {
    throw deletionConflict(
      kind,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${realUid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== realVersion) {
    throw deletionConflict(
      kind,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${realVersion}). The object might have been modified`,
    );
  }
}

function finalizersUnder(standing: readonly string[], policy: Propagation | undefined): readonly string[] {
  if (policy === undefined) return standing;
  const rest = standing.filter((one) => one !== ORPHAN_FINALIZER && one !== FOREGROUND_FINALIZER);
  switch (policy) {
    case 'Background':
      return rest;
    case 'Foreground':
      return [...rest, FOREGROUND_FINALIZER];
    case 'Orphan':
      return [...rest, ORPHAN_FINALIZER];
  }
}
