/**
 * A GitHub App's tokens, by recorded exchanges with GitHub's API on loopback, and the repository they
 * open behind a real git server: asked for once, anew when they end, never told.
 */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { GitWorld } from './world.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY = privateKey.export({ format: 'pem', type: 'pkcs1' }).toString();

interface Exchange {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

class Api {
  readonly requests: string[] = [];
  readonly #answers: Exchange[] = [];
  url = '';

  /** What GitHub answers next. */
  answer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): this {
    this.#answers.push({ status, body, headers });
    return this;
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`);
      const said: Exchange = isSigned(request)
        ? (this.#answers.shift() ?? { status: 500, body: { message: 'nothing recorded' } })
        : { status: 401, body: { message: 'A JSON web token could not be decoded' } };
      response.writeHead(said.status, { 'content-type': 'application/json; charset=utf-8', ...said.headers });
      response.end(JSON.stringify(said.body));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    world.onEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`;
    return this;
  }
}

/** Whether a request carries a JWT of App 12, signed with its key. */
function isSigned({ headers }: IncomingMessage): boolean {
  const [head = '', body = '', signature = ''] = (headers.authorization ?? '')
    .replace(/^bearer /i, '')
    .split('.');
  const { iss } = JSON.parse(Buffer.from(body, 'base64url').toString() || '{}') as { iss?: unknown };
  const bytes = Buffer.from(`${head}.${body}`);
  const key = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }));
  return String(iss) === '12' && verify('sha256', bytes, key, Buffer.from(signature, 'base64url'));
}

const HOUR = 3_600_000;
const given = (token: string, clock: ManualClock, lastsMs = HOUR) => ({
  token,
  expires_at: new Date(clock.now() + lastsMs).toISOString(),
  permissions: { contents: 'read', metadata: 'read' },
  repository_selection: 'all',
});

let world: GitWorld;
let clock: ManualClock;
let api: Api;
beforeEach(async () => {
  // wall time of the machine: signatures of an App carry it
  clock = new ManualClock(Date.now());
  world = new GitWorld({}, clock);
  world.repository.write({ 'apps/web/x.yaml': 'a: 1\n' }).commit();
  api = await new Api().start();
});
afterEach(() => world.end());

const app = (url: string, more: Readonly<Record<string, string>> = {}) =>
  world.secret({
    url,
    githubAppID: '12',
    githubAppInstallationID: '34',
    githubAppPrivateKey: KEY,
    githubAppEnterpriseBaseUrl: api.url,
    ...more,
  });

test('opens the repository, and is asked for once while it lasts', async () => {
  const server = await world.serve({ basic: 'x-access-token:ghs_first' });
  const url = `${server.url}/shop`;
  app(url);
  api.answer(201, given('ghs_first', clock));
  expect(await Promise.all([world.paths(url), world.paths(url)])).toEqual([
    ['apps/web/x.yaml'],
    ['apps/web/x.yaml'],
  ]);
  clock.advance(HOUR - LIMITS.githubAppTokenMarginMs - 1);
  expect(await world.paths(url)).toEqual(['apps/web/x.yaml']);
  expect(api.requests).toEqual(['POST /api/v3/app/installations/34/access_tokens']);
});

test('is asked for anew shortly before its end, and the copy on disk stays', async () => {
  const first = await world.serve({
    header: `Basic ${Buffer.from('x-access-token:ghs_2').toString('base64')}`,
  });
  const url = `${first.url}/shop`;
  app(url);
  api.answer(201, given('ghs_1', clock)).answer(201, given('ghs_2', clock, 2 * HOUR));
  expect(await world.paths(url)).toContain('the credentials were refused');
  clock.advance(HOUR - LIMITS.githubAppTokenMarginMs + 1);
  expect(await world.paths(url)).toEqual(['apps/web/x.yaml']);
  expect(api.requests).toHaveLength(2);
  clock.advance(HOUR);
  api.answer(201, given('ghs_2', clock));
  world.repository.write({ 'apps/cart/x.yaml': 'a: 1\n' }).commit();
  expect(await world.paths(url)).toEqual(['apps/cart/x.yaml', 'apps/web/x.yaml']);
  expect(readdirSync(join(world.folder, 'home', 'mirrors'))).toHaveLength(1);
});

