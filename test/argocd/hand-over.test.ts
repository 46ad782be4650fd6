/**
 * Handing an installation over and back: Argo CD's own ApplicationSet controller makes the Applications
 * of fifty sets and stops, and the operator takes them over; then the other way round. Argo CD's
 * application controller works on the Applications all the while. The audit log is the witness. Each
 * test goes on where the one before it ended.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/objects.ts';
import type { AuditedCall } from '../harness/audit-log.ts';
import { type RealBackend, startRealBackend } from '../harness/backend.ts';
import { type OperatorProcess, startOperatorProcess, stopAll } from '../harness/operator-process.ts';
import { applications, conditionsOf, SETS } from '../harness/sets.ts';
import { until } from '../harness/until.ts';
import { type GitServer, gitServer, TestRepository, temporaryFolder } from '../unit/git/fixture.ts';
import { ofApplications, stateOf, untilCalm, untilHealthy } from './application-state.ts';
import {
  APPLICATIONSET_CONTROLLER,
  type ArgoCd,
  type Running,
  registerCluster,
  startArgoCd,
} from './argo-cd.ts';
import { fiftySets, type Surroundings, writeFleet } from './fifty-sets.ts';

const PATIENCE_MS = 180_000;
const OWN_ANNOTATIONS = ['appset-operator.io/origin', 'appset-operator.io/owner'];
const folder = temporaryFolder();
let backend: RealBackend;
let argo: ArgoCd;
let git: GitServer;
let around: Surroundings;
let sets: readonly KubeObject[];
let reference: Running | undefined;

beforeAll(async () => {
  backend = await startRealBackend({ controllerManager: true });
  argo = await startArgoCd(backend);
  writeFleet(new TestRepository(`${folder.path}/fleet.git`));
  git = await gitServer(folder.path);
  const { client, cluster } = backend;
  const otherAddress = cluster.url.replace('127.0.0.1', 'localhost');
  await registerCluster(client, 'e2e-other', otherAddress, cluster, { env: 'live' });
  around = { repoURL: `${git.url}/fleet.git/.git`, server: cluster.url };
  sets = fiftySets(around);
});
afterEach(async () => {
  await reference?.stop();
  await stopAll();
});
afterAll(async () => {
  await argo?.stop();
  await git?.close();
  await backend?.stop();
  folder.remove();
});

const startReference = async (): Promise<Running> => {
  reference = await argo.startApplicationSetController();
  return reference;
};
const startOperator = async (): Promise<OperatorProcess> => {
  const operator = startOperatorProcess(backend.kubeconfig, ['--requeue-after', '3s']);
  await operator.said('leading');
  return operator;
};

/** How often a run of each set ended, by the log of whoever makes the Applications. */
function runsOf(lines: readonly { readonly msg: string }[]): ReadonlyMap<string, number> {
  const runs = new Map<string, number>();
  for (const line of lines) {
    if (!line.msg.startsWith('end reconcile')) continue;
    const name = JSON.stringify((line as { readonly applicationset?: unknown }).applicationset);
    runs.set(name, (runs.get(name) ?? 0) + 1);
  }
  return runs;
}
const untilEachWasRun = (lines: () => readonly { readonly msg: string }[], count: number) =>
  until('a run of each set to end', () => runsOf(lines()).size >= count, { timeoutMs: PATIENCE_MS });

async function untilUpToDate(of: readonly KubeObject[]): Promise<void> {
  let last = '';
  const names = new Set(of.map(({ metadata }) => metadata.name));
  await until(
    'all sets to be up to date',
    async () => {
      const { items } = await backend.client.list(SETS, { namespace: 'argocd' });
      const behind = items.filter(
        (set) =>
          names.has(set.metadata.name) &&
          !conditionsOf(set).some(({ type, status }) => type === 'ResourcesUpToDate' && status === 'True'),
      );
      last = JSON.stringify(
        behind.map((set) => [set.metadata.name, conditionsOf(set).map(({ message }) => message)]),
      );
      return behind.length === 0;
    },
    { timeoutMs: PATIENCE_MS, last: () => last },
  );
}

/** Whatever somebody can write who makes Applications: all but the status, and what the server keeps. */
const made = async () =>
  Object.fromEntries(
    (await applications(backend.client)).map(({ metadata, spec }) => {
      const { name, uid, labels, annotations, finalizers, ownerReferences } = metadata;
      return [name, { uid, labels, annotations, finalizers, ownerReferences, spec }];
    }),
  );

