/**
 * What tests run against: the sandbox, or with APPSET_TEST_BACKEND=real a real kube-apiserver with etcd
 * and garbage collection. Either way the same: Argo CD's kinds, namespace `argocd`, the project
 * `default`, a client whose calls the operator cannot be mistaken for, and a kubeconfig.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  isAlreadyExists,
  isNotFound,
  type ObjectClient,
  RESOURCES,
  type ResourceType,
} from '../../src/api/client.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { HttpObjectClient, loadConnection, Transport, type TransportOptions } from '../../src/kube/index.ts';
import { type Faults, type Sandbox, startArgoCdStandIn, startSandbox } from '../../src/sandbox/index.ts';
import { systemClock } from '../../src/support/clock.ts';
import { parseYaml } from '../../src/support/yaml.ts';
import { type Cluster, type ClusterOptions, startCluster } from '../e2e/cluster.ts';
import { AuditLog } from './audit-log.ts';
import { until } from './until.ts';

/** User agent of the calls tests make themselves. */
export const TEST_AGENT = 'appset-test';

const CRDS = resolve(import.meta.dirname, '../../crds');
const ARGO_TYPES = [RESOURCES.applicationSets, RESOURCES.applications, RESOURCES.appProjects] as const;
/** What `reset` empties. */
const EMPTIED: readonly ResourceType[] = [
  ...ARGO_TYPES,
  RESOURCES.secrets,
  RESOURCES.configMaps,
  RESOURCES.events,
  RESOURCES.leases,
  RESOURCES.pods,
];

export interface Connected {
  readonly client: ObjectClient;
  close(): Promise<void>;
}

export interface Backend {
  readonly kind: 'sandbox' | 'real';
  /** over HTTP, as TEST_AGENT */
  readonly client: ObjectClient;
  /** of the HTTP face, where the server makes them on demand: the sandbox */
  readonly faults: Faults | undefined;
  /** path of a kubeconfig with every right */
  readonly kubeconfig: string;
  /** another client, over connections of its own */
  connect(options?: TransportOptions): Promise<Connected>;
  /** a stand-in for Argo CD, until the answer is called or the backend stops */
  startStandIn(): () => Promise<void>;
  /** Waits until garbage collection has nothing left to do in namespace argocd. */
  collected(): Promise<void>;
  /** Ends stand-ins, empties namespace argocd, finalizers or not, and puts the project `default` back. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** A client over connections of its own. */
export async function connectTo(
  kubeconfig: string,
  options: TransportOptions = { userAgent: TEST_AGENT },
): Promise<Connected> {
  const transport = new Transport(await loadConnection({ kubeconfig }), options);
  return { client: new HttpObjectClient(transport), close: () => transport.close() };
}

/** Whether this run is on a real API server. */
export const isReal = (): boolean => process.env['APPSET_TEST_BACKEND'] === 'real';

export interface BackendOptions {
  /** `off`: garbage collection does nothing until the backend stops */
  readonly collector?: 'off';
}

/** The backend the environment asks for; a shared real cluster where the run has one. */
export function startBackend(options: BackendOptions = {}): Promise<Backend> {
  if (!isReal()) return startSandboxBackend(options);
  const shared = process.env['APPSET_TEST_KUBECONFIG'];
  return shared === undefined ? startRealBackend({ controllerManager: true }) : attach(shared, options);
}

export interface SandboxBackend extends Backend {
  readonly sandbox: Sandbox;
}

export async function startSandboxBackend(options: BackendOptions = {}): Promise<SandboxBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'appset-backend-'));
  const sandbox = await startSandbox(options.collector === 'off' ? { gc: 'off' } : {});
  const kubeconfig = join(folder, 'kubeconfig');
  sandbox.writeKubeconfig(kubeconfig);
  const backend = await backendOn('sandbox', kubeconfig, async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await furnish(backend.client);
  return { ...backend, sandbox, faults: sandbox.faults };
}

export interface RealBackend extends Backend {
  readonly cluster: Cluster;
  readonly audit: AuditLog;
}

