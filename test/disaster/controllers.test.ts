/** Who else writes: the reference's controller, a second operator, the API server that refuses, a restore. */
import { expect } from 'vitest';
import { ApiError, RESOURCES, type ResourceType } from '../../src/api/client.ts';
import { RESOURCES_FINALIZER } from '../../src/api/names.ts';
import type { JsonObject, KubeObject } from '../../src/api/objects.ts';
import { BY_FOLDER, cities, folders, list, named, type Story, story } from '../harness/story.ts';
import { until } from '../harness/until.ts';

const { applications: APPS, applicationSets: SETS, pods: PODS } = RESOURCES;
const QUOTAS: ResourceType = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
};
const REFERENCE = 'argocd-applicationset-controller';

/** The reference's controller as its own installation starts it. */
async function startReference(it: Story): Promise<void> {
  await it.create(
    PODS,
    `${REFERENCE}-0`,
    { spec: { containers: [{ name: 'controller', image: 'argocd' }] } },
    { labels: { 'app.kubernetes.io/name': REFERENCE } },
  );
  const condition = { type: 'Ready', status: 'True' };
  await it.patch(PODS, `${REFERENCE}-0`, { status: { conditions: [condition] } }, 'status');
}
/** An Application as the reference made it: owned by the set, with nothing of ours. */
async function madeByReference(it: Story, names: readonly string[], owner: JsonObject): Promise<void> {
  for (const name of names) {
    const set = it.setOf([]) as { spec: { template: { spec: JsonObject } } } & JsonObject;
    const { spec } = set.spec.template;
    const city = name.replace('shops-', '');
    await it.create(
      APPS,
      name,
      { spec: { ...spec, source: { ...(spec.source as JsonObject), path: `deploy/${city}` } } },
      { ownerReferences: [owner], finalizers: [RESOURCES_FINALIZER] },
    );
  }
}
const ownerOf = ({ metadata: { name, uid } }: KubeObject): JsonObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  name,
  uid: uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});

