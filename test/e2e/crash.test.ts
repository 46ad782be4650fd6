/**
 * Whatever dies or hangs, no Application is lost, none is made twice and none is deleted: the operator
 * killed in the middle of a fan-out, the API server killed, etcd paused, and a server that refuses most
 * writes with 429. The audit log is the witness that nothing was deleted.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ObjectClient, ResourceType } from '../../src/api/client.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { systemClock } from '../../src/support/clock.ts';
import { LIMITS } from '../../src/support/limits.ts';
import { seededRandom } from '../../src/support/random.ts';
import { openApiGate } from '../harness/api-gate.ts';
import { type RealBackend, startRealBackend } from '../harness/backend.ts';
import { type OperatorProcess, startOperatorProcess, stopAll } from '../harness/operator-process.ts';
import {
  applications,
  apply,
  cities,
  freeLease,
  list,
  setOf,
  untilCondition,
  untilNames,
} from '../harness/sets.ts';
import { until } from '../harness/until.ts';

let backend: RealBackend;
let client: ObjectClient;
const started = async (kubeconfig = backend.kubeconfig, ...args: string[]): Promise<OperatorProcess> => {
  const operator = startOperatorProcess(kubeconfig, ['--cluster-settle', '0s', ...args]);
  await operator.said('leading');
  return operator;
};
const namesFor = (count: number) => cities(count).map((city) => `shops-${city}`);
const deletions = () => backend.audit.calls().filter(({ verb }) => verb === 'delete');
const creations = () =>
  backend.audit
    .calls()
    .filter(({ verb, resource, code }) => verb === 'create' && resource === 'applications' && code === 201);
const uidsOf = (objects: readonly KubeObject[]) =>
  new Map(objects.map(({ metadata }) => [metadata.name, metadata.uid]));
/** What the operator said last, for whoever waits in vain. */
const lastOf = (operator: OperatorProcess) =>
  operator.lines
    .slice(-12)
    .map((line) => JSON.stringify(line))
    .join('\n');
/** Those that were there are there still, the same ones. */
const expectAllOf = (before: ReadonlyMap<string, string | undefined>, after: readonly KubeObject[]) => {
  const now = uidsOf(after);
  for (const [name, uid] of before) expect([name, now.get(name)]).toEqual([name, uid]);
};
const untilSome = async (count: number): Promise<KubeObject[]> => {
  await until(`${count} creations`, () => creations().length >= count, {
    timeoutMs: 60_000,
    longestMs: 20,
  });
  return applications(client);
};

