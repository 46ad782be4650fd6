/**
 * Whether what a push touched can change what a git leaf reads. Directories change only where paths
 * come or go; files with any touched path their patterns take, in either of the two pattern languages.
 * Wide rather than narrow: a pattern that holds a template, or that cannot be read, meets everything.
 */
import { posix } from 'node:path';
import { BoundedCache } from '../support/bounded-cache.ts';
import { compileDoublestar, compilePathMatch, compilePathspec } from '../support/globs.ts';
import { LIMITS } from '../support/limits.ts';
import type { TouchedPaths } from './contract.ts';
import { type GitLeaf, isTemplated, type PathItem } from './leaves.ts';

type Test = (path: string) => boolean;

const everything: Test = () => true;
const directoryTests = new BoundedCache<string, Test>(LIMITS.compiledPatterns);
const fileTests = new BoundedCache<string, Test>(LIMITS.compiledPatterns);

function directoryTest(pattern: string): Test {
  if (isTemplated(pattern)) return everything;
  return directoryTests.getOrMake(pattern, () => compilePathMatch(pattern) ?? (() => false));
}

function attempt(make: () => Test): Test {
  try {
    return make();
  } catch {
    return everything;
  }
}

function fileTest(pattern: string): Test {
  if (isTemplated(pattern)) return everything;
  return fileTests.getOrMake(pattern, () => {
    const spec = attempt(() => {
      const matches = compilePathspec(pattern === '' ? '.' : pattern);
      return (path) => matches(path, false);
    });
    const glob = attempt(() => {
      const matches = compileDoublestar(posix.normalize(pattern.replace(/^\/+/, '')).replace(/\/$/, ''));
      return (path) => matches(path);
    });
    return (path) => spec(path) || glob(path);
  });
}

/** The path itself, which may be a submodule, and the directories above it. */
function* directoriesAbove(path: string): Generator<string> {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) yield at;
}

function met(
  items: readonly PathItem[],
  paths: Iterable<string>,
  testOf: (pattern: string) => Test,
): string | undefined {
  const includes = items.filter(({ exclude }) => !exclude).map(({ path }) => testOf(path));
  const excludes = items
    .filter(({ exclude, path }) => exclude && !isTemplated(path))
    .map(({ path }) => testOf(path));
  const seen = new Set<string>();
  for (const path of paths) {
    if (seen.has(path)) continue;
    seen.add(path);
    if (includes.some((test) => test(path)) && !excludes.some((test) => test(path))) return path;
  }
  return undefined;
}

function* allDirectories(paths: Iterable<string>): Generator<string> {
  for (const path of paths) yield* directoriesAbove(path);
}

/**
 * The first touched path, or directory of one, that a leaf reads; undefined when it reads none of them.
 * A leaf without any items reads everything.
 */
export function pathRead(leaf: GitLeaf, touched: TouchedPaths): string | undefined {
  if (leaf.directories.length > 0) return met(leaf.directories, allDirectories(touched.moved), directoryTest);
  if (leaf.files.length === 0) return '';
  // an exclude speaks one of two languages here: it is not trusted to take a path away
  const includes = leaf.files.filter(({ exclude }) => !exclude);
  return met(includes, [...touched.moved, ...touched.modified], fileTest);
}
