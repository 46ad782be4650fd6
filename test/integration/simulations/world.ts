/**
 * The world of a simulation: an API server in memory with Argo CD's own CRDs, a repository, processes of
 * the operator that are started again when they have ended, and what people and other programs do to all
 * of it. Every deletion and every write of an operator is judged in the moment it is made.
 */
import { RESOURCES, type ResourceType } from '../../../src/api/client.ts';
import { OWN, SECRET_TYPE_LABEL } from '../../../src/api/names.ts';
import type { Application, ApplicationSet, JsonObject, KubeObject } from '../../../src/api/objects.ts';
import { controllerOf } from '../../../src/planning/ownership.ts';
import { argoCrds, Faults, Store } from '../../../src/sandbox/index.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { type Random, seededRandom } from '../../../src/support/random.ts';
import { ProcessClock, SimulatedTime } from './clock.ts';
import { Process } from './process.ts';
import { SimulatedRepository } from './repository.ts';
import { Trace, type TracedCall } from './trace.ts';
import { type Authored, serverOf, Truth } from './truth.ts';

const { applications: APPS, applicationSets: SETS, secrets: SECRETS } = RESOURCES;
const WRITES = new Set(['create', 'update', 'patch', 'patchStatus', 'delete']);
const RESTART_MS = 15_000;
export const SETTLE_SECONDS = 30;

/** Something that is to happen in the middle of what operators do. */
export interface Trap {
  readonly matches: (call: TracedCall) => boolean;
  /** calls that pass before */
  left: number;
  /** true: the process that makes the call is killed */
  readonly spring: (process: Process, call: TracedCall) => boolean;
  /** when the server has done it, not before */
  readonly afterwards: boolean;
}

export class World {
  readonly random: Random;
  readonly time = new SimulatedTime();
  readonly trace = new Trace(() => this.time.elapsed);
  readonly truth = new Truth();
  readonly store: Store;
  readonly faults: Faults;
  readonly repository: SimulatedRepository;
  readonly processes: Process[] = [];
  /** what went wrong */
  readonly wrongs: string[] = [];
  /** writes of operators, but for Leases and Events */
  writes = 0;
  lists = 0;
  deletions = 0;
  replicas = 1;
  traps: Trap[] = [];
  /** name of a set that is being or was deleted → since when, in ms */
  readonly #goneSince = new Map<string, number>();
  readonly #seed: number;
  readonly #clock: ProcessClock;
  #started = 0;
  readonly #restarts = new Set<Process>();

