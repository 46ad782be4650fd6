/** The wrapper around git: what it refuses, what it hides, and how it ends what hangs. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GitCommand, type Subcommand } from '../../../src/git/command.ts';
import { Git, type GitFailure } from '../../../src/git/index.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { type Folder, type GitServer, gitServer, TestRepository, temporaryFolder } from './fixture.ts';

let folder: Folder;
const open: (GitServer | { close(): Promise<void> })[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  folder.remove();
});

const serve = async (options: Parameters<typeof gitServer>[1] = {}) => {
  const server = await gitServer(join(folder.path, 'served'), options);
  open.push(server);
  return server;
};
const home = () => join(folder.path, 'home');
const git = (options: object = {}) => new Git({ home: home(), ...options });
const failure = (promise: Promise<unknown>): Promise<GitFailure> =>
  promise.then(
    () => expect.unreachable('must fail'),
    (error: GitFailure) => error,
  );
/** Processes whose command line holds `text`. */
const processes = (text: string) =>
  execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(text) && !line.includes('ps -eo'));

test('only sub-commands of the list are run', async () => {
  const command = new GitCommand({ home: home() });
  const error = await failure(command.run('config' as Subcommand, ['--list']));
  expect(error.message).toBe('git config is not a command this program runs');
});

test('a server that never answers: the time-out ends git and all it started', async () => {
  const server = await serve({ hangs: true });
  const error = await failure(git({ timeoutMs: 400 }).refs({ url: `${server.url}/repo.git` }));
  expect(error.code).toBe('APPSET_E0402');
  expect(error.message).toBe(`${server.url}/repo.git: git did not answer within 0.4 s`);
  expect(processes(`${server.url}/repo.git`)).toEqual([]);
});

test('a server that hangs with many repositories keeps no other from answering', async () => {
  new TestRepository(join(folder.path, 'served', 'repo')).commit();
  const [hanging, well] = [await serve({ hangs: true }), await serve()];
  const reader = git({ timeoutMs: 30_000 });
  let ended = 0;
  const asked = Array.from({ length: 40 }, (_, index) =>
    failure(reader.refs({ url: `${hanging.url}/r${index}.git` })).finally(() => {
      ended += 1;
    }),
  );
  await expect.poll(() => hanging.requests.length, { timeout: 15_000 }).toBe(LIMITS.gitProcessesPerHost);
  expect((await reader.refs({ url: `${well.url}/repo/.git` })).refs.has('refs/heads/main')).toBe(true);
  expect([ended, hanging.requests.length]).toEqual([0, LIMITS.gitProcessesPerHost]);
  await hanging.close();
  await Promise.all(asked);
});

test('a port that accepts and says nothing', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => silent.close(() => resolve()));
    },
  });
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const git9418 = git({ timeoutMs: 400, allowLocal: true });
  const error = await failure(git9418.refs({ url: `git://127.0.0.1:${port}/repo.git` }));
  expect(error.failure).toBe('timeout');
});

test('a command that writes too much is ended', async () => {
  const repository = new TestRepository(join(folder.path, 'served', 'repo'));
  const commit = repository.write({ big: 'x'.repeat(200_000) }).commit();
  const reader = git({ allowLocal: true, outputBytes: 100_000 });
  const error = await failure(reader.files({ url: repository.url }, commit, ['big']));
  expect(error.message).toContain('git wrote more than 100000 bytes');
});

describe('what went wrong is told apart', () => {
  test('no such repository', async () => {
    new TestRepository(join(folder.path, 'served', 'repo'));
    const server = await serve();
    const error = await failure(git().refs({ url: `${server.url}/absent.git` }));
    expect([error.code, error.failure, error.retryable]).toEqual(['APPSET_E0402', 'not-found', true]);
    expect(error.message).toContain(`${server.url}/absent.git: there is no such repository`);
  });

  test('nobody listens', async () => {
    const error = await failure(git().refs({ url: 'http://127.0.0.1:1/repo.git' }));
    expect(error.failure).toBe('unreachable');
    expect(error.message).toContain('http://127.0.0.1:1/repo.git: could not be reached');
  });

  test('no credentials, and credentials that are refused', async () => {
    new TestRepository(join(folder.path, 'served', 'repo')).commit();
    const server = await serve({ basic: 'me:right' });
    const url = `${server.url}/repo/.git`;
    const none = await failure(git().refs({ url }));
    expect(none.message).toContain('credentials are needed and none are configured');
    const wrong = await failure(git().refs({ url, credentials: { username: 'me', password: 'wrong' } }));
    expect([wrong.failure, wrong.message]).toEqual([
      'auth',
      expect.stringContaining('the credentials were refused'),
    ]);
  });

  test('git that cannot be started', async () => {
    const error = await failure(
      git({ gitPath: '/nonexistent/git' }).refs({ url: 'https://example.com/a.git' }),
    );
    expect(error.message).toContain('git could not be started');
  });
});

