/** Remote repositories through the native git: trees, files, revisions, and what the copy on disk saves. */
import { existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Git, type GitSettings } from '../../../src/git/index.ts';
import { type Folder, type GitServer, gitServer, TestRepository, temporaryFolder } from './fixture.ts';

let folder: Folder;
let servers: GitServer[];
beforeEach(() => {
  folder = temporaryFolder();
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  folder.remove();
});

const newGit = (options: Partial<GitSettings> = {}) =>
  new Git({ home: join(folder.path, 'home'), allowLocal: true, ...options });
const newRepository = (name = 'repo', config: Record<string, string> = {}) =>
  new TestRepository(join(folder.path, 'served', name), config);
const serve = async (options: Parameters<typeof gitServer>[1] = {}) => {
  const server = await gitServer(join(folder.path, 'served'), options);
  servers.push(server);
  return server;
};
const text = (files: Map<string, Buffer>) =>
  Object.fromEntries([...files].map(([path, content]) => [path, content.toString('utf8')]));
const storeOf = (home = join(folder.path, 'home')) => {
  const [key = ''] = readdirSync(join(home, 'mirrors'));
  return join(home, 'mirrors', key, 'store.git');
};
const message = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
  );

describe('trees', () => {
  test('list every tracked path in bytewise order, with links and submodules told apart', async () => {
    const repository = newRepository();
    repository.write({
      'a/x.yaml': '1',
      'a-b/y.yaml': '2',
      'a.yaml': '3',
      '.hidden/z': '4',
      'ü/ß "q".yaml': '5',
    });
    repository.link('link.yaml', 'a.yaml');
    repository.git('add', '--all');
    repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
    repository.git('commit', '-q', '-m', 'all');
    const commit = repository.git('rev-parse', 'HEAD');
    const tree = await newGit().tree({ url: repository.url }, commit);
    expect(tree.commit).toBe(commit);
    expect(tree.entries.map((entry) => `${entry.kind} ${entry.path}`)).toEqual([
      'file .hidden/z',
      'file a-b/y.yaml',
      'file a.yaml',
      'file a/x.yaml',
      'symlink link.yaml',
      'submodule sub',
      'file ü/ß "q".yaml',
    ]);
    expect(tree.entries.find((entry) => entry.kind === 'symlink')?.target).toBe('a.yaml');
  });

  test('of an unchanged commit are not fetched twice, not even by a new process', async () => {
    const commit = newRepository().write({ a: '1' }).commit();
    const server = await serve();
    const repository = { url: `${server.url}/repo/.git` };
    const git = newGit();
    await git.tree(repository, commit);
    await git.tree(repository, commit);
    expect(server.fetches()).toBe(1);
    await newGit().tree(repository, commit);
    expect(server.fetches()).toBe(1);
  });

  test('asked for at the same time are fetched once', async () => {
    const commit = newRepository().write({ a: '1' }).commit();
    const server = await serve();
    const git = newGit();
    const repository = { url: `${server.url}/repo/.git` };
    const [first, second] = await Promise.all([git.tree(repository, commit), git.tree(repository, commit)]);
    expect(first).toBe(second);
    expect(server.fetches()).toBe(1);
  });

  test('of an older commit can be read after a newer one', async () => {
    const repository = newRepository();
    const old = repository.write({ a: '1' }).commit();
    const recent = repository.write({ b: '2' }).commit();
    const git = newGit();
    expect((await git.tree({ url: repository.url }, recent)).entries).toHaveLength(2);
    expect((await git.tree({ url: repository.url }, old)).entries).toHaveLength(1);
  });
});