  constructor(seed: number) {
    this.#seed = seed;
    this.random = seededRandom(seed);
    this.#clock = new ProcessClock(this.time);
    this.faults = new Faults(this.#clock);
    const made = new Map<string, number>();
    this.store = new Store({
      clock: this.#clock,
      random: seededRandom(seed + 1),
      crds: argoCrds(),
      gc: 'manual',
      uid: ({ kind, metadata: { namespace = '', name } }) => {
        const key = `${kind}/${namespace}/${name}`;
        const times = (made.get(key) ?? 0) + 1;
        made.set(key, times);
        return `${kind.toLowerCase()}-${name}-${times}`;
      },
    });
    const { truth, random } = this;
    const some = (into: Set<string>, letter: string, most: number) => {
      for (let i = random.int(1, most); i > 0; i -= 1) into.add(`${letter}${i}`);
    };
    some(truth.cities, 'c', 6);
    some(truth.stages, 's', 3);
    some(truth.folders, 'f', 6);
    some(truth.sites, 'p', 5);
    this.repository = new SimulatedRepository({
      'README.md': 'fleet',
      ...Object.fromEntries([...truth.folders].map((name) => [`apps/${name}/app.yaml`, ''])),
      ...Object.fromEntries([...truth.sites].map((name) => [`sites/${name}.json`, siteOf(name)])),
    });
    this.#seedObjects();
    for (let i = random.int(1, 4); i > 0; i -= 1) this.register(`k${i}`);
    for (const set of truth.sets.values()) this.author(set);
  }

  #seedObjects(): void {
    const metadata = { name: 'team-a' };
    this.store.create(this.store.kind(RESOURCES.namespaces), undefined, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata,
    });
    this.restoreProject();
  }

  restoreProject(): void {
    const sourceNamespaces = ['team-*'];
    const spec = {
      sourceRepos: ['*'],
      destinations: [{ server: '*', name: '*', namespace: '*' }],
      sourceNamespaces,
    };
    this.create(RESOURCES.appProjects, 'argocd', 'default', { spec });
  }

  // ---- what people write

  create(
    type: ResourceType,
    namespace: string,
    name: string,
    body: JsonObject,
    metadata: JsonObject = {},
  ): void {
    const { apiVersion, kind } = type;
    this.store.create(this.store.kind(type), namespace, {
      apiVersion,
      kind,
      metadata: { name, namespace, ...metadata },
      ...body,
    });
  }

  patch(type: ResourceType, namespace: string, name: string, patch: JsonObject): void {
    const options = { type: 'merge', dryRun: false, fieldManager: 'somebody', force: false } as const;
    this.store.patch(this.store.kind(type), namespace, name, patch, options);
  }

  remove(type: ResourceType, namespace: string, name: string, propagationPolicy?: 'Orphan'): void {
    this.store.delete(
      this.store.kind(type),
      namespace,
      name,
      propagationPolicy === undefined ? {} : { propagationPolicy },
    );
  }

  /** Registers a cluster. */
  register(name: string, isLive = true): void {
    const encode = (text: string) => Buffer.from(text).toString('base64');
    this.truth.clusters.set(name, isLive);
    const labels = { [SECRET_TYPE_LABEL]: 'cluster', env: isLive ? 'live' : 'off' };
    const data = { name: encode(name), server: encode(serverOf(name)), config: encode('{}') };
    this.create(SECRETS, 'argocd', name, { data }, { labels });
  }

  /** The set as its author has it now; one that is being deleted cannot be written. */
  author(set: Authored): void {
    const { name, namespace, exists } = set;
    const live = this.set(set);
    if (!exists || live?.metadata.deletionTimestamp !== undefined) return;
    const spec = this.truth.specOf(set);
    if (live === undefined) this.create(SETS, namespace, name, { spec });
    else this.store.update(this.store.kind(SETS), namespace, name, { ...live, spec });
  }

  /** @param sinceLong nobody may act as if it were there, not even for the time between two looks */
  removeSet(set: Authored, propagation?: 'Orphan', { sinceLong = false } = {}): void {
    set.exists = false;
    this.#goneSince.set(set.name, sinceLong ? Number.NEGATIVE_INFINITY : this.time.elapsed);
    this.remove(SETS, set.namespace, set.name, propagation);
  }

  set({ namespace, name }: Authored): ApplicationSet | undefined {
    return this.sets().find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  }

  sets(): readonly ApplicationSet[] {
    return this.store.list(this.store.kind(SETS)).items as unknown as ApplicationSet[];
  }

  applications(): readonly Application[] {
    return this.store.list(this.store.kind(APPS)).items as unknown as Application[];
  }

  // ---- processes

  start(): Process {
    this.#started += 1;
    const name = `operator-${this.#started}`;
    this.trace.add(`${name} starts`);
    const process = new Process(name, this.#started, {
      store: this.store,
      faults: this.faults,
      time: this.time,
      repository: this.repository,
      trace: this.trace,
      seed: this.#seed,
      settings: {
        namespaces: ['team-*'],
        clusterSettleSeconds: SETTLE_SECONDS,
        requeueAfterSeconds: 120,
      },
      onCall: (caller, call) => this.#onCall(caller, call),
      onDone: (caller, call) => this.#sprung(caller, call, true),
    });
    this.processes.push(process);
    return process;
  }

  get running(): readonly Process[] {
    return this.processes.filter(({ ended }) => !ended);
  }

  /** As many processes as there are to be: what has ended is started again after a while. */
  keepRunning(): void {
    for (const process of this.processes) {
      if (!process.ended || this.#restarts.has(process)) continue;
      this.#restarts.add(process);
      this.time.after(RESTART_MS, () => {
        if (this.running.length < this.replicas) this.start();
      });
    }
  }

  async pass(seconds: number): Promise<void> {
    for (let left = seconds * 1_000; left > 0; left -= RESTART_MS) {
      await this.time.pass(Math.min(left, RESTART_MS));
      this.keepRunning();
      this.store.collectGarbage();
    }
    await this.time.pass(0);
  }

  // ---- what is judged

  #onCall(process: Process, call: TracedCall): boolean {
    if (call.verb === 'list') this.lists += 1;
    if (WRITES.has(call.verb) && call.kind !== 'Lease' && call.kind !== 'Event') {
      this.writes += 1;
      this.#judgeWrite(process, call);
    }
    return this.#sprung(process, call, false);
  }

  #judgeWrite({ name }: Process, { verb, kind, namespace, name: object, sent }: TracedCall): void {
    const leases = this.store.list(this.store.kind(RESOURCES.leases), { namespace: 'argocd' }).items;
    const holder = leases.find(({ metadata }) => metadata.name === 'appset-operator')?.spec?.holderIdentity;
    if (holder !== name) {
      this.wrongs.push(`${name} writes ${kind}/${object}, and the Lease is ${JSON.stringify(holder)}'s`);
    }
    if (kind !== 'Application') return;
    if (verb !== 'delete') {
      this.#judgeOwner(name, object, sent as KubeObject);
      return;
    }
    this.deletions += 1;
    const why = this.#whyNotDelete(namespace ?? '', object ?? '');
    if (why !== undefined) this.wrongs.push(`${name} deletes ${object}: ${why}`);
  }

  /** Who is given a set that goes as its owner is collected as garbage. */
  #judgeOwner(who: string, application: string | undefined, { metadata }: Partial<KubeObject>): void {
    const owner = metadata?.ownerReferences?.find(({ kind }) => kind === 'ApplicationSet');
    const since = this.#goneSince.get(owner?.name ?? '');
    if (owner === undefined || since === undefined) return;
    const live = this.sets().find((set) => set.metadata.uid === owner.uid);
    if (live !== undefined && live.metadata.deletionTimestamp === undefined) return;
    if (this.time.elapsed - since > LIMITS.barrierMs)
      this.wrongs.push(`${who} makes ${application} one of ${owner.name}, which is gone`);
  }

  #whyNotDelete(namespace: string, name: string): string | undefined {
    const live = this.applications().find(
      ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
    );
    // whoever is late is told so by the server
    if (live === undefined) return undefined;
    if (live.metadata.deletionTimestamp !== undefined) return 'it is terminating';
    if (live.metadata.annotations?.[OWN.keep] === 'true') return 'it is marked to be kept';
    const owner = controllerOf(live);
    const set = [...this.truth.sets.values()].find(
      (one) => one.name === owner?.name && one.namespace === namespace,
    );
    if (set === undefined || this.set(set)?.metadata.uid !== owner?.uid) return 'it is not ours';
    return this.truth.whyNot(set, name);
  }

  #sprung(process: Process, call: TracedCall, afterwards: boolean): boolean {
    for (const trap of this.traps) {
      if (trap.afterwards !== afterwards || !trap.matches(call)) continue;
      trap.left -= 1;
      if (trap.left >= 0) continue;
      this.traps = this.traps.filter((other) => other !== trap);
      return trap.spring(process, call);
    }
    return false;
  }
}

export const siteOf = (city: string): string => JSON.stringify({ city });

export const conditionOf = (set: KubeObject | ApplicationSet, type: string) =>
  ((set.status as ApplicationSet['status'])?.conditions ?? []).find((one) => one.type === type);
