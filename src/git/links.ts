/**
 * Symbolic links inside a tree. A path is followed component by component, as a file system would do
 * it, but within the tree only: a link that leaves the repository, points nowhere or goes round in
 * circles leads to nothing.
 */
import { LIMITS } from '../support/limits.ts';
import type { TreeEntry } from './tree.ts';

export type Followed =
  | { readonly kind: 'file'; readonly entry: TreeEntry }
  /** the target of this link must be read before the path can be followed further */
  | { readonly kind: 'link'; readonly entry: TreeEntry }
  | { readonly kind: 'nothing' };

const NOTHING: Followed = { kind: 'nothing' };

/**
 * Follows a path to the file it means.
 *
 * @param entryAt the entry of exactly a path
 * @param targets contents of the links that were read, by object id
 */
export function followPath(
  entryAt: (path: string) => TreeEntry | undefined,
  targets: ReadonlyMap<string, string>,
  path: string,
): Followed {
  // what is tracked by this very name has no link above it
  const own = entryAt(path);
  if (own?.kind === 'file') return { kind: 'file', entry: own };
  let todo = path.split('/');
  let done: string[] = [];
  let hops = 0;
  for (;;) {
    const part = todo.shift();
    if (part === undefined) return NOTHING;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (done.pop() === undefined) return NOTHING;
      continue;
    }
    const here = [...done, part];
    const entry = entryAt(here.join('/'));
    if (entry?.kind === 'symlink') {
      const target = entry.target ?? targets.get(entry.oid);
      if (target === undefined) return { kind: 'link', entry };
      hops += 1;
      if (hops > LIMITS.symlinkHops || target.length > LIMITS.symlinkBytes || target.startsWith('/')) {
        return NOTHING;
      }
      todo = [...target.split('/'), ...todo];
      continue;
    }
    if (entry !== undefined) {
      const last = todo.every((rest) => rest === '' || rest === '.');
      return entry.kind === 'file' && last ? { kind: 'file', entry } : NOTHING;
    }
    done = here;
  }
}
