/** Owners: what is adopted, what is a conflict, and repairing references before the garbage collector acts on them. */
import { describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import { list, Operator, shops } from './operator.ts';

const orphaned = async (): Promise<Operator> => {
  const operator = new Operator();
  operator.apply(shops([list('porto')]));
  await operator.run();
  operator.remove(RESOURCES.applicationSets, 'shops', 'Orphan');
  operator.client.store.collectGarbage();
  expect(operator.application('shop-porto').metadata.ownerReferences ?? []).toEqual([]);
  return operator;
};

test('an orphan of ours is adopted by a set made again', async () => {
  const operator = await orphaned();
  operator.apply(shops([list('porto')]));
  await operator.run();
  expect(operator.application('shop-porto').metadata.ownerReferences?.[0]?.uid).toBe(
    operator.set()?.metadata.uid,
  );
  expect(operator.condition('Conflict')).toBeUndefined();
});

describe('an Application somebody made by hand', () => {
  const handMade = (project: string) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: 'shop-porto',
      namespace: 'argocd',
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
    },
    spec: {
      project,
      source: { repoURL: 'https://git.example.org/fleet.git', path: 'deploy/porto', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
    },
  });

  test('is adopted where that changes nothing', async () => {
    const operator = new Operator();
    operator.seed(handMade('default'));
    operator.apply(shops([list('porto')]));
    await operator.run();
    expect(operator.events).toEqual(['updated updated Application "shop-porto"']);
    expect(operator.application('shop-porto').metadata.annotations).toMatchObject({
      'appset-operator.io/owner': 'argocd/shops',
    });
  });

  test('is a conflict where it differs, and nothing of it is written; the rest goes on', async () => {
    const operator = new Operator();
    operator.seed(handMade('by-hand'));
    const before = operator.application('shop-porto');
    operator.apply(shops([list('porto', 'lyon')]));
    await operator.run();
    expect(operator.application('shop-porto')).toEqual(before);
    expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
    expect(operator.condition('Conflict')).toBe(
      'True ApplicationConflict Application argocd/shop-porto exists and is owned by nobody; it differs in spec.project',
    );
    expect(operator.condition('ErrorOccurred')).toContain('True UpdateApplicationError');

    operator.editSet({ metadata: { annotations: { 'appset-operator.io/adopt': 'shop-porto' } } });
    await operator.run();
    expect(operator.application('shop-porto').spec.project).toBe('default');
    expect(operator.condition('Conflict')).toBeUndefined();
  });

  test('that appears between plan and creation is not overwritten', async () => {
    const operator = new Operator();
    operator.apply(shops([list('porto')]));
    operator.before = ({ verb, kind }) => {
      if (verb !== 'create' || kind !== 'Application') return;
      operator.before = undefined;
      operator.seed(handMade('by-hand'));
    };
    const result = await operator.run();
    expect(result.applied?.blocked).toMatchObject([{ name: 'shop-porto', reason: 'Conflict' }]);
    expect(operator.application('shop-porto').spec.project).toBe('by-hand');
  });
});

test('references to another uid are repaired before the collector takes the Applications', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')]));
  await operator.run();
  // as a restored backup has it: the set with a new uid, its Applications with the old one
  const backup = operator.applications();
  operator.remove(RESOURCES.applicationSets, 'shops', 'Orphan');
  operator.client.store.collectGarbage();
  operator.apply(shops([list('porto')]));
  for (const { metadata } of backup) {
    operator.edit(metadata.name, { metadata: { ownerReferences: metadata.ownerReferences as never } });
  }
  const result = await operator.run();
  expect(result.applied?.updated.toSorted()).toEqual(['shop-lyon', 'shop-porto']);
  // what it does not generate may go now, and nothing else would wake it
  expect(result.requeueAfterSeconds).toBe(1);
  const uid = operator.set()?.metadata.uid;
  expect(operator.applications().map(({ metadata }) => metadata.ownerReferences?.[0]?.uid)).toEqual([
    uid,
    uid,
  ]);
  operator.client.store.collectGarbage();
  expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
  expect(operator.applications().every(({ metadata }) => metadata.deletionTimestamp === undefined)).toBe(
    true,
  );
  // only now it is a candidate like any other, whose absence a second reading confirms
  await operator.run();
  operator.clock.advance(60);
  await operator.run();
  expect(operator.application('shop-lyon').metadata.deletionTimestamp).toBeDefined();
});

test('an Application of another living owner is never written', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto')]));
  await operator.run();
  const { store } = operator.client;
  const kind = store.kind(RESOURCES.applicationSets);
  store.create(kind, 'argocd', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'rival', namespace: 'argocd' },
    spec: shops([list('porto')], {
      template: {
        metadata: { name: 'shop-{{.city}}' },
        spec: {
          project: 'default',
          source: { repoURL: 'x', path: 'y' },
          destination: { name: 'in-cluster' },
        },
      },
    }),
  });
  const before = operator.application('shop-porto');
  const { reconcileSet } = await import('../../../src/controller/reconcile.ts');
  const result = await reconcileSet({ namespace: 'argocd', name: 'rival' }, operator.deps());
  expect(result.plan?.blocked).toMatchObject([{ reason: 'Conflict' }]);
  expect(operator.application('shop-porto')).toEqual(before);
});
