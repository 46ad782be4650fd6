/**
 * The chart on a real API server: installed, upgraded and uninstalled by helm, the operator run as a
 * process with the arguments of its Deployment and the token of its ServiceAccount, so that it has exactly
 * the rights the chart grants, and the admission policy asked. The server's audit log is the witness.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ApiError,
  isNotFound,
  type ObjectClient,
  RESOURCES,
  type ResourceType,
} from '../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../src/api/objects.ts';
import { neededRights } from '../../src/controller/access-review.ts';
import { PERMISSIONS } from '../../src/controller/permissions.ts';
import { controllerSettings } from '../../src/controller/settings.ts';
import { HttpObjectClient, loadConnection, Transport } from '../../src/kube/index.ts';
import { type Cluster, freePorts, startCluster } from '../e2e/cluster.ts';
import { AuditLog, QUESTIONS } from '../harness/audit-log.ts';
import { type OperatorProcess, startOperatorProcess, stopAll } from '../harness/operator-process.ts';
import { APPS, apply, list, namesOf, SETS, setOf } from '../harness/sets.ts';
import { until } from '../harness/until.ts';
import { ensureTool } from '../tools/tools.ts';
import { CHART, type Helm, IMAGE, objectsOf, useHelm, type Values } from './helm.ts';

const CRDS = ['applications', 'applicationsets', 'appprojects'].map((plural) => `${plural}.argoproj.io`);
const VALUES: Values = {
  ...IMAGE,
  replicas: 2,
  applicationSetNamespaces: ['team-a'],
  admissionPolicy: { enabled: true },
  settings: { loglevel: 'debug', 'requeue-after': '10s', 'cluster-settle': '0s' },
};

/** As far as rights depend on them. */
const CHART_SETTINGS = controllerSettings({ namespaces: ['team-a'] });

let cluster: Cluster;
let audit: AuditLog;
let helm: Helm;
let client: ObjectClient;
let folder: string;
const closing: (() => Promise<void>)[] = [];

