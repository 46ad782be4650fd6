/** Server-side apply and managedFields: ownership, conflicts, and what leaving a field out does. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, RESOURCES } from '../../../src/api/client.ts';
import type { Json, KubeObject } from '../../../src/api/objects.ts';
import { createStore, type StoreClient } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';

const APPS = RESOURCES.applications;
let client: StoreClient;
beforeEach(() => {
  client = createStore({ clock: new ManualClock(), gc: 'off' });
});

const apply = (fieldManager: string, metadata: Json, spec: Json, force = false): Promise<KubeObject> =>
  client.patch(
    APPS,
    'argocd',
    'web',
    { apiVersion: APPS.apiVersion, kind: APPS.kind, metadata, spec },
    { type: 'apply', fieldManager, force },
  );
const update = (fieldManager: string, patch: Json) =>
  client.patch(APPS, 'argocd', 'web', patch, { type: 'merge', fieldManager });
const owners = (object: KubeObject) =>
  Object.fromEntries(
    (object.metadata.managedFields ?? []).map((entry) => [
      `${String(entry.manager)} ${String(entry.operation)}`,
      entry.fieldsV1,
    ]),
  );

describe('server-side apply', () => {
  it('creates what is not there and owns what it said', async () => {
    const made = await apply('cli', { name: 'web', labels: { a: '1' } }, { project: 'p', list: [{ x: 1 }] });
    expect(owners(made)).toEqual({
      'cli Apply': {
        'f:metadata': { 'f:labels': { 'f:a': {} } },
        'f:spec': { 'f:project': {}, 'f:list': {} },
      },
    });
  });

  it('removes what the manager applied before and leaves out now, unless somebody else owns it', async () => {
    await apply('cli', { labels: { mine: '1', shared: '1' } }, { project: 'p', extra: true });
    await apply('other', { labels: { shared: '1' } }, {});
    await update('someone', { metadata: { labels: { theirs: '1' } } });
    const after = await apply('cli', {}, { project: 'p' });
    expect(after.metadata.labels).toEqual({ shared: '1', theirs: '1' });
    expect(after.spec).toEqual({ project: 'p' });
  });

  it('conflicts with a field another manager changed, and takes it by force', async () => {
    await apply('cli', {}, { project: 'p' });
    await update('editor', { spec: { project: 'q' } });
    const error = await apply('cli', {}, { project: 'p' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Apply failed with 1 conflict: conflict with "editor" using argoproj.io/v1alpha1: .spec.project',
      causes: [{ reason: 'FieldManagerConflict', field: '.spec.project' }],
    });
    const forced = await apply('cli', {}, { project: 'p' }, true);
    expect(forced.spec).toEqual({ project: 'p' });
    expect(Object.keys(owners(forced))).toEqual(['cli Apply']);
  });

  it('shares a field when both say the same', async () => {
    await apply('one', {}, { project: 'p' });
    const both = await apply('two', {}, { project: 'p' });
    expect(Object.keys(owners(both))).toEqual(['one Apply', 'two Apply']);
  });

  it('treats finalizers as a set and owner references as a map', async () => {
    const owner = (uid: string, name: string) => ({ apiVersion: 'v1', kind: 'Pod', name, uid });
    await apply('one', { finalizers: ['x.io/a'], ownerReferences: [owner('1', 'a')] }, {});
    const both = await apply('two', { finalizers: ['x.io/b'], ownerReferences: [owner('2', 'b')] }, {});
    expect(both.metadata.finalizers).toEqual(['x.io/a', 'x.io/b']);
    expect(both.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual(['1', '2']);
    const less = await apply('one', {}, {});
    expect(less.metadata.finalizers).toEqual(['x.io/b']);
    expect(less.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual(['2']);
  });

  it('needs a manager, and changes nothing when nothing differs', async () => {
    await expect(apply('', {}, {})).rejects.toMatchObject({ code: 422 });
    const first = await apply('cli', {}, { project: 'p' });
    expect(await apply('cli', {}, { project: 'p' })).toBe(first);
  });
});

describe('managedFields', () => {
  it('move with the field to whoever changed it last', async () => {
    await client.create(
      APPS,
      {
        apiVersion: APPS.apiVersion,
        kind: APPS.kind,
        metadata: { name: 'web', namespace: 'argocd' },
        spec: { a: 1, b: 1 },
      },
      { fieldManager: 'one' },
    );
    const after = await update('two', { spec: { b: 2, c: 1 } });
    expect(owners(after)).toEqual({
      'one Update': { 'f:spec': { '.': {}, 'f:a': {} } },
      'two Update': { 'f:spec': { 'f:b': {}, 'f:c': {} } },
    });
    // the map itself is still owned by whoever made it
    expect(owners(await update('three', { spec: { a: null } }))).toMatchObject({
      'one Update': { 'f:spec': { '.': {} } },
    });
  });

  it('can be cleared by a client', async () => {
    await apply('cli', {}, { project: 'p' });
    const cleared = await update('x', { metadata: { managedFields: [{}] } });
    expect(cleared.metadata.managedFields).toBeUndefined();
  });
});
