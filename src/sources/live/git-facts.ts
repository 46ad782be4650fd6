/**
 * Trees and files of remote repositories as facts. Within one snapshot each repository is asked for its
 * refs once and each (repository, revision) is resolved once, so that all leaves of a run see one
 * commit (safety.md, One snapshot). What fails is unknown, with the last known good beside it.
 */
import { createHash } from 'node:crypto';
import {
  type GitRequest,
  type GitTree,
  type Known,
  known,
  type Reading,
  type Sources,
  unknown,
} from '../../generators/contract.ts';
import {
  type CommitTree,
  type GitCredentials,
  type GitRepository,
  isCommitId,
  normalizeRepositoryUrl,
  type RemoteRefs,
  type SignatureRules,
} from '../../git/index.ts';
import { BoundedCache } from '../../support/bounded-cache.ts';
import type { Clock } from '../../support/clock.ts';
import { asAppsetError } from '../../support/errors.ts';
import { LIMITS } from '../../support/limits.ts';

type PossiblyDatedRefs = RemoteRefs & { readonly readAt?: number };

/** What is asked of `git/` (class `Git`). */
export interface GitReader {
  /** @param since monotonic time in ms: what was read then or later will do */
  refs(repository: GitRepository, since?: number): Promise<PossiblyDatedRefs>;
  resolve(repository: GitRepository, revision: string, refs?: RemoteRefs): Promise<string>;
  tree(repository: GitRepository, commit: string): Promise<CommitTree>;
  /** fetches what is likely to be asked for */
  prefetch(repository: GitRepository, commit: string): Promise<void>;
  files(
    repository: GitRepository,
    commit: string,
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, Buffer>>;
  verify(repository: GitRepository, commit: string, rules: SignatureRules): Promise<void>;
  isAncestor(repository: GitRepository, older: string, newer: string): Promise<boolean>;
}

/** How a commit stands to one seen before. */
export interface Descent {
  /** it is that commit or descends from it */
  readonly descends: boolean;
  /** what was asked for is a branch: a tag may point anywhere */
  readonly branch: boolean;
}

/** What is looked up anew for each request; both may throw an AppsetError. */
export interface GitLookups {
  credentials(request: GitRequest): Promise<GitCredentials | undefined>;
  /** armored public keys of those who sign commits */
  signingKeys(): readonly string[];
}

type Files = ReadonlyMap<string, string>;

/** Refs of one snapshot. */
interface Looks {
  readonly since: number | undefined;
  readonly looks: Map<string, Promise<PossiblyDatedRefs>>;
}

interface Resolved {
  readonly commit: string;
  /** wall time in ms of the look at the refs; none for a commit id, which never means another commit */
  readonly readAt?: number | undefined;
}

/** Lives as long as the process: what was read last. */
export class GitFacts {
  readonly #git: GitReader;
  readonly #lookups: GitLookups;
  readonly #clock: Clock;
  /** the last good answers: they feed creates and updates while a source is silent, never a deletion */
  readonly #trees = new BoundedCache<string, Known<GitTree>>(LIMITS.lastKnownGoodFacts, {
    most: LIMITS.gitTreeEntries,
    of: ({ value }) => value.entries.length,
  });
  /** normalised URL → commit */
  readonly #hints = new BoundedCache<string, string>(LIMITS.gitHints);
  readonly #files = new BoundedCache<string, Known<Files>>(LIMITS.lastKnownGoodFacts, {
    most: LIMITS.lastKnownGoodWeight,
    of: ({ value }) => [...value].reduce((sum, [path, text]) => sum + path.length + text.length, 0),
  });

  constructor(git: GitReader, lookups: GitLookups, clock: Clock) {
    this.#git = git;
    this.#lookups = lookups;
    this.#clock = clock;
  }

  /**
   * A view in which every question has one answer.
   *
   * @param since monotonic time in ms: refs that were read then or later will do; without it they are read now
   */
  snapshot(since?: number): Pick<Sources, 'gitTree' | 'gitFiles'> {
    const refs: Looks = { since, looks: new Map() };
    const trees = new Map<string, Promise<Reading<GitTree>>>();
    const files = new Map<string, Promise<Reading<Files>>>();
    return {
      gitTree: (request) => once(trees, treeKey(request), () => this.#readTree(request, refs)),
      gitFiles: (request, commit, paths) =>
        once(files, filesKey(request, commit, paths), () => this.#readFiles(request, commit, paths)),
    };
  }

  /** Somebody says that a ref of a repository points to this commit now: it is fetched while the refs are read. */
  hint(urls: readonly string[], commit: string): void {
    if (!isCommitId(commit) || /^0+$/.test(commit)) return;
    for (const url of urls) this.#hints.set(normalizeRepositoryUrl(url), commit);
  }

  /**
   * Whether `newer` descends from `older`.
   *
   * @throws AppsetError when the repository cannot be read
   */
  async descent(request: GitRequest, older: string, newer: string): Promise<Descent> {
    const repository = await this.#repository(request);
    if (await this.#git.isAncestor(repository, older, newer)) return { descends: true, branch: true };
    const { revision } = request;
    if (revision === '' || revision === 'HEAD' || revision.startsWith('refs/heads/')) {
      return { descends: false, branch: true };
    }
    const { refs } = await this.#git.refs(repository);
    return { descends: false, branch: refs.has(`refs/heads/${revision}`) };
  }

  async #readTree(request: GitRequest, refs: Looks): Promise<Reading<GitTree>> {
    const key = treeKey(request);
    try {
      const repository = await this.#repository(request);
      this.#followHint(repository, request);
      const { commit, readAt } = await this.#resolve(repository, request, refs);
      await this.#verify(repository, commit, request);
      const fact = this.#known(await this.#git.tree(repository, commit), request, commit, readAt);
      this.#trees.set(key, fact);
      return fact;
    } catch (error) {
      const failure = asAppsetError(error, 'APPSET_E0402');
      // what was good under other keys does not stand in for what is not signed
      return failure.code === 'APPSET_E0407' ? unknown(failure) : unknown(failure, this.#trees.get(key));
    }
  }

  #followHint(repository: GitRepository, { repoURL, revision }: GitRequest): void {
    const url = normalizeRepositoryUrl(repoURL);
    const commit = this.#hints.get(url);
    if (commit === undefined || isCommitId(revision)) return;
    // whoever comes next shares what this one fetches
    this.#hints.delete(url);
    this.#git.prefetch(repository, commit).catch(() => {
      // only a guess: what the refs tell is read next, and that tells what is wrong
    });
  }

  async #verify(repository: GitRepository, commit: string, request: GitRequest): Promise<void> {
    const allowed = request.signatureKeys;
    if (allowed === undefined) return;
    await this.#git.verify(repository, commit, { keys: this.#lookups.signingKeys(), allowed });
  }

  async #resolve(repository: GitRepository, request: GitRequest, { since, looks }: Looks): Promise<Resolved> {
    const { revision } = request;
    if (isCommitId(revision)) return { commit: await this.#git.resolve(repository, revision) };
    const key = JSON.stringify([request.repoURL, request.project]);
    const refs = await once(looks, key, () => this.#git.refs(repository, since));
    try {
      return { commit: await this.#git.resolve(repository, revision, refs), readAt: refs.readAt };
    } catch (error) {
      const isMissing = asAppsetError(error).code === 'APPSET_E0403';
      if (!isMissing || since === undefined) throw error;
      // it may be younger than what was shared
      const fresh = await once(looks, `${key} now`, () => this.#git.refs(repository));
      return { commit: await this.#git.resolve(repository, revision, fresh), readAt: fresh.readAt };
    }
  }

  async #readFiles(request: GitRequest, commit: string, paths: readonly string[]): Promise<Reading<Files>> {
    const key = filesKey(request, commit, paths);
    try {
      const contents = await this.#git.files(await this.#repository(request), commit, paths);
      const texts = new Map([...contents].map(([path, content]) => [path, content.toString('utf8')]));
      const fact = this.#known<Files>(texts, request, commit);
      this.#files.set(key, fact);
      return fact;
    } catch (error) {
      return unknown(asAppsetError(error, 'APPSET_E0402'), this.#files.get(key));
    }
  }

  async #repository(request: GitRequest): Promise<GitRepository> {
    const credentials = await this.#lookups.credentials(request);
    return credentials === undefined ? { url: request.repoURL } : { url: request.repoURL, credentials };
  }

  #known<T>(value: T, request: GitRequest, commit: string, readAt = this.#clock.now()): Known<T> {
    return known(value, provenanceOf(request), readAt, commit);
  }
}

/** `URL@revision`, for people; a password in the URL is left out. */
export function provenanceOf(request: GitRequest): string {
  const url = request.repoURL.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
  return `${url}@${request.revision === '' ? 'HEAD' : request.revision}`;
}

const treeKey = (request: GitRequest): string =>
  JSON.stringify([request.repoURL, request.revision, request.project, request.signatureKeys]);

function filesKey(request: GitRequest, commit: string, paths: readonly string[]): string {
  const digest = createHash('sha256').update(paths.join('\0')).digest('hex');
  return JSON.stringify([request.repoURL, request.project, commit, digest]);
}

/** Remembers the promise of a question, so that it is asked once. */
export function once<T>(answers: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const given = answers.get(key);
  if (given !== undefined) return given;
  const answer = ask();
  answers.set(key, answer);
  return answer;
}
