/**
 * Repositories that were mapped to folders with `--repo URL=DIR[@REV]`. With a revision that commit
 * answers, for every revision that is asked for; without one what is in the folder now does: tracked
 * and untracked files of a git working tree (ignored ones are left out), or everything in a plain
 * folder. A URL that was not mapped is unknown, never empty.
 */
import { createHash } from 'node:crypto';
import { existsSync, type Stats, statSync } from 'node:fs';
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import {
  type GitRequest,
  type GitTree,
  known,
  type Reading,
  type Sources,
  unknown,
} from '../../generators/contract.ts';
import {
  type CommitTree,
  checkBlobs,
  filesOfTree,
  GitCommand,
  GitFailure,
  readBlobs,
  readTree,
  sameRepository,
  type TreeEntry,
  withTargets,
} from '../../git/index.ts';
import { compareBytes } from '../../support/byte-strings.ts';
import type { Clock } from '../../support/clock.ts';
import { AppsetError, asAppsetError } from '../../support/errors.ts';
import { LIMITS } from '../../support/limits.ts';
import { once, provenanceOf } from './git-facts.ts';

export interface RepositoryMapping {
  readonly url: string;
  readonly folder: string;
  /** absent: the working tree */
  readonly revision?: string;
}

/**
 * Reads `URL=DIR[@REV]`. An `@` belongs to the folder when a folder of the whole name exists.
 *
 * @throws AppsetError APPSET_E0801
 * @example parseRepositoryMapping('https://git.example.com/a.git=./a@v1.2') // folder './a', revision 'v1.2'
 */
export function parseRepositoryMapping(text: string): RepositoryMapping {
  const equals = text.indexOf('=');
  const url = text.slice(0, Math.max(0, equals)).trim();
  const rest = text.slice(equals + 1).trim();
  if (equals < 0 || url === '' || rest === '') {
    throw new AppsetError('APPSET_E0801', `--repo ${text}: write it as URL=DIR or URL=DIR@REV`);
  }
  const at = rest.lastIndexOf('@');
  const whole = at <= 0 || existsSync(rest);
  const folder = whole ? rest : rest.slice(0, at);
  if (!existsSync(folder))
    throw new AppsetError('APPSET_E0801', `--repo ${text}: there is no folder ${folder}`);
  if (!statSync(folder).isDirectory())
    throw new AppsetError('APPSET_E0801', `--repo ${text}: ${folder} is no folder`);
  return whole ? { url, folder } : { url, folder, revision: rest.slice(at + 1) };
}

export interface LocalRepositoryOptions {
  readonly mappings: readonly RepositoryMapping[];
  /** a folder of our own for git's configuration */
  readonly home: string;
  readonly clock: Clock;
}

/** Git facts out of local folders; each folder is looked at once. */
export function localRepoSources(options: LocalRepositoryOptions): Pick<Sources, 'gitTree' | 'gitFiles'> {
  const git = new GitCommand({ home: options.home, clock: options.clock });
  const opened = new Map<string, Promise<LocalTree>>();
  const open = (request: GitRequest): Promise<LocalTree> => {
    if (request.signatureKeys !== undefined) {
      const message = `git repository ${provenanceOf(request)}: signatures are not verified in local folders`;
      return Promise.reject(new AppsetError('APPSET_E0407', message));
    }
    const mapping = options.mappings.find((candidate) => sameRepository(candidate.url, request.repoURL));
    if (mapping === undefined) {
      const message = `git repository ${provenanceOf(request)} was not given`;
      return Promise.reject(new AppsetError('APPSET_E0404', message));
    }
    return once(opened, JSON.stringify(mapping), () => openFolder(git, mapping));
  };
  const reading = async <T>(
    request: GitRequest,
    read: (local: LocalTree) => Promise<T>,
  ): Promise<Reading<T>> => {
    try {
      const local = await open(request);
      return known(await read(local), provenanceOf(request), options.clock.now(), local.tree.commit);
    } catch (error) {
      return unknown(asAppsetError(error, 'APPSET_E0402'));
    }
  };
  return {
    gitTree: (request) => reading<GitTree>(request, async (local) => local.tree),
    gitFiles: (request, commit, paths) =>
      reading(request, async (local) => {
        if (commit !== local.tree.commit) {
          throw new AppsetError(
            'APPSET_E0403',
            `${provenanceOf(request)}: commit ${commit} is not the mapped one`,
          );
        }
        const contents = await filesOfTree(local.tree, paths, local.read, options.clock);
        return new Map([...contents].map(([path, content]) => [path, content.toString('utf8')]));
      }),
  };
}

