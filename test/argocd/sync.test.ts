/**
 * Argo CD at work on what the operator generates: Applications become workloads, workloads go or stay as
 * the set says, and at rest neither side writes. Operator, Argo CD, git and cluster are real.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isNotFound, RESOURCES } from '../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../src/api/objects.ts';
import { systemClock } from '../../src/support/clock.ts';
import { type RealBackend, startRealBackend } from '../harness/backend.ts';
import { type OperatorProcess, startOperatorProcess, stopAll } from '../harness/operator-process.ts';
import { APPS, apply, SETS, untilNames } from '../harness/sets.ts';
import { until } from '../harness/until.ts';
import { type GitServer, gitServer, TestRepository, temporaryFolder } from '../unit/git/fixture.ts';
import { ofApplications, stateOf, untilCalm, untilHealthy } from './application-state.ts';
import { APPLICATION_CONTROLLER, type ArgoCd, registerCluster, startArgoCd } from './argo-cd.ts';

const NAMESPACE = 'shop';
const FINALIZER = 'resources-finalizer.argocd.argoproj.io';
const PATIENT = { timeoutMs: 90_000 };
const folder = temporaryFolder();
let backend: RealBackend;
let argo: ArgoCd;
let git: GitServer;
let repository: TestRepository;
let running: OperatorProcess | undefined;

beforeAll(async () => {
  backend = await startRealBackend({ controllerManager: true });
  argo = await startArgoCd(backend);
  repository = new TestRepository(`${folder.path}/fleet.git`);
  git = await gitServer(folder.path);
  await backend.client.create(RESOURCES.namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAMESPACE },
  });
  for (const name of ['cart', 'mail', 'search', 'plain']) write(name, 'first');
  repository.commit();
});
afterEach(async () => {
  try {
    // Argo CD takes the workloads of what is left
    const { items } = await backend.client.list(SETS, { namespace: 'argocd' });
    for (const { metadata } of items) await backend.client.delete(SETS, 'argocd', metadata.name);
    await untilNames(backend.client, [], PATIENT.timeoutMs);
  } finally {
    // the next one need not wait for the Lease
    await running?.stop();
    running = undefined;
  }
});
afterAll(async () => {
  await stopAll();
  await argo?.stop();
  await git?.close();
  await backend?.stop();
  folder.remove();
});

const startOperator = async (...args: readonly string[]): Promise<OperatorProcess> => {
  running = startOperatorProcess(backend.kubeconfig, ['--cluster-settle', '1s', ...args]);
  await running.said('leading');
  return running;
};
const repoURL = () => `${git.url}/fleet.git/.git`;

/** A folder of the repository with one ConfigMap. */
function write(name: string, text: string): void {
  const metadata = { name };
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text } };
  repository.write({ [`apps/${name}/configmap.json`]: JSON.stringify(configMap) });
}

const workload = (name: string): Promise<KubeObject | undefined> =>
  backend.client.get(RESOURCES.configMaps, NAMESPACE, name).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
const textOf = async (name: string) =>
  ((await workload(name)) as { data?: JsonObject } | undefined)?.data?.text;
const application = (name: string) => backend.client.get(APPS, 'argocd', name);

/** A set that makes Application `NAME-APP` of folder `apps/APP` for each row, synced by Argo CD itself. */
function setOf(
  name: string,
  generator: JsonObject,
  app: string,
  change: { readonly spec?: JsonObject; readonly template?: JsonObject } = {},
): KubeObject {
  const template = {
    metadata: { name: `${name}-${app}` },
    spec: {
      project: 'default',
      source: { repoURL: repoURL(), path: `apps/${app}`, targetRevision: 'main' },
      destination: { server: backend.cluster.url, namespace: NAMESPACE },
      syncPolicy: { automated: { prune: true, selfHeal: true, allowEmpty: false } },
      ...change.template,
    },
  };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name, namespace: 'argocd' },
    spec: { goTemplate: true, generators: [generator], template, ...change.spec },
  } as unknown as KubeObject;
}
const listed = (name: string, apps: readonly string[], change?: Parameters<typeof setOf>[3]) =>
  setOf(name, { list: { elements: apps.map((app) => ({ app })) } }, '{{.app}}', change);
const directories = (): JsonObject => ({
  git: { repoURL: repoURL(), revision: 'main', directories: [{ path: 'apps/*' }], requeueAfterSeconds: 2 },
});
const PRESERVE = { syncPolicy: { preserveResourcesOnDeletion: true } };

