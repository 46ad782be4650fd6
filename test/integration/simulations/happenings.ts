/**
 * What can happen in a simulation: to sets, clusters, the repository and Applications by people and
 * other programs, to calls and watches by the server, and to the processes of the operator. Each says
 * in words what it did, or undefined when there was nothing to do it to.
 */
import { RESOURCES } from '../../../src/api/client.ts';
import { OWN, REFRESH_SET_ANNOTATION } from '../../../src/api/names.ts';
import type { Application, JsonObject } from '../../../src/api/objects.ts';
import type { FaultRule, FaultVerb } from '../../../src/sandbox/index.ts';
import type { TracedCall } from './trace.ts';
import type { Authored } from './truth.ts';
import { conditionOf, siteOf, type World } from './world.ts';

type Happening = (world: World) => string | undefined;

const { applications: APPS, applicationSets: SETS, secrets: SECRETS } = RESOURCES;

const pick = <T>({ random }: World, of: Iterable<T>): T | undefined => {
  const all = [...of];
  return all[random.int(0, Math.max(1, all.length))];
};
const aSet = (world: World): Authored => pick(world, world.truth.sets.values()) as Authored;
const towns = (world: World): Authored => world.truth.sets.get('towns') as Authored;
const anApplication = (world: World): Application | undefined => pick(world, world.applications());
const placeOf = ({ metadata: { namespace = '', name } }: Application) => [namespace, name] as const;

/** Changes the set and writes it. */
const edited = (world: World, set: Authored, change: (set: Authored) => void, what: string): string => {
  change(set);
  world.author(set);
  return `${set.name}: ${what}`;
};

const AUTHORS: readonly Happening[] = [
  (world) => {
    const city = `c${world.random.int(1, 12)}`;
    if (world.truth.cities.has(city)) return undefined;
    world.truth.cities.add(city);
    return edited(world, towns(world), () => {}, `element ${city} comes`);
  },
  (world) => {
    const city = pick(world, world.truth.cities);
    if (city === undefined || world.truth.cities.size < 2) return undefined;
    world.truth.cities.delete(city);
    return edited(world, towns(world), () => {}, `element ${city} goes`);
  },
  (world) => {
    const gone = [...world.truth.cities].slice(1).filter(() => world.random.next() < 0.6);
    if (gone.length === 0) return undefined;
    for (const city of gone) world.truth.cities.delete(city);
    return edited(world, towns(world), () => {}, `elements ${gone.join(' ')} go`);
  },
  (world) => {
    const stage = `s${world.random.int(1, 4)}`;
    const grid = world.truth.sets.get('grid') as Authored;
    const { stages } = world.truth;
    if (stages.has(stage) && stages.size < 2) return undefined;
    if (!stages.delete(stage)) stages.add(stage);
    return edited(world, grid, () => {}, `stage ${stage} ${stages.has(stage) ? 'comes' : 'goes'}`);
  },
  (world) => {
    const release = `r${world.random.int(1, 9)}`;
    return edited(world, aSet(world), (set) => (set.release = release), `release ${release}`);
  },
  (world) => {
    const set = aSet(world);
    const prefix = set.prefix === set.name ? `${set.name}-new` : set.name;
    return edited(world, set, (one) => (one.prefix = prefix), `Applications are called ${prefix}-…`);
  },
  (world) => {
    const policy = world.random.next() < 0.5 ? 'create-only' : 'create-update';
    return edited(
      world,
      aSet(world),
      (set) => (set.policy = set.policy === 'sync' ? policy : 'sync'),
      'another policy',
    );
  },
  (world) => {
    const set = aSet(world);
    return edited(
      world,
      set,
      (one) => (one.broken = !one.broken),
      set.broken ? 'the template is mended' : 'the template is broken',
    );
  },
  (world) => {
    const set = aSet(world);
    return edited(
      world,
      set,
      (one) => (one.ignoresRelease = !one.ignoresRelease),
      `targetRevision ${set.ignoresRelease ? 'counts again' : 'is ignored'}`,
    );
  },
  (world) => {
    const set = aSet(world);
    if (world.set(set) === undefined) return undefined;
    set.paused = !set.paused;
    const value = set.paused ? 'deletions' : null;
    world.patch(SETS, set.namespace, set.name, { metadata: { annotations: { [OWN.paused]: value } } });
    return `${set.name}: ${set.paused ? 'paused' : 'resumed'}`;
  },
  (world) => {
    const set = aSet(world);
    if (world.set(set) === undefined) return undefined;
    const annotations = { [REFRESH_SET_ANNOTATION]: 'true' };
    world.patch(SETS, set.namespace, set.name, { metadata: { annotations } });
    return `${set.name}: a refresh is asked for`;
  },
  (world) => {
    const set = aSet(world);
    if (set.exists) {
      if (world.set(set) === undefined) return undefined;
      const orphan = world.random.next() < 0.5;
      world.removeSet(set, orphan ? 'Orphan' : undefined);
      return `${set.name}: deleted${orphan ? ', its Applications left as orphans' : ''}`;
    }
    if (world.set(set) !== undefined) return undefined;
    return edited(world, set, (one) => (one.exists = true), 'made again');
  },
  (world) => {
    const held = world.sets().filter((set) => digestOf(set) !== undefined);
    const set = pick(world, held);
    if (set === undefined) return undefined;
    approve(world, set.metadata.namespace ?? '', set.metadata.name, digestOf(set) ?? '');
    return `${set.metadata.name}: what is held is approved`;
  },
];

