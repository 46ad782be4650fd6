/**
 * Whether what a push touched can change what a git leaf reads. Directories change only where paths
 * come or go; files with any touched path their patterns take, in either of the two pattern languages.
 * Wide rather than narrow: a pattern that holds a template, or that cannot be read, meets everything.
 */
import { posix } from 'node:path';
import { compileDoublestar, compilePathMatch, compilePathspec } from '../support/globs.ts';
import type { TouchedPaths } from './contract.ts';
import { type GitLeaf, isTemplated, type PathItem } from './leaves.ts';

type Test = (path: string) => boolean;

const everything: Test = () => true;
/** What a leaf's patterns come to; as long-lived as the leaf, which the index keeps while its set is unchanged. */
interface Tests {
  readonly includes: readonly Test[];
  readonly excludes: readonly Test[];
}
const testsOf = new WeakMap<GitLeaf, Tests>();

function directoryTest(pattern: string): Test {
  if (isTemplated(pattern)) return everything;
  return compilePathMatch(pattern) ?? (() => false);
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
  const spec = attempt(() => {
    const matches = compilePathspec(pattern === '' ? '.' : pattern);
    return (path) => matches(path, false);
  });
  const glob = attempt(() =>
    compileDoublestar(posix.normalize(pattern.replace(/^\/+/, '')).replace(/\/$/, '')),
  );
  return (path) => spec(path) || glob(path);
}

function compile({ directories, files }: GitLeaf): Tests {
  const of = (items: readonly PathItem[], test: (pattern: string) => Test) =>
    items.map(({ path }) => test(path));
  const included = ({ exclude }: PathItem) => !exclude;
  if (directories.length === 0) {
    // an exclude speaks one of two languages here: it is not trusted to take a path away
    return { includes: of(files.filter(included), fileTest), excludes: [] };
  }
  const excludes = directories.filter((item) => !included(item) && !isTemplated(item.path));
  return { includes: of(directories.filter(included), directoryTest), excludes: of(excludes, directoryTest) };
}

function testsFor(leaf: GitLeaf): Tests {
  const found = testsOf.get(leaf) ?? compile(leaf);
  testsOf.set(leaf, found);
  return found;
}

/** The path itself, which may be a submodule, and the directories above it. */
function* directoriesAbove(path: string): Generator<string> {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) yield at;
}

function met({ includes, excludes }: Tests, paths: Iterable<string>): string | undefined {
  for (const path of paths) {
    if (includes.some((test) => test(path)) && !excludes.some((test) => test(path))) return path;
  }
  return undefined;
}

const directoriesOf = new WeakMap<TouchedPaths, ReadonlySet<string>>();

/** Every directory that can have come or gone; made once for all leaves that are asked about a push. */
function directoriesTouched(touched: TouchedPaths): ReadonlySet<string> {
  const made =
    directoriesOf.get(touched) ?? new Set([...touched.moved].flatMap((path) => [...directoriesAbove(path)]));
  directoriesOf.set(touched, made);
  return made;
}

/**
 * The first touched path, or directory of one, that a leaf reads; undefined when it reads none of them.
 * A leaf without any items reads everything.
 */
export function pathRead(leaf: GitLeaf, touched: TouchedPaths): string | undefined {
  if (leaf.directories.length > 0) return met(testsFor(leaf), directoriesTouched(touched));
  if (leaf.files.length === 0) return '';
  return met(testsFor(leaf), touched.moved) ?? met(testsFor(leaf), touched.modified);
}
