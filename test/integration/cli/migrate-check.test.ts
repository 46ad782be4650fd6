/**
 * `appset migrate check`: what it says of an installation is what taking over comes to. The reference's
 * part is played by the operator in compat mode, which makes the Applications and stops.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../../src/api/objects.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { emitYaml } from '../../../src/support/yaml.ts';
import { appset, startAppset } from '../../harness/cli.ts';
import { apply, list, SETS, setOf } from '../../harness/sets.ts';
import { until } from '../../harness/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-cli-migrate-'));
const kubeconfig = join(folder, 'kubeconfig');
const dump = join(folder, 'dump.yaml');
const QUIET = ['--metrics-addr', '0', '--probe-addr', '0', '--webhook-addr', '0'];
const writes: string[] = [];
let sandbox: Sandbox;

const check = (...args: string[]) => appset(['migrate', 'check', ...args, '--kubeconfig', kubeconfig]);
const fromDump = (...args: string[]) => appset(['migrate', 'check', ...args, '--cluster-dump', dump]);
const setIn = (json: string, key: string): JsonObject =>
  (JSON.parse(json) as { sets: JsonObject[] }).sets.find(({ set }) => set === key) ?? {};

/** Runs an operator until something holds, and stops it. */
async function operate(what: string, holds: (log: string) => Promise<boolean>, ...args: string[]) {
  const child: ChildProcess = startAppset([
    'run',
    '--kubeconfig',
    kubeconfig,
    '-n',
    'argocd',
    ...QUIET,
    ...args,
  ]);
  let log = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  try {
    await until(what, () => holds(log), { last: () => log.slice(-2_000) });
  } finally {
    child.kill('SIGTERM');
    await new Promise((ended) => child.once('close', ended));
  }
}

/** What `kubectl get -o yaml` gives of the kinds that count. */
function writeDump(): void {
  const { store } = sandbox;
  const kinds = [
    RESOURCES.applicationSets,
    RESOURCES.applications,
    RESOURCES.appProjects,
    RESOURCES.secrets,
    RESOURCES.configMaps,
    RESOURCES.deployments,
    RESOURCES.pods,
    RESOURCES.leases,
  ];
  const items = kinds.flatMap((type) => store.list(store.kind(type), {}).items);
  writeFileSync(dump, emitYaml([{ apiVersion: 'v1', kind: 'List', items: items as never }]));
}

beforeAll(async () => {
  sandbox = await startSandbox({
    onRequest: ({ method, path }) => {
      if (method !== 'GET') writes.push(`${method} ${path}`);
    },
  });
  sandbox.writeKubeconfig(kubeconfig);
  const { client } = sandbox;
  await client.create(RESOURCES.appProjects, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: 'argocd' },
    spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
  } as KubeObject);
  await client.create(SETS, setOf('quiet', [list('oslo', 'lima')]));
  await client.create(SETS, setOf('waning', [list('oslo', 'lima', 'rome')]));
  await operate(
    'five Applications',
    async () => (await client.list(RESOURCES.applications, {})).items.length === 5,
    '--compat',
    'argocd',
  );
  writeDump();
});

afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('an installation at rest', () => {
  it('has nothing to change: from the cluster and from its dump, for people and for programs', async () => {
    const [live, dumped, json] = await Promise.all([check(), fromDump(), check('-o', 'json')]);
    expect([live.code, live.stderr, dumped.code, json.code]).toEqual([0, '', 0, 0]);
    expect(live.stdout).toBe(`the cluster, Argo CD in namespace argocd
  = Argo CD's controller is not running.

= argocd/quiet    nothing would change (2 Applications)
= argocd/waning   nothing would change (3 Applications)

2 sets: 2 without a change.
Beside Applications, each set gets annotation appset-operator.io/state, and conditions where they differ.
`);
    expect(dumped.stdout).toBe(live.stdout.replace('the cluster', dump));
    expect(JSON.parse(json.stdout)).toMatchObject({
      apiVersion: 'appset-operator.io/v1',
      kind: 'MigrationCheck',
      otherController: null,
      sets: [
        { set: 'argocd/quiet', verdict: 'nothing', unchanged: ['quiet-lima', 'quiet-oslo'] },
        { set: 'argocd/waning', verdict: 'nothing' },
      ],
    });
  });

  it('is right: the operator then writes no Application', async () => {
    const { client } = sandbox;
    const completed = async () =>
      (await client.list(SETS, {})).items.every(
        ({ metadata }) => metadata.annotations?.['appset-operator.io/state'] !== undefined,
      );
    writes.length = 0;
    await operate('both sets to be completed', completed);
    expect(writes.filter((write) => /\/applications(\/|$)/.test(write))).toEqual([]);
    expect(writes.some((write) => write.includes('/applicationsets/quiet'))).toBe(true);
    // as it was found
    for (const name of ['quiet', 'waning'])
      await client.patch(
        SETS,
        'argocd',
        name,
        { metadata: { annotations: { 'appset-operator.io/state': null } } },
        { type: 'merge' },
      );
  });
});

