/**
 * What people and their systems get wrong: one clear message each, with set, generator, element and
 * position as far as there are any; the operator goes on, what is there stays to the letter, and the next
 * good state is taken as if nothing had been.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../../src/api/objects.ts';
import { Git } from '../../../src/git/index.ts';
import { createLiveSources, type ObjectsView } from '../../../src/sources/live/index.ts';
import { isReal } from '../../harness/backend.ts';
import { type GitServer, gitServer, TestRepository } from '../../unit/git/fixture.ts';
import { GIT, list, Operator, shops } from './operator.ts';

const CITIES = ['lyon', 'oslo', 'porto'];
const snapshot = (operator: Operator) => JSON.stringify(operator.applications());
const onApplications = (operator: Operator) =>
  operator.writes.filter((write) => / Application\//.test(write));
const elements = (count: number, change: (index: number) => JsonObject): JsonObject => ({
  list: { elements: Array.from({ length: count }, (_, index) => change(index)) },
});
const fromFiles: JsonObject = { git: { repoURL: GIT, revision: 'main', files: [{ path: 'cities/*.yaml' }] } };

interface Mistake {
  readonly name: string;
  readonly good: JsonObject;
  readonly files?: Readonly<Record<string, string>>;
  /** the spec with the mistake; the good one when the mistake is elsewhere */
  readonly bad?: JsonObject;
  readonly badFiles?: Readonly<Record<string, string>>;
  /** what the message says */
  readonly says: readonly (string | RegExp)[];
  /** the schema of the CRD does not let it in: nothing to see on a real API server */
  readonly refused?: boolean;
}

const cityFiles = { 'cities/a.yaml': 'city: lyon', 'cities/b.yaml': 'city: oslo' };
const hundred = shops([elements(100, (index) => ({ city: `c${index}`, size: { cpu: 1 } }))], {
  template: {
    ...(shops([]).template as JsonObject),
    metadata: { name: 'shop-{{.city}}', labels: { cpu: '{{.size.cpu}}' } },
  },
});

const MISTAKES: readonly Mistake[] = [
  {
    name: 'elementsYaml that is no YAML',
    good: shops([{ list: { elementsYaml: '[{city: lyon}, {city: oslo}]' } }]),
    bad: shops([{ list: { elementsYaml: '[{city: lyon}, {city: oslo' } }]),
    says: ['generators[0].list', 'elementsYaml', /line 1/],
  },
  {
    name: 'a file of the repository that is no YAML',
    good: shops([fromFiles]),
    files: cityFiles,
    badFiles: { ...cityFiles, 'cities/b.yaml': 'city: [oslo' },
    says: ['generators[0].git', 'cities/b.yaml', /line 1/],
  },
  {
    name: 'a set without generators',
    good: shops([list(...CITIES)]),
    bad: shops([]),
    says: ['spec.generators is empty'],
  },
  {
    name: 'an unknown field, elementz',
    good: shops([list(...CITIES)]),
    bad: shops([{ list: { elementz: [{ city: 'lyon' }] } }]),
    says: ['generators[0].list', 'elements'],
  },
  {
    name: 'a generator of the wrong type',
    good: shops([list(...CITIES)]),
    bad: shops([{ list: { elements: { city: 'lyon' } } }]),
    says: ['generators[0].list', 'elements must be a list'],
    refused: true,
  },
  {
    name: 'a template error in one element of a hundred',
    good: hundred,
    bad: {
      ...hundred,
      generators: [
        elements(100, (index) => ({ city: `c${index}`, ...(index === 42 ? {} : { size: { cpu: 1 } }) })),
      ],
    },
    says: ['generators[0].list', 'elements[42]', 'metadata.labels', /no entry for key "size"/],
  },
];

describe.each(MISTAKES.filter(({ refused }) => !isReal() || refused !== true))(
  '$name',
  ({ good, bad, files, badFiles, says }) => {
    test('is told once and changes nothing', async () => {
      const operator = new Operator();
      const commit = (content: Readonly<Record<string, string>> | undefined) => {
        operator.repositories = { [GIT]: { main: { files: content ?? {} } } };
      };
      commit(files);
      operator.apply(good);
      await operator.run();
      const before = snapshot(operator);
      expect(operator.names.length).toBeGreaterThan(1);

      commit(badFiles ?? files);
      operator.apply(bad ?? good);
      const result = await operator.run();
      expect(result.error).toBeUndefined();
      expect(onApplications(operator)).toEqual([]);
      expect(snapshot(operator)).toBe(before);
      const condition = operator.condition('ErrorOccurred') ?? '';
      expect(condition).toMatch(/^True /);
      for (const part of says) expect(condition).toMatch(part);

      commit(files);
      operator.apply(good);
      await operator.run();
      expect(onApplications(operator)).toEqual([]);
      expect(snapshot(operator)).toBe(before);
      expect(operator.condition('ErrorOccurred')).toMatch(/^False /);
    });
  },
);

