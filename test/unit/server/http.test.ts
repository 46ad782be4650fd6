/** The listener: what it serves, and that slow, large and many requests hold nothing for long. */
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type HttpListener,
  type ListenAddress,
  listen,
  parseListenAddress,
  plainText,
  type Route,
} from '../../../src/server/index.ts';
import { RateLimit } from '../../../src/server/rate.ts';
import { ManualClock } from '../../../src/support/clock.ts';

const LOOPBACK: ListenAddress = { host: '127.0.0.1', port: 0 };
const open: HttpListener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});

async function serve(route: Partial<Route> & { handle: Route['handle'] }, options: object = {}) {
  const defects: unknown[] = [];
  const listener = await listen({
    name: 'test',
    address: LOOPBACK,
    routes: [{ path: '/x', ...route }],
    bodyBytes: 10,
    onDefect: (error) => defects.push(error),
    ...options,
  });
  open.push(listener);
  return { url: listener.url, port: listener.port, listener, defects };
}

const echo: Route['handle'] = ({ method, headers, body }) =>
  plainText(200, `${method} ${headers['x-a'] ?? ''} ${body.toString('utf8')}`);

/** Sends raw bytes and answers with what comes back until the connection ends. */
function raw(port: number, ...chunks: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      for (const chunk of chunks) socket.write(chunk);
    });
    let got = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      got += chunk;
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });
}

describe('requests', () => {
  test('reach the route of exactly their path', async () => {
    const { url } = await serve({ handle: echo });
    const answer = await fetch(`${url}/x?q=1`, {
      method: 'POST',
      body: '1234567890',
      headers: { 'X-A': 'a' },
    });
    expect([answer.status, await answer.text()]).toEqual([200, 'POST a 1234567890\n']);
    for (const path of ['/', '/x/', '/y']) expect((await fetch(url + path)).status).toBe(404);
  });

  test.each([
    ['whose length says so', ['POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n']],
    [
      'that is sent in chunks',
      ['POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n', 'b\r\n12345678901\r\n'],
    ],
  ])('with too large a body, %s, are refused before the end', async (_, chunks) => {
    const { port } = await serve({ handle: () => expect.unreachable() });
    expect(await raw(port, ...chunks)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('with too large headers are refused', async () => {
    const { port } = await serve({ handle: () => expect.unreachable() });
    expect(await raw(port, `GET /x HTTP/1.1\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  test('beyond the bound in flight are answered 503 at once', async () => {
    const gate = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const handle: Route['handle'] = async () => {
      arrived.resolve();
      await gate.promise;
      return plainText(200, 'late');
    };
    const { url } = await serve({ handle }, { inFlight: 1 });
    const first = fetch(`${url}/x`);
    await arrived.promise;
    const second = await fetch(`${url}/x`);
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
    gate.resolve();
    expect((await first).status).toBe(200);
    expect((await fetch(`${url}/x`)).status).toBe(200);
  });

  test('that are not admitted are not read', async () => {
    const { url } = await serve(
      { handle: () => expect.unreachable() },
      { admit: () => plainText(429, 'slow down') },
    );
    expect((await fetch(`${url}/x`, { method: 'POST', body: 'x' })).status).toBe(429);
  });

  test('that meet a defect say nothing of it', async () => {
    const { url, defects } = await serve({
      handle: () => {
        throw new TypeError('secret');
      },
    });
    const answer = await fetch(`${url}/x`);
    expect([answer.status, await answer.text()]).toEqual([500, 'internal error\n']);
    expect(defects).toHaveLength(1);
  });
});

describe('slow senders', () => {
  test('of headers are cut off', async () => {
    const { port } = await serve({ handle: echo }, { headersMs: 100, requestMs: 200 });
    expect(await raw(port, 'POST /x HTTP/1.1\r\nHost:')).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
  });

  test('of a body are cut off, and free their place', async () => {
    const { port, url } = await serve({ handle: echo }, { headersMs: 100, requestMs: 200, inFlight: 1 });
    const got = await raw(port, 'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n1');
    expect(got).not.toMatch(/ 200 /);
    expect((await fetch(`${url}/x`)).status).toBe(200);
  });

  test('do not hold up the end', async () => {
    const { port, listener } = await serve({ handle: echo });
    const hanging = raw(port, 'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n1').catch(() => 'cut');
    await fetch(`${listener.url}/x`);
    await listener.close();
    expect(listener.listening).toBe(false);
    await hanging;
  });
});

describe('addresses', () => {
  test.each([
    [':8080', { host: undefined, port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:7000', { host: 'localhost', port: 7000 }],
    ['[::1]:7000', { host: '::1', port: 7000 }],
    ['0', undefined],
    ['off', undefined],
    ['', undefined],
  ])('%s', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });
  test.each(['8080', 'h', 'h:', 'h:x', 'h:70000', '::1:80'])('%s is none', (text) => {
    expect(() => parseListenAddress(text)).toThrow(expect.objectContaining({ code: 'APPSET_E1004' }));
  });
  test('that are taken are told', async () => {
    const { port } = await serve({ handle: echo });
    const taken = listen({
      name: 'metrics',
      address: { host: '127.0.0.1', port },
      routes: [],
      onDefect: () => {},
    });
    await expect(taken).rejects.toMatchObject({
      code: 'APPSET_E1004',
      message: expect.stringContaining(`the metrics listener cannot be opened at 127.0.0.1:${port}: `),
    });
  });
});

describe('the rate', () => {
  test('lets a burst through, then so many a second', () => {
    const clock = new ManualClock();
    const rate = new RateLimit(clock, 2, 3);
    const take = () => Array.from({ length: 5 }, () => rate.take()).filter(Boolean).length;
    expect(take()).toBe(3);
    clock.advance(1_000);
    expect(take()).toBe(2);
    clock.advance(60_000);
    expect(take()).toBe(3);
  });
});
