/** Repositories over the git protocol, by a real `git daemon`: refused unless local addresses are allowed. */
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { until } from '../../harness/until.ts';
import { GitWorld } from './world.ts';

let world: GitWorld;
afterEach(() => world.end());

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const isOpen = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });

async function daemon(): Promise<string> {
  const port = await freePort();
  const root = join(world.folder, 'served');
  const args = ['daemon', '--reuseaddr', '--listen=127.0.0.1', `--port=${port}`, `--base-path=${root}`];
  const child = spawn('git', [...args, '--export-all', root], { stdio: 'ignore', detached: true });
  const gone = new Promise((done) => child.once('exit', done));
  world.onEnd(async () => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await gone;
  });
  await until('git daemon to answer', () => isOpen(port));
  return `git://127.0.0.1:${port}/shop`;
}

test('a daemon is read where git: addresses are allowed', async () => {
  world = new GitWorld({ allowLocal: true });
  world.repository.write({ 'apps/web/x.yaml': 'a: 1\n' }).commit();
  const url = await daemon();
  expect(await world.paths(url)).toEqual(['apps/web/x.yaml']);
  world.repository.write({ 'apps/cart/y.yaml': 'b: 1\n' }).commit();
  expect(await world.paths(url)).toEqual(['apps/cart/y.yaml', 'apps/web/x.yaml']);
  expect(await world.paths(`${url}-gone`)).toContain('there is no such repository');
});

test('and refused by its scheme elsewhere', async () => {
  world = new GitWorld();
  expect(await world.paths('git://127.0.0.1:1/shop')).toContain('the scheme git is not allowed');
});