describe('credentials', () => {
  const secret = 'Sup3r-s3cret!';

  test('reach the server by Basic, by Bearer, and out of the URL', async () => {
    const commit = new TestRepository(join(folder.path, 'served', 'repo')).commit();
    const basicServer = await serve({ basic: `me:${secret}` });
    const url = `${basicServer.url}/repo/.git`;
    const credentials = { username: 'me', password: secret };
    expect(await git().resolve({ url, credentials }, 'main')).toBe(commit);
    expect(await git().resolve({ url, credentials: { ...credentials, forceBasicAuth: true } }, 'main')).toBe(
      commit,
    );
    const inUrl = url.replace('http://', `http://me:${encodeURIComponent(secret)}@`);
    expect(await git().resolve({ url: inUrl }, 'main')).toBe(commit);
    const bearerServer = await serve({ header: `Bearer ${secret}` });
    const remote = { url: `${bearerServer.url}/repo/.git`, credentials: { bearerToken: secret } };
    expect(await git().resolve(remote, 'main')).toBe(commit);
  });

  test('are never in a command line', async () => {
    const server = await serve({ hangs: true });
    const url = server.url.replace('http://', `http://me:${secret}@`);
    const pending = failure(git({ timeoutMs: 1500 }).refs({ url: `${url}/repo.git` }));
    await expect.poll(() => server.requests.length, { timeout: 5000 }).toBeGreaterThan(0);
    expect(processes(`${server.url}/repo.git`)).not.toEqual([]);
    expect(processes(secret)).toEqual([]);
    await pending;
  });

  test('are in no error and in no file', async () => {
    new TestRepository(join(folder.path, 'served', 'repo')).commit();
    const server = await serve({ basic: 'me:other' });
    const url = `${server.url}/repo/.git`;
    for (const remote of [
      { url, credentials: { username: 'me', password: secret } },
      { url: url.replace('http://', `http://me:${encodeURIComponent(secret)}@`) },
      { url, credentials: { bearerToken: secret } },
      { url: 'http://127.0.0.1:1/x', credentials: { proxy: `http://u:${secret}@127.0.0.1:2` } },
    ]) {
      const error = await failure(git().refs(remote));
      expect(`${error.message} ${error.stderr} ${error.stack}`).not.toContain(secret);
    }
    const files = readdirSync(home(), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect(readFileSync(join(file.parentPath, file.name), 'latin1')).not.toContain(secret);
    }
  });

  test('are not given to the host of a redirect', async () => {
    new TestRepository(join(folder.path, 'served', 'repo')).commit();
    const other = await serve({ basic: `me:${secret}` });
    const server = await serve({ redirectTo: other.url });
    const url = `${server.url}/repo/.git`;
    for (const credentials of [
      { username: 'me', password: secret },
      { username: 'me', password: secret, forceBasicAuth: true },
      { bearerToken: secret },
    ]) {
      await failure(git().refs({ url, credentials }));
    }
    expect(other.requests.filter((request) => request.authorization !== undefined)).toEqual([]);
  });

  test('an ssh key is in a file only git may read, for as long as the command runs', async () => {
    const seen = join(folder.path, 'seen');
    const fake = join(folder.path, 'git');
    writeFileSync(
      fake,
      `#!/bin/sh\necho "$GIT_SSH_COMMAND" > ${seen}\nstat -c '%a' ${home()}/run-*/ssh.key >> ${seen}\n`,
    );
    chmodSync(fake, 0o755);
    const reader = git({ gitPath: fake, knownHostsFile: '/etc/ssh/known' });
    await reader.refs({ url: 'git@git.example.com:a/b.git', credentials: { sshPrivateKey: 'KEY' } });
    const [command = '', mode] = readFileSync(seen, 'utf8').trim().split('\n');
    expect(mode).toBe('600');
    expect(command).toContain("'StrictHostKeyChecking=yes'");
    expect(command).toContain("'UserKnownHostsFile=/etc/ssh/known'");
    expect(existsSync(/'-i' '([^']+)'/.exec(command)?.[1] ?? home())).toBe(false);
  });
});
