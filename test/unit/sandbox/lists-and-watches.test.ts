/** Lists in pages, selectors, and watches: what arrives, in which order, and when it is too late. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type ListPage, RESOURCES, type WatchEvent } from '../../../src/api/client.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { createStore, type StoreClient } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';

const MAPS = RESOURCES.configMaps;
const map = (name: string, labels: Record<string, string> = {}, namespace = 'argocd'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
});
const names = (page: ListPage) => page.items.map((item) => item.metadata.name);

let clock: ManualClock;
let client: StoreClient;
beforeEach(() => {
  clock = new ManualClock();
  client = createStore({ clock, gc: 'off', events: 50 });
});

/** Reads `count` events, or fewer when the watch ends. */
async function read(events: AsyncIterable<WatchEvent>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) {
    seen.push(
      event.type === 'ERROR' ? `ERROR ${event.error.code}` : `${event.type} ${event.object.metadata.name}`,
    );
    if (seen.length === count) break;
  }
  return seen;
}

describe('lists', () => {
  it('show the state of the first page on every page', async () => {
    for (const name of ['c', 'a', 'e', 'b', 'd']) await client.create(MAPS, map(name));
    const first = await client.list(MAPS, { limit: 2 });
    expect([names(first), first.remainingItemCount]).toEqual([['a', 'b'], 3]);
    await client.delete(MAPS, 'argocd', 'c');
    await client.create(MAPS, map('bb'));
    const second = await client.list(MAPS, { limit: 2, continue: first.continue ?? '' });
    const third = await client.list(MAPS, { limit: 2, continue: second.continue ?? '' });
    expect([names(second), names(third), third.continue]).toEqual([['c', 'd'], ['e'], undefined]);
    expect(third.resourceVersion).toBe(first.resourceVersion);
  });

  it('answer 410 to a continue token that is too old', async () => {
    for (const name of ['a', 'b']) await client.create(MAPS, map(name));
    const { continue: token = '' } = await client.list(MAPS, { limit: 1 });
    clock.advance(301_000);
    await expect(client.list(MAPS, { limit: 1, continue: token })).rejects.toMatchObject({
      code: 410,
      reason: 'Expired',
    });
    await expect(client.list(MAPS, { continue: 'nonsense' })).rejects.toMatchObject({ code: 400 });
  });

  it.each<[string, string, string[]]>([
    ['tier=web', '', ['a', 'b']],
    ['tier==web,zone!=eu', '', ['b']],
    ['zone in (eu, us)', '', ['a', 'b']],
    ['zone notin (eu)', '', ['b', 'c']],
    ['zone', '', ['a', 'b']],
    ['!zone', '', ['c']],
    ['', 'metadata.name=b', ['b']],
    ['', 'metadata.name!=b', ['a', 'c']],
    ['tier=web', 'metadata.name=a,metadata.namespace=argocd', ['a']],
  ])('select by labels %j and fields %j', async (labelSelector, fieldSelector, expected) => {
    await client.create(MAPS, map('a', { tier: 'web', zone: 'eu' }));
    await client.create(MAPS, map('b', { tier: 'web', zone: 'us' }));
    await client.create(MAPS, map('c', { tier: 'db' }));
    expect(names(await client.list(MAPS, { namespace: 'argocd', labelSelector, fieldSelector }))).toEqual(
      expected,
    );
    expect(names(await client.list(MAPS, { labelSelector, fieldSelector }))).toEqual(expected);
  });

  it.each([
    [{ labelSelector: 'a in b' }, /unable to parse requirement/],
    [{ fieldSelector: 'data.a=b' }, /field label not supported: data\.a/],
    [{ resourceVersion: 'x' }, /Invalid value/],
  ])('refuse %j', async (query, message) => {
    await expect(client.list(MAPS, query)).rejects.toMatchObject({
      code: 400,
      message: expect.stringMatching(message),
    });
  });

  it('keep namespaces apart whatever their names begin with', async () => {
    await client.create(RESOURCES.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'argocd-2' },
    });
    await client.create(MAPS, map('x', {}, 'argocd-2'));
    await client.create(MAPS, map('y'));
    expect(names(await client.list(MAPS, { namespace: 'argocd' }))).toEqual(['y']);
    expect(names(await client.list(MAPS))).toEqual(['x', 'y']);
  });
});

