/**
 * Facts of a real API server that the safety rules rest on, each beside what the operator makes of it.
 * Where one of them changes with a new Kubernetes, a rule has to be looked at again.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiError, type ObjectClient, RESOURCES } from '../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../src/api/objects.ts';
import { systemClock } from '../../src/support/clock.ts';
import { type RealBackend, startRealBackend } from '../harness/backend.ts';
import { type OperatorProcess, startOperatorProcess, stopAll } from '../harness/operator-process.ts';
import {
  APPS,
  applications,
  apply,
  cities,
  list,
  namesOf,
  SETS,
  setOf,
  untilCondition,
  untilNames,
} from '../harness/sets.ts';
import { until } from '../harness/until.ts';

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
afterEach(async () => {
  backend.cluster.resumeControllerManager();
  await stopAll();
});

const started = async (...args: string[]): Promise<OperatorProcess> => {
  const operator = startOperatorProcess(backend.kubeconfig, ['--cluster-settle', '0s', ...args]);
  await operator.said('leading');
  return operator;
};
const failure = (promise: Promise<unknown>): Promise<ApiError> =>
  promise.then(
    () => expect.unreachable('must fail'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(ApiError);
      return error as ApiError;
    },
  );
const patch = (name: string, change: JsonObject) =>
  client.patch(APPS, 'argocd', name, change, { type: 'merge' });
const application = (name: string, metadata: JsonObject = {}): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd', ...metadata },
  spec: { project: 'default', destination: {}, source: { repoURL: 'https://git.example.org/a.git' } },
});
const owner = (name: string, uid: string): JsonObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});
const ownersOf = (objects: readonly KubeObject[]) =>
  objects.flatMap(({ metadata }) => metadata.ownerReferences ?? []);

describe('a set deleted with --cascade=orphan while its operator is busy with it', () => {
  const names = cities(30).map((city) => `shops-${city}`);

  test('all 30 Applications survive, and nobody owns them', async () => {
    await started();
    for (let round = 1; round <= 3; round++) {
      await apply(client, setOf('shops', [list(...cities(30))]));
      await untilNames(client, names);
      await until('all to be owned', async () => ownersOf(await applications(client)).length === 30);
      // every Application has something to be put right, before, while and after the set goes
      const edits = (project: string) => names.map((name) => patch(name, { spec: { project } }));
      const before = edits('before');
      const deleted = client.delete(SETS, 'argocd', 'shops', { propagationPolicy: 'Orphan' });
      await Promise.all([...before, deleted, ...edits('after')]);
      await until('the set to be gone', async () => {
        const { items } = await client.list(SETS, { namespace: 'argocd' });
        return items.length === 0;
      });
      await backend.collected();
      const left = await applications(client);
      expect(namesOf(left)).toEqual(names);
      expect(left.filter(({ metadata }) => metadata.deletionTimestamp !== undefined)).toEqual([]);
      expect(ownersOf(left)).toEqual([]);
    }
  });
});

describe('a wrong uid', () => {
  test('in a merge patch is 422 with cause metadata.uid, and is not looked at on /status', async () => {
    await client.create(SETS, setOf('shops', [list()]));
    const wrong = { metadata: { uid: 'another' }, status: { resourcesCount: 7 } };
    const refused = await failure(client.patch(SETS, 'argocd', 'shops', wrong, { type: 'merge' }));
    expect(refused).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(new Set(refused.causes.map(({ field }) => field))).toEqual(new Set(['metadata.uid']));
    const options = { type: 'merge', subresource: 'status' } as const;
    const taken = await client.patch(SETS, 'argocd', 'shops', wrong, options);
    expect(taken.status).toEqual({ resourcesCount: 7 });
  });

  test('in a deletion is 409, and so is an old resourceVersion', async () => {
    const { metadata } = await client.create(APPS, application('a'));
    await patch('a', { spec: { project: 'other' } });
    for (const precondition of [{ uid: 'another' }, { resourceVersion: metadata.resourceVersion ?? '' }]) {
      expect(await failure(client.delete(APPS, 'argocd', 'a', precondition))).toMatchObject({
        code: 409,
        reason: 'Conflict',
      });
    }
  });
});

describe("a user's orphan finalizer", () => {
  test('survives a deletion without a policy, and not one with Background', async () => {
    // the collector would take it off itself
    backend.cluster.pauseControllerManager();
    await client.create(APPS, application('a', { finalizers: ['orphan', 'example.com/hold'] }));
    const plain = await client.delete(APPS, 'argocd', 'a');
    expect(plain?.metadata.finalizers).toEqual(expect.arrayContaining(['orphan']));
    const explicit = await client.delete(APPS, 'argocd', 'a', { propagationPolicy: 'Background' });
    expect(explicit?.metadata.finalizers).toEqual(['example.com/hold']);
  });

  test('is honoured when the operator prunes its Application', async () => {
    await started();
    await apply(client, setOf('shops', [list('porto', 'lyon')], { template: { finalizers: ['orphan'] } }));
    const [lyon] = await untilNames(client, ['shops-lyon', 'shops-porto']);
    const reference = { ...owner('shops-lyon', lyon?.metadata.uid ?? ''), kind: 'Application' };
    await client.create(RESOURCES.configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'dependent', namespace: 'argocd', ownerReferences: [reference as never] },
    });
    await apply(client, setOf('shops', [list('porto')], { template: { finalizers: ['orphan'] } }));
    await untilNames(client, ['shops-porto']);
    await backend.collected();
    const dependent = await client.get(RESOURCES.configMaps, 'argocd', 'dependent');
    expect(dependent.metadata.ownerReferences ?? []).toEqual([]);
  });
});

describe('an owner whose uid is gone', () => {
  test('garbage collection takes its dependents at once', async () => {
    const gone = await client.create(SETS, setOf('gone', [list()]));
    await client.delete(SETS, 'argocd', 'gone');
    await backend.collected();
    const began = systemClock.monotonic();
    const references = [owner('gone', gone.metadata.uid ?? '')] as never;
    await client.create(APPS, application('a', { ownerReferences: references }));
    await untilNames(client, []);
    const took = systemClock.monotonic() - began;
    process.stdout.write(`garbage collection took an Application after ${took.toFixed(0)} ms\n`);
    expect(took).toBeLessThan(10_000);
  });

  test('an operator repairs restored Applications first, and all of them survive', async () => {
    const names = cities(20).map((city) => `shops-${city}`);
    const first = await started();
    await apply(client, setOf('shops', [list(...cities(20))]));
    await untilNames(client, names);
    await untilCondition(client, 'shops', 'ResourcesUpToDate', 'True');
    const backup = await applications(client);
    await first.stop();
    await client.delete(SETS, 'argocd', 'shops', { propagationPolicy: 'Orphan' });
    await backend.collected();
    for (const name of names) await patch(name, { metadata: { finalizers: null } });
    for (const name of names) await client.delete(APPS, 'argocd', name);
    await untilNames(client, []);

    // the restore: Applications with the uid of the set that was, the set with a new one
    backend.cluster.pauseControllerManager();
    for (const { metadata, spec = {} } of backup) {
      const { name, ownerReferences = [], finalizers = [] } = metadata;
      await client.create(APPS, {
        ...application(name, { ownerReferences: ownerReferences as never, finalizers }),
        spec,
      });
    }
    const set = await client.create(SETS, setOf('shops', [list(...cities(19))]));
    await started();
    await until('all to be repaired', async () =>
      ownersOf(await applications(client)).every(({ uid }) => uid === set.metadata.uid),
    );
    backend.cluster.resumeControllerManager();
    await backend.collected();
    const left = await applications(client);
    expect(namesOf(left)).toEqual(names);
    const uids = new Set(backup.map(({ metadata }) => metadata.uid));
    expect(left.filter(({ metadata }) => uids.has(metadata.uid))).toEqual([]);
    // the one that the restored set does not generate was repaired, too, and only then pruned
    const terminating = left.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    expect(namesOf(terminating).filter((name) => name !== 'shops-c0019')).toEqual([]);
  });
});
