/** What a person does about a set that holds deletions, and live facts for render: on a running operator. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { HttpObjectClient, loadConnection, Transport } from '../../../src/kube/index.ts';
import { appset, startAppset } from '../../harness/cli.ts';
import { list, SETS, setOf } from '../../harness/sets.ts';
import { until } from '../../harness/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-cli-holding-'));
const kubeconfig = join(folder, 'kubeconfig');
const QUIET = ['--metrics-addr', '0', '--probe-addr', '0', '--webhook-addr', '0'];
const TOWNS = ['bergen', 'lyon', 'oslo', 'porto', 'rome', 'turin', 'vaduz', 'vienna'];
let operator: ChildProcess;
let log = '';
let transport: Transport;
let client: HttpObjectClient;

const on = (...args: string[]) => appset([...args, '--kubeconfig', kubeconfig]);
const names = async () =>
  (await client.list(RESOURCES.applications, { namespace: 'argocd' })).items.map(
    ({ metadata }) => metadata.name,
  );

/** The message of the condition, once the set holds something. */
async function held(): Promise<string> {
  let message = '';
  await until('the set to hold deletions', async () => {
    const { status } = await client.get(SETS, 'argocd', 'towns');
    const conditions = (status?.conditions ?? []) as readonly { type: string; message: string }[];
    message = conditions.find(({ type }) => type === 'DeletionsHeld')?.message ?? '';
    return message.includes('Plan ');
  });
  return message;
}

beforeAll(async () => {
  operator = startAppset([
    'run',
    '--sandbox',
    '--sandbox-kubeconfig',
    kubeconfig,
    '--cluster-settle',
    '0s',
    ...QUIET,
  ]);
  operator.stdout?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  await until('the operator to lead', () => log.includes('"msg":"leading"'), { last: () => log });
  transport = new Transport(await loadConnection({ kubeconfig }));
  client = new HttpObjectClient(transport);
  await client.create(SETS, setOf('towns', [list(...TOWNS)]));
  await until('eight Applications', async () => (await names()).length === 8);
  const { spec } = setOf('towns', [list('bergen')]);
  await client.patch(
    SETS,
    'argocd',
    'towns',
    { spec: { generators: spec?.generators } as JsonObject },
    { type: 'merge' },
  );
});

afterAll(async () => {
  await transport.close();
  if (operator.exitCode === null) operator.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('a set that holds deletions', () => {
  it('says so to whoever looks, with the way out', async () => {
    const message = await held();
    expect(message).toMatch(/^7 deletions held\. DeletionBudget/);
    const got = await on('get');
    expect(got.stdout).toMatch(/^towns +8 .*7 deletions/m);
    const planned = await on('plan', 'towns');
    expect(planned.code).toBe(4);
    expect(planned.stdout).toMatch(
      /Held: 7 deletions\. +Look: appset explain towns -n argocd \S+ +Release: appset approve towns -n argocd --plan [0-9a-f]{7}/,
    );
    const told = await on('explain', 'towns', (await names()).at(-1) ?? '');
    expect(told.stdout).toMatch(/held: DeletionBudget: 7 deletions are more than the 5 allowed/);
    expect(told.stdout).toMatch(/^ {2}because: an edit .*\n {4}listElement +[0-9a-f]+$/m);
    expect(told.stdout).toMatch(
      /^ {2}ways out: appset approve towns -n argocd --plan [0-9a-f]{7}; or annotation appset-operator\.io\/max-deletions/m,
    );
    expect((await on('explain', 'argocd/towns')).stdout).toMatch(/^towns {2}8 Applications/);
    expect((await on('get', 'argocd/towns', '-o', 'name')).stdout).toBe('argocd/towns\n');
  });

  it('refuses a digest that is not its own, and too few digits', async () => {
    await held();
    const wrong = await on('approve', 'towns', '--plan', '0123456');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('not 0123456: look again')]);
    const short = await on('approve', 'towns', '--plan', 'abc');
    expect([short.code, short.stderr]).toEqual([2, expect.stringContaining('at least 7 digits')]);
    expect((await names()).length).toBe(8);
  });

  it('pauses and resumes', async () => {
    expect((await on('pause', 'towns')).stdout).toBe('argocd/towns: deletions are paused\n');
    const { metadata } = await client.get(SETS, 'argocd', 'towns');
    expect(metadata.annotations).toMatchObject({ 'appset-operator.io/paused': 'deletions' });
    expect((await on('plan', 'towns')).stdout).toMatch(/^Ways out: appset resume towns -n argocd$/m);
    expect((await on('resume', 'argocd/towns')).stdout).toBe('argocd/towns: resumed\n');
    expect((await client.get(SETS, 'argocd', 'towns')).metadata.annotations).not.toHaveProperty([
      'appset-operator.io/paused',
    ]);
  });

  it('lets go what a person approves, and only that', async () => {
    const digest = /Plan ([0-9a-f]{64})/.exec(await held())?.[1] ?? '';
    const approved = await on('approve', 'argocd/towns', '--plan', digest.slice(0, 7));
    expect([approved.code, approved.stdout]).toEqual([
      0,
      `argocd/towns: plan ${digest.slice(0, 12)} approved\n`,
    ]);
    await until('one Application to be left', async () => (await names()).length === 1);
    // who it was is in the audit trail, with the line of each deletion
    const lines = log
      .split('\n')
      .filter((line) => line.includes('"audit"'))
      .map((line) => JSON.parse(line) as { audit: string; by?: string });
    const by = 'appset-approve by sandbox-admin';
    expect(lines).toContainEqual(expect.objectContaining({ audit: 'approval', by, digest, count: 7 }));
    expect(lines.filter((line) => line.audit === 'deletion' && line.by === by)).toHaveLength(7);
  });
});