describe('what would be done, and what the reference would do', () => {
  beforeAll(async () => {
    const { client } = sandbox;
    await apply(client, setOf('waning', [list('oslo', 'lima')]));
    await client.patch(
      RESOURCES.applications,
      'argocd',
      'quiet-oslo',
      { spec: { source: { targetRevision: 'by-hand' } } },
      { type: 'merge' },
    );
    await client.create(RESOURCES.applications, {
      ...(await client.get(RESOURCES.applications, 'argocd', 'quiet-lima')),
      metadata: { name: 'nobodys-oslo', namespace: 'argocd' },
      spec: { project: 'default', destination: { server: 'https://kubernetes.default.svc', namespace: 'x' } },
    } as KubeObject);
    await client.create(SETS, setOf('nobodys', [list('oslo')]));
    await client.create(SETS, setOf('half', [{ list: { elements: [{ city: 'oslo' }, { town: 'lima' }] } }]));
    await client.create(
      SETS,
      setOf('rolling', [list('oslo')], {
        spec: { strategy: { type: 'RollingSync', rollingSync: { steps: [] } } },
      }),
    );
    await client.create(RESOURCES.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'team-a' },
    } as KubeObject);
    await client.create(SETS, setOf('far', [list('oslo')], { metadata: { namespace: 'team-a' } }));
  });

  it('says of each change whether it is the reference’s too', async () => {
    const { code, stdout } = await check('-o', 'json', '--enable-progressive-syncs');
    expect(setIn(stdout, 'argocd/quiet')).toMatchObject({
      verdict: 'changes',
      update: [
        {
          name: 'quiet-oslo',
          why: 'changed',
          changes: [{ path: 'spec.source.targetRevision', before: 'by-hand', after: 'main' }],
          reference: 'same',
        },
      ],
    });
    expect(setIn(stdout, 'argocd/waning')).toMatchObject({
      verdict: 'held',
      keep: [{ name: 'waning-rome', outcome: 'held', reason: 'FirstRun', reference: 'deletes' }],
      holds: [{ reason: 'FirstRun' }],
    });
    expect(setIn(stdout, 'argocd/nobodys')).toMatchObject({
      verdict: 'failed',
      blocked: [{ name: 'nobodys-oslo', reason: 'Conflict', reference: 'updates' }],
    });
    expect(setIn(stdout, 'argocd/half')).toMatchObject({
      verdict: 'failed',
      create: [{ name: 'half-oslo', reference: 'stops' }],
      referenceStopsAt: { code: 'APPSET_E0302' },
      errors: [{ code: 'APPSET_E0302' }],
    });
    expect(setIn(stdout, 'argocd/rolling')).toMatchObject({
      verdict: 'unsupported',
      errors: [{ code: 'APPSET_E0705' }],
    });
    expect(setIn(stdout, 'team-a/far')).toMatchObject({ verdict: 'outside', create: [] });
    expect(code).toBe(1);
  });

  it('reads as a list for people, with the ways out', async () => {
    const { stdout } = await check('waning', 'quiet', 'half', 'far');
    expect(stdout).toContain(`~ argocd/quiet    1 to change
    ~ quiet-oslo   update   spec.source.targetRevision: by-hand → main   (Argo CD's controller would do the same)
`);
    expect(stdout).toContain("(Argo CD's controller would delete it)");
    expect(stdout).toContain("Argo CD's controller stops at: ");
    expect(stdout).toContain('? team-a/far      namespace team-a is not looked at');
    expect(stdout).toMatch(/^4 sets: 1 with changes, 1 with something held, 1 failing, 1 not looked at\.$/m);
  });

  it('ends with the code of the worst that was asked for', async () => {
    const codes = await Promise.all(
      [
        ['quiet'],
        ['waning'],
        ['half'],
        ['quiet', '-n', 'argocd'],
        ['nope'],
        ['quiet', '--policy', 'create-only'],
      ].map(async (args) => (await check(...args)).code),
    );
    expect(codes).toEqual([3, 4, 1, 3, 1, 0]);
  });

  it('takes no cluster that is not there for an empty one', async () => {
    const { code, stdout, stderr } = await appset(['migrate', 'check', '--kubeconfig', '/nonexistent']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('APPSET_E0802');
  });
});

