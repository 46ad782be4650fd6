/**
 * Refs of repositories, read once for all who can do with what was read at the same time: sets that poll
 * one repository cost one look an interval. Who knows of a change says since when it must have been
 * read; a look that began before that does not count, though it may still be under way.
 */
import { BoundedCache } from '../support/bounded-cache.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import type { RemoteRefs } from './ls-remote.ts';

/** Refs, and since when they are known to have been so. */
export interface DatedRefs extends RemoteRefs {
  /** wall time in ms at which the look began */
  readonly readAt: number;
}

interface Look {
  /** monotonic time at which it began */
  readonly at: number;
  readonly refs: Promise<DatedRefs>;
}

export class RefsReader {
  readonly #clock: Clock;
  readonly #known = new BoundedCache<string, { readonly at: number; readonly refs: DatedRefs }>(
    Number.POSITIVE_INFINITY,
    { most: LIMITS.gitRefs, of: ({ refs }) => refs.refs.size + 1 },
  );
  readonly #looks = new Map<string, Look>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Refs by the key of a repository and its credentials.
   *
   * @param since monotonic time in ms; a look that began then or later counts. Without it only one under way does
   * @param look asks the server; what it throws is not kept
   */
  async read(key: string, since: number | undefined, look: () => Promise<RemoteRefs>): Promise<DatedRefs> {
    const known = since === undefined ? undefined : this.#known.get(key);
    if (known !== undefined && since !== undefined && known.at >= since) return known.refs;
    const flying = this.#looks.get(key);
    if (flying !== undefined && flying.at >= (since ?? Number.NEGATIVE_INFINITY)) return flying.refs;
    const at = this.#clock.monotonic();
    const readAt = this.#clock.now();
    const own: Look = { at, refs: look().then((refs) => ({ ...refs, readAt })) };
    this.#looks.set(key, own);
    try {
      const refs = await own.refs;
      this.#known.set(key, { at, refs });
      return refs;
    } finally {
      if (this.#looks.get(key) === own) this.#looks.delete(key);
    }
  }
}
