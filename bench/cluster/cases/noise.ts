/**
 * 1,300 sets of 4, statuses changing everywhere at 500 a second, and single edits. What the API server
 * takes of such changes with nobody else on the machine is measured first.
 */
import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import { type Goal, median } from '../../figures.ts';
import { type ApiLoad, requestsBetween } from '../api-load.ts';
import { listSet, setName } from '../fleet.ts';
import type { NoiseMade, NoiseOrder } from '../noise-maker.ts';
import { othersFromNow, serverCpu } from '../processor.ts';
import { APPLICATIONS, inCluster, note, type Options, SETS, shown, sleep, type World } from '../world.ts';

const SET_COUNT = 1_300;
const RATE = 500;
const EDITS = 60;
const EDIT_EVERY_MS = 500;
const PER_SET = 4;
/** how long the API server is asked for as much as it takes */
const ALONE_MS = 10_000;
const CONNECTIONS = 32;

interface Round {
  /** changes a second that the API server takes with no operator there */
  readonly alone: number;
  readonly rate: number;
  /** milliseconds of each edit, sorted */
  readonly took: readonly number[];
  /** percent of a core */
  readonly core: number;
  readonly extraRuns: number;
}

export async function noise(options: Options): Promise<readonly Goal[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < (options.repeat ?? 1); round++) {
    await inCluster(options, async ({ cluster, api, connect, start }) => {
      const first = await start('before');
      const list = Array.from({ length: SET_COUNT }, (_, index) => listSet(setName(index), PER_SET));
      await api.createAll(SETS, list);
      await api.until('argocd', SET_COUNT * PER_SET, 300);
      await first.settled();
      await first.stop();
      const alone = await aloneOn(cluster);
      const operator = await start('noise');
      await operator.until('end reconcile', SET_COUNT);
      await operator.settled();
      const runs = operator.said('end reconcile');
      const before = await api.requests();
      // who edits does not wait behind the noise for a connection
      const editor = connect(4);
      const others = othersFromNow();
      const cpu = operator.cpu();
      const started = performance.now();
      const end = makeNoise(cluster, RATE);
      await sleep(2_000);
      const took = await editAll(editor);
      const { changes: written } = await end();
      const seconds = (performance.now() - started) / 1_000;
      const core = ((operator.cpu() - cpu) / seconds) * 100;
      const busy = others();
      await operator.settled();
      const extraRuns = operator.said('end reconcile') - runs - EDITS;
      rounds.push({ alone, rate: written / seconds, took, core, extraRuns });
      note(
        `noise: ${(written / seconds).toFixed(0)} a second; edit median ${median(took).toFixed(0)} ms, p95 ${p95(took).toFixed(0)} ms; CPU ${core.toFixed(0)} %, others ${busy.toFixed(0)} %; runs beyond ours ${extraRuns}; ${shown(requestsBetween(before, await api.requests()))}`,
      );
    });
  }
  const middle = (of: (round: Round) => number): number => median(rounds.map(of));
  const what = 'noise: edit of a set → its Applications written';
  return [
    {
      what: 'noise: status changes the API server takes alone',
      measured: middle(({ alone }) => alone),
      unit: '/s',
    },
    { what: 'noise: status changes', measured: middle(({ rate }) => rate), unit: '/s' },
    { what: `${what}, median`, measured: middle(({ took }) => median(took)), unit: 'ms' },
    { what: `${what}, p95`, measured: middle(({ took }) => p95(took)), unit: 'ms', atMost: 1_000 },
    { what: 'noise: of a core', measured: middle(({ core }) => core), unit: '%' },
    {
      what: 'noise: runs beyond one an edit',
      measured: Math.max(...rounds.map(({ extraRuns }) => extraRuns)),
      unit: '',
      atMost: 0,
    },
  ];
}

const p95 = (sorted: readonly number[]): number => sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;

/** One edit after another, each of another set. @returns how long each took, sorted */
async function editAll(api: ApiLoad): Promise<readonly number[]> {
  const took: number[] = [];
  const started = performance.now();
  for (let edit = 0; edit < EDITS; edit++) {
    took.push(await edited(api, setName((edit * 20) % SET_COUNT), `v${edit}`));
    await sleep(Math.max(0, started + (edit + 1) * EDIT_EVERY_MS - performance.now()));
  }
  return took.sort((a, b) => a - b);
}

/** Changes statuses, so many a second or as many as are answered. @returns how to end it */
function makeNoise(cluster: World['cluster'], rate: number | undefined): () => Promise<NoiseMade> {
  const order: NoiseOrder = {
    url: cluster.url,
    ca: cluster.ca,
    token: cluster.token,
    applications: APPLICATIONS,
    sets: SET_COUNT,
    perSet: PER_SET,
    rate,
    connections: CONNECTIONS,
  };
  const maker = fork(resolve(import.meta.dirname, '../noise-maker.ts'), [JSON.stringify(order)]);
  const made = new Promise<NoiseMade>((done, fail) => {
    maker.once('message', (message) => done(message as NoiseMade));
    maker.once('exit', (code) => fail(new Error(`the noise maker ended with ${code}`)));
  });
  return async () => {
    maker.send('end');
    const result = await made;
    if (result.failures > 0) throw new Error(`${result.failures} status changes were refused`);
    return result;
  };
}

/** How many changes a second the API server takes with no operator there. */
async function aloneOn(cluster: World['cluster']): Promise<number> {
  const others = othersFromNow();
  const server = serverCpu();
  const started = performance.now();
  const end = makeNoise(cluster, undefined);
  await sleep(ALONE_MS);
  const { changes, cpu } = await end();
  const rate = changes / ((performance.now() - started) / 1_000);
  const each = ((serverCpu() - server) / changes) * 1_000;
  note(
    `no operator: ${rate.toFixed(0)} status changes a second; CPU of the server ${each.toFixed(2)} ms for one, of who makes them ${((cpu / changes) * 1_000).toFixed(2)} ms; others ${others().toFixed(0)} %`,
  );
  return rate;
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