describe('what GitHub refuses makes the repository unknown, in its words', () => {
  const table: [string, Exchange, RegExp][] = [
    [
      'an installation that is gone',
      { status: 404, body: { message: 'Not Found' } },
      /status 404: Not Found/,
    ],
    [
      'a suspended installation',
      { status: 403, body: { message: 'This installation has been suspended' } },
      /status 403: This installation has been suspended/,
    ],
    ['a server in trouble', { status: 502, body: { message: 'Server Error' } }, /status 502: Server Error/],
    ['an answer without a token', { status: 201, body: { permissions: {} } }, /no token/],
  ];
  for (const [name, { status, body }, message] of table) {
    test(name, async () => {
      const server = await world.serve();
      const url = `${server.url}/shop`;
      app(url);
      api.answer(status, body);
      const answer = await world.paths(url);
      expect(answer).toMatch(/^APPSET_E0406 GitHub App 12, installation 34: /);
      expect(answer).toMatch(message);
      expect(server.requests).toEqual([]);
    });
  }

  test('a key that is none, without a word of it', async () => {
    const server = await world.serve();
    const url = `${server.url}/shop`;
    const broken = KEY.replace(/[A-Za-z0-9+/]{20}\n/, 'broken-secret-line00\n');
    app(url, { githubAppPrivateKey: broken });
    const answer = await world.paths(url);
    expect(answer).toMatch(/^APPSET_E0406 GitHub App 12/);
    for (const line of broken.split('\n').filter((text) => text.length > 20 && !text.startsWith('-')))
      expect(answer).not.toContain(line);
  });

  test('a proxy that is none, without a word of it', async () => {
    const server = await world.serve();
    const url = `${server.url}/shop`;
    app(url, { proxy: 'http://me:planted%zz@:x' });
    const answer = await world.paths(url);
    expect(answer).toMatch(/^APPSET_E0406 GitHub App 12, .*its proxy is no URL of one/);
    expect(answer).not.toContain('planted');
  });

  test('a failure is not kept', async () => {
    const server = await world.serve({ basic: 'x-access-token:ghs_first' });
    const url = `${server.url}/shop`;
    app(url);
    api.answer(502, { message: 'Server Error' }).answer(201, given('ghs_first', clock));
    expect(await world.paths(url)).toMatch(/^APPSET_E0406/);
    expect(await world.paths(url)).toEqual(['apps/web/x.yaml']);
  });
});

describe('what is left of the calls of an App', () => {
  const left = (remaining: number, resetInMs: number) => ({
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(Math.ceil((clock.now() + resetInMs) / 1_000)),
  });

  test('is what the last answer said, until the reset, and goes with the Secret', async () => {
    const server = await world.serve({ basic: 'x-access-token:ghs_first' });
    const url = `${server.url}/shop`;
    expect(world.sources.scmBudgets()).toEqual([]);
    app(url);
    api.answer(201, given('ghs_first', clock), left(120, 20 * 60_000));
    expect(await world.paths(url)).toEqual(['apps/web/x.yaml']);
    const budget = { host: '127.0.0.1', limit: 5_000 };
    expect(world.sources.scmBudgets()).toMatchObject([{ ...budget, remaining: 120 }]);
    clock.advance(21 * 60_000);
    expect(world.sources.scmBudgets()).toMatchObject([{ ...budget, remaining: 5_000 }]);
    world.secrets.objects.clear();
    expect(world.sources.scmBudgets()).toEqual([]);
    app(url);
    expect(world.sources.scmBudgets()).toEqual([]);
  });

  test('is told of a refusal too, and nothing where none is said', async () => {
    const server = await world.serve();
    const url = `${server.url}/shop`;
    app(url);
    api.answer(502, { message: 'Server Error' });
    expect(await world.paths(url)).toMatch(/^APPSET_E0406/);
    expect(world.sources.scmBudgets()).toEqual([]);
    api.answer(403, { message: 'API rate limit exceeded' }, left(0, 60_000));
    expect(await world.paths(url)).toMatch(/status 403: API rate limit exceeded/);
    expect(world.sources.scmBudgets()).toMatchObject([{ host: '127.0.0.1', remaining: 0 }]);
  });
});
