/**
 * The versioned heart of the sandbox: objects by kind and key, one counter of resourceVersions, the
 * log of changes, and who listens to them. It holds true that a stored object is frozen and carries
 * the resourceVersion of its last change. It knows no rules: those are in `writes.ts`.
 */
import type { KubeObject } from '../api/objects.ts';
import { EventLog, type StoredEvent } from './event-log.ts';
import { frozenObject } from './frozen.ts';
import type { Kind } from './kinds.ts';

type Listener = (event: StoredEvent) => void;

/** `namespace/name`, or the name of a cluster-scoped object. */
export const storageKey = (kind: Kind, namespace: string | undefined, name: string): string =>
  kind.type.namespaced ? `${namespace ?? ''}/${name}` : name;

interface Shelf {
  readonly objects: Map<string, KubeObject>;
  /** keys in order, made when a list asks for them and dropped when a key comes or goes */
  sorted: string[] | undefined;
  readonly listeners: Set<Listener>;
}

export class Storage {
  readonly log: EventLog;
  readonly #shelves = new Map<string, Shelf>();
  readonly #listeners = new Set<Listener>();
  #revision = 1;

  /** @param events how many changes are remembered */
  constructor(events: number) {
    this.log = new EventLog(events);
  }

  /** The resourceVersion of the last change anywhere. */
  get revision(): number {
    return this.#revision;
  }

  #shelf(kind: Kind): Shelf {
    let shelf = this.#shelves.get(kind.id);
    if (shelf === undefined) {
      shelf = { objects: new Map(), sorted: undefined, listeners: new Set() };
      this.#shelves.set(kind.id, shelf);
    }
    return shelf;
  }

  get(kind: Kind, key: string): KubeObject | undefined {
    return this.#shelf(kind).objects.get(key);
  }

  count(kind: Kind): number {
    return this.#shelf(kind).objects.size;
  }

  /** Objects in order of namespace and name, of one namespace or of all. */
  objects(kind: Kind, namespace = ''): KubeObject[] {
    const shelf = this.#shelf(kind);
    shelf.sorted ??= [...shelf.objects.keys()].sort();
    const prefix = namespace === '' || !kind.type.namespaced ? '' : `${namespace}/`;
    const found: KubeObject[] = [];
    for (let at = firstAtLeast(shelf.sorted, prefix); at < shelf.sorted.length; at += 1) {
      const key = shelf.sorted[at] ?? '';
      if (!key.startsWith(prefix)) break;
      const object = shelf.objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /** Stores an object under the next resourceVersion and tells everybody. */
  put(kind: Kind, key: string, object: KubeObject): KubeObject {
    const shelf = this.#shelf(kind);
    const previous = shelf.objects.get(key);
    this.#revision += 1;
    const stored = this.#stamped(object);
    shelf.objects.set(key, stored);
    if (previous === undefined) shelf.sorted = undefined;
    this.#tell(shelf, {
      revision: this.#revision,
      kind,
      type: previous === undefined ? 'ADDED' : 'MODIFIED',
      object: stored,
      previous,
    });
    return stored;
  }

  /** Removes an object; `last` is its final state when that differs from the stored one. */
  drop(kind: Kind, key: string, last?: KubeObject): KubeObject | undefined {
    const shelf = this.#shelf(kind);
    const previous = shelf.objects.get(key);
    if (previous === undefined) return undefined;
    shelf.objects.delete(key);
    shelf.sorted = undefined;
    this.#revision += 1;
    const object = this.#stamped(last ?? previous);
    this.#tell(shelf, { revision: this.#revision, kind, type: 'DELETED', object, previous });
    return object;
  }

  /** Called with every change of a kind, in order, while it is made. The answer ends it. */
  listen(kind: Kind, listener: Listener): () => void {
    const { listeners } = this.#shelf(kind);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Called with every change of every kind. */
  listenAll(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #stamped(object: KubeObject): KubeObject {
    return frozenObject({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#revision) },
    });
  }

  #tell(shelf: Shelf, event: StoredEvent): void {
    this.log.add(event);
    for (const listener of [...shelf.listeners]) listener(event);
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function firstAtLeast(sorted: readonly string[], wanted: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