/** Calls by verb, resource and answer: `patch applicationsets/status 200`. */
function counted(calls: readonly AuditedCall[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verb, resource, code } of calls) {
    const key = `${verb} ${resource} ${code}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

test('the reference makes the Applications of fifty sets, and Argo CD looks at each', async () => {
  await startReference();
  expect(sets).toHaveLength(50);
  for (const set of sets) await backend.client.create(SETS, set);
  await untilUpToDate(sets);
  const all = await applications(backend.client);
  const owners = new Set(all.map(({ metadata }) => metadata.ownerReferences?.[0]?.name));
  expect([...owners].sort()).toEqual(sets.map(({ metadata }) => metadata.name).sort());
  expect(all.length).toBeGreaterThanOrEqual(100);
  const automated = all.filter(({ metadata }) => metadata.name.startsWith('preserved-'));
  await untilHealthy(
    backend.client,
    automated.map(({ metadata }) => metadata.name),
  );
  await until(
    'every Application to be compared',
    async () => (await applications(backend.client)).every((one) => stateOf(one).sync?.status !== undefined),
    { timeoutMs: PATIENCE_MS },
  );
  process.stdout.write(`${all.length} Applications of ${sets.length} sets\n`);
});

test('the operator takes them over without one write to an Application', async () => {
  const { audit } = backend;
  await untilCalm(audit);
  const before = await made();
  audit.mark();
  const operator = await startOperator();
  await untilEachWasRun(() => operator.lines, sets.length);
  await untilUpToDate(sets);
  // runs that only look: sets with git generators are asked again and again
  const once = runsOf(operator.lines);
  await until(
    'more runs',
    () =>
      [...runsOf(operator.lines)].filter(([name, count]) => count > (once.get(name) ?? 0) + 1).length > 10,
    { timeoutMs: PATIENCE_MS },
  );
  const writes = audit.writes();
  expect(ofApplications(writes)).toEqual([]);
  // each set once: that it was completed by us, and what the reference leaves out of its status
  expect(counted(writes)).toEqual({
    'patch applicationsets 200': sets.length,
    'patch applicationsets/status 200': sets.length,
  });
  expect(await made()).toEqual(before);
  expect(operator.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  expect(operator.stderr).toBe('');
});

test('the reference takes them back without one write to an Application', async () => {
  const { audit } = backend;
  const before = await made();
  audit.mark();
  const back = await startReference();
  await untilEachWasRun(() => back.lines(), sets.length);
  await untilUpToDate(sets);
  const writes = audit.writes(APPLICATIONSET_CONTROLLER);
  expect(ofApplications(writes)).toEqual([]);
  // it takes out of the statuses what it does not know
  expect(Object.keys(counted(writes))).toEqual(['update applicationsets/status 200']);
  expect(await made()).toEqual(before);
});

test('Applications the operator made go to the reference and back with uid and spec, and none is deleted', async () => {
  const { audit, client } = backend;
  const own = fiftySets(around, 'own-').filter((_, index) => index % 4 === 0);
  const operator = await startOperator();
  for (const set of own) await client.create(SETS, set);
  await untilUpToDate(own);
  await operator.stop();
  await untilCalm(audit);
  const before = await made();
  const ours = Object.entries(before).filter(([name]) => name.startsWith('own-'));
  expect(ours.length).toBeGreaterThanOrEqual(own.length);

  audit.mark();
  const back = await startReference();
  await untilEachWasRun(() => back.lines(), sets.length + own.length);
  await back.stop();
  // it takes our annotations off, once
  const theirs = ofApplications(audit.writes(APPLICATIONSET_CONTROLLER));
  expect(counted(theirs)).toEqual({ 'patch applications 200': ours.length });
  const withoutOurs = Object.fromEntries(
    Object.entries(before).map(([name, application]) => [name, withoutOwnAnnotations(application)]),
  );
  expect(await made()).toEqual(withoutOurs);

  audit.mark();
  const again = await startOperator();
  await untilEachWasRun(() => again.lines, sets.length + own.length);
  expect(ofApplications(audit.writes())).toEqual([]);
  expect(await made()).toEqual(withoutOurs);
});

type Made = Awaited<ReturnType<typeof made>>[string];

function withoutOwnAnnotations(application: Made): Made {
  const kept = Object.entries(application.annotations ?? {}).filter(
    ([key]) => !OWN_ANNOTATIONS.includes(key),
  );
  return { ...application, annotations: kept.length === 0 ? undefined : Object.fromEntries(kept) };
}
