/**
 * The operator against a real kube-apiserver and etcd: floor and ours in one run, medians, goals. The
 * operator is a process of its own. `npm run bench:cluster -- --help` lists the options. Every case has
 * a cluster of its own; the exit code is 1 when a goal is missed.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startCluster } from '../test/e2e/cluster.ts';
import { ApiLoad, GROUP, requestsBetween } from './cluster/api-load.ts';
import {
  bareApplication,
  clusterName,
  clusterSecret,
  clusterSet,
  listSet,
  setName,
} from './cluster/fleet.ts';
import { OperatorUnderTest } from './cluster/operator.ts';
import { type Goal, judge, machine, median } from './figures.ts';

const HELP = `bench/cluster.ts [options]
  --only one,many,noise   cases to run (default: all)
  --repeat N              rounds of the case of one set (default 5)
  --rest-minutes N        how long the operator is watched at rest (default 1; the goal is for 5)
  --sets N                sets of the case of many (default 1000)
  --profile FOLDER        CPU profiles of the operator, which make it slower`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'one,many,noise' },
    repeat: { type: 'string', default: '5' },
    'rest-minutes': { type: 'string', default: '1' },
    sets: { type: 'string', default: '1000' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

const note = (text: string) => process.stderr.write(`${text}\n`);
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const crds = ['application', 'applicationset', 'appproject'];
const SETS = `${GROUP}/argocd/applicationsets`;
const APPLICATIONS = `${GROUP}/argocd/applications`;
const SECRETS = '/api/v1/namespaces/argocd/secrets';
const folder = options.profile;
if (folder !== undefined) mkdirSync(folder, { recursive: true });

interface World {
  readonly api: ApiLoad;
  readonly start: (name: string) => Promise<OperatorUnderTest>;
}

/** A cluster with Argo CD's kinds, and whatever was started on it ended. */
async function inCluster(work: (world: World) => Promise<void>): Promise<void> {
  const cluster = await startCluster();
  const api = new ApiLoad(cluster);
  const running: OperatorUnderTest[] = [];
  try {
    await api.install(crds.map((name) => resolve(import.meta.dirname, `../crds/${name}.yaml`)));
    for (const name of ['argocd', 'floor'])
      await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await api.create(`${GROUP}/argocd/appprojects`, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace: 'argocd' },
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
    });
    await work({
      api,
      start: async (name) => {
        const operator = new OperatorUnderTest({
          kubeconfig: cluster.kubeconfig,
          folder: cluster.folder,
          name,
          ...(folder === undefined ? {} : { profile: folder }),
        });
        running.push(operator);
        await operator.until('leading');
        return operator;
      },
    });
  } finally {
    for (const operator of running) await operator.stop();
    await api.close();
    await cluster.stop();
  }
}

/** CPU seconds so far of kube-apiserver and etcd: what a case costs them does not depend on who else works here. */
function serverCpu(): number {
  let total = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let text: string;
    try {
      text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      // it ended meanwhile
      continue;
    }
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[1]) === process.pid && /\((kube-apiserver|etcd)/.test(text))
      total += (Number(fields[11]) + Number(fields[12])) / 100;
  }
  return total;
}

const show = (requests: ReadonlyMap<string, number>) =>
  [...requests].map(([key, count]) => `${key} ${count}`).join(', ');

