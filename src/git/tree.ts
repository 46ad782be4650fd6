/**
 * The tree of one commit as a list of tracked paths. The shape is that of the facts the generators
 * read; it is written here a second time because git knows nothing above `api`. Paths are in bytewise
 * order, as git keeps them.
 */
import { compareBytes } from '../support/byte-strings.ts';
import { firstIndex, sortSteps } from '../support/sorted.ts';
import { inTurns } from '../support/turns.ts';
import type { GitCommand } from './command.ts';
import { cutOff } from './errors.ts';

export interface TreeEntry {
  /** slash-separated, relative to the root */
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'submodule';
  readonly oid: string;
  /** bytes, where it is known */
  readonly size?: number;
  /** what a symbolic link says */
  readonly target?: string;
}

export interface CommitTree {
  readonly commit: string;
  readonly entries: readonly TreeEntry[];
}

/** Reads the tree of a commit that is in `repository`; in a folder of a working tree, what is below that folder. */
export async function readTree(git: GitCommand, repository: string, commit: string): Promise<CommitTree> {
  const args = ['-r', '-z', '--end-of-options', commit];
  const output = await git.run('ls-tree', args, { cwd: repository });
  return { commit, entries: await inTurns(treeSteps(output), git.clock) };
}

/** Entries between two steps. */
const STEP = 512;

/**
 * Reads the output of `git ls-tree -r -z`: `mode SP type SP oid TAB path NUL`, with steps in between.
 *
 * @throws GitFailure when it does not end where an entry ends
 */
export function* treeSteps(output: Buffer): Generator<void, readonly TreeEntry[]> {
  const entries: TreeEntry[] = [];
  let start = 0;
  let previous = '';
  let isSorted = true;
  while (start < output.length) {
    const end = output.indexOf(0, start);
    const tab = output.indexOf(9, start);
    if (end < 0 || tab < 0 || tab > end) throw cutOff('the list of files');
    const [mode = '', , oid = ''] = output.toString('latin1', start, tab).split(' ');
    const path = output.toString('utf8', tab + 1, end);
    if (compareBytes(previous, path) > 0) isSorted = false;
    previous = path;
    const kind = mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : 'file';
    entries.push({ path, kind, oid });
    if (entries.length % STEP === 0) yield;
    start = end + 1;
  }
  return isSorted ? entries : yield* sortSteps(entries, (a, b) => compareBytes(a.path, b.path));
}

/** The entry of exactly this path. */
export function entryAt({ entries }: CommitTree, path: string): TreeEntry | undefined {
  const entry = entries[firstIndex(entries.length, (at) => compareBytes(entries[at]?.path ?? '', path) >= 0)];
  return entry?.path === path ? entry : undefined;
}

/** The tree with what its symbolic links say; `read` brings blobs by object id. */
export async function withTargets(
  tree: CommitTree,
  read: (oids: readonly string[]) => Promise<ReadonlyMap<string, Buffer>>,
): Promise<CommitTree> {
  const links = tree.entries.filter((entry) => entry.kind === 'symlink');
  if (links.length === 0) return tree;
  const contents = await read([...new Set(links.map((entry) => entry.oid))]);
  const entries = tree.entries.map((entry) => {
    const target = entry.kind === 'symlink' ? contents.get(entry.oid)?.toString('utf8') : undefined;
    return target === undefined ? entry : { ...entry, target };
  });
  return { commit: tree.commit, entries };
}
