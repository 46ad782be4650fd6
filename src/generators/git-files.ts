/**
 * File mode of the git generator (spec generators §2.3.2): files that a pattern takes and no exclude
 * does, in bytewise order of path, each a map of params or a list of such maps. Patterns are matched on
 * the tree alone; only files that are taken are read. A file's identity is its path, an array item's
 * its path and a hash of the item.
 */
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { compareBytes } from '../templating/bytes.ts';
import { type GoMap, goMap } from '../templating/values.ts';
import type { FailedElement, GenerationRun, Outcome, Part, Problem, Row } from './contract.ts';
import { inCheckout, type TakenFile, takeFiles } from './git-file-patterns.ts';
import { addPathParams, type GitLeaf, serviceError } from './git-leaf.ts';
import { part } from './identity.ts';
import { failedProblem, unknownProblem, usable } from './outcome.ts';
import { type FileItem, parseParams } from './params-file.ts';
import { flattenInto } from './plain-text.ts';
import { appendValues } from './values.ts';

const filePart = (leaf: GitLeaf, path: string): Part => part(leaf.node.leaf, 'file', path, path);

function unreadable(leaf: GitLeaf, file: TakenFile, why: string): AppsetError {
  return new AppsetError(
    'APPSET_E0204',
    `error generating params from git: error retrieving Git files: rpc error: code = Internal desc = unable to read files. repo ${leaf.request.repoURL} with revision ${leaf.tree.commit} pattern ${file.pattern}: ${why}`,
  );
}

function itemRow(leaf: GitLeaf, path: string, item: FileItem, run: GenerationRun): Row | FailedElement {
  const { mode, render } = run.context;
  const own =
    item.index === undefined
      ? filePart(leaf, path)
      : part(leaf.node.leaf, 'file', `${path}#${item.hash}`, `${path}[${item.index}]`);
  const parts = [own];
  const slash = path.lastIndexOf('/');
  try {
    const params = paramsOf(item.value, mode.go);
    addPathParams(
      params,
      slash < 0 ? '.' : path.slice(0, slash),
      leaf.prefix,
      mode.go,
      path.slice(slash + 1),
    );
    const full = appendValues(params, leaf.values, mode, render);
    return leaf.stale ? { params: full, parts, stale: true } : { params: full, parts };
  } catch (error) {
    const prefix = `${processing(leaf, path)}failed to append templated values: `;
    return { path: leaf.node.path, parts, error: asAppsetError(error).prefixed(prefix) };
  }
}

const processing = (leaf: GitLeaf, path: string): string =>
  `error generating params from git: unable to process file '${path}' from repository '${leaf.request.repoURL}': `;

function paramsOf(value: GoMap | null, go: boolean): GoMap {
  if (value === null) return goMap();
  if (go) return goMap(value.entries as Iterable<readonly [string, never]>);
  const params = goMap();
  flattenInto(params, value);
  return params;
}

function fileOutcome(leaf: GitLeaf, file: TakenFile, text: string, run: GenerationRun): Outcome {
  let items: readonly FileItem[];
  try {
    items = parseParams(text, file.oid);
  } catch (error) {
    const failure = asAppsetError(error).prefixed(`${processing(leaf, file.path)}unable to parse file: `);
    return { rows: [], problems: [failedProblem(leaf.node, [filePart(leaf, file.path)], failure)] };
  }
  const rows: Row[] = [];
  const problems: Problem[] = [];
  for (const item of items) {
    const made = itemRow(leaf, file.path, item, run);
    if ('error' in made) problems.push(failedProblem(leaf.node, made.parts, made.error));
    else rows.push(made);
  }
  return { rows, problems };
}

/**
 * The rows of a leaf.
 *
 * @throws AppsetError when a pattern cannot be used, or takes too many files
 */
export async function fileRows(
  leaf: GitLeaf,
  items: { readonly include: readonly string[]; readonly exclude: readonly string[] },
  run: GenerationRun,
): Promise<Outcome> {
  const { settings, sources } = run.context;
  const taken = takeFiles(leaf.tree, items, settings.newGitFileGlobbing, leaf.request.repoURL);
  const rows: Row[] = [];
  const problems: Problem[] = [];
  const files: TakenFile[] = [];
  for (const file of taken) {
    if (file.unreadable === undefined) files.push(file);
    else if (!file.excluded) {
      const failure = unreadable(leaf, file, file.unreadable);
      problems.push(failedProblem(leaf.node, [filePart(leaf, file.path)], failure));
    } else if (settings.compat) {
      problems.push(failedProblem(leaf.node, [], unreadable(leaf, file, file.unreadable)));
    }
  }
  if (settings.compat && problems.length > 0) return { rows, problems };
  const wanted = files.filter((file) => !file.excluded).sort((a, b) => compareBytes(a.path, b.path));
  if (wanted.length > settings.maxFiles) {
    throw new AppsetError(
      'APPSET_E0205',
      `the patterns take ${wanted.length} files, more than the ${settings.maxFiles} allowed`,
    );
  }
  if (wanted.length === 0) return { rows, problems };
  const paths = [...new Set(wanted.map((file) => file.readFrom))];
  const reading = usable(await sources.gitFiles(leaf.request, leaf.tree.commit, paths), settings);
  if (reading.error !== undefined) {
    problems.push(unknownProblem(leaf.node, serviceError(reading.error, 'files')));
  }
  if (reading.value === undefined) return { rows: [], problems };
  const source = reading.stale ? { ...leaf, stale: true } : leaf;
  for (const file of wanted) {
    const text = reading.value.get(file.readFrom);
    if (text === undefined) {
      const failure = unreadable(leaf, file, `open ${inCheckout(file.path)}: no such file or directory`);
      problems.push(failedProblem(leaf.node, [filePart(leaf, file.path)], failure));
    } else {
      const outcome = fileOutcome(source, file, text, run);
      rows.push(...outcome.rows);
      problems.push(...outcome.problems);
    }
    if (settings.compat && problems.length > 0) return { rows: [], problems };
  }
  return { rows, problems };
}
