/** 11,000 Applications and nothing to do: what is asked, what is used, what is held. */
import type { Goal } from '../../figures.ts';
import { requestsBetween } from '../api-load.ts';
import { createSets, inCluster, note, type Options, registerClusters, shown, sleep } from '../world.ts';
import { count, writesOf } from './requests.ts';

const CLUSTERS = 11;
/** Memory is given back half a minute after work has ended. */
const CALM_MS = 60_000;

export async function rest(options: Options): Promise<readonly Goal[]> {
  const size = options.sets * CLUSTERS;
  const { restMinutes: minutes } = options;
  const goals: Goal[] = [];
  await inCluster(options, async ({ api, start }) => {
    await registerClusters(api, CLUSTERS);
    const operator = await start('rest');
    await createSets(api, options.sets);
    await api.until('argocd', size, 300);
    await operator.settled();
    await sleep(CALM_MS);
    const before = await api.requests();
    const runs = operator.said('end reconcile');
    const cpu = operator.cpu();
    const started = performance.now();
    await sleep(minutes * 60_000);
    const core = ((operator.cpu() - cpu) / ((performance.now() - started) / 1_000)) * 100;
    const asked = requestsBetween(before, await api.requests());
    const memory = operator.memory();
    note(
      `at rest for ${minutes} min: ${core.toFixed(2)} % of a core, runs ${operator.said('end reconcile') - runs}: ${shown(asked)}`,
    );
    const what = `at rest with ${size}`;
    goals.push(
      {
        what: `${what}, ${minutes} min: writes but the Lease`,
        measured: writesOf(asked),
        unit: '',
        atMost: 0,
      },
      { what: `${what}: lists`, measured: count(asked, /^LIST/), unit: '', atMost: 0 },
      { what: `${what}: of a core`, measured: core, unit: '%', atMost: 0.5 },
      { what: `memory at ${size} Applications`, measured: memory.now, unit: 'MB', atMost: 300 },
      { what: `memory at ${size} Applications: highest so far`, measured: memory.peak, unit: 'MB' },
    );
  });
  return goals;
}
