/**
 * What kube-controller-manager's garbage collector does with owner references: objects whose owners
 * are all gone are deleted, references to some that are gone are dropped, and the `orphan` and
 * `foregroundDeletion` finalizers are worked off. An owner is there only with the same uid.
 */
import { ApiError } from '../api/client.ts';
import type { KubeObject, OwnerReference } from '../api/objects.ts';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from './deletions.ts';
import type { StoredEvent } from './event-log.ts';
import type { Kind, KindRegistry } from './kinds.ts';
import { type Storage, storageKey } from './storage.ts';
import type { Writer } from './writes.ts';

interface Handle {
  readonly kind: Kind;
  readonly key: string;
}

const handleName = ({ kind, key }: Handle): string => `${kind.id} ${key}`;

export class GarbageCollector {
  readonly #storage: Storage;
  readonly #registry: KindRegistry;
  readonly #writer: Writer;
  readonly #auto: boolean;
  /** objects that name this uid as an owner */
  readonly #dependents = new Map<string, Map<string, Handle>>();
  #due = new Map<string, Handle>();
  #scheduled = false;

  constructor(storage: Storage, registry: KindRegistry, writer: Writer, auto: boolean) {
    this.#storage = storage;
    this.#registry = registry;
    this.#writer = writer;
    this.#auto = auto;
    storage.listenAll((event) => this.#notice(event));
  }

  /** Works until nothing is due; answers how many objects it touched. */
  run(): number {
    let touched = 0;
    while (this.#due.size > 0) {
      const due = [...this.#due.values()];
      this.#due = new Map();
      for (const handle of due) if (this.#attendOrLeave(handle)) touched += 1;
    }
    return touched;
  }

  #notice({ kind, type, object, previous }: StoredEvent): void {
    const handle = { kind, key: storageKey(kind, object.metadata.namespace, object.metadata.name) };
    for (const { uid } of previous?.metadata.ownerReferences ?? []) {
      this.#dependents.get(uid)?.delete(handleName(handle));
      if (this.#dependents.get(uid)?.size === 0) this.#dependents.delete(uid);
    }
    if (type === 'DELETED') {
      for (const dependent of this.#dependents.get(object.metadata.uid ?? '')?.values() ?? []) {
        this.#plan(dependent);
      }
      for (const owner of object.metadata.ownerReferences ?? []) this.#planOwner(object, owner);
      return;
    }
    const owners = object.metadata.ownerReferences ?? [];
    for (const { uid } of owners) {
      const known = this.#dependents.get(uid) ?? new Map<string, Handle>();
      known.set(handleName(handle), handle);
      this.#dependents.set(uid, known);
    }
    const finalizers = object.metadata.finalizers ?? [];
    const ending =
      object.metadata.deletionTimestamp !== undefined &&
      (finalizers.includes(ORPHAN_FINALIZER) || finalizers.includes(FOREGROUND_FINALIZER));
    if (owners.length > 0 || ending) this.#plan(handle);
    if (previous?.metadata.ownerReferences !== object.metadata.ownerReferences) {
      for (const owner of previous?.metadata.ownerReferences ?? []) this.#planOwner(object, owner);
    }
  }

  /** An owner that waits for its dependents looks again. */
  #planOwner(dependent: KubeObject, reference: OwnerReference): void {
    const found = this.#owner(dependent, reference);
    if (found !== undefined) this.#plan(found);
  }

  #plan(handle: Handle): void {
    this.#due.set(handleName(handle), handle);
    if (!this.#auto || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.run();
    });
  }

