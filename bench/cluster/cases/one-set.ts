/** One set of 1,000 Applications, floor and ours in turn on one cluster. */
import { loadavg } from 'node:os';
import { type Goal, median } from '../../figures.ts';
import { bareApplication, listSet } from '../fleet.ts';
import { othersFromNow } from '../processor.ts';
import { FLOOR, inCluster, note, type Options, SETS, sleep } from '../world.ts';

const SIZE = 1_000;

export async function oneSet(options: Options): Promise<readonly Goal[]> {
  const floors: number[] = [];
  const ours: number[] = [];
  const cpus: number[] = [];
  await inCluster(options, async ({ api, start }) => {
    const operator = await start('one');
    for (let round = 0; round < (options.repeat ?? 5); round++) {
      const bare = Array.from({ length: SIZE }, (_, index) => bareApplication('floor', round * SIZE + index));
      const others = othersFromNow();
      const floor = await api.createAll(FLOOR, bare);
      await sleep(500);
      const cpu = operator.cpu();
      const started = performance.now();
      await api.create(SETS, listSet(`one-${round}`, SIZE));
      const seconds = ((await api.until('argocd', (round + 1) * SIZE, 120)) - started) / 1_000;
      const busy = others();
      await operator.settled();
      floors.push(floor);
      ours.push(seconds);
      cpus.push(operator.cpu() - cpu);
      note(
        `1 set → 1,000: floor ${floor.toFixed(2)} s, ours ${seconds.toFixed(2)} s, CPU ${cpus.at(-1)?.toFixed(2)} s, others ${busy.toFixed(0)} %, load ${loadavg()[0]?.toFixed(1)}`,
      );
    }
  });
  const share = median(ours.map((seconds, round) => ((floors[round] ?? Number.NaN) / seconds) * 100));
  const what = '1 set → 1,000 Applications';
  return [
    { what: `${what}: floor`, measured: median(floors), unit: 's' },
    { what: `${what}: ours`, measured: median(ours), unit: 's' },
    { what: `${what}: CPU`, measured: median(cpus), unit: 's' },
    { what: `${what}: share of the floor's rate`, measured: share, unit: '%', atLeast: 60 },
  ];
}
