/**
 * The operator as in a Pod: it finds the API server and the token of its ServiceAccount where the kubelet
 * puts them, in a mount namespace of its own. The token is replaced, and the old one ends.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiError, RESOURCES, type ResourceType } from '../../src/api/client.ts';
import { connectTo, type RealBackend, startRealBackend } from '../harness/backend.ts';
import { startOperatorProcess, stopAll } from '../harness/operator-process.ts';
import { apply, list, setOf, untilNames } from '../harness/sets.ts';
import { until } from '../harness/until.ts';
import { ensureTool } from '../tools/tools.ts';

const ACCOUNT = 'appset-operator';
const NODE = resolve(import.meta.dirname, '../../node_modules/.bin/node');
const SERVICE_ACCOUNTS: ResourceType = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};
const BINDINGS: ResourceType = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
};
/** What the kubelet would mount; the rest of /var/run is not there. */
const MOUNT = [
  'mount -t tmpfs tmpfs "$(readlink -f /var/run)"',
  'mkdir -p /var/run/secrets/kubernetes.io',
  'ln -s "$ACCOUNT" /var/run/secrets/kubernetes.io/serviceaccount',
  'exec "$@"',
].join(' && ');

let backend: RealBackend;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'appset-account-'));
  backend = await startRealBackend();
  const metadata = { name: ACCOUNT, namespace: 'argocd' };
  await backend.client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await backend.client.create(BINDINGS, {
    apiVersion: BINDINGS.apiVersion,
    kind: BINDINGS.kind,
    metadata: { name: ACCOUNT },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
  });
  writeFileSync(join(folder, 'namespace'), 'argocd');
  writeFileSync(join(folder, 'ca.crt'), backend.cluster.ca);
});
afterAll(async () => {
  await stopAll();
  await backend?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A token that ends when the Secret of that name goes, in the operator's hands. */
async function issueToken(secret: string): Promise<string> {
  const metadata = { name: secret, namespace: 'argocd' };
  await backend.client.create(RESOURCES.secrets, { apiVersion: 'v1', kind: 'Secret', metadata });
  const { stdout } = await promisify(execFile)(
    await ensureTool('kubectl'),
    [
      'create',
      'token',
      ACCOUNT,
      '-n',
      'argocd',
      '--bound-object-kind=Secret',
      `--bound-object-name=${secret}`,
    ],
    { env: { KUBECONFIG: backend.kubeconfig, HOME: folder } },
  );
  writeFileSync(join(folder, 'next'), stdout.trim());
  renameSync(join(folder, 'next'), join(folder, 'token'));
  return stdout.trim();
}

async function isRefused(token: string): Promise<boolean> {
  const { client, close } = await connectTo(backend.cluster.kubeconfigFor(token, 'former'));
  try {
    await client.list(RESOURCES.applicationSets, { namespace: 'argocd' });
    return false;
  } catch (error) {
    if (error instanceof ApiError && error.code === 401) return true;
    throw error;
  } finally {
    await close();
  }
}

test('the token is replaced and the old one ends: the operator goes on with the new one', async () => {
  const former = await issueToken('first');
  const { hostname, port } = new URL(backend.cluster.url);
  const operator = startOperatorProcess(undefined, ['--cluster-settle', '0s'], {
    command: 'unshare',
    args: [
      ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
      '--mount',
      'sh',
      '-c',
      MOUNT,
      'sh',
      NODE,
    ],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      ACCOUNT: folder,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    },
  });
  await operator.said('leading');
  await apply(backend.client, setOf('shops', [list('porto', 'lyon')]));
  await untilNames(backend.client, ['shops-lyon', 'shops-porto'], 60_000);

  await issueToken('second');
  await backend.client.delete(RESOURCES.secrets, 'argocd', 'first');
  await until('the old token to end', () => isRefused(former), { timeoutMs: 60_000 });
  await apply(backend.client, setOf('shops', [list('porto', 'lyon', 'oslo')]));
  await untilNames(backend.client, ['shops-lyon', 'shops-oslo', 'shops-porto'], 60_000);
  expect(operator.lines.filter(({ msg }) => msg === 'leading')).toHaveLength(1);
  expect((await operator.stop()).code).toBe(0);
});
