/** Live sources on watch caches over HTTP: what the cluster holds is what generators see, and no more. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ObjectClient, RESOURCES } from '../../../src/api/client.ts';
import { Git } from '../../../src/git/index.ts';
import { Informer, withoutBookkeeping } from '../../../src/kube/index.ts';
import { createLiveSources } from '../../../src/sources/live/index.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { systemRandom } from '../../../src/support/random.ts';
import { type Backend, type Connected, startBackend } from '../../harness/backend.ts';
import { gitServer, TestRepository } from '../../unit/git/fixture.ts';

const TYPE = 'argocd.argoproj.io/secret-type';
const secret = (name: string, type: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'argocd', labels: { [TYPE]: type } },
  data: Object.fromEntries(Object.entries(data).map(([k, v]) => [k, Buffer.from(v).toString('base64')])),
});

let backend: Backend;
let connected: Connected;
let client: ObjectClient;
let folder: string;
let stop: AbortController;
const running: Promise<void>[] = [];
beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend?.stop());
beforeEach(async () => {
  await backend.reset();
  connected = await backend.connect();
  ({ client } = connected);
  folder = mkdtempSync(join(tmpdir(), 'appset-live-'));
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running.splice(0));
  await connected.close();
  rmSync(folder, { recursive: true, force: true });
});

const informer = (type: (typeof RESOURCES)['secrets' | 'appProjects'], labelSelector?: string) => {
  const made = new Informer({
    client,
    type,
    namespace: 'argocd',
    clock: systemClock,
    random: systemRandom,
    transform: withoutBookkeeping,
    ...(labelSelector === undefined ? {} : { labelSelector }),
  });
  running.push(made.run(stop.signal));
  return made;
};

test('clusters, projects, and a repository that asks for the credentials in a Secret', async () => {
  const repository = new TestRepository(join(folder, 'served', 'repo'));
  const commit = repository.write({ 'apps/web/config.yaml': 'a: 1\n' }).commit();
  const server = await gitServer(join(folder, 'served'), { basic: 'me:planted-password' });
  const url = `${server.url}/repo/.git`;
  await client.create(
    RESOURCES.secrets,
    secret('eu', 'cluster', { name: 'eu', server: 'https://eu', config: '{"bearerToken":"planted-token"}' }),
  );
  await client.create(
    RESOURCES.secrets,
    secret('repo', 'repo-creds', { url: server.url, username: 'me', password: 'planted-password' }),
  );
  const clusterSecrets = informer(RESOURCES.secrets, `${TYPE}=cluster`);
  const repositorySecrets = informer(RESOURCES.secrets, `${TYPE} in (repository,repo-creds)`);
  const projects = informer(RESOURCES.appProjects);
  const live = createLiveSources({
    namespace: 'argocd',
    clock: systemClock,
    clusterSecrets,
    repositorySecrets,
    projects,
    git: new Git({ home: join(folder, 'home') }),
  });
  const request = { repoURL: url, revision: 'main', project: 'default' };

  const early = live.snapshot();
  expect(await early.clusters()).toMatchObject({ known: false, error: { code: 'APPSET_E0401' } });
  expect(await early.gitTree(request)).toMatchObject({ known: false, error: { code: 'APPSET_E0402' } });

  await Promise.all([clusterSecrets, repositorySecrets, projects].map((cache) => cache.whenListed(10_000)));
  const snapshot = live.snapshot();
  const readings = [
    await snapshot.clusters(),
    await snapshot.project('default'),
    await snapshot.gitTree(request),
    await snapshot.gitFiles(request, commit, ['apps/web/config.yaml']),
  ];
  expect(readings).toMatchObject([
    { known: true, value: [{ secretName: 'eu', name: 'eu', server: 'https://eu' }] },
    { known: true, value: { metadata: { name: 'default' } } },
    { known: true, version: commit, value: { entries: [{ path: 'apps/web/config.yaml' }] } },
    { known: true, value: new Map([['apps/web/config.yaml', 'a: 1\n']]) },
  ]);
  expect(JSON.stringify(readings)).not.toContain('planted');

  await client.delete(RESOURCES.secrets, 'argocd', 'eu');
  await expect.poll(() => clusterSecrets.size).toBe(0);
  expect(await live.snapshot().clusters()).toMatchObject({ known: true, value: [] });
  expect(await snapshot.clusters()).toBe(readings[0]);
  await server.close();
});

test('labels of a Secret are read by metadata, and one that is not there is known not to be', async () => {
  await client.create(RESOURCES.secrets, secret('forge', 'scm-creds', { token: 'planted-token' }));
  const empty = { synced: true, list: () => [] };
  const live = createLiveSources({
    namespace: 'argocd',
    clock: systemClock,
    clusterSecrets: empty,
    projects: empty,
    git: new Git({ home: join(folder, 'home') }),
    client,
  });
  const facts = live.snapshot();
  expect(await facts.secretLabels('argocd', 'forge')).toMatchObject({
    known: true,
    value: { [TYPE]: 'scm-creds' },
  });
  expect(await facts.secretLabels('argocd', 'nothing')).toMatchObject({ known: true, value: null });
  const answer = await client.get(RESOURCES.secrets, 'argocd', 'forge', { metadataOnly: true });
  expect(answer.kind).toBe('PartialObjectMetadata');
  expect(JSON.stringify(answer)).not.toContain(Buffer.from('planted-token').toString('base64'));
});
