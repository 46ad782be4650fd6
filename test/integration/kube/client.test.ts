/**
 * The HTTP client against the sandbox or a real API server: every verb, preconditions, patches, watches;
 * and faults on the wire, which the sandbox makes.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiError, type ObjectClient, RESOURCES, type WatchEvent } from '../../../src/api/client.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { HttpObjectClient, loadConnection, Transport } from '../../../src/kube/index.ts';
import { type Backend, type Connected, isReal, startBackend } from '../../harness/backend.ts';

const APPS = RESOURCES.applications;
const SPEC = { project: 'default', destination: {}, source: { repoURL: 'https://git.example.com/a.git' } };
const info = (name: string) => ({ name, value: 'x' });
const app = (name: string, more: object = {}): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd', ...more },
  spec: { ...SPEC, info: [info('a')] },
});
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('must fail'),
    (error: ApiError) => error,
  );

let backend: Backend;
let connected: Connected;
let client: ObjectClient;
beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend?.stop());
beforeEach(async () => {
  await backend.reset();
  connected = await backend.connect({ requestMs: 5_000 });
  ({ client } = connected);
});
afterEach(async () => {
  backend.faults?.clear();
  await connected.close();
});
/** Of the sandbox; tests that need them do not run elsewhere. */
const faults = () => backend.faults ?? expect.unreachable('only the sandbox has faults');

describe('verbs', () => {
  test('create, get, update, list, delete', async () => {
    const made = await client.create(APPS, app('a', { labels: { l: '1' } }));
    expect(made.metadata).toMatchObject({ name: 'a', uid: expect.any(String), generation: 1 });
    expect(await client.get(APPS, 'argocd', 'a')).toEqual(made);
    const updated = await client.update(APPS, { ...made, spec: { ...SPEC, project: 'other' } });
    expect(updated.spec).toEqual({ ...SPEC, project: 'other' });
    expect((await client.list(APPS, { namespace: 'argocd', labelSelector: 'l=1' })).items).toEqual([updated]);
    expect((await client.list(APPS, { namespace: 'argocd', labelSelector: 'l=2' })).items).toEqual([]);
    expect(await client.delete(APPS, 'argocd', 'a')).toBeUndefined();
    expect(await failure(client.get(APPS, 'argocd', 'a'))).toMatchObject({ code: 404, reason: 'NotFound' });
  });

  test('fields nobody knows and times of any precision come back as they were', async () => {
    const time = '2030-01-01T00:00:00.123456Z';
    const lease: KubeObject = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', namespace: 'argocd' },
      spec: { renewTime: time },
    };
    await client.create(RESOURCES.leases, lease);
    expect((await client.get(RESOURCES.leases, 'argocd', 'l')).spec?.renewTime).toBe(time);
  });

  test('create twice, update what has changed, and a name that is not allowed', async () => {
    const made = await client.create(APPS, app('a'));
    expect(await failure(client.create(APPS, app('a')))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
    });
    await client.patch(APPS, 'argocd', 'a', { spec: { project: 'x' } }, { type: 'merge' });
    expect(await failure(client.update(APPS, made))).toMatchObject({ code: 409, reason: 'Conflict' });
    expect(await failure(client.create(APPS, app('Not_Allowed')))).toMatchObject({
      code: 422,
      reason: 'Invalid',
    });
  });

  test('a dry run changes nothing', async () => {
    const made = await client.create(APPS, app('a'), { dryRun: true });
    expect(made.metadata.name).toBe('a');
    expect(await failure(client.get(APPS, 'argocd', 'a'))).toMatchObject({ code: 404 });
    await client.create(APPS, app('a'));
    await client.delete(APPS, 'argocd', 'a', { dryRun: true });
    await client.get(APPS, 'argocd', 'a');
  });

  test('the status of a set is a subresource', async () => {
    const set = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name: 's', namespace: 'argocd' },
      spec: { generators: [], template: { metadata: {}, spec: { project: 'default', destination: {} } } },
    };
    const made = await client.create(RESOURCES.applicationSets, set);
    const patch = { status: { resourcesCount: 3 }, spec: { goTemplate: true } };
    const options = { type: 'merge', subresource: 'status' } as const;
    const patched = await client.patch(RESOURCES.applicationSets, 'argocd', 's', patch, options);
    expect([patched.status, patched.spec]).toEqual([{ resourcesCount: 3 }, made.spec]);
    expect(patched.metadata.generation).toBe(made.metadata.generation);
  });
});

