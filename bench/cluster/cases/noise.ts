/** 1,300 sets of 4, statuses changing everywhere at 500 a second, and single edits. */
import { type Goal, median } from '../../figures.ts';
import { type ApiLoad, requestsBetween } from '../api-load.ts';
import { listSet, setName } from '../fleet.ts';
import { othersFromNow } from '../processor.ts';
import { APPLICATIONS, inCluster, note, type Options, SETS, shown, sleep } from '../world.ts';

const SET_COUNT = 1_300;
const RATE = 500;
const EDITS = 60;
const EDIT_EVERY_MS = 500;

interface Round {
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
    await inCluster(options, async ({ api, connect, start }) => {
      const operator = await start('noise');
      const list = Array.from({ length: SET_COUNT }, (_, index) => listSet(setName(index), 4));
      await api.createAll(SETS, list);
      await api.until('argocd', SET_COUNT * 4, 300);
      await operator.settled();
      const runs = operator.said('end reconcile');
      const before = await api.requests();
      const ended = new AbortController();
      // who edits does not wait behind the noise for a connection
      const editor = connect(4);
      const others = othersFromNow();
      const cpu = operator.cpu();
      const started = performance.now();
      const noisy = makeNoise(api, ended.signal);
      await sleep(2_000);
      const took = await editAll(editor);
      ended.abort();
      const written = await noisy;
      const seconds = (performance.now() - started) / 1_000;
      const core = ((operator.cpu() - cpu) / seconds) * 100;
      const busy = others();
      await operator.settled();
      const extraRuns = operator.said('end reconcile') - runs - EDITS;
      rounds.push({ rate: written / seconds, took, core, extraRuns });
      note(
        `noise: ${(written / seconds).toFixed(0)} a second; edit median ${median(took).toFixed(0)} ms, p95 ${p95(took).toFixed(0)} ms; CPU ${core.toFixed(0)} %, others ${busy.toFixed(0)} %; runs beyond ours ${extraRuns}; ${shown(requestsBetween(before, await api.requests()))}`,
      );
    });
  }
  const middle = (of: (round: Round) => number): number => median(rounds.map(of));
  const what = 'noise: edit of a set → its Applications written';
  return [
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

/** Changes the status of Applications all over, RATE a second, until told to stop. @returns how many */
async function makeNoise(api: ApiLoad, signal: AbortSignal): Promise<number> {
  let sent = 0;
  const inFlight = new Set<Promise<unknown>>();
  const started = performance.now();
  while (!signal.aborted) {
    const due = Math.floor(((performance.now() - started) / 1_000) * RATE);
    for (; sent < due && inFlight.size < 64; sent++) {
      const name = `${setName((sent * 7) % SET_COUNT)}-000${sent % 4}`;
      const status = {
        sync: { status: sent % 3 === 0 ? 'OutOfSync' : 'Synced', revision: String(sent) },
        health: { status: sent % 2 === 0 ? 'Healthy' : 'Progressing' },
        reconciledAt: new Date().toISOString(),
      };
      const call = api.touch(`${APPLICATIONS}/${name}`, { status }).finally(() => inFlight.delete(call));
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