const connect = async (kubeconfig: string): Promise<ObjectClient> => {
  const transport = new Transport(await loadConnection({ kubeconfig }), { userAgent: 'appset-test' });
  closing.push(() => transport.close());
  return new HttpObjectClient(transport);
};
const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'appset-chart-'));
  audit = new AuditLog();
  cluster = await startCluster({ apiServerFlags: audit.flags });
  client = await connect(cluster.kubeconfig);
  helm = await useHelm(cluster.kubeconfig);
  for (const name of ['argocd', 'team-a', 'other'])
    await client.create(RESOURCES.namespaces, namespace(name));
});
afterAll(async () => {
  await stopAll();
  for (const close of closing) await close();
  await cluster?.stop();
  audit?.remove();
  helm?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** No Argo CD is there to take finalizers off. */
const shops = (space: string, ...names: readonly string[]) =>
  setOf('shops', [list(...names)], {
    metadata: { namespace: space },
    spec: { syncPolicy: { preserveResourcesOnDeletion: true } },
  });
const inArgocd = (...args: string[]) => [...args, '--namespace', 'argocd'];
const crdsOf = (objects: readonly KubeObject[]) =>
  objects
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(({ metadata }) => metadata.name)
    .sort();
const exists = (type: ResourceType, space: string | undefined, name: string) =>
  client.get(type, space, name).then(
    () => true,
    (error: unknown) => {
      if (isNotFound(error)) return false;
      throw error;
    },
  );
const TYPES = {
  deployments: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  roles: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', plural: 'roles', namespaced: true },
} as const satisfies Record<string, ResourceType>;
/** What the dry run of helm says it would make. */
const manifestOf = (stdout: string) =>
  objectsOf(/\nMANIFEST:\n([\s\S]*?)(?=\nNOTES:|$)/.exec(stdout)?.[1] ?? '');

describe('helm on a cluster without Argo CD', () => {
  test('a dry run by the server is fine, and would bring all CRDs', async () => {
    const { code, stdout, stderr } = await helm.run(
      inArgocd('install', 'demo', CHART, '--dry-run=server'),
      VALUES,
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(crdsOf(manifestOf(stdout))).toEqual(CRDS);
    expect(await exists(TYPES.deployments, 'argocd', 'demo-appset-operator')).toBe(false);
  });

  test('the server knows every field of every object', async () => {
    const kubectl = await ensureTool('kubectl');
    const { stdout } = await helm.run(['template', 'demo', CHART, ...inArgocd('--no-hooks')], {
      ...VALUES,
      ingress: { enabled: true, host: 'hooks.example.com', className: 'nginx', tlsSecretName: 'tls' },
      dashboard: { enabled: true },
    });
    const applied = await new Promise<{ out: string; err: string; code: number }>((done) => {
      const args = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
      const child = execFile(
        kubectl,
        args,
        { env: { KUBECONFIG: cluster.kubeconfig, HOME: folder } },
        (error, out, err) => done({ out, err, code: error === null ? 0 : 1 }),
      );
      child.stdin?.end(stdout);
    });
    expect(applied.err).toBe('');
    expect(applied.code).toBe(0);
    expect(applied.out).toContain(
      'validatingadmissionpolicy.admissionregistration.k8s.io/argocd-demo-appset-operator-confirm-delete created',
    );
  });

  test('an installation brings CRDs, a Deployment and notes on what comes next', async () => {
    const { code, stdout, stderr } = await helm.run(inArgocd('install', 'demo', CHART), VALUES);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'kubectl -n argocd scale deployment argocd-applicationset-controller --replicas=0',
    );
    for (const name of CRDS) {
      const crd = await client.get(RESOURCES.customResourceDefinitions, undefined, name);
      expect(crd.metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
    }
    expect(await exists(TYPES.deployments, 'argocd', 'demo-appset-operator')).toBe(true);
  });

  test('an upgrade keeps the CRDs it brought', async () => {
    const more = { ...VALUES, replicas: 3 };
    const dry = await helm.run(inArgocd('upgrade', 'demo', CHART, '--dry-run=server'), more);
    expect(dry.stderr).toBe('');
    expect(crdsOf(manifestOf(dry.stdout))).toEqual(CRDS);
    expect((await helm.run(inArgocd('upgrade', 'demo', CHART), more)).code).toBe(0);
    const deployment = await client.get(TYPES.deployments, 'argocd', 'demo-appset-operator');
    expect(deployment.spec?.replicas).toBe(3);
  });

  test('wrong values are refused before anything is changed', async () => {
    const { code, stderr } = await helm.run(inArgocd('upgrade', 'demo', CHART), { ...VALUES, replcias: 5 });
    expect(code).not.toBe(0);
    expect(stderr).toContain("additional properties 'replcias' not allowed");
    const deployment = await client.get(TYPES.deployments, 'argocd', 'demo-appset-operator');
    expect(deployment.spec?.replicas).toBe(3);
  });
});

/** Rights that only rare events use: what makes them needed is tested where those are. */
const RARELY_USED: Readonly<Record<string, string>> = {
  'applicationsets/finalizers update': 'only an admission plugin asks for it',
  'secrets get': 'only when a cluster seems to be gone',
  'configmaps patch': 'only when what is held changes',
  'events patch': 'only when news repeat',
  'pods list': 'asked for once in a while',
  'leases get': 'asked for once in a while',
};

describe('the operator with the rights of the chart', () => {
  let operator: OperatorProcess;
  let tokenConfig: string;
  let probes: string;

  beforeAll(async () => {
    const kubectl = await ensureTool('kubectl');
    const { stdout } = await promisify(execFile)(
      kubectl,
      ['create', 'token', 'demo-appset-operator', '-n', 'argocd', '--duration=1h'],
      { env: { KUBECONFIG: cluster.kubeconfig, HOME: folder } },
    );
    tokenConfig = cluster.kubeconfigFor(stdout.trim(), `operator-${randomBytes(3).toString('hex')}`);
    await client.create(RESOURCES.appProjects, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace: 'argocd' },
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], sourceNamespaces: ['*'] },
    });
    const [metrics = 0, probe = 0, webhook = 0] = await freePorts(3);
    const ports: Readonly<Record<string, number>> = { '8080': metrics, '8081': probe, '7000': webhook };
    probes = `http://127.0.0.1:${probe}`;
    audit.mark();
    operator = startOperatorProcess(
      tokenConfig,
      (await argsOfDeployment()).map((arg) =>
        arg
          .replace(
            /^(--[a-z]+-addr=):(\d+)$/,
            (_, flag: string, port: string) => `${flag}127.0.0.1:${ports[port]}`,
          )
          .replace(/^(--cache-folder=).*/, `$1${join(folder, 'cache')}`),
      ),
    );
    await operator.said('leading');
  });

  async function argsOfDeployment(): Promise<string[]> {
    const { spec } = await client.get(TYPES.deployments, 'argocd', 'demo-appset-operator');
    const { template } = spec as { template: { spec: { containers: { args: string[] }[] } } };
    const [command, ...args] = template.spec.containers[0]?.args ?? [];
    expect(command).toBe('run');
    return args;
  }

  const appsOf = async (space: string) => namesOf((await client.list(APPS, { namespace: space })).items);
  const untilApps = (space: string, names: readonly string[]) =>
    until(
      `Applications ${names.join(', ')} in ${space}`,
      async () => JSON.stringify(await appsOf(space)) === JSON.stringify([...names].sort()),
      {
        last: () =>
          operator.lines
            .slice(-8)
            .map((line) => JSON.stringify(line))
            .join('\n'),
      },
    );

  const untilCounted = (space: string, name: string, count: number) =>
    until(
      `the status of ${name} in ${space}`,
      async () => (await client.get(SETS, space, name)).status?.resourcesCount === count,
    );

  test('it becomes ready by its probes', async () => {
    const answer = (path: string) =>
      new Promise<string>((done, fail) => {
        httpGet(`${probes}${path}`, (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (text: string) => {
            body += text;
          });
          response.on('end', () => done(`${response.statusCode} ${body}`));
        }).on('error', fail);
      });
    await until('/readyz to say 200', async () => (await answer('/readyz')).startsWith('200'), {
      last: () =>
        operator.lines
          .slice(-5)
          .map((line) => JSON.stringify(line))
          .join('\n'),
    });
    expect(await answer('/readyz')).toContain('leading');
    expect(await answer('/healthz')).toMatch(/^200/);
  });

  test('it makes, changes and prunes Applications in the control plane and in a listed namespace', async () => {
    for (const space of ['argocd', 'team-a']) {
      const at = (...names: string[]) => shops(space, ...names);
      await apply(client, at('lyon', 'oslo', 'porto'));
      await untilApps(space, ['shops-lyon', 'shops-oslo', 'shops-porto']);
      await untilCounted(space, 'shops', 3);
      await apply(client, at('lyon', 'oslo'));
      await untilApps(space, ['shops-lyon', 'shops-oslo']);
      await client.patch(APPS, space, 'shops-lyon', { spec: { project: 'other' } }, { type: 'merge' });
      await until(
        'the edit to be undone',
        async () => (await client.get(APPS, space, 'shops-lyon')).spec?.project === 'default',
      );
    }
  });

  test('a set in a namespace that is not listed is not looked after', async () => {
    await apply(client, setOf('shops', [list('rome')], { metadata: { namespace: 'other' } }));
    await apply(client, setOf('later', [list('rome')]));
    await untilApps('argocd', ['later-rome', 'shops-lyon', 'shops-oslo']);
    expect(await appsOf('other')).toEqual([]);
  });

  test('it holds what looks wrong, and writes the list of it next to the set', async () => {
    const at = (...names: string[]) => shops('team-a', ...names);
    const hasPlan = () => exists(RESOURCES.configMaps, 'team-a', 'appset-plan-shops');
    await apply(client, at());
    await until('the list of what is held', hasPlan);
    expect(await appsOf('team-a')).toEqual(['shops-lyon', 'shops-oslo']);
    await apply(client, at('lyon', 'oslo'));
    await until('the list to go', async () => !(await hasPlan()));
  });

  test('a set of seven, whose status tells so', async () => {
    await apply(client, setOf('big', [list('a', 'b', 'c', 'd', 'e', 'f', 'g')]));
    await untilCounted('argocd', 'big', 7);
  });

  test('it was refused nothing, and used what it was granted', async () => {
    const { code } = await operator.stop();
    expect({ code, stderr: operator.stderr }).toEqual({ code: 0, stderr: '' });
    const calls = audit.calls('appset-operator').filter(({ resource }) => resource !== QUESTIONS);
    const asked = audit.calls('appset-operator').filter(({ resource }) => resource === QUESTIONS);
    expect(asked.filter(({ code }) => code !== 201)).toEqual([]);
    // each right once: nothing was missing, so nothing is asked again
    expect(asked).toHaveLength(neededRights(CHART_SETTINGS).length);
    expect(calls.length).toBeGreaterThan(20);
    expect(calls.filter((call) => call.code === 403 || call.code === 401)).toEqual([]);
    expect(operator.lines.filter(({ level }) => level === 'error')).toEqual([]);

    const used = new Set(calls.map(({ resource, verb }) => `${resource} ${verb}`));
    const granted = PERMISSIONS.flatMap(({ resource, verbs }) => verbs.map((verb) => `${resource} ${verb}`));
    expect(granted.filter((right) => !used.has(right) && RARELY_USED[right] === undefined)).toEqual([]);
    expect([...used].filter((right) => !granted.includes(right))).toEqual([]);
  });

  test('with the same token, other things are refused', async () => {
    const asOperator = await connect(tokenConfig);
    const refused = async (what: Promise<unknown>) => {
      const error = await what.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ApiError);
      expect((error as ApiError).code).toBe(403);
    };
    await refused(asOperator.list(RESOURCES.secrets, { namespace: 'team-a' }));
    await refused(asOperator.list(RESOURCES.secrets));
    await refused(asOperator.delete(SETS, 'argocd', 'shops'));
    await refused(asOperator.create(SETS, setOf('made', [list('x')])));
    await refused(asOperator.patch(APPS, 'other', 'x', { spec: {} }, { type: 'merge' }));
    await refused(asOperator.get(RESOURCES.leases, 'argocd', 'somebody-elses'));
  });
});