test('an Application nobody generated is synced and healthy: Argo CD works here', async () => {
  const began = systemClock.monotonic();
  await backend.client.create(APPS, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'plain', namespace: 'argocd', finalizers: [FINALIZER] },
    spec: {
      project: 'default',
      source: { repoURL: repoURL(), path: 'apps/plain', targetRevision: 'main' },
      destination: { server: backend.cluster.url, namespace: NAMESPACE },
      syncPolicy: { automated: {} },
    },
  });
  await untilHealthy(backend.client, ['plain']);
  process.stdout.write(`synced after ${((systemClock.monotonic() - began) / 1_000).toFixed(1)} s\n`);
  expect(await textOf('plain')).toBe('first');
  await backend.client.delete(APPS, 'argocd', 'plain');
  await untilNames(backend.client, []);
  expect(await workload('plain')).toBeUndefined();
});

test('what the operator generates is synced, and the set tells so', async () => {
  await startOperator();
  await apply(backend.client, setOf('fleet', directories(), '{{.path.basename}}'));
  await untilHealthy(backend.client, ['fleet-cart', 'fleet-mail', 'fleet-plain', 'fleet-search']);
  for (const name of ['cart', 'mail', 'search']) {
    expect((await workload(name))?.metadata.annotations?.['argocd.argoproj.io/tracking-id']).toBe(
      `fleet-${name}:/ConfigMap:${NAMESPACE}/${name}`,
    );
  }
  const told = await until('the set to tell of it', async () => {
    const { status } = await backend.client.get(SETS, 'argocd', 'fleet');
    const { resources = [] } = status as { resources?: { status?: string; health?: JsonObject }[] };
    return resources.every((one) => one.status === 'Synced' && one.health?.status === 'Healthy') && status;
  });
  expect(told).toMatchObject({ resourcesCount: 4, health: { status: 'Healthy' } });
});

test('a commit reaches the workloads, and a new folder becomes one', async () => {
  await startOperator();
  await apply(backend.client, setOf('fleet', directories(), '{{.path.basename}}'));
  await untilHealthy(backend.client, ['fleet-cart', 'fleet-mail', 'fleet-plain', 'fleet-search']);
  write('cart', 'second');
  write('wishes', 'first');
  const commit = repository.commit();
  await until('the Application of the new folder', () => application('fleet-wishes'), PATIENT);
  // the repo-server remembers for minutes where main was; a person, or a webhook, asks it to look again
  for (const name of ['fleet-cart', 'fleet-wishes']) {
    const refresh = { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'hard' } } };
    await backend.client.patch(APPS, 'argocd', name, refresh, { type: 'merge' });
  }
  await untilHealthy(
    backend.client,
    ['fleet-cart', 'fleet-wishes'],
    (one) =>
      stateOf(one).sync?.revision === commit &&
      one.metadata.annotations?.['argocd.argoproj.io/refresh'] === undefined,
  );
  expect([await textOf('cart'), await textOf('wishes')]).toEqual(['second', 'first']);

  repository.write({ 'apps/wishes': null }).commit();
  await until('its workload to be gone', async () => (await workload('wishes')) === undefined, PATIENT);
  await untilNames(backend.client, ['fleet-cart', 'fleet-mail', 'fleet-plain', 'fleet-search']);
});

test('a pruned element takes its workload along; one of a set that preserves keeps it', async () => {
  await startOperator();
  await apply(backend.client, listed('taken', ['cart', 'mail']));
  await apply(backend.client, listed('kept', ['search', 'plain'], { spec: PRESERVE }));
  await untilHealthy(backend.client, ['taken-cart', 'taken-mail', 'kept-search', 'kept-plain']);
  expect((await application('taken-cart')).metadata.finalizers).toEqual([FINALIZER]);
  expect((await application('kept-search')).metadata.finalizers ?? []).toEqual([]);

  await apply(backend.client, listed('taken', ['mail']));
  await apply(backend.client, listed('kept', ['plain'], { spec: PRESERVE }));
  await untilNames(backend.client, ['kept-plain', 'taken-mail'], PATIENT.timeoutMs);
  // an Application goes only when Argo CD has taken its workload down
  expect(await workload('cart')).toBeUndefined();
  expect(await textOf('mail')).toBe('first');
  expect(await textOf('search')).toBe('first');

  // the whole set goes
  await backend.client.delete(SETS, 'argocd', 'taken');
  await backend.client.delete(SETS, 'argocd', 'kept');
  await untilNames(backend.client, [], PATIENT.timeoutMs);
  expect(await workload('mail')).toBeUndefined();
  expect([await textOf('search'), await textOf('plain')]).toEqual(['first', 'first']);
});

