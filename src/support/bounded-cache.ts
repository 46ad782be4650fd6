/**
 * A map that keeps only what was used last: for things that can be had again from their key, such as
 * compiled templates, trees of commits, or the last good answer of a source. Bounded by number and, where
 * values differ much, by weight; the one not used for longest goes first, and the newest always stays.
 */
export interface Weights<V> {
  /** sum of the weights kept at most */
  readonly most: number;
  readonly of: (value: V) => number;
}

export class BoundedCache<K, V> {
  readonly #capacity: number;
  readonly #weights: Weights<V> | undefined;
  readonly #entries = new Map<K, V>();
  #weight = 0;

  /** @param capacity entries kept at most */
  constructor(capacity: number, weights?: Weights<V>) {
    this.#capacity = capacity;
    this.#weights = weights;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value of `key`, which counts as used now. */
  get(key: K): V | undefined {
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found;
  }

  set(key: K, value: V): void {
    this.#remove(key);
    this.#entries.set(key, value);
    this.#weight += this.#weights?.of(value) ?? 0;
    const most = this.#weights?.most ?? 0;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity && this.#weight <= most) break;
      if (this.#entries.size === 1) break;
      this.#remove(oldest);
    }
  }

  /** The value of `key`, made by `make` when it is not there; what `make` throws is not kept. */
  getOrMake(key: K, make: () => V): V {
    const found = this.get(key);
    if (found !== undefined) return found;
    const made = make();
    this.set(key, made);
    return made;
  }

  delete(key: K): void {
    this.#remove(key);
  }

  #remove(key: K): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#weights?.of(value) ?? 0;
  }
}
