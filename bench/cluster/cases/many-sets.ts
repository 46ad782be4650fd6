/** 1,000 sets over 10 clusters, and then the label of an eleventh; a cluster a round. */
import { type Goal, median } from '../../figures.ts';
import { type ApiLoad, requestsBetween } from '../api-load.ts';
import { bareApplication } from '../fleet.ts';
import type { OperatorUnderTest } from '../operator.ts';
import { othersFromNow, serverCpu } from '../processor.ts';
import {
  createSets,
  FLOOR,
  inCluster,
  note,
  type Options,
  promote,
  registerClusters,
  shown,
} from '../world.ts';

interface Took {
  readonly seconds: number;
  readonly cpu: number;
}

export async function manySets(options: Options): Promise<readonly Goal[]> {
  const { sets } = options;
  const rounds: { readonly floor: number; readonly fan: Took; readonly label: Took }[] = [];
  for (let round = 0; round < (options.repeat ?? 1); round++) {
    await inCluster(options, async ({ api, start }) => {
      const floor = await bareCreates(api, sets * 10);
      await registerClusters(api, 10);
      const operator = await start('many');
      const fan = await watched(`${sets} sets → ${sets * 10}`, api, operator, async () => {
        await createSets(api, sets);
        return api.until('argocd', sets * 10, 300);
      });
      const label = await watched(`label change → ${sets}`, api, operator, async () => {
        await promote(api, 10);
        return api.until('argocd', sets * 11, 120);
      });
      const { now, peak } = operator.memory();
      note(`  memory ${now.toFixed(0)} MB, highest ${peak.toFixed(0)} MB`);
      rounds.push({ floor, fan, label });
    });
  }
  const middle = (of: (round: (typeof rounds)[number]) => number): number => median(rounds.map(of));
  const [fan, label] = [`${sets} sets × 10 clusters`, `label change → ${sets} more`];
  return [
    { what: `${fan}: floor`, measured: middle(({ floor }) => floor), unit: 's' },
    { what: `${fan}: ours`, measured: middle((round) => round.fan.seconds), unit: 's' },
    {
      what: `${fan}: against the floor`,
      measured: middle((round) => round.fan.seconds / round.floor),
      unit: 'times',
      atMost: 1.8,
    },
    { what: `${fan}: CPU`, measured: middle((round) => round.fan.cpu), unit: 's', atMost: 12 },
    {
      what: `${label}: last one written`,
      measured: middle((round) => round.label.seconds),
      unit: 's',
      atMost: 3,
    },
    { what: `${label}: CPU`, measured: middle((round) => round.label.cpu), unit: 's', atMost: 3 },
  ];
}

async function bareCreates(api: ApiLoad, count: number): Promise<number> {
  const bare = Array.from({ length: count }, (_, index) => bareApplication('floor', index));
  const others = othersFromNow();
  const server = serverCpu();
  const seconds = await api.createAll(FLOOR, bare);
  note(
    `${count} bare creates: ${seconds.toFixed(1)} s, server's CPU ${(serverCpu() - server).toFixed(1)} s, others ${others().toFixed(0)} %`,
  );
  return seconds;
}

/** Seconds until `work` says it is done, and our CPU until all is settled, statuses and events included. */
async function watched(
  what: string,
  api: ApiLoad,
  operator: OperatorUnderTest,
  work: () => Promise<number>,
): Promise<Took> {
  const runs = operator.said('end reconcile');
  const requests = await api.requests();
  const cpu = operator.cpu();
  const others = othersFromNow();
  const server = serverCpu();
  const started = performance.now();
  const seconds = ((await work()) - started) / 1_000;
  const until = { cpu: operator.cpu() - cpu, server: serverCpu() - server, others: others() };
  await operator.settled();
  const used = operator.cpu() - cpu;
  note(
    `${what}: ${seconds.toFixed(2)} s (CPU ${until.cpu.toFixed(2)} s, server's ${until.server.toFixed(2)} s, others ${until.others.toFixed(0)} %); settled with CPU ${used.toFixed(2)} s, server's ${(serverCpu() - server).toFixed(2)} s`,
  );
  note(
    `  ${shown(requestsBetween(requests, await api.requests()))}; runs ${operator.said('end reconcile') - runs}`,
  );
  return { seconds, cpu: used };
}
