/** Watch caches over HTTP, on the sandbox or a real API server: nothing is missed, whatever happens to connections. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ObjectClient, RESOURCES } from '../../../src/api/client.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { byController, Informer, slimApplication } from '../../../src/kube/index.ts';
import { type Clock, systemClock } from '../../../src/support/clock.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { type Backend, type Connected, isReal, startBackend } from '../../harness/backend.ts';

const APPS = RESOURCES.applications;
const app = (name: string, project = 'default'): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: {
    name,
    namespace: 'argocd',
    ownerReferences: [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'set', uid: 'u', controller: true },
    ],
  },
  spec: { project, destination: {}, source: { repoURL: 'https://git.example.com/a.git' } },
});

let backend: Backend;
let connected: Connected;
let client: ObjectClient;
let stop: AbortController;
let running: Promise<void>;
beforeAll(async () => {
  // the owners here do not exist
  backend = await startBackend({ collector: 'off' });
});
afterAll(() => backend?.stop());
beforeEach(async () => {
  await backend.reset();
  connected = await backend.connect({});
  ({ client } = connected);
  stop = new AbortController();
  running = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await running;
  backend.faults?.clear();
  await connected.close();
});

/** Time that passes twenty times faster, so that back-off is short. */
const hastyClock: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic() * 20,
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
  after: (ms, task) => systemClock.after(ms / 20, task),
};

const start = () => {
  const informer = new Informer({
    client,
    type: APPS,
    clock: hastyClock,
    random: seededRandom(1),
    namespace: 'argocd',
    transform: slimApplication,
    indexes: { set: byController('argoproj.io/v1alpha1', 'ApplicationSet') },
    pageSize: 50,
  });
  running = informer.run(stop.signal);
  return informer;
};
const versions = (objects: readonly KubeObject[]) =>
  objects.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();

test('a list of many pages, then every change', async () => {
  for (let n = 0; n < 230; n++) await backend.client.create(APPS, app(`app-${n}`));
  const informer = start();
  await informer.whenListed(10_000);
  expect(informer.byIndex('set', 'argocd/set')).toHaveLength(230);
  for (let n = 0; n < 230; n += 2) await backend.client.delete(APPS, 'argocd', `app-${n}`);
  for (let n = 1; n < 230; n += 2) {
    await backend.client.patch(APPS, 'argocd', `app-${n}`, { spec: { project: 'x' } }, { type: 'merge' });
  }
  const truth = (await backend.client.list(APPS)).items;
  await expect.poll(() => versions(informer.list()), { timeout: 10_000 }).toEqual(versions(truth));
  expect(informer.counts).toMatchObject({ lists: 1, watches: 1 });
});

test.skipIf(isReal())(
  'connections that are cut while objects change: in the end the cache is equal',
  async () => {
    const informer = start();
    await informer.whenListed(10_000);
    // a real API server cuts none on demand: skipped there
    backend.faults?.add(
      { verb: 'watch', effect: { type: 'drop', afterEvents: 3 }, times: 1 },
      { verb: 'watch', effect: { type: 'refuse', code: 500 }, times: 1 },
      { verb: 'watch', effect: { type: 'drop', afterEvents: 0, code: 410 }, times: 1 },
      { verb: 'list', effect: { type: 'truncate' }, times: 1 },
    );
    // the running watch was established before the rules: a new one meets them
    informer.relist();
    const seen = new Map<string, string>();
    informer.onChange(({ key, after }) => {
      if (after === undefined) seen.delete(key);
      else seen.set(key, String(after.spec?.project));
    });
    for (let n = 0; n < 60; n++) {
      const name = `app-${n % 7}`;
      const exists = backend.client.get(APPS, 'argocd', name).then(
        () => true,
        () => false,
      );
      if (!(await exists)) await backend.client.create(APPS, app(name, `p${n}`));
      else if (n % 3 === 0) await backend.client.delete(APPS, 'argocd', name);
      else
        await backend.client.patch(APPS, 'argocd', name, { spec: { project: `p${n}` } }, { type: 'merge' });
    }
    const truth = (await backend.client.list(APPS)).items;
    await expect
      .poll(() => versions(informer.list()), { timeout: 40_000, interval: 200 })
      .toEqual(versions(truth));
    await expect.poll(() => informer.synced, { timeout: 40_000 }).toBe(true);
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(
        truth.map((object) => [`argocd/${object.metadata.name}`, String(object.spec?.project)]),
      ),
    );
  },
);

test('our own write is in the cache before the watch tells of it', async () => {
  const informer = start();
  await informer.whenListed(10_000);
  const made = await client.create(APPS, app('a'));
  informer.wrote(slimApplication(made));
  expect(informer.get('argocd', 'a')?.metadata.uid).toBe(made.metadata.uid);
  await client.delete(APPS, 'argocd', 'a');
  informer.vanished('argocd', 'a');
  expect(informer.get('argocd', 'a')).toBeUndefined();
  const again = await client.create(APPS, app('a'));
  await expect.poll(() => informer.get('argocd', 'a')?.metadata.uid).toBe(again.metadata.uid);
});
