/**
 * Which files of a commit the `files` items of a git generator take (spec generators §2.3.2). Two
 * matchers: git's own pathspecs over the tracked paths, and, where the controller is set to it,
 * doublestar globs over the working tree. Includes first, then excludes, which always win. What is
 * taken but is no file is reported, because the reference fails on reading it.
 */
import { posix } from 'node:path';
import { AppsetError } from '../support/errors.ts';
import { compileDoublestar, compilePathspec, type FilePattern, type Pathspec } from '../support/globs.ts';
import { inTurns } from '../support/turns.ts';
import type { GenerationRun, GitTree } from './contract.ts';
import type { PathItems } from './fields.ts';
import { type Destination, resolvePath, type WorkingTree, workingTree } from './git-paths.ts';
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

/** Paths between two steps. */
const STEP = 256;

type Match = readonly [path: string, destination: Destination];

function listError(tree: GitTree, repoURL: string, pattern: string, why: string): AppsetError {
  return new AppsetError(
    'APPSET_E0201',
    `error generating params from git: error retrieving Git files: rpc error: code = Internal desc = unable to list files. repo ${repoURL} with revision ${tree.commit} pattern ${pattern}: ${why}`,
  );
}

/** Matches with steps in between. */
type Matching = Generator<void, readonly Match[]>;

function* tracked(tree: GitTree, pattern: string, repoURL: string): Matching {
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
  const found: Match[] = [];
  for (const [index, { path, kind }] of tree.entries.slice(from, to).entries()) {
    if (matches(path, kind === 'submodule')) found.push([path, resolvePath(tree, path)]);
    if (index % STEP === 0) yield;
  }
  return found;
}

const trackedOf = new WeakMap<GitTree, readonly string[]>();

function trackedPaths(tree: GitTree): readonly string[] {
  const paths = trackedOf.get(tree) ?? tree.entries.map(({ path }) => path);
  trackedOf.set(tree, paths);
  return paths;
}

const globOf = (pattern: string): string => posix.normalize(pattern.replace(/^\/+/, '')).replace(/\/$/, '');

function* working(
  tree: GitTree,
  { paths, destinations }: WorkingTree,
  pattern: string,
  repoURL: string,
): Matching {
  const glob = globOf(pattern);
  if (glob === '.') return [['.', { kind: 'directory', path: '' }]];
  if (!SPECIAL.test(glob)) {
    const destination = resolvePath(tree, glob);
    return destination.kind === 'missing' || destination.kind === 'outside' ? [] : [[glob, destination]];
  }
  let matches: FilePattern;
  try {
    matches = compileDoublestar(glob);
  } catch (error) {
    throw listError(tree, repoURL, pattern, error instanceof Error ? error.message : String(error));
  }
  const found: Match[] = matches('', true) ? [['.', { kind: 'directory', path: '' }]] : [];
  const [from, to] = prefixRange(paths, literalPrefix(glob, SPECIAL));
  for (let index = from; index < to; index++) {
    if (index % STEP === 0) yield;
    const path = paths[index] ?? '';
    const destination = destinations[index];
    if (destination === undefined || destination.kind === 'outside') continue;
    if (matches(path, destination.kind === 'directory')) found.push([path, destination]);
  }
  return found;
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

function* steps(
  items: PathItems,
  list: (pattern: string) => Matching,
): Generator<void, readonly TakenFile[]> {
  const files = new Map<string, TakenFile>();
  for (const pattern of items.include) {
    for (const [path, destination] of yield* list(pattern)) {
      if (!files.has(path)) files.set(path, taken(path, pattern, destination, false));
      if (files.size % STEP === 0) yield;
    }
  }
  for (const pattern of items.exclude) {
    for (const [path, destination] of yield* list(pattern)) {
      const file = files.get(path) ?? taken(path, pattern, destination, true);
      files.set(path, { ...file, excluded: true });
      if (files.size % STEP === 0) yield;
    }
  }
  return [...files.values()];
}

const NOTHING: WorkingTree = { paths: [], destinations: [] };

/**
 * All files the items take, excluded ones marked; in order of item and, within one, of path.
 *
 * @throws AppsetError when an item's pattern is malformed or leaves the repository
 */
export async function takeFiles(
  tree: GitTree,
  items: PathItems,
  repoURL: string,
  run: GenerationRun,
): Promise<readonly TakenFile[]> {
  const { settings, render, signal } = run.context;
  if (!settings.newGitFileGlobbing) {
    return inTurns(
      steps(items, (pattern) => tracked(tree, pattern, repoURL)),
      render.clock,
      signal,
    );
  }
  const searches = [...items.include, ...items.exclude].some((pattern) => SPECIAL.test(globOf(pattern)));
  const checkout = searches ? await workingTree(tree, render.clock) : NOTHING;
  return inTurns(
    steps(items, (pattern) => working(tree, checkout, pattern, repoURL)),
    render.clock,
    signal,
  );
}