describe('the operator with rights that somebody cut', () => {
  let operator: OperatorProcess;
  let probe: number;
  const MISSING = [
    'delete applications.argoproj.io in namespace team-a',
    'create events in namespace team-a',
  ];

  interface RoleRule {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }
  let whole: readonly RoleRule[];
  const without = (rules: readonly RoleRule[]): RoleRule[] =>
    rules.map((rule) => ({
      ...rule,
      verbs: rule.verbs.filter(
        (verb) =>
          !(verb === 'delete' && rule.resources.includes('applications')) &&
          !(verb === 'create' && rule.resources.includes('events')),
      ),
    }));
  const setRules = (rules: readonly RoleRule[]) =>
    client.patch(TYPES.roles, 'team-a', 'demo-appset-operator', { rules } as unknown as JsonObject, {
      type: 'merge',
    });
  const readiness = () =>
    new Promise<string>((done, fail) => {
      httpGet(`http://127.0.0.1:${probe}/readyz`, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () => done(`${response.statusCode} ${body}`));
      }).on('error', fail);
    });

  beforeAll(async () => {
    const role = await client.get(TYPES.roles, 'team-a', 'demo-appset-operator');
    whole = role.rules as unknown as readonly RoleRule[];
    await setRules(without(whole));
    const kubectl = await ensureTool('kubectl');
    const { stdout } = await promisify(execFile)(
      kubectl,
      ['create', 'token', 'demo-appset-operator', '-n', 'argocd', '--duration=1h'],
      { env: { KUBECONFIG: cluster.kubeconfig, HOME: folder } },
    );
    [probe = 0] = await freePorts(1);
    operator = startOperatorProcess(
      cluster.kubeconfigFor(stdout.trim(), `operator-${randomBytes(3).toString('hex')}`),
      ['--applicationset-namespaces', 'team-a', '--probe-addr', `127.0.0.1:${probe}`],
    );
    await operator.said('leading');
  });
  afterAll(async () => {
    await operator?.stop();
    await setRules(whole);
  });

  test('names each in the log, before it is missed, with what it is for and the way out', async () => {
    await operator.said('a right is missing');
    const told = operator.lines.filter(({ msg }) => msg === 'a right is missing');
    expect(told.map(({ missing }) => missing)).toEqual(MISSING);
    expect(told[0]).toMatchObject({
      level: 'error',
      verb: 'delete',
      group: 'argoproj.io',
      resource: 'applications',
      namespace: 'team-a',
      why: 'what sets generate',
      wayOut: expect.stringContaining('rbac.create'),
    });
  });

  test('names them in readiness, and stays ready', async () => {
    await until('/readyz to say 200', async () => (await readiness()).startsWith('200'), {
      last: () => JSON.stringify(operator.lines.slice(-5)),
    });
    expect(await readiness()).toContain(`[!]rights warning: missing ${MISSING.join(', ')}\n`);
  });

  test('does what it may', async () => {
    await apply(client, setOf('part', [list('a', 'b')], { metadata: { namespace: 'team-a' } }));
    await until('the Applications of the set', async () =>
      namesOf((await client.list(APPS, { namespace: 'team-a' })).items).includes('part-b'),
    );
  });
});