describe('watches', () => {
  it('tell what came after a resourceVersion, then what comes', async () => {
    const start = (await client.list(MAPS)).resourceVersion;
    await client.create(MAPS, map('a'));
    const events = client.watch(MAPS, { resourceVersion: start });
    const reading = read(events, 4);
    await client.patch(MAPS, 'argocd', 'a', { data: { k: 'v' } }, { type: 'merge' });
    await client.create(MAPS, map('b'));
    await client.delete(MAPS, 'argocd', 'a');
    expect(await reading).toEqual(['ADDED a', 'MODIFIED a', 'ADDED b', 'DELETED a']);
  });

  it('begin with everything there is at resourceVersion 0', async () => {
    await client.create(MAPS, map('a'));
    expect(await read(client.watch(MAPS, { resourceVersion: '0' }), 1)).toEqual(['ADDED a']);
  });

  it('show objects that begin and cease to match as added and deleted', async () => {
    const resourceVersion = (await client.list(MAPS)).resourceVersion;
    await client.create(MAPS, map('a'));
    await client.patch(MAPS, 'argocd', 'a', { metadata: { labels: { on: 'y' } } }, { type: 'merge' });
    await client.patch(MAPS, 'argocd', 'a', { data: { k: 'v' } }, { type: 'merge' });
    await client.patch(MAPS, 'argocd', 'a', { metadata: { labels: null } }, { type: 'merge' });
    await client.delete(MAPS, 'argocd', 'a');
    const events = client.watch(MAPS, { resourceVersion, labelSelector: 'on=y', timeoutSeconds: 1 });
    const reading = read(events, 9);
    await new Promise(setImmediate);
    clock.advance(1_000);
    expect(await reading).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  });

  it('end with 410 in-band when the start is forgotten', async () => {
    const resourceVersion = (await client.list(MAPS)).resourceVersion;
    for (let at = 0; at < 60; at += 1) await client.create(MAPS, map(`m${at}`));
    expect(await read(client.watch(MAPS, { resourceVersion }), 5)).toEqual(['ERROR 410']);
    const fresh = (await client.list(MAPS)).resourceVersion;
    client.store.compact();
    expect(await read(client.watch(MAPS, { resourceVersion }), 5)).toEqual(['ERROR 410']);
    const reading = read(client.watch(MAPS, { resourceVersion: fresh }), 1);
    await client.create(MAPS, map('late'));
    expect(await reading).toEqual(['ADDED late']);
  });

  it('send bookmarks when asked, and end after timeoutSeconds with a last one', async () => {
    const resourceVersion = (await client.list(MAPS)).resourceVersion;
    const quiet = read(client.watch(MAPS, { resourceVersion, timeoutSeconds: 90 }), 9);
    const events: WatchEvent[] = [];
    const reading = (async () => {
      for await (const event of client.watch(MAPS, {
        resourceVersion,
        timeoutSeconds: 90,
        allowBookmarks: true,
      })) {
        events.push(event);
      }
    })();
    await client.create(RESOURCES.secrets, { ...map('s'), kind: 'Secret' });
    clock.advance(90_000);
    await reading;
    expect(await quiet).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['BOOKMARK', 'BOOKMARK']);
    const last = events.at(-1);
    expect(last?.type === 'BOOKMARK' && last.object.metadata.resourceVersion).toBe(
      (await client.list(MAPS)).resourceVersion,
    );
  });

  it('stop with the reason of the signal', async () => {
    const abort = new AbortController();
    const reading = read(client.watch(MAPS, { resourceVersion: '0', signal: abort.signal }), 1);
    abort.abort(new ApiStop());
    await expect(reading).rejects.toBeInstanceOf(ApiStop);
  });
});

class ApiStop extends Error {}