story("the reference's controller started again beside us: we write nothing", async (it) => {
  await it.operate();
  await it.apply([list(...cities(4))]);
  await it.untilAlive(named('shops', cities(4)));
  await startReference(it);
  await it.pass(70);
  await it.apply([list(...cities(3))]);
  const told = await it.untilHeld('AnotherController');
  expect(told).toContain(`${REFERENCE}-0 is ready`);
  await it.stays();
  await it.client.delete(PODS, it.namespace, `${REFERENCE}-0`);
  await it
    .patch(PODS, `${REFERENCE}-0`, { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, 'status')
    .catch(() => undefined);
  await it.pass(140);
  await it.untilAlive(named('shops', cities(3)));
});

story('a first run over Applications of the reference: what it would delete waits', async (it) => {
  const set = await it.apply([list(...cities(3))]);
  await madeByReference(it, named('shops', cities(5)), ownerOf(set));
  await it.operate();
  const told = await it.untilHeld('FirstRun');
  expect(told).toMatch(/2 deletions held.*appset approve/);
  await it.stays();
  await it.follow(told);
  await it.untilAlive(named('shops', cities(3)));
});

story('an orphan delete of a set of 30: 30 of 30 survive', async (it) => {
  // an operator that adopts from its cache: 30 of 30 adopted again, and collected as garbage
  await it.operate();
  await it.apply([list(...cities(30))]);
  await it.untilAlive(named('shops', cities(30)));
  const before = await it.uids();
  await it.remove(SETS, 'shops', 'Orphan');
  await until('the set to be gone', async () => !(await it.exists(SETS, 'shops')), { timeoutMs: 60_000 });
  await it.pass(60);
  expect(await it.uids()).toEqual(before);
  const owners = (await it.applications()).flatMap(({ metadata }) => metadata.ownerReferences ?? []);
  expect(owners).toEqual([]);
});

story(
  'a restore from backup, owners taken off as the guide says: all are adopted, none is made anew',
  async (it) => {
    const operator = await it.operate();
    await it.apply([list(...cities(8))]);
    await it.untilAlive(named('shops', cities(8)));
    const backup = await it.applications();
    await it.stop(operator);
    await it.remove(SETS, 'shops', 'Orphan');
    await until('the set to be gone', async () => !(await it.exists(SETS, 'shops')), { timeoutMs: 60_000 });
    for (const { metadata } of backup) {
      await it.patch(APPS, metadata.name, { metadata: { finalizers: null } });
      await it.remove(APPS, metadata.name);
    }
    await it.apply([list(...cities(8))]);
    for (const { metadata, spec } of backup) {
      const { annotations, labels, finalizers } = metadata;
      await it.create(
        APPS,
        metadata.name,
        { spec: spec as JsonObject },
        {
          ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
          ...(labels === undefined ? {} : { labels: { ...labels } }),
          ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
        },
      );
    }
    const restored = await it.uids();
    await it.operate();
    await it.untilQuiet();
    expect(await it.uids()).toEqual(restored);
    const uid = (await it.set()).metadata.uid;
    const owners = (await it.applications()).map(({ metadata }) => metadata.ownerReferences?.[0]?.uid);
    expect(new Set(owners)).toEqual(new Set([uid]));
    expect(it.deletions()).toEqual([]);
  },
);

story('creations refused by a quota while names change: the old are not deleted', async (it) => {
  // the reference: deletes the old though the new could not be made
  await it.operate();
  await it.apply([list(...cities(4))], { annotations: { 'appset-operator.io/on-rename': 'replace' } });
  await it.untilAlive(named('shops', cities(4)));
  const hard = { 'count/applications.argoproj.io': '4' };
  await it.create(QUOTAS, 'few', { spec: { hard } });
  await it.patch(
    QUOTAS,
    'few',
    { status: { hard, used: { 'count/applications.argoproj.io': '4' } } },
    'status',
  );
  await until('the quota to count', async () => {
    const { spec } = await it.application('shops-c00');
    const probe = await it
      .create(APPS, 'probe', { spec: spec as JsonObject })
      .catch((error: unknown) => error);
    if (probe instanceof ApiError && probe.code === 403) return true;
    await it.client.delete(APPS, it.namespace, 'probe');
    return false;
  });
  await it.apply([list(...cities(4))], { called: 'store-{{.city}}' });
  expect(await it.untilTold('ErrorOccurred', /^True/)).toContain('exceeded quota');
  expect(await it.untilTold('ApplicationsKept', /^True/)).toContain('ReplacementFailed');
  await it.stays();
  await it.client.delete(QUOTAS, it.namespace, 'few');
  await it.pass(400);
  await it.untilAlive(named('store', cities(4)));
});

story('two operators: one acts, the other takes over, no deletion is made twice', async (it) => {
  const first = await it.operate();
  const second = await it.operate({}, { wait: false });
  await it.apply([list(...cities(6))]);
  await it.untilAlive(named('shops', cities(6)));
  expect([first.lease.leading, second.lease.leading]).toEqual([true, false]);
  await it.apply([list(...cities(5))]);
  await it.untilTold('DeletionsHeld', /^True Grace/);
  await it.stop(first);
  await it.clock.pass(1_300);
  await second.leading;
  await it.untilAlive(named('shops', cities(5)));
  expect(it.deletions()).toEqual(['shops-c05']);
});

story(
  'cd#15874 two sets want one Application: the second writes nothing, and deletes nothing',
  async (it) => {
    // the reference: both write it in turn, for ever
    await it.operate();
    await it.apply([list('porto', 'lyon')]);
    await it.untilAlive(['shops-lyon', 'shops-porto']);
    const before = await it.uids();
    await it.apply([list('porto')], { name: 'other', called: 'shops-{{.city}}' });
    expect(await it.untilTold('Conflict', /^True/, 'other')).toContain('shops-porto');
    await it.remove(SETS, 'other');
    await it.pass(60);
    expect(await it.uids()).toEqual(before);
    expect(it.deletions()).toEqual([]);
  },
);

story('the project of a set deleted: its Applications stay as they are', async (it) => {
  await it.operate();
  await it.apply([list(...cities(5))]);
  await it.untilAlive(named('shops', cities(5)));
  const before = await it.uids();
  await it.remove(RESOURCES.appProjects, 'default');
  await it.apply([list(...cities(5))], {
    template: { destination: { server: 'https://kubernetes.default.svc', namespace: 'moved' } },
  });
  await it.untilTold('ErrorOccurred', /^True .*project/);
  await it.pass(120);
  expect(await it.uids()).toEqual(before);
  expect(it.deletions()).toEqual([]);
});

story('cd#20440 a root set that lost its folders: Argo CD and all teams stay', async (it) => {
  // the reference: the nested sets went, with them all Applications, Argo CD itself among them
  await it.operate();
  const repository = it.repository('teams/argocd/set.yaml', 'teams/web/set.yaml', 'teams/data/set.yaml');
  await it.apply([folders(repository.url, 'teams/*')], BY_FOLDER);
  const names = named('shops', ['argocd', 'data', 'web']);
  await it.untilAlive(names);
  await it.apply([folders(repository.url, 'team/*')], BY_FOLDER);
  expect(await it.untilHeld('EmptyResult')).toMatch(/appset approve .*allow-empty/);
  await it.stays();
});

story('a state that cannot be written: nothing is deleted', async (it) => {
  await it.operate();
  await it.apply([list(...cities(6))]);
  await it.untilAlive(named('shops', cities(6)));
  it.fault = ({ verb, kind }) =>
    verb === 'patch' && kind === 'ApplicationSet'
      ? new ApiError(403, 'Forbidden', 'applicationsets is forbidden')
      : undefined;
  await it.apply([list(...cities(5))]);
  await it.clock.pass(60);
  await it.settled();
  expect(await it.alive()).toEqual(named('shops', cities(6)));
  expect(it.deletions()).toEqual([]);
  it.fault = undefined;
  await it.clock.pass(1_100);
  await it.untilAlive(named('shops', cities(5)));
});

story(
  'an Application made again by a person between plan and deletion is not the one to delete',
  async (it) => {
    await it.operate();
    await it.apply([list('porto', 'lyon')]);
    await it.untilAlive(['shops-lyon', 'shops-porto']);
    let swapped = false;
    it.fault = async ({ verb, kind, name }) => {
      if (verb !== 'get' || kind !== 'Application' || name !== 'shops-lyon' || swapped) return undefined;
      swapped = true;
      const { spec } = await it.application(name);
      await it.patch(APPS, name, { metadata: { finalizers: null } });
      await it.remove(APPS, name);
      await it.create(APPS, name, { spec: spec as JsonObject });
      return undefined;
    };
    await it.apply([list('porto')]);
    await it.untilTold('DeletionsHeld', /^True Grace/);
    await it.clock.pass(4);
    await until('it to be made again', () => swapped, { timeoutMs: 60_000 });
    await it.pass(60);
    expect(await it.alive()).toEqual(['shops-lyon', 'shops-porto']);
  },
);

story('cd#20030 a policy that forbids deletion: what is left over is told, and stays', async (it) => {
  await it.operate();
  const spec = { syncPolicy: { applicationsSync: 'create-update' } };
  await it.apply([list(...cities(6))], { spec });
  await it.untilAlive(named('shops', cities(6)));
  await it.apply([list('c00')], { spec });
  expect(await it.untilTold('ApplicationsAbandoned', /^True/)).toContain('shops-c01');
  await it.stays();
});
