/**
 * Directory mode of the git generator (spec generators §2.3.1). Directories are the prefixes of a
 * commit's paths, and submodules; hidden ones and all below them are left out, symlinks never count.
 * A pattern must match a whole path; an exclude wins whatever the order. A malformed pattern takes
 * nothing in the reference; here it is a mistake, because what it took before is not gone.
 */

import { compareBytes } from '../support/byte-strings.ts';
import { AppsetError } from '../support/errors.ts';
import { compilePathMatch } from '../support/globs.ts';
import { goMap } from '../templating/values.ts';
import { Collector } from './collector.ts';
import type { GenerationRun, GitTree, Outcome } from './contract.ts';
import { addPathParams, type GitLeaf } from './git-leaf.ts';
import { part } from './identity.ts';
import { literalPrefix, prefixRange } from './sorted-paths.ts';
import { appendValues } from './values.ts';

interface Listing {
  readonly paths: readonly string[];
  /** the same with the separator below all other characters: in bytewise order */
  readonly keys: readonly string[];
}

const listings = new WeakMap<GitTree, Listing>();
const SPECIAL = /[*?[\\]/;

const keyOf = (path: string): string => path.replaceAll('/', '\0');

function listingOf(tree: GitTree): Listing {
  const found = listings.get(tree);
  if (found !== undefined) return found;
  const names = new Set<string>();
  const add = (directory: string): void => {
    let path = directory;
    while (path !== '' && !names.has(path)) {
      names.add(path);
      path = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    }
  };
  for (const { path, kind } of tree.entries) {
    add(kind === 'submodule' ? path : path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }
  const visible = [...names].filter((path) => !path.startsWith('.') && !path.includes('/.'));
  const pairs = visible.map((path) => [keyOf(path), path] as const).sort((a, b) => compareBytes(a[0], b[0]));
  const listing = { keys: pairs.map(([key]) => key), paths: pairs.map(([, path]) => path) };
  listings.set(tree, listing);
  return listing;
}

/** All directories of a commit but the root, depth first, siblings in bytewise order, hidden ones left out. */
export const directoriesOf = (tree: GitTree): readonly string[] => listingOf(tree).paths;

/** Directories between two looks at the clock. */
const BATCH = 256;

/** The directories a pattern takes. @throws AppsetError APPSET_E0201 for a malformed one, but in compat mode */
function matching(tree: GitTree, pattern: string, compat: boolean): readonly number[] {
  const matches = compilePathMatch(pattern);
  if (matches === undefined) {
    if (compat) return [];
    const text = `the pattern ${JSON.stringify(pattern)} of directories is malformed`;
    throw new AppsetError('APPSET_E0201', text, { place: { field: 'directories' } });
  }
  const { paths, keys } = listingOf(tree);
  const [from, to] = prefixRange(keys, keyOf(literalPrefix(pattern, SPECIAL)));
  const found: number[] = [];
  for (let index = from; index < to; index++) if (matches(paths[index] ?? '')) found.push(index);
  return found;
}

/** Taken by an include and by no exclude, in order of listing. */
function select(
  tree: GitTree,
  items: { readonly include: readonly string[]; readonly exclude: readonly string[] },
  compat: boolean,
): readonly string[] {
  const taken = new Set(items.include.flatMap((pattern) => matching(tree, pattern, compat)));
  for (const pattern of items.exclude) {
    for (const index of matching(tree, pattern, compat)) taken.delete(index);
  }
  const paths = directoriesOf(tree);
  return [...taken].sort((a, b) => a - b).map((index) => paths[index] ?? '');
}

const VALUES_PREFIX =
  'error generating params from git: error generating params from apps: failed to append templated values: ';

/**
 * The rows of a leaf, in order of listing.
 *
 * @throws AppsetError when a pattern is malformed, or takes too many directories
 */
export async function directoryRows(
  leaf: GitLeaf,
  items: { readonly include: readonly string[]; readonly exclude: readonly string[] },
  run: GenerationRun,
): Promise<Outcome> {
  const { mode, render, settings } = run.context;
  const collector = new Collector(leaf.node);
  const directories = select(leaf.tree, items, settings.compat);
  if (directories.length > settings.maxRows) {
    const text = `the patterns take ${directories.length} directories, more than the ${settings.maxRows} allowed`;
    throw new AppsetError('APPSET_E0205', text);
  }
  for (const [index, directory] of directories.entries()) {
    if (index % BATCH === 0) await run.breathe();
    const parts = [part(leaf.node.leaf, 'directory', directory, directory)];
    collector.add(parts, VALUES_PREFIX, leaf.stale, () => {
      const params = goMap();
      addPathParams(params, directory, leaf.prefix, mode.go);
      return appendValues(params, leaf.values, mode, render);
    });
  }
  return collector.outcome;
}
