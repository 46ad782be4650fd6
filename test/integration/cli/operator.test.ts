/** `appset run --sandbox` and `appset get` against it: the operator as somebody tries it out. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpObjectClient, loadConnection, Transport } from '../../../src/kube/index.ts';
import { appset, startAppset } from '../../harness/cli.ts';
import { list, SETS, setOf } from '../../harness/sets.ts';
import { until } from '../../harness/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-cli-'));
const kubeconfig = join(folder, 'kubeconfig');
/** no fixed ports: other tests run beside */
const QUIET = ['--metrics-addr', '0', '--probe-addr', '0', '--webhook-addr', '0'];
let operator: ChildProcess;
let log = '';

beforeAll(async () => {
  operator = startAppset(['run', '--sandbox', '--sandbox-kubeconfig', kubeconfig, ...QUIET]);
  operator.stdout?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  await until('the operator to be ready', () => log.includes('"msg":"ready"'), { last: () => log });
  const transport = new Transport(await loadConnection({ kubeconfig }));
  const client = new HttpObjectClient(transport);
  await client.create(SETS, setOf('web', [list('oslo', 'rome')]));
  await client.create(SETS, setOf('broken', [list('oslo')], { template: { name: 'x-{{.town}}' } }));
  await until('both sets to be worked on', async () => {
    const sets = await Promise.all(['web', 'broken'].map((name) => client.get(SETS, 'argocd', name)));
    return sets.every(({ status }) => JSON.stringify(status ?? {}).includes('ErrorOccurred'));
  });
  await transport.close();
});

afterAll(() => {
  if (operator.exitCode === null) operator.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const get = (...args: string[]) => appset(['get', '--kubeconfig', kubeconfig, ...args]);

describe('get', () => {
  it('shows sets, their Applications and their trouble', async () => {
    const { stdout, stderr, code } = await get();
    expect([code, stderr]).toEqual([0, '']);
    const [header = '', broken = '', web = ''] = stdout.split('\n');
    expect(header).toMatch(/^NAME +APPLICATIONS +HEALTH +UP-TO-DATE +HELD +CHANGED +AGE +PROBLEM$/);
    expect(broken).toMatch(/^broken +- .* RenderTemplateParamsError: .* map has no entry for key "town"/);
    expect(web).toMatch(/^web +2 /);
  });

  it('prints names and objects for programs', async () => {
    const [names, json] = await Promise.all([get('-A', '-o', 'name'), get('web', '-o', 'json')]);
    expect(names.stdout).toBe('argocd/broken\nargocd/web\n');
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'List', items: [{ metadata: { name: 'web' } }] });
  });

  it('says which set is not there, and shows the others', async () => {
    const { stdout, stderr, code } = await get('web', 'nope', '-o', 'name');
    expect([stdout, stderr, code]).toEqual(['argocd/web\n', 'There is no ApplicationSet argocd/nope.\n', 1]);
  });

  it('a server that does not answer ends with 5, and is no defect of ours', async () => {
    const dead = join(folder, 'dead');
    writeFileSync(
      dead,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'a', cluster: { server: 'http://127.0.0.1:9' } }],
        contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
        users: [{ name: 'a', user: {} }],
        'current-context': 'a',
      }),
    );
    const { stdout, stderr, code } = await appset(['get', '--kubeconfig', dead]);
    expect(stderr).toMatch(/^Error APPSET_E0601: http:\/\/127\.0\.0\.1:9: the connection failed/);
    expect([stdout, code]).toEqual(['', 5]);
  });
});

it('the operator stops when told, with 0', async () => {
  operator.kill('SIGTERM');
  const [code] = (await once(operator, 'close')) as [number | null];
  expect(code).toBe(0);
  expect(log.trimEnd().split('\n').at(-1)).toContain('"msg":"stopped"');
});
