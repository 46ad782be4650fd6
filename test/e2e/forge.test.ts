/**
 * From a push on a real forge to an Application on a real API server: Gitea's own webhook call, signed
 * by it, the private repository read with a Secret's password, partial clone over its HTTP.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RESOURCES } from '../../src/api/client.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { type RealBackend, startRealBackend } from '../harness/backend.ts';
import { type OperatorProcess, startOperatorProcess, stopAll } from '../harness/operator-process.ts';
import { apply, setOf, untilNames } from '../harness/sets.ts';
import { until } from '../harness/until.ts';
import { type Folder, TestRepository, temporaryFolder } from '../unit/git/fixture.ts';
import { type Forge, startForge } from './forge.ts';

const SECRET = 'hook-secret';
let backend: RealBackend;
let forge: Forge;
let folder: Folder;
let operator: OperatorProcess;
let hooks: string;
let metrics: string;
beforeAll(async () => {
  folder = temporaryFolder();
  backend = await startRealBackend();
  forge = await startForge();
  await secret('argocd-secret', { 'webhook.gitea.secret': SECRET, 'server.secretkey': 'unused' });
  operator = startOperatorProcess(backend.kubeconfig, [
    '--webhook-addr=127.0.0.1:0',
    '--metrics-addr=127.0.0.1:0',
    '--requeue-after=1h',
  ]);
  await operator.said('leading');
  const urlOf = async (listener: string) => {
    const line = await until(`${listener} to listen`, () =>
      operator.lines.find((one) => one.msg === 'listening' && one['listener'] === listener),
    );
    return String(line['url']);
  };
  hooks = `${await urlOf('webhooks')}/api/webhook`;
  metrics = await urlOf('metrics');
});
afterAll(async () => {
  await stopAll();
  await forge?.stop();
  await backend?.stop();
  folder?.remove();
});

const secret = (
  name: string,
  data: Readonly<Record<string, string>>,
  labels: KubeObject['metadata']['labels'] = {},
) =>
  backend.client.create(RESOURCES.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'argocd', labels: { 'app.kubernetes.io/part-of': 'argocd', ...labels } },
    data: Object.fromEntries(Object.entries(data).map(([k, v]) => [k, Buffer.from(v).toString('base64')])),
  });

interface Told {
  readonly provider: string;
  readonly verdict: string;
  readonly reached?: readonly { readonly set: string; readonly why: string }[];
  readonly passed?: readonly { readonly set: string }[];
}
const deliveries = async (): Promise<readonly Told[]> => {
  const answer = await fetch(`${metrics}/webhooks/deliveries`);
  return ((await answer.json()) as { readonly deliveries: readonly Told[] }).deliveries;
};

test('a push becomes an Application by the forge’s own call', async () => {
  const { name: user, password } = forge.user;
  const url = await forge.createRepository('shop');
  const labels = { 'argocd.argoproj.io/secret-type': 'repository' };
  await secret('repo-shop', { url, username: user, password }, labels);
  const repository = new TestRepository(join(folder.path, 'shop'));
  const push = () =>
    repository.git('push', '--quiet', url.replace('http://', `http://${user}:${password}@`), 'main');
  repository.write({ 'apps/web/x.yaml': 'a: 1\n', 'docs/readme': 'x' }).commit();
  push();
  await forge.createHook('shop', hooks, SECRET);

  const git = { repoURL: url, revision: 'main', directories: [{ path: 'apps/*' }] };
  const template = {
    metadata: { name: 'shop-{{.path.basename}}' },
    spec: {
      project: 'default',
      source: { repoURL: url, path: '{{.path.path}}', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
    },
  };
  await apply(backend.client, setOf('shop', [{ git }], { spec: { template } }));
  await untilNames(backend.client, ['shop-web']);

  repository.write({ 'apps/cart/x.yaml': 'b: 1\n' }).commit();
  push();
  await untilNames(backend.client, ['shop-cart', 'shop-web'], 20_000);
  // the forge may tell of the first push too, which it works off after the hook was made
  const reaching = await until('the call to be told of', async () =>
    (await deliveries()).find(({ reached = [] }) => reached.some(({ why }) => why.includes('apps/cart'))),
  );
  expect(reaching).toMatchObject({ provider: 'gitea', verdict: 'queued', reached: [{ set: 'argocd/shop' }] });

  repository.write({ 'docs/readme': 'y' }).commit();
  push();
  const passing = await until('the call that reaches nobody', async () =>
    (await deliveries()).find(({ passed = [] }) => passed.length > 0),
  );
  expect(passing).toMatchObject({ reached: [], passed: [{ set: 'argocd/shop' }] });
});
