/**
 * Submodules are not read: they are other repositories, with credentials of their own. The directory of
 * one is listed, as in the reference; what is in it is not known. A pattern that could take something
 * from there makes its leaf unknown in that part, so that nothing that came from a submodule is
 * deleted, until an exclude takes the submodule out. Pathspecs never reach into one.
 */
import { AppsetError } from '../support/errors.ts';
import { compileDoublestar, compilePathMatch } from '../support/globs.ts';
import { LIMITS } from '../support/limits.ts';
import type { GitTree } from './contract.ts';
import { literalPrefix } from './sorted-paths.ts';

/** The pattern language: of directories, or of files under the new matcher. */
export type PathLanguage = 'directories' | 'doublestar';

interface Items {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

function segmentTest(segment: string, language: PathLanguage): (name: string) => boolean {
  if (language === 'directories') return compilePathMatch(segment) ?? (() => false);
  try {
    return compileDoublestar(segment);
  } catch {
    return () => false;
  }
}

/** What is left of a pattern below a directory it leads through; undefined where it does not. */
function* restsBelow(
  pattern: readonly string[],
  directory: readonly string[],
  language: PathLanguage,
): Generator<readonly string[]> {
  const [first, ...others] = pattern;
  const [name, ...deeper] = directory;
  if (name === undefined) {
    if (first !== undefined) yield pattern;
    return;
  }
  if (first === undefined) return;
  if (first === '**' && language === 'doublestar') {
    yield* restsBelow(others, directory, language);
    yield* restsBelow(pattern, deeper, language);
    return;
  }
  if (segmentTest(first, language)(name)) yield* restsBelow(others, deeper, language);
}

function reaches(pattern: string, directory: string, language: PathLanguage): boolean {
  const clean = language === 'directories' ? pattern : pattern.replace(/^\/+/, '');
  if (language === 'doublestar' && clean.includes('{')) {
    // alternatives may hold separators: wide rather than narrow
    const literal = literalPrefix(clean, /[*?[{\\]/);
    return literal.startsWith(`${directory}/`) || `${directory}/`.startsWith(literal);
  }
  return !restsBelow(clean.split('/'), directory.split('/'), language).next().done;
}

/** Whether an exclude takes all that includes of so many segments could reach below the directory. */
function covers(
  pattern: string,
  directory: string,
  language: PathLanguage,
  depths: ReadonlySet<number>,
): boolean {
  const segments = pattern.replace(/^\/+/, '').split('/');
  for (const rest of restsBelow(segments, directory.split('/'), language)) {
    if (language === 'doublestar' && rest.length === 1 && rest[0] === '**') return true;
    const all = rest.every((segment) => segment === '*');
    if (language === 'directories' && all && depths.size === 1 && depths.has(segments.length)) return true;
  }
  return false;
}

/**
 * Why a leaf is not wholly known; undefined when its patterns reach into no submodule.
 *
 * @param language undefined for pathspecs
 */
export function submoduleProblem(
  tree: GitTree,
  items: Items,
  language: PathLanguage | undefined,
): AppsetError | undefined {
  if (language === undefined) return undefined;
  const reached: string[] = [];
  let by: string | undefined;
  for (const { path, kind } of tree.entries) {
    if (kind !== 'submodule') continue;
    // hidden directories are not listed, nor what is below them
    if (language === 'directories' && (path.startsWith('.') || path.includes('/.'))) continue;
    const patterns = items.include.filter((pattern) => reaches(pattern, path, language));
    const depths = new Set(patterns.map((pattern) => pattern.split('/').length));
    if (patterns.length === 0) continue;
    if (items.exclude.some((pattern) => covers(pattern, path, language, depths))) continue;
    by ??= patterns[0];
    reached.push(path);
  }
  if (reached.length === 0) return undefined;
  const shown = reached.slice(0, LIMITS.namesShown).join(', ');
  const more = reached.length > LIMITS.namesShown ? ` and ${reached.length - LIMITS.namesShown} more` : '';
  const depth = (by ?? '').split('/').length - (reached[0] ?? '').split('/').length;
  const below = language === 'doublestar' ? '**' : Array(Math.max(1, depth)).fill('*').join('/');
  return new AppsetError(
    'APPSET_E0408',
    `error generating params from git: the pattern ${JSON.stringify(by)} reaches into the submodule${reached.length > 1 ? 's' : ''} ${shown}${more}, ` +
      `whose content is not read; exclude ${reached[0]}/${below} if nothing is meant to come from there`,
  );
}
