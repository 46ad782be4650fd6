/**
 * The real kubectl on a real API server: `kubectl appset` by its name, the columns of `kubectl get`, and
 * the dump docs/install.md makes for `appset migrate check`.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RESOURCES } from '../../src/api/client.ts';
import type { KubeObject } from '../../src/api/objects.ts';
import { type Backend, startRealBackend } from '../harness/backend.ts';
import { APPSET, fencedBlocks, NODE, ROOT } from '../harness/cli.ts';
import { list, SETS, setOf } from '../harness/sets.ts';
import { ensureTool } from '../tools/tools.ts';

let backend: Backend;
let folder: string;
let path: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'appset-plugin-'));
  const kubectl = await ensureTool('kubectl');
  symlinkSync(APPSET, join(folder, 'kubectl-appset'));
  path = [folder, dirname(kubectl), dirname(NODE), process.env['PATH'] ?? ''].join(delimiter);
  backend = await startRealBackend();
  const { client } = backend;
  await client.create(SETS, setOf('web', [list('oslo', 'rome')]));
  const message = '6 deletions held. DeletionBudget: too many. Plan x.';
  const status = {
    resourcesCount: 7,
    health: { status: 'Healthy' },
    conditions: [
      { type: 'DeletionsHeld', status: 'True', reason: 'DeletionBudget', message },
      { type: 'ResourcesUpToDate', status: 'False', reason: 'ApplicationSetModified', message },
    ].map((condition) => ({ ...condition, lastTransitionTime: '2026-01-02T03:04:05Z' })),
  };
  await client.patch(SETS, 'argocd', 'web', { status }, { type: 'merge', subresource: 'status' });
  await client.create(SETS, setOf('new', [list('oslo')]));
});
afterAll(async () => {
  await backend?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function shell(line: string): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: path, HOME: folder, KUBECONFIG: backend.kubeconfig };
  return new Promise((resolve) => {
    execFile('bash', ['-c', line], { env, cwd: folder, timeout: 120_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
    });
  });
}

test('kubectl finds the plugin by its name and hands it what follows', async () => {
  const listed = await shell('kubectl plugin list');
  expect(listed.out).toContain(join(folder, 'kubectl-appset'));
  const got = await shell('kubectl appset get -n argocd');
  expect(got).toMatchObject({ code: 0, err: '' });
  expect(got.out).toMatch(/^NAME +APPLICATIONS/);
  expect(got.out).toMatch(/^web +7 +Healthy +False +6 deletions/m);
  expect((await shell('kubectl appset nope')).code).toBe(2);
});

test('kubectl get shows at a glance how many, how healthy, what is held, how old', async () => {
  const { out, code } = await shell('kubectl get appsets -n argocd');
  expect(code).toBe(0);
  const [header = '', fresh = '', web = ''] = out.split('\n');
  expect(header).toMatch(/^NAME +APPLICATIONS +HEALTH +HELD +UP TO DATE +AGE$/);
  expect(fresh).toMatch(/^new +\d+s$/);
  expect(web).toMatch(/^web +7 +Healthy +DeletionBudget +False +\d+s$/);
});

test('the dump of docs/install.md is all that the check of a migration needs', async () => {
  const { client } = backend;
  const spec = { replicas: 0, selector: { matchLabels: { app: 'x' } } };
  const container = {
    name: 'x',
    image: 'argocd',
    args: ['argocd-applicationset-controller', '--policy=create-only'],
  };
  await client.create(RESOURCES.deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'argocd-applicationset-controller',
      namespace: 'argocd',
      labels: { 'app.kubernetes.io/name': 'argocd-applicationset-controller' },
    },
    spec: { ...spec, template: { metadata: { labels: { app: 'x' } }, spec: { containers: [container] } } },
  } as unknown as KubeObject);
  const page = readFileSync(join(ROOT, 'docs/install.md'), 'utf8');
  const block = ['sh', 'bash']
    .flatMap((language) => fencedBlocks(page, language))
    .find((text) => text.includes('--cluster-dump dump.yaml'));
  expect(block).toBeDefined();
  const { out, err, code } = await shell(
    `${(block ?? 'false').replace('npx appset', `'${NODE}' '${APPSET}'`)} -o json`.replace(
      '\n -o json',
      ' -o json',
    ),
  );
  expect([code, err]).toEqual([3, '']);
  const live = await shell('kubectl appset migrate check -o json');
  const told = JSON.parse(out) as { sets: { set: string; verdict: string }[]; settings: object[] };
  expect(told.sets.map(({ set, verdict }) => `${set} ${verdict}`)).toEqual([
    'argocd/new changes',
    'argocd/web changes',
  ]);
  expect(told.settings).toEqual([
    expect.objectContaining({ name: '--policy', value: 'create-only', fate: 'unseen' }),
  ]);
  expect({ ...JSON.parse(live.out), from: '' }).toEqual({ ...told, from: '' });
});
