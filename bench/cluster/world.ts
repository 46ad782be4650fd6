/**
 * What every case of the cluster benchmark starts from: a cluster of its own with Argo CD's kinds, and
 * operators started on it. All of it has ended when the case has.
 */
import { resolve } from 'node:path';
import { type Cluster, startCluster } from '../../test/e2e/cluster.ts';
import { ApiLoad, GROUP } from './api-load.ts';
import { clusterName, clusterSecret, clusterSet } from './fleet.ts';
import { OperatorUnderTest } from './operator.ts';

export const SETS = `${GROUP}/argocd/applicationsets`;
export const APPLICATIONS = `${GROUP}/argocd/applications`;
export const FLOOR = `${GROUP}/floor/applications`;
const SECRETS = '/api/v1/namespaces/argocd/secrets';
/** Cluster Secrets there are, of which some are in production. */
const CLUSTERS = 20;
const CRDS = ['application', 'applicationset', 'appproject'];

export interface Options {
  /** rounds of a short case; each case has a default of its own */
  readonly repeat: number | undefined;
  readonly restMinutes: number;
  readonly sets: number;
  /** folder for CPU profiles of the operator */
  readonly profile: string | undefined;
  /** flags of Node in place of those of the image */
  readonly flags: readonly string[] | undefined;
}

export interface World {
  readonly cluster: Pick<Cluster, 'url' | 'ca' | 'token'>;
  readonly api: ApiLoad;
  /** more connections to the same API server */
  readonly connect: (connections: number) => ApiLoad;
  /** starts an operator; resolves when it leads */
  readonly start: (name: string) => Promise<OperatorUnderTest>;
}

export const note = (text: string): void => void process.stderr.write(`${text}\n`);
export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
export const shown = (requests: ReadonlyMap<string, number>): string =>
  [...requests].map(([key, count]) => `${key} ${count}`).join(', ');

/** A cluster with Argo CD's kinds, and whatever was started on it ended. */
export async function inCluster(
  { profile, flags }: Pick<Options, 'profile' | 'flags'>,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const cluster = await startCluster();
  const loads: ApiLoad[] = [];
  const connect = (connections?: number): ApiLoad => {
    const load = new ApiLoad(cluster, connections);
    loads.push(load);
    return load;
  };
  const api = connect();
  const running: OperatorUnderTest[] = [];
  try {
    await api.install(CRDS.map((name) => resolve(import.meta.dirname, `../../crds/${name}.yaml`)));
    for (const name of ['argocd', 'floor'])
      await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await api.create(`${GROUP}/argocd/appprojects`, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace: 'argocd' },
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
    });
    await work({
      cluster,
      api,
      connect,
      start: async (name) => {
        const operator = new OperatorUnderTest({
          kubeconfig: cluster.kubeconfig,
          folder: cluster.folder,
          name,
          flags,
          ...(profile === undefined ? {} : { profile }),
        });
        running.push(operator);
        await operator.until('leading');
        return operator;
      },
    });
  } finally {
    for (const operator of running) await operator.stop();
    for (const load of loads) await load.close();
    await cluster.stop();
  }
}

/** Registers all clusters, the first `production` of them in production. */
export async function registerClusters(api: ApiLoad, production: number): Promise<void> {
  for (let index = 0; index < CLUSTERS; index++)
    await api.create(SECRETS, clusterSecret(index, index < production ? 'production' : 'staging'));
}

/** Takes a cluster into production. */
export const promote = (api: ApiLoad, index: number): Promise<string> =>
  api.patch(`${SECRETS}/${clusterName(index)}`, { metadata: { labels: { env: 'production' } } });

/** Creates the sets that take the clusters in production. */
export const createSets = (api: ApiLoad, sets: number): Promise<number> =>
  api.createAll(
    SETS,
    Array.from({ length: sets }, (_, index) => clusterSet(index)),
  );