describe('patches', () => {
  test('merge, json and apply, each in its content type', async () => {
    await client.create(APPS, app('a'));
    const patch = { spec: { project: 'other', info: [info('b')], source: null } };
    const merged = await client.patch(APPS, 'argocd', 'a', patch, { type: 'merge' });
    expect(merged.spec).toEqual({ project: 'other', destination: {}, info: [info('b')] });
    const operations = [{ op: 'add', path: '/spec/info/-', value: info('c') }];
    const added = await client.patch(APPS, 'argocd', 'a', operations, { type: 'json' });
    expect(added.spec?.info).toEqual([info('b'), info('c')]);
    const applied = await client.patch(
      APPS,
      'argocd',
      'b',
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'b' }, spec: SPEC },
      { type: 'apply', fieldManager: 'tester', force: true },
    );
    expect(applied.spec).toEqual(SPEC);
    expect(applied.metadata.managedFields?.[0]).toMatchObject({ manager: 'tester', operation: 'Apply' });
  });

  test('a wrong uid in a merge patch is refused with the cause metadata.uid', async () => {
    await client.create(APPS, app('a'));
    const error = await failure(
      client.patch(APPS, 'argocd', 'a', { metadata: { uid: 'other' } }, { type: 'merge' }),
    );
    expect(error).toMatchObject({ code: 422 });
    expect(new Set(error.causes.map(({ field }) => field))).toEqual(new Set(['metadata.uid']));
  });
});

describe('deletions', () => {
  test('preconditions are checked', async () => {
    const made = await client.create(APPS, app('a'));
    expect(await failure(client.delete(APPS, 'argocd', 'a', { uid: 'other' }))).toMatchObject({ code: 409 });
    expect(await failure(client.delete(APPS, 'argocd', 'a', { resourceVersion: '1' }))).toMatchObject({
      code: 409,
    });
    const { uid = '', resourceVersion = '' } = made.metadata;
    expect(await client.delete(APPS, 'argocd', 'a', { uid, resourceVersion })).toBeUndefined();
  });

  test('an object with a finalizer is answered as terminating', async () => {
    await client.create(APPS, app('a', { finalizers: ['example.com/hold'] }));
    const answer = await client.delete(APPS, 'argocd', 'a');
    expect(answer?.metadata.deletionTimestamp).toBeDefined();
    await client.patch(APPS, 'argocd', 'a', { metadata: { finalizers: null } }, { type: 'merge' });
    expect(await failure(client.get(APPS, 'argocd', 'a'))).toMatchObject({ code: 404 });
  });
});

describe('watches', () => {
  test('tell what happens from a resource version on, in order', async () => {
    const from = (await client.list(APPS)).resourceVersion;
    await client.create(APPS, app('a'));
    const stop = new AbortController();
    const events: WatchEvent[] = [];
    const watching = (async () => {
      for await (const event of client.watch(APPS, {
        resourceVersion: from,
        namespace: 'argocd',
        signal: stop.signal,
      })) {
        events.push(event);
      }
    })().catch((error: unknown) => error);
    await client.patch(APPS, 'argocd', 'a', { spec: { project: 'x' } }, { type: 'merge' });
    await client.delete(APPS, 'argocd', 'a');
    await expect.poll(() => events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    const reason = new RangeError('enough');
    stop.abort(reason);
    expect(await watching).toBe(reason);
  });

  test('end without an error when the server ends them', async () => {
    const from = (await client.list(APPS)).resourceVersion;
    const events: string[] = [];
    for await (const event of client.watch(APPS, {
      resourceVersion: from,
      timeoutSeconds: 1,
      allowBookmarks: true,
    })) {
      events.push(event.type);
    }
    // a server may send a bookmark before the end, and need not
    expect(events.filter((type) => type !== 'BOOKMARK')).toEqual([]);
  });
});

describe.skipIf(isReal())(
  'faults on the wire (skipped on a real API server, which makes none on demand)',
  () => {
    test.each([
      ['cut', { type: 'cut', when: 'before' }, { code: 0 }],
      ['cut after the work was done', { type: 'cut', when: 'after' }, { code: 0 }],
      ['HTML', { type: 'html' }, { code: 0 }],
      ['503', { type: 'refuse', code: 503 }, { code: 503, reason: 'ServiceUnavailable' }],
    ] as const)('a write that meets %s fails once, with the right error', async (_, effect, expected) => {
      faults().add({ verb: 'create', effect });
      expect(await failure(client.create(APPS, app('a')))).toMatchObject(expected);
      expect(faults().struck()).toEqual([1]);
    });

    test('a truncated list is an error, and the next one whole', async () => {
      await client.create(APPS, app('a'));
      faults().add({ verb: 'list', effect: { type: 'truncate' }, times: 2 });
      expect(await failure(client.list(APPS))).toMatchObject({ code: 0 });
      expect((await client.list(APPS)).items).toHaveLength(1);
    });

    test('a read that is asked to wait is answered in the end', async () => {
      await client.create(APPS, app('a'));
      faults().add({
        verb: 'get',
        effect: { type: 'refuse', code: 429, retryAfterSeconds: 1 },
        times: 1,
      });
      expect((await client.get(APPS, 'argocd', 'a')).metadata.name).toBe('a');
    });
  },
);

test('the kubeconfig leads there', async () => {
  const connection = await loadConnection({ kubeconfig: backend.kubeconfig });
  const other = new Transport(connection);
  expect(connection.namespace).toBe('argocd');
  expect((await new HttpObjectClient(other).list(APPS)).items).toEqual([]);
  await other.close();
});
