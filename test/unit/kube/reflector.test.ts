/** Keeping a store equal to the API, on a clock that is moved by hand, against the sandbox's store. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ApiError,
  type ObjectClient,
  RESOURCES,
  type WatchEvent,
  type WatchOptions,
} from '../../../src/api/client.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { Informer } from '../../../src/kube/index.ts';
import { createStore, type StoreClient } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { seededRandom } from '../../../src/support/random.ts';

const TYPE = RESOURCES.applications;
const app = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd', labels },
  spec: { project: 'default' },
});
/** Lets everything run that is ready to. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

let clock: ManualClock;
let api: StoreClient;
let stop: AbortController;
let running: Promise<void>;
const calls: string[] = [];

beforeEach(() => {
  clock = new ManualClock();
  api = createStore({ clock, random: seededRandom(1) });
  stop = new AbortController();
  running = Promise.resolve();
  calls.length = 0;
});
afterEach(async () => {
  stop.abort();
  await running;
});

/** The client with its calls written down; `watch` may be replaced. */
function noted(watch?: (options: WatchOptions) => AsyncIterable<WatchEvent>): ObjectClient {
  const client: ObjectClient = api;
  return Object.assign(Object.create(client) as ObjectClient, {
    list: (type: typeof TYPE, options: { continue?: string; resourceVersion?: string; limit?: number }) => {
      calls.push(`list${options.continue === undefined ? '' : ' next'}${options.resourceVersion ?? ''}`);
      return client.list(type, options);
    },
    watch: (type: typeof TYPE, options: WatchOptions) => {
      calls.push(
        `watch ${options.timeoutSeconds! >= 300 && options.timeoutSeconds! <= 600} ${options.allowBookmarks}`,
      );
      return watch === undefined ? client.watch(type, options) : watch(options);
    },
  });
}

function start(options: { client?: ObjectClient; pageSize?: number; labelSelector?: string } = {}) {
  const troubles: string[] = [];
  const informer = new Informer({
    client: noted(),
    type: TYPE,
    namespace: 'argocd',
    clock,
    random: seededRandom(2),
    onTrouble: (message) => troubles.push(message),
    ...options,
  });
  running = informer.run(stop.signal);
  return { informer, troubles };
}
const names = (informer: Informer) => informer.list().map((object) => object.metadata.name);

describe('in good weather', () => {
  test('lists in pages by a quorum read, then watches with bookmarks for a random time', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await api.create(TYPE, app(name));
    const { informer } = start({ pageSize: 2 });
    expect(informer.synced).toBe(false);
    await informer.whenListed(1000);
    await settle();
    expect(names(informer)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(calls).toEqual(['list', 'list next', 'list next', 'watch true true']);
    expect(informer.synced).toBe(true);
  });

  test('follows creates, changes and deletions, and tells old and new', async () => {
    await api.create(TYPE, app('a'));
    const { informer } = start();
    const seen: string[] = [];
    informer.onChange(({ key, before, after, initial }) =>
      seen.push(`${key} ${before?.metadata.labels?.v ?? '-'}>${after?.metadata.labels?.v ?? '-'} ${initial}`),
    );
    await settle();
    await api.create(TYPE, app('b', { v: '1' }));
    await api.patch(TYPE, 'argocd', 'b', { metadata: { labels: { v: '2' } } }, { type: 'merge' });
    await api.delete(TYPE, 'argocd', 'a');
    await settle();
    expect(seen).toEqual([
      'argocd/a ->- true',
      'argocd/b ->1 false',
      'argocd/b 1>2 false',
      'argocd/a ->- false',
    ]);
    expect(names(informer)).toEqual(['b']);
  });

  test('an object that ceases to match the selector leaves', async () => {
    await api.create(TYPE, app('a', { team: 'blue' }));
    const { informer } = start({ labelSelector: 'team=blue' });
    await settle();
    expect(names(informer)).toEqual(['a']);
    await api.patch(TYPE, 'argocd', 'a', { metadata: { labels: { team: 'red' } } }, { type: 'merge' });
    await settle();
    expect(names(informer)).toEqual([]);
  });

  test('a watch that ends after its time is followed by the next, from the last bookmark, without a list', async () => {
    await api.create(TYPE, app('a'));
    const { informer, troubles } = start();
    await settle();
    for (let minute = 0; minute < 40; minute++) {
      clock.advance(60_000);
      await settle();
      expect(informer.synced).toBe(true);
    }
    await api.create(TYPE, app('b'));
    await settle();
    expect(names(informer)).toEqual(['a', 'b']);
    expect(informer.counts.lists).toBe(1);
    expect(informer.counts.watches).toBeGreaterThan(3);
    expect(troubles).toEqual([]);
  });

  test('managedFields are not kept', async () => {
    await api.create(TYPE, app('a'));
    const { informer } = start();
    await settle();
    expect((await api.get(TYPE, 'argocd', 'a')).metadata.managedFields).toBeDefined();
    expect(informer.get('argocd', 'a')?.metadata.managedFields).toBeUndefined();
  });
});