/** Digest of what a set holds for a person. */
export const digestOf = (set: Parameters<typeof conditionOf>[0]): string | undefined =>
  /Plan ([0-9a-f]{64})\./.exec(conditionOf(set, 'DeletionsHeld')?.message ?? '')?.[1];

export function approve(world: World, namespace: string, name: string, digest: string): void {
  world.patch(SETS, namespace, name, { metadata: { annotations: { [OWN.approvedPlan]: digest } } });
}

const SOURCES: readonly Happening[] = [
  (world) => {
    const name = `k${world.random.int(1, 7)}`;
    if (world.truth.clusters.has(name)) return undefined;
    world.register(name);
    return `cluster ${name} is registered`;
  },
  (world) => {
    const name = pick(world, world.truth.clusters.keys());
    if (name === undefined) return undefined;
    world.truth.clusters.delete(name);
    world.remove(SECRETS, 'argocd', name);
    return `cluster ${name} is gone`;
  },
  (world) => {
    const name = pick(world, world.truth.clusters.keys());
    if (name === undefined) return undefined;
    const isLive = world.truth.clusters.get(name) !== true;
    world.truth.clusters.set(name, isLive);
    world.patch(SECRETS, 'argocd', name, { metadata: { labels: { env: isLive ? 'live' : 'off' } } });
    return `cluster ${name} is labelled ${isLive ? 'live' : 'off'}`;
  },
  (world) => {
    const name = pick(world, world.truth.clusters.keys());
    if (name === undefined) return undefined;
    const config = Buffer.from(`{"bearerToken":"t${world.random.int(0, 99)}"}`).toString('base64');
    world.patch(SECRETS, 'argocd', name, { data: { config } });
    return `cluster ${name} gets another token`;
  },
  (world) => folder(world, `f${world.random.int(1, 9)}`),
  (world) => {
    const gone = [...world.truth.folders].filter(() => world.random.next() < 0.5);
    if (gone.length === 0) return undefined;
    for (const name of gone) world.truth.folders.delete(name);
    world.repository.commit(Object.fromEntries(gone.map((name) => [`apps/${name}/app.yaml`, null])));
    return `folders ${gone.join(' ')} are removed from git`;
  },
  (world) => {
    const city = `p${world.random.int(1, 8)}`;
    const { sites, unreadable } = world.truth;
    unreadable.delete(city);
    if (!sites.delete(city)) sites.add(city);
    world.repository.commit({ [`sites/${city}.json`]: sites.has(city) ? siteOf(city) : null });
    return `file ${city} ${sites.has(city) ? 'comes to' : 'is removed from'} git`;
  },
  (world) => {
    const city = pick(world, world.truth.sites);
    if (city === undefined) return undefined;
    const { unreadable } = world.truth;
    if (!unreadable.delete(city)) unreadable.add(city);
    world.repository.commit({ [`sites/${city}.json`]: unreadable.has(city) ? '{ "city": ' : siteOf(city) });
    return `file ${city} ${unreadable.has(city) ? 'is broken' : 'is mended'}`;
  },
  (world) => {
    world.truth.isGitDown = !world.truth.isGitDown;
    world.repository.isDown = world.truth.isGitDown;
    return world.truth.isGitDown ? 'git goes down' : 'git is back';
  },
  (world) => {
    world.repository.rewrite();
    return 'the branch is rewritten, with the same files';
  },
  (world) => {
    const { truth } = world;
    truth.isProjectThere = !truth.isProjectThere;
    if (truth.isProjectThere) world.restoreProject();
    else world.remove(RESOURCES.appProjects, 'argocd', 'default');
    return `project default is ${truth.isProjectThere ? 'made again' : 'deleted'}`;
  },
];