describe('files', () => {
  test('bring no blob with the tree, and all missing ones in one fetch', async () => {
    const repository = newRepository();
    const contents = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}.yaml`, `n: ${i}\n`]));
    const commit = repository.write(contents).commit();
    const server = await serve();
    const git = newGit();
    const remote = { url: `${server.url}/repo/.git` };
    await git.tree(remote, commit);
    expect(server.fetches()).toBe(1);
    expect(text(await git.files(remote, commit, Object.keys(contents)))).toEqual(contents);
    expect(server.fetches()).toBe(2);
    await git.files(remote, commit, Object.keys(contents));
    expect(server.fetches()).toBe(2);
  });

  test('come in one fetch from a server that keeps bitmaps too', async () => {
    const repository = newRepository();
    const contents = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}.yaml`, `n: ${i}\n`]));
    repository.write(contents).commit();
    const commit = repository.write({ 'f0.yaml': 'n: changed\n' }).commit();
    repository.git('repack', '-adbq');
    const server = await serve();
    const git = newGit();
    const remote = { url: `${server.url}/repo/.git` };
    await git.tree(remote, commit);
    const paths = Object.keys(contents).slice(0, 20);
    expect((await git.files(remote, commit, paths)).size).toBe(20);
    expect(server.fetches()).toBe(2);
    // and with them no other
    await git.files(remote, commit, ['f299.yaml']);
    expect(server.fetches()).toBe(3);
  });

  test('asked for one by one are read together, and not again', async () => {
    const contents = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}.yaml`, `n: ${i}\n`]));
    const commit = newRepository().write(contents).commit();
    const ran: string[] = [];
    const git = newGit({ onCommand: (operation) => ran.push(operation) });
    const remote = { url: `${(await serve()).url}/repo/.git` };
    await git.tree(remote, commit);
    const one = async (path: string) => text(await git.files(remote, commit, [path]));
    const all = () => Promise.all(Object.keys(contents).map(one));
    const expected = Object.entries(contents).map(([path, content]) => ({ [path]: content }));
    ran.length = 0;
    expect(await all()).toEqual(expected);
    expect(ran.length).toBeLessThan(10);
    ran.length = 0;
    expect(await all()).toEqual(expected);
    expect(ran).toEqual([]);
  });

  test('of one set of credentials are not given to another', async () => {
    const commit = newRepository().write({ 'f.yaml': 'secret' }).commit();
    const server = await serve({ basic: 'me:right' });
    const git = newGit();
    const url = `${server.url}/repo/.git`;
    const files = (password: string) =>
      git.files({ url, credentials: { username: 'me', password } }, commit, ['f.yaml']);
    expect(text(await files('right'))).toEqual({ 'f.yaml': 'secret' });
    expect(await message(files('wrong'))).toContain('the credentials were refused');
  });

  test('a failed reading is not remembered', async () => {
    const commit = newRepository().write({ 'f.yaml': 'a' }).commit();
    const server = await serve();
    const git = newGit();
    const remote = { url: `${server.url}/repo/.git` };
    await git.tree(remote, commit);
    await server.close();
    expect(await message(git.files(remote, commit, ['f.yaml']))).toContain('could not be reached');
    const again = new URL(server.url);
    servers.push(await gitServer(join(folder.path, 'served'), { port: Number(again.port) }));
    expect(text(await git.files(remote, commit, ['f.yaml']))).toEqual({ 'f.yaml': 'a' });
  });

  test('follow links inside the tree only', async () => {
    const repository = newRepository();
    repository.write({ 'real/app.yaml': 'app', 'top.yaml': 'top' });
    repository.link('to-file', 'real/app.yaml');
    repository.link('chain', 'to-file');
    repository.link('real/up.yaml', '../top.yaml');
    repository.link('dir', 'real');
    repository.link('round', 'round');
    repository.link('outside', '../secret');
    repository.link('absolute', '/etc/passwd');
    repository.link('dangling', 'nothing');
    repository.link('to-dir', 'real');
    const commit = repository.commit();
    const paths = ['to-file', 'chain', 'real/up.yaml', 'dir/app.yaml', 'dir/up.yaml'];
    const none = ['round', 'outside', 'absolute', 'dangling', 'to-dir', 'real', 'absent', 'top.yaml/x'];
    expect(text(await newGit().files({ url: repository.url }, commit, [...paths, ...none]))).toEqual({
      'to-file': 'app',
      chain: 'app',
      'real/up.yaml': 'top',
      'dir/app.yaml': 'app',
      'dir/up.yaml': 'top',
    });
  });

  test('keep every byte, whatever the content looks like', async () => {
    const tricky = 'a\n\n0000000000000000000000000000000000000000 blob 3\nx\0y\n';
    const repository = newRepository();
    const commit = repository.write({ a: tricky, b: '', c: 'last' }).commit();
    expect(text(await newGit().files({ url: repository.url }, commit, ['a', 'b', 'c']))).toEqual({
      a: tricky,
      b: '',
      c: 'last',
    });
  });
});

describe('servers of little ability', () => {
  const cases: [string, Record<string, string>][] = [
    ['no filter', { 'uploadpack.allowFilter': 'false' }],
    ['no single commits', { 'uploadpack.allowAnySHA1InWant': 'false', 'uploadpack.allowFilter': 'false' }],
  ];
  for (const [name, config] of cases) {
    for (const oldProtocol of [false, true]) {
      test(`${name}, ${oldProtocol ? 'protocol 0' : 'protocol 2'}: the same answers`, async () => {
        const repository = newRepository('repo', config);
        const old = repository.write({ a: 'old' }).commit();
        const recent = repository.write({ a: 'new' }).commit();
        const server = await serve({ oldProtocol });
        const remote = { url: `${server.url}/repo/.git` };
        const git = newGit();
        expect(text(await git.files(remote, recent, ['a']))).toEqual({ a: 'new' });
        expect(text(await git.files(remote, old, ['a']))).toEqual({ a: 'old' });
      });
    }
  }
});

describe('a repository that changes', () => {
  test('force push: the branch is where it was put, and the old commit stays readable', async () => {
    const repository = newRepository();
    const first = repository.write({ a: '1' }).commit();
    const git = newGit();
    const remote = { url: repository.url };
    expect(await git.resolve(remote, 'main')).toBe(first);
    await git.tree(remote, first);
    repository.git('checkout', '-q', '--orphan', 'other');
    repository.git('rm', '-rfq', '.');
    const second = repository.write({ b: '2' }).commit();
    repository.git('branch', '-f', 'main', second);
    expect(await git.resolve(remote, 'main')).toBe(second);
    expect((await git.tree(remote, second)).entries.map((entry) => entry.path)).toEqual(['b']);
    expect((await git.tree(remote, first)).entries.map((entry) => entry.path)).toEqual(['a']);
  });

  test('a deleted branch is a revision that does not exist', async () => {
    const repository = newRepository();
    repository.commit();
    repository.git('branch', 'gone');
    const git = newGit();
    const remote = { url: repository.url };
    expect(await git.resolve(remote, 'gone')).toHaveLength(40);
    repository.git('branch', '-D', 'gone');
    expect(await message(git.resolve(remote, 'gone'))).toBe(
      `APPSET_E0403 ${repository.url}: revision "gone" does not exist`,
    );
  });

  test('an empty repository has no HEAD, and says so', async () => {
    const repository = newRepository();
    expect(await message(newGit().resolve({ url: repository.url }, ''))).toBe(
      `APPSET_E0403 ${repository.url}: revision "HEAD" does not exist: the repository is empty`,
    );
  });

  test('an empty commit is an empty tree', async () => {
    const repository = newRepository();
    const commit = repository.commit();
    expect(await newGit().tree({ url: repository.url }, commit)).toEqual({ commit, entries: [] });
  });

  test('a full commit id that is not there', async () => {
    const repository = newRepository();
    repository.commit();
    const absent = '1234567890'.repeat(4);
    expect(await newGit().resolve({ url: repository.url }, absent)).toBe(absent);
    expect(await message(newGit().tree({ url: repository.url }, absent))).toContain(
      `APPSET_E0403 ${repository.url}: revision "${absent}" is no commit of this repository`,
    );
  });

  test('the beginning of a commit id is found in the history, and refused when it is not unique', async () => {
    const repository = newRepository();
    const old = repository.write({ a: '1' }).commit();
    const tip = repository.write({ a: '2' }).commit();
    const git = newGit();
    const remote = { url: repository.url };
    expect(await git.resolve(remote, tip.slice(0, 7))).toBe(tip);
    expect(await git.resolve(remote, old.slice(0, 10).toUpperCase())).toBe(old);
    expect(await message(git.resolve(remote, 'abcdef0'))).toContain('APPSET_E0403');
  });
});

describe('the copy on disk', () => {
  test('is made anew when it is broken', async () => {
    const repository = newRepository();
    const commit = repository.write({ a: '1' }).commit();
    await newGit().tree({ url: repository.url }, commit);
    const packs = join(storeOf(), 'objects', 'pack');
    for (const file of readdirSync(packs)) truncateSync(join(packs, file), 5);
    const git = newGit();
    expect((await git.tree({ url: repository.url }, commit)).entries).toHaveLength(1);
    rmSync(join(packs), { recursive: true });
    expect(text(await git.files({ url: repository.url }, commit, ['a']))).toEqual({ a: '1' });
  });

  test('is made anew when it has too many packs', async () => {
    const repository = newRepository();
    const git = newGit({ mirrorPacks: 3 });
    for (let i = 0; i < 8; i++) {
      const commit = repository.write({ a: String(i) }).commit();
      expect(text(await git.files({ url: repository.url }, commit, ['a']))).toEqual({ a: String(i) });
    }
    const packs = readdirSync(join(storeOf(), 'objects', 'pack')).filter((name) => name.endsWith('.pack'));
    expect(packs.length).toBeLessThanOrEqual(5);
  });

  test('stays within its bound in bytes: the least recently used goes', async () => {
    const git = newGit({ cacheBytes: 1 });
    const commits: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const repository = newRepository(name).write({ a: name });
      commits.push(repository.commit());
      await git.tree({ url: repository.url }, commits.at(-1) ?? '');
      expect(readdirSync(join(folder.path, 'home', 'mirrors'))).toHaveLength(1);
    }
    const first = { url: `file://${join(folder.path, 'served', 'one')}` };
    expect(text(await git.files(first, commits[0] ?? '', ['a']))).toEqual({ a: 'one' });
  });

  test('survives locks that a killed git left behind', async () => {
    const repository = newRepository();
    const first = repository.write({ a: '1' }).commit();
    const git = newGit();
    await git.tree({ url: repository.url }, first);
    const lock = join(storeOf(), 'shallow.lock');
    writeFileSync(lock, '');
    const second = repository.write({ a: '2' }).commit();
    expect((await git.tree({ url: repository.url }, second)).commit).toBe(second);
    expect(existsSync(lock)).toBe(false);
  });

  test('is apart for each set of credentials', async () => {
    const commit = newRepository().write({ a: '1' }).commit();
    const server = await serve({ basic: 'me:secret-1' });
    const git = newGit();
    const url = `${server.url}/repo/.git`;
    await git.tree({ url, credentials: { username: 'me', password: 'secret-1' } }, commit);
    expect(await message(git.tree({ url }, commit))).toContain(
      'credentials are needed and none are configured',
    );
    const wrong = git.tree({ url, credentials: { username: 'me', password: 'secret-2' } }, commit);
    expect(await message(wrong)).toContain('the credentials were refused');
  });
});
