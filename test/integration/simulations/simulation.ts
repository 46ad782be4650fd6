/**
 * One simulation: a world made from a seed, so many happenings at random times, then an end in which
 * nothing is broken any more and people approve what is held. Whatever happened, that end is what a plan
 * from scratch would make of it; nothing is written there any more, by a new process neither.
 */
import { RESOURCES } from '../../../src/api/client.ts';
import { OWN } from '../../../src/api/names.ts';
import type { Application } from '../../../src/api/objects.ts';
import { DirectLiveView } from '../../../src/controller/live-view.ts';
import { silentLog } from '../../../src/controller/log.ts';
import { ControllerMemory } from '../../../src/controller/memory.ts';
import { previewSet } from '../../../src/controller/reconcile.ts';
import { controllerSettings } from '../../../src/controller/settings.ts';
import { controllerOf } from '../../../src/planning/ownership.ts';
import { Faults, StoreClient } from '../../../src/sandbox/index.ts';
import { createLiveSources } from '../../../src/sources/live/index.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { ProcessClock } from './clock.ts';
import { approve, digestOf, finishDeletions, happen, heal } from './happenings.ts';
import type { Authored } from './truth.ts';
import { conditionOf, SETTLE_SECONDS, World } from './world.ts';

const PAUSES = [0, 0.02, 1, 5, 31, 61, 240];
const ROUNDS = 40;
const ROUND_SECONDS = 240;

export interface Simulated {
  readonly trace: string;
  /** each a sentence; none when all is well */
  readonly wrongs: readonly string[];
  readonly deletions: number;
  readonly writes: number;
  readonly processes: number;
}

export async function simulate(seed: number, steps: number): Promise<Simulated> {
  const world = new World(seed);
  world.trace.happening(`seed ${seed}`);
  world.start();
  await pass(world, 1);
  for (let step = 0; step < steps; step += 1) {
    world.trace.happening(happen(world));
    await pass(world, PAUSES[world.random.int(0, PAUSES.length)] ?? 1);
  }
  world.trace.happening('all is well again, and stays so');
  heal(world);
  await comeToRest(world);
  await judgeEnd(world);
  for (const process of world.processes) process.kill();
  const { wrongs, deletions, writes, processes } = world;
  return { trace: world.trace.text, wrongs, deletions, writes, processes: processes.length };
}

async function pass(world: World, seconds: number): Promise<void> {
  await world.pass(seconds);
  world.trace.conditions(world.store.list(world.store.kind(RESOURCES.applicationSets)).items);
}

/** Until nothing is written for two rounds: meanwhile what is held is approved, and what terminates goes. */
async function comeToRest(world: World): Promise<void> {
  for (let round = 0, quiet = 0; quiet < 2; round += 1) {
    const before = world.writes;
    for (const set of world.truth.sets.values()) if (world.set(set) === undefined) world.author(set);
    for (const set of world.sets()) {
      const digest = digestOf(set);
      if (digest !== undefined) approve(world, set.metadata.namespace ?? '', set.metadata.name, digest);
    }
    finishDeletions(world);
    await pass(world, ROUND_SECONDS);
    quiet = world.writes === before ? quiet + 1 : 0;
    if (round === ROUNDS) {
      world.wrongs.push(`it does not come to rest in ${ROUNDS} rounds`);
      return;
    }
  }
}

async function judgeEnd(world: World): Promise<void> {
  const { wrongs, truth } = world;
  for (const set of truth.sets.values()) {
    const live = world.set(set);
    if (live === undefined) {
      wrongs.push(`${set.name} is not there`);
      continue;
    }
    for (const [type, status] of [
      ['ErrorOccurred', 'False'],
      ['ResourcesUpToDate', 'True'],
    ] as const) {
      const condition = conditionOf(live, type);
      if (condition?.status !== status)
        wrongs.push(`${set.name}: ${type} is ${condition?.status}: ${condition?.message}`);
    }
    for (const type of ['DeletionsHeld', 'ApplicationsKept', 'Conflict']) {
      const condition = conditionOf(live, type);
      if (condition !== undefined) wrongs.push(`${set.name}: ${type}: ${condition.message}`);
    }
    judgeApplications(world, set, live.metadata.uid);
    if ((live.status?.resourcesCount ?? 0) !== truth.wanted(set).size)
      wrongs.push(`${set.name}: resourcesCount is ${live.status?.resourcesCount}`);
  }
  await judgePlans(world);
  await judgeQuiet(world);
}

