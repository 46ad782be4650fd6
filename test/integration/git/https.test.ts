/**
 * Repositories over https, by a server with an authority of its own: whom it is believed by, client
 * certificates, passwords, tokens, proxies; and that a change in the cluster counts at once.
 */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Authority, newAuthority } from '../../harness/certificates.ts';
import type { GitServer, GitServerOptions } from '../../unit/git/fixture.ts';
import { GitWorld } from './world.ts';

let world: GitWorld;
let authority: Authority;
beforeEach(() => {
  world = new GitWorld();
  authority = newAuthority();
  world.repository.write({ 'apps/web/x.yaml': 'a: 1\n' }).commit();
});
afterEach(() => world.end());

const PATHS = ['apps/web/x.yaml'];
const serve = (options: GitServerOptions = {}): Promise<GitServer> => {
  const { key, cert } = authority.issue('server');
  return world.serve({ ...options, tls: { key, cert, ...options.tls } });
};
const trust = () => world.configMap('argocd-tls-certs-cm', { '127.0.0.1': authority.cert });

describe('whom is believed', () => {
  test('a server nobody vouches for is refused, until its authority is in argocd-tls-certs-cm', async () => {
    const server = await serve();
    expect(await world.paths(`${server.url}/shop`)).toMatch(
      /^APPSET_E0402 https:.*the server's identity could not be verified/,
    );
    world.configMap('argocd-tls-certs-cm', { 'git.example.com': authority.cert });
    expect(await world.paths(`${server.url}/shop`)).toContain('could not be verified');
    trust();
    expect(await world.paths(`${server.url}/shop`)).toEqual(PATHS);
  });

  test('another authority than that of the host is refused', async () => {
    const server = await serve();
    world.configMap('argocd-tls-certs-cm', { '127.0.0.1': newAuthority('Another').cert });
    expect(await world.paths(`${server.url}/shop`)).toContain('could not be verified');
  });

  test('insecure believes everybody', async () => {
    const server = await serve();
    world.secret({ url: `${server.url}/shop`, insecure: 'true' });
    expect(await world.paths(`${server.url}/shop`)).toEqual(PATHS);
  });

  test('while the ConfigMaps are not read nobody is asked', async () => {
    const server = await serve();
    trust();
    world.maps.synced = false;
    expect(await world.paths(`${server.url}/shop`)).toContain('argocd-tls-certs-cm have not been read yet');
    expect(server.requests).toEqual([]);
  });
});

describe('who asks', () => {
  test('a client certificate', async () => {
    const server = await serve({ tls: { ca: authority.cert, requestCert: true, rejectUnauthorized: true } });
    trust();
    expect(await world.paths(`${server.url}/shop`)).toMatch(/^APPSET_E0402/);
    const { key, cert } = authority.issue('client');
    world.secret({ url: `${server.url}/shop`, tlsClientCertData: cert, tlsClientCertKey: key });
    expect(await world.paths(`${server.url}/shop`)).toEqual(PATHS);
  });

  test('user and password, changed without a restart', async () => {
    const server = await serve({ basic: 'deploy:new' });
    trust();
    expect(await world.paths(`${server.url}/shop`)).toContain(
      'credentials are needed and none are configured',
    );
    world.secret({ url: `${server.url}/shop`, username: 'deploy', password: 'old-secret' });
    const refused = await world.paths(`${server.url}/shop`);
    expect(refused).toContain('the credentials were refused');
    expect(refused).not.toContain('old-secret');
    world.secrets.objects.clear();
    world.secret({ url: `${server.url}/`, username: 'deploy', password: 'new' }, 'repo-creds');
    expect(await world.paths(`${server.url}/shop`)).toEqual(PATHS);
  });

  test('a bearer token', async () => {
    const server = await serve({ header: 'Bearer token-1' });
    trust();
    world.secret({ url: `${server.url}/shop`, bearerToken: 'token-1' });
    expect(await world.paths(`${server.url}/shop`)).toEqual(PATHS);
  });

  test('credentials of another project are not used', async () => {
    const server = await serve({ basic: 'deploy:mine' });
    trust();
    world.secret({ url: `${server.url}/shop`, username: 'deploy', password: 'mine', project: 'shop' });
    expect(await world.paths(`${server.url}/shop`, { project: 'shop' })).toEqual(PATHS);
    expect(await world.paths(`${server.url}/shop`)).toContain('none are configured');
    expect(await world.paths(`${server.url}/shop`, { project: '' })).toContain('none are configured');
  });
});

describe('a proxy', () => {
  /** A proxy that opens tunnels; answers which were asked for. */
  async function startProxy(password?: string): Promise<{ url: string; asked: string[]; server: Server }> {
    const asked: string[] = [];
    const wanted =
      password === undefined ? undefined : `Basic ${Buffer.from(`p:${password}`).toString('base64')}`;
    const server = createServer();
    server.on('connect', (request, socket, head) => {
      asked.push(request.url ?? '');
      if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
        socket.end(
          'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="p"\r\n' +
            'Content-Length: 0\r\nConnection: close\r\n\r\n',
        );
        return;
      }
      const [host = '', port = ''] = (request.url ?? '').split(':');
      const far = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        far.write(head);
        far.pipe(socket).pipe(far);
      });
      far.on('error', () => socket.destroy());
      socket.on('error', () => far.destroy());
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    world.onEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    const auth = password === undefined ? '' : `p:${password}@`;
    return { url: `http://${auth}127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server };
  }

  test('is gone through, and its password is not told', async () => {
    const server = await serve();
    trust();
    const proxy = await startProxy('proxy-secret');
    const url = `${server.url}/shop`;
    world.secret({ url, proxy: proxy.url });
    expect(await world.paths(url)).toEqual(PATHS);
    expect(new Set(proxy.asked)).toEqual(new Set([new URL(server.url).host]));
    world.secrets.objects.clear();
    world.secret({ url, proxy: proxy.url.replace('proxy-secret', 'wrong-secret') });
    const refused = await world.paths(url);
    expect(refused).toMatch(/^APPSET_E0402/);
    expect(refused).not.toContain('wrong-secret');
  });

  test('is gone around for hosts of noProxy', async () => {
    const server = await serve();
    trust();
    const proxy = await startProxy();
    world.secret({ url: `${server.url}/shop`, proxy: proxy.url, noProxy: '127.0.0.1,git.example.com' });
    expect(await world.paths(`${server.url}/shop`)).toEqual(PATHS);
    expect(proxy.asked).toEqual([]);
  });
});
