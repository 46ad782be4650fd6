/**
 * An edit of a set that means something else than its author thought. What the reference does is known
 * from the threads named: it deletes what the edited set no longer generates, at once and all of it.
 */
import { expect } from 'vitest';
import { RESOURCES } from '../../src/api/client.ts';
import { RESOURCES_FINALIZER } from '../../src/api/names.ts';
import type { JsonObject } from '../../src/api/objects.ts';
import {
  BY_CLUSTER,
  BY_FOLDER,
  cities,
  clustersWith,
  folders,
  list,
  named,
  story,
} from '../harness/story.ts';
import { until } from '../harness/until.ts';

const both = (condition: string, setting: string | RegExp): void => {
  expect(condition).toMatch(/appset approve \S+ -n \S+ --plan [0-9a-f]{12}/);
  expect(condition).toMatch(setting);
};

story('a list edited to be empty: all 12 stay', async (it) => {
  // the reference: elements [] is a complete answer of nothing, so that all 12 are deleted
  await it.operate();
  await it.apply([list(...cities(12))]);
  await it.untilAlive(named('shops', cities(12)));
  await it.apply([list()]);
  both(await it.untilHeld('EmptyResult'), 'annotation appset-operator.io/allow-empty: "true"');
  await it.stays();
});

story('a list with one element edited to be empty: the one stays', async (it) => {
  await it.operate();
  await it.apply([list('porto')]);
  await it.untilAlive(['shops-porto']);
  await it.apply([list()]);
  both(await it.untilHeld('EmptyResult'), 'allow-empty');
  await it.stays();
});

story('cd#9227 a small change of the generator drops most production clusters: all stay', async (it) => {
  // the reference: most of the production Applications went, and had to be restored
  await it.operate();
  for (const name of cities(10)) await it.cluster(name, { env: 'production' });
  const options = BY_CLUSTER;
  await it.apply([clustersWith({ env: 'production' })], options);
  await it.untilAlive(named('shops', cities(10)));
  await it.label('c00', { tier: 'gold' });
  await it.apply([clustersWith({ env: 'production', tier: 'gold' })], options);
  both(await it.untilHeld('DeletionBudget'), 'annotation appset-operator.io/max-deletions');
  await it.stays();
});

story('a typo in a selector that then takes no cluster: all 8 stay', async (it) => {
  await it.operate();
  for (const name of cities(8)) await it.cluster(name, { env: 'production' });
  const options = BY_CLUSTER;
  await it.apply([clustersWith({ env: 'production' })], options);
  await it.untilAlive(named('shops', cities(8)));
  await it.apply([clustersWith({ env: 'prodution' })], options);
  both(await it.untilHeld('EmptyResult'), 'allow-empty');
  await it.stays();
});

story('a wrong branch, with almost nothing on it: all 9 stay', async (it) => {
  await it.operate();
  const repository = it.repository(...cities(9).map((city) => `apps/${city}/app.yaml`));
  repository.git('switch', '--quiet', '-c', 'legacy');
  repository.write(Object.fromEntries(cities(8, 1).map((city) => [`apps/${city}`, null]))).commit();
  repository.git('switch', '--quiet', 'main');
  await it.apply([folders(repository.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(9)));
  await it.apply([folders(repository.url, 'apps/*', 'legacy')], BY_FOLDER);
  both(await it.untilHeld('DeletionBudget|Renamed'), 'max-deletions');
  await it.stays();
});

story('a name template edited with 30 Applications: none is deleted, none is made twice', async (it) => {
  // the reference: 30 new Applications are made, 30 are deleted with their workloads
  await it.operate();
  await it.apply([list(...cities(30))]);
  await it.untilAlive(named('shops', cities(30)));
  await it.apply([list(...cities(30))], { called: 'store-{{.city}}' });
  const told = await it.untilHeld('Renamed');
  both(told, 'annotation appset-operator.io/on-rename: release');
  expect(told).toContain('30 deletions and 30 creations held');
  await it.stays();
});

story(
  'cd#28576 a rename with on-rename: release: the new are made, workloads of the old stay',
  async (it) => {
    // the reference: the old Applications take their workloads along
    await it.operate();
    await it.apply([list(...cities(6))]);
    await it.untilAlive(named('shops', cities(6)));
    await it.apply([list(...cities(6))], { called: 'store-{{.city}}' });
    await it.untilHeld('Renamed');
    await it.annotate({ 'appset-operator.io/on-rename': 'release' });
    await it.clock.pass(10);
    await it.untilAlive(named('store', cities(6)));
    expect(await it.cascading()).toEqual([]);
  },
);

story('preserve switched on together with a removal: the removed leaves its workloads', async (it) => {
  // the reference: the Application still has the resources finalizer when it is deleted, workloads go
  await it.operate();
  await it.apply([list('porto', 'lyon', 'oslo')]);
  await it.untilAlive(named('shops', ['porto', 'lyon', 'oslo']));
  expect((await it.application('shops-lyon')).metadata.finalizers).toEqual([RESOURCES_FINALIZER]);
  await it.apply([list('porto', 'oslo')], { spec: { syncPolicy: { preserveResourcesOnDeletion: true } } });
  await it.untilTold('DeletionsHeld', /^True Grace /);
  await it.clock.pass(4);
  await it.untilAlive(named('shops', ['porto', 'oslo']));
  expect(await it.cascading()).toEqual([]);
  expect(await it.exists(RESOURCES.applications, 'shops-lyon')).toBe(false);
});

story('a misplaced guard: preserveResourcesOnDeletion in the template, and 4 removed', async (it) => {
  // the reference: the API server drops the field there without a word; workloads of the 4 go
  await it.operate();
  await it.apply([list(...cities(20))]);
  await it.untilAlive(named('shops', cities(20)));
  const applied = it.setOf([list(...cities(16))], {
    template: { syncPolicy: { preserveResourcesOnDeletion: true } },
  });
  await it.apply([list(...cities(16))], {
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(applied) },
    template: { syncPolicy: { preserveResourcesOnDeletion: true } },
  });
  const told = await it.untilHeld('MisplacedGuard');
  both(told, 'move the field to spec.syncPolicy of the set, or take it away');
  await it.stays();
});

