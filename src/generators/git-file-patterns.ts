/**
 * Which files of a commit the `files` items of a git generator take (spec generators §2.3.2). Two
 * matchers: git's own pathspecs over the tracked paths, and, where the controller is set to it,
 * doublestar globs over the working tree. Includes first, then excludes, which always win. What is
 * taken but is no file is reported, because the reference fails on reading it.
 */
import { posix } from 'node:path';
import { AppsetError } from '../support/errors.ts';
import { compileDoublestar, compilePathspec, type FilePattern, type Pathspec } from '../support/globs.ts';
import type { GitTree } from './contract.ts';
import { type Destination, resolvePath, workingTree } from './git-paths.ts';
import { literalPrefix, prefixRange } from './sorted-paths.ts';

export interface TakenFile {
  readonly path: string;
  /** the first item that takes it */
  readonly pattern: string;
  /** path to ask the source for: symlinks followed as far as the tree tells */
  readonly readFrom: string;
  /** blob id of the content, '' when only the source knows it */
  readonly oid: string;
  readonly excluded: boolean;
  /** why it cannot be read as a file */
  readonly unreadable?: string;
}

/** The first of these ends the literal part of a pattern; braces count for doublestar only, which harms nothing. */
const SPECIAL = /[*?[{\\]/;

type Match = readonly [path: string, destination: Destination];

function listError(tree: GitTree, repoURL: string, pattern: string, why: string): AppsetError {
  return new AppsetError(
    'APPSET_E0201',
    `error generating params from git: error retrieving Git files: rpc error: code = Internal desc = unable to list files. repo ${repoURL} with revision ${tree.commit} pattern ${pattern}: ${why}`,
  );
}

function* tracked(tree: GitTree, pattern: string, repoURL: string): Generator<Match> {
  const spec = pattern === '' ? '.' : pattern;
  let matches: Pathspec;
  try {
    matches = compilePathspec(spec);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const command = `\`git ls-files --full-name -z -- ${spec}\` failed exit status 128: fatal: ${why}`;
    throw listError(tree, repoURL, pattern, command);
  }
  const [from, to] = prefixRange(trackedPaths(tree), literalPrefix(spec.replace(/\/$/, ''), SPECIAL));
  for (const { path, kind } of tree.entries.slice(from, to)) {
    if (matches(path, kind === 'submodule')) yield [path, resolvePath(tree, path)];
  }
}

const trackedOf = new WeakMap<GitTree, readonly string[]>();

function trackedPaths(tree: GitTree): readonly string[] {
  let paths = trackedOf.get(tree);
  if (paths === undefined) {
    paths = tree.entries.map(({ path }) => path);
    trackedOf.set(tree, paths);
  }
  return paths;
}

function* working(tree: GitTree, pattern: string, repoURL: string): Generator<Match> {
  const glob = posix.normalize(pattern.replace(/^\/+/, '')).replace(/\/$/, '');
  if (glob === '.') {
    yield ['.', { kind: 'directory', path: '' }];
    return;
  }
  if (!SPECIAL.test(glob)) {
    const destination = resolvePath(tree, glob);
    if (destination.kind !== 'missing' && destination.kind !== 'outside') yield [glob, destination];
    return;
  }
  let matches: FilePattern;
  try {
    matches = compileDoublestar(glob);
  } catch (error) {
    throw listError(tree, repoURL, pattern, error instanceof Error ? error.message : String(error));
  }
  if (matches('', true)) yield ['.', { kind: 'directory', path: '' }];
  const { paths, destinations } = workingTree(tree);
  const [from, to] = prefixRange(paths, literalPrefix(glob, SPECIAL));
  for (let index = from; index < to; index++) {
    const path = paths[index] ?? '';
    const destination = destinations[index];
    if (destination === undefined || destination.kind === 'outside') continue;
    if (matches(path, destination.kind === 'directory')) yield [path, destination];
  }
}

/** There is no checkout; the place is named as the reference names its own. */
export const inCheckout = (path: string): string => (path === '.' ? '<checkout>' : `<checkout>/${path}`);

function taken(path: string, pattern: string, destination: Destination, excluded: boolean): TakenFile {
  const base = { path, pattern: pattern === '' ? '.' : pattern, readFrom: path, oid: '', excluded };
  switch (destination.kind) {
    case 'file':
      return { ...base, readFrom: destination.entry.path, oid: destination.entry.oid };
    case 'opaque':
      return base;
    case 'directory':
      return { ...base, unreadable: `read ${inCheckout(path)}: is a directory` };
    default:
      return { ...base, unreadable: `open ${inCheckout(path)}: no such file or directory` };
  }
}

/**
 * All files the items take, excluded ones marked; in order of item and, within one, of path.
 *
 * @throws AppsetError when an item's pattern is malformed or leaves the repository
 */
export function takeFiles(
  tree: GitTree,
  items: { readonly include: readonly string[]; readonly exclude: readonly string[] },
  newGlobbing: boolean,
  repoURL: string,
): readonly TakenFile[] {
  const list = newGlobbing ? working : tracked;
  const files = new Map<string, TakenFile>();
  for (const pattern of items.include) {
    for (const [path, destination] of list(tree, pattern, repoURL)) {
      if (!files.has(path)) files.set(path, taken(path, pattern, destination, false));
    }
  }
  for (const pattern of items.exclude) {
    for (const [path, destination] of list(tree, pattern, repoURL)) {
      const file = files.get(path) ?? taken(path, pattern, destination, true);
      files.set(path, { ...file, excluded: true });
    }
  }
  return [...files.values()];
}
