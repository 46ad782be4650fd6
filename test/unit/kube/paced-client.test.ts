/** One pool of calls: how many at once, which first, and what a server that throttles gets. */
import { expect, test } from 'vitest';
import { ApiError, type ObjectClient, RESOURCES, type ResourceType } from '../../../src/api/client.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { PacedClient, TurnTooLate } from '../../../src/kube/index.ts';
import { type Clock, ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';

const { applications, applicationSets, events, leases } = RESOURCES;
const named = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace: 'argocd' },
});
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A server that answers when it is told to, call by call, in the order they were sent. */
class Server {
  readonly sent: string[] = [];
  readonly #waiting: PromiseWithResolvers<KubeObject>[] = [];

  #take(verb: string, type: ResourceType, name: string): Promise<KubeObject> {
    this.sent.push(`${verb} ${type.plural}/${name}`);
    const answer = Promise.withResolvers<KubeObject>();
    this.#waiting.push(answer);
    return answer.promise;
  }

  async answer(count = 1, error?: ApiError): Promise<void> {
    for (const { resolve, reject } of this.#waiting.splice(0, count)) {
      if (error === undefined) resolve(named('answer'));
      else reject(error);
    }
    await settle();
  }

  readonly client = {
    get: (type, _namespace, name) => this.#take('get', type, name),
    create: (type, object) => this.#take('create', type, object.metadata.name),
    update: (type, object) => this.#take('update', type, object.metadata.name),
    patch: (type, _namespace, name, _patch, { subresource }) =>
      this.#take(`patch${subresource === undefined ? '' : '/status'}`, type, name),
    delete: (type, _namespace, name) => this.#take('delete', type, name),
    list: () => expect.unreachable(),
    watch: () => expect.unreachable(),
  } as ObjectClient;
}

const setUp = (atOnce: number) => {
  const clock = new ManualClock();
  const server = new Server();
  const failed: unknown[] = [];
  const client = new PacedClient(server.client, { clock, atOnce });
  const note = (call: Promise<unknown>) => void call.catch((error: unknown) => failed.push(error));
  return {
    clock,
    server,
    failed,
    client,
    create: (name: string, signal?: AbortSignal) =>
      note(client.create(applications, named(name), signal === undefined ? {} : { signal })),
    read: (name: string) => note(client.get(applicationSets, 'argocd', name)),
    status: (name: string) =>
      note(client.patch(applicationSets, 'argocd', name, {}, { type: 'merge', subresource: 'status' })),
    event: (name: string) => note(client.create(events, named(name))),
    renew: () => note(client.update(leases, named('lease'))),
  };
};

test('so many calls run at once, in order', async () => {
  const { server, create, client } = setUp(2);
  for (const name of ['a', 'b', 'c', 'd']) create(name);
  await settle();
  expect(server.sent).toEqual(['create applications/a', 'create applications/b']);
  expect(client.waiting).toBe(2);
  await server.answer();
  expect(server.sent.slice(2)).toEqual(['create applications/c']);
  await server.answer(2);
  expect(server.sent.slice(3)).toEqual(['create applications/d']);
});

test('a status waits for Applications, an event for both, a lease for nothing', async () => {
  const { server, create, read, status, event, renew } = setUp(3);
  create('a');
  status('s');
  event('e');
  read('r');
  renew();
  await settle();
  expect(server.sent).toEqual(
    ['create applications/a', 'update leases/lease', 'get applicationsets/r'].sort(
      (x, y) => server.sent.indexOf(x) - server.sent.indexOf(y),
    ),
  );
  await server.answer(2);
  expect(server.sent.slice(3)).toEqual([]);
  await server.answer(1);
  expect(server.sent.slice(3)).toEqual(['patch/status applicationsets/s']);
  await server.answer();
  expect(server.sent.slice(4)).toEqual(['create events/e']);
});