describe('the other controller', () => {
  const LABELS = { 'app.kubernetes.io/name': 'argocd-applicationset-controller' };
  const controller = {
    name: 'argocd-applicationset-controller',
    image: 'argocd',
    args: ['/usr/local/bin/argocd-applicationset-controller', '--policy', 'create-update', '--dry-run'],
    env: [
      { name: 'ARGOCD_APPLICATIONSET_CONTROLLER_GLOBAL_PRESERVED_LABELS', value: 'team' },
      { name: 'ARGOCD_APPLICATIONSET_CONTROLLER_LOGLEVEL', value: 'debug' },
    ],
  };

  beforeAll(async () => {
    const { client } = sandbox;
    await client.create(RESOURCES.deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'argocd-applicationset-controller', namespace: 'argocd', labels: LABELS },
      spec: { template: { spec: { containers: [controller] } } },
    } as unknown as KubeObject);
    sandbox.store.seed({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'theirs-0', namespace: 'argocd', labels: LABELS },
      spec: { containers: [controller] },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });
    await client.create(RESOURCES.configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd' },
      data: {
        'applicationsetcontroller.requeue.after': '90s',
        'applicationsetcontroller.global.preserved.annotations': 'note',
        'applicationsetcontroller.webhook.parallelism.limit': 'many',
        'applicationsetcontroller.repo.server.strict.tls': 'true',
        'applicationsetcontroller.enable.git.submodule': 'true',
        'applicationsetcontroller.nope': 'x',
        'server.insecure': 'true',
      },
    } as unknown as KubeObject);
  });

  it('is seen, and with it each of its settings: what is read, and what only it knows', async () => {
    const { stdout, code } = await check('quiet', '-o', 'json');
    const answer = JSON.parse(stdout) as { otherController: string; settings: JsonObject[] };
    expect(answer.otherController).toBe('Pod argocd/theirs-0 is ready');
    const told = answer.settings.map(({ name, fate, matters }) => `${name} ${fate} ${matters}`);
    expect(told.sort()).toEqual([
      '--dry-run unseen true',
      '--loglevel unseen false',
      '--policy unseen true',
      '--preserved-labels unseen true',
      'applicationsetcontroller.enable.git.submodule unsupported false',
      'applicationsetcontroller.global.preserved.annotations read false',
      'applicationsetcontroller.nope unknown false',
      'applicationsetcontroller.repo.server.strict.tls unneeded false',
      'applicationsetcontroller.requeue.after read false',
      'applicationsetcontroller.webhook.parallelism.limit invalid false',
    ]);
    expect(code).toBe(3);
    const text = (await check('quiet')).stdout;
    expect(text).toContain(
      "! Argo CD's controller is running (Pod argocd/theirs-0 is ready): while it is, this operator writes nothing.",
    );
    expect(text).toContain(
      '! --policy: create-update (Deployment argocd/argocd-applicationset-controller): this operator has nothing: give it --policy create-update, in the chart settings.policy',
    );
  });

  it('counts with its own settings for what it would do', async () => {
    // its policy forbids deletion; ours would not, and holds it for its first run
    const { stdout } = await check('waning', '-o', 'json');
    expect(setIn(stdout, 'argocd/waning')).toMatchObject({
      keep: [{ name: 'waning-rome', outcome: 'held', reference: 'leaves' }],
    });
    // given to this operator too, nothing differs any more
    const same = await check('waning', '--policy', 'create-update', '-o', 'json');
    expect(setIn(same.stdout, 'argocd/waning')).toMatchObject({
      verdict: 'nothing',
      keep: [{ name: 'waning-rome', outcome: 'abandoned', reference: 'leaves' }],
    });
    expect(JSON.parse(same.stdout).settings).not.toContainEqual(
      expect.objectContaining({ name: '--policy' }),
    );
  });

  it('is seen in a dump by a Lease that was fresh when it was made', async () => {
    const lease = (renewTime: string, holderIdentity: string) => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: '58ac56fa.applicationsets.argoproj.io', namespace: 'argocd' },
      spec: { holderIdentity, renewTime, leaseDurationSeconds: 15 },
    });
    const node = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'node-1', namespace: 'kube-node-lease' },
      spec: { holderIdentity: 'node-1', renewTime: '2020-05-01T12:00:00.000000Z', leaseDurationSeconds: 40 },
    };
    const of = async (...items: object[]) => {
      const file = join(folder, 'leases.yaml');
      const objects = [...items, setOf('a', [list()])];
      writeFileSync(file, emitYaml(objects as never));
      const { stdout } = await appset(['migrate', 'check', '--cluster-dump', file, '-o', 'json']);
      return JSON.parse(stdout).otherController;
    };
    expect(await of(lease('2020-05-01T11:59:55.000000Z', 'theirs'), node)).toMatch(/is held by theirs$/);
    expect(await of(lease('2020-05-01T11:00:00.000000Z', 'theirs'), node)).toBeNull();
    expect(await of(lease('2020-05-01T11:59:55.000000Z', ''), node)).toBeNull();
  });
});
