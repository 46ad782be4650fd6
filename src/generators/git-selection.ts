/**
 * What the items of a git generator take from a tree, and by what that is known to be the same as what they
 * took from another tree: a commit that touches nothing of it gives a leaf nothing new. Paths of
 * directories, and paths and contents of files, are all that rows are made of.
 */
import { hash } from 'node:crypto';
import type { JsonObject } from '../api/objects.ts';
import { BoundedCache } from '../support/bounded-cache.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { GenerationRun, GitTree } from './contract.ts';
import { type PathItems, pathItems } from './fields.ts';
import { takeDirectories } from './git-directories.ts';
import { type TakenFile, takeFiles } from './git-file-patterns.ts';
import { submoduleProblem } from './git-submodules.ts';

/** What a git generator asks a tree for. */
export interface GitItems extends PathItems {
  readonly mode: 'directories' | 'files';
}

export type Selection =
  | { readonly mode: 'directories'; readonly paths: readonly string[] }
  | { readonly mode: 'files'; readonly files: readonly TakenFile[] };

/** @throws AppsetError APPSET_E0201 when there are no items, or they are malformed */
export function itemsOf(spec: JsonObject): GitItems {
  const directories = pathItems(spec, 'directories');
  const files = pathItems(spec, 'files');
  if (directories.include.length + directories.exclude.length > 0) {
    return { mode: 'directories', ...directories };
  }
  if (files.include.length + files.exclude.length === 0) {
    throw new AppsetError('APPSET_E0201', 'ApplicationSet is empty');
  }
  return { mode: 'files', ...files };
}

interface Made {
  readonly tree: GitTree;
  readonly selection: Promise<Selection>;
}

/** As long as a run: what was selected to see whether it is new is not selected again to make rows. */
const selections = new WeakMap<GenerationRun, Map<JsonObject, Made>>();

async function select(
  tree: GitTree,
  items: GitItems,
  repoURL: string,
  run: GenerationRun,
): Promise<Selection> {
  return items.mode === 'directories'
    ? { mode: 'directories', paths: await takeDirectories(tree, items, run) }
    : { mode: 'files', files: await takeFiles(tree, items, repoURL, run) };
}

/**
 * What a generator takes from a tree.
 *
 * @throws AppsetError when a pattern cannot be used
 */
export function selectionOf(
  spec: JsonObject,
  tree: GitTree,
  items: GitItems,
  repoURL: string,
  run: GenerationRun,
): Promise<Selection> {
  const ofRun = selections.get(run) ?? new Map<JsonObject, Made>();
  selections.set(run, ofRun);
  const made = ofRun.get(spec);
  if (made?.tree === tree) return made.selection;
  const selection = select(tree, items, repoURL, run);
  ofRun.set(spec, { tree, selection });
  return selection;
}

/** Which submodules the items reach into, as a problem; undefined when none. */
export function submodulesReached(
  tree: GitTree,
  items: GitItems,
  run: GenerationRun,
): AppsetError | undefined {
  const doublestar = run.context.settings.newGitFileGlobbing ? 'doublestar' : undefined;
  return submoduleProblem(tree, items, items.mode === 'directories' ? 'directories' : doublestar);
}

const known = new WeakMap<GitTree, Map<string, object>>();
const contents = new BoundedCache<string, object>(LIMITS.gitSelections);

function digestOf(selection: Selection, run: GenerationRun): string | undefined {
  const { maxFiles, maxRows } = run.context.settings;
  if (selection.mode === 'directories') {
    return selection.paths.length > maxRows ? undefined : hash('sha256', selection.paths.join('\0'));
  }
  const { files } = selection;
  // the content of a link whose target is not told is known to the source alone
  if (files.length > maxFiles || files.some(({ oid, excluded }) => oid === '' && !excluded)) return undefined;
  const texts = files.map(({ path, readFrom, oid, excluded }) => [path, readFrom, oid, excluded].join('\0'));
  return hash('sha256', texts.join('\0'));
}

/**
 * An object that stands for what a generator takes from a tree, the same one for every tree it takes the
 * same from; undefined when that cannot be told.
 *
 * @throws AppsetError when a pattern cannot be used
 */
export async function selectedFacts(
  spec: JsonObject,
  tree: GitTree,
  items: GitItems,
  repoURL: string,
  run: GenerationRun,
): Promise<object | undefined> {
  const { compat, newGitFileGlobbing } = run.context.settings;
  const question = JSON.stringify([items, compat, newGitFileGlobbing]);
  const ofTree = known.get(tree) ?? new Map<string, object>();
  known.set(tree, ofTree);
  const before = ofTree.get(question);
  if (before !== undefined) return before;
  if (submodulesReached(tree, items, run) !== undefined) return undefined;
  const digest = digestOf(await selectionOf(spec, tree, items, repoURL, run), run);
  if (digest === undefined) return undefined;
  const facts = contents.getOrMake(digest, () => ({ digest }));
  ofTree.set(question, facts);
  return facts;
}
