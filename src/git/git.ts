/**
 * Reads remote git repositories: refs, trees and files. Callers that ask the same at the same time
 * share one answer. What is on disk is a cache with a bound in bytes, apart for each pair of
 * repository and credentials; it belongs to one process (`cache-folder.ts`).
 */
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BoundedCache } from '../support/bounded-cache.ts';
import { type Clock, systemClock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import { Turns } from '../support/turns.ts';
import { BlobReader } from './blob-reader.ts';
import { GitCommand, type GitSettings } from './command.ts';
import { credentialsIdentity, type GitCredentials } from './credentials.ts';
import { revisionNotFound } from './errors.ts';
import { followPath } from './links.ts';
import { listRemote, type RemoteRefs, resolveRevision } from './ls-remote.ts';
import { Mirror } from './mirror.ts';
import { type DatedRefs, RefsReader } from './refs-reader.ts';
import { type SignatureRules, Signatures } from './signatures.ts';
import { type CommitTree, entryAt, type TreeEntry } from './tree.ts';
import { repositoryAddress } from './url.ts';

export interface GitRepository {
  readonly url: string;
  readonly credentials?: GitCredentials;
}

export class Git {
  readonly #options: GitSettings;
  readonly #command: GitCommand;
  readonly #signatures: Signatures;
  readonly #mirrors = new Map<string, Mirror>();
  readonly #refs: RefsReader;
  readonly #treesInFlight = new Map<string, Promise<CommitTree>>();
  readonly #trees = new BoundedCache<string, CommitTree>(Number.POSITIVE_INFINITY, {
    most: LIMITS.gitTreeEntries,
    of: (tree) => tree.entries.length,
  });
  readonly #blobs = new BlobReader();
  #scanned: Promise<void> | undefined;
  #sizes = new Map<string, number>();

  constructor(options: GitSettings) {
    this.#options = options;
    this.#command = new GitCommand(options);
    this.#refs = new RefsReader(options.clock ?? systemClock);
    this.#signatures = new Signatures(this.#command, options.gpgPath);
  }

  /**
   * All refs of a repository, read from the server now, or since a time that is near enough.
   *
   * @param since monotonic time in ms: what was read then or later will do
   * @throws AppsetError APPSET_E0402
   */
  async refs(repository: GitRepository, since?: number): Promise<DatedRefs> {
    const { key, address } = this.#identify(repository);
    return this.#refs.read(key, since, () => listRemote(this.#command, address, repository.credentials));
  }

  /**
   * The commit a revision means. `refs` saves asking the server again; a full commit id asks nothing.
   *
   * @throws AppsetError APPSET_E0403 when there is none, APPSET_E0402 when the server could not be asked
   */
  async resolve(repository: GitRepository, revision: string, refs?: RemoteRefs): Promise<string> {
    const nothing: RemoteRefs = { refs: new Map(), tags: [] };
    const direct = resolveRevision(nothing, revision);
    if (direct.kind === 'commit') return direct.commit;
    const { address, key } = this.#identify(repository);
    const found = resolveRevision(refs ?? (await this.refs(repository)), revision);
    switch (found.kind) {
      case 'commit':
        return found.commit;
      case 'prefix':
        return this.#mirror(key, repository).commitByPrefix(found.prefix, repository.credentials);
      default:
        throw revisionNotFound(address.url, revision, found.why);
    }
  }

  /** The tree of a commit. */
  async tree(repository: GitRepository, commit: string): Promise<CommitTree> {
    const { key } = this.#identify(repository);
    const id = `${key}/${commit}`;
    const cached = this.#trees.get(id);
    if (cached !== undefined) return cached;
    return shared(this.#treesInFlight, id, async () => {
      const mirror = this.#mirror(key, repository);
      const tree = await mirror.tree(commit, repository.credentials);
      this.#trees.set(id, tree);
      await this.#account(mirror);
      return tree;
    });
  }

  /** Fetches the tree of a commit that is likely to be asked for. @throws AppsetError APPSET_E0402 */
  async prefetch(repository: GitRepository, commit: string): Promise<void> {
    const { key } = this.#identify(repository);
    if (this.#trees.get(`${key}/${commit}`) !== undefined) return;
    await this.#mirror(key, repository).prefetch(commit, repository.credentials);
  }

  /**
   * Makes sure a commit is signed as the rules ask.
   *
   * @throws AppsetError APPSET_E0407 when it is not, APPSET_E0402 when the commit cannot be read
   */
  async verify(repository: GitRepository, commit: string, rules: SignatureRules): Promise<void> {
    const { key, address } = this.#identify(repository);
    const mirror = this.#mirror(key, repository);
    await mirror.withCommit(commit, repository.credentials, (folder) =>
      this.#signatures.check(folder, commit, rules, address.url),
    );
  }

  /**
   * Whether `newer` is `older` or descends from it. Commits are fetched without trees, the last ones
   * first.
   *
   * @throws AppsetError APPSET_E0402 when the history cannot be read
   */
  async isAncestor(repository: GitRepository, older: string, newer: string): Promise<boolean> {
    if (older === newer) return true;
    const { key } = this.#identify(repository);
    const mirror = this.#mirror(key, repository);
    const answer = await mirror.isAncestor(older, newer, repository.credentials);
    await this.#account(mirror);
    return answer;
  }

  /**
   * Contents of files of a commit, by the path that was asked for; symbolic links are followed within
   * the tree. Paths that are no file, and files beyond the size bound, are missing from the answer.
   */
  async files(
    repository: GitRepository,
    commit: string,
    paths: readonly string[],
  ): Promise<Map<string, Buffer>> {
    const { key } = this.#identify(repository);
    const tree = await this.tree(repository, commit);
    const mirror = this.#mirror(key, repository);
    const read = (oids: readonly string[]) =>
      this.#blobs.read(mirror, key, commit, oids, repository.credentials, () => this.#account(mirror));
    return filesOfTree(tree, paths, read, this.#command.clock);
  }

  #identify(repository: GitRepository) {
    const address = repositoryAddress(repository.url, this.#options.allowLocal === true);
    const secrets = credentialsIdentity({ ...inUrl(address), ...repository.credentials });
    const key = createHash('sha256').update(`${address.url}\0${secrets}`).digest('hex').slice(0, 40);
    return { key, address };
  }

  #mirror(key: string, repository: GitRepository): Mirror {
    const known = this.#mirrors.get(key);
    if (known !== undefined) {
      this.#mirrors.delete(key);
      this.#mirrors.set(key, known);
      return known;
    }
    const { address } = this.#identify(repository);
    const mirror = new Mirror(this.#command, join(this.#options.home, 'mirrors', key), address);
    this.#mirrors.set(key, mirror);
    return mirror;
  }

  /** Notes the size of a mirror, and removes the least recently used ones beyond the bound. */
  async #account(mirror: Mirror): Promise<void> {
    this.#scanned ??= this.#scan();
    await this.#scanned;
    this.#sizes.delete(mirror.folder);
    this.#sizes.set(mirror.folder, await mirror.size());
    const bound = this.#options.cacheBytes ?? LIMITS.gitCacheBytes;
    let total = [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const [folder, size] of [...this.#sizes]) {
      if (total <= bound) break;
      const key = folder.slice(folder.lastIndexOf('/') + 1);
      const candidate = this.#mirrors.get(key);
      if (folder === mirror.folder || candidate?.busy === true) continue;
      total -= size;
      this.#sizes.delete(folder);
      const remove = () => rm(folder, { recursive: true, force: true });
      await (candidate === undefined ? remove() : candidate.exclusive(remove));
    }
  }

  /** Sizes of what an earlier run left, oldest first. */
  async #scan(): Promise<void> {
    const root = join(this.#options.home, 'mirrors');
    const names = await readdir(root).catch(() => []);
    const found: { folder: string; used: number }[] = [];
    for (const name of names) {
      const folder = join(root, name);
      const used = await stat(folder).then(
        (s) => s.mtimeMs,
        () => 0,
      );
      found.push({ folder, used });
    }
    found.sort((a, b) => a.used - b.used);
    const address = { url: '', scheme: 'file', origin: '', host: '' } as const;
    for (const { folder } of found) {
      if (this.#sizes.has(folder)) continue;
      this.#sizes.set(folder, await new Mirror(this.#command, folder, address).size());
    }
  }
}

/**
 * Contents of files of a tree by path, with links followed within it.
 *
 * @param read brings blobs by object id
 */
export async function filesOfTree(
  tree: CommitTree,
  paths: readonly string[],
  read: (oids: readonly string[]) => Promise<ReadonlyMap<string, Buffer>>,
  clock: Clock,
): Promise<Map<string, Buffer>> {
  const turns = new Turns(clock);
  const find = (path: string) => entryAt(tree, path);
  const targets = new Map<string, string>();
  const files = new Map<string, TreeEntry>();
  let open: readonly string[] = paths;
  while (open.length > 0) {
    const waiting: string[] = [];
    const links = new Set<string>();
    for (const path of open) {
      if (turns.due) await turns.take();
      const followed = followPath(find, targets, path);
      if (followed.kind === 'file') files.set(path, followed.entry);
      else if (followed.kind === 'link') {
        links.add(followed.entry.oid);
        waiting.push(path);
      }
    }
    if (links.size > 0) {
      const contents = await read([...links]);
      for (const oid of links) targets.set(oid, contents.get(oid)?.toString('utf8') ?? '/');
    }
    open = waiting;
  }
  const contents = await read([...new Set([...files.values()].map((entry) => entry.oid))]);
  const answer = new Map<string, Buffer>();
  for (const path of paths) {
    const entry = files.get(path);
    const content = entry === undefined ? undefined : contents.get(entry.oid);
    if (content !== undefined) answer.set(path, content);
  }
  return answer;
}

/** One computation at a time for each key; those who come meanwhile get its answer too. */
function shared<T>(flights: Map<string, Promise<T>>, key: string, start: () => Promise<T>): Promise<T> {
  const flying = flights.get(key);
  if (flying !== undefined) return flying;
  const flight = start().finally(() => flights.delete(key));
  flights.set(key, flight);
  return flight;
}

const inUrl = (address: { username?: string; password?: string }): GitCredentials => ({
  ...(address.username === undefined ? {} : { username: address.username }),
  ...(address.password === undefined ? {} : { password: address.password }),
});
