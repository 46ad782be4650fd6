/**
 * Contents of blobs for callers that ask one by one: a matrix asks for the files of each of its rows. What
 * is asked for while a mirror is busy is read in one go when its turn comes, and what was read stays in
 * memory, because between two runs most files do not change. Contents are apart for each pair of
 * repository and credentials: nobody gets at a file by knowing its object id.
 */
import { BoundedCache } from '../support/bounded-cache.ts';
import { LIMITS } from '../support/limits.ts';
import type { GitCredentials } from './credentials.ts';
import type { Mirror } from './mirror.ts';

interface Batch {
  readonly wanted: Set<string>;
  readonly answer: Promise<ReadonlyMap<string, Buffer>>;
}

export class BlobReader {
  readonly #contents = new BoundedCache<string, Buffer>(Number.POSITIVE_INFINITY, {
    most: LIMITS.gitBlobBytes,
    of: (content) => content.length + 64,
  });
  readonly #batches = new Map<string, Batch>();

  /**
   * Blobs of a commit by object id; oversized ones are missing from the answer.
   *
   * @param key of the repository and its credentials
   * @param afterwards run once for all who were answered by one look into the mirror
   * @throws GitFailure when the mirror cannot be read
   */
  async read(
    mirror: Mirror,
    key: string,
    commit: string,
    oids: readonly string[],
    credentials: GitCredentials | undefined,
    afterwards: () => Promise<void>,
  ): Promise<ReadonlyMap<string, Buffer>> {
    const found = new Map<string, Buffer>();
    const missing: string[] = [];
    for (const oid of oids) {
      const content = this.#contents.get(`${key}/${oid}`);
      if (content === undefined) missing.push(oid);
      else found.set(oid, content);
    }
    if (missing.length === 0) return found;
    const batch = this.#batch(`${key}/${commit}`, async (take) => {
      const contents = await mirror.blobs(commit, take, credentials);
      await afterwards();
      return contents;
    });
    for (const oid of missing) batch.wanted.add(oid);
    const answer = await batch.answer;
    for (const oid of missing) {
      const content = answer.get(oid);
      if (content === undefined) continue;
      found.set(oid, content);
      // a copy: what git wrote for the whole batch must not be kept for one file of it
      if (this.#contents.get(`${key}/${oid}`) === undefined) {
        this.#contents.set(`${key}/${oid}`, Buffer.from(content));
      }
    }
    return found;
  }

  #batch(id: string, ask: (take: () => readonly string[]) => Promise<ReadonlyMap<string, Buffer>>): Batch {
    const open = this.#batches.get(id);
    if (open !== undefined) return open;
    const wanted = new Set<string>();
    let taken: readonly string[] | undefined;
    const take = (): readonly string[] => {
      if (taken === undefined) {
        this.#batches.delete(id);
        taken = [...wanted];
      }
      return taken;
    };
    const batch = { wanted, answer: ask(take).finally(take) };
    this.#batches.set(id, batch);
    return batch;
  }
}
