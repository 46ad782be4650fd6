/** Live facts: one snapshot, unknown instead of empty, last known good, and no credentials in anything. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/api/objects.ts';
import type { Reading, Sources } from '../../../../src/generators/contract.ts';
import { Git } from '../../../../src/git/index.ts';
import { createLiveSources, type GitReader, type ObjectsView } from '../../../../src/sources/live/index.ts';
import { ManualClock } from '../../../../src/support/clock.ts';
import { type Folder, TestRepository, temporaryFolder } from '../../git/fixture.ts';

const base64 = (data: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
const secret = (name: string, type: string, data: Record<string, string>, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': type }, ...more },
  data: base64(data),
});
const cluster = (name: string, data: Record<string, string>, more: object = {}) =>
  secret(name, 'cluster', data, more);
const view = (objects: readonly KubeObject[], synced = true) => {
  const state = { synced, objects, list: () => state.objects };
  return state as { synced: boolean; objects: readonly KubeObject[] } & ObjectsView;
};
const factOf = <T>(reading: Reading<T>): T => {
  if (!reading.known) throw reading.error;
  return reading.value;
};

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const request = (repository: { url: string }, revision = 'main') => ({
  repoURL: repository.url,
  revision,
  project: 'default',
});

function setUp(more: { secrets?: ReturnType<typeof view>; projects?: ReturnType<typeof view> } = {}) {
  const git = new Git({ home: join(folder.path, 'home'), allowLocal: true });
  const asked = { refs: 0, resolve: 0 };
  let broken: Error | undefined;
  const counted: GitReader = {
    refs: (repository) => {
      asked.refs += 1;
      return broken === undefined ? git.refs(repository) : Promise.reject(broken);
    },
    resolve: (repository, revision, refs) => {
      asked.resolve += 1;
      return git.resolve(repository, revision, refs);
    },
    prefetch: async () => {},
    tree: (repository, commit) => git.tree(repository, commit),
    files: (repository, commit, paths) =>
      broken === undefined ? git.files(repository, commit, paths) : Promise.reject(broken),
    verify: (repository, commit, rules) => git.verify(repository, commit, rules),
    isAncestor: (repository, older, newer) => git.isAncestor(repository, older, newer),
  };
  const live = createLiveSources({
    namespace: 'argocd',
    clock: new ManualClock(),
    clusterSecrets: more.secrets ?? view([]),
    projects: more.projects ?? view([]),
    git: counted,
  });
  return { live, asked, breakGit: (error: Error | undefined) => (broken = error) };
}

describe('clusters', () => {
  test('are decoded, sorted by Secret name, and carry nothing of the credentials', async () => {
    const planted = '{"bearerToken":"planted-token","tlsClientConfig":{"keyData":"planted-key"}}';
    const secrets = view([
      cluster('b', { name: 'eu', server: 'https://eu', config: planted, project: 'team' }),
      cluster('a', { server: 'https://us/' }, { annotations: { note: 'x' } }),
      secret('repo', 'repository', { url: 'https://example.com' }),
      {
        ...cluster('elsewhere', { name: 'x' }),
        metadata: { ...cluster('x', {}).metadata, namespace: 'other' },
      },
    ]);
    const reading = await setUp({ secrets }).live.snapshot().clusters();
    const type = { 'argocd.argoproj.io/secret-type': 'cluster' };
    expect(factOf(reading)).toEqual([
      {
        secretName: 'a',
        name: '',
        server: 'https://us/',
        project: undefined,
        labels: type,
        annotations: { note: 'x' },
      },
      { secretName: 'b', name: 'eu', server: 'https://eu', project: 'team', labels: type, annotations: {} },
    ]);
    expect(JSON.stringify(reading)).not.toContain('planted');
  });

  const configs: [string, string | undefined][] = [
    ['', undefined],
    ['{}', undefined],
    ['null', undefined],
    ['{"bearerToken": planted-token', 'data.config is not valid JSON'],
    ['[]', 'data.config is not a JSON object'],
    ['"text"', 'data.config is not a JSON object'],
  ];
  for (const [config, malformed] of configs) {
    test(`config ${JSON.stringify(config)}`, async () => {
      const { live } = setUp({ secrets: view([cluster('a', { name: 'a', config })]) });
      expect(factOf(await live.snapshot().clusters())[0]?.malformed).toBe(malformed);
    });
  }

  test('of a cache that is not synced are unknown, with what was known before', async () => {
    const secrets = view([], false);
    const { live } = setUp({ secrets });
    const first = await live.snapshot().clusters();
    expect(first).toMatchObject({ known: false, error: { code: 'APPSET_E0401' } });
    expect(first).not.toHaveProperty('lastKnownGood');
    secrets.synced = true;
    secrets.objects = [cluster('a', { name: 'a' })];
    await live.snapshot().clusters();
    secrets.synced = false;
    secrets.objects = [];
    const later = await live.snapshot().clusters();
    expect(later).toMatchObject({ known: false, lastKnownGood: { value: [{ secretName: 'a' }] } });
  });

  test('are one list for a whole snapshot; the version changes with what can be seen', async () => {
    const secrets = view([cluster('a', { name: 'a', config: '{"bearerToken":"1"}' })]);
    const { live } = setUp({ secrets });
    const snapshot = live.snapshot();
    const first = await snapshot.clusters();
    secrets.objects = [cluster('a', { name: 'a', config: '{"bearerToken":"2"}' })];
    const rotated = await live.snapshot().clusters();
    secrets.objects = [];
    expect(await snapshot.clusters()).toBe(first);
    const gone = await live.snapshot().clusters();
    const version = (reading: Reading<unknown>) => (reading.known ? reading.version : '');
    expect(version(rotated)).toBe(version(first));
    expect(version(gone)).not.toBe(version(first));
  });
});

describe('projects', () => {
  const project = (name: string, namespace = 'argocd'): KubeObject => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name, namespace, resourceVersion: '7' },
  });

  test('are found in the control-plane namespace only; absent is a known null', async () => {
    const { live } = setUp({ projects: view([project('a'), project('b', 'other')]) });
    const snapshot = live.snapshot();
    expect(factOf(await snapshot.project('a'))?.metadata.name).toBe('a');
    expect(factOf(await snapshot.project('b'))).toBeNull();
    expect(await snapshot.project('a')).toMatchObject({ version: '7' });
  });

  test('of a cache that is not synced are unknown', async () => {
    const { live } = setUp({ projects: view([project('a')], false) });
    expect(await live.snapshot().project('a')).toMatchObject({ known: false });
  });
});

describe('git', () => {
  const files = async (sources: Sources, repository: TestRepository, revision = 'main') => {
    const tree = factOf(await sources.gitTree(request(repository, revision)));
    return Object.fromEntries(factOf(await sources.gitFiles(request(repository), tree.commit, ['a.yaml'])));
  };

  test('one snapshot sees one commit, the next one the new', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    const first = repository.write({ 'a.yaml': 'one' }).commit();
    const { live, asked } = setUp();
    const snapshot = live.snapshot();
    expect(await snapshot.gitTree(request(repository))).toMatchObject({
      known: true,
      version: first,
      provenance: `${repository.url}@main`,
    });
    repository.write({ 'a.yaml': 'two' }).commit();
    expect(await files(snapshot, repository)).toEqual({ 'a.yaml': 'one' });
    expect(asked).toEqual({ refs: 1, resolve: 1 });
    expect(await files(live.snapshot(), repository)).toEqual({ 'a.yaml': 'two' });
  });

  test('all revisions of a repository share one look at its refs', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    const commit = repository.write({ 'a.yaml': 'one' }).commit();
    repository.git('tag', '-a', 'v1', '-m', 'v1');
    const { live, asked } = setUp();
    const snapshot = live.snapshot();
    const readings = await Promise.all(
      ['main', 'v1', '', commit].map((revision) => snapshot.gitTree(request(repository, revision))),
    );
    expect(readings.map((reading) => reading.known && reading.version)).toEqual(Array(4).fill(commit));
    expect(asked.refs).toBe(1);
  });

  test('a server that is silent: unknown, with the last known good tree and files', async () => {
    const repository = new TestRepository(join(folder.path, 'repo'));
    const commit = repository.write({ 'a.yaml': 'one' }).commit();
    const { live, breakGit } = setUp();
    expect(await live.snapshot().gitTree(request(repository, 'absent'))).toMatchObject({
      known: false,
      error: { code: 'APPSET_E0403' },
    });
    await files(live.snapshot(), repository);
    breakGit(new Error('cut'));
    const snapshot = live.snapshot();
    expect(await snapshot.gitTree(request(repository))).toMatchObject({
      known: false,
      error: { code: 'APPSET_E0402', message: 'cut' },
      lastKnownGood: { version: commit, value: { entries: [{ path: 'a.yaml' }] } },
    });
    const read = await snapshot.gitFiles(request(repository), commit, ['a.yaml']);
    expect(read).toMatchObject({ known: false });
    expect(!read.known && read.lastKnownGood?.value.get('a.yaml')).toBe('one');
  });
});