function folder(world: World, name: string): string {
  const { folders } = world.truth;
  if (!folders.delete(name)) folders.add(name);
  world.repository.commit({ [`apps/${name}/app.yaml`]: folders.has(name) ? '' : null });
  return `folder ${name} ${folders.has(name) ? 'comes to' : 'is removed from'} git`;
}

const EDITS: readonly (readonly [string, JsonObject])[] = [
  ['gets another path', { spec: { source: { path: 'by/hand' } } }],
  ['gets another revision', { spec: { source: { targetRevision: 'by-hand' } } }],
  ['loses its label', { metadata: { labels: { of: null } } }],
  ['gets a label', { metadata: { labels: { tier: 'front' } } }],
  ['gets an annotation', { metadata: { annotations: { note: 'seen' } } }],
  ['is refreshed', { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } }],
  ['loses its finalizers', { metadata: { finalizers: null } }],
  ['loses its owner', { metadata: { ownerReferences: null } }],
  ['is marked to be kept', { metadata: { annotations: { [OWN.keep]: 'true' } } }],
  ['becomes healthy', { status: { health: { status: 'Healthy' }, sync: { status: 'Synced' } } }],
  ['becomes degraded', { status: { health: { status: 'Degraded' }, sync: { status: 'OutOfSync' } } }],
];

const PEOPLE: readonly Happening[] = [
  ...EDITS.map(
    ([what, patch]): Happening =>
      (world) => {
        const application = anApplication(world);
        if (application === undefined) return undefined;
        world.patch(APPS, ...placeOf(application), patch);
        return `${application.metadata.name} ${what}`;
      },
  ),
  (world) => {
    const application = anApplication(world);
    if (application === undefined) return undefined;
    world.remove(APPS, ...placeOf(application));
    return `${application.metadata.name} is deleted by hand`;
  },
  (world) => {
    const name = `towns-c${world.random.int(1, 12)}`;
    if (world.applications().some(({ metadata }) => metadata.name === name)) return undefined;
    const spec = { project: 'default', destination: { namespace: 'mine' }, source: { repoURL: 'r' } };
    world.create(APPS, 'argocd', name, { spec });
    return `${name} is made by hand`;
  },
  finishDeletions,
];

/** Argo CD deletes what terminating Applications deployed, and lets them go. */
export function finishDeletions(world: World): string | undefined {
  const terminating = world.applications().filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  for (const application of terminating)
    world.patch(APPS, ...placeOf(application), { metadata: { finalizers: null } });
  const names = terminating.map(({ metadata }) => metadata.name);
  return names.length === 0 ? undefined : `Argo CD finishes the deletion of ${names.join(' ')}`;
}

