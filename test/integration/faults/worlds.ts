/**
 * One world a generator: a set whose rows are `a`, `b`, … taken from where the generator reads, with the
 * two edits a cell makes to that: one row more, one row less.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectClient, RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../../src/api/objects.ts';
import { type FaultyGitServer, faultyGitServer } from '../../harness/faulty-connections.ts';
import { apply } from '../../harness/sets.ts';
import { TestRepository } from '../../unit/git/fixture.ts';

export const GENERATORS = ['list', 'clusters', 'git directories', 'git files', 'matrix', 'merge'] as const;
export type GeneratorName = (typeof GENERATORS)[number];

const CLUSTER = 'https://kubernetes.default.svc';

export interface World {
  /** only where the generator reads from git */
  readonly git: FaultyGitServer | undefined;
  /** Makes the rows these and no others, in the cluster or in the repository. */
  rows(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** how often git is looked at, in the operator's seconds */
  readonly pollSeconds: number;
  /** before the names of the set, its Applications and its clusters, where worlds live side by side */
  readonly prefix?: string;
}

const setOf = (
  prefix: string,
  name: string,
  destination: string,
  generators: readonly JsonObject[],
): KubeObject =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: `${prefix}shops`, namespace: 'argocd' },
    spec: {
      goTemplate: true,
      goTemplateOptions: ['missingkey=error'],
      generators,
      syncPolicy: { preserveResourcesOnDeletion: true },
      template: {
        metadata: { name },
        spec: {
          project: 'default',
          source: { repoURL: 'https://git.example.org/fleet.git', path: 'deploy', targetRevision: 'main' },
          destination: { server: destination, namespace: 'shop' },
        },
      },
    },
  }) as unknown as KubeObject;

const clusterSecret = (name: string, fleet: string): KubeObject => {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: 'argocd',
      labels: { 'argocd.argoproj.io/secret-type': 'cluster', fleet },
    },
    data: { name: encode(name), server: encode(`https://${name}.example.org`), config: encode('{}') },
  };
};

const fleetOf = (prefix: string) => ({
  clusters: { selector: { matchLabels: { fleet: `${prefix}shops` } } },
});
const elements = (names: readonly string[]) => ({ list: { elements: names.map((city) => ({ city })) } });

/** A world with its set, empty of rows until `rows` is called. */
export async function openWorld(
  generator: GeneratorName,
  client: ObjectClient,
  options: WorldOptions,
): Promise<World> {
  const { prefix = '' } = options;
  if (generator === 'list') {
    const rows = async (names: readonly string[]) => {
      await apply(client, setOf(prefix, `${prefix}{{.city}}`, CLUSTER, [elements(names)]));
    };
    return { git: undefined, rows, close: async () => {} };
  }
  if (generator === 'clusters') {
    await apply(client, setOf(prefix, '{{.name}}', '{{.server}}', [fleetOf(prefix)]));
    return { git: undefined, rows: (names) => setSecrets(client, prefix, names), close: async () => {} };
  }
  return gitWorld(generator, client, options);
}

async function gitWorld(
  generator: GeneratorName,
  client: ObjectClient,
  { pollSeconds, prefix = '' }: WorldOptions,
): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), 'appset-faults-'));
  mkdirSync(join(root, 'served'));
  const repository = new TestRepository(join(root, 'served', 'fleet'));
  const git = await faultyGitServer(join(root, 'served'));
  const source = { repoURL: `${git.url}/fleet/.git`, revision: 'main', requeueAfterSeconds: pollSeconds };
  const files = { git: { ...source, files: [{ path: 'config/*.json' }] } };
  const directories = { git: { ...source, directories: [{ path: 'apps/*' }] } };
  if (generator === 'matrix') await setSecrets(client, prefix, ['eu']);
  const byDirectory = `${prefix}{{.path.basename}}`;
  const byCity = `${prefix}{{.city}}`;
  const sets: Readonly<Record<string, () => KubeObject>> = {
    'git directories': () => setOf(prefix, byDirectory, CLUSTER, [directories]),
    'git files': () => setOf(prefix, byCity, CLUSTER, [files]),
    matrix: () =>
      setOf(prefix, byDirectory, '{{.server}}', [{ matrix: { generators: [fleetOf(prefix), directories] } }]),
    merge: () =>
      setOf(prefix, byCity, CLUSTER, [
        { merge: { mergeKeys: ['city'], generators: [files, elements(['a', 'b'])] } },
      ]),
  };
  let current: readonly string[] = [];
  return {
    git,
    rows: async (names) => {
      const gone = current.filter((name) => !names.includes(name));
      const tree: Record<string, string | null> = { 'README.md': 'shops' };
      for (const name of gone) tree[`apps/${name}`] = tree[`config/${name}.json`] = null;
      for (const name of names) {
        tree[`apps/${name}/kustomization.yaml`] = 'resources: []\n';
        tree[`config/${name}.json`] = JSON.stringify({ city: name });
      }
      repository.write(tree).commit();
      git.changed();
      if (current.length === 0) await apply(client, (sets[generator] as () => KubeObject)());
      current = names;
    },
    close: async () => {
      await git.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Makes the clusters of a fleet these and no others. */
async function setSecrets(client: ObjectClient, prefix: string, rows: readonly string[]): Promise<void> {
  const fleet = `${prefix}shops`;
  const names = rows.map((row) => `${prefix}${row}`);
  const { items } = await client.list(RESOURCES.secrets, {
    namespace: 'argocd',
    labelSelector: `fleet=${fleet}`,
  });
  for (const { metadata } of items)
    if (!names.includes(metadata.name)) await client.delete(RESOURCES.secrets, 'argocd', metadata.name);
  for (const name of names)
    if (!items.some(({ metadata }) => metadata.name === name))
      await client.create(RESOURCES.secrets, clusterSecret(name, fleet));
}
