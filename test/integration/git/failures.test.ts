/**
 * What can happen to a repository between two looks: each is unknown with words of its own and the last
 * known good beside it, or, where the answer is sure, the new content; never an empty tree.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestRepository } from '../../unit/git/fixture.ts';
import { type ChangeableServer, changeableServer } from './changeable-server.ts';
import { GitWorld } from './world.ts';

let world: GitWorld;
let commit: string;
beforeEach(() => {
  world = new GitWorld({ timeoutMs: 1_500, fetchTimeoutMs: 1_500 });
  commit = world.repository.write({ 'apps/web/x.yaml': 'a: 1\n' }).commit();
});
afterEach(() => world.end());

describe('a repository that was read before', () => {
  const served = () => rmSync(world.repository.folder, { recursive: true });
  const { git } = { git: (...args: string[]) => world.repository.git(...args) };
  const table: [string, (server: ChangeableServer) => void, RegExp][] = [
    ['unreachable', (server) => server.close(), /^APPSET_E0402 .*could not be reached/],
    ['silent', (server) => (server.mood.hangs = true), /^APPSET_E0402 .*git did not answer within 1.5 s/],
    ['dripping', (server) => (server.mood.drips = true), /^APPSET_E0402 .*git did not answer within 1.5 s/],
    ['401', (server) => (server.mood.status = 401), /^APPSET_E0402 .*credentials are needed and none/],
    ['403', (server) => (server.mood.status = 403), /^APPSET_E0402 .*credentials are needed and none/],
    ['500', (server) => (server.mood.status = 500), /^APPSET_E0402 .*could not be reached/],
    // git takes it for the protocol of before 2010 and finds no refs in it
    [
      'HTML in place of git',
      (server) => (server.mood.status = 200),
      /^APPSET_E0403 .*the repository is empty/,
    ],
    ['deleted', served, /^APPSET_E0402 .*there is no such repository/],
    [
      'a deleted branch',
      () => void git('branch', '-m', 'main', 'other'),
      /^APPSET_E0403 .*"main" does not exist/,
    ],
    [
      'made anew and empty',
      () => {
        served();
        new TestRepository(world.repository.folder);
      },
      /^APPSET_E0403 .*the repository is empty/,
    ],
  ];
  for (const [name, happen, message] of table) {
    test(`${name}: unknown, beside what was good`, async () => {
      const server = await changeableServer(world);
      expect(await world.paths(server.url)).toEqual(['apps/web/x.yaml']);
      happen(server);
      const reading = await world.tree(server.url);
      if (reading.known) expect.unreachable('the tree is known');
      expect(`${reading.error.code} ${reading.error.message}`).toMatch(message);
      expect(reading.lastKnownGood?.value.commit).toBe(commit);
    });
  }

  test('rewritten history and a force push: the new tip, from one look to the next', async () => {
    const server = await changeableServer(world);
    expect(await world.paths(server.url)).toEqual(['apps/web/x.yaml']);
    git('checkout', '--quiet', '--orphan', 'fresh');
    git('rm', '-rfq', '.');
    const fresh = world.repository.write({ 'apps/new/y.yaml': 'b: 1\n' }).commit();
    git('update-ref', 'refs/heads/main', fresh);
    git('reflog', 'expire', '--expire=now', '--all');
    git('gc', '--quiet', '--prune=now');
    expect(await world.paths(server.url)).toEqual(['apps/new/y.yaml']);
    // the commit of before is nobody's any more; a look at it answers from the copy on disk
    const { git: reader } = world;
    expect((await reader.tree({ url: server.url }, commit)).entries).toHaveLength(1);
  });
});

describe('a hint of a commit', () => {
  const changed = () => world.repository.write({ 'apps/new/y.yaml': 'b: 1\n' }).commit();
  let ran: string[];
  beforeEach(async () => {
    await world.end();
    ran = [];
    world = new GitWorld({ onCommand: (operation) => ran.push(operation) });
    world.repository.write({ 'apps/web/x.yaml': 'a: 1\n' }).commit();
  });

  test('is fetched while the refs are read, and what the refs tell counts', async () => {
    const { url } = await changeableServer(world);
    expect(await world.paths(url)).toEqual(['apps/web/x.yaml']);
    const tip = changed();
    ran.length = 0;
    world.sources.hint([url.toUpperCase().replace('HTTP', 'http')], tip);
    expect(await world.paths(url)).toEqual(['apps/new/y.yaml', 'apps/web/x.yaml']);
    expect(ran.filter((operation) => operation === 'fetch')).toHaveLength(1);
  });

  test('that is wrong, forged or of nothing changes nothing', async () => {
    const { url } = await changeableServer(world);
    const old = world.repository.git('rev-parse', 'main');
    changed();
    for (const hint of [old, '1'.repeat(40), '0'.repeat(40), '--upload-pack=x', '']) {
      world.sources.hint([url], hint);
      expect(await world.paths(url)).toEqual(['apps/new/y.yaml', 'apps/web/x.yaml']);
    }
  });
});

describe('a hostile repository', () => {
  test('runs none of its hooks, filters and settings, and brings no submodule', async () => {
    const { repository } = world;
    const trap = join(world.folder, 'sprung');
    const script = `#!/bin/sh\ntouch ${trap}\n`;
    repository.write({
      '.gitattributes': '* filter=evil diff=evil\n*.bin filter=lfs diff=lfs merge=lfs -text\n',
      '.gitconfig': `[filter "evil"]\n\tsmudge = touch ${trap}\n[core]\n\tfsmonitor = touch ${trap}\n`,
      '.gitmodules': `[submodule "sub"]\n\tpath = sub\n\turl = ext::sh -c touch% ${trap}\n`,
      '.lfsconfig': `[lfs]\n\turl = http://127.0.0.1:1/\n`,
      'hooks/post-checkout': script,
      'hooks/reference-transaction': script,
      'big.bin': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`,
    });
    repository.git('add', '--all');
    repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
    repository.git('commit', '--quiet', '-m', 'hostile');
    const { url } = await world.serve();
    const reading = await world.tree(`${url}/shop`);
    if (!reading.known) throw reading.error;
    expect(reading.value.entries.find(({ path }) => path === 'sub')?.kind).toBe('submodule');
    const paths = ['big.bin', '.gitconfig', 'sub'];
    const request = { repoURL: `${url}/shop`, revision: 'main', project: 'default' };
    const files = await world.sources.snapshot().gitFiles(request, reading.value.commit, paths);
    if (!files.known) throw files.error;
    expect([...files.value.keys()]).toEqual(['big.bin', '.gitconfig']);
    expect(files.value.get('big.bin')).toMatch(/^version https:\/\/git-lfs/);
    expect(() => rmSync(trap)).toThrow(/ENOENT/);
  });
});