test('a patch that may wait goes with the statuses, however long it waited', async () => {
  const { clock, server, create, client, failed } = setUp(1);
  create('a');
  const patch = client.patch(applicationSets, 'argocd', 's', {}, { type: 'merge', patient: true });
  patch.catch((error: unknown) => failed.push(error));
  create('b');
  await settle();
  clock.advance(LIMITS.kubeTurnMs - 1);
  await server.answer();
  expect(server.sent).toEqual(['create applications/a', 'create applications/b']);
  clock.advance(LIMITS.kubeTurnMs);
  await server.answer(2);
  await server.answer();
  expect(server.sent.at(-1)).toBe('patch applicationsets/s');
  expect(failed).toEqual([]);
});

test('a call of whoever asks for a turn is made when the turn comes, and takes one place', async () => {
  const { server, create, client } = setUp(1);
  create('a');
  const answer = client.inTurn((raw) => raw.get(applicationSets, 'argocd', 'b'));
  create('c');
  await settle();
  expect(server.sent).toEqual(['create applications/a']);
  await server.answer();
  expect(server.sent.slice(1)).toEqual(['get applicationsets/b']);
  await server.answer();
  expect((await answer).metadata.name).toBe('answer');
  expect(server.sent.slice(2)).toEqual(['create applications/c']);
});

test('what waited too long takes turns with what is urgent', async () => {
  const { clock, server, create, status } = setUp(1);
  create('first');
  status('s0');
  status('s1');
  await settle();
  clock.advance(LIMITS.kubeCallPatienceMs + 1);
  for (const name of ['a', 'b']) create(name);
  await settle();
  for (let call = 0; call < 4; call++) await server.answer();
  const [, ...order] = server.sent;
  expect(order.map((call) => call.startsWith('create'))).toEqual([true, false, true, false]);
});

test('a write that waited for long is not sent; a read is', async () => {
  const { clock, server, create, read, status, failed } = setUp(1);
  create('first');
  create('late');
  read('late');
  status('late');
  await settle();
  clock.advance(LIMITS.kubeTurnMs + 1);
  await server.answer();
  expect(failed).toEqual([expect.any(TurnTooLate)]);
  expect(server.sent).toEqual(['create applications/first', 'get applicationsets/late']);
  await server.answer();
  expect(server.sent.at(-1)).toBe('patch/status applicationsets/late');
});

test('429: a pause as long as it asks, half as much at once, and slowly more again', async () => {
  const { clock, server, create, client } = setUp(4);
  for (let call = 0; call < 4; call++) create(`a${call}`);
  await settle();
  const throttled = new ApiError(429, 'TooManyRequests', 'slow down', { retryAfterSeconds: 1 });
  await server.answer(2, throttled);
  expect(client.allowed).toBe(2);
  await server.answer(2);
  for (let call = 0; call < 6; call++) create(`b${call}`);
  await settle();
  expect(server.sent).toHaveLength(4);
  clock.advance(1_000);
  await settle();
  expect(server.sent).toHaveLength(6);
  for (let call = 0; call < 6; call++) await server.answer();
  expect(client.allowed).toBeGreaterThan(2);
  expect(client.allowed).toBeLessThanOrEqual(4);
});

test('whoever gives up while waiting is not sent, and others are not held up', async () => {
  const { server, create, failed } = setUp(1);
  const stop = new AbortController();
  create('first');
  for (const name of ['x', 'y']) create(name, stop.signal);
  create('other');
  await settle();
  stop.abort(new DOMException('over', 'AbortError'));
  create('after', stop.signal);
  await settle();
  expect(failed).toHaveLength(3);
  await server.answer();
  expect(server.sent).toEqual(['create applications/first', 'create applications/other']);
});

test('a timer that fires a little early ends the pause all the same', async () => {
  const clock = new ManualClock();
  const early: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    after: (ms, task) => clock.after(ms - 0.5, task),
  };
  const server = new Server();
  const client = new PacedClient(server.client, { clock: early, atOnce: 1 });
  const first = client.create(applications, named('a')).catch((error: unknown) => error);
  await settle();
  const second = client.create(applications, named('b'));
  await server.answer(1, new ApiError(429, 'TooManyRequests', 'no', { retryAfterSeconds: 1 }));
  expect(await first).toBeInstanceOf(ApiError);
  clock.advance(999.5);
  await settle();
  expect(server.sent).toEqual(['create applications/a', 'create applications/b']);
  await server.answer();
  await second;
});