  #owner(dependent: KubeObject, reference: OwnerReference): (Handle & { object: KubeObject }) | undefined {
    const kind = this.#registry.ofObject(reference.apiVersion, reference.kind);
    if (kind === undefined) return undefined;
    const key = storageKey(kind, dependent.metadata.namespace, reference.name);
    const object = this.#storage.get(kind, key);
    return object?.metadata.uid === reference.uid ? { kind, key, object } : undefined;
  }

  /** What is refused (an object that was seeded invalid) is left as it is, until it changes. */
  #attendOrLeave(handle: Handle): boolean {
    try {
      return this.#attend(handle);
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  }

  #attend({ kind, key }: Handle): boolean {
    const object = this.#storage.get(kind, key);
    if (object === undefined) return false;
    const finalizers = object.metadata.finalizers ?? [];
    if (object.metadata.deletionTimestamp !== undefined) {
      if (finalizers.includes(ORPHAN_FINALIZER)) return this.#orphan(kind, object);
      if (finalizers.includes(FOREGROUND_FINALIZER)) return this.#foreground(kind, object);
      return false;
    }
    return this.#collect(kind, object);
  }

  #collect(kind: Kind, object: KubeObject): boolean {
    const references = object.metadata.ownerReferences ?? [];
    if (references.length === 0) return false;
    // an owner of a kind that is not served may be anything: leave its dependents alone
    if (references.some((one) => this.#registry.ofObject(one.apiVersion, one.kind) === undefined))
      return false;
    const solid: OwnerReference[] = [];
    let waiting = false;
    for (const reference of references) {
      const owner = this.#owner(object, reference)?.object.metadata;
      if (owner === undefined) continue;
      if (owner.deletionTimestamp !== undefined && owner.finalizers?.includes(FOREGROUND_FINALIZER))
        waiting = true;
      else solid.push(reference);
    }
    if (solid.length === references.length) return false;
    if (solid.length > 0) {
      this.#setMeta(kind, object, { ownerReferences: solid });
      return true;
    }
    const finalizers = object.metadata.finalizers ?? [];
    const hasDependents = (this.#dependents.get(object.metadata.uid ?? '')?.size ?? 0) > 0;
    const propagationPolicy =
      waiting && hasDependents
        ? 'Foreground'
        : finalizers.includes(ORPHAN_FINALIZER)
          ? 'Orphan'
          : finalizers.includes(FOREGROUND_FINALIZER)
            ? 'Foreground'
            : 'Background';
    this.#writer.deleter.delete(kind, object.metadata.namespace, object.metadata.name, { propagationPolicy });
    return true;
  }

  #orphan(kind: Kind, owner: KubeObject): boolean {
    for (const { kind: of, key } of [...(this.#dependents.get(owner.metadata.uid ?? '')?.values() ?? [])]) {
      const dependent = this.#storage.get(of, key);
      if (dependent === undefined) continue;
      const ownerReferences = (dependent.metadata.ownerReferences ?? []).filter(
        (one) => one.uid !== owner.metadata.uid,
      );
      this.#setMeta(of, dependent, { ownerReferences });
    }
    this.#dropFinalizer(kind, owner, ORPHAN_FINALIZER);
    return true;
  }

  #foreground(kind: Kind, owner: KubeObject): boolean {
    const uid = owner.metadata.uid ?? '';
    let blocked = false;
    for (const handle of [...(this.#dependents.get(uid)?.values() ?? [])]) {
      const dependent = this.#storage.get(handle.kind, handle.key);
      if (dependent === undefined) continue;
      if (dependent.metadata.deletionTimestamp === undefined) this.#collect(handle.kind, dependent);
      const left = this.#storage.get(handle.kind, handle.key);
      const blocks = left?.metadata.ownerReferences?.some(
        (one) => one.uid === uid && one.blockOwnerDeletion === true,
      );
      blocked ||= blocks === true;
    }
    if (blocked) return false;
    this.#dropFinalizer(kind, owner, FOREGROUND_FINALIZER);
    return true;
  }

  #dropFinalizer(kind: Kind, object: KubeObject, finalizer: string): void {
    const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
    this.#setMeta(kind, object, { finalizers });
  }

  #setMeta(
    kind: Kind,
    object: KubeObject,
    change: { finalizers?: readonly string[]; ownerReferences?: readonly OwnerReference[] },
  ): void {
    const next = { ...object, metadata: { ...object.metadata, ...change } };
    this.#writer.update(kind, object.metadata.namespace, object.metadata.name, next, {
      fieldManager: 'kube-controller-manager',
    });
  }
}
