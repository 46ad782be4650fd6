/** What the store does beyond the contract of `ObjectClient` (test/contract): sharing, seeds, namespaces, kinds. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, RESOURCES } from '../../../src/api/client.ts';
import type { Json, KubeObject } from '../../../src/api/objects.ts';
import { createStore, type StoreClient } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { seededRandom } from '../../../src/support/random.ts';

const APPS = RESOURCES.applications;

const app = (name: string, more: Partial<KubeObject['metadata']> = {}, spec: Json = { project: 'default' }) =>
  ({
    apiVersion: APPS.apiVersion,
    kind: APPS.kind,
    metadata: { name, namespace: 'argocd', ...more },
    spec,
  }) as KubeObject;

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) expect.fail(`expected an ApiError, got ${String(error)}`);
  return error;
}

let clock: ManualClock;
let client: StoreClient;
beforeEach(() => {
  clock = new ManualClock();
  client = createStore({ clock, random: seededRandom(7), gc: 'off' });
});

describe('create', () => {
  it('fills in what belongs to the server and shares the frozen object', async () => {
    const created = await client.create(APPS, app('web'));
    expect(created.metadata).toMatchObject({ creationTimestamp: '2030-01-01T00:00:00Z', generation: 1 });
    expect(created.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(await client.get(APPS, 'argocd', 'web')).toBe(created);
    expect(Object.isFrozen(created.spec)).toBe(true);
  });

  it.each([
    ['a resourceVersion', app('web', { resourceVersion: '1' }), 500, /resourceVersion should not/],
    ['labels that are no map of texts', app('web', { labels: { a: 1 } as never }), 400, /metadata\.labels/],
    ['finalizers that are no list', app('web', { finalizers: 'x' as never }), 400, /metadata\.finalizers/],
    [
      'another kind',
      { ...app('web'), kind: 'ApplicationSet' },
      422,
      /kind: Invalid value: "ApplicationSet": must be Application/,
    ],
    ['another version', { ...app('web'), apiVersion: 'v1' }, 400, /does not match the expected API version/],
    ['no namespace', app('web', { namespace: '' }), 400, /an empty namespace/],
    [
      'two controllers',
      app('web', {
        ownerReferences: ['a', 'b'].map((name) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          name,
          uid: name,
          controller: true,
        })),
      }),
      422,
      /Only one reference can have Controller set to true\. Found "true" in references for Pod\/a and Pod\/b/,
    ],
  ])('refuses %s', async (_what, object, code, message) => {
    expect(await failure(client.create(APPS, object))).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe('update and patch', () => {
  it('is no write when nothing changes', async () => {
    const first = await client.create(APPS, app('web'));
    const again = await client.patch(
      APPS,
      'argocd',
      'web',
      { spec: { project: 'default' } },
      { type: 'merge' },
    );
    expect(again).toBe(first);
  });

  it('shares what did not change with the version before', async () => {
    const first = await client.create(APPS, app('web'));
    const next = await client.update(APPS, { ...first, metadata: { ...first.metadata, labels: { a: 'b' } } });
    expect(next.spec).toBe(first.spec);
  });

  it.each<[string, Json, Json | number]>([
    [
      'add and replace',
      [
        { op: 'add', path: '/spec/a', value: [1] },
        { op: 'add', path: '/spec/a/-', value: 2 },
      ],
      { project: 'default', a: [1, 2] },
    ],
    ['remove', [{ op: 'remove', path: '/spec/project' }], {}],
    ['move', [{ op: 'move', from: '/spec/project', path: '/spec/p~1q' }], { 'p/q': 'default' }],
    ['copy', [{ op: 'copy', from: '/spec/project', path: '/spec/b' }], { project: 'default', b: 'default' }],
    ['test that holds', [{ op: 'test', path: '/spec/project', value: 'default' }], { project: 'default' }],
    ['test that fails', [{ op: 'test', path: '/spec/project', value: 'x' }], 422],
    ['a path that is not there', [{ op: 'replace', path: '/spec/x/y', value: 1 }], 422],
    ['no list', { op: 'add' }, 400],
  ])('JSON patch: %s', async (_what, patch, expected) => {
    await client.create(APPS, app('web'));
    const call = client.patch(APPS, 'argocd', 'web', patch, { type: 'json' });
    if (typeof expected === 'number') expect(await failure(call)).toMatchObject({ code: expected });
    else expect((await call).spec).toEqual(expected);
  });
});

describe('delete', () => {
  it('goes at once without finalizers and only begins with them', async () => {
    await client.create(APPS, app('a'));
    expect(await client.delete(APPS, 'argocd', 'a')).toBeUndefined();
    await client.create(APPS, app('b', { finalizers: ['x.io/y'] }));
    const first = await client.delete(APPS, 'argocd', 'b');
    expect(first?.metadata).toMatchObject({ deletionTimestamp: '2030-01-01T00:00:00Z', generation: 2 });
    clock.advance(5_000);
    expect(await client.delete(APPS, 'argocd', 'b')).toBe(first);
    const gone = await client.patch(
      APPS,
      'argocd',
      'b',
      { metadata: { finalizers: null } },
      { type: 'merge' },
    );
    expect(gone.metadata.finalizers).toBeUndefined();
    expect(await failure(client.get(APPS, 'argocd', 'b'))).toMatchObject({ code: 404, reason: 'NotFound' });
  });

  it('takes a namespace with what is in it, after the last finalizer', async () => {
    await client.create(RESOURCES.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'team' },
    });
    await client.create(APPS, app('a', { namespace: 'team' }));
    await client.create(APPS, app('b', { namespace: 'team', finalizers: ['x.io/y'] }));
    const namespace = await client.delete(RESOURCES.namespaces, undefined, 'team');
    expect(namespace?.status).toEqual({ phase: 'Terminating' });
    expect(await failure(client.create(APPS, app('c', { namespace: 'team' })))).toMatchObject({ code: 403 });
    await client.patch(APPS, 'team', 'b', { metadata: { finalizers: null } }, { type: 'merge' });
    expect(await failure(client.get(RESOURCES.namespaces, undefined, 'team'))).toMatchObject({ code: 404 });
    expect((await client.list(APPS)).items).toEqual([]);
  });
});

describe('kinds', () => {
  it('turns stringData of a Secret into data', async () => {
    const secret = await client.create(RESOURCES.secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'argocd' },
      stringData: { name: 'eu-7' },
    });
    expect([secret.type, secret.data, secret.stringData]).toEqual([
      'Opaque',
      { name: 'ZXUtNw==' },
      undefined,
    ]);
  });

  it('serves what a CustomResourceDefinition defines, and no longer after it is gone', async () => {
    const widgets = { apiVersion: 'acme.io/v1', kind: 'Widget', plural: 'widgets', namespaced: true };
    const widget = { ...app('w'), apiVersion: 'acme.io/v1', kind: 'Widget' };
    expect(await failure(client.create(widgets, widget))).toMatchObject({ code: 404 });
    const crd = await client.create(RESOURCES.customResourceDefinitions, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.acme.io' },
      spec: {
        group: 'acme.io',
        scope: 'Namespaced',
        names: { kind: 'Widget', plural: 'widgets' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    });
    expect(crd.status?.acceptedNames).toMatchObject({ listKind: 'WidgetList', singular: 'widget' });
    expect((await client.create(widgets, widget)).metadata.generation).toBe(1);
    await client.delete(RESOURCES.customResourceDefinitions, undefined, 'widgets.acme.io');
    expect(await failure(client.list(widgets))).toMatchObject({ code: 404 });
  });
});

describe('recorded worlds', () => {
  it('are seeded as they are', async () => {
    const [seeded] = client.store.seed({
      ...app('old', { uid: 'its-own', creationTimestamp: '2020-01-01T00:00:00Z', finalizers: ['x.io/y'] }),
      status: { health: { status: 'Healthy' } },
    });
    expect(seeded).toMatchObject({
      metadata: { uid: 'its-own', creationTimestamp: '2020-01-01T00:00:00Z', generation: 1 },
      status: { health: { status: 'Healthy' } },
    });
    expect(() => client.store.seed({ ...app('x'), kind: 'Nothing' })).toThrow(ApiError);
  });

  it('may hold what a real server would refuse', async () => {
    let count = 0;
    const lenient = createStore({
      clock,
      gc: 'off',
      lenient: true,
      uid: ({ metadata }) => `uid-${metadata.namespace ?? ''}-${metadata.name}-${++count}`,
    });
    const count0 = count;
    const made = await lenient.create(
      APPS,
      app('Not_A_Name', { namespace: 'nowhere', labels: { a: 'b c' } }),
    );
    expect(made.metadata.uid).toBe(`uid-nowhere-Not_A_Name-${count0 + 1}`);
    expect(made.metadata.managedFields).toBeUndefined();
    const next = await lenient.update(APPS, {
      ...app('Not_A_Name', { namespace: 'nowhere' }),
      spec: { a: 1 },
    });
    expect(next.spec).toEqual({ a: 1 });
  });

  it('may have kinds that nobody described', async () => {
    const placements = { apiVersion: 'x.io/v1', kind: 'Placement', plural: 'placements', namespaced: true };
    client.store.register(placements);
    await client.create(placements, {
      ...app('p'),
      apiVersion: 'x.io/v1',
      kind: 'Placement',
      status: { a: 1 },
    });
    expect((await client.get(placements, 'argocd', 'p')).status).toEqual({ a: 1 });
  });
});
