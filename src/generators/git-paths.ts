/**
 * The tree of a commit as a file system (spec generators §2.3.2): where a path leads when its symlinks
 * are followed, and every path of the working tree, those through symlinked directories included.
 * Nothing outside the tree is ever looked at. Links into each other can stand for more paths than
 * anybody can list: their number is bounded.
 */

import { compareBytes } from '../support/byte-strings.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { firstIndex, firstIndexNear, sortSteps } from '../support/sorted.ts';
import { inTurns } from '../support/turns.ts';
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

/** Paths between two steps. */
const STEP = 512;

interface Walk {
  readonly found: (readonly [path: string, destination: Destination])[];
  /** the real directories on the way down: a link back into one of them is not walked again */
  readonly open: Set<string>;
  /** paths come to through a link */
  linked: number;
}

class FileSystem {
  readonly #tree: GitTree;
  readonly #paths: readonly string[];
  #working: Promise<WorkingTree> | undefined;

  constructor(tree: GitTree) {
    this.#tree = tree;
    this.#paths = tree.entries.map(({ path }) => path);
  }

  /** Index of the first path that is not before this one. */
  #from(path: string): number {
    return firstIndex(this.#paths.length, (at) => compareBytes(this.#paths[at] ?? '', path) >= 0);
  }

  #entry(path: string): GitEntry | undefined {
    const entry = this.#tree.entries[this.#from(path)];
    return entry?.path === path ? entry : undefined;
  }

  #isDirectory(path: string): boolean {
    return path === '' || this.#paths[this.#from(`${path}/`)]?.startsWith(`${path}/`) === true;
  }

  /** Names in a directory, and what is tracked there; nothing for a directory. */
  *#namesIn(directory: string): Generator<readonly [name: string, entry: GitEntry | undefined]> {
    const prefix = directory === '' ? '' : `${directory}/`;
    const paths = this.#paths;
    for (let at = this.#from(prefix); paths[at]?.startsWith(prefix) === true; ) {
      const path = paths[at] ?? '';
      const slash = path.indexOf('/', prefix.length);
      yield [
        path.slice(prefix.length, slash < 0 ? undefined : slash),
        slash < 0 ? this.#tree.entries[at] : undefined,
      ];
      const below = path.slice(0, slash + 1);
      at =
        slash < 0 ? at + 1 : firstIndexNear(at + 1, paths.length, (next) => !paths[next]?.startsWith(below));
    }
  }

  resolve(path: string): Destination {
    const own = this.#entry(path);
    if (own?.kind === 'file') return { kind: 'file', entry: own };
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
      const entry = this.#entry(next);
      if (entry === undefined || entry.kind === 'submodule') {
        if (entry === undefined && !this.#isDirectory(next)) return { kind: 'missing' };
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

  /** Where a path without links above it leads. */
  #destination(path: string, entry: GitEntry | undefined): Destination {
    if (entry?.kind === 'symlink') return this.resolve(path);
    return entry?.kind === 'file' ? { kind: 'file', entry } : { kind: 'directory', path };
  }

  working(clock: Clock): Promise<WorkingTree> {
    this.#working ??= inTurns(this.#workingSteps(), clock);
    return this.#working;
  }

  *#workingSteps(): Generator<void, WorkingTree> {
    const walk: Walk = { found: [], open: new Set(['']), linked: 0 };
    yield* this.#walk('', '', walk);
    const paths: string[] = [];
    const destinations: Destination[] = [];
    for (const [path, destination] of yield* sortSteps(walk.found, (a, b) => compareBytes(a[0], b[0]))) {
      paths.push(path);
      if (destinations.push(destination) % STEP === 0) yield;
    }
    return { paths, destinations };
  }

  /** @param shown the directory as it was come to; @param real where that leads */
  *#walk(shown: string, real: string, walk: Walk): Generator<void, void> {
    const { found, open } = walk;
    for (const [name, entry] of this.#namesIn(real)) {
      const path = shown === '' ? name : `${shown}/${name}`;
      const destination = this.#destination(real === '' ? name : `${real}/${name}`, entry);
      if (found.push([path, destination]) % STEP === 0) yield;
      if (shown !== real) walk.linked += 1;
      if (walk.linked > LIMITS.linkedPaths) {
        const text = `symbolic links of commit ${this.#tree.commit} stand for more than the ${LIMITS.linkedPaths} paths that are followed`;
        throw new AppsetError('APPSET_E0205', text, { place: { element: path } });
      }
      if (destination.kind !== 'directory' || open.has(destination.path)) continue;
      open.add(destination.path);
      yield* this.#walk(path, destination.path, walk);
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
export const workingTree = (tree: GitTree, clock: Clock): Promise<WorkingTree> =>
  systemOf(tree).working(clock);