interface LocalTree {
  readonly tree: CommitTree;
  read(oids: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
}

async function openFolder(git: GitCommand, mapping: RepositoryMapping): Promise<LocalTree> {
  const folder = resolve(mapping.folder);
  if (mapping.revision !== undefined) return openCommit(git, folder, mapping.revision);
  const kind = await kindOf(git, folder);
  return kind === 'bare' ? openCommit(git, folder, 'HEAD') : openWorkingTree(git, folder, kind);
}

async function kindOf(git: GitCommand, folder: string): Promise<'bare' | 'work tree' | 'plain'> {
  try {
    const output = await git.run('rev-parse', ['--is-bare-repository', '--is-inside-git-dir'], {
      cwd: folder,
    });
    return output.toString('utf8').includes('true') ? 'bare' : 'work tree';
  } catch (error) {
    if (error instanceof GitFailure && /not a git repository/i.test(error.stderr)) return 'plain';
    throw error;
  }
}

async function openCommit(git: GitCommand, folder: string, revision: string): Promise<LocalTree> {
  const args = ['--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const commit = await git.run('rev-parse', args, { cwd: folder }).then(
    (output) => output.toString('latin1').trim(),
    (error: unknown) => {
      if (error instanceof GitFailure && error.stderr === '' && error.exit !== undefined) {
        throw new AppsetError(
          'APPSET_E0403',
          `${folder}: revision ${JSON.stringify(revision)} does not exist`,
        );
      }
      throw error;
    },
  );
  const read = async (oids: readonly string[]) => {
    const { sizes } = await checkBlobs(git, folder, oids);
    return readBlobs(git, folder, sizes);
  };
  return { tree: await withTargets(await readTree(git, folder, commit), read), read };
}

async function openWorkingTree(
  git: GitCommand,
  folder: string,
  kind: 'work tree' | 'plain',
): Promise<LocalTree> {
  const paths = kind === 'plain' ? await walk(folder) : await listWorkingTree(git, folder);
  const pathOf = new Map<string, string>();
  const entries: TreeEntry[] = [];
  for (const path of [...new Set(paths)].sort(compareBytes)) {
    const entry = await entryOf(folder, path);
    if (entry === undefined) continue;
    entries.push(entry);
    if ((entry.size ?? 0) <= LIMITS.yamlFileBytes) pathOf.set(entry.oid, path);
  }
  const digest = createHash('sha1');
  for (const entry of entries) digest.update(`${entry.kind} ${entry.oid} ${entry.path}\0`);
  return {
    tree: { commit: digest.digest('hex'), entries },
    read: async (oids) => {
      const contents = new Map<string, Buffer>();
      for (const oid of oids) {
        const path = pathOf.get(oid);
        if (path === undefined) continue;
        const content = await contentOf(folder, path);
        if (content === undefined || blobId(content) !== oid) {
          throw new AppsetError('APPSET_E0402', `${join(folder, path)} changed while it was read`);
        }
        contents.set(oid, content);
      }
      return contents;
    },
  };
}

/** Tracked and untracked paths, without ignored ones; nested repositories end in a slash. */
async function listWorkingTree(git: GitCommand, folder: string): Promise<string[]> {
  const args = ['-z', '--cached', '--others', '--exclude-standard'];
  const output = await git.run('ls-files', args, { cwd: folder });
  return output
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

async function walk(folder: string): Promise<string[]> {
  const root = await realpath(folder);
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => !file.isDirectory())
    .map((file) => relative(root, join(file.parentPath, file.name)).split(sep).join('/'))
    .filter((path) => !path.startsWith('.git/'));
}

/** undefined for what is not there (a deleted tracked file) and for what is neither file nor link. */
async function entryOf(folder: string, path: string): Promise<TreeEntry | undefined> {
  const full = join(folder, path);
  const stats = await statsOf(full);
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return { path: path.replace(/\/$/, ''), kind: 'submodule', oid: '0'.repeat(40) };
  if (stats.size > LIMITS.yamlFileBytes) {
    // too large to be read as a file: any id will do that changes when the file does
    return {
      path,
      kind: 'file',
      oid: blobId(Buffer.from(`${stats.size} ${stats.mtimeMs}`)),
      size: stats.size,
    };
  }
  const content = await contentOf(folder, path);
  if (content === undefined) return undefined;
  const oid = blobId(content);
  if (!stats.isSymbolicLink()) return { path, kind: 'file', oid, size: content.length };
  return { path, kind: 'symlink', oid, size: content.length, target: content.toString('utf8') };
}

/** undefined for what is not there; what may not be looked at is not taken for missing. */
async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code)))
      return undefined;
    throw error;
  }
}

async function contentOf(folder: string, path: string): Promise<Buffer | undefined> {
  const full = join(folder, path);
  const stats = await lstat(full);
  if (stats.isSymbolicLink()) return Buffer.from(await readlink(full));
  return stats.isFile() ? readFile(full) : undefined;
}

/** The object id git gives these bytes. */
function blobId(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}
