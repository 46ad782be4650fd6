/**
 * A set whose generators may not ask whom they name: its conditions say so in the reference's words, more
 * exactly than that the generator does not exist, nothing is deleted, and of Secrets no more than the
 * labels are asked for.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { type ObjectClient, RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../../src/api/objects.ts';
import type { ScmRestrictions } from '../../../src/generators/contract.ts';
import { UNRESTRICTED } from '../../../src/generators/index.ts';
import { createLiveSources } from '../../../src/sources/live/index.ts';
import { list, Operator, shops } from './operator.ts';

const provider = (more: JsonObject = {}): JsonObject => ({
  scmProvider: { github: { organization: 'acme', api: 'https://ghe.example.com/', ...more } },
});
const withToken = provider({ tokenRef: { secretName: 'forge', key: 'token' } });
const TYPE = 'argocd.argoproj.io/secret-type';

/** Applications of two cities are there, and the generators become others under the restrictions. */
async function changed(
  generators: readonly JsonObject[],
  scm: Partial<ScmRestrictions>,
  compat = false,
): Promise<{ operator: Operator; run: () => Promise<string> }> {
  const operator = new Operator({ compat });
  operator.apply(shops([list('lyon', 'oslo')]));
  await operator.run();
  expect(operator.names).toEqual(['shop-lyon', 'shop-oslo']);
  operator.settings = { ...operator.settings, scm: { ...UNRESTRICTED, ...scm } };
  operator.apply(shops(generators));
  const view = { synced: true, list: () => [] };
  const sources = createLiveSources({
    namespace: 'argocd',
    clock: operator.clock,
    clusterSecrets: view,
    projects: view,
    git: undefined as never,
    client: operator.client,
  });
  const facts = async () => ({
    sources: { ...operator.sources(), secretLabels: sources.snapshot().secretLabels },
    inClusterEnabled: true,
    descends: (_request: unknown, older: string, newer: string) => operator.descends(older, newer),
  });
  const run = async () => {
    await operator.run({ facts });
    expect(operator.names).toEqual(['shop-lyon', 'shop-oslo']);
    return operator.condition('ErrorOccurred') ?? '';
  };
  return { operator, run };
}

describe.each([false, true])('compat mode: %s', (compat) => {
  test.each<[string, readonly JsonObject[], Partial<ScmRestrictions>, string]>([
    ['switched off', [provider()], { enabled: false }, 'scm providers are disabled'],
    [
      'not on the list',
      [list('lyon'), provider()],
      { allowed: ['https://ghe.example.com'] },
      'scm provider "https://ghe.example.com/" not allowed, must use one of the following: https://ghe.example.com',
    ],
    [
      'not on the list, in a matrix',
      [{ matrix: { generators: [list('lyon', 'oslo'), provider({ api: 'https://{{.city}}/' })] } }],
      { allowed: ['https://porto/'] },
      'scm provider "https://lyon/" not allowed, must use one of the following: https://porto/',
    ],
    ['no list, sets in several namespaces', [provider()], { listNeeded: true }, 'several namespaces'],
    [
      'a Secret that is not there',
      [withToken],
      { strictTokens: true },
      'error fetching secret argocd/forge: secrets "forge" not found',
    ],
    ['allowed', [provider()], { allowed: ['https://ghe.example.com/'] }, 'is not supported yet'],
  ])('%s', async (_, generators, scm, says) => {
    const { run } = await changed(generators, scm, compat);
    const condition = await run();
    expect(condition).toMatch(/^True ApplicationGenerationFromParamsError /);
    expect(condition).toContain(says);
  });
});

describe('a Secret with a token, in strict mode', () => {
  const forge = (labels: JsonObject): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'forge', namespace: 'argocd', labels },
    data: { token: Buffer.from('planted-token').toString('base64') },
  });
  let scene: Awaited<ReturnType<typeof changed>>;
  beforeEach(async () => {
    scene = await changed([withToken], { strictTokens: true });
  });

  test('is refused until it has the label', async () => {
    const { operator, run } = scene;
    operator.seed(forge({}));
    expect(await run()).toContain(
      'secret argocd/forge is not a valid SCM creds secret: secret must have label "argocd.argoproj.io/secret-type"="scm-creds"',
    );
    const patch = { metadata: { labels: { [TYPE]: 'scm-creds' } } };
    await operator.client.patch(RESOURCES.secrets, 'argocd', 'forge', patch, { type: 'merge' });
    expect(await run()).toContain('the generator scmProvider at generators[0].scmProvider is not supported');
  });

  test('is not asked for what it holds', async () => {
    const { operator, run } = scene;
    operator.seed(forge({}));
    const got: KubeObject[] = [];
    const client = operator.client as ObjectClient;
    const { get } = client;
    client.get = async (...args) => {
      const object = await get.apply(client, args);
      if (args[0].kind === 'Secret') got.push(object);
      return object;
    };
    await run();
    expect(got.map(({ kind }) => kind)).toEqual(['PartialObjectMetadata']);
    expect(JSON.stringify(got)).not.toContain(Buffer.from('planted-token').toString('base64'));
  });

  test('that may not be read is told as that', async () => {
    const { operator, run } = scene;
    operator.client.faults.add({
      verb: 'get',
      kind: 'Secret',
      effect: { type: 'refuse', code: 403, reason: 'Forbidden', message: 'secrets "forge" is forbidden' },
    });
    expect(await run()).toContain(
      'the labels of Secret argocd/forge could not be read: secrets "forge" is forbidden',
    );
  });
});