story('a misplaced guard in the template of a generator inside a matrix, and 4 removed', async (it) => {
  // the reference: the API server drops the field there without a word; workloads of the 4 go
  await it.operate();
  const destination = { server: 'https://kubernetes.default.svc', namespace: 'shop' };
  const syncPolicy = { preserveResourcesOnDeletion: true };
  const template = { metadata: {}, spec: { project: 'default', destination, syncPolicy } };
  const guarded = (count: number): readonly JsonObject[] => {
    const { list: elements } = list(...cities(count));
    const shop = { list: { elements: [{ shop: 'web' }] } };
    const inner = { list: { ...(elements as JsonObject), template } };
    return [{ matrix: { generators: [inner, shop] } }];
  };
  await it.apply(guarded(20));
  await it.untilAlive(named('shops', cities(20)));
  const applied = JSON.stringify(it.setOf(guarded(16)));
  await it.apply(guarded(16), {
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied },
  });
  const told = await it.untilHeld('MisplacedGuard');
  both(told, 'move the field to spec.syncPolicy of the set, or take it away');
  expect(told).toContain(
    'spec.generators[0].matrix.generators[0].list.template.spec.syncPolicy.preserveResourcesOnDeletion',
  );
  await it.stays();
});

story('a generator misspelt, which the API server drops: all stay', async (it) => {
  // the reference: an entry without a generator generates nothing, so that all are deleted
  await it.operate();
  await it.apply([list(...cities(5))]);
  await it.untilAlive(named('shops', cities(5)));
  await it.apply([{ lst: { elements: [{ city: 'porto' }] } } as JsonObject]);
  await it.untilTold('ErrorOccurred', /^True/);
  expect(await it.untilTold('ApplicationsKept', /^True/)).toContain('SourceUnknown');
  await it.stays();
});

story('cd#12470, cd#16063 an edit that drops a whole set of production: what is marked stays', async (it) => {
  // the reference: has no mark against deletion
  await it.operate();
  await it.apply([list(...cities(4))], { annotations: { 'appset-operator.io/ephemeral': 'true' } });
  await it.untilAlive(named('shops', cities(4)));
  for (const name of named('shops', cities(2))) {
    const metadata = { annotations: { 'appset-operator.io/keep': 'true' } };
    await it.patch(RESOURCES.applications, name, { metadata });
  }
  await it.apply([list()]);
  await it.pass(90);
  await it.untilAlive(named('shops', cities(2)));
  await it.stays();
});

story('as#103, as#560 a set deleted by accident that preserves: workloads of all 12 stay', async (it) => {
  // the reference: the same, as long as preserve was there before the Applications were made
  await it.operate();
  await it.apply([list(...cities(12))]);
  await it.untilAlive(named('shops', cities(12)));
  await it.apply([list(...cities(12))], { spec: { syncPolicy: { preserveResourcesOnDeletion: true } } });
  await it.settled();
  await it.remove(RESOURCES.applicationSets, 'shops');
  await it.untilAlive([]);
  expect(await it.cascading()).toEqual([]);
});

story(
  'cd#9990 a set deleted under a policy that forbids deletion: warned of, then all 5 let go',
  async (it) => {
    // the reference: garbage collection takes them, whatever the policy says
    await it.operate();
    const spec = { syncPolicy: { applicationsSync: 'create-only' } };
    await it.apply([list(...cities(5))], { spec });
    await it.untilAlive(named('shops', cities(5)));
    expect(await it.untilTold('UnguardedSet', /^True/)).toContain('give the set the finalizer');
    await it.patch(RESOURCES.applicationSets, 'shops', { metadata: { finalizers: [RESOURCES_FINALIZER] } });
    await it.untilTold('UnguardedSet', /^$/);
    const before = await it.uids();
    await it.remove(RESOURCES.applicationSets, 'shops');
    await until('the set to be gone', async () => !(await it.exists(RESOURCES.applicationSets, 'shops')));
    await it.pass(60);
    expect(await it.uids()).toEqual(before);
  },
);
