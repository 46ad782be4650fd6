/**
 * The operator as a process against a real API server with garbage collection: what users see of it from
 * outside, and what the server's audit log says it did.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ObjectClient, RESOURCES } from '../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../src/api/objects.ts';
import { systemClock } from '../../src/support/clock.ts';
import { type RealBackend, startRealBackend } from '../harness/backend.ts';
import { type OperatorProcess, startOperatorProcess, stopAll } from '../harness/operator-process.ts';
import {
  APPS,
  applications,
  apply,
  cities,
  conditionsOf,
  list,
  namesOf,
  SETS,
  setOf,
  untilCondition,
  untilNames,
} from '../harness/sets.ts';
import { until } from '../harness/until.ts';

const FINALIZER = 'resources-finalizer.argocd.argoproj.io';
let backend: RealBackend;
let client: ObjectClient;
beforeAll(async () => {
  backend = await startRealBackend({ controllerManager: true });
  client = backend.client;
});
afterAll(async () => {
  await stopAll();
  await backend?.stop();
});
beforeEach(() => backend.reset());
afterEach(stopAll);

const started = async (...args: string[]): Promise<OperatorProcess> => {
  const operator = startOperatorProcess(backend.kubeconfig, ['--cluster-settle', '0s', ...args]);
  await operator.said('leading');
  return operator;
};
const noFinalizer = { spec: { syncPolicy: { preserveResourcesOnDeletion: true } } };
const application = (name: string) => client.get(APPS, 'argocd', name);
const edit = (name: string, patch: JsonObject) =>
  client.patch(APPS, 'argocd', name, patch, { type: 'merge' });
/** Asks for a run and waits until it is over. */
const refreshed = async (name: string) => {
  await client.patch(
    SETS,
    'argocd',
    name,
    { metadata: { annotations: { 'argocd.argoproj.io/application-set-refresh': 'true' } } },
    { type: 'merge' },
  );
  await until(`${name} to be refreshed`, async () => {
    const { metadata } = await client.get(SETS, 'argocd', name);
    return metadata.annotations?.['argocd.argoproj.io/application-set-refresh'] === undefined;
  });
};

