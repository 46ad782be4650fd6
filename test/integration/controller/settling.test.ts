/** Ordinary days go through by themselves within the settle time; what looks the same and is not, does not. */
import { describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { ControllerMemory } from '../../../src/controller/memory.ts';
import { reconcileSet } from '../../../src/controller/reconcile.ts';
import { rfc3339 } from '../../../src/support/clock.ts';
import { directories, list, Operator, shops } from './operator.ts';

const KEEP = { syncPolicy: { preserveResourcesOnDeletion: true } };
const SETTLE = { clusterSettleSeconds: 60 };

const templated = (
  generators: JsonObject[],
  name: string,
  destination: JsonObject,
  path: string,
): JsonObject =>
  shops(generators, {
    ...KEEP,
    template: {
      metadata: { name },
      spec: { project: 'default', source: { repoURL: 'r', path }, destination },
    },
  });
const byDirectory = () =>
  templated([directories()], 'shop-{{.path.basename}}', { name: 'in-cluster' }, '{{.path.path}}');
const byCluster = (labels: JsonObject = { addon: 'on' }) =>
  templated(
    [{ clusters: { selector: { matchLabels: labels } } }],
    'addon-{{.name}}',
    { server: '{{.server}}' },
    'x',
  );
const label = (operator: Operator, name: string, labels: JsonObject) => {
  const { store } = operator.client;
  const options = { type: 'merge', dryRun: false, fieldManager: 'somebody', force: false } as const;
  store.patch(store.kind(RESOURCES.secrets), 'argocd', name, { metadata: { labels } }, options);
};

/** Runs now, nearly a minute later, and a minute later; answers what was there at each. */
async function settle(operator: Operator): Promise<readonly (readonly string[])[]> {
  const seen: (readonly string[])[] = [];
  for (const seconds of [0, 59, 1]) {
    operator.clock.advance(seconds);
    await operator.run();
    seen.push(operator.names);
  }
  return seen;
}
const days = async (prepare: (operator: Operator) => void, change: (operator: Operator) => void) => {
  const operator = new Operator(SETTLE);
  prepare(operator);
  await operator.run();
  const before = operator.names;
  change(operator);
  const [first, nearly, after] = await settle(operator);
  expect(first).toEqual(before);
  expect(nearly).toEqual(before);
  expect(operator.condition('DeletionsHeld')).toBeUndefined();
  return after;
};
const five = ['a', 'b', 'c', 'd', 'e'].map((name) => `apps/${name}/x`);

describe('an ordinary day', () => {
  test('a directory is removed from git', async () => {
    const after = await days(
      (operator) => {
        operator.files(...five);
        operator.apply(byDirectory());
      },
      (operator) => operator.files(...five.slice(1)),
    );
    expect(after).toEqual(['shop-b', 'shop-c', 'shop-d', 'shop-e']);
  });

  test('four of five directories are removed in one commit', async () => {
    const after = await days(
      (operator) => {
        operator.files(...five);
        operator.apply(byDirectory());
      },
      (operator) => operator.files(...five.slice(4)),
    );
    expect(after).toEqual(['shop-e']);
  });

  test('a cluster is decommissioned', async () => {
    const after = await days(
      (operator) => {
        operator.clusterSecret('eu', 'https://eu', { addon: 'on' });
        operator.clusterSecret('us', 'https://us', { addon: 'on' });
        operator.apply(byCluster());
      },
      (operator) => operator.remove(RESOURCES.secrets, 'eu'),
    );
    expect(after).toEqual(['addon-us']);
  });

  test('a cluster is decommissioned whose workloads were never to be kept', async () => {
    const operator = new Operator(SETTLE);
    operator.clusterSecret('eu', 'https://eu', { addon: 'on' });
    operator.clusterSecret('us', 'https://us', { addon: 'on' });
    const { syncPolicy: _, ...spec } = byCluster() as Record<string, JsonObject>;
    operator.apply(spec as JsonObject);
    await operator.run();
    operator.remove(RESOURCES.secrets, 'eu');
    expect((await settle(operator)).at(-1)).toEqual(['addon-us']);
  });

  test('the label of an add-on is switched off on its only cluster', async () => {
    const after = await days(
      (operator) => {
        operator.clusterSecret('eu', 'https://eu', { addon: 'on' });
        operator.apply(byCluster());
      },
      (operator) => label(operator, 'eu', { addon: 'off' }),
    );
    expect(after).toEqual([]);
  });

  test('a list is shortened', async () => {
    const after = await days(
      (operator) => operator.apply(shops([list('porto', 'lyon', 'oslo')], KEEP)),
      (operator) => operator.apply(shops([list('porto', 'oslo')], KEEP)),
    );
    expect(after).toEqual(['shop-oslo', 'shop-porto']);
  });

  test('a list is shortened of a set made of clusters and directories', async () => {
    const after = await days(
      (operator) => {
        operator.clusterSecret('eu', 'https://eu', { addon: 'on' });
        operator.clusterSecret('us', 'https://us', { addon: 'on' });
        operator.files(...five.slice(0, 2));
        operator.apply(
          templated(
            [
              {
                matrix: {
                  generators: [{ clusters: { selector: { matchLabels: { addon: 'on' } } } }, directories()],
                },
              },
            ],
            '{{.name}}-{{.path.basename}}',
            { server: '{{.server}}' },
            '{{.path.path}}',
          ),
        );
      },
      (operator) => label(operator, 'eu', { addon: 'off' }),
    );
    expect(after).toEqual(['us-a', 'us-b']);
  });
});

describe('the settle time', () => {
  test('survives a restart', async () => {
    const operator = new Operator(SETTLE);
    operator.apply(shops([list('porto', 'lyon')], KEEP));
    await operator.run();
    operator.apply(shops([list('porto')], KEEP));
    await operator.run();
    operator.clock.advance(60);
    operator.memory = new ControllerMemory();
    await operator.run();
    expect(operator.names).toEqual(['shop-porto']);
  });

  test('begins anew when the element was back', async () => {
    const operator = new Operator(SETTLE);
    operator.clusterSecret('eu', 'https://eu', { addon: 'on' });
    operator.apply(byCluster());
    await operator.run();
    label(operator, 'eu', { addon: 'off' });
    await operator.run();
    operator.clock.advance(30);
    label(operator, 'eu', { addon: 'on' });
    await operator.run();
    expect(operator.condition('DeletionsHeld')).toBeUndefined();
    label(operator, 'eu', { addon: 'off' });
    const [first, nearly, after] = await settle(operator);
    expect([first, nearly, after]).toEqual([['addon-eu'], ['addon-eu'], []]);
  });

  test('is told, with the time it ends; nobody is asked for anything', async () => {
    const operator = new Operator(SETTLE);
    operator.apply(shops([list('porto', 'lyon')], KEEP));
    await operator.run();
    operator.apply(shops([list('porto')], KEEP));
    const result = await operator.run();
    expect(result.requeueAfterSeconds).toBe(60);
    const ends = rfc3339(operator.clock.now() + 60_000);
    expect(operator.condition('DeletionsHeld')).toMatch(
      new RegExp(`^True Grace 1 deletion held.*deleted by itself from ${ends}`),
    );
    expect(operator.events).toEqual([]);
    operator.clock.advance(10);
    await operator.run();
    expect(operator.writes).toEqual([]);
  });

  test('that a wrong clock put into the future begins when the clock is right', async () => {
    const operator = new Operator(SETTLE);
    operator.apply(shops([list('porto', 'lyon')], KEEP));
    await operator.run();
    operator.apply(shops([list('porto')], KEEP));
    const ahead = { ...operator.clock, now: () => operator.clock.now() + 3_600_000 };
    await operator.run({ clock: ahead as typeof operator.clock });
    expect((await settle(operator)).map((names) => names.length)).toEqual([2, 2, 1]);
  });

  test('costs two writes of the set', async () => {
    const operator = new Operator(SETTLE);
    operator.apply(shops([list('porto', 'lyon')], KEEP));
    await operator.run();
    operator.apply(shops([list('porto')], KEEP));
    const writes: string[] = [];
    for (const seconds of [0, 60, 600, 600]) {
      operator.clock.advance(seconds);
      await operator.run();
      writes.push(...operator.writes.filter((write) => write === 'patch ApplicationSet/shops'));
    }
    expect(writes).toHaveLength(2);
  });
});

describe('what looks like an ordinary day', () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map((name) => `apps/${name}/x`);
  const started = async () => {
    const operator = new Operator(SETTLE);
    operator.files(...five);
    operator.apply(byDirectory());
    await operator.run();
    return operator;
  };

  test('a branch that was rewritten is held at the second reading, and an approval lets it go', async () => {
    const operator = await started();
    operator.files(...five.slice(1));
    operator.descends = async () => ({ descends: false, branch: true });
    const [, nearly, after] = await settle(operator);
    expect([nearly?.length, after?.length]).toEqual([5, 5]);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True HistoryRewritten .*does not descend/);
    const digest = /Plan ([0-9a-f]{64})/.exec(operator.condition('DeletionsHeld') ?? '')?.[1] ?? '';
    operator.editSet({ metadata: { annotations: { 'appset-operator.io/approved-plan': digest } } });
    await operator.run();
    expect(operator.names).toHaveLength(4);
    // the rewritten branch is what is known from now on
    operator.descends = async () => ({ descends: true, branch: true });
    operator.files(...five.slice(2));
    expect((await settle(operator)).at(-1)).toEqual(['shop-c', 'shop-d', 'shop-e']);
  });

  test('a replica that lags heals by itself', async () => {
    const operator = await started();
    operator.files(...five.slice(1));
    operator.descends = async () => ({ descends: false, branch: true });
    await operator.run();
    operator.files(...five);
    operator.clock.advance(60);
    await operator.run();
    expect(operator.names).toHaveLength(5);
    expect(operator.condition('DeletionsHeld')).toBeUndefined();
  });

  test('a history that cannot be read lets nothing go, however long', async () => {
    const operator = await started();
    operator.files(...five.slice(1));
    operator.descends = () => Promise.reject(new DOMException('no route to host'));
    await settle(operator);
    operator.clock.advance(3_600);
    await operator.run();
    expect(operator.names).toHaveLength(5);
    expect(operator.condition('DeletionsHeld')).toContain(
      'waiting until its source can be asked: no route to host',
    );
  });

  test('a Secret that is there, though the list does not say so, confirms nothing', async () => {
    const operator = new Operator(SETTLE);
    for (const name of ['eu', 'us', 'ap']) operator.clusterSecret(name, `https://${name}`, { addon: 'on' });
    operator.apply(byCluster());
    await operator.run();
    const sources = operator.sources();
    const reading = await sources.clusters();
    const some = reading.known ? { ...reading, value: reading.value.slice(2) } : reading;
    const facts = async () => ({
      sources: { ...operator.sources(), clusters: async () => some },
      inClusterEnabled: true,
    });
    await operator.run({ facts });
    expect(operator.names).toHaveLength(3);
    expect(operator.condition('DeletionsHeld')).toMatch(
      /^True DeletionBudget .*2 deletions that nothing confirms .*is there, though the list of clusters lacks it/,
    );
  });

  test('a label that flaps on one cluster with many add-on sets is held over all of them', async () => {
    const operator = new Operator(SETTLE);
    const count = 60;
    operator.clusterSecret('eu', 'https://eu', { addon: 'on' });
    const kind = operator.client.store.kind(RESOURCES.applicationSets);
    const names = Array.from({ length: count }, (_, index) => `addon-${index}`);
    for (const name of names) {
      const spec = byCluster() as { template: { metadata: { name: string } } };
      operator.client.store.create(kind, 'argocd', {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'ApplicationSet',
        metadata: { name, namespace: 'argocd' },
        spec: {
          ...spec,
          template: { ...spec.template, metadata: { name: `${name}-{{.name}}` } },
        } as JsonObject,
      });
    }
    const all = async () => {
      for (const name of names) await reconcileSet({ namespace: 'argocd', name }, operator.deps());
    };
    await all();
    expect(operator.names).toHaveLength(count);
    label(operator, 'eu', { addon: 'off' });
    await all();
    operator.memory = new ControllerMemory();
    operator.clock.advance(60);
    await all();
    expect(operator.names).toHaveLength(count);
    label(operator, 'eu', { addon: 'on' });
    await all();
    const conditions = operator.client.store
      .list(kind, { namespace: 'argocd' })
      .items.flatMap(({ status }) => (status?.conditions ?? []) as readonly { type: string }[]);
    expect(conditions.filter(({ type }) => type === 'DeletionsHeld')).toEqual([]);
  });
});
