/**
 * File mode of the git generator (spec generators §2.3.2): files that a pattern takes and no exclude
 * does, in bytewise order of path, each a map of params or a list of such maps. Patterns are matched on
 * the tree alone; only files that are taken are read. A file's identity is its path, an array item's
 * its path and a hash of the item.
 */

import { compareBytes } from '../support/byte-strings.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { type GoMap, goMap } from '../templating/values.ts';
import { Collector } from './collector.ts';
import type { GenerationRun, Outcome, Part } from './contract.ts';
import { inCheckout, type TakenFile } from './git-file-patterns.ts';
import { addPathParams, type GitLeaf, serviceError } from './git-leaf.ts';
import { part } from './identity.ts';
import { usable } from './outcome.ts';
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

/** How a file begins that git-lfs put in the place of another. */
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

const processing = (leaf: GitLeaf, path: string): string =>
  `error generating params from git: unable to process file '${path}' from repository '${leaf.request.repoURL}': `;

function paramsOf(value: GoMap | null, go: boolean): GoMap {
  if (value === null) return goMap();
  if (go) return goMap(value.entries as Iterable<readonly [string, never]>);
  const params = goMap();
  flattenInto(params, value);
  return params;
}

function addFile(
  collector: Collector,
  leaf: GitLeaf,
  path: string,
  items: readonly FileItem[],
  run: GenerationRun,
): void {
  const { mode, render } = run.context;
  const prefix = `${processing(leaf, path)}failed to append templated values: `;
  const slash = path.lastIndexOf('/');
  const directory = slash < 0 ? '.' : path.slice(0, slash);
  for (const { value, index, hash } of items) {
    const own =
      index === undefined
        ? filePart(leaf, path)
        : part(leaf.node.leaf, 'file', `${path}#${hash}`, `${path}[${index}]`);
    collector.add([own], prefix, leaf.stale, () => {
      const params = paramsOf(value, mode.go);
      addPathParams(params, directory, leaf.prefix, mode.go, path.slice(slash + 1));
      return appendValues(params, leaf.values, mode, render);
    });
  }
}

async function parse(
  leaf: GitLeaf,
  file: TakenFile,
  text: string | undefined,
  { context }: GenerationRun,
): Promise<readonly FileItem[]> {
  if (text === undefined && file.oid !== '') {
    // the tree has it: only its size keeps a source from answering
    const why = `${inCheckout(file.path)} is larger than the ${LIMITS.yamlFileBytes} bytes that are read`;
    throw new AppsetError('APPSET_E0205', unreadable(leaf, file, why).message);
  }
  if (text === undefined) {
    throw unreadable(leaf, file, `open ${inCheckout(file.path)}: no such file or directory`);
  }
  if (text.startsWith(LFS_POINTER)) {
    throw new AppsetError(
      'APPSET_E0204',
      `${processing(leaf, file.path)}it is kept in Git LFS, which is not read`,
    );
  }
  const { render, signal } = context;
  try {
    return await parseParams(text, file.oid, { clock: render.clock, ...(signal && { signal }) });
  } catch (error) {
    throw asAppsetError(error).prefixed(`${processing(leaf, file.path)}unable to parse file: `);
  }
}

/** Files to read; reports those that are taken but cannot be read. */
function readable(taken: readonly TakenFile[], leaf: GitLeaf, collector: Collector, compat: boolean) {
  const wanted: TakenFile[] = [];
  for (const file of taken) {
    if (file.unreadable !== undefined && (compat || !file.excluded)) {
      collector.failed(
        file.excluded ? [] : [filePart(leaf, file.path)],
        unreadable(leaf, file, file.unreadable),
      );
    } else if (!file.excluded) wanted.push(file);
  }
  return wanted.sort((a, b) => compareBytes(a.path, b.path));
}

/**
 * The rows of a leaf, out of the files it takes.
 *
 * @throws AppsetError APPSET_E0205 when there are too many
 */
export async function fileRows(
  leaf: GitLeaf,
  taken: readonly TakenFile[],
  run: GenerationRun,
): Promise<Outcome> {
  const { settings, sources } = run.context;
  const collector = new Collector(leaf.node);
  const wanted = readable(taken, leaf, collector, settings.compat);
  if (wanted.length > settings.maxFiles) {
    throw new AppsetError(
      'APPSET_E0205',
      `the patterns take ${wanted.length} files, more than the ${settings.maxFiles} allowed`,
    );
  }
  if (wanted.length === 0 || (settings.compat && collector.hasProblems)) return collector.outcome;
  const paths = [...new Set(wanted.map((file) => file.readFrom))];
  const reading = usable(await sources.gitFiles(leaf.request, leaf.tree.commit, paths), settings);
  if (reading.error !== undefined) {
    collector.unknown(serviceError(reading.error, 'files'), reading.value !== undefined);
  }
  if (reading.value === undefined) return collector.outcome;
  const source = reading.stale ? { ...leaf, stale: true } : leaf;
  for (const file of wanted) {
    try {
      const items = await parse(leaf, file, reading.value.get(file.readFrom), run);
      addFile(collector, source, file.path, items, run);
    } catch (error) {
      run.context.signal?.throwIfAborted();
      collector.failed([filePart(leaf, file.path)], asAppsetError(error));
    }
    if (settings.compat && collector.hasProblems) break;
    if (collector.size > settings.maxRows) {
      const text = `the files give more than the ${settings.maxRows} rows allowed`;
      throw new AppsetError('APPSET_E0205', text, { place: { element: file.path } });
    }
    await run.breathe();
  }
  return collector.outcome;
}
