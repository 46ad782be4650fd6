/** What writes do to stored objects, and the words of the refusals. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, RESOURCES } from '../../../src/api/client.ts';
import type { Json, KubeObject } from '../../../src/api/objects.ts';
import { createStore, type StoreClient } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { seededRandom } from '../../../src/support/random.ts';

const APPS = RESOURCES.applications;
const SETS = RESOURCES.applicationSets;

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

  it('makes a name from generateName', async () => {
    const created = await client.create(APPS, app('', { generateName: 'web-' }));
    expect(created.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
  });

  it('drops status where it has its own subresource, and only there', async () => {
    const set = await client.create(SETS, { ...app('s'), kind: 'ApplicationSet', status: { a: 1 } });
    expect(set.status).toBeUndefined();
    expect((await client.create(APPS, { ...app('a'), status: { a: 1 } })).status).toEqual({ a: 1 });
  });

  it.each([
    [
      'a name that is taken',
      app('taken'),
      409,
      'AlreadyExists',
      'applications.argoproj.io "taken" already exists',
    ],
    [
      'a namespace that is not there',
      app('web', { namespace: 'nowhere' }),
      404,
      'NotFound',
      'namespaces "nowhere" not found',
    ],
    ['no name', app(''), 422, 'Invalid', /metadata\.name: Required value: name or generateName is required/],
    [
      'a name that is none',
      app('Web_1'),
      422,
      'Invalid',
      /^Application\.argoproj\.io "Web_1" is invalid: metadata\.name: Invalid value: "Web_1": a lowercase RFC 1123 subdomain/,
    ],
    [
      'a label value that is none',
      app('web', { labels: { a: 'b c' } }),
      422,
      'Invalid',
      /metadata\.labels: Invalid value: "b c"/,
    ],
    [
      'a resourceVersion',
      app('web', { resourceVersion: '1' }),
      400,
      'BadRequest',
      /resourceVersion should not/,
    ],
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
      'Invalid',
      /Only one reference can have Controller set to true\. Found "true" in references for Pod\/a and Pod\/b/,
    ],
  ])('refuses %s', async (_what, object, code, reason, message) => {
    await client.create(APPS, app('taken'));
    expect(await failure(client.create(APPS, object))).toMatchObject({
      code,
      reason,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it('stores nothing on a dry run', async () => {
    const made = await client.create(APPS, app('web'), { dryRun: true });
    expect(made.metadata.uid).toBeDefined();
    expect(await failure(client.get(APPS, 'argocd', 'web'))).toMatchObject({ code: 404 });
  });
});

describe('update and patch', () => {
  it('answers a stale resourceVersion with Conflict in Kubernetes words', async () => {
    const first = await client.create(APPS, app('web'));
    await client.update(APPS, { ...first, spec: { project: 'other' } });
    const error = await failure(client.update(APPS, { ...first, spec: { project: 'third' } }));
    expect(error).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on applications.argoproj.io "web": the object has been modified; please apply your changes to the latest version and try again',
    });
  });

  it('wants a resourceVersion for a custom object and none for a ConfigMap', async () => {
    await client.create(APPS, app('web'));
    expect(await failure(client.update(APPS, app('web')))).toMatchObject({
      code: 422,
      message: expect.stringContaining(
        'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
      ),
    });
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'argocd' } };
    await client.create(RESOURCES.configMaps, map);
    const updated = await client.update(RESOURCES.configMaps, { ...map, data: { a: '1' } });
    expect(updated.data).toEqual({ a: '1' });
  });

  it('counts generation for the spec, not for metadata, and for status only without the subresource', async () => {
    const generation = async (patch: Json, subresource?: 'status') =>
      (
        await client.patch(SETS, 'argocd', 's', patch, {
          type: 'merge',
          ...(subresource ? { subresource } : {}),
        })
      ).metadata.generation;
    await client.create(SETS, { ...app('s'), kind: 'ApplicationSet' });
    expect(await generation({ metadata: { labels: { a: 'b' } } })).toBe(1);
    expect(await generation({ status: { a: 1 } }, 'status')).toBe(1);
    expect(await generation({ spec: { project: 'x' } })).toBe(2);
    await client.create(APPS, app('web'));
    const touched = await client.patch(APPS, 'argocd', 'web', { status: { a: 1 } }, { type: 'merge' });
    expect(touched.metadata.generation).toBe(2);
  });

  it('takes only status on /status, only the rest beside it, and has no /status for Applications', async () => {
    await client.create(SETS, { ...app('s'), kind: 'ApplicationSet' });
    const patch = { metadata: { labels: { a: 'b' } }, spec: { project: 'x' }, status: { a: 1 } };
    const status = await client.patch(SETS, 'argocd', 's', patch, { type: 'merge', subresource: 'status' });
    expect([status.metadata.labels, status.spec, status.status]).toEqual([
      undefined,
      { project: 'default' },
      { a: 1 },
    ]);
    const main = await client.patch(SETS, 'argocd', 's', { ...patch, status: { a: 2 } }, { type: 'merge' });
    expect([main.metadata.labels, main.spec, main.status]).toEqual([{ a: 'b' }, { project: 'x' }, { a: 1 }]);
    await client.create(APPS, app('web'));
    expect(
      await failure(
        client.patch(APPS, 'argocd', 'web', { status: {} }, { type: 'merge', subresource: 'status' }),
      ),
    ).toMatchObject({ code: 404 });
  });

  it('refuses a wrong uid in a merge patch with 422 and cause metadata.uid, but not on /status', async () => {
    await client.create(SETS, { ...app('s'), kind: 'ApplicationSet' });
    const patch = { metadata: { uid: 'other' }, spec: { project: 'x' }, status: { a: 1 } };
    const error = await failure(client.patch(SETS, 'argocd', 's', patch, { type: 'merge' }));
    expect(error).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(error.causes).toEqual([
      expect.objectContaining({ field: 'metadata.uid', reason: 'FieldValueInvalid' }),
    ]);
    const status = await client.patch(SETS, 'argocd', 's', patch, { type: 'merge', subresource: 'status' });
    expect(status.status).toEqual({ a: 1 });
  });

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

  it('takes no new finalizer on a terminating object', async () => {
    await client.create(APPS, app('b', { finalizers: ['x.io/y'] }));
    await client.delete(APPS, 'argocd', 'b');
    const error = await failure(
      client.patch(
        APPS,
        'argocd',
        'b',
        { metadata: { finalizers: ['x.io/y', 'x.io/z'] } },
        { type: 'merge' },
      ),
    );
    expect(error.message).toContain(
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.io/z"}',
    );
  });

  it.each([
    [{ uid: 'other' }, /the UID in the precondition \(other\) does not match the UID in record/],
    [{ resourceVersion: '1' }, /the ResourceVersion in the precondition \(1\) does not match/],
  ])('holds to the precondition %j', async (precondition, message) => {
    await client.create(APPS, app('a'));
    expect(await failure(client.delete(APPS, 'argocd', 'a', precondition))).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: expect.stringMatching(message),
    });
  });

  it('loses an orphan finalizer to an explicit Background, not to no policy', async () => {
    await client.create(APPS, app('a', { finalizers: ['orphan'] }));
    expect((await client.delete(APPS, 'argocd', 'a'))?.metadata.finalizers).toEqual(['orphan']);
    expect(await client.delete(APPS, 'argocd', 'a', { propagationPolicy: 'Background' })).toBeUndefined();
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