/** One set of 1,000 Applications, floor and ours in turn. */
async function oneSet(goals: Goal[]): Promise<void> {
  const size = 1_000;
  await inCluster(async ({ api, start }) => {
    const operator = await start('one');
    const floors: number[] = [];
    const ours: number[] = [];
    const cpus: number[] = [];
    for (let round = 0; round < Number(options.repeat); round++) {
      const bare = Array.from({ length: size }, (_, index) => bareApplication('floor', round * size + index));
      const floor = await api.createAll(`${GROUP}/floor/applications`, bare);
      await sleep(500);
      const cpu = operator.cpu();
      const started = performance.now();
      await api.create(SETS, listSet(`one-${round}`, size));
      const end = await api.until('argocd', (round + 1) * size, 120);
      await operator.settled();
      floors.push(floor);
      ours.push((end - started) / 1_000);
      cpus.push(operator.cpu() - cpu);
      note(
        `1 set → 1,000: floor ${floor.toFixed(2)} s, ours ${ours.at(-1)?.toFixed(2)} s, CPU ${cpus.at(-1)?.toFixed(2)} s, load ${loadavg()[0]?.toFixed(1)}`,
      );
    }
    const share = median(ours.map((seconds, round) => ((floors[round] ?? Number.NaN) / seconds) * 100));
    goals.push(
      { what: '1 set → 1,000 Applications: floor', measured: median(floors), unit: 's' },
      { what: '1 set → 1,000 Applications: ours', measured: median(ours), unit: 's' },
      { what: '1 set → 1,000 Applications: CPU', measured: median(cpus), unit: 's' },
      {
        what: "1 set → 1,000 Applications: share of the floor's rate",
        measured: share,
        unit: '%',
        atLeast: 60,
      },
    );
  });
}

/** 1,000 sets over 10 clusters, the label of an eleventh, rest, ten more, restart. */
async function manySets(goals: Goal[]): Promise<void> {
  const sets = Number(options.sets);
  await inCluster(async ({ api, start }) => {
    const bare = Array.from({ length: sets * 10 }, (_, index) => bareApplication('floor', index));
    let server = serverCpu();
    const floor = await api.createAll(`${GROUP}/floor/applications`, bare);
    note(
      `${sets * 10} bare creates: ${floor.toFixed(1)} s, server's CPU ${(serverCpu() - server).toFixed(1)} s`,
    );
    for (let index = 0; index < 20; index++)
      await api.create(SECRETS, clusterSecret(index, index < 10 ? 'production' : 'staging'));
    let operator = await start('many');
    let cpu = operator.cpu();
    let requests = await api.requests();
    let started = performance.now();
    await api.createAll(
      SETS,
      Array.from({ length: sets }, (_, index) => clusterSet(index)),
    );
    let seconds = ((await api.until('argocd', sets * 10, 300)) - started) / 1_000;
    await operator.settled();
    let used = operator.cpu() - cpu;
    note(`${sets} sets → ${sets * 10}: ${seconds.toFixed(1)} s, CPU ${used.toFixed(1)} s`);
    note(
      `  ${show(requestsBetween(requests, await api.requests()))}; runs ${operator.said('end reconcile')}`,
    );
    goals.push(
      { what: `${sets} sets × 10 clusters: floor`, measured: floor, unit: 's' },
      { what: `${sets} sets × 10 clusters: ours`, measured: seconds, unit: 's' },
      {
        what: `${sets} sets × 10 clusters: against the floor`,
        measured: seconds / floor,
        unit: 'times',
        atMost: 1.8,
      },
      { what: `${sets} sets × 10 clusters: CPU`, measured: used, unit: 's', atMost: 12 },
    );

    const runs = operator.said('end reconcile');
    cpu = operator.cpu();
    requests = await api.requests();
    server = serverCpu();
    started = performance.now();
    await relabel(api, 10);
    seconds = ((await api.until('argocd', sets * 11, 120)) - started) / 1_000;
    await operator.settled();
    used = operator.cpu() - cpu;
    note(
      `label change → ${sets}: ${seconds.toFixed(2)} s, CPU ${used.toFixed(2)} s, server's ${(serverCpu() - server).toFixed(2)} s`,
    );
    note(
      `  ${show(requestsBetween(requests, await api.requests()))}; runs ${operator.said('end reconcile') - runs}`,
    );
    goals.push(
      { what: `label change → ${sets} more: last written`, measured: seconds, unit: 's', atMost: 3 },
      { what: `label change → ${sets} more: CPU`, measured: used, unit: 's', atMost: 3 },
    );

    await sleep(60_000 - Math.min(60_000, used * 1_000));
    await atRest(api, operator, sets * 11, goals);
    const small = operator.memory();
    goals.push(
      { what: `memory at ${sets * 11} Applications`, measured: small.now, unit: 'MB', atMost: 300 },
      { what: `memory at ${sets * 11} Applications: highest so far`, measured: small.peak, unit: 'MB' },
    );

    for (let index = 11; index < 20; index++) await relabel(api, index);
    await api.until('argocd', sets * 20, 300);
    await operator.settled();
    await sleep(20_000);
    const large = operator.memory();
    goals.push(
      { what: `memory at ${sets * 20} Applications`, measured: large.now, unit: 'MB', atMost: 450 },
      { what: `memory at ${sets * 20} Applications: highest so far`, measured: large.peak, unit: 'MB' },
    );
    note(`memory ${small.now.toFixed(0)} / ${large.now.toFixed(0)} MB, highest ${large.peak.toFixed(0)} MB`);

    await operator.stop();
    requests = await api.requests();
    operator = await start('restart');
    seconds = ((await operator.until('end reconcile', sets, 120)) - operator.startedAt) / 1_000;
    await operator.settled();
    const asked = requestsBetween(requests, await api.requests());
    note(`restart: ${seconds.toFixed(1)} s, CPU ${operator.cpu().toFixed(1)} s: ${show(asked)}`);
    const restarted = operator.memory();
    goals.push(
      {
        what: `restart with ${sets * 20} Applications → nothing to do`,
        measured: seconds,
        unit: 's',
        atMost: 15,
      },
      { what: `restart: writes`, measured: writesOf(asked), unit: '', atMost: 0 },
      { what: `restart: CPU`, measured: operator.cpu(), unit: 's' },
      { what: `restart: memory now`, measured: restarted.now, unit: 'MB', atMost: 450 },
      { what: `restart: memory at its highest`, measured: restarted.peak, unit: 'MB' },
    );
  });
}

