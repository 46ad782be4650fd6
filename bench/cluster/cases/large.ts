/** 20,000 Applications: memory while they come and afterwards, and a restart with nothing to do. */
import type { Goal } from '../../figures.ts';
import { requestsBetween } from '../api-load.ts';
import {
  createSets,
  inCluster,
  note,
  type Options,
  promote,
  registerClusters,
  shown,
  sleep,
} from '../world.ts';
import { writesOf } from './requests.ts';

/** Memory is given back half a minute after work has ended. */
const CALM_MS = 60_000;

export async function large(options: Options): Promise<readonly Goal[]> {
  const { sets } = options;
  const size = sets * 20;
  const goals: Goal[] = [];
  await inCluster(options, async ({ api, start }) => {
    await registerClusters(api, 11);
    let operator = await start('large');
    await createSets(api, sets);
    await api.until('argocd', sets * 11, 300);
    for (let index = 11; index < 20; index++) await promote(api, index);
    await api.until('argocd', size, 300);
    await operator.settled();
    await sleep(CALM_MS);
    const { now, peak } = operator.memory();
    note(`memory at ${size}: ${now.toFixed(0)} MB, highest ${peak.toFixed(0)} MB`);
    goals.push(
      { what: `memory at ${size} Applications`, measured: now, unit: 'MB', atMost: 450 },
      { what: `memory at ${size} Applications: highest so far`, measured: peak, unit: 'MB' },
    );
    await operator.stop();
    const requests = await api.requests();
    operator = await start('restart');
    const seconds = ((await operator.until('end reconcile', sets, 120)) - operator.startedAt) / 1_000;
    await operator.settled();
    const asked = requestsBetween(requests, await api.requests());
    note(
      `restart: ${seconds.toFixed(1)} s, CPU ${operator.cpu().toFixed(1)} s, highest ${operator.memory().peak.toFixed(0)} MB: ${shown(asked)}`,
    );
    const what = `restart with ${size} Applications`;
    goals.push(
      { what: `${what} → ready and nothing to do`, measured: seconds, unit: 's', atMost: 15 },
      { what: `${what}: writes`, measured: writesOf(asked), unit: '', atMost: 0 },
      { what: `${what}: CPU`, measured: operator.cpu(), unit: 's' },
      { what: `${what}: highest memory`, measured: operator.memory().peak, unit: 'MB' },
    );
  });
  return goals;
}
