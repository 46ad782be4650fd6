/**
 * The tree of a commit as a file system (spec generators §2.3.2): where a path leads when its symlinks
 * are followed, and every path of the working tree, those through symlinked directories included.
 * Nothing outside the tree is ever looked at. Links into each other can stand for more paths than
 * anybody can list: their number is bounded.
 */

import { compareBytes } from '../support/byte-strings.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { GitEntry, GitTree } from './contract.ts';

/** Where a path ends. */
export type Destination =
  | { readonly kind: 'file'; readonly entry: GitEntry }
  | { readonly kind: 'directory'; readonly path: string }
  /** a symlink of unknown target: only the source can follow it */
  | { readonly kind: 'opaque'; readonly entry: GitEntry }
  | { readonly kind: 'missing' }
  | { readonly kind: 'outside' };

/** Every path in bytewise order, directories included, symlinked ones walked through; and where each leads. */
export interface WorkingTree {
  readonly paths: readonly string[];
  readonly destinations: readonly Destination[];
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

class FileSystem {
  readonly #commit: string;
  readonly #entries = new Map<string, GitEntry>();
  /** directory → names in it */
  readonly #children = new Map<string, Set<string>>([['', new Set()]]);
  #working: WorkingTree | undefined;

  constructor(tree: GitTree) {
    this.#commit = tree.commit;
    for (const entry of tree.entries) {
      this.#entries.set(entry.path, entry);
      this.#link(entry.path);
    }
  }

  #link(path: string): void {
    for (let child = path; child !== ''; child = parentOf(child)) {
      const parent = parentOf(child);
      const names = this.#children.get(parent);
      const name = parent === '' ? child : child.slice(parent.length + 1);
      if (names?.has(name)) return;
      if (names === undefined) this.#children.set(parent, new Set([name]));
      else names.add(name);
    }
  }

  resolve(path: string): Destination {
    const pending = path.split('/').reverse();
    let at = '';
    let links = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (name === '' || name === '.') continue;
      if (name === '..') {
        if (at === '') return { kind: 'outside' };
        at = parentOf(at);
        continue;
      }
      const next = at === '' ? name : `${at}/${name}`;
      const entry = this.#entries.get(next);
      if (entry === undefined || entry.kind === 'submodule') {
        if (entry === undefined && !this.#children.has(next)) return { kind: 'missing' };
        at = next;
      } else if (entry.kind === 'file') {
        return pending.length === 0 ? { kind: 'file', entry } : { kind: 'missing' };
      } else if (entry.target === undefined) {
        return pending.length === 0 ? { kind: 'opaque', entry } : { kind: 'missing' };
      } else {
        links++;
        if (links > LIMITS.symlinkHops || entry.target.length > LIMITS.symlinkBytes)
          return { kind: 'missing' };
        if (entry.target.startsWith('/')) return { kind: 'outside' };
        pending.push(...entry.target.split('/').reverse());
      }
    }
    return { kind: 'directory', path: at };
  }

  get working(): WorkingTree {
    if (this.#working === undefined) {
      const found = new Map<string, Destination>();
      this.#walk('', '', new Set(['']), found, this.#entries.size + this.#children.size + LIMITS.linkedPaths);
      const sorted = [...found].sort((a, b) => compareBytes(a[0], b[0]));
      this.#working = {
        paths: sorted.map(([path]) => path),
        destinations: sorted.map(([, destination]) => destination),
      };
    }
    return this.#working;
  }

  /** `open` are the real directories on the way down: a link back into one of them is not walked again. */
  #walk(
    shown: string,
    real: string,
    open: Set<string>,
    paths: Map<string, Destination>,
    maximum: number,
  ): void {
    for (const name of this.#children.get(real) ?? []) {
      const path = shown === '' ? name : `${shown}/${name}`;
      const destination = this.resolve(real === '' ? name : `${real}/${name}`);
      paths.set(path, destination);
      if (paths.size > maximum) {
        const text = `symbolic links of commit ${this.#commit} stand for more than the ${LIMITS.linkedPaths} paths that are followed`;
        throw new AppsetError('APPSET_E0205', text, { place: { element: path } });
      }
      if (destination.kind !== 'directory' || open.has(destination.path)) continue;
      open.add(destination.path);
      this.#walk(path, destination.path, open, paths, maximum);
      open.delete(destination.path);
    }
  }
}

const systems = new WeakMap<GitTree, FileSystem>();

function systemOf(tree: GitTree): FileSystem {
  let system = systems.get(tree);
  if (system === undefined) {
    system = new FileSystem(tree);
    systems.set(tree, system);
  }
  return system;
}

/** Where a path of the tree leads; relative to the root, slash-separated. */
export const resolvePath = (tree: GitTree, path: string): Destination => systemOf(tree).resolve(path);

/** The working tree, made once for each tree. @throws AppsetError APPSET_E0205 when its links stand for too many paths */
export const workingTree = (tree: GitTree): WorkingTree => systemOf(tree).working;