const relabel = (api: ApiLoad, index: number) =>
  api.patch(`${SECRETS}/${clusterName(index)}`, { metadata: { labels: { env: 'production' } } });

const OURS = /\s(applications|applicationsets|appprojects|secrets|configmaps|events|pods)(\/|$)/;
const sum = (requests: ReadonlyMap<string, number>, verbs: RegExp): number =>
  [...requests]
    .filter(([key]) => verbs.test(key) && OURS.test(key))
    .reduce((total, [, count]) => total + count, 0);
const writesOf = (requests: ReadonlyMap<string, number>) => sum(requests, /^(POST|PUT|PATCH|DELETE|APPLY)/);

async function atRest(api: ApiLoad, operator: OperatorUnderTest, size: number, goals: Goal[]): Promise<void> {
  const minutes = Number(options['rest-minutes']);
  const before = await api.requests();
  const cpu = operator.cpu();
  const started = performance.now();
  await sleep(minutes * 60_000);
  const core = ((operator.cpu() - cpu) / ((performance.now() - started) / 1_000)) * 100;
  const asked = requestsBetween(before, await api.requests());
  note(`at rest for ${minutes} min: ${core.toFixed(2)} % of a core: ${show(asked)}`);
  goals.push(
    {
      what: `at rest with ${size}, ${minutes} min: writes but the Lease`,
      measured: writesOf(asked),
      unit: '',
      atMost: 0,
    },
    { what: `at rest with ${size}: lists`, measured: sum(asked, /^LIST/), unit: '', atMost: 0 },
    { what: `at rest with ${size}: of a core`, measured: core, unit: '%', atMost: 0.5 },
  );
}

