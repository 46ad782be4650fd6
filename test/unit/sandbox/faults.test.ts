/** Faults on the store's own client: which calls they strike, how often, and what is left behind. */
import { beforeEach, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { createStore, type FaultEffect, type StoreClient } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';

const APPS = RESOURCES.applications;
const app = (name: string): KubeObject => ({
  apiVersion: APPS.apiVersion,
  kind: APPS.kind,
  metadata: { name, namespace: 'argocd' },
});

let clock: ManualClock;
let client: StoreClient;
beforeEach(() => {
  clock = new ManualClock();
  client = createStore({ clock, gc: 'off' });
});

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'ok',
    (error: { code?: number; reason?: string }) => [error.code, error.reason],
  );

describe('fault rules', () => {
  it('strike only what they match, and only so often', async () => {
    client.faults.add({
      verb: 'create',
      kind: 'Application',
      name: 'a',
      after: 1,
      times: 2,
      effect: { type: 'refuse', code: 500 },
    });
    expect(await outcome(client.create(APPS, app('b')))).toBe('ok');
    const dryRuns = [1, 2, 3, 4].map(() => outcome(client.create(APPS, app('a'), { dryRun: true })));
    expect(await Promise.all(dryRuns)).toEqual(['ok', [500, 'InternalError'], [500, 'InternalError'], 'ok']);
    expect(client.faults.struck()).toEqual([2]);
  });

  it.each<[FaultEffect, unknown, boolean]>([
    [{ type: 'refuse', code: 409 }, [409, 'Conflict'], false],
    [{ type: 'refuse', code: 409, reason: 'AlreadyExists' }, [409, 'AlreadyExists'], false],
    [{ type: 'refuse', code: 429, retryAfterSeconds: 7 }, [429, 'TooManyRequests'], false],
    [{ type: 'cut', when: 'before' }, [0, ''], false],
    [{ type: 'cut', when: 'after' }, [0, ''], true],
    [{ type: 'html' }, [0, ''], false],
    [{ type: 'blank' }, [0, ''], false],
  ])('%j: the caller sees %j, done: %s', async (effect, seen, done) => {
    client.faults.add({ verb: 'create', times: 1, effect });
    expect(await outcome(client.create(APPS, app('a')))).toEqual(seen);
    expect(await outcome(client.get(APPS, 'argocd', 'a'))).toEqual(done ? 'ok' : [404, 'NotFound']);
  });

  it('lie about a list, and only about lists', async () => {
    await client.create(APPS, app('a'));
    client.faults.add({ effect: { type: 'nothing' } });
    expect((await client.list(APPS)).items).toEqual([]);
    expect((await client.get(APPS, 'argocd', 'a')).metadata.name).toBe('a');
  });

  it('carry how long to wait', async () => {
    client.faults.add({ verb: 'list', effect: { type: 'refuse', code: 429, retryAfterSeconds: 7 } });
    await expect(client.list(APPS)).rejects.toMatchObject({ retryAfterSeconds: 7 });
  });

  it('delay on the store’s clock', async () => {
    client.faults.add({ verb: 'get', effect: { type: 'delay', ms: 500 } });
    await client.create(APPS, app('a'));
    let done = false;
    const call = client.get(APPS, 'argocd', 'a').then(() => {
      done = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    clock.advance(500);
    await call;
    expect(done).toBe(true);
  });

  it('make an object vanish before a write, which then answers 404', async () => {
    await client.create(APPS, { ...app('a'), metadata: { ...app('a').metadata, finalizers: ['x.io/y'] } });
    client.faults.add({ verb: 'patch', effect: { type: 'vanish' } });
    expect(await outcome(client.patch(APPS, 'argocd', 'a', {}, { type: 'merge' }))).toEqual([
      404,
      'NotFound',
    ]);
    expect((await client.list(APPS)).items).toEqual([]);
  });

  it.each([
    [410, ['ADDED', 'ERROR']],
    [undefined, ['ADDED']],
  ])('end a watch after some events (status %s)', async (code, expected) => {
    client.faults.add({
      verb: 'watch',
      effect: { type: 'drop', afterEvents: 1, ...(code === undefined ? {} : { code }) },
    });
    for (const name of ['a', 'b']) await client.create(APPS, app(name));
    const seen: string[] = [];
    for await (const event of client.watch(APPS, { resourceVersion: '0' })) seen.push(event.type);
    expect(seen).toEqual(expected);
  });

  it('refuse a rule that could never strike', () => {
    expect(() => client.faults.add({ times: 0, effect: { type: 'vanish' } })).toThrow(/at least once/);
  });
});
