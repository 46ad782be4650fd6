/** The pathspec matcher against real git: the same repository, the same patterns, the same lists. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageOf } from '../../../../src/support/errors.ts';
import { compilePathspec } from '../../../../src/support/globs.ts';
import { seededRandom } from '../../../../src/support/random.ts';

const FILES = [
  'root.json',
  'README.md',
  'config.json',
  '.hidden/config.json',
  '.top.yaml',
  'p1/config.json',
  'p1/a/config.json',
  'p1/a/b/config.json',
  'some/a.yaml',
  'some/x/y.yaml',
  'some/[1]/z.yaml',
  'some/1/z.yaml',
  'some/a*b.yaml',
  'some/axb.yaml',
  'some/q?.yaml',
  'some/back\\slash.yaml',
  'dir/one',
  'dir/two/three',
  'dirx/one',
  'CASE/File.YAML',
  'é/ü.yaml',
  'sp ace/f.json',
  'a-b.txt',
  'a]b.txt',
  'a:b.txt',
  '!bang.txt',
  ':colon.txt',
];

const PATTERNS = [
  '*.yaml',
  '*.json',
  '**/config.json',
  'p1/**/config.json',
  'p1/*/config.json',
  'some/*.yaml',
  'some/**',
  'some/*',
  '*',
  '**',
  '.',
  './',
  './some',
  'some/',
  'some',
  'dir',
  'dir/',
  'dir//two',
  'dir/../some',
  'dir/..',
  './p1/./a',
  'di*',
  'di',
  'd?r/one',
  'some/[1]',
  'some/[1]/z.yaml',
  'some/[0-9]/z.yaml',
  'some/[!0-9]/*',
  'some/[^0-9]*',
  'some/a*b.yaml',
  'some/a\\*b.yaml',
  'some/q?.yaml',
  'some/q\\?.yaml',
  'some/back\\slash.yaml',
  'some/back\\\\slash.yaml',
  '[',
  '[a',
  'a[]]b.txt',
  'a[]-]b.txt',
  'a[a-]b.txt',
  'a[[:punct:]]b.txt',
  'a[[:alpha:]]b.txt',
  '[[:upper:]]*',
  '*[[:digit:]]*',
  'a[[:nope:]]b.txt',
  '[[:lower:',
  'case/*',
  ':(icase)case/*',
  ':(icase)CASE/file.yaml',
  ':(icase)[[:upper:]]*',
  ':(icase)[A-D]*/f*',
  'é',
  'é/?.yaml',
  'é/??.yaml',
  '?/ü.yaml',
  'é/[ü].yaml',
  ':(glob)*.yaml',
  ':(glob)**/*.yaml',
  ':(glob)**/config.json',
  ':(glob)p1/**/config.json',
  ':(glob)p1/**',
  ':(glob)some/*',
  ':(glob)**',
  ':(glob)p1/**/',
  ':(glob)p1**/config.json',
  ':(glob)some/?.yaml',
  ':(glob)*',
  ':(glob)**/a/*',
  ':(glob)**a/**',
  ':(glob)*/one',
  ':(glob)dir*/**/one',
  ':(literal)some/a*b.yaml',
  ':(literal)some/*.yaml',
  ':(literal)some',
  ':(literal)some/[1]/z.yaml',
  ':!some',
  ':^*.json',
  ':(exclude)some/*',
  ':(exclude,glob)*',
  ':(exclude,icase)SOME',
  ':',
  ':/',
  ':/some',
  ':(top)some',
  ':(top,glob)some/*',
  ':()some',
  ':(glob,)some/*',
  '::some',
  ':some',
  ':a*',
  ':/:some',
  ':!:some',
  ':!/some',
  ':\\colon.txt',
  ':/!bang.txt',
  '!bang.txt',
  '\\!bang.txt',
  ':colon.txt',
  './:colon.txt',
  'sp ace',
  'sp*',
  'sp\\ ace/f.json',
  'missing',
  'missing/*',
  'root.json/',
  'root.json/x',
  '*/',
  '*/config.json',
  '?oot.json',
  'root.jso?',
  '{some,p1}/*',
  '.*',
  '.hidden',
  '.hidden/*',
  '*hidden*',
  'link',
  'link/',
  'sub',
  'sub/',
  'su*',
  'sub/x',
  '*ub/',
  's?b',
  '*//config.json',
  'p1//*',
  'some/./*.yaml',
  '*/../some',
  'some/*/../*',
  'dir/two/..',
];

const REFUSED = [
  '../x',
  '/abs',
  'dir/../../x',
  '..',
  ':(glob)../x',
  '',
  ':(nope)x',
  ':(glob',
  ':(glob,literal)x',
  ':"x',
  ':!../x',
  ':#x',
];

const directory = mkdtempSync(join(tmpdir(), 'pathspec-'));
const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, encoding: 'utf8' });
const list = (pattern: string) => {
  const run = spawnSync('git', ['ls-files', '--full-name', '-z', '--', pattern], {
    cwd: directory,
    encoding: 'utf8',
  });
  return run.status === 0 ? { paths: run.stdout.split('\0').filter(Boolean) } : { fatal: run.stderr };
};
let tracked: string[] = [];

const ours = (pattern: string) => {
  const matches = compilePathspec(pattern);
  return tracked.filter((path) => matches(path, path === 'sub'));
};

beforeAll(() => {
  git('init', '-q', '.');
  for (const file of FILES) {
    mkdirSync(join(directory, dirname(file)), { recursive: true });
    writeFileSync(join(directory, file), 'x');
  }
  symlinkSync('some', join(directory, 'link'));
  git('add', '-A');
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
  tracked = (list('.').paths ?? []) as string[];
  expect(tracked).toHaveLength(FILES.length + 2);
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('compilePathspec lists what git ls-files lists', () => {
  it.each(PATTERNS)('%s', (pattern) => {
    const real = list(pattern);
    expect(real.fatal).toBeUndefined();
    expect(ours(pattern)).toEqual(real.paths);
  });

  it('and so it is for 250 random patterns', () => {
    const random = seededRandom(20301);
    const pieces = [
      '*',
      '**',
      '?',
      '/',
      'p1',
      'a',
      'some',
      'config',
      '.json',
      '.yaml',
      '[a-z]',
      '[!s]',
      '\\',
      'dir',
      'one',
      '[',
      '[]-a]',
      ':(glob)',
      'x',
      '[^/]',
      '[[:alpha:]]',
    ];
    for (let round = 0; round < 250; round++) {
      const length = random.int(1, 6);
      const pattern = Array.from({ length }, () => pieces[random.int(0, pieces.length)]).join('');
      const real = list(pattern);
      if (real.fatal !== undefined) expect(() => compilePathspec(pattern), pattern).toThrow();
      else expect({ pattern, paths: ours(pattern) }).toEqual({ pattern, paths: real.paths });
    }
  });

  it.each(REFUSED)('refuses %j in the words of git', (pattern) => {
    const real = list(pattern);
    const message = (() => {
      try {
        compilePathspec(pattern, directory);
        return 'accepted';
      } catch (error) {
        return messageOf(error);
      }
    })();
    expect(`fatal: ${message}\n`).toBe(real.fatal);
  });

  it('stays quick on a pattern made to be slow', () => {
    const matches = compilePathspec(`${'*a'.repeat(40)}*b`);
    expect(matches('a'.repeat(400))).toBe(false);
  });
});
