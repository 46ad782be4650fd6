/** A start on a cluster that lacks something: it is said by name, in log and readiness, and waited for. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import { argoCrds, type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.ts';
import { startAppset } from '../../harness/cli.ts';
import { until } from '../../harness/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-start-'));
let sandbox: Sandbox;
let operator: ChildProcess;
let log = '';

afterEach(async () => {
  const ended = new Promise((resolve) => operator.once('close', resolve));
  operator.kill('SIGKILL');
  await ended;
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the operator on a sandbox; the URL of its readiness. */
async function start(options: SandboxOptions, before: () => void): Promise<string> {
  sandbox = await startSandbox(options);
  before();
  const kubeconfig = join(mkdtempSync(`${folder}-`), 'kubeconfig');
  sandbox.writeKubeconfig(kubeconfig);
  log = '';
  operator = startAppset([
    'run',
    ...['--kubeconfig', kubeconfig, '-n', 'argocd', '--probe-addr', '127.0.0.1:0'],
    ...['--metrics-addr', '0', '--webhook-addr', '0'],
  ]);
  operator.stdout?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  const url = () => /"listener":"probes","url":"([^"]+)"/.exec(log)?.[1];
  return `${await until('the probe listener', url, { last: () => log })}/readyz`;
}

it('a missing CustomResourceDefinition is named, and used when it comes', async () => {
  const crds = argoCrds();
  const isSets = ({ metadata }: (typeof crds)[number]) => metadata.name.startsWith('applicationsets.');
  const readyz = await start({ crds: crds.filter((crd) => !isSets(crd)) }, () => {});
  const words =
    'the cluster does not serve applicationsets.argoproj.io (argoproj.io/v1alpha1): is its CustomResourceDefinition installed?';
  await until('the log to name it', () => log.includes(words), { last: () => log });
  const answer = await fetch(readyz);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain(`[-]cache-sets failed: ${words}`);
  for (const crd of crds.filter(isSets))
    await sandbox.client.create(RESOURCES.customResourceDefinitions, crd);
  await until('the operator to be ready', () => log.includes('"msg":"ready"'), { last: () => log });
  await until('readiness', async () => (await fetch(readyz)).status === 200);
  expect(operator.exitCode).toBeNull();
});

it('a missing permission is named by verb, resource and namespace, and used when it comes', async () => {
  const readyz = await start({}, () =>
    sandbox.faults.add({ verb: 'list', kind: 'Secret', effect: { type: 'refuse', code: 403 } }),
  );
  const words = 'not allowed to list and watch secrets in namespace argocd';
  await until('the log to name it', () => log.includes(words), { last: () => log });
  const answer = await fetch(readyz);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain(`[-]cache-clusterSecrets failed: ${words}`);
  sandbox.faults.clear();
  await until('the operator to be ready', () => log.includes('"msg":"ready"'), { last: () => log });
  expect(operator.exitCode).toBeNull();
});

it.each([
  [403, 'not allowed to get configmaps in namespace argocd, and so to read argocd-cmd-params-cm'],
  [500, 'ConfigMap argocd/argocd-cmd-params-cm could not be read'],
])(
  'settings of Argo CD that cannot be read (%s) are no empty ones: they are waited for',
  async (code, words) => {
    const readyz = await start({}, () => {
      sandbox.client.store.seed({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd' },
        data: { 'applicationsetcontroller.policy': 'create-only' },
      });
      sandbox.faults.add({ verb: 'get', kind: 'ConfigMap', effect: { type: 'refuse', code } });
    });
    await until('the log to name it', () => log.includes(words), { last: () => log });
    const answer = await fetch(readyz);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain(`[-]settings failed: ${words}`);
    expect((await fetch(readyz.replace('readyz', 'healthz'))).status).toBe(200);
    expect(log).not.toContain('"msg":"ready"');
    sandbox.faults.clear();
    await until('the operator to be ready', () => log.includes('"msg":"ready"'), { last: () => log });
    expect(log).toContain('"flag":"policy","value":"create-only","from":"argocd-cmd-params-cm"');
    expect(operator.exitCode).toBeNull();
  },
);

it('a Lease that may not be read is named in readiness', async () => {
  const refusal = 'leases.coordination.k8s.io "appset-operator" is forbidden';
  const readyz = await start({}, () =>
    sandbox.faults.add({
      verb: 'get',
      kind: 'Lease',
      effect: { type: 'refuse', code: 403, reason: 'Forbidden', message: refusal },
    }),
  );
  await until('readiness to name it', async () => {
    const text = await (await fetch(readyz)).text();
    return text.includes(`[-]lease failed: nobody is known to lead: `) && text.includes(refusal);
  });
  sandbox.faults.clear();
  await until('readiness', async () => (await fetch(readyz)).status === 200);
});