/** What is there is what is wanted, to the field. */
function judgeApplications(world: World, set: Authored, uid: string | undefined): void {
  const owned = new Map(
    world
      .applications()
      .filter((one) => controllerOf(one)?.uid === uid)
      .map((one) => [one.metadata.name, one] as const),
  );
  const wanted = world.truth.wanted(set);
  const lost = [...wanted.keys()].filter((name) => !owned.has(name));
  const left = [...owned.keys()].filter((name) => !wanted.has(name));
  if (lost.length > 0) world.wrongs.push(`${set.name} has lost ${lost.join(' ')}`);
  if (left.length > 0) world.wrongs.push(`${set.name} still has ${left.join(' ')}`);
  for (const [name, { path, release, server }] of wanted) {
    const { spec, metadata } = owned.get(name) ?? ({ spec: {}, metadata: {} } as Application);
    const is = JSON.stringify([spec.source, spec.destination, metadata.labels?.['of']]);
    const source = { repoURL: 'https://git.example.org/fleet.git', path, targetRevision: release };
    const should = JSON.stringify([source, { server, namespace: 'shop' }, set.name]);
    if (owned.has(name) && sorted(is) !== sorted(should))
      world.wrongs.push(`${name} is ${is}, and should be ${should}`);
  }
}

const sorted = (json: string): string =>
  JSON.stringify(JSON.parse(json), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

/** A plan by somebody who remembers nothing has nothing to do. */
async function judgePlans(world: World): Promise<void> {
  const clock = new ProcessClock(world.time);
  const client = new StoreClient(world.store, new Faults(clock));
  const view = (type: (typeof RESOURCES)['secrets'] | (typeof RESOURCES)['appProjects'], label?: string) => ({
    synced: true,
    list: () =>
      world.store.list(world.store.kind(type), {
        namespace: 'argocd',
        ...(label === undefined ? {} : { labelSelector: label }),
      }).items,
  });
  const sources = createLiveSources({
    namespace: 'argocd',
    clock,
    clusterSecrets: view(RESOURCES.secrets, 'argocd.argoproj.io/secret-type=cluster'),
    projects: view(RESOURCES.appProjects),
    git: world.repository.reader(clock),
  });
  for (const set of world.sets()) {
    const { plan } = await previewSet(set, {
      client,
      live: new DirectLiveView(client),
      facts: async () => ({ sources: sources.snapshot(), inClusterEnabled: true }),
      settings: controllerSettings({ namespaces: ['team-*'], clusterSettleSeconds: SETTLE_SECONDS }),
      allowed: () => true,
      memory: new ControllerMemory(),
      events: { emit: () => {} },
      clock,
      random: seededRandom(1),
      log: silentLog,
    });
    for (const list of ['create', 'update', 'delete', 'keep', 'blocked'] as const) {
      for (const { name } of plan[list])
        world.wrongs.push(`a plan of ${set.metadata.name} from scratch would ${list} ${name}`);
    }
    if (plan.stopped !== undefined) world.wrongs.push(`a plan from scratch stops: ${plan.stopped.message}`);
  }
}

/** A process that is started now lists once and writes nothing; nor does anybody in the next hour. */
async function judgeQuiet(world: World): Promise<void> {
  world.trace.happening('all processes are told to stop, and one is started');
  for (const process of world.running) await process.operator.stop().catch(() => undefined);
  world.replicas = 1;
  world.start();
  await pass(world, 60);
  const [writes, lists] = [world.writes, world.lists];
  await pass(world, 3_600);
  if (world.writes !== writes) world.wrongs.push(`${world.writes - writes} writes at rest`);
  if (world.lists !== lists) world.wrongs.push(`${world.lists - lists} lists at rest`);
  const kept = world.applications().filter(({ metadata }) => metadata.annotations?.[OWN.keep] !== undefined);
  if (kept.length > 0) world.wrongs.push('a mark was made out of nothing');
}
