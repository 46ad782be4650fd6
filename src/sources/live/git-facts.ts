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
  type RemoteRefs,
  type SignatureRules,
} from '../../git/index.ts';
import { BoundedCache } from '../../support/bounded-cache.ts';
import type { Clock } from '../../support/clock.ts';
import { asAppsetError } from '../../support/errors.ts';
import { LIMITS } from '../../support/limits.ts';

/** What is asked of `git/` (class `Git`). */
export interface GitReader {
  refs(repository: GitRepository): Promise<RemoteRefs>;
  resolve(repository: GitRepository, revision: string, refs?: RemoteRefs): Promise<string>;
  tree(repository: GitRepository, commit: string): Promise<CommitTree>;
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
  readonly #files = new BoundedCache<string, Known<Files>>(LIMITS.lastKnownGoodFacts, {
    most: LIMITS.lastKnownGoodWeight,
    of: ({ value }) => [...value].reduce((sum, [path, text]) => sum + path.length + text.length, 0),
  });

  constructor(git: GitReader, lookups: GitLookups, clock: Clock) {
    this.#git = git;
    this.#lookups = lookups;
    this.#clock = clock;
  }

  /** A view in which every question has one answer. */
  snapshot(): Pick<Sources, 'gitTree' | 'gitFiles'> {
    const refs = new Map<string, Promise<RemoteRefs>>();
    const trees = new Map<string, Promise<Reading<GitTree>>>();
    const files = new Map<string, Promise<Reading<Files>>>();
    return {
      gitTree: (request) => once(trees, treeKey(request), () => this.#readTree(request, refs)),
      gitFiles: (request, commit, paths) =>
        once(files, filesKey(request, commit, paths), () => this.#readFiles(request, commit, paths)),
    };
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

  async #readTree(request: GitRequest, refs: Map<string, Promise<RemoteRefs>>): Promise<Reading<GitTree>> {
    const key = treeKey(request);
    try {
      const repository = await this.#repository(request);
      const ofRepository = (): Promise<RemoteRefs> =>
        once(refs, JSON.stringify([request.repoURL, request.project]), () => this.#git.refs(repository));
      const commit = await this.#resolve(repository, request.revision, ofRepository);
      await this.#verify(repository, commit, request);
      const fact = this.#known(await this.#git.tree(repository, commit), request, commit);
      this.#trees.set(key, fact);
      return fact;
    } catch (error) {
      const failure = asAppsetError(error, 'APPSET_E0402');
      // what was good under other keys does not stand in for what is not signed
      return failure.code === 'APPSET_E0407' ? unknown(failure) : unknown(failure, this.#trees.get(key));
    }
  }

  async #verify(repository: GitRepository, commit: string, request: GitRequest): Promise<void> {
    const allowed = request.signatureKeys;
    if (allowed === undefined) return;
    await this.#git.verify(repository, commit, { keys: this.#lookups.signingKeys(), allowed });
  }

  async #resolve(
    repository: GitRepository,
    revision: string,
    refs: () => Promise<RemoteRefs>,
  ): Promise<string> {
    return isCommitId(revision)
      ? this.#git.resolve(repository, revision)
      : this.#git.resolve(repository, revision, await refs());
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

  #known<T>(value: T, request: GitRequest, commit: string): Known<T> {
    return known(value, provenanceOf(request), this.#clock.now(), commit);
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
