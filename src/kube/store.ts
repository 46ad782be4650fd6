/**
 * Objects of one type by key, with indexes, and who is told of their changes. It is filled by a
 * reflector and corrected by our own writes: the server's answer to a write is put in at once, and what
 * the watch still tells of earlier states is passed over. Objects are shared and never changed.
 */
import type { KubeObject } from '../api/objects.ts';
import { keyOf } from '../api/objects.ts';
import { isOlderVersion } from './resource-version.ts';

/** The values an object is found by. */
export type Index = (object: KubeObject) => readonly string[];

export interface Change {
  readonly key: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** part of the first list */
  readonly initial: boolean;
}

export type ChangeHandler = (change: Change) => void;

export interface ObjectStoreOptions {
  readonly indexes?: Readonly<Record<string, Index>>;
  /** what a handler threw; the store goes on */
  readonly onHandlerError: (error: unknown) => void;
}

export class ObjectStore {
  readonly #objects = new Map<string, KubeObject>();
  readonly #indexes = new Map<string, { readonly of: Index; readonly keys: Map<string, Set<string>> }>();
  /** objects we know to be gone, until the watch knows it too: key to uid */
  readonly #gone = new Map<string, string | undefined>();
  readonly #handlers = new Set<ChangeHandler>();
  readonly #onHandlerError: (error: unknown) => void;

  constructor(options: ObjectStoreOptions) {
    this.#onHandlerError = options.onHandlerError;
    for (const [name, of] of Object.entries(options.indexes ?? {})) {
      this.#indexes.set(name, { of, keys: new Map() });
    }
  }

  get size(): number {
    return this.#objects.size;
  }

  /** By `namespace/name`, or `/name` of a cluster-wide object. */
  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  list(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  /** Objects that carry `value` in the index; in order of their first appearance. */
  byIndex(name: string, value: string): readonly KubeObject[] {
    const keys = this.#indexes.get(name)?.keys.get(value) ?? [];
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Calls `handler` on every change from now on; the answer ends that. Handlers are to note keys only. */
  onChange(handler: ChangeHandler): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** The whole list as of `resourceVersion`: what is not in it is gone. */
  replace(objects: readonly KubeObject[], resourceVersion: string, initial: boolean): void {
    this.#gone.clear();
    const listed = new Set<string>();
    for (const object of objects) {
      listed.add(keyOf(object));
      this.#set(object, initial);
    }
    for (const [key, object] of [...this.#objects]) {
      if (listed.has(key) || isOlderVersion(resourceVersion, object.metadata.resourceVersion)) continue;
      this.#delete(key, initial);
    }
  }

  /** An object the watch told of. */
  upsert(object: KubeObject): void {
    this.#set(object, false);
  }

  /** An object the watch said is gone. */
  remove(object: KubeObject): void {
    const key = keyOf(object);
    this.#gone.delete(key);
    const held = this.#objects.get(key);
    if (held !== undefined && isOlderVersion(object.metadata.resourceVersion, held.metadata.resourceVersion))
      return;
    this.#delete(key, false);
  }

  /** The server's answer to a write of ours. */
  wrote(object: KubeObject): void {
    this.#set(object, false);
  }

  /** An object the server said is gone, in answer to a call of ours. */
  vanished(key: string): void {
    const held = this.#objects.get(key);
    if (held === undefined) return;
    this.#gone.set(key, held.metadata.uid);
    this.#delete(key, false);
  }

  #set(object: KubeObject, initial: boolean): void {
    const key = keyOf(object);
    if (this.#gone.has(key)) {
      if (this.#gone.get(key) === object.metadata.uid) return;
      this.#gone.delete(key);
    }
    const before = this.#objects.get(key);
    const version = object.metadata.resourceVersion;
    if (before !== undefined) {
      if (isOlderVersion(version, before.metadata.resourceVersion)) return;
      if (version !== undefined && version === before.metadata.resourceVersion) return;
      this.#unindex(key, before);
    }
    this.#objects.set(key, object);
    for (const { of, keys } of this.#indexes.values()) {
      for (const value of of(object)) {
        const set = keys.get(value) ?? new Set();
        keys.set(value, set.add(key));
      }
    }
    this.#tell({ key, before, after: object, initial });
  }

  #delete(key: string, initial: boolean): void {
    const before = this.#objects.get(key);
    if (before === undefined) return;
    this.#objects.delete(key);
    this.#unindex(key, before);
    this.#tell({ key, before, after: undefined, initial });
  }

  #unindex(key: string, object: KubeObject): void {
    for (const { of, keys } of this.#indexes.values()) {
      for (const value of of(object)) {
        const set = keys.get(value);
        set?.delete(key);
        if (set?.size === 0) keys.delete(value);
      }
    }
  }

  #tell(change: Change): void {
    for (const handler of this.#handlers) {
      try {
        handler(change);
      } catch (error) {
        this.#onHandlerError(error);
      }
    }
  }
}

/** Finds objects by their controller: `namespace/name` of the owner, for owners of one type. */
export const byController =
  (apiVersion: string, kind: string): Index =>
  (object) => {
    const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true);
    const fits = owner?.apiVersion === apiVersion && owner.kind === kind;
    return fits ? [`${object.metadata.namespace ?? ''}/${owner.name}`] : [];
  };

/** Finds objects by the value of one label. */
export const byLabel =
  (label: string): Index =>
  (object) => {
    const value = object.metadata.labels?.[label];
    return value === undefined ? [] : [value];
  };

/** Finds objects by namespace. */
export const byNamespace: Index = (object) => [object.metadata.namespace ?? ''];
