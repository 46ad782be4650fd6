/** Deleting: what an Application must be on the live object, finalizers, a cluster that is gone, and sets that go. */
import { describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { list, Operator, shops } from './operator.ts';

const FINALIZER = 'resources-finalizer.argocd.argoproj.io';

test('a deletion has uid and resourceVersion as preconditions; a write in between makes it look again', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')]));
  await operator.run();
  operator.apply(shops([list('porto')]));
  operator.before = ({ verb }) => {
    if (verb !== 'delete') return;
    operator.before = undefined;
    operator.edit('shop-lyon', { metadata: { annotations: { 'appset-operator.io/keep': 'true' } } });
  };
  const result = await operator.run();
  expect(result.applied?.deleted).toEqual([]);
  expect(operator.application('shop-lyon').metadata.deletionTimestamp).toBeUndefined();
});

test('an Application that somebody deletes between plan and deletion is not deleted again', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')]));
  await operator.run();
  operator.apply(shops([list('porto')]));
  operator.before = ({ verb, kind }) => {
    if (verb !== 'get' || kind !== 'Application') return;
    operator.before = undefined;
    operator.remove(RESOURCES.applications, 'shop-lyon');
  };
  const result = await operator.run();
  expect(result.applied?.spared).toMatchObject([{ name: 'shop-lyon', message: 'it is terminating' }]);
  expect(operator.writes.filter((write) => write.startsWith('delete'))).toEqual([]);
});

describe('what a deletion rests on', () => {
  const KEEP = { syncPolicy: { preserveResourcesOnDeletion: true } };

  test('is looked at again when the server asks to wait: it may not be true any more', async () => {
    const operator = new Operator();
    operator.apply(shops([list('porto', 'lyon')], KEEP));
    await operator.run();
    operator.apply(shops([list('porto')], KEEP));
    operator.client.faults.add({
      verb: 'delete',
      times: 1,
      effect: { type: 'refuse', code: 429, retryAfterSeconds: 7 },
    });
    const result = await operator.run();
    expect(operator.writes.filter((write) => write.startsWith('delete'))).toEqual([
      'delete Application/shop-lyon',
    ]);
    expect(result.requeueAfterSeconds).toBe(7);
    expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
    operator.apply(shops([list('porto', 'lyon')], KEEP));
    operator.clock.advance(7);
    await operator.run();
    expect(operator.writes.filter((write) => write.startsWith('delete'))).toEqual([]);
  });

  test('is not older than ten seconds; what is left then goes in a run of its own', async () => {
    const operator = new Operator({ concurrentApplicationUpdates: 1 });
    operator.apply(shops([list('a', 'b', 'c', 'd', 'e', 'f')], KEEP));
    await operator.run();
    operator.apply(shops([list('a', 'b')], KEEP));
    operator.before = ({ verb, kind }) => {
      if (verb === 'delete' && kind === 'Application') operator.clock.advance(6);
    };
    const result = await operator.run();
    const left = operator.names.length;
    expect(left).toBeGreaterThan(2);
    expect(left).toBeLessThan(6);
    expect(result.requeueAfterSeconds).toBe(1);
    for (let runs = 0; operator.names.length > 2 && runs < 4; runs += 1) await operator.run();
    expect(operator.names).toEqual(['shop-a', 'shop-b']);
  });
});

test('a set that says preserve takes the resources finalizer off before it deletes', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')]));
  await operator.run();
  expect(operator.application('shop-lyon').metadata.finalizers).toEqual([FINALIZER]);
  operator.apply(shops([list('porto')], { syncPolicy: { preserveResourcesOnDeletion: true } }));
  await operator.run();
  expect(operator.names).toEqual(['shop-porto']);
  expect(operator.writes.filter((write) => write.endsWith('shop-lyon'))).toEqual([
    'patch Application/shop-lyon',
    'delete Application/shop-lyon',
  ]);
});