const WRITES: readonly FaultVerb[] = ['create', 'update', 'patch', 'patchStatus', 'delete'];
const fault =
  (what: string, rule: (world: World) => readonly FaultRule[]): Happening =>
  (world) => {
    world.faults.add(...rule(world));
    return what;
  };
const some = ({ random }: World, most = 4) => random.int(1, most + 1);

const SERVER: readonly Happening[] = [
  ...[403, 409, 429, 500, 503].map((code) =>
    fault(`the server will refuse some writes with ${code}`, (world) => [
      { verb: WRITES, kind: 'Application', effect: { type: 'refuse', code }, times: some(world) },
    ]),
  ),
  fault('the server will refuse to delete', (world) => [
    { verb: 'delete', effect: { type: 'refuse', code: 500 }, times: some(world) },
  ]),
  fault('answers to writes will be lost', (world) => [
    { verb: WRITES, effect: { type: 'cut', when: 'after' }, times: some(world) },
  ]),
  fault('writes will be lost on their way', (world) => [
    { verb: WRITES, effect: { type: 'cut', when: 'before' }, times: some(world) },
  ]),
  fault('reads of sets and Secrets will fail', (world) => [
    {
      verb: 'get',
      kind: world.random.next() < 0.5 ? 'ApplicationSet' : 'Secret',
      effect: { type: 'refuse', code: 500 },
      times: some(world, 6),
    },
  ]),
  fault('lists will fail', (world) => [
    { verb: 'list', effect: { type: 'refuse', code: 503 }, times: some(world, 6) },
  ]),
  fault('Leases cannot be written for a while', (world) => [
    { verb: 'update', kind: 'Lease', effect: { type: 'refuse', code: 500 }, times: some(world, 12) },
  ]),
  (world) => {
    world.store.compact();
    world.faults.add({ verb: 'watch', effect: { type: 'drop', afterEvents: 0, code: 410 }, times: 8 });
    return 'the server forgets what was, and ends watches that begin';
  },
  (world) => {
    world.faults.clear();
    return 'the server is well';
  },
];

const PROCESSES: readonly Happening[] = [
  (world) => {
    const process = pick(world, world.running);
    if (process === undefined) return undefined;
    process.kill();
    return `${process.name} is killed`;
  },
  (world) => {
    const afterwards = world.random.next() < 0.5;
    const verb = pick(world, ['create', 'patch', 'delete', 'patchStatus']);
    world.traps.push({
      matches: (call) => call.verb === verb && call.kind !== 'Event',
      left: world.random.int(0, 4),
      afterwards,
      spring: (process) => {
        world.trace.add(`* ${process.name} is killed ${afterwards ? 'after' : 'before'} it could ${verb}`);
        return true;
      },
    });
    return `a process will be killed at one of its next writes`;
  },
  (world) => {
    const process = pick(world, world.running);
    if (process === undefined) return undefined;
    process.operator.stop().catch(() => undefined);
    return `${process.name} is told to stop`;
  },
  (world) => {
    world.replicas = world.replicas === 1 ? 2 : 1;
    if (world.replicas > world.running.length) world.start();
    return `${world.replicas} replica${world.replicas === 1 ? '' : 's'} from now on`;
  },
  (world) => {
    const process = pick(world, world.running);
    if (process === undefined) return undefined;
    process.clock.offset += (world.random.next() < 0.5 ? 1 : -1) * 3_600_000;
    return `the wall clock of ${process.name} jumps`;
  },
];