describe('410', () => {
  test('in a watch: listed again, and what was missed is told', async () => {
    await api.create(TYPE, app('a'));
    const { informer } = start();
    await settle();
    api.faults.add({ verb: 'watch', effect: { type: 'drop', afterEvents: 0, code: 410 }, times: 1 });
    clock.advance(700_000); // the healthy watch ends; the next one is dropped
    await settle();
    await api.delete(TYPE, 'argocd', 'a');
    await api.create(TYPE, app('b'));
    clock.advance(2_000);
    await settle();
    expect(names(informer)).toEqual(['b']);
    expect(informer.counts.lists).toBe(2);
  });

  test('in the middle of a list: the list is begun again', async () => {
    for (const name of ['a', 'b', 'c']) await api.create(TYPE, app(name));
    api.faults.add({ verb: 'list', effect: { type: 'refuse', code: 410 }, after: 1, times: 1 });
    const { informer } = start({ pageSize: 2 });
    await settle();
    expect(names(informer)).toEqual(['a', 'b', 'c']);
    expect(calls.slice(0, 4)).toEqual(['list', 'list next', 'list', 'list next']);
  });
});

describe('in bad weather', () => {
  test('a list that fails is not an empty list: nothing is synced, and it is tried less and less often', async () => {
    await api.create(TYPE, app('a'));
    api.faults.add({ verb: 'list', effect: { type: 'refuse', code: 500 }, times: 7 });
    const { informer, troubles } = start();
    await settle();
    expect([informer.synced, informer.list().length]).toEqual([false, 0]);
    const waits: number[] = [];
    for (let before = informer.counts.lists; informer.counts.lists < 8; ) {
      let waited = 0;
      while (informer.counts.lists === before) {
        clock.advance(500);
        waited += 0.5;
        await settle();
      }
      waits.push(waited);
      before = informer.counts.lists;
    }
    expect(troubles).toHaveLength(7);
    waits.forEach((wait, n) => {
      const base = Math.min(30, 2 ** n);
      expect(wait).toBeGreaterThanOrEqual(base);
      expect(wait).toBeLessThanOrEqual(Math.min(30, base * 1.5) + 0.5);
    });
    await settle();
    expect(informer.synced).toBe(true);
  });

  test('Retry-After is waited for', async () => {
    api.faults.add({ verb: 'list', effect: { type: 'refuse', code: 429, retryAfterSeconds: 20 }, times: 1 });
    const { informer } = start();
    await settle();
    clock.advance(19_000);
    await settle();
    expect(informer.counts.lists).toBe(1);
    clock.advance(1_000);
    await settle();
    expect(informer.counts.lists).toBe(2);
  });

  test('a server that ends every watch at once is not hammered', async () => {
    const client = noted(async function* (): AsyncGenerator<WatchEvent> {});
    const { informer, troubles } = start({ client });
    await settle();
    for (let second = 0; second < 120; second++) {
      clock.advance(1_000);
      await settle();
    }
    expect(informer.counts.watches).toBeLessThan(12);
    expect(informer.counts.shortWatches).toBe(informer.counts.watches);
    expect(troubles[0]).toBe('very short watch of applications: it ended without an event');
  });

  test('back-off starts over only after a watch that lived longer than ten seconds', async () => {
    let lives = 0;
    const cut = async ({ signal }: WatchOptions): Promise<never> => {
      await clock.sleep(lives, signal);
      throw new ApiError(0, '', 'cut');
    };
    const client = noted((options) => ({ [Symbol.asyncIterator]: () => ({ next: () => cut(options) }) }));
    const { informer } = start({ client });
    await settle();
    const waitForNext = async () => {
      const before = informer.counts.watches;
      let waited = 0;
      while (informer.counts.watches === before) {
        clock.advance(250);
        waited += 250;
        await settle();
      }
      return waited;
    };
    await waitForNext();
    await waitForNext();
    expect(await waitForNext()).toBeGreaterThanOrEqual(4_000);
    lives = 9_000;
    await waitForNext();
    expect(await waitForNext()).toBeGreaterThanOrEqual(9_000 + 16_000);
    lives = 11_000;
    await waitForNext();
    expect(await waitForNext()).toBeLessThanOrEqual(11_250);
  });

  test('a cache whose watch has failed for a minute no longer answers, and answers again when it works', async () => {
    await api.create(TYPE, app('a'));
    let broken = false;
    const inner: ObjectClient = api;
    const client = noted((options) => {
      if (broken) throw new ApiError(0, '', 'refused');
      return inner.watch(TYPE, options);
    });
    const { informer } = start({ client });
    await settle();
    clock.advance(20_000);
    await settle();
    broken = true;
    clock.advance(600_000);
    await settle();
    expect(informer.synced).toBe(true);
    for (let second = 0; second < 61; second++) {
      clock.advance(1_000);
      await settle();
    }
    expect(informer.synced).toBe(false);
    expect(informer.trouble).toBe('refused');
    expect(informer.list()).toHaveLength(1);
    broken = false;
    await api.create(TYPE, app('b'));
    clock.advance(31_000);
    await settle();
    expect([informer.synced, names(informer)]).toEqual([true, ['a', 'b']]);
  });

  test('a first list that does not come in time is an error that says why', async () => {
    api.faults.add({ verb: 'list', effect: { type: 'refuse', code: 403, message: 'forbidden: list' } });
    const { informer } = start();
    const waiting = informer.whenListed(5_000).then(
      () => 'listed',
      (error: { code: string; message: string }) => `${error.code} ${error.message}`,
    );
    await settle();
    clock.advance(5_000);
    expect(await waiting).toBe(
      'APPSET_E0601 applications could not be listed within 5 s: not allowed to list and watch applications.argoproj.io in namespace argocd (forbidden: list)',
    );
  });
});

describe('listing again on demand', () => {
  test('is a quorum list, and nothing is believed until it is in', async () => {
    await api.create(TYPE, app('a'));
    const { informer } = start();
    await settle();
    api.store.storage.drop(api.store.kind(TYPE), 'argocd/a');
    informer.relist();
    expect(informer.synced).toBe(false);
    await settle();
    expect([informer.synced, informer.counts.lists, names(informer)]).toEqual([true, 2, []]);
  });

  test('cuts a back-off short', async () => {
    api.faults.add({ verb: 'list', effect: { type: 'refuse', code: 500 }, times: 1 });
    const { informer } = start();
    await settle();
    informer.relist();
    await settle();
    expect(informer.synced).toBe(true);
  });
});

test('stops with its signal', async () => {
  const { informer } = start();
  await settle();
  stop.abort();
  await running;
  await api.create(TYPE, app('late'));
  expect(informer.list()).toEqual([]);
});