test('an Application whose cluster is gone goes too, and its workload stays', async () => {
  const { client, cluster } = backend;
  const address = cluster.url.replace('127.0.0.1', 'localhost');
  await registerCluster(client, 'branch', address, cluster, { env: 'branch' });
  await startOperator();
  const template = { destination: { name: '{{.name}}', namespace: NAMESPACE } };
  const clusters = { clusters: { selector: { matchLabels: { env: 'branch' } }, values: { app: 'mail' } } };
  const set = setOf('there', clusters, '{{.values.app}}', {
    template,
    spec: { generators: [clusters, { list: { elements: [{ name: 'e2e', values: { app: 'cart' } }] } }] },
  });
  await apply(client, set);
  await untilHealthy(client, ['there-cart', 'there-mail']);
  await client.delete(RESOURCES.secrets, 'argocd', 'cluster-branch');
  await untilNames(client, ['there-cart'], PATIENT.timeoutMs);
  expect(await workload('mail')).toBeDefined();
});

test('a sync that a person asked for goes through while the operator changes the Application', async () => {
  await startOperator();
  const byHand = (targetRevision: string) => ({
    template: {
      source: { repoURL: repoURL(), path: 'apps/{{.app}}', targetRevision },
      syncPolicy: {},
    },
  });
  await apply(backend.client, listed('asked', ['cart'], byHand('main')));
  await until('it to be compared', async () => stateOf(await application('asked-cart')).sync !== undefined);
  const operation = { initiatedBy: { username: 'ann' }, sync: { revision: 'main' } };
  await Promise.all([
    backend.client.patch(APPS, 'argocd', 'asked-cart', { operation }, { type: 'merge' }),
    apply(backend.client, listed('asked', ['cart'], byHand('HEAD'))),
  ]);
  await untilHealthy(
    backend.client,
    ['asked-cart'],
    (one) =>
      stateOf(one).operationState?.phase === 'Succeeded' &&
      (one.spec?.source as JsonObject | undefined)?.targetRevision === 'HEAD',
  );
  expect((await application('asked-cart')).status).toMatchObject({
    operationState: { operation: { initiatedBy: { username: 'ann' } } },
  });
});

test('at rest neither side writes, and what Argo CD writes for its own sake is not answered', async () => {
  const operator = await startOperator();
  const runs = () => operator.lines.filter(({ msg }) => msg === 'end reconcile').length;
  await apply(backend.client, setOf('fleet', directories(), '{{.path.basename}}'));
  // written otherwise than Argo CD, or the server, would write it
  const odd = {
    source: { repoURL: repoURL(), path: 'apps/{{.app}}', targetRevision: 'main', directory: {}, helm: {} },
    destination: { name: 'e2e', server: '', namespace: '' },
    syncPolicy: { automated: { prune: false, selfHeal: false, allowEmpty: false }, syncOptions: [] },
    ...{ info: [], ignoreDifferences: [] },
  };
  write('odd', 'first');
  const metadata = { name: 'odd', namespace: NAMESPACE };
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text: 'first' } };
  repository.write({ 'apps/odd': null, 'odd/odd/configmap.json': JSON.stringify(configMap) }).commit();
  odd.source.path = 'odd/{{.app}}';
  await apply(backend.client, listed('strange', ['odd'], { template: odd }));
  const names = ['fleet-cart', 'fleet-mail', 'fleet-plain', 'fleet-search', 'strange-odd'];
  await untilHealthy(backend.client, names);
  await untilCalm(backend.audit);

  // at rest, over many runs of the operator and longer than any back-off of Argo CD after a sync
  backend.audit.mark();
  const before = runs();
  await until('ten more runs', () => runs() >= before + 10, PATIENT);
  expect(backend.audit.writes()).toEqual([]);
  const byArgo = ofApplications(backend.audit.writes(APPLICATION_CONTROLLER));
  // a comparison that is due by the clock is noted in the status, once
  for (const name of names) expect(byArgo.filter((call) => call.name === name).length).toBeLessThan(2);
  expect(backend.audit.writes(/./).filter(({ resource }) => resource === 'configmaps')).toEqual([]);

  // somebody changes a workload: Argo CD puts it right, and that is nobody else's business
  backend.audit.mark();
  const edit = { data: { text: 'edited' } };
  await backend.client.patch(RESOURCES.configMaps, NAMESPACE, 'cart', edit, { type: 'merge' });
  await until('it to be put right', async () => (await textOf('cart')) !== 'edited', PATIENT);
  await untilHealthy(backend.client, ['fleet-cart'], (one) => one.operation === undefined);
  const settled = runs();
  await until('three more runs', () => runs() >= settled + 3, PATIENT);
  expect(ofApplications(backend.audit.writes())).toEqual([]);
  expect(operator.lines.filter(({ level }) => level !== 'info')).toEqual([]);
});