/** What happens while an operator is looking, or between two of its writes. */
const IN_THE_MIDDLE: readonly Happening[] = [
  (world) => {
    const city = `c${world.random.int(1, 12)}`;
    world.traps.push({
      matches: (call) => call.kind === 'Application' && call.verb === 'create',
      left: world.random.int(0, 3),
      afterwards: true,
      spring: () => {
        world.truth.cities.add(city);
        world.author(towns(world));
        world.trace.add(`* towns: element ${city} comes, in the middle of it`);
        return false;
      },
    });
    return `towns will be edited while Applications are created`;
  },
  (world) => {
    when(world, 'get', 'ApplicationSet', 'towns', () => {
      for (let number = 1; number <= 6; number += 1) world.truth.cities.add(`c${number}`);
      world.author(towns(world));
      return 'towns: elements c1 to c6 are there';
    });
    return 'towns will be edited when it is looked at before a write';
  },
  (world) => {
    const set = aSet(world);
    when(world, 'get', 'ApplicationSet', set.name, () => {
      if (world.set(set) === undefined) return undefined;
      world.removeSet(set, 'Orphan', { sinceLong: true });
      return `${set.name}: deleted, its Applications left as orphans`;
    });
    return `${set.name} will be deleted when it is looked at before a write`;
  },
  (world) => {
    when(world, 'get', 'Application', undefined, ({ namespace = '', name = '' }) => {
      const annotations = { [OWN.keep]: 'true' };
      world.patch(APPS, namespace, name, { metadata: { annotations } });
      return `${name} is marked to be kept`;
    });
    return 'an Application will be marked when it is looked at before its deletion';
  },
  (world) => {
    when(world, 'get', 'Secret', undefined, ({ name = '' }) => {
      const { clusters } = world.truth;
      if (clusters.get(name) === true) return undefined;
      if (!clusters.has(name)) world.register(name);
      else world.patch(SECRETS, 'argocd', name, { metadata: { labels: { env: 'live' } } });
      clusters.set(name, true);
      return `cluster ${name} is there and live`;
    });
    return 'a cluster will be back when it is asked about';
  },
];

/** Does something in the moment such a call is on its way. */
function when(
  world: World,
  verb: string,
  kind: string,
  name: string | undefined,
  act: (call: TracedCall) => string | undefined,
): void {
  world.traps.push({
    matches: (call) => call.verb === verb && call.kind === kind && (name ?? call.name) === call.name,
    left: world.random.int(0, 3),
    afterwards: false,
    spring: (_process, call) => {
      const what = act(call);
      if (what !== undefined) world.trace.add(`* ${what}, just now`);
      return false;
    },
  });
}

/** Kinds of happenings, each as likely as it stands here. */
const KINDS = [AUTHORS, AUTHORS, SOURCES, SOURCES, PEOPLE, SERVER, PROCESSES, IN_THE_MIDDLE] as const;

/** Something happens; answers what. */
export function happen(world: World): string {
  for (;;) {
    const kind = pick(world, KINDS) ?? AUTHORS;
    const what = pick(world, kind)?.(world);
    if (what !== undefined) return what;
  }
}

/** Everything that was done to the world is undone, and nothing more is done to it. */
export function heal(world: World): void {
  const { truth } = world;
  world.faults.clear();
  world.traps = [];
  world.repository.isDown = truth.isGitDown = false;
  if (!truth.isProjectThere) world.restoreProject();
  truth.isProjectThere = true;
  // an empty list of clusters is never believed while Applications point at clusters
  if (truth.clusters.size === 0) world.register('k9', false);
  world.repository.commit(
    Object.fromEntries([...truth.unreadable].map((city) => [`sites/${city}.json`, siteOf(city)])),
  );
  truth.unreadable.clear();
  for (const application of world.applications()) {
    const { ownerReferences = [], annotations = {} } = application.metadata;
    if (annotations[OWN.keep] !== undefined)
      world.patch(APPS, ...placeOf(application), { metadata: { annotations: { [OWN.keep]: null } } });
    // a stranger of one of our names
    if (ownerReferences.length === 0 && annotations[OWN.owner] === undefined)
      world.remove(APPS, ...placeOf(application));
  }
  for (const set of truth.sets.values()) {
    Object.assign(set, { exists: true, broken: false, policy: 'sync', ignoresRelease: false, paused: false });
    if (world.set(set) !== undefined)
      world.patch(SETS, set.namespace, set.name, { metadata: { annotations: { [OWN.paused]: null } } });
    world.author(set);
  }
}
