/**
 * What the two modes of the git generator share: the leaf they work for and the params that say where
 * a row comes from (spec generators §2.3.1, §2.3.2).
 */
import type { AppsetError } from '../support/errors.ts';
import { normalizeName } from '../support/slug.ts';
import { type GoMap, goMap, goStringSlice } from '../templating/values.ts';
import type { GeneratorNode, GitRequest, GitTree } from './contract.ts';

export interface GitLeaf {
  readonly node: GeneratorNode;
  readonly request: GitRequest;
  readonly tree: GitTree;
  /** `pathParamPrefix`, '' for none */
  readonly prefix: string;
  readonly values: Readonly<Record<string, string>>;
  /** the tree is the last known good one */
  readonly stale: boolean;
}

/**
 * Adds the path params to `params`, over what has their names.
 *
 * @param directory slash-separated, `.` for the root
 * @param filename of a file row
 */
export function addPathParams(
  params: GoMap,
  directory: string,
  prefix: string,
  go: boolean,
  filename?: string,
): void {
  const segments = directory.split('/');
  const basename = segments.at(-1) ?? '';
  if (go) {
    const path = goMap([
      ['path', directory],
      ['basename', basename],
      ['basenameNormalized', normalizeName(basename)],
      ['segments', goStringSlice(segments)],
    ]);
    if (filename !== undefined) {
      path.set('filename', filename);
      path.set('filenameNormalized', normalizeName(filename));
    }
    if (prefix === '') params.set('path', path);
    else params.set(prefix, goMap([['path', path]]));
    return;
  }
  const name = prefix === '' ? 'path' : `${prefix}.path`;
  params.set(name, directory);
  params.set(`${name}.basename`, basename);
  params.set(`${name}.basenameNormalized`, normalizeName(basename));
  if (filename !== undefined) {
    params.set(`${name}.filename`, filename);
    params.set(`${name}.filenameNormalized`, normalizeName(filename));
  }
  segments.forEach((segment, index) => {
    params.set(`${name}[${index}]`, segment);
  });
}

/** Words of the service that reads repositories, around its errors; a source that speaks for itself is left as it is. */
export function serviceError(error: AppsetError, mode: 'directories' | 'files'): AppsetError {
  const listing = mode === 'files' ? '' : 'error getting directories from repo: ';
  const service = mode === 'files' ? 'error retrieving Git files: ' : 'error retrieving Git Directories: ';
  const isGit = error.code === 'APPSET_E0402' || error.code === 'APPSET_E0403';
  const words = isGit ? `${service}rpc error: code = Internal desc = ` : '';
  return error.prefixed(`error generating params from git: ${listing}${words}`);
}
