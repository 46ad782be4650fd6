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
} from '../../git/index.ts';
import type { Clock } from '../../support/clock.ts';
import { asAppsetError } from '../../support/errors.ts';
import { LIMITS } from '../../support/limits.ts';
import { LastKnownGood } from './last-known-good.ts';

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
  isAncestor(repository: GitRepository, older: string, newer: string): Promise<boolean>;
}

/** How a commit stands to one seen before. */
export interface Descent {
  /** it is that commit or descends from it */
  readonly descends: boolean;
  /** what was asked for is a branch: a tag may point anywhere */
  readonly branch: boolean;
}

/** Credentials of a request; may throw an AppsetError. */
export type CredentialsLookup = (request: GitRequest) => GitCredentials | undefined;

type Files = ReadonlyMap<string, string>;

/** Lives as long as the process: what was read last. */
export class GitFacts {
  readonly #git: GitReader;
  readonly #credentials: CredentialsLookup;
  readonly #clock: Clock;
  readonly #trees = new LastKnownGood<GitTree>(
    LIMITS.lastKnownGoodFacts,
    LIMITS.gitTreeEntries,
    (tree) => tree.entries.length,
  );
  readonly #files = new LastKnownGood<Files>(LIMITS.lastKnownGoodFacts, LIMITS.lastKnownGoodWeight, (files) =>
    [...files].reduce((sum, [path, text]) => sum + path.length + text.length, 0),
  );

  constructor(git: GitReader, credentials: CredentialsLookup, clock: Clock) {
    this.#git = git;
    this.#credentials = credentials;
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
    const repository = this.#repository(request);
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
      const repository = this.#repository(request);
      const ofRepository = (): Promise<RemoteRefs> =>
        once(refs, JSON.stringify([request.repoURL, request.project]), () => this.#git.refs(repository));
      const commit = await this.#resolve(repository, request.revision, ofRepository);
      const fact = this.#known(await this.#git.tree(repository, commit), request, commit);
      this.#trees.keep(key, fact);
      return fact;
    } catch (error) {
      return unknown(asAppsetError(error, 'APPSET_E0402'), this.#trees.get(key));
    }
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
      const contents = await this.#git.files(this.#repository(request), commit, paths);
      const texts = new Map([...contents].map(([path, content]) => [path, content.toString('utf8')]));
      const fact = this.#known<Files>(texts, request, commit);
      this.#files.keep(key, fact);
      return fact;
    } catch (error) {
      return unknown(asAppsetError(error, 'APPSET_E0402'), this.#files.get(key));
    }
  }

  #repository(request: GitRequest): GitRepository {
    const credentials = this.#credentials(request);
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
  JSON.stringify([request.repoURL, request.revision, request.project]);

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