/** 1,300 sets of 4, statuses changing everywhere, and single edits. */
async function noise(goals: Goal[]): Promise<void> {
  const sets = 1_300;
  const rate = 500;
  const edits = 60;
  await inCluster(async ({ api, start }) => {
    const operator = await start('noise');
    const list = Array.from({ length: sets }, (_, index) =>
      listSet(setName(index), 4, { edited: index % 20 === 0 ? 'yes' : 'no' }),
    );
    await api.createAll(SETS, list);
    await api.until('argocd', sets * 4, 300);
    await operator.settled();
    const cpu = operator.cpu();
    const runs = operator.said('end reconcile');
    const before = await api.requests();
    const ended = new AbortController();
    const noisy = makeNoise(api, sets, rate, ended.signal);
    await sleep(2_000);
    const took: number[] = [];
    const started = performance.now();
    for (let edit = 0; edit < edits; edit++) {
      took.push(await edited(api, setName((edit * 20) % sets), `v${edit}`));
      await sleep(Math.max(0, started + (edit + 1) * 500 - performance.now()));
    }
    ended.abort();
    const written = await noisy;
    const seconds = (performance.now() - started) / 1_000 + 2;
    const p95 = [...took].sort((a, b) => a - b)[Math.ceil(took.length * 0.95) - 1] ?? Number.NaN;
    const used = ((operator.cpu() - cpu) / seconds) * 100;
    await operator.settled();
    note(
      `noise: ${(written / seconds).toFixed(0)} a second; edit median ${median(took).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms; CPU ${used.toFixed(0)} %; runs ${operator.said('end reconcile') - runs}; ${show(requestsBetween(before, await api.requests()))}`,
    );
    goals.push(
      { what: 'noise: status changes', measured: written / seconds, unit: '/s' },
      { what: 'noise: edit of a set → its Applications written, median', measured: median(took), unit: 'ms' },
      {
        what: 'noise: edit of a set → its Applications written, p95',
        measured: p95,
        unit: 'ms',
        atMost: 1_000,
      },
      { what: 'noise: of a core', measured: used, unit: '%' },
      {
        what: 'noise: runs beyond one an edit',
        measured: operator.said('end reconcile') - runs - edits,
        unit: '',
        atMost: 0,
      },
    );
  });
}

/** Changes the status of Applications all over, so many a second, until told to stop. @returns how many */
async function makeNoise(api: ApiLoad, sets: number, rate: number, signal: AbortSignal): Promise<number> {
  let sent = 0;
  const inFlight = new Set<Promise<unknown>>();
  const started = performance.now();
  while (!signal.aborted) {
    const due = Math.floor(((performance.now() - started) / 1_000) * rate);
    for (; sent < due && inFlight.size < 64; sent++) {
      const name = `${setName((sent * 7) % sets)}-000${sent % 4}`;
      const status = {
        sync: { status: sent % 3 === 0 ? 'OutOfSync' : 'Synced', revision: String(sent) },
        health: { status: sent % 2 === 0 ? 'Healthy' : 'Progressing' },
        reconciledAt: new Date().toISOString(),
      };
      const call = api.patch(`${APPLICATIONS}/${name}`, { status }).finally(() => inFlight.delete(call));
      inFlight.add(call);
    }
    await sleep(5);
  }
  await Promise.all(inFlight);
  return sent;
}

/** Milliseconds from the edit of a set until all of its four Applications have it. */
async function edited(api: ApiLoad, set: string, revision: string): Promise<number> {
  const started = performance.now();
  await api.patch(`${SETS}/${set}`, {
    spec: { template: { spec: { source: { targetRevision: revision } } } },
  });
  for (const index of [0, 1, 2, 3]) {
    for (;;) {
      const { spec } = await api.get(`${APPLICATIONS}/${set}-000${index}`);
      const { source } = spec as { source: { targetRevision: string } };
      if (source.targetRevision === revision) break;
      if (performance.now() - started > 30_000) throw new Error(`${set} was not written within 30 s`);
      await sleep(10);
    }
  }
  return performance.now() - started;
}

const goals: Goal[] = [];
const cases = { one: oneSet, many: manySets, noise };
const load = loadavg()[0] ?? Number.NaN;
for (const name of options.only.split(',')) await cases[name as keyof typeof cases](goals);
console.log(
  `\nOperator on kube-apiserver v1.34.2 and etcd v3.6.4, ${await machine()}, load before ${load.toFixed(1)}, after ${loadavg()[0]?.toFixed(1)}\n`,
);
judge(goals);
