/** `--repo URL=DIR[@REV]`: a folder answers for a repository. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Reading } from '../../../../src/generators/contract.ts';
import { localRepoSources, parseRepositoryMapping } from '../../../../src/sources/live/index.ts';
import { ManualClock } from '../../../../src/support/clock.ts';
import { type Folder, TestRepository, temporaryFolder } from '../../git/fixture.ts';

const url = 'https://git.example.com/acme/platform.git';
let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const sources = (directory: string, revision?: string) =>
  localRepoSources({
    mappings: [revision === undefined ? { url, folder: directory } : { url, folder: directory, revision }],
    home: join(folder.path, 'home'),
    clock: new ManualClock(),
  });
const request = (revision = 'main', repoURL = url) => ({ repoURL, revision, project: '' });
const factOf = <T>(reading: Reading<T>): T => {
  if (!reading.known) throw reading.error;
  return reading.value;
};
const paths = async (from: ReturnType<typeof sources>, revision?: string) =>
  factOf(await from.gitTree(request(revision))).entries.map((entry) => entry.path);
const contents = async (from: ReturnType<typeof sources>, wanted: string[]) => {
  const { commit } = factOf(await from.gitTree(request()));
  return Object.fromEntries(factOf(await from.gitFiles(request(), commit, wanted)));
};

describe('a working tree', () => {
  test('answers as it lies there: changed, untracked, deleted, without what is ignored', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    repository
      .write({ 'a.yaml': 'old', 'gone.yaml': 'x', 'dir/b.yaml': 'b', '.gitignore': 'ignored\n' })
      .commit();
    repository.write({ 'a.yaml': 'new', 'gone.yaml': null, 'untracked.yaml': 'u', ignored: 'i' });
    repository.link('link.yaml', 'dir/b.yaml');
    const from = sources(repository.folder);
    expect(await paths(from)).toEqual(['.gitignore', 'a.yaml', 'dir/b.yaml', 'link.yaml', 'untracked.yaml']);
    expect(await contents(from, ['a.yaml', 'link.yaml', 'untracked.yaml', 'ignored', 'dir'])).toEqual({
      'a.yaml': 'new',
      'link.yaml': 'b',
      'untracked.yaml': 'u',
    });
  });

  test('answers for every revision, and for the URL in another spelling', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    repository.write({ a: '1' });
    const from = sources(repository.folder);
    expect(await paths(from, 'any')).toEqual(['a']);
    const other = 'https://GIT.example.com/acme/platform';
    expect((await from.gitTree(request('', other))).known).toBe(true);
  });

  test('is unknown where a path may not be looked at, not without it', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    repository.write({ 'dir/b.yaml': 'b', 'c.yaml': 'c' }).commit();
    rmSync(join(repository.folder, 'dir'), { recursive: true });
    expect(await paths(sources(repository.folder))).toEqual(['c.yaml']);
    repository.link('dir', 'dir');
    const reading = await sources(repository.folder).gitTree(request());
    expect(reading).toMatchObject({ known: false, error: { code: 'APPSET_E0402' } });
  });

  test('has a version that changes with its content only', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    repository.write({ a: '1', b: '2' });
    const version = async () => factOf(await sources(repository.folder).gitTree(request())).commit;
    const first = await version();
    expect(first).toMatch(/^[0-9a-f]{40}$/);
    repository.write({ a: '1' });
    expect(await version()).toBe(first);
    repository.write({ a: '3' });
    expect(await version()).not.toBe(first);
  });

  test('a folder inside one is a root of its own, with and without a revision', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    repository.write({ 'sub/x/a.yaml': '1', 'top.yaml': '2' }).commit();
    const sub = join(repository.folder, 'sub');
    expect(await paths(sources(sub))).toEqual(['x/a.yaml']);
    expect(await paths(sources(sub, 'main'))).toEqual(['x/a.yaml']);
  });

  test('does not run what its configuration names', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    const trap = join(folder.path, 'trap');
    repository.write({ a: '1' }).commit();
    repository.git('config', 'core.fsmonitor', `touch ${trap}; false`);
    await paths(sources(repository.folder));
    expect(existsSync(trap)).toBe(false);
  });
});

test('a plain folder answers with everything in it', async () => {
  const plain = join(folder.path, 'plain');
  mkdirSync(join(plain, 'apps/web'), { recursive: true });
  writeFileSync(join(plain, 'apps/web/config.json'), '{}');
  writeFileSync(join(plain, '.hidden'), 'h');
  expect(await paths(sources(plain))).toEqual(['.hidden', 'apps/web/config.json']);
  expect(await contents(sources(plain), ['apps/web/config.json'])).toEqual({ 'apps/web/config.json': '{}' });
});

describe('a revision', () => {
  test('answers with that commit, whatever lies in the working tree', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    const commit = repository.write({ a: 'one' }).commit();
    repository.git('tag', '-a', 'v1', '-m', 'v1');
    repository.write({ a: 'two', b: 'new' }).commit();
    const from = sources(repository.folder, 'v1');
    expect(factOf(await from.gitTree(request('main'))).commit).toBe(commit);
    expect(await contents(from, ['a', 'b'])).toEqual({ a: 'one' });
  });

  test('of a bare repository, and HEAD of it without one', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    const commit = repository.write({ a: 'one' }).commit();
    const bare = join(folder.path, 'bare.git');
    execFileSync('git', ['clone', '-q', '--bare', repository.folder, bare], { stdio: 'pipe' });
    for (const from of [sources(bare, 'main'), sources(bare)]) {
      expect(factOf(await from.gitTree(request())).commit).toBe(commit);
      expect(await contents(from, ['a'])).toEqual({ a: 'one' });
    }
  });

  test('that is not there is unknown', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    repository.commit();
    expect(await sources(repository.folder, 'absent').gitTree(request())).toMatchObject({
      known: false,
      error: { code: 'APPSET_E0403', message: `${repository.folder}: revision "absent" does not exist` },
    });
  });
});

test('a repository that was not given is unknown', async () => {
  const reading = await sources(folder.path).gitTree(request('main', 'https://git.example.com/other'));
  expect(reading).toMatchObject({ known: false, error: { code: 'APPSET_E0404' } });
});

describe('the flag', () => {
  test('splits at the first equals sign and the last at sign', () => {
    const repo = join(folder.path, 'a@b');
    mkdirSync(repo);
    expect(parseRepositoryMapping(`${url}=${repo}`)).toEqual({ url, folder: repo });
    expect(parseRepositoryMapping(`${url}=${repo}@v1`)).toEqual({ url, folder: repo, revision: 'v1' });
    expect(parseRepositoryMapping(`git@h:a/b.git=${folder.path}@feature/x`)).toEqual({
      url: 'git@h:a/b.git',
      folder: folder.path,
      revision: 'feature/x',
    });
  });

  for (const text of ['nothing', '=dir', `${url}=`, `${url}=/no/such/dir`, `${url}=/no/such@main`]) {
    test(`refuses ${text}`, () => {
      expect(() => parseRepositoryMapping(text)).toThrow(/^--repo /);
    });
  }
});
