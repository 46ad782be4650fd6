/**
 * Directory mode of the git generator (spec generators §2.3.1). Directories are the prefixes of a
 * commit's paths, and submodules; hidden ones and all below them are left out, symlinks never count.
 * A pattern must match a whole path; an exclude wins whatever the order. A malformed pattern takes
 * nothing in the reference; here it is a mistake, because what it took before is not gone.
 */

import { compareBytes } from '../support/byte-strings.ts';
import type { Clock } from '../support/clock.ts';
import { AppsetError } from '../support/errors.ts';
import { compilePathMatch } from '../support/globs.ts';
import { sortSteps } from '../support/sorted.ts';
import { inTurns } from '../support/turns.ts';
import { goMap } from '../templating/values.ts';
import { Collector } from './collector.ts';
import type { GenerationRun, GitTree, Outcome } from './contract.ts';
import type { PathItems } from './fields.ts';
import { addPathParams, type GitLeaf } from './git-leaf.ts';
import { part } from './identity.ts';
import { literalPrefix, prefixRange } from './sorted-paths.ts';
import { appendValues } from './values.ts';

interface Listing {
  readonly paths: readonly string[];
  /** the same with the separator below all other characters: in bytewise order */
  readonly keys: readonly string[];
}

const listings = new WeakMap<GitTree, Promise<Listing>>();
const SPECIAL = /[*?[\\]/;
/** Paths between two steps. */
const STEP = 256;

const keyOf = (path: string): string => path.replaceAll('/', '\0');
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const isVisible = (path: string): boolean => !path.startsWith('.') && !path.includes('/.');

function* listingSteps(tree: GitTree): Generator<void, Listing> {
  const names = new Set<string>();
  for (const [index, { path, kind }] of tree.entries.entries()) {
    if (index % STEP === 0) yield;
    const above: string[] = [];
    let directory = kind === 'submodule' ? path : parentOf(path);
    for (; directory !== '' && !names.has(directory); directory = parentOf(directory)) above.push(directory);
    // from the top, so that what is listed comes nearly in order
    for (const name of above.reverse()) names.add(name);
  }
  const pairs: (readonly [key: string, path: string])[] = [];
  let looked = 0;
  for (const path of names) {
    if (looked++ % STEP === 0) yield;
    if (isVisible(path)) pairs.push([keyOf(path), path]);
  }
  const keys: string[] = [];
  const paths: string[] = [];
  for (const [key, path] of yield* sortSteps(pairs, (a, b) => compareBytes(a[0], b[0]))) {
    keys.push(key);
    if (paths.push(path) % STEP === 0) yield;
  }
  return { keys, paths };
}

/** All directories of a commit but the root, depth first, siblings in bytewise order, hidden ones left out; made once. */
export function listingOf(tree: GitTree, clock: Clock): Promise<Listing> {
  const found = listings.get(tree) ?? inTurns(listingSteps(tree), clock);
  listings.set(tree, found);
  return found;
}

/** The directories a pattern takes. @throws AppsetError APPSET_E0201 for a malformed one, but in compat mode */
function* matching(listing: Listing, pattern: string, compat: boolean): Generator<void, readonly number[]> {
  const matches = compilePathMatch(pattern);
  if (matches === undefined) {
    if (compat) return [];
    const text = `the pattern ${JSON.stringify(pattern)} of directories is malformed`;
    throw new AppsetError('APPSET_E0201', text, { place: { field: 'directories' } });
  }
  const { paths, keys } = listing;
  const [from, to] = prefixRange(keys, keyOf(literalPrefix(pattern, SPECIAL)));
  const found: number[] = [];
  for (let index = from; index < to; index++) {
    if (matches(paths[index] ?? '')) found.push(index);
    if (index % STEP === 0) yield;
  }
  return found;
}

/** Taken by an include and by no exclude, in order of listing. */
function* select(listing: Listing, items: PathItems, compat: boolean): Generator<void, readonly string[]> {
  const isTaken = new Uint8Array(listing.paths.length);
  for (const pattern of items.include) {
    for (const index of yield* matching(listing, pattern, compat)) isTaken[index] = 1;
  }
  for (const pattern of items.exclude) {
    for (const index of yield* matching(listing, pattern, compat)) isTaken[index] = 0;
  }
  return listing.paths.filter((_, index) => isTaken[index] === 1);
}

/**
 * The directories the items take, in order of listing.
 *
 * @throws AppsetError APPSET_E0201 when a pattern is malformed
 */
export async function takeDirectories(
  tree: GitTree,
  items: PathItems,
  run: GenerationRun,
): Promise<readonly string[]> {
  const { render, settings, signal } = run.context;
  const listing = await listingOf(tree, render.clock);
  return inTurns(select(listing, items, settings.compat), render.clock, signal);
}

const VALUES_PREFIX =
  'error generating params from git: error generating params from apps: failed to append templated values: ';

/**
 * The rows of a leaf, one for each of its directories.
 *
 * @throws AppsetError APPSET_E0205 when there are too many
 */
export async function directoryRows(
  leaf: GitLeaf,
  directories: readonly string[],
  run: GenerationRun,
): Promise<Outcome> {
  const { mode, render, settings } = run.context;
  const collector = new Collector(leaf.node);
  if (directories.length > settings.maxRows) {
    const text = `the patterns take ${directories.length} directories, more than the ${settings.maxRows} allowed`;
    throw new AppsetError('APPSET_E0205', text);
  }
  for (const [index, directory] of directories.entries()) {
    if (index % STEP === 0) await run.breathe();
    const parts = [part(leaf.node.leaf, 'directory', directory, directory)];
    collector.add(parts, VALUES_PREFIX, leaf.stale, () => {
      const params = goMap();
      addPathParams(params, directory, leaf.prefix, mode.go);
      return appendValues(params, leaf.values, mode, render);
    });
  }
  return collector.outcome;
}
