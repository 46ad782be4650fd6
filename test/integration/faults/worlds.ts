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

const POLL_SECONDS = 10;
const CLUSTER = 'https://kubernetes.default.svc';

export interface World {
  /** only where the generator reads from git */
  readonly git: FaultyGitServer | undefined;
  /** Makes the rows these and no others, in the cluster or in the repository. */
  rows(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const setOf = (name: string, destination: string, generators: readonly JsonObject[]): KubeObject =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'shops', namespace: 'argocd' },
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

const clusterSecret = (name: string): KubeObject => {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: 'argocd',
      labels: { 'argocd.argoproj.io/secret-type': 'cluster', fleet: 'shops' },
    },
    data: { name: encode(name), server: encode(`https://${name}.example.org`), config: encode('{}') },
  };
};

const fleet = { clusters: { selector: { matchLabels: { fleet: 'shops' } } } };
const elements = (names: readonly string[]) => ({ list: { elements: names.map((city) => ({ city })) } });

/** A world with its set, empty of rows until `rows` is called. */
export async function openWorld(generator: GeneratorName, client: ObjectClient): Promise<World> {
  if (generator === 'list') {
    return {
      git: undefined,
      rows: async (names) => void (await apply(client, setOf('{{.city}}', CLUSTER, [elements(names)]))),
      close: async () => {},
    };
  }
  if (generator === 'clusters') {
    await apply(client, setOf('{{.name}}', '{{.server}}', [fleet]));
    return { git: undefined, rows: (names) => setSecrets(client, names), close: async () => {} };
  }
  return gitWorld(generator, client);
}

async function gitWorld(generator: GeneratorName, client: ObjectClient): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), 'appset-faults-'));
  mkdirSync(join(root, 'served'));
  const repository = new TestRepository(join(root, 'served', 'fleet'));
  const git = await faultyGitServer(join(root, 'served'));
  const source = { repoURL: `${git.url}/fleet/.git`, revision: 'main', requeueAfterSeconds: POLL_SECONDS };
  const files = { git: { ...source, files: [{ path: 'config/*.json' }] } };
  const directories = { git: { ...source, directories: [{ path: 'apps/*' }] } };
  if (generator === 'matrix') await setSecrets(client, ['eu']);
  const sets: Readonly<Record<string, () => KubeObject>> = {
    'git directories': () => setOf('{{.path.basename}}', CLUSTER, [directories]),
    'git files': () => setOf('{{.city}}', CLUSTER, [files]),
    matrix: () =>
      setOf('{{.path.basename}}', '{{.server}}', [{ matrix: { generators: [fleet, directories] } }]),
    merge: () =>
      setOf('{{.city}}', CLUSTER, [
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
      if (current.length === 0) await apply(client, (sets[generator] as () => KubeObject)());
      current = names;
    },
    close: async () => {
      await git.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function setSecrets(client: ObjectClient, names: readonly string[]): Promise<void> {
  const { items } = await client.list(RESOURCES.secrets, { namespace: 'argocd' });
  for (const { metadata } of items)
    if (!names.includes(metadata.name)) await client.delete(RESOURCES.secrets, 'argocd', metadata.name);
  for (const name of names)
    if (!items.some(({ metadata }) => metadata.name === name))
      await client.create(RESOURCES.secrets, clusterSecret(name));
}
