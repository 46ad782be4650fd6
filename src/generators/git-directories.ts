/**
 * Directory mode of the git generator (spec generators §2.3.1). Directories are the prefixes of a
 * commit's paths, and submodules; hidden ones and all below them are left out, symlinks never count.
 * A pattern must match a whole path; an exclude wins whatever the order.
 */
import { compilePathMatch, type PathPattern } from '../support/globs.ts';
import { compareBytes } from '../templating/bytes.ts';
import { goMap } from '../templating/values.ts';
import { Collector } from './collector.ts';
import type { GenerationRun, GitTree, Outcome } from './contract.ts';
import { addPathParams, type GitLeaf } from './git-leaf.ts';
import { part } from './identity.ts';
import { appendValues } from './values.ts';

const listed = new WeakMap<GitTree, readonly string[]>();

/** All directories of a commit but the root, depth first, siblings in bytewise order, hidden ones left out. */
export function directoriesOf(tree: GitTree): readonly string[] {
  const found = listed.get(tree);
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
  const order = [...names]
    .filter((path) => !path.startsWith('.') && !path.includes('/.'))
    .map((path) => [path, path.replaceAll('/', '\0')] as const)
    .sort((a, b) => compareBytes(a[1], b[1]))
    .map(([path]) => path);
  listed.set(tree, order);
  return order;
}

const patterns = (texts: readonly string[]): readonly PathPattern[] =>
  texts.map(compilePathMatch).filter((pattern) => pattern !== undefined);

const VALUES_PREFIX =
  'error generating params from git: error generating params from apps: failed to append templated values: ';

/** The rows of a leaf, in order of listing. A malformed pattern matches nothing, as in the reference. */
export function directoryRows(
  leaf: GitLeaf,
  items: { readonly include: readonly string[]; readonly exclude: readonly string[] },
  run: GenerationRun,
): Outcome {
  const { mode, render } = run.context;
  const include = patterns(items.include);
  const exclude = patterns(items.exclude);
  const collector = new Collector(leaf.node);
  for (const directory of directoriesOf(leaf.tree)) {
    if (!include.some((matches) => matches(directory))) continue;
    if (exclude.some((matches) => matches(directory))) continue;
    const parts = [part(leaf.node.leaf, 'directory', directory, directory)];
    collector.add(parts, VALUES_PREFIX, leaf.stale, () => {
      const params = goMap();
      addPathParams(params, directory, leaf.prefix, mode.go);
      return appendValues(params, leaf.values, mode, render);
    });
  }
  return collector.outcome;
}