describe('the life of a set', () => {
  test('Applications are made, changed, put right and pruned; status and owner of fields tell so', async () => {
    await started();
    await apply(client, setOf('shops', [list('porto', 'lyon')], noFinalizer));
    const [lyon] = await untilNames(client, ['shops-lyon', 'shops-porto']);
    const set = await client.get(SETS, 'argocd', 'shops');
    expect(lyon?.metadata.ownerReferences).toEqual([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'ApplicationSet',
        name: 'shops',
        uid: set.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
    const { managedFields = [] } = (lyon?.metadata ?? {}) as { managedFields?: { manager: string }[] };
    expect(managedFields.map(({ manager }) => manager)).toEqual(['appset-operator']);

    await untilCondition(client, 'shops', 'ResourcesUpToDate', 'True');
    const told = await client.get(SETS, 'argocd', 'shops');
    expect(told.status).toMatchObject({
      resourcesCount: 2,
      resources: [{ name: 'shops-lyon' }, { name: 'shops-porto' }],
    });
    expect(conditionsOf(told).map(({ type, status }) => `${type}=${status}`)).toEqual(
      expect.arrayContaining(['ErrorOccurred=False', 'ParametersGenerated=True', 'ResourcesUpToDate=True']),
    );

    // somebody's edit is put right
    await edit('shops-lyon', { spec: { project: 'other' } });
    await until(
      'the edit to be undone',
      async () => (await application('shops-lyon')).spec?.project === 'default',
    );

    // an element goes, another changes, a third comes
    await apply(
      client,
      setOf('shops', [list('porto', 'oslo')], {
        spec: { ...noFinalizer.spec, template: changedTemplate('shops') },
      }),
    );
    await untilNames(client, ['shops-oslo', 'shops-porto']);
    expect((await application('shops-porto')).spec?.source).toMatchObject({ path: 'changed/porto' });
  });

  test('a deleted set takes its Applications along, by garbage collection and what Argo CD does then', async () => {
    backend.startStandIn();
    const operator = await started();
    await apply(client, setOf('shops', [list('porto', 'lyon')]));
    const made = await untilNames(client, ['shops-lyon', 'shops-porto']);
    expect(made.map(({ metadata }) => metadata.finalizers)).toEqual([[FINALIZER], [FINALIZER]]);
    await client.delete(SETS, 'argocd', 'shops');
    await untilNames(client, []);
    expect(operator.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('preserveResourcesOnDeletion, switched on later, takes the finalizers off first', async () => {
    await started();
    await apply(client, setOf('shops', [list('porto', 'lyon')]));
    await untilNames(client, ['shops-lyon', 'shops-porto']);
    await apply(client, setOf('shops', [list('porto', 'lyon')], noFinalizer));
    await until('the finalizers to be off', async () =>
      (await applications(client)).every(({ metadata }) => (metadata.finalizers ?? []).length === 0),
    );
    await client.delete(SETS, 'argocd', 'shops');
    // no stand-in runs: only without finalizers they can go
    await untilNames(client, []);
  });

  test('finalizers of the template are kept as they are, and hold a pruned Application', async () => {
    await started();
    const template = { finalizers: ['example.com/hold'] };
    await apply(client, setOf('shops', [list('porto', 'lyon')], { template }));
    await untilNames(client, ['shops-lyon', 'shops-porto']);
    await apply(client, setOf('shops', [list('porto')], { template }));
    const lyon = await until('it to be terminating', async () => {
      const live = await application('shops-lyon');
      return live.metadata.deletionTimestamp === undefined ? undefined : live;
    });
    expect(lyon.metadata.finalizers).toEqual(['example.com/hold']);
    await edit('shops-lyon', { metadata: { finalizers: null } });
    await untilNames(client, ['shops-porto']);
  });

  test('an Application that is terminating while its element is there is made again when it is gone', async () => {
    await started();
    await apply(client, setOf('shops', [list('porto')]));
    const [before] = await untilNames(client, ['shops-porto']);
    await client.delete(APPS, 'argocd', 'shops-porto');
    await edit('shops-porto', { metadata: { finalizers: null } });
    const after = await until('it to be made again', async () => {
      const live = await application('shops-porto');
      return live.metadata.uid === before?.metadata.uid ? undefined : live;
    });
    expect(after.metadata.deletionTimestamp).toBeUndefined();
  });
});

describe('policies', () => {
  test.each<[string, string[], string, string[]]>([
    // what is left of porto, lyon after lyon went and oslo came, and whether porto was changed
    ['create-only', ['lyon', 'oslo', 'porto'], 'porto', ['create-only']],
    ['create-update', ['lyon', 'oslo', 'porto'], 'changed/porto', ['create-update']],
    ['create-delete', ['oslo', 'porto'], 'porto', ['create-delete']],
    ['sync', ['oslo', 'porto'], 'changed/porto', ['sync']],
  ])('applicationsSync %s', async (policy, left, path) => {
    await started();
    const spec = { syncPolicy: { applicationsSync: policy, preserveResourcesOnDeletion: true } };
    await apply(client, setOf('shops', [list('porto', 'lyon')], { spec }));
    await untilNames(client, ['shops-lyon', 'shops-porto']);
    await apply(
      client,
      setOf('shops', [list('porto', 'oslo')], { spec: { ...spec, template: changedTemplate('shops') } }),
    );
    await untilNames(
      client,
      left.map((city) => `shops-${city}`),
    );
    await refreshed('shops');
    expect(namesOf(await applications(client))).toEqual(left.map((city) => `shops-${city}`));
    expect((await application('shops-porto')).spec?.source).toMatchObject({ path });
  });

  test('a policy without deletion lets the Applications of a deleted set go, not die', async () => {
    await started('--policy', 'create-update');
    await apply(client, setOf('shops', [list('porto', 'lyon')], { metadata: { finalizers: [FINALIZER] } }));
    await untilNames(client, ['shops-lyon', 'shops-porto']);
    await untilCondition(client, 'shops', 'ResourcesUpToDate', 'True');
    await client.delete(SETS, 'argocd', 'shops');
    await until(
      'the set to be gone',
      async () => (await client.list(SETS, { namespace: 'argocd' })).items.length === 0,
    );
    await backend.collected();
    const left = await applications(client);
    expect(namesOf(left)).toEqual(['shops-lyon', 'shops-porto']);
    expect(left.flatMap(({ metadata }) => metadata.ownerReferences ?? [])).toEqual([]);
  });
});

describe('quiet', () => {
  test('a second run writes nothing, a restart writes nothing, and at rest nothing is listed', async () => {
    const first = await started();
    await apply(client, setOf('shops', [list(...cities(40))]));
    await untilNames(
      client,
      cities(40).map((city) => `shops-${city}`),
    );
    await untilCondition(client, 'shops', 'ResourcesUpToDate', 'True');
    await first.stop();

    backend.audit.mark();
    const second = await started();
    await until('the set to be looked at', () => second.lines.find(({ msg }) => msg === 'end reconcile'));
    expect(backend.audit.writes()).toEqual([]);

    // an edit that changes nothing that counts: one run, no write
    backend.audit.mark();
    const runs = () => second.lines.filter(({ msg }) => msg === 'end reconcile').length;
    const before = runs();
    await client.patch(
      SETS,
      'argocd',
      'shops',
      { metadata: { labels: { touched: 'yes' } } },
      { type: 'merge' },
    );
    await until('another run', () => runs() > before);
    expect(backend.audit.writes()).toEqual([]);

    // noise: every Application's status changes, and is refreshed
    backend.audit.mark();
    const quiet = runs();
    const end = backend.startStandIn();
    await until('all to be healthy', async () =>
      (await applications(client)).every(
        ({ status }) => (status as JsonObject | undefined)?.health !== undefined,
      ),
    );
    await end();
    // two renewals of the Lease are the time nothing else may happen in
    await until(
      'two renewals of the Lease',
      () =>
        backend.audit.calls().filter(({ verb, resource }) => verb === 'update' && resource === 'leases')
          .length >= 2,
    );
    expect(runs()).toBe(quiet);
    const calls = backend.audit.calls().filter(({ resource }) => resource !== 'leases');
    expect(calls).toEqual([]);
    expect((await second.stop()).code).toBe(0);
  });
});

describe('start and end', () => {
  const lease = async () => (await client.get(RESOURCES.leases, 'argocd', 'appset-operator')).spec;

  test('SIGTERM lets the Lease go and ends with 0', async () => {
    const operator = await started();
    expect((await lease())?.holderIdentity).toMatch(/_[0-9a-f]{12}$/);
    const { code, ms } = await operator.stop();
    expect({ code, stderr: operator.stderr }).toEqual({ code: 0, stderr: '' });
    expect(ms).toBeLessThan(3_000);
    expect((await lease())?.holderIdentity).toBe('');
  });

  test('SIGTERM in the middle of many creations ends soon, and the next one goes on', async () => {
    const operator = await started('--concurrent-application-updates', '2');
    await apply(client, setOf('shops', [list(...cities(400))]));
    await until('some to be made', async () => (await applications(client)).length > 20);
    const { code, ms } = await operator.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(5_000);
    const count = (await applications(client)).length;
    expect(count).toBeLessThan(400);
    await started();
    await untilNames(
      client,
      cities(400).map((city) => `shops-${city}`),
    );
  });

  test.each<[string, 'kill' | 'stop', number]>([
    ['SIGKILL: within the Lease', 'kill', 15_000],
    ['SIGTERM: at once', 'stop', 3_000],
  ])('a standby takes over after %s', async (_what, how, limit) => {
    const leader = await started();
    await apply(client, setOf('shops', [list('porto')]));
    await untilNames(client, ['shops-porto']);
    const standby = startOperatorProcess(backend.kubeconfig);
    await standby.said('caches are filled');
    const began = systemClock.monotonic();
    await leader[how]();
    await apply(client, setOf('shops', [list('porto', 'lyon')]));
    await untilNames(client, ['shops-lyon', 'shops-porto'], 40_000);
    const took = systemClock.monotonic() - began;
    process.stdout.write(`hand-over after ${how}: ${(took / 1_000).toFixed(1)} s\n`);
    expect(took).toBeLessThan(limit);
    expect(standby.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('two replicas: one writes', async () => {
    const leader = await started();
    const standby = startOperatorProcess(backend.kubeconfig);
    await standby.said('caches are filled');
    await apply(client, setOf('shops', [list(...cities(50))]));
    await untilNames(
      client,
      cities(50).map((city) => `shops-${city}`),
    );
    await untilCondition(client, 'shops', 'ResourcesUpToDate', 'True');
    const created = (lines: OperatorProcess['lines']) =>
      lines.filter(({ msg }) => msg === 'created Application').length;
    // log lines are written in batches
    await until('the leader to tell of all', () => created(leader.lines) === 50);
    expect(created(standby.lines)).toBe(0);
  });
});

function changedTemplate(name: string): JsonObject {
  const set: KubeObject = setOf(name, []);
  const { template } = set.spec as unknown as { template: { spec: { source: { path: string } } } };
  template.spec.source.path = 'changed/{{.city}}';
  return template as unknown as JsonObject;
}