describe('on one cluster', () => {
  beforeAll(async () => {
    backend = await startRealBackend({ controllerManager: true });
    client = backend.client;
  });
  afterAll(async () => {
    await stopAll();
    await backend?.stop();
  });
  beforeEach(async () => {
    await backend.reset();
    backend.audit.mark();
  });
  afterEach(stopAll);

  test('kill -9 in the middle of 1,000 creations, ten times: each Application once, none deleted', async () => {
    const seed = 20_301;
    const random = seededRandom(seed);
    const gate = await openApiGate(backend.kubeconfig);
    await apply(client, setOf('shops', [list(...cities(1_000))]));
    let before: ReadonlyMap<string, string | undefined> = new Map();
    for (let kill = 1; kill <= 10; kill++) {
      let left = random.int(20, 90);
      const killed = new Promise<void>((done) =>
        gate.watch(async (method, path) => {
          if (method !== 'POST' || !path.includes('/applications') || left-- > 0) return;
          // those that wait here with it were asked for by a process that is dead when they go on
          await operator.kill();
          done();
        }),
      );
      const operator = startOperatorProcess(gate.kubeconfig, ['--cluster-settle', '0s']);
      await killed;
      const found = await applications(client);
      expectAllOf(before, found);
      expect(found.length, `seed ${seed}, kill ${kill}`).toBeGreaterThan(before.size);
      expect(found.length, `seed ${seed}, kill ${kill}`).toBeLessThan(1_000);
      before = uidsOf(found);
      await freeLease(client);
    }
    await gate.stop();
    await started();
    const after = await untilNames(client, namesFor(1_000), 120_000);
    expectAllOf(before, after);
    expect(deletions()).toEqual([]);
    // none is made twice; the answer of a call that was under way at a kill may be missing in the log
    expect(creations().length).toBeLessThanOrEqual(1_000);
    await untilCondition(client, 'shops', 'ResourcesUpToDate', 'True', 60_000);
  });

  test('an API server that is killed and comes back: the operator goes on by itself', async () => {
    let operator = await started();
    await apply(client, setOf('shops', [list(...cities(400))]));
    const before = uidsOf(await untilSome(40));
    const began = systemClock.monotonic();
    await backend.cluster.killApiServer();
    await backend.cluster.startApiServer();
    const awayMs = systemClock.monotonic() - began;
    process.stdout.write(`the API server was away for ${(awayMs / 1_000).toFixed(1)} s\n`);
    const goOn = async () => {
      if (!operator.ended) return undefined;
      // who cannot renew its Lease for nine seconds gives up: only so slow a machine excuses it
      expect(awayMs, lastOf(operator)).toBeGreaterThan(LIMITS.leaseRenewDeadlineMs - 3_000);
      operator = await started();
      return undefined;
    };
    await until('all to be made', async () => (await goOn()) ?? (await applications(client)).length >= 400, {
      timeoutMs: 120_000,
      last: () => lastOf(operator),
    });
    const after = await untilNames(client, namesFor(400), 60_000);
    expectAllOf(before, after);
    expect(deletions()).toEqual([]);
    // and it hears of changes again
    await apply(client, setOf('shops', [list(...cities(401))]));
    await untilNames(client, namesFor(401), 60_000);
    expect((await operator.stop()).code).toBe(0);
  });

  test('an etcd that is paused for a while: the operator goes on by itself', async () => {
    const operator = await started();
    await apply(client, setOf('shops', [list(...cities(400))]));
    const before = uidsOf(await untilSome(40));
    backend.cluster.pauseEtcd();
    const began = systemClock.monotonic();
    await until('five seconds of pause', () => systemClock.monotonic() - began > 5_000);
    backend.cluster.resumeEtcd();
    const after = await untilNames(client, namesFor(400), 120_000);
    expectAllOf(before, after);
    expect(deletions()).toEqual([]);
    expect((await operator.stop()).code).toBe(0);
  });

  test('an etcd that is paused for longer than the Lease: the operator gives up, and the next one goes on', async () => {
    const operator = await started();
    await apply(client, setOf('shops', [list(...cities(400))]));
    const before = uidsOf(await untilSome(40));
    backend.cluster.pauseEtcd();
    await operator.said('stopped', 60_000);
    backend.cluster.resumeEtcd();
    expect(await operator.end, lastOf(operator)).toBe(1);
    await started();
    const after = await untilNames(client, namesFor(400), 120_000);
    expectAllOf(before, after);
    expect(deletions()).toEqual([]);
  });
});

describe('on a server that takes one write at a time', () => {
  const token = 'operator-of-the-throttled-cluster';
  const BINDINGS: ResourceType = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    namespaced: false,
  };
  beforeAll(async () => {
    // members of system:masters are never throttled: the operator is somebody else here
    backend = await startRealBackend({
      users: [{ name: 'operator', token }],
      apiServerFlags: ['--enable-priority-and-fairness=false', '--max-mutating-requests-inflight=1'],
    });
    client = backend.client;
    await client.create(BINDINGS, {
      apiVersion: BINDINGS.apiVersion,
      kind: BINDINGS.kind,
      metadata: { name: 'operator' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'operator' }],
    } as unknown as KubeObject);
  });
  afterAll(async () => {
    await stopAll();
    await backend?.stop();
  });

  test('a storm of 429: everything is written in the end, nothing is deleted', async () => {
    backend.audit.mark();
    const kubeconfig = backend.cluster.kubeconfigFor(token, 'operator');
    const operator = await started(kubeconfig, '--concurrent-application-updates', '30');
    await apply(client, setOf('shops', [list(...cities(300))]));
    await untilNames(client, namesFor(300), 240_000);
    const refused = backend.audit.calls().filter(({ code }) => code === 429);
    process.stdout.write(`${refused.length} calls were refused with 429\n`);
    expect(refused.length).toBeGreaterThan(10);
    expect(deletions()).toEqual([]);
    expect(creations()).toHaveLength(300);
    await untilCondition(client, 'shops', 'ResourcesUpToDate', 'True', 60_000);
    expect((await operator.stop()).code).toBe(0);
  });
});
