/**
 * A partial copy of one repository on disk: commits that were asked for, their trees, and the blobs
 * that were read. `store.git` fetches; `reader.git` sees the same objects and cannot fetch, so that no
 * read ever turns into one fetch a file. One task at a time works in a mirror. A mirror that turns out
 * to be broken is made anew; a server without filters or without single commits is read in full.
 */
import { access, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asAppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { checkBlobs, readBlobs } from './blobs.ts';
import type { GitCommand, RunOptions } from './command.ts';
import type { GitCredentials } from './credentials.ts';
import { GitFailure, revisionNotFound } from './errors.ts';
import { type CommitTree, readTree, withTargets } from './tree.ts';
import type { RepositoryAddress } from './url.ts';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Failures of the way to the server: another kind of fetch would not help. */
const isRemoteTrouble = (error: unknown): boolean => error instanceof GitFailure && error.failure !== 'other';

const FETCH = ['--no-tags', '--no-auto-maintenance', '--quiet', '--no-write-fetch-head'];

export class Mirror {
  readonly folder: string;
  readonly #git: GitCommand;
  readonly #address: RepositoryAddress;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(git: GitCommand, folder: string, address: RepositoryAddress) {
    this.#git = git;
    this.folder = folder;
    this.#address = address;
  }

  /** Whether a task works here or waits to. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Runs a task when all tasks before it are done. */
  exclusive<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const mine = this.#turn.then(task, task).finally(() => {
      this.#waiting -= 1;
    });
    this.#turn = mine.catch(() => {
      // the error is the caller's; the next task starts from a clean slate
    });
    return mine;
  }

  /**
   * The tree of a commit, fetched when it is not there.
   *
   * @throws AppsetError APPSET_E0403 when the repository has no such commit, APPSET_E0402 otherwise
   */
  tree(commit: string, credentials: GitCredentials | undefined): Promise<CommitTree> {
    return this.exclusive(() =>
      this.#mended(async () => {
        await this.#ensureCommit(commit, credentials);
        const tree = await readTree(this.#git, this.#reader, commit);
        return withTargets(tree, (oids) => this.#readBlobs(commit, oids, credentials));
      }),
    );
  }

  /**
   * Contents of blobs of a commit by object id, the missing ones fetched at once. Oversized ones are left out.
   *
   * @param oids asked when it is this task's turn
   */
  blobs(
    commit: string,
    oids: () => readonly string[],
    credentials: GitCredentials | undefined,
  ): Promise<Map<string, Buffer>> {
    return this.exclusive(() =>
      this.#mended(async () => {
        await this.#ensureCommit(commit, credentials);
        return this.#readBlobs(commit, oids(), credentials);
      }),
    );
  }

  /** Fetches a commit that is likely to be asked for, the short way only; nothing when it is there. */
  prefetch(commit: string, credentials: GitCredentials | undefined): Promise<void> {
    return this.exclusive(async () => {
      if ((await exists(join(this.#store, 'refs', 'appset', commit))) || (await this.#isWorn())) return;
      await this.#prepare(commit);
      await this.#fetchOne(commit, credentials);
    });
  }

  /** Runs a task on the folder in which a commit is and nothing can be fetched. */
  withCommit<T>(
    commit: string,
    credentials: GitCredentials | undefined,
    task: (repository: string) => Promise<T>,
  ): Promise<T> {
    return this.exclusive(async () => {
      await this.#mended(() => this.#ensureCommit(commit, credentials));
      return task(this.#reader);
    });
  }

  /** The commits that begin with `prefix`, looked up in the whole history (commits only, no trees). */
  commitByPrefix(prefix: string, credentials: GitCredentials | undefined): Promise<string> {
    const history = join(this.folder, 'history.git');
    return this.exclusive(async () => {
      await this.#init(history, prefix.length > 40 ? 64 : 40);
      await this.#fetch(
        history,
        ['--filter=tree:0'],
        ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'],
        {
          credentials,
        },
      );
      try {
        const args = ['--verify', '--quiet', `${prefix}^{commit}`];
        return (await this.#git.run('rev-parse', args, { cwd: history })).toString('latin1').trim();
      } catch (error) {
        const ambiguous = error instanceof GitFailure && error.stderr.includes('ambiguous');
        throw revisionNotFound(this.#address.url, prefix, ambiguous ? 'is ambiguous' : undefined);
      }
    });
  }

  /**
   * Whether `newer` is `older` or descends from it, by commits alone (no trees). A commit that is not in
   * the whole history of `newer` is no ancestor of it, however real it is.
   *
   * @throws AppsetError APPSET_E0402 when the history cannot be read
   */
  isAncestor(older: string, newer: string, credentials: GitCredentials | undefined): Promise<boolean> {
    const history = join(this.folder, 'history.git');
    return this.exclusive(() =>
      this.#mended(async () => {
        await this.#init(history, newer.length);
        const fresh = !(await exists(join(history, 'packed-refs'))) && !(await hasRefs(history));
        if (!(await this.#hasCommit(history, newer))) {
          const depth =
            fresh || (await exists(join(history, 'shallow'))) ? [`--depth=${LIMITS.gitHistoryDepth}`] : [];
          await this.#fetchHistory(history, newer, depth, credentials);
        }
        if (await this.#reaches(history, older, newer)) return true;
        if (!(await exists(join(history, 'shallow')))) return false;
        await this.#fetchHistory(history, newer, ['--unshallow'], credentials);
        return this.#reaches(history, older, newer);
      }),
    );
  }

  async #fetchHistory(
    history: string,
    commit: string,
    flags: readonly string[],
    credentials: GitCredentials | undefined,
  ): Promise<void> {
    const options = { credentials };
    try {
      await this.#fetch(
        history,
        ['--filter=tree:0', ...flags],
        [`+${commit}:refs/appset/${commit}`],
        options,
      );
    } catch (error) {
      if (isRemoteTrouble(error)) throw error;
      // a server that gives no single commits
      const all = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
      await this.#fetch(history, ['--filter=tree:0', ...flags], all, options);
    }
  }

  /** Whether the commit is there, without asking anybody for it. */
  async #hasCommit(repository: string, commit: string): Promise<boolean> {
    try {
      await this.#git.run('rev-parse', ['--verify', '--quiet', `${commit}^{commit}`], { cwd: repository });
      return true;
    } catch (error) {
      if (error instanceof GitFailure && error.failure !== 'timeout') return false;
      throw error;
    }
  }

  async #reaches(history: string, older: string, newer: string): Promise<boolean> {
    if (!(await this.#hasCommit(history, older))) return false;
    try {
      await this.#git.run('merge-base', ['--is-ancestor', older, newer], { cwd: history });
      return true;
    } catch (error) {
      // it says no by its exit alone
      if (error instanceof GitFailure && error.failure === 'other' && error.stderr.trim() === '')
        return false;
      throw error;
    }
  }

  /** Bytes on disk. */
  async size(): Promise<number> {
    const files = await readdir(this.folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const sizes = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) =>
          stat(join(file.parentPath, file.name)).then(
            (s) => s.size,
            () => 0,
          ),
        ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  get #store(): string {
    return join(this.folder, 'store.git');
  }

  get #reader(): string {
    return join(this.folder, 'reader.git');
  }

  /** Runs a task; when the mirror itself is at fault it is made anew and the task run once more. */
  async #mended<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      const failure = asAppsetError(error);
      if (isRemoteTrouble(failure) || failure.code !== 'APPSET_E0402') throw failure;
      await rm(this.folder, { recursive: true, force: true });
      return task();
    }
  }

  async #ensureCommit(commit: string, credentials: GitCredentials | undefined): Promise<void> {
    if (await exists(join(this.#store, 'refs', 'appset', commit))) return;
    if (await this.#isWorn()) {
      const spare = `${this.folder}.new`;
      await rm(spare, { recursive: true, force: true });
      const fresh = new Mirror(this.#git, spare, this.#address);
      await fresh.#ensureCommit(commit, credentials);
      await rm(this.folder, { recursive: true, force: true });
      await rename(spare, this.folder);
      return;
    }
    await this.#prepare(commit);
    await this.#fetchCommit(commit, credentials);
    const now = this.#git.clock.now() / 1_000;
    await utimes(this.folder, now, now);
  }

  async #prepare(commit: string): Promise<void> {
    await this.#init(this.#store, commit.length);
    await this.#init(this.#reader, commit.length);
    await mkdir(join(this.#reader, 'objects', 'info'), { recursive: true });
    await writeFile(join(this.#reader, 'objects', 'info', 'alternates'), '../../store.git/objects\n');
  }

  #fetchOne(commit: string, credentials: GitCredentials | undefined): Promise<void> {
    const wanted = [`+${commit}:refs/appset/${commit}`];
    return this.#fetch(this.#store, ['--filter=blob:none', '--depth=1'], wanted, { credentials });
  }

  async #fetchCommit(commit: string, credentials: GitCredentials | undefined): Promise<void> {
    const options = { credentials };
    try {
      await this.#fetchOne(commit, credentials);
      return;
    } catch (error) {
      if (isRemoteTrouble(error)) throw error;
    }
    // a server that gives no single commits: all branches and tags, then the commit may be there
    const all = ['+refs/heads/*:refs/all/heads/*', '+refs/tags/*:refs/all/tags/*'];
    const shallow = await exists(join(this.#store, 'shallow'));
    const deep = shallow ? ['--filter=blob:none', '--unshallow'] : ['--filter=blob:none'];
    await this.#fetch(this.#store, deep, all, options);
    try {
      await this.#git.run('update-ref', [`refs/appset/${commit}`, commit], { cwd: this.#store });
    } catch (error) {
      if (error instanceof GitFailure) {
        throw revisionNotFound(this.#address.url, commit, 'is no commit of this repository');
      }
      throw error;
    }
  }

  async #readBlobs(
    commit: string,
    oids: readonly string[],
    credentials: GitCredentials | undefined,
  ): Promise<Map<string, Buffer>> {
    const unique = [...new Set(oids)];
    const first = await checkBlobs(this.#git, this.#reader, unique);
    if (first.missing.length === 0) return readBlobs(this.#git, this.#reader, first.sizes);
    await this.#fetchBlobs(commit, first.missing, credentials);
    const second = await checkBlobs(this.#git, this.#reader, unique);
    const lost = second.missing[0];
    if (lost !== undefined) {
      throw new GitFailure('other', `${this.#address.url}: the server did not send object ${lost}`, '');
    }
    return readBlobs(this.#git, this.#reader, second.sizes);
  }

  async #fetchBlobs(
    commit: string,
    oids: readonly string[],
    credentials: GitCredentials | undefined,
  ): Promise<void> {
    const input = `${oids.join('\n')}\n`;
    // told of the commit that is here, a server with bitmaps takes its blobs for here too and sends none
    const config = [['fetch.negotiationAlgorithm', 'noop']] as const;
    try {
      await this.#fetch(this.#store, ['--filter=blob:none', '--stdin'], [], { credentials, input, config });
    } catch (error) {
      if (isRemoteTrouble(error)) throw error;
      await this.#fetch(this.#store, ['--no-filter', '--refetch', '--depth=1'], [commit], { credentials });
    }
  }

  async #fetch(
    repository: string,
    flags: readonly string[],
    refspecs: readonly string[],
    options: { credentials: GitCredentials | undefined } & Pick<RunOptions, 'input' | 'config'>,
  ): Promise<void> {
    await removeStaleLocks(repository);
    const { credentials, ...more } = options;
    const run: RunOptions = {
      cwd: repository,
      timeoutMs: this.#git.settings.fetchTimeoutMs ?? LIMITS.gitFetchTimeoutMs,
      remote:
        credentials === undefined ? { address: this.#address } : { address: this.#address, credentials },
      ...more,
    };
    await this.#git.run('fetch', [...FETCH, ...flags, '--end-of-options', 'origin', ...refspecs], run);
  }

  /** Makes an empty bare repository that knows `origin` as a partial remote; nothing when it is there. */
  async #init(repository: string, oidLength: number): Promise<void> {
    if (await exists(join(repository, 'HEAD'))) return;
    await mkdir(repository, { recursive: true });
    const format = oidLength > 40 ? 'sha256' : 'sha1';
    const args = ['--bare', '--quiet', '--template=', '--initial-branch=main', `--object-format=${format}`];
    await this.#git.run('init', [...args, repository]);
  }

  async #isWorn(): Promise<boolean> {
    const files = await readdir(join(this.#store, 'objects', 'pack')).catch(() => []);
    const packs = files.filter((file) => file.endsWith('.pack')).length;
    return packs > (this.#git.settings.mirrorPacks ?? LIMITS.gitMirrorPacks);
  }
}

/** Whether anything was ever fetched into a repository. */
const hasRefs = async (repository: string): Promise<boolean> => {
  const entries = await readdir(join(repository, 'refs'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries.some((entry) => entry.isFile());
};

/** A fetch that was killed leaves its locks; here nobody else can be holding one. */
async function removeStaleLocks(repository: string): Promise<void> {
  for (const folder of ['.', 'refs/appset', 'objects/info']) {
    const files = await readdir(join(repository, folder)).catch(() => []);
    for (const file of files.filter((name) => name.endsWith('.lock'))) {
      await rm(join(repository, folder, file), { force: true });
    }
  }
}
