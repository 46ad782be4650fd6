/** HTTP to an API server: kept connections, retries of reads, time-outs, credentials, and answers that are none. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ApiError, RESOURCES } from '../../../src/api/client.ts';
import type { Json, KubeObject } from '../../../src/api/objects.ts';
import {
  type ClusterConnection,
  type ConnectionCredentials,
  HttpObjectClient,
  plainConnection,
  Transport,
  type TransportOptions,
} from '../../../src/kube/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';

interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const calls: Call[] = [];
const sockets = new Set<Socket>();
const closers: (() => Promise<void>)[] = [];
let opened = 0;
let answer: (call: Call, response: ServerResponse) => void;
let url: string;

beforeEach(async () => {
  calls.length = 0;
  opened = 0;
  answer = (_, response) => json(response, { kind: 'Application', metadata: { name: 'a' } });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      calls.push(call);
      answer(call, response);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const json = (response: ServerResponse, value: Json | KubeObject, code = 200, headers = {}) =>
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
const status = (response: ServerResponse, code: number, more: object = {}, headers = {}) =>
  json(response, { kind: 'Status', status: 'Failure', code, ...more } as Json, code, headers);
const connect = (options: TransportOptions = {}, connection: ClusterConnection = plainConnection(url)) => {
  const transport = new Transport(connection, options);
  closers.push(() => transport.close());
  return new HttpObjectClient(transport, options.clock === undefined ? {} : { clock: options.clock });
};
const get = (client: HttpObjectClient, options = {}) =>
  client.get(RESOURCES.applications, 'argocd', 'a', options);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('must fail'),
    (error: ApiError) => error,
  );
/** Lets I/O happen. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

describe('connections', () => {
  test('are kept: a hundred calls over at most as many as allowed', async () => {
    const client = connect({ connections: 4 });
    await Promise.all(Array.from({ length: 100 }, () => get(client)));
    expect(calls).toHaveLength(100);
    expect(opened).toBeLessThanOrEqual(4);
  });

  test('that the server closed while they rested do not fail a read', async () => {
    const client = connect();
    await get(client);
    for (const socket of sockets) socket.destroy();
    await get(client);
    expect(calls).toHaveLength(2);
  });

  test('a read whose connection is cut under it is tried once more, a write is not', async () => {
    answer = (call, response) => {
      if (calls.filter(({ method }) => method === call.method).length === 1) response.destroy();
      else json(response, { kind: 'Application', metadata: { name: 'a' } });
    };
    const client = connect();
    await get(client);
    const object = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'a', namespace: 'n' },
    };
    const error = await failure(client.create(RESOURCES.applications, object));
    expect([error.code, calls.map(({ method }) => method)]).toEqual([0, ['GET', 'GET', 'POST']]);
  });
});

describe('asked to wait', () => {
  for (const code of [429, 503]) {
    test(`a read is tried again after Retry-After of a ${code}`, async () => {
      const clock = new ManualClock();
      answer = (_, response) => {
        if (calls.length === 1) status(response, code, {}, { 'retry-after': '7' });
        else json(response, { kind: 'Application', metadata: { name: 'a' } });
      };
      const reading = get(connect({ clock }));
      await expect.poll(() => calls.length).toBe(1);
      await turn();
      clock.advance(6_999);
      await turn();
      expect(calls).toHaveLength(1);
      clock.advance(1);
      expect((await reading).metadata.name).toBe('a');
    });
  }

  test('a write fails at once and says how long', async () => {
    answer = (_, response) => status(response, 429, { reason: 'TooManyRequests' }, { 'retry-after': '7' });
    const error = await failure(connect().patch(RESOURCES.applications, 'n', 'a', {}, { type: 'merge' }));
    expect([error.code, error.retryAfterSeconds, calls.length]).toEqual([429, 7, 1]);
  });

  test('a read does not wait for ever: not long, and not often', async () => {
    answer = (_, response) => status(response, 503, {}, { 'retry-after': '3600' });
    expect(await failure(get(connect()))).toMatchObject({ code: 503, retryAfterSeconds: 3600 });
    expect(calls).toHaveLength(1);
    answer = (_, response) => status(response, 429, {}, { 'retry-after': '0' });
    expect(await failure(get(connect()))).toMatchObject({ code: 429 });
    expect(calls.length).toBeLessThanOrEqual(7);
  });

  test('a 500 without Retry-After is not tried again', async () => {
    answer = (_, response) => status(response, 500, { message: 'etcdserver: leader changed' });
    expect(await failure(get(connect()))).toMatchObject({ code: 500, message: 'etcdserver: leader changed' });
    expect(calls).toHaveLength(1);
  });
});

describe('no answer', () => {
  test('within the time: an error that says so', async () => {
    const clock = new ManualClock();
    answer = () => {};
    const reading = failure(get(connect({ clock })));
    await expect.poll(() => calls.length).toBe(1);
    clock.advance(30_000);
    expect(await reading).toMatchObject({
      name: 'ApiError',
      code: 0,
      message: `${url}: the API server did not answer within 30 s`,
    });
  });

  test('nobody listens', async () => {
    const error = await failure(get(connect({}, plainConnection('http://127.0.0.1:1'))));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 0 });
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('the caller gives up: the reason is the caller’s own', async () => {
    answer = () => {};
    const stop = new AbortController();
    const reading = get(connect(), { signal: stop.signal }).catch((error: unknown) => error);
    await expect.poll(() => calls.length).toBe(1);
    const reason = new RangeError('enough');
    stop.abort(reason);
    expect(await reading).toBe(reason);
  });
});

describe('answers that are not what was asked for', () => {
  const html = '<html><body>Bad gateway of a proxy</body></html>';
  const table: [string, (response: ServerResponse) => void, object][] = [
    ['HTML with 200', (r) => r.writeHead(200, { 'content-type': 'text/html' }).end(html), { code: 0 }],
    [
      'HTML with 502',
      (r) => r.writeHead(502, { 'content-type': 'text/html' }).end(html),
      { code: 502, message: 'the API server answered 502' },
    ],
    [
      'plain text with 404',
      (r) => r.writeHead(404).end('404 page not found\n'),
      { code: 404, reason: 'NotFound', message: 'the API server answered 404: 404 page not found' },
    ],
    [
      'JSON that breaks off',
      (r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{"metadata":'),
      { code: 0 },
    ],
    [
      'a body that is cut',
      (r) => {
        r.writeHead(200, { 'content-type': 'application/json', 'content-length': '999' });
        r.write('{');
        setTimeout(() => r.destroy(), 5);
      },
      { code: 0 },
    ],
    [
      'no object',
      (r) => json(r, []),
      { code: 0, message: "the API server's answer is no list of applications" },
    ],
    ['an object that is no list', (r) => json(r, { kind: 'X', metadata: {} }), { code: 0 }],
    [
      'a list with a broken item',
      (r) => json(r, { metadata: { resourceVersion: '1' }, items: [{}] }),
      { code: 0, message: "the API server's answer is no Application" },
    ],
  ];
  for (const [name, send, expected] of table) {
    test(`${name} is an error, never an empty list`, async () => {
      answer = (_, response) => send(response);
      expect(await failure(connect().list(RESOURCES.applications))).toMatchObject({
        name: 'ApiError',
        ...expected,
      });
    });
  }

  test('null items are the empty list of Go', async () => {
    answer = (_, response) => json(response, { metadata: { resourceVersion: '7' }, items: null });
    expect(await connect().list(RESOURCES.secrets)).toEqual({ items: [], resourceVersion: '7' });
  });

  test('a Status tells reason, causes and how long to wait', async () => {
    answer = (_, response) =>
      status(response, 422, {
        reason: 'Invalid',
        message: 'metadata.uid: Invalid value',
        details: {
          causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid', message: 'm' }],
          retryAfterSeconds: 3,
        },
      });
    expect(await failure(get(connect()))).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'metadata.uid: Invalid value',
      causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid', message: 'm' }],
      retryAfterSeconds: 3,
    });
  });
});

describe('credentials', () => {
  const rotating = () => {
    const state = {
      reads: 0,
      value: { headers: { authorization: 'Bearer 1' }, tls: {} } as ConnectionCredentials,
    };
    const connection: ClusterConnection = {
      ...plainConnection(url),
      credentials: () => {
        state.reads += 1;
        return Promise.resolve(state.value);
      },
    };
    return { state, connection };
  };

  test('are read again each minute', async () => {
    const clock = new ManualClock();
    const { state, connection } = rotating();
    const client = connect({ clock, connections: 1 }, connection);
    await get(client);
    state.value = { headers: { authorization: 'Bearer 2' }, tls: {} };
    clock.advance(59_000);
    await get(client);
    clock.advance(1_000);
    await get(client);
    expect(calls.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 1', 'Bearer 2']);
    expect(state.reads).toBe(2);
    expect(opened).toBe(1);
  });

  test('that were refused are read again for the next call', async () => {
    const { state, connection } = rotating();
    const client = connect({}, connection);
    answer = (call, response) => {
      if (call.headers.authorization === 'Bearer 2') json(response, { metadata: { name: 'a' } });
      else status(response, 401, { reason: 'Unauthorized' });
    };
    expect(await failure(get(client))).toMatchObject({ code: 401 });
    state.value = { headers: { authorization: 'Bearer 2' }, tls: {} };
    expect((await get(client)).metadata.name).toBe('a');
  });

  test('new certificates mean new connections', async () => {
    const clock = new ManualClock();
    const { state, connection } = rotating();
    const client = connect({ clock, connections: 1 }, connection);
    await get(client);
    await get(client);
    expect(opened).toBe(1);
    state.value = { ...state.value, tls: { ca: 'other' } };
    clock.advance(60_000);
    await get(client);
    expect(opened).toBe(2);
  });

  test('that cannot be read fail the call, and are tried again', async () => {
    const { connection } = rotating();
    let broken = true;
    const client = connect(
      {},
      {
        ...connection,
        credentials: () =>
          broken ? Promise.reject(new TypeError('exec plugin failed')) : connection.credentials(),
      },
    );
    expect(await failure(get(client))).toMatchObject({
      name: 'ApiError',
      code: 0,
      message: 'exec plugin failed',
    });
    broken = false;
    await get(client);
  });
});

describe('paths', () => {
  const client = () => connect();
  const table: [string, () => Promise<unknown>, string][] = [
    [
      'a core object',
      () => client().get(RESOURCES.secrets, 'argocd', 'a'),
      'GET /api/v1/namespaces/argocd/secrets/a',
    ],
    [
      'a cluster-wide one',
      () => client().get(RESOURCES.namespaces, undefined, 'a'),
      'GET /api/v1/namespaces/a',
    ],
    [
      'one of a group',
      () => client().get(RESOURCES.leases, 'n', 'a'),
      'GET /apis/coordination.k8s.io/v1/namespaces/n/leases/a',
    ],
    [
      'status',
      () =>
        client().patch(
          RESOURCES.applicationSets,
          'n',
          'a',
          {},
          { type: 'merge', subresource: 'status', fieldManager: 'me' },
        ),
      'PATCH /apis/argoproj.io/v1alpha1/namespaces/n/applicationsets/a/status?fieldManager=me',
    ],
    [
      'a forced dry-run apply',
      () => client().patch(RESOURCES.configMaps, 'n', 'a', {}, { type: 'apply', force: true, dryRun: true }),
      'PATCH /api/v1/namespaces/n/configmaps/a?dryRun=All&fieldManager=appset-operator&force=true',
    ],
  ];
  for (const [name, run, expected] of table) {
    test(name, async () => {
      await run();
      expect(calls.map((call) => `${call.method} ${call.url}`)).toEqual([expected]);
    });
  }

  for (const name of ['', '..', 'a/b', 'a%2fb']) {
    test(`the name ${JSON.stringify(name)} reaches nothing`, async () => {
      expect(await failure(client().get(RESOURCES.secrets, 'argocd', name))).toMatchObject({
        name: 'ApiError',
      });
      expect(calls).toEqual([]);
    });
  }

  test('an object of a namespaced type needs one', async () => {
    expect(await failure(client().get(RESOURCES.secrets, '', 'a'))).toMatchObject({ reason: 'BadRequest' });
  });

  test('preconditions of a deletion go in its body', async () => {
    answer = (_, response) => json(response, { kind: 'Status', status: 'Success' });
    const options = { uid: 'u', resourceVersion: '7', dryRun: true };
    expect(await client().delete(RESOURCES.applications, 'n', 'a', options)).toBeUndefined();
    expect(JSON.parse(calls[0]?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: 'u', resourceVersion: '7' },
      dryRun: ['All'],
    });
  });
});

describe('watches', () => {
  const watch = async (lines: (response: ServerResponse) => void, options = {}) => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      lines(response);
    };
    const events: string[] = [];
    const stream = connect().watch(RESOURCES.applications, {
      resourceVersion: '5',
      namespace: 'n',
      ...options,
    });
    for await (const event of stream) {
      events.push(
        event.type === 'ERROR' ? `ERROR ${event.error.code}` : `${event.type} ${event.object.metadata.name}`,
      );
    }
    return events;
  };
  const line = (type: string, name: string) =>
    `${JSON.stringify({ type, object: { kind: 'Application', metadata: { name, labels: { l: 'ü€' } } } })}\n`;

  test('events arrive whole, however the bytes are cut', async () => {
    const text = Buffer.from(line('ADDED', 'a') + line('MODIFIED', 'b') + line('DELETED', 'c'));
    const events = await watch((response) => {
      const send = (from: number) => {
        if (from >= text.length) response.end();
        else response.write(text.subarray(from, from + 7), () => setImmediate(send, from + 7));
      };
      send(0);
    });
    expect(events).toEqual(['ADDED a', 'MODIFIED b', 'DELETED c']);
    expect(calls[0]?.url).toBe(
      '/apis/argoproj.io/v1alpha1/namespaces/n/applications?watch=true&resourceVersion=5',
    );
  });

  test('bookmarks and errors in the stream', async () => {
    const gone = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } };
    const events = await watch(
      (response) => {
        response.end(
          `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { name: '', resourceVersion: '9' } } })}\n${JSON.stringify(gone)}\n`,
        );
      },
      { allowBookmarks: true, timeoutSeconds: 300 },
    );
    expect(events).toEqual(['BOOKMARK ', 'ERROR 410']);
    expect(calls[0]?.url).toContain('timeoutSeconds=300&allowWatchBookmarks=true');
  });

  test('an event that breaks off is not an event', async () => {
    expect(await watch((response) => response.end(`${line('ADDED', 'a')}{"type":"DELETED","obj`))).toEqual([
      'ADDED a',
    ]);
  });

  test('a connection that is cut, a line that is no JSON, and a refusal are errors', async () => {
    const cut = watch((response) => {
      response.write(line('ADDED', 'a'));
      setTimeout(() => response.destroy(), 10);
    });
    expect(await failure(cut)).toMatchObject({ name: 'ApiError', code: 0 });
    expect(await failure(watch((response) => response.end('<html>\n')))).toMatchObject({ name: 'ApiError' });
    answer = (_, response) => status(response, 410, { reason: 'Expired' });
    const stream = connect().watch(RESOURCES.applications, { resourceVersion: '1' });
    expect(await failure(stream[Symbol.asyncIterator]().next())).toMatchObject({
      code: 410,
      reason: 'Expired',
    });
  });

  test('a server that does not end a watch is left five seconds after its time', async () => {
    const clock = new ManualClock();
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).write(line('ADDED', 'a'));
    const stream = connect({ clock }).watch(RESOURCES.applications, {
      resourceVersion: '1',
      timeoutSeconds: 300,
    });
    const seen: string[] = [];
    const watching = (async () => {
      for await (const event of stream) seen.push(event.type);
    })();
    await expect.poll(() => seen).toEqual(['ADDED']);
    clock.advance(304_999);
    await turn();
    expect(sockets.size).toBe(1);
    clock.advance(1);
    await watching;
    await expect.poll(() => sockets.size).toBe(0);
  });

  test('a caller that stops reading ends the connection', async () => {
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).write(line('ADDED', 'a'));
    for await (const _ of connect().watch(RESOURCES.applications, { resourceVersion: '1' })) break;
    await expect.poll(() => sockets.size).toBe(0);
  });
});