describe('the admission policy', () => {
  const refusal = async (what: () => Promise<unknown>) => {
    try {
      await what();
      return undefined;
    } catch (error) {
      return error as ApiError;
    }
  };

  test('refuses to delete a set of many Applications, and says how', async () => {
    const error = await refusal(() => client.delete(SETS, 'argocd', 'big'));
    expect(error?.code).toBe(403);
    expect(error?.message).toContain(
      'ApplicationSet big has 7 Applications, which go with it. To delete it, first say that you mean it: ' +
        'kubectl annotate applicationset -n argocd big appset-operator.io/confirm-delete=true',
    );
    expect(await exists(SETS, 'argocd', 'big')).toBe(true);
  });

  test('so does the deletion of all sets of the namespace', async () => {
    const { status, text } = await deleteCollection();
    expect(`${status} ${text}`).toContain('ApplicationSet big has 7 Applications');
    expect(await exists(SETS, 'argocd', 'big')).toBe(true);
  });

  async function deleteCollection(): Promise<{ status: number; text: string }> {
    const kubectl = await ensureTool('kubectl');
    return new Promise((done) => {
      const args = ['delete', '--raw', '/apis/argoproj.io/v1alpha1/namespaces/argocd/applicationsets'];
      execFile(
        kubectl,
        args,
        { env: { KUBECONFIG: cluster.kubeconfig, HOME: folder } },
        (error, stdout, stderr) => done({ status: error === null ? 0 : 1, text: `${stdout}${stderr}` }),
      );
    });
  }

  test('lets a small set go, a new one, and one outside of the namespaces it is for', async () => {
    await apply(client, setOf('small', [list('x')]));
    expect(await refusal(() => client.delete(SETS, 'argocd', 'small'))).toBeUndefined();
    const status = { resourcesCount: 50 } as JsonObject;
    await client.patch(SETS, 'other', 'shops', { status }, { type: 'merge', subresource: 'status' });
    expect(await refusal(() => client.delete(SETS, 'other', 'shops'))).toBeUndefined();
  });

  test('lets a big set go once its deletion is confirmed', async () => {
    const annotations = { 'appset-operator.io/confirm-delete': 'true' };
    await client.patch(SETS, 'argocd', 'big', { metadata: { annotations } }, { type: 'merge' });
    expect(await refusal(() => client.delete(SETS, 'argocd', 'big'))).toBeUndefined();
  });
});

