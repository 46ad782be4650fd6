/** Which patterns reach into a submodule, whose content is not read, and what takes it out again. */
import { describe, expect, test } from 'vitest';
import type { GitTree } from '../../../src/generators/contract.ts';
import { type PathLanguage, submoduleProblem } from '../../../src/generators/git-submodules.ts';

const tree: GitTree = {
  commit: 'c',
  entries: [
    { path: 'apps/web/k', kind: 'file', oid: '1' },
    { path: 'vendor/theme', kind: 'submodule', oid: '2' },
    { path: '.hidden/mod', kind: 'submodule', oid: '3' },
  ],
};
const problem = (include: string[], exclude: string[], language: PathLanguage | undefined) =>
  submoduleProblem(tree, { include, exclude }, language)?.message;

describe('directories', () => {
  test.each([
    [['apps/*'], [], false],
    [['vendor/*'], [], false],
    [['vendor/theme'], [], false],
    [['*/*'], [], false],
    [['*/*/*'], [], true],
    [['vendor/theme/*'], [], true],
    [['vendor/theme/a/b'], [], true],
    [['v*/t?eme/*'], [], true],
    [['apps/*/*'], [], false],
    [['*/*/*'], ['vendor/theme/*'], false],
    [['*/*/*'], ['vendor/*/*'], false],
    [['*/*/*'], ['vendor/theme'], true],
    [['*/*/*'], ['vendor/theme/a'], true],
    [['*/*/*', '*/*/*/*'], ['vendor/theme/*'], true],
    [['.hidden/mod/*'], [], false],
  ])('%j without %j: %s', (include, exclude, reaches) => {
    expect(problem(include, exclude, 'directories') !== undefined).toBe(reaches);
  });

  test('the words name pattern and submodule, and what to do', () => {
    expect(problem(['*/*/*'], [], 'directories')).toBe(
      'error generating params from git: the pattern "*/*/*" reaches into the submodule vendor/theme, whose content is not read; exclude vendor/theme/* if nothing is meant to come from there',
    );
  });
});

describe('files under the new matcher', () => {
  test.each([
    [['apps/*/x.yaml'], [], false],
    [['**/x.yaml'], [], true],
    [['vendor/**/x.yaml'], [], true],
    [['/vendor/theme/x.yaml'], [], true],
    [['apps/**'], [], false],
    [['{apps,vendor}/**'], [], true],
    [['apps/{a,b}/x'], [], false],
    [['**/x.yaml'], ['vendor/**', '.hidden/**'], false],
    [['**/x.yaml'], ['vendor/theme/**', '**/mod/**'], false],
    [['**/x.yaml'], ['vendor/theme/*', '.hidden/**'], true],
    [['**/x.yaml'], ['**/vendor/**/**', '**/**/mod/**'], false],
    [['**/**/theme/**/x.yaml'], ['.hidden/**'], true],
  ])('%j without %j: %s', (include, exclude, reaches) => {
    expect(problem(include, exclude, 'doublestar') !== undefined).toBe(reaches);
  });
});

test('patterns with many ** take no longer than they are', () => {
  const path = Array.from({ length: 60 }, () => 'a').join('/');
  const deep: GitTree = { commit: 'c', entries: [{ path, kind: 'submodule', oid: '1' }] };
  const pattern = `${'**/a/'.repeat(25)}b`;
  const told = submoduleProblem(deep, { include: [pattern], exclude: [pattern] }, 'doublestar');
  expect(told?.message).toContain('reaches into the submodule');
});

test('pathspecs look at tracked paths only', () => {
  expect(problem(['*.yaml', 'vendor/theme/x.yaml'], [], undefined)).toBeUndefined();
});