describe('one cause in several sets', () => {
  const condition = (digest: string, cause: string, more = '') => ({
    type: 'DeletionsHeld',
    status: 'True',
    reason: 'TotalBudget',
    lastTransitionTime: '2030-01-01T00:00:00Z',
    message: `1 deletion held. TotalBudget since 2030-01-01T00:00:00Z (a): 84 deletions over all sets are more than the 50 allowed of 100; 84 of them because of ${cause}${more}. Plan ${digest.repeat(64)}.${more === '' ? ` Cause ${cause}.` : ''} Ways out: none.`,
  });
  const told = async (name: string, cause: string, digest: string, more = '') => {
    // kept in a namespace the operator does not look at, so that nobody takes them up
    await client.create(SETS, { ...setOf(name, [list()]), metadata: { name, namespace: 'elsewhere' } });
    const status = { conditions: [condition(digest, cause, more)] };
    await client.patch(SETS, 'elsewhere', name, { status }, { type: 'merge', subresource: 'status' });
  };
  const approvedOf = async (name: string) =>
    (await client.get(SETS, 'elsewhere', name)).metadata.annotations?.['appset-operator.io/approved-plan'];

  it('is approved as one: not another that begins alike, and nothing that has other causes too', async () => {
    await client.create(RESOURCES.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'elsewhere' },
    });
    await told('one', 'Secret/argocd/eu-7', 'a');
    await told('two', 'Secret/argocd/eu-7', 'b');
    await told('longer', 'Secret/argocd/eu-70', 'c');
    await told('mixed', 'Secret/argocd/eu-7', 'd', '. EmptyResult since 2030-01-01T00:00:00Z (b): empty');
    const got = await on('get', '-n', 'elsewhere');
    expect(got.stderr).toContain(
      '2 sets hold deletions because of Secret/argocd/eu-7. Release: appset approve --cause Secret/argocd/eu-7\n',
    );
    const approved = await on('approve', '--cause', 'Secret/argocd/eu-7');
    expect(approved.stdout).toBe(
      `elsewhere/one: plan ${'a'.repeat(12)} approved\nelsewhere/two: plan ${'b'.repeat(12)} approved\n`,
    );
    expect(approved.stderr).toContain(
      'Not approved: elsewhere/mixed holds more than Secret/argocd/eu-7 explains',
    );
    expect(approved.code).toBe(4);
    expect(await Promise.all(['one', 'two', 'longer', 'mixed'].map(approvedOf))).toEqual([
      'a'.repeat(64),
      'b'.repeat(64),
      undefined,
      undefined,
    ]);
    const nobody = await on('approve', '--cause', 'Secret/argocd/eu');
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('no set holds anything')]);
  });
});

describe('migrate accept', () => {
  it('takes sets by name or all of them, and refuses those that do not wait', async () => {
    const bare = await on('migrate', 'accept');
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('name sets, or say --all')]);
    const not = await on('migrate', 'accept', 'towns');
    expect([not.code, not.stderr]).toEqual([
      1,
      expect.stringContaining('argocd/towns does not wait for its first run to be accepted'),
    ]);
    const none = await on('migrate', 'accept', '--all');
    expect([none.code, none.stdout, none.stderr]).toEqual([
      0,
      '',
      'No set of argocd waits for its first run to be accepted.\n',
    ]);
  });
});

describe('render --live', () => {
  it('asks the cluster for what was not given', async () => {
    const file = join(folder, 'live.yaml');
    writeFileSync(file, JSON.stringify(setOf('live', [list('oslo')])));
    const offline = await appset(['render', '-f', file, '-o', 'name']);
    expect(offline.stderr).toContain('not checked, because not given');
    const live = await on('render', '-f', file, '-o', 'name', '--live');
    expect([live.code, live.stderr, live.stdout.split('\n').length]).toEqual([0, '', 2]);
  });
});
