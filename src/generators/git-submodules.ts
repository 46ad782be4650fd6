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

/** One segment of a pattern; `deep` is a `**`, which takes any number of them. */
interface Segment {
  readonly text: string;
  readonly deep: boolean;
  takes(name: string): boolean;
}

type Pattern = readonly Segment[];

function segmentTest(segment: string, language: PathLanguage): (name: string) => boolean {
  if (language === 'directories') return compilePathMatch(segment) ?? (() => false);
  try {
    return compileDoublestar(segment);
  } catch {
    return () => false;
  }
}

function patternOf(pattern: string, language: PathLanguage): Pattern {
  const clean = language === 'directories' ? pattern : pattern.replace(/^\/+/, '');
  return clean.split('/').map((text) => {
    if (text === '**' && language === 'doublestar') return { text, deep: true, takes: () => true };
    return { text, deep: false, takes: segmentTest(text, language) };
  });
}

/**
 * What may be left of a pattern below a directory it leads through; nothing where it does not. All places
 * of the pattern are followed together: several `**` reach one of them in very many ways.
 */
function restsBelow(pattern: Pattern, directory: string): readonly Pattern[] {
  let at = withSkips(pattern, new Set([0]));
  for (const name of directory.split('/')) {
    const next = new Set<number>();
    for (const index of at) {
      const segment = pattern[index];
      if (segment?.deep === true) next.add(index);
      else if (segment?.takes(name) === true) next.add(index + 1);
    }
    at = withSkips(pattern, next);
  }
  return [...at].filter((index) => index < pattern.length).map((index) => pattern.slice(index));
}

/** The places, and those behind a `**` that takes nothing. */
function withSkips(pattern: Pattern, places: Set<number>): Set<number> {
  // what is added while a set is walked is walked too
  for (const index of places) if (pattern[index]?.deep === true) places.add(index + 1);
  return places;
}

/** Whether a pattern leads below a directory. */
function reacher(pattern: string, language: PathLanguage): (directory: string) => boolean {
  if (language === 'doublestar' && pattern.includes('{')) {
    // alternatives may hold separators: wide rather than narrow
    const literal = literalPrefix(pattern.replace(/^\/+/, ''), /[*?[{\\]/);
    return (directory) => literal.startsWith(`${directory}/`) || `${directory}/`.startsWith(literal);
  }
  const segments = patternOf(pattern, language);
  return (directory) => restsBelow(segments, directory).length > 0;
}

/** Whether an exclude takes all that includes of so many segments could reach below a directory. */
function coverer(
  pattern: string,
  language: PathLanguage,
): (directory: string, depths: ReadonlySet<number>) => boolean {
  const segments = patternOf(pattern.replace(/^\/+/, ''), language);
  return (directory, depths) =>
    restsBelow(segments, directory).some((rest) => {
      if (language === 'doublestar') return rest.length === 1 && rest[0]?.deep === true;
      const all = rest.every(({ text }) => text === '*');
      return all && depths.size === 1 && depths.has(segments.length);
    });
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
  const includes = items.include.map((pattern) => ({ pattern, reaches: reacher(pattern, language) }));
  const excludes = items.exclude.map((pattern) => coverer(pattern, language));
  const reached: string[] = [];
  let by: string | undefined;
  for (const { path, kind } of tree.entries) {
    if (kind !== 'submodule') continue;
    // hidden directories are not listed, nor what is below them
    if (language === 'directories' && (path.startsWith('.') || path.includes('/.'))) continue;
    const patterns = includes.filter(({ reaches }) => reaches(path)).map(({ pattern }) => pattern);
    const depths = new Set(patterns.map((pattern) => pattern.split('/').length));
    if (patterns.length === 0) continue;
    if (excludes.some((covers) => covers(path, depths))) continue;
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