describe('the end of a release', () => {
  test('a dry run changes nothing', async () => {
    const { code, stdout } = await helm.run(inArgocd('uninstall', 'demo', '--dry-run'));
    expect(code).toBe(0);
    expect(stdout).toContain('release "demo" uninstalled');
    expect(await exists(TYPES.deployments, 'argocd', 'demo-appset-operator')).toBe(true);
  });

  test('an uninstallation keeps CRDs, sets and Applications, and leaves no right behind', async () => {
    const before = (await client.list(APPS)).items.length;
    expect(before).toBeGreaterThan(0);
    const { code, stdout } = await helm.run(inArgocd('uninstall', 'demo'));
    expect(code).toBe(0);
    for (const name of CRDS) expect(stdout).toContain(name);
    expect(await exists(TYPES.deployments, 'argocd', 'demo-appset-operator')).toBe(false);
    expect(await exists(TYPES.roles, 'argocd', 'demo-appset-operator')).toBe(false);
    expect(await exists(TYPES.roles, 'team-a', 'demo-appset-operator')).toBe(false);
    for (const name of CRDS)
      expect(await exists(RESOURCES.customResourceDefinitions, undefined, name)).toBe(true);
    expect((await client.list(APPS)).items).toHaveLength(before);
    expect(await exists(SETS, 'argocd', 'shops')).toBe(true);
  });

  test('CRDs that somebody else brought are left alone, and never taken over', async () => {
    const dry = (crds: Values) =>
      helm.run(inArgocd('install', 'second', CHART, '--dry-run=server'), { ...IMAGE, ...crds });
    const auto = await dry({});
    expect(auto.stderr).toBe('');
    expect(crdsOf(manifestOf(auto.stdout))).toEqual([]);
    const always = await dry({ crds: { install: { application: 'always' } } });
    expect(always.code).not.toBe(0);
    expect(always.stderr).toContain('applications.argoproj.io');
    expect(always.stderr).toContain('invalid ownership metadata');
  });

  test('the release of the same name finds its CRDs again', async () => {
    const { code, stdout } = await helm.run(inArgocd('install', 'demo', CHART, '--dry-run=server'), VALUES);
    expect(code).toBe(0);
    expect(crdsOf(manifestOf(stdout))).toEqual(CRDS);
  });
});