describe('a cluster that is gone', () => {
  /** Shops on the cluster; `home` is on the local one, and stays. */
  const far = (...cities: string[]) => {
    const elements = [
      { city: 'home', server: 'https://kubernetes.default.svc' },
      ...cities.map((city) => ({ city, server: 'https://far.example.org' })),
    ];
    const spec = shops([{ list: { elements } }]) as { template: { spec: JsonObject } };
    spec.template.spec = { ...spec.template.spec, destination: { server: '{{.server}}' } };
    return spec as unknown as JsonObject;
  };
  const withCluster = async (finalizers?: readonly string[]): Promise<Operator> => {
    const operator = new Operator({ clusterSettleSeconds: 60 });
    operator.clusterSecret('far', 'https://far.example.org');
    operator.apply(far('porto'), { annotations: { 'appset-operator.io/deletion-grace': '0s' } });
    await operator.run();
    if (finalizers !== undefined) operator.edit('shop-porto', { metadata: { finalizers } });
    operator.apply(far());
    return operator;
  };

  test('lets go after the settle time, not before', async () => {
    const operator = await withCluster();
    operator.remove(RESOURCES.secrets, 'far');
    const first = await operator.run();
    expect(operator.application('shop-porto').metadata).toMatchObject({ finalizers: [FINALIZER] });
    expect(operator.application('shop-porto').metadata.deletionTimestamp).toBeUndefined();
    expect(first.applied?.spared).toMatchObject([{ name: 'shop-porto', reason: 'ClusterSettling' }]);
    expect(first.requeueAfterSeconds).toBe(60);
    operator.clock.advance(59);
    await operator.run();
    expect(operator.names).toEqual(['shop-home', 'shop-porto']);
    operator.clock.advance(1);
    await operator.run();
    expect(operator.names).toEqual(['shop-home']);
    expect(operator.events).toEqual([
      'Updated Updated Application "shop-porto" finalizer before deletion, because application has an invalid destination',
      'Deleted Deleted Application "shop-porto"',
    ]);
  });

  test('and comes back starts the time anew', async () => {
    const operator = await withCluster();
    operator.remove(RESOURCES.secrets, 'far');
    await operator.run();
    operator.clock.advance(59);
    operator.clusterSecret('far', 'https://far.example.org');
    operator.client.faults.add({
      verb: 'delete',
      kind: 'Application',
      times: 1,
      effect: { type: 'refuse', code: 500 },
    });
    await operator.run();
    operator.remove(RESOURCES.secrets, 'far');
    operator.clock.advance(1);
    const again = await operator.run();
    expect(again.applied?.spared).toMatchObject([{ reason: 'ClusterSettling' }]);
  });

  test('takes the variants of the finalizer off as well, and no foreign one', async () => {
    const operator = await withCluster(['x.example/guard', `${FINALIZER}/background`]);
    operator.remove(RESOURCES.secrets, 'far');
    await operator.run();
    operator.clock.advance(60);
    await operator.run();
    expect(operator.application('shop-porto').metadata).toMatchObject({ finalizers: ['x.example/guard'] });
  });

  test('only counts when it is certain: an error or a Secret that is there keeps the finalizer', async () => {
    const operator = await withCluster();
    // the facts of the run do not know the cluster, the API does
    const facts = async () => ({
      sources: {
        ...operator.sources(),
        clusters: async () =>
          ({ known: true, value: [], provenance: '', observedAt: 0, version: '' }) as const,
      },
      inClusterEnabled: true,
    });
    await operator.run({ facts });
    expect(operator.application('shop-porto').metadata).toMatchObject({ finalizers: [FINALIZER] });
    expect(operator.application('shop-porto').metadata.deletionTimestamp).toBeDefined();
  });

  test('is not asked about where the Application has no finalizer that waits for it', async () => {
    const operator = await withCluster([]);
    operator.remove(RESOURCES.secrets, 'far');
    await operator.run();
    expect(operator.names).toEqual(['shop-home']);
  });
});

describe('a set that is deleted', () => {
  const terminating = async (settings: ConstructorParameters<typeof Operator>[0], spec: JsonObject = {}) => {
    const operator = new Operator(settings);
    operator.apply(shops([list('porto', 'lyon')], spec), { finalizers: [FINALIZER] });
    await operator.run();
    operator.remove(RESOURCES.applicationSets, 'shops');
    return operator;
  };

  test('is released, and its Applications go with it', async () => {
    const operator = await terminating({});
    await operator.run();
    expect(operator.set()).toBeUndefined();
    operator.client.store.collectGarbage();
    expect(operator.applications().every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(
      true,
    );
  });

  test('under a policy that forbids deletion lets its Applications go, taking off only our owner reference', async () => {
    const operator = await terminating({ policy: 'create-update' });
    const ours = operator.application('shop-lyon').metadata.ownerReferences ?? [];
    const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'book', uid: 'uid-book' };
    operator.edit('shop-lyon', { metadata: { ownerReferences: [...ours, other] as never } });
    await operator.run();
    expect(operator.set()).toBeUndefined();
    expect(operator.application('shop-lyon').metadata.ownerReferences).toEqual([other]);
    expect(operator.application('shop-porto').metadata.ownerReferences ?? []).toEqual([]);
  });

  test('lets go of an Application marked to be kept, though it generates it; the others go', async () => {
    const operator = await terminating({});
    operator.edit('shop-lyon', { metadata: { annotations: { 'appset-operator.io/keep': 'true' } } });
    await operator.run();
    expect(operator.set()).toBeUndefined();
    operator.client.store.collectGarbage();
    const going = (name: string) => operator.application(name).metadata.deletionTimestamp !== undefined;
    expect([going('shop-lyon'), going('shop-porto')]).toEqual([false, true]);
    expect(operator.application('shop-lyon').metadata.ownerReferences ?? []).toEqual([]);
  });

  test('keeps its finalizer while an Application could not be let go', async () => {
    const operator = await terminating({ policy: 'create-only' });
    operator.client.faults.add({
      verb: 'patch',
      kind: 'Application',
      name: 'shop-lyon',
      effect: { type: 'refuse', code: 500 },
    });
    const result = await operator.run();
    expect(result.error).toBeDefined();
    expect(operator.set()?.metadata.finalizers).toEqual([FINALIZER]);
    operator.client.faults.clear();
    await operator.run();
    expect(operator.set()).toBeUndefined();
  });

  test('with deletionOrder Reverse is left alone, because that is not there yet', async () => {
    const operator = await terminating(
      {},
      {
        strategy: {
          type: 'RollingSync',
          deletionOrder: 'Reverse',
          rollingSync: { steps: [{ matchExpressions: [] }] },
        },
      },
    );
    const result = await operator.run();
    expect(result.unsupported?.message).toContain('deletionOrder Reverse is not supported yet');
    expect(operator.set()?.metadata.finalizers).toEqual([FINALIZER]);
  });
});

test('RollingSync with progressive syncs on is left alone, and the set says so', async () => {
  const operator = new Operator({ progressiveSyncs: true });
  operator.apply(
    shops([list('porto')], {
      strategy: { type: 'RollingSync', rollingSync: { steps: [{ matchExpressions: [] }] } },
    }),
  );
  const result = await operator.run();
  expect(result.unsupported).toBeDefined();
  expect(operator.names).toEqual([]);
  expect(operator.condition('ErrorOccurred')).toContain(
    'True ApplicationSetRolloutError strategy RollingSync is not supported yet',
  );
});
