/** Which cluster, as whom: kubeconfig files in every form, and tokens that are rotated. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import { HttpObjectClient, loadConnection, Transport } from '../../../src/kube/index.ts';

let folder: string;
const environment = { ...process.env };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'appset-kube-'));
  process.env.HOME = folder;
  delete process.env.KUBECONFIG;
});
afterEach(() => {
  process.env = { ...environment };
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string, text: string, mode = 0o600) => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  return path;
};
const kubeconfig = (name: string, user: object, cluster: object = {}, contextName = 'main') =>
  write(
    name,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: `${contextName}-c`, cluster: { server: 'https://api.example.com:6443/', ...cluster } },
      ],
      users: [{ name: `${contextName}-u`, user }],
      contexts: [
        {
          name: contextName,
          context: { cluster: `${contextName}-c`, user: `${contextName}-u`, namespace: 'argocd' },
        },
      ],
      'current-context': contextName,
    }),
  );
const headersOf = async (file: string) =>
  (await (await loadConnection({ kubeconfig: file })).credentials()).headers;

test('without any kubeconfig there is no cluster, and above all not whoever listens on port 8080', async () => {
  await expect(loadConnection()).rejects.toMatchObject({
    code: 'APPSET_E0802',
    message: 'there is no kubeconfig, and this is no Pod with a service account',
  });
});

describe('users', () => {
  test('a token', async () => {
    const connection = await loadConnection({ kubeconfig: kubeconfig('c', { token: 't' }) });
    expect([connection.server, connection.namespace]).toEqual(['https://api.example.com:6443', 'argocd']);
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer t' });
  });

  test('a token file is read each time, also by a path relative to the kubeconfig', async () => {
    write('token', 'first\n');
    const connection = await loadConnection({ kubeconfig: kubeconfig('c', { tokenFile: 'token' }) });
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer first' });
    write('token', 'second\n');
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer second' });
  });

  test('name and password', async () => {
    const file = kubeconfig('c', { username: 'u', password: 'p' });
    expect(await headersOf(file)).toEqual({
      authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
    });
  });

  test('an exec plugin', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'from-plugin' },
    };
    const plugin = write('plugin', `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`, 0o700);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    expect(await headersOf(kubeconfig('c', { exec }))).toEqual({ authorization: 'Bearer from-plugin' });
  });

  test('an exec plugin that fails is an error that says why', async () => {
    const plugin = write('plugin', '#!/bin/sh\necho "not logged in" >&2\nexit 1\n', 0o700);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin };
    await expect(headersOf(kubeconfig('c', { exec }))).rejects.toMatchObject({
      code: 'APPSET_E0802',
      message: expect.stringContaining('not logged in'),
    });
  });

  test('over plain http no credentials are sent', async () => {
    const file = kubeconfig('c', { token: 'secret' }, { server: 'http://127.0.0.1:8001' });
    const connection = await loadConnection({ kubeconfig: file });
    expect(await connection.credentials()).toEqual({ headers: {}, tls: {} });
  });
});

describe('clusters', () => {
  test('certificates, authorities and names of servers', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const user = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') };
    const cluster = {
      'certificate-authority-data': base64('CA'),
      'tls-server-name': 'inner',
      'proxy-url': 'http://proxy:1',
    };
    const connection = await loadConnection({ kubeconfig: kubeconfig('c', user, cluster) });
    const { tls } = await connection.credentials();
    expect([String(tls.ca), String(tls.cert), String(tls.key), tls.servername]).toEqual([
      'CA',
      'CERT',
      'KEY',
      'inner',
    ]);
    expect(connection.proxyUrl).toBe('http://proxy:1');
  });

  test('an authority file is read again', async () => {
    const ca = write('ca.crt', 'OLD');
    const connection = await loadConnection({
      kubeconfig: kubeconfig('c', {}, { 'certificate-authority': ca }),
    });
    expect(String((await connection.credentials()).tls.ca)).toBe('OLD');
    write('ca.crt', 'NEW');
    expect(String((await connection.credentials()).tls.ca)).toBe('NEW');
  });

  test('checks switched off', async () => {
    const file = kubeconfig('c', {}, { 'insecure-skip-tls-verify': true });
    expect((await (await loadConnection({ kubeconfig: file })).credentials()).tls.rejectUnauthorized).toBe(
      false,
    );
  });
});

describe('choosing', () => {
  test('KUBECONFIG of several files, and a context by name', async () => {
    const first = kubeconfig('one', { token: '1' }, {}, 'one');
    const second = kubeconfig('two', { token: '2' }, { server: 'https://two' }, 'two');
    process.env.KUBECONFIG = `${first}:${second}`;
    const connection = await loadConnection({ context: 'two' });
    expect(connection.server).toBe('https://two');
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer 2' });
  });

  test('of KUBECONFIG the first file that has a name wins, and some may be missing', async () => {
    const first = kubeconfig('one', { token: '1' }, {}, 'same');
    const second = kubeconfig('two', { token: '2' }, { server: 'https://two' }, 'same');
    const third = kubeconfig('three', { token: '3' }, { server: 'https://three' }, 'three');
    process.env.KUBECONFIG = `${join(folder, 'absent')}:${first}:${second}:${third}`;
    const connection = await loadConnection();
    expect(connection.server).toBe('https://api.example.com:6443');
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer 1' });
    expect((await loadConnection({ context: 'three' })).server).toBe('https://three');
  });

  const refused = (kubeconfig?: string) =>
    loadConnection(kubeconfig === undefined ? {} : { kubeconfig }).then(
      () => undefined,
      (error: { code: string; message: string }) => `${error.code} ${error.message}`,
    );

  test('a file that cannot be read is told with its path, in whatever way it was named', async () => {
    const good = kubeconfig('c', {});
    const locked = join(folder, 'locked');
    mkdirSync(locked);
    expect(await refused(locked)).toBe(
      `APPSET_E0802 the kubeconfig ${locked} cannot be read: it is a directory`,
    );
    process.env.KUBECONFIG = `${good}:${locked}`;
    expect(await refused()).toBe(`APPSET_E0802 the kubeconfig ${locked} cannot be read: it is a directory`);
    const absent = join(folder, 'absent');
    expect(await refused(absent)).toBe(
      `APPSET_E0802 the kubeconfig ${absent} cannot be read: there is no such file`,
    );
    process.env.KUBECONFIG = `${absent}:${absent}2`;
    expect(await refused()).toBe(
      `APPSET_E0802 KUBECONFIG names no file that is there: ${absent}, ${absent}2`,
    );
  });

  test('a file that is none is told with its path, and without a word of it', async () => {
    const broken = write('broken', 'users:\n- user: {token: planted-token\n- x');
    const answer = await refused(broken);
    expect(answer).toContain(`APPSET_E0802 the kubeconfig ${broken} cannot be read: `);
    expect(answer).not.toContain('planted-token');
  });

  test('a context or a file that is not there', async () => {
    const file = kubeconfig('c', {});
    await expect(loadConnection({ kubeconfig: file, context: 'other' })).rejects.toMatchObject({
      code: 'APPSET_E0802',
      message: 'there is no context "other"',
    });
    await expect(loadConnection({ kubeconfig: join(folder, 'absent') })).rejects.toMatchObject({
      code: 'APPSET_E0802',
    });
    await expect(loadConnection({ kubeconfig: write('empty', '') })).rejects.toMatchObject({
      code: 'APPSET_E0802',
    });
  });
});

test('over TLS: the authority of the kubeconfig is trusted and the client certificate shown; without it nothing is', async () => {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
    '-keyout',
    'tls.key',
    '-out',
    'tls.crt',
  );
  const [key, cert] = ['tls.key', 'tls.crt'].map((name) => execFileSync('cat', [join(folder, name)]));
  const server = createServer(
    { key, cert, ca: cert, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const shown = 'authorized' in request.socket && request.socket.authorized === true;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ metadata: { name: shown ? 'known' : 'unknown' } }));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (user: object, cluster: object) => {
    const transport = new Transport(
      await loadConnection({ kubeconfig: kubeconfig('c', user, { server: address, ...cluster }) }),
    );
    try {
      return (await new HttpObjectClient(transport).get(RESOURCES.namespaces, undefined, 'x')).metadata.name;
    } catch (error) {
      return String(error);
    } finally {
      await transport.close();
    }
  };
  const files = { 'client-certificate': join(folder, 'tls.crt'), 'client-key': join(folder, 'tls.key') };
  const trusted = { 'certificate-authority': join(folder, 'tls.crt') };
  expect(await ask(files, trusted)).toBe('known');
  expect(await ask({ token: 't' }, trusted)).toBe('unknown');
  expect(await ask(files, {})).toContain('self-signed certificate');
  server.closeAllConnections();
  server.close();
});
