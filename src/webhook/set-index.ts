/**
 * All sets, found by what a fact says: git leaves by repository, listing leaves by provider, plugins.
 * Kept up to date by who watches the sets, so that a call costs what it concerns and not what exists.
 * A leaf whose address comes out of a template is found by what the set's last run has read; until
 * there is one, every push concerns it.
 */
import type { ApplicationSet } from '../api/objects.ts';
import { keyOf } from '../api/objects.ts';
import { type GitLeaf, type Leaf, leavesOf, type ProviderLeaf } from './leaves.ts';
import { urlKey } from './repository-url.ts';

/** A repository and revision a run has read. */
export interface GitRead {
  readonly repoURL: string;
  readonly revision: string;
}

export interface IndexedSet {
  readonly key: string;
  readonly set: ApplicationSet;
  readonly leaves: readonly Leaf[];
  /** what its last run read; undefined before the first */
  readonly reads: readonly GitRead[] | undefined;
}

class Buckets {
  readonly #buckets = new Map<string, Set<string>>();

  add(bucket: string, key: string): void {
    const keys = this.#buckets.get(bucket) ?? new Set();
    this.#buckets.set(bucket, keys.add(key));
  }

  remove(bucket: string, key: string): void {
    const keys = this.#buckets.get(bucket);
    keys?.delete(key);
    if (keys?.size === 0) this.#buckets.delete(bucket);
  }

  get(bucket: string): Iterable<string> {
    return this.#buckets.get(bucket) ?? [];
  }
}

const ANY_REPOSITORY = '*any';
const PLUGINS = '*plugins';
const repository = (url: string): string => `git ${urlKey(url)}`;
const lister = (provider: string): string => `list ${provider.toLowerCase()}`;

function bucketsOf({ leaves, reads }: IndexedSet): ReadonlySet<string> {
  const buckets = new Set<string>();
  const isLister = (leaf: Leaf): leaf is ProviderLeaf =>
    leaf.kind === 'pullRequest' || leaf.kind === 'scmProvider';
  const gitLeaves = leaves.filter((leaf): leaf is GitLeaf => leaf.kind === 'git');
  for (const leaf of gitLeaves) if (!leaf.templated) buckets.add(repository(leaf.repoURL));
  if (gitLeaves.some(({ templated }) => templated)) {
    if (reads === undefined) buckets.add(ANY_REPOSITORY);
    for (const { repoURL } of reads ?? []) buckets.add(repository(repoURL));
  }
  for (const leaf of leaves.filter(isLister)) buckets.add(lister(leaf.provider));
  if (leaves.some(({ kind }) => kind === 'plugin')) buckets.add(PLUGINS);
  return buckets;
}

export class SetIndex {
  readonly #sets = new Map<string, IndexedSet>();
  readonly #buckets = new Buckets();

  get size(): number {
    return this.#sets.size;
  }

  /** A set is there, or has changed. */
  put(set: ApplicationSet): void {
    const key = keyOf(set);
    const before = this.#sets.get(key);
    if (before?.set.metadata.uid === set.metadata.uid && before?.set.spec === set.spec) return;
    const sameSet = before !== undefined && before.set.metadata.uid === set.metadata.uid;
    this.#replace({ key, set, leaves: leavesOf(set), reads: sameSet ? before.reads : undefined });
  }

  /** A set is gone. */
  remove(key: string): void {
    const entry = this.#sets.get(key);
    if (entry === undefined) return;
    for (const bucket of bucketsOf(entry)) this.#buckets.remove(bucket, key);
    this.#sets.delete(key);
  }

  /** What a run of a set has read from git. */
  noteReads(key: string, reads: readonly GitRead[]): void {
    const entry = this.#sets.get(key);
    if (entry?.leaves.some((leaf) => leaf.kind === 'git' && leaf.templated))
      this.#replace({ ...entry, reads });
  }

  #replace(entry: IndexedSet): void {
    this.remove(entry.key);
    this.#sets.set(entry.key, entry);
    for (const bucket of bucketsOf(entry)) this.#buckets.add(bucket, entry.key);
  }

  all(): Iterable<IndexedSet> {
    return this.#sets.values();
  }

  /** Sets that may read a repository of that key, or that nobody can tell yet. */
  *byRepository(urlKeyOfPayload: string): Generator<IndexedSet> {
    yield* this.#of([`git ${urlKeyOfPayload}`, ANY_REPOSITORY]);
  }

  /** Sets that list at a provider. */
  *byLister(provider: string): Generator<IndexedSet> {
    yield* this.#of([lister(provider)]);
  }

  *plugins(): Generator<IndexedSet> {
    yield* this.#of([PLUGINS]);
  }

  *#of(buckets: readonly string[]): Generator<IndexedSet> {
    const seen = new Set<string>();
    for (const bucket of buckets) {
      for (const key of this.#buckets.get(bucket)) {
        const entry = this.#sets.get(key);
        if (entry === undefined || seen.has(key)) continue;
        seen.add(key);
        yield entry;
      }
    }
  }
}
