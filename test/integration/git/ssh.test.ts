/**
 * Repositories over ssh, by a real sshd on loopback: keys of Secrets, host keys of
 * argocd-ssh-known-hosts-cm. sshd is Debian's package openssh-server; where it cannot run (and
 * APPSET_TEST_SSHD names none that can) these tests are skipped, and say so.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InVain, until } from '../../harness/until.ts';
import { GitWorld } from './world.ts';

const SSHD = process.env['APPSET_TEST_SSHD'] ?? '/usr/sbin/sshd';
const isThere = existsSync(SSHD);
if (!isThere) process.stderr.write(`skipped: no ${SSHD} (Debian package openssh-server)\n`);

let world: GitWorld;
let port: number;
let folder: string;
let url: string;
let hostKey: string;
let userKey: string;

const newKey = (name: string): string => {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return file;
};

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const answers = (at: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(at, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });

describe.skipIf(!isThere)('ssh', () => {
  beforeEach(async () => {
    world = new GitWorld();
    world.repository.write({ 'apps/web/x.yaml': 'a: 1\n' }).commit();
    folder = mkdtempSync(join(tmpdir(), 'appset-sshd-'));
    const host = newKey('host');
    const user = newKey('user');
    hostKey = readFileSync(`${host}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    userKey = readFileSync(user, 'utf8');
    writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${user}.pub`), { mode: 0o600 });
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
    port = await freePort();
    const config = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${host}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      `PidFile ${join(folder, 'pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
    ];
    writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
    let said = '';
    const child = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const gone = new Promise((done) => child.once('exit', done));
    world.onEnd(async () => {
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    });
    await until('sshd to answer', () => {
      if (child.exitCode !== null) throw new InVain(`sshd ended with ${child.exitCode}: ${said}`);
      return answers(port);
    });
    url = `ssh://${userInfo().username}@127.0.0.1:${port}${world.repository.folder}`;
  });
  afterEach(() => world.end());

  const knownHosts = (key: string) =>
    world.configMap('argocd-ssh-known-hosts-cm', { ssh_known_hosts: `[127.0.0.1]:${port} ${key}\n` });

  test('a key of a Secret, and a host that is known', async () => {
    world.secret({ url, sshPrivateKey: userKey });
    knownHosts(hostKey);
    expect(await world.paths(url)).toEqual(['apps/web/x.yaml']);
  });

  test('a host that is not known, or has another key, is refused', async () => {
    world.secret({ url, sshPrivateKey: userKey });
    expect(await world.paths(url)).toMatch(/^APPSET_E0402 ssh:.*identity could not be verified/);
    const other = readFileSync(`${newKey('other')}.pub`, 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
    knownHosts(other);
    expect(await world.paths(url)).toMatch(/^APPSET_E0402 ssh:.*identity could not be verified/);
    knownHosts(hostKey);
    expect(await world.paths(url)).toEqual(['apps/web/x.yaml']);
  });

  test('insecureIgnoreHostKey believes every host', async () => {
    world.secret({ url, sshPrivateKey: userKey, insecureIgnoreHostKey: 'true' });
    expect(await world.paths(url)).toEqual(['apps/web/x.yaml']);
  });

  test('a key that is not let in is refused, and not told', async () => {
    const wrong = readFileSync(newKey('wrong'), 'utf8');
    world.secret({ url, sshPrivateKey: wrong });
    knownHosts(hostKey);
    const answer = await world.paths(url);
    expect(answer).toContain('the credentials were refused');
    expect(answer).not.toContain(wrong.split('\n')[1]);
  });
});
