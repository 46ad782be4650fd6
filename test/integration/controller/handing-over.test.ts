/** Applications that move from one set to another: both sets say so, and nothing is made or deleted. */
import { describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { reconcileSet } from '../../../src/controller/reconcile.ts';
import { list, Operator, shops } from './operator.ts';

const TO = 'appset-operator.io/hand-over-to';
const FROM = 'appset-operator.io/take-over-from';
const CITIES = ['lyon', 'oslo', 'porto'];
const NAMES = CITIES.map((city) => `shop-${city}`);

/** `shops` made three Applications; `stores` would make the same ones. */
async function twoSets(
  annotations: { old?: JsonObject; new?: JsonObject } = {},
  change: JsonObject = {},
): Promise<Operator> {
  const operator = new Operator();
  operator.apply(shops([list(...CITIES)]), { annotations: annotations.old ?? {} });
  await operator.run();
  operator.seed({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'stores', namespace: 'argocd', annotations: annotations.new ?? {} },
    spec: shops([list(...CITIES)], change),
  });
  return operator;
}
const runStores = (operator: Operator) =>
  reconcileSet({ namespace: 'argocd', name: 'stores' }, operator.deps());
const owners = (operator: Operator) =>
  operator.applications().map(({ metadata }) => metadata.ownerReferences?.map(({ name }) => name).join('+'));
const uids = (operator: Operator) => operator.applications().map(({ metadata }) => metadata.uid);
const conditionOf = (operator: Operator, name: string, type: string) => {
  const { store } = operator.client;
  const set = store.get(store.kind(RESOURCES.applicationSets), 'argocd', name);
  const conditions = ((set.status as JsonObject | undefined)?.['conditions'] ?? []) as JsonObject[];
  const found = conditions.find((condition) => condition['type'] === type);
  return found && `${found['status']} ${found['reason']} ${found['message']}`;
};
const BOTH = { old: { [TO]: 'stores' }, new: { [FROM]: 'shops' } };

describe('when both sets say so', () => {
  test('the new one takes the owner reference, and the old one is content', async () => {
    const operator = await twoSets(BOTH);
    const before = uids(operator);
    operator.calls.length = 0;
    await runStores(operator);
    expect(owners(operator)).toEqual(['stores', 'stores', 'stores']);
    expect(operator.writes.filter((write) => / Application\//.test(write))).toEqual(
      NAMES.map((name) => `patch Application/${name}`),
    );
    expect(uids(operator)).toEqual(before);
    for (const { metadata } of operator.applications())
      expect(metadata.annotations?.['appset-operator.io/owner']).toBe('argocd/stores');

    await operator.run();
    expect(operator.writes.filter((write) => / Application\//.test(write))).toEqual([]);
    expect(operator.condition('Conflict')).toBeUndefined();
    expect(operator.condition('HandingOver')).toBe(
      'True Done stores owns all Applications: this set may be deleted',
    );
    operator.remove(RESOURCES.applicationSets, 'shops');
    operator.client.store.collectGarbage();
    expect(uids(operator)).toEqual(before);
  });

  test('what the old one generates no more waits for the new one', async () => {
    const operator = await twoSets(BOTH);
    operator.apply(shops([list('lyon')]), { annotations: { [TO]: 'stores' } });
    for (const seconds of [0, 61, 700]) {
      operator.clock.advance(seconds);
      await operator.run();
    }
    expect(operator.names).toEqual(NAMES);
    expect(operator.condition('ApplicationsKept')).toContain('HandingOver');
    expect(operator.condition('HandingOver')).toMatch(
      /^True Waiting 3 Applications are owned here until stores/,
    );
    await runStores(operator);
    expect(owners(operator)).toEqual(['stores', 'stores', 'stores']);
  });

  test('a template of the new one that differs counts after the move', async () => {
    const operator = await twoSets(BOTH, {
      template: {
        metadata: { name: 'shop-{{.city}}' },
        spec: {
          project: 'default',
          source: { repoURL: 'https://git.example.org/fleet.git', path: 'new/{{.city}}' },
          destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
        },
      },
    });
    const before = uids(operator);
    await runStores(operator);
    await operator.run();
    await runStores(operator);
    expect(operator.application('shop-lyon').spec.source).toMatchObject({ path: 'new/lyon' });
    expect(uids(operator)).toEqual(before);
  });

  test('under a policy without updates only the owner changes', async () => {
    const operator = await twoSets(BOTH, { syncPolicy: { applicationsSync: 'create-only' } });
    await runStores(operator);
    expect(owners(operator)).toEqual(['stores', 'stores', 'stores']);
  });

  test('an old set deleted too early lets go of what it still owns, and the new one picks it up', async () => {
    const operator = await twoSets(BOTH);
    operator.editSet({ metadata: { finalizers: ['resources-finalizer.argocd.argoproj.io'] } });
    const before = uids(operator);
    operator.remove(RESOURCES.applicationSets, 'shops');
    await operator.run();
    expect(operator.set()).toBeUndefined();
    operator.client.store.collectGarbage();
    expect(owners(operator)).toEqual([undefined, undefined, undefined]);
    await runStores(operator);
    expect(owners(operator)).toEqual(['stores', 'stores', 'stores']);
    expect(uids(operator)).toEqual(before);
  });
});

describe('when only one set says so, nothing moves:', () => {
  test.each([
    ['the new one', { new: { [FROM]: 'shops' } }, 'which does not name this set in annotation'],
    ['the old one', { old: { [TO]: 'stores' } }, 'already owned by another ApplicationSet controller shops'],
    ['each names a third', { old: { [TO]: 'other' }, new: { [FROM]: 'another' } }, 'already owned by'],
  ])('%s', async (_name, annotations, conflict) => {
    const operator = await twoSets(annotations);
    operator.calls.length = 0;
    await runStores(operator);
    expect(operator.writes.filter((write) => / Application\//.test(write))).toEqual([]);
    expect(owners(operator)).toEqual(['shops', 'shops', 'shops']);
    expect(conditionOf(operator, 'stores', 'Conflict')).toContain(conflict);
  });

  test('an old set that names one which does not agree is deleted as any other', async () => {
    const operator = await twoSets({ old: { [TO]: 'stores' } });
    operator.editSet({ metadata: { finalizers: ['resources-finalizer.argocd.argoproj.io'] } });
    operator.remove(RESOURCES.applicationSets, 'shops');
    await operator.run();
    expect(owners(operator)).toEqual(['shops', 'shops', 'shops']);
  });
});
