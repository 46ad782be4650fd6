/** The object store: indexes, changes, and our own writes against a watch that lags behind. */
import { describe, expect, test } from 'vitest';
import type { KubeObject, ObjectMeta } from '../../../src/api/objects.ts';
import { isOlderVersion } from '../../../src/kube/resource-version.ts';
import { byController, byLabel, byNamespace, ObjectStore } from '../../../src/kube/store.ts';

const app = (name: string, resourceVersion: string, more: Partial<ObjectMeta> = {}): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd', uid: `uid-${name}`, resourceVersion, ...more },
});
const owned = (name: string, version: string, set: string) =>
  app(name, version, {
    ownerReferences: [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: set, uid: 'u', controller: true },
    ],
  });
const newStore = () => {
  const errors: unknown[] = [];
  const store = new ObjectStore({
    indexes: {
      owner: byController('argoproj.io/v1alpha1', 'ApplicationSet'),
      team: byLabel('team'),
      namespace: byNamespace,
    },
    onHandlerError: (error) => errors.push(error),
  });
  const changes: string[] = [];
  store.onChange(({ key, before, after, initial }) => {
    const version = (object: KubeObject | undefined) => object?.metadata.resourceVersion ?? '-';
    changes.push(`${key} ${version(before)}>${version(after)}${initial ? ' initial' : ''}`);
  });
  return { store, changes, errors };
};
const names = (objects: readonly KubeObject[]) => objects.map((object) => object.metadata.name);

describe('indexes', () => {
  test('follow an object through its changes', () => {
    const { store } = newStore();
    store.upsert(owned('a', '1', 'one'));
    store.upsert(owned('b', '2', 'one'));
    expect(names(store.byIndex('owner', 'argocd/one'))).toEqual(['a', 'b']);
    store.upsert(owned('a', '3', 'two'));
    expect(names(store.byIndex('owner', 'argocd/one'))).toEqual(['b']);
    expect(names(store.byIndex('owner', 'argocd/two'))).toEqual(['a']);
    store.remove(app('b', '4'));
    expect(names(store.byIndex('owner', 'argocd/one'))).toEqual([]);
    expect(names(store.byIndex('namespace', 'argocd'))).toEqual(['a']);
  });

  test('see only the controller, and only of the exact type', () => {
    const { store } = newStore();
    const reference = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 's', uid: 'u' };
    store.upsert(app('not-controller', '1', { ownerReferences: [reference] }));
    const foreign = { ...reference, apiVersion: 'argoproj.io/v1beta1', controller: true };
    store.upsert(app('other-version', '2', { ownerReferences: [foreign] }));
    store.upsert(app('labelled', '3', { labels: { team: 'blue' } }));
    expect(store.byIndex('owner', 'argocd/s')).toEqual([]);
    expect(names(store.byIndex('team', 'blue'))).toEqual(['labelled']);
    expect(store.byIndex('absent', 'x')).toEqual([]);
  });
});

describe('changes', () => {
  test('tell old and new, once, and not for what is the same', () => {
    const { store, changes } = newStore();
    store.replace([app('a', '1'), app('b', '1')], '5', true);
    store.upsert(app('a', '6'));
    store.upsert(app('a', '6'));
    store.remove(app('b', '7'));
    store.remove(app('b', '7'));
    expect(changes).toEqual(['argocd/a ->1 initial', 'argocd/b ->1 initial', 'argocd/a 1>6', 'argocd/b 1>-']);
  });

  test('of a second list are what differs from the first', () => {
    const { store, changes } = newStore();
    store.replace([app('a', '1'), app('b', '2'), app('c', '3')], '5', true);
    changes.length = 0;
    store.replace([app('a', '1'), app('b', '8'), app('d', '9')], '10', false);
    expect(changes).toEqual(['argocd/b 2>8', 'argocd/d ->9', 'argocd/c 3>-']);
  });

  test('reach every handler though one throws', () => {
    const { store, changes, errors } = newStore();
    store.onChange(() => {
      throw new TypeError('handler');
    });
    const stop = store.onChange(() => changes.push('third'));
    store.upsert(app('a', '1'));
    expect(changes).toEqual(['argocd/a ->1', 'third']);
    expect(errors.map(String)).toEqual(['TypeError: handler']);
    stop();
    store.upsert(app('a', '2'));
    expect(changes).toHaveLength(3);
  });
});

describe('our own writes', () => {
  test('are seen at once, and not undone by what the watch tells of before', () => {
    const { store, changes } = newStore();
    store.upsert(app('a', '10'));
    store.wrote(app('a', '12'));
    store.upsert(app('a', '11'));
    store.upsert(app('a', '12'));
    expect(store.get('argocd/a')?.metadata.resourceVersion).toBe('12');
    store.upsert(app('a', '13'));
    expect(changes).toEqual(['argocd/a ->10', 'argocd/a 10>12', 'argocd/a 12>13']);
  });

  test('do not undo what the watch has told already', () => {
    const { store } = newStore();
    store.upsert(app('a', '13'));
    store.wrote(app('a', '12'));
    expect(store.get('argocd/a')?.metadata.resourceVersion).toBe('13');
  });

  test('survive a list that is older, and end with one that is newer', () => {
    const { store } = newStore();
    store.replace([], '10', true);
    store.wrote(app('a', '15'));
    store.replace([], '12', false);
    expect(store.size).toBe(1);
    store.replace([], '20', false);
    expect(store.size).toBe(0);
  });

  test('that deleted an object keep it gone until the watch says so or another is made', () => {
    const { store } = newStore();
    store.upsert(app('a', '10'));
    store.vanished('argocd/a');
    store.upsert(app('a', '11'));
    expect(store.size).toBe(0);
    store.upsert(app('a', '20', { uid: 'another' }));
    expect(store.get('argocd/a')?.metadata.uid).toBe('another');
    store.remove(app('a', '12'));
    expect(store.size).toBe(1);
  });

  test('that deleted an object do not hide it from a new list', () => {
    const { store } = newStore();
    store.upsert(app('a', '10'));
    store.vanished('argocd/a');
    store.replace([app('a', '10')], '12', false);
    expect(store.size).toBe(1);
  });
});

test('versions are compared as numbers, and only when they are such', () => {
  expect(isOlderVersion('9', '10')).toBe(true);
  expect(isOlderVersion('10', '9')).toBe(false);
  expect(isOlderVersion('10', '10')).toBe(false);
  expect(isOlderVersion('99999999999999999998', '99999999999999999999')).toBe(true);
  for (const [a, b] of [
    ['x1', '2'],
    ['1', 'y'],
    [undefined, '1'],
    ['1', undefined],
    ['0', '1'],
  ] as const) {
    expect(isOlderVersion(a, b)).toBe(false);
  }
});
