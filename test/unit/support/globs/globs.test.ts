/** Globs of directories and files against vectors of the Go libraries, and lists of namespaces. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppsetError } from '../../../../src/support/errors.ts';
import { compileDoublestar, compileNamespaces, compilePathMatch } from '../../../../src/support/globs.ts';

interface Pattern {
  readonly pattern: string;
  readonly matches?: readonly string[];
  readonly bad?: true;
}
interface PathVectors {
  readonly paths: readonly string[];
  readonly patterns: readonly Pattern[];
}
interface TreeVectors {
  readonly files: readonly string[];
  readonly directories: readonly string[];
  readonly patterns: readonly Pattern[];
}
const vectors = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../golden/globs/${name}.json`, import.meta.url), 'utf8'));

describe('compilePathMatch is path.Match', () => {
  const { paths, patterns } = vectors<PathVectors>('path-match');
  it.each(patterns)('$pattern', ({ pattern, matches, bad }) => {
    const compiled = compilePathMatch(pattern);
    if (bad) expect(compiled).toBeUndefined();
    else expect(compiled && paths.filter(compiled)).toEqual(matches);
  });

  it('stays quick on a pattern made to be slow', () => {
    expect(compilePathMatch(`${'*a'.repeat(40)}*b`)?.('a'.repeat(400))).toBe(false);
  });
});

describe('compileDoublestar is doublestar v4', () => {
  const { files, directories, patterns } = vectors<TreeVectors>('doublestar');
  it.each(patterns)('$pattern', ({ pattern, matches, bad }) => {
    if (bad) expect(() => compileDoublestar(pattern)).toThrow('syntax error in pattern');
    else {
      const takes = compileDoublestar(pattern);
      const taken = [
        ...files.filter((path) => takes(path)),
        ...directories.filter((path) => takes(path, true)),
      ];
      expect(taken.sort()).toEqual([...(matches ?? [])].sort());
    }
  });

  it.each([
    ['README.md', '*/**', false],
    ['apps', 'apps/**', false],
    ['apps/a.yaml', '[!x]*.yaml', false],
    ['app.yaml', 'app{.prod,}.yaml', false],
    ['app.yaml', 'app{,.prod}.yaml', true],
  ])('the file %s and the pattern %s: %s', (path, pattern, expected) => {
    expect(compileDoublestar(pattern)(path)).toBe(expected);
  });

  it('takes the root where ** alone takes it', () => {
    expect(
      ['**', '{a,**}', '**/**', '*', '**/*'].map((pattern) => compileDoublestar(pattern)('', true)),
    ).toEqual([true, true, true, false, false]);
  });

  it('refuses braces that multiply past the bound', () => {
    expect(() => compileDoublestar('{a,b}'.repeat(40))).toThrow(AppsetError);
  });

  it('stays quick on a pattern made to be slow', () => {
    expect(compileDoublestar(`${'**/*a'.repeat(20)}b`)('a/'.repeat(200))).toBe(false);
  });
});

describe('compileNamespaces', () => {
  it.each([
    [['argocd'], ['argocd'], ['argocd-2', 'xargocd']],
    [['team-*'], ['team-', 'team-a', 'team-a/b'], ['team', 'xteam-a']],
    [['team-?'], ['team-a'], ['team-', 'team-ab']],
    [
      ['team-[ab]', 'x[!ab]'],
      ['team-a', 'xc'],
      ['team-c', 'xa'],
    ],
    [['{a,b*}-ns'], ['a-ns', 'bc-ns'], ['c-ns', 'a']],
    [['{a,{b,c}}'], ['a', 'b', 'c'], ['{a']],
    [['/^team-\\d+$/'], ['team-1', 'team-22'], ['team-a', 'xteam-1']],
    [['/eam/'], ['team-1', 'steam'], ['tea']],
    [['*'], ['anything', ''], []],
    [[], [], ['argocd']],
  ])('%j', (patterns, inside, outside) => {
    const list = compileNamespaces(patterns);
    expect(list.problems).toEqual([]);
    expect(inside.filter(list.matches)).toEqual(inside);
    expect(outside.filter(list.matches)).toEqual([]);
  });

  it.each(['/(?=a)b/', '/(/', '[', '[ab', '{a,b', 'a\\'])('%s matches nothing and is told', (pattern) => {
    const list = compileNamespaces([pattern, 'kept']);
    expect(list.problems).toHaveLength(1);
    expect(list.problems[0]).toContain(JSON.stringify(pattern));
    expect(list.matches('a')).toBe(false);
    expect(list.matches('kept')).toBe(true);
  });

  it('tries a regular expression as a glob too', () => {
    expect(compileNamespaces(['/a+/']).matches('/a+/')).toBe(true);
  });
});