/** Secrets and projects of the store as a watch cache shows them. */
function view(operator: Operator, type: (typeof RESOURCES)['secrets' | 'appProjects']): ObjectsView {
  const { store } = operator.client;
  return {
    synced: true,
    list: () => store.list(store.kind(type), { namespace: 'argocd' }).items as readonly KubeObject[],
  };
}

/** Runs of the set on facts as a cluster has them, and repositories read by git. */
function liveRuns(operator: Operator, home: string): () => ReturnType<Operator['run']> {
  const sources = createLiveSources({
    namespace: 'argocd',
    clock: operator.clock,
    clusterSecrets: view(operator, RESOURCES.secrets),
    projects: view(operator, RESOURCES.appProjects),
    git: new Git({ home, allowLocal: true, timeoutMs: 1_500 }),
  });
  const facts = async () => ({
    sources: sources.snapshot(),
    inClusterEnabled: true,
    descends: (_request: unknown, older: string, newer: string) => operator.descends(older, newer),
  });
  return () => operator.run({ facts });
}

describe('a repository on a server', () => {
  let folder: string;
  const servers: GitServer[] = [];
  const serve = async (options: Parameters<typeof gitServer>[1] = {}): Promise<string> => {
    const server = await gitServer(join(folder, 'served'), options);
    servers.push(server);
    return server.url;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'appset-bad-'));
    new TestRepository(join(folder, 'served', 'repo')).write({ 'apps/a/x': '', 'apps/b/x': '' }).commit();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  const byDirectory = (repoURL: string): JsonObject =>
    shops([{ git: { repoURL, revision: 'main', directories: [{ path: 'apps/*' }] } }], {
      template: { ...(shops([]).template as JsonObject), metadata: { name: 'shop-{{.path.basename}}' } },
      goTemplateOptions: [],
    });

  test.each<[string, (good: string) => Promise<string>, RegExp]>([
    [
      'that does not exist',
      async (good) => good.replace('/repo/', '/nothing/'),
      /there is no such repository/,
    ],
    [
      'that hangs',
      async () => `${await serve({ hangs: true })}/repo/.git`,
      /git did not answer within 1\.5 s/,
    ],
    ['that nobody answers for', async () => 'http://127.0.0.1:1/repo/.git', /could not be reached/],
    [
      'that asks for credentials',
      async () => `${await serve({ basic: 'a:b' })}/repo/.git`,
      /credentials are needed/,
    ],
  ])('%s is told once and changes nothing', async (_name, broken, says) => {
    const operator = new Operator();
    const run = liveRuns(operator, join(folder, 'home'));
    const good = `${await serve()}/repo/.git`;
    operator.apply(byDirectory(good));
    await run();
    expect(operator.names).toEqual(['shop-a', 'shop-b']);
    const before = snapshot(operator);

    const url = await broken(good);
    operator.apply(byDirectory(url));
    expect(await run()).toMatchObject({ error: undefined });
    expect(onApplications(operator)).toEqual([]);
    expect(snapshot(operator)).toBe(before);
    const condition = operator.condition('ErrorOccurred') ?? '';
    expect(condition).toMatch(says);
    for (const part of ['True ApplicationGenerationFromParamsError', url, 'generators[0].git']) {
      expect(condition).toContain(part);
    }
    expect(operator.condition('ApplicationsKept')).toContain('2 not deleted: shop-a, shop-b');

    operator.apply(byDirectory(good));
    await run();
    expect(operator.condition('ErrorOccurred')).toMatch(/^False /);
    expect(snapshot(operator)).toBe(before);
  });
});

test('a cluster Secret with broken JSON is told once, and its Applications stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'appset-bad-'));
  const operator = new Operator();
  const run = liveRuns(operator, folder);
  for (const name of ['eu', 'us']) operator.clusterSecret(name, `https://${name}.example.com`);
  const template = {
    metadata: { name: 'shop-{{.name}}' },
    spec: {
      project: 'default',
      source: { repoURL: GIT, path: 'deploy' },
      destination: { server: '{{.server}}', namespace: 'shop' },
    },
  };
  operator.apply(shops([{ clusters: { selector: {} } }], { template, goTemplateOptions: [] }));
  await run();
  expect(operator.names).toEqual(['shop-eu', 'shop-in-cluster', 'shop-us']);
  const before = snapshot(operator);

  const { store } = operator.client;
  const config = Buffer.from('{"bearerToken": "planted-token').toString('base64');
  const how = { type: 'merge', dryRun: false, fieldManager: 'somebody', force: false } as const;
  store.patch(store.kind(RESOURCES.secrets), 'argocd', 'eu', { data: { config } }, how);
  expect(await run()).toMatchObject({ error: undefined });
  expect(onApplications(operator)).toEqual([]);
  expect(snapshot(operator)).toBe(before);
  const condition = operator.condition('ErrorOccurred') ?? '';
  expect(condition).toContain('https://eu.example.com');
  expect(condition).toContain(
    'data.config is not valid JSON (generators[0].clusters, element Secret argocd/eu, spec.template)',
  );
  expect(JSON.stringify(operator.set())).not.toContain('planted-token');
  rmSync(folder, { recursive: true, force: true });
});