/** A real cluster of one's own, with the CRDs of `crds/`. */
export async function startRealBackend(options: ClusterOptions = {}): Promise<RealBackend> {
  const audit = new AuditLog();
  const { controllerManager = false, ...rest } = options;
  const cluster = await startCluster({
    ...rest,
    apiServerFlags: [...audit.flags, ...(options.apiServerFlags ?? [])],
  });
  const stop = async () => {
    await cluster.stop();
    audit.remove();
  };
  try {
    const backend = await backendOn('real', cluster.kubeconfig, stop);
    await installCrds(backend.client);
    // its garbage collector looks for new kinds only every half minute
    if (controllerManager) await cluster.startControllerManager();
    await furnish(backend.client);
    return { ...backend, cluster, audit };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A cluster that somebody else started and will stop. */
async function attach(kubeconfig: string, options: BackendOptions): Promise<Backend> {
  const pid = process.env['APPSET_TEST_COLLECTOR_PID'];
  const signalCollector = (signal: NodeJS.Signals) => pid !== undefined && process.kill(Number(pid), signal);
  signalCollector(options.collector === 'off' ? 'SIGSTOP' : 'SIGCONT');
  const backend = await backendOn('real', kubeconfig, async () => {
    signalCollector('SIGCONT');
  });
  await backend.reset();
  return backend;
}

async function backendOn(
  kind: Backend['kind'],
  kubeconfig: string,
  stop: () => Promise<void>,
): Promise<Backend> {
  const { client, close } = await connectTo(kubeconfig);
  const standIns = new Set<() => Promise<void>>();
  return {
    kind,
    client,
    faults: undefined,
    kubeconfig,
    connect: (options) => connectTo(kubeconfig, options),
    startStandIn: () => {
      const end = startArgoCdStandIn({ client, clock: systemClock });
      standIns.add(end);
      return async () => {
        standIns.delete(end);
        await end();
      };
    },
    collected: () => collected(client),
    reset: async () => {
      for (const end of standIns) await end();
      standIns.clear();
      await reset(client);
    },
    stop: async () => {
      for (const end of standIns) await end();
      await close();
      await stop();
    },
  };
}

async function installCrds(client: ObjectClient): Promise<void> {
  for (const file of readdirSync(CRDS)) {
    const crd = parseYaml(readFileSync(join(CRDS, file), 'utf8')) as unknown as KubeObject;
    await create(client, RESOURCES.customResourceDefinitions, crd);
  }
  for (const type of ARGO_TYPES) await until(`${type.plural} to be served`, () => client.list(type));
}

async function furnish(client: ObjectClient): Promise<void> {
  await create(client, RESOURCES.namespaces, namespaceOf('argocd'));
  await create(client, RESOURCES.appProjects, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: 'argocd' },
    spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
  });
}

const namespaceOf = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

async function create(client: ObjectClient, type: ResourceType, object: KubeObject): Promise<void> {
  try {
    await client.create(type, object);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

async function reset(client: ObjectClient): Promise<void> {
  await emptied(client);
  await furnish(client);
}

/** Takes everything out of namespace argocd, finalizers or not. */
export async function emptied(client: ObjectClient): Promise<void> {
  const namespace = 'argocd';
  for (const type of EMPTIED) {
    await until(`no ${type.plural} to be left`, async () => {
      const { items } = await client.list(type, { namespace });
      await Promise.all(
        items.map(async ({ metadata: { name, finalizers = [] } }) => {
          const patch = { metadata: { finalizers: null } };
          if (finalizers.length > 0) await client.patch(type, namespace, name, patch, { type: 'merge' });
          await client.delete(type, namespace, name);
        }),
      ).catch((error: unknown) => {
        // somebody was faster: the next list tells
        if (!isNotFound(error)) throw error;
      });
      return items.length === 0;
    });
  }
}

/** Waits until the collector knows of every Application there is now: it takes one of nobody, made last. */
export async function collectorCaughtUp(client: ObjectClient): Promise<void> {
  const metadata = { namespace: 'argocd', name: 'of-nobody' };
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'nobody', uid: `${systemClock.now()}` };
  await client.create(RESOURCES.applications, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { ...metadata, ownerReferences: [owner] },
    spec: { project: 'default', destination: {} },
  });
  await until('an Application of nobody to be collected', () =>
    client.get(RESOURCES.applications, metadata.namespace, metadata.name).then(
      () => false,
      (error: unknown) => isNotFound(error),
    ),
  );
}

/** The collector has caught up, every owner of an Application is there, and nothing waits to be orphaned. */
export async function collected(client: ObjectClient): Promise<void> {
  const namespace = 'argocd';
  await collectorCaughtUp(client);
  await until('garbage collection to have nothing to do', async () => {
    const { items: sets } = await client.list(RESOURCES.applicationSets, { namespace });
    const { items: applications } = await client.list(RESOURCES.applications, { namespace });
    const uids = new Set(sets.map(({ metadata }) => metadata.uid));
    const isWaiting = ({ metadata }: KubeObject) =>
      metadata.deletionTimestamp !== undefined &&
      (metadata.finalizers ?? []).some((one) => one === 'orphan' || one === 'foregroundDeletion');
    const isDangling = ({ metadata }: KubeObject) =>
      metadata.deletionTimestamp === undefined &&
      (metadata.ownerReferences ?? []).some(({ kind, uid }) => kind === 'ApplicationSet' && !uids.has(uid));
    return ![...sets, ...applications].some(isWaiting) && !applications.some(isDangling);
  });
}
