/** Kubernetes events: counted, bounded, and never in anybody's way. */
import { beforeEach, describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import { cutText } from '../../../src/kube/events.ts';
import { EventRecorder, type News } from '../../../src/kube/index.ts';
import { createStore, type StoreClient } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { seededRandom } from '../../../src/support/random.ts';

let clock: ManualClock;
let api: StoreClient;
let dropped: string[];
beforeEach(() => {
  clock = new ManualClock();
  api = createStore({ clock, random: seededRandom(1) });
  dropped = [];
});
const newRecorder = () =>
  new EventRecorder({
    client: api,
    clock,
    component: 'applicationset-controller',
    onDropped: (news, why) => dropped.push(`${news.message}: ${why}`),
  });
const news = (message: string, name = 'web'): News => ({
  object: {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name, namespace: 'argocd', uid: `uid-${name}` },
  },
  type: 'Normal',
  reason: 'created',
  message,
});
const events = async () => (await api.list(RESOURCES.events, { namespace: 'argocd' })).items;

test('an event names its object, reason and source', async () => {
  const recorder = newRecorder();
  recorder.record(news('created Application "a"'));
  await recorder.flush();
  const [event] = await events();
  expect(event).toMatchObject({
    involvedObject: { kind: 'ApplicationSet', namespace: 'argocd', name: 'web', uid: 'uid-web' },
    type: 'Normal',
    reason: 'created',
    message: 'created Application "a"',
    source: { component: 'applicationset-controller' },
    firstTimestamp: '2030-01-01T00:00:00Z',
    count: 1,
  });
});

test('a repetition is counted on the first one', async () => {
  const recorder = newRecorder();
  for (let n = 0; n < 3; n++) {
    recorder.record(news('again'));
    clock.advance(60_000);
    await recorder.flush();
  }
  recorder.record(news('another'));
  await recorder.flush();
  expect((await events()).map(({ message, count }) => `${message} ${count}`)).toEqual([
    'again 3',
    'another 1',
  ]);
  expect((await events())[0]).toMatchObject({
    firstTimestamp: '2030-01-01T00:00:00Z',
    lastTimestamp: '2030-01-01T00:02:00Z',
  });
});

test('a repetition of an event that is gone is a new one', async () => {
  const recorder = newRecorder();
  recorder.record(news('again'));
  await recorder.flush();
  const [event] = await events();
  await api.delete(RESOURCES.events, 'argocd', event?.metadata.name ?? '');
  recorder.record(news('again'));
  await recorder.flush();
  expect((await events()).map(({ count }) => count)).toEqual([1]);
});

describe('bounds', () => {
  test('one object cannot flood the others, and may speak again later', async () => {
    const recorder = newRecorder();
    for (let n = 0; n < 40; n++) recorder.record(news(`n ${n}`));
    recorder.record(news('other', 'api'));
    await recorder.flush();
    expect(await events()).toHaveLength(26);
    expect(dropped).toHaveLength(15);
    expect(dropped[0]).toBe('n 25: too many events of one object');
    clock.advance(60_000);
    recorder.record(news('later'));
    recorder.record(news('too soon'));
    await recorder.flush();
    expect((await events()).map(({ message }) => message)).toContain('later');
    expect(dropped.at(-1)).toContain('too soon');
  });

  test('what waits is bounded', async () => {
    const recorder = newRecorder();
    for (let n = 0; n < 1_100; n++) recorder.record(news('x', `set-${n}`));
    expect(dropped.length).toBe(99);
    expect(dropped[0]).toContain('too many events wait');
    await recorder.flush();
  });

  test('what cannot be written is dropped, and the next one is written', async () => {
    api.faults.add({ verb: 'create', kind: 'Event', effect: { type: 'refuse', code: 403 }, times: 1 });
    const recorder = newRecorder();
    recorder.record(news('first'));
    recorder.record(news('second'));
    await recorder.flush();
    expect(dropped).toHaveLength(1);
    expect((await events()).map(({ message }) => message)).toEqual(['second']);
  });

  test('the end does not wait for a server that hangs', async () => {
    api.faults.add({ verb: 'create', kind: 'Event', effect: { type: 'delay', ms: 60_000 } });
    const recorder = newRecorder();
    for (const message of ['under way', 'waiting', 'waiting too']) recorder.record(news(message));
    const closing = recorder.close(2_000);
    clock.advance(2_000);
    await closing;
    expect(dropped).toHaveLength(2);
    recorder.record(news('late'));
    expect(dropped.at(-1)).toContain('late');
  });

  test('a long name leaves room for the suffix', async () => {
    const recorder = newRecorder();
    recorder.record(news('x', 'n'.repeat(253)));
    await recorder.flush();
    expect((await events())[0]?.metadata.name).toHaveLength(253);
  });

  test('a long message is cut between characters', () => {
    expect(cutText('short', 10)).toBe('short');
    expect(cutText('abcdefghij', 9)).toBe('abcdef…');
    expect(cutText('ä'.repeat(10), 9)).toBe('äää…');
    expect(cutText('😀'.repeat(10), 9)).toBe('😀…');
    expect(Buffer.byteLength(cutText('日本語'.repeat(1000), 1024))).toBeLessThanOrEqual(1024);
  });
});
