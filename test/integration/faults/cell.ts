/**
 * One cell of the matrix: an operator over HTTP on a sandbox of its own, four Applications, a fault while
 * somebody edits one of them and a fifth row comes, the end of the fault, and then a row that really
 * goes. What was deleted is told by the store itself. Time passes ten times faster for the operator.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ListOptions,
  type ObjectClient,
  RESOURCES,
  type ResourceType,
} from '../../../src/api/client.ts';
import { silentLog } from '../../../src/controller/log.ts';
import { type Operator, startOperator } from '../../../src/controller/operator.ts';
import { controllerSettings } from '../../../src/controller/settings.ts';
import { HttpObjectClient, plainConnection, Transport } from '../../../src/kube/index.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { type Clock, systemClock } from '../../../src/support/clock.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { type Tunnel, tunnelTo } from '../../harness/faulty-connections.ts';
import { type OperatorProcess, startOperatorProcess } from '../../harness/operator-process.ts';
import { APPS, applications, conditionsIn, namesOf, untilNames } from '../../harness/sets.ts';
import { until } from '../../harness/until.ts';
import type { Fault } from './faults.ts';
import { type GeneratorName, openWorld, type World } from './worlds.ts';

const SPEED = 10;
/** Of the operator's time. */
const POLL_SECONDS = 10;
/** By the wall clock, as it is written down; shorter than a fault, which must not delete all the same. */
const SETTLE_SECONDS = 1;
const DAY_MS = 86_400_000;
/** Longest wait for a step, on a busy machine. */
const PATIENCE_MS = 90_000;
/** How long the operator lives with the fault. */
const FAULT_MS = 1_500;

export interface CellResult {
  readonly fault: string;
  readonly generator: GeneratorName;
  readonly seed: number;
  /** Applications that went while they were wanted */
  readonly deleted: readonly string[];
  /** Applications that were wanted and were not there in the end */
  readonly lost: readonly string[];
  /** calls that met the fault */
  readonly struck: number;
  /** from the end of the fault until all was as it should be */
  readonly recoveredMs: number;
  readonly restarted: boolean;
}

/** The operator's clock: fast, and its wall time can be moved. */
class FastClock implements Clock {
  offset = 0;
  now(): number {
    return systemClock.now() + this.offset;
  }
  monotonic(): number {
    return systemClock.monotonic() * SPEED;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms / SPEED, signal);
  }
  after(ms: number, task: () => void): () => void {
    return systemClock.after(ms / SPEED, task);
  }
}

/** Asks for pages of two, so that every list has a second one. */
function inSmallPages(client: ObjectClient): ObjectClient {
  const list = (type: ResourceType, options: ListOptions = {}) => client.list(type, { ...options, limit: 2 });
  return new Proxy(client, {
    get: (target, key) => {
      if (key === 'list') return list;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

interface Actor {
  /** lists everything again */
  relist(): void;
  /** looks at the set that were finished so far */
  runs(): number;
  stop(): Promise<void>;
}

export async function runCell(fault: Fault, generator: GeneratorName, seed: number): Promise<CellResult> {
  const sandbox = await startSandbox();
  const folder = mkdtempSync(join(tmpdir(), 'appset-cell-'));
  const tunnel = await tunnelTo(sandbox.url);
  const ends: (() => Promise<unknown>)[] = [];
  try {
    await furnish(sandbox);
    // a process has no fast clock
    const world = await openWorld(generator, sandbox.client, {
      pollSeconds: fault.also === 'kill' ? 1 : POLL_SECONDS,
    });
    ends.push(world.close);
    const deletions = recordDeletions(sandbox);
    ends.push(deletions.stop);
    const cell = new Cell({
      fault,
      generator,
      seed,
      sandbox,
      tunnel,
      folder,
      world,
      deletions: deletions.seen,
      ends,
    });
    return await cell.run();
  } finally {
    for (const end of ends.reverse()) await end();
    await tunnel.close();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Parts {
  readonly fault: Fault;
  readonly generator: GeneratorName;
  readonly seed: number;
  readonly sandbox: Sandbox;
  readonly tunnel: Tunnel;
  readonly folder: string;
  readonly world: World;
  readonly deletions: readonly string[];
  readonly ends: (() => Promise<unknown>)[];
}

class Cell {
  readonly #parts: Parts;
  readonly #clock = new FastClock();
  #started = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async run(): Promise<CellResult> {
    const { fault, generator, seed, sandbox, world, deletions } = this.#parts;
    const { client } = sandbox;
    const random = seededRandom(seed);
    const before = ['a', 'b', 'c', 'd'];
    const during = [...before, 'e'];
    let actor: Actor | undefined;
    if (fault.also === 'kill') {
      await this.#killInTheMiddle(before);
    } else {
      const first = await this.#start();
      await world.rows(before);
      await untilNames(client, before, PATIENCE_MS);
      await this.#settled(first);
      if (fault.also === 'restart') await first.stop();
      await this.#strike();
      actor = fault.also === 'restart' ? await this.#start(false) : first;
      const edited = before[random.int(0, before.length)] ?? 'a';
      await client.patch(APPS, 'argocd', edited, { spec: { project: 'stolen' } }, { type: 'merge' });
      await world.rows(during);
      await this.#live(actor);
    }
    const struck = this.#struck();
    if (fault.also === 'kill') await world.rows(during);
    const wanted = [...deletions];
    const began = systemClock.monotonic();
    this.#relent(actor);
    let last = '';
    await until(
      'everything to be as it should be',
      async () => {
        const all = await applications(client);
        last = `${namesOf(all).join(', ')}; ${await conditionsIn(client)}`;
        const projects = new Set(all.map(({ spec }) => spec?.project));
        return during.every((name) => namesOf(all).includes(name)) && projects.size === 1;
      },
      { timeoutMs: PATIENCE_MS, last: () => last },
    );
    const recoveredMs = systemClock.monotonic() - began;
    const deleted = [...deletions];
    const there = namesOf(await applications(client));
    // and what really goes is deleted: the operator is not just paralysed
    const left = ['a', 'b', 'c', 'e'];
    await world.rows(left);
    await untilNames(client, left, PATIENCE_MS);
    return {
      fault: fault.name,
      generator,
      seed,
      deleted: [...new Set([...wanted, ...deleted, ...deletions.filter((name) => name !== 'd')])],
      lost: during.filter((name) => !there.includes(name)),
      struck,
      recoveredMs,
      restarted: fault.also === 'kill',
    };
  }

  /** An operator in this process, over HTTP through the tunnel. */
  async #start(wait = true): Promise<Actor> {
    const { fault, tunnel, folder, ends, seed } = this.#parts;
    const transport = new Transport(plainConnection(tunnel.url), { requestMs: fault.requestMs ?? 15_000 });
    let runs = 0;
    this.#started += 1;
    const operator: Operator = startOperator({
      client: inSmallPages(new HttpObjectClient(transport)),
      settings: controllerSettings({
        requeueAfterSeconds: POLL_SECONDS,
        clusterSettleSeconds: SETTLE_SECONDS,
      }),
      workers: 2,
      gitFolder: join(folder, `git-${this.#started}`),
      gitTimeoutMs: 3_000 * SPEED,
      lease: { durationMs: 30_000 * SPEED, renewDeadlineMs: 20_000 * SPEED, retryMs: 500 * SPEED },
      identity: `operator-${this.#started}`,
      clock: this.#clock,
      random: seededRandom(seed + this.#started),
      log: silentLog,
      telemetry: {
        ran: () => {
          runs += 1;
        },
        queueWaited: () => {},
        gitRan: () => {},
      },
    });
    const stop = async () => {
      await operator.stop();
      await transport.close();
    };
    ends.push(stop);
    operator.ready.catch(() => {
      // stopped before it was ready: the cell tells what it waited for
    });
    if (wait) await operator.leading;
    const relist = () => {
      for (const cache of Object.values(operator.caches) as { relist(): void }[]) cache.relist();
    };
    return { runs: () => runs, relist, stop };
  }

  /** No run for as long as a poll of git takes to come round. */
  async #settled(actor: Actor): Promise<void> {
    await until('a first run', () => actor.runs() > 0, { timeoutMs: PATIENCE_MS });
    await until(
      'a status',
      async () => {
        const set = await this.#parts.sandbox.client.get(RESOURCES.applicationSets, 'argocd', 'shops');
        return set.status?.resourcesCount === 4;
      },
      { timeoutMs: PATIENCE_MS },
    );
  }

  async #strike(): Promise<void> {
    const { fault, sandbox, tunnel, world } = this.#parts;
    sandbox.faults.add(...fault.api);
    if (world.git !== undefined) world.git.fault = fault.git;
    if (fault.also === 'jump') this.#clock.offset = DAY_MS;
    tunnel.cutAll();
  }

  /** Lives with the fault, once it was met. */
  async #live(actor: Actor): Promise<void> {
    const { fault } = this.#parts;
    const began = systemClock.monotonic();
    if (fault.api.length > 0) await until(`${fault.name} to be met`, () => this.#struck() > 0);
    await until('time to pass', () => systemClock.monotonic() - began > FAULT_MS);
    if (fault.also !== 'jump') return;
    this.#clock.offset = -DAY_MS;
    const runs = actor.runs();
    await until('time to pass', () => actor.runs() > runs || systemClock.monotonic() - began > 2 * FAULT_MS);
  }

  #struck(): number {
    const { sandbox, world } = this.#parts;
    return sandbox.faults.struck().reduce((sum, one) => sum + one, 0) + (world.git?.struck ?? 0);
  }

  #relent(actor: Actor | undefined): void {
    const { fault, sandbox, world } = this.#parts;
    sandbox.faults.clear();
    if (world.git !== undefined) world.git.fault = undefined;
    // nobody can tell a lie from the truth but by another list: watches expire sooner or later
    if (fault.also === 'relist afterwards') actor?.relist();
  }

  /** A process that is killed when it has made the first Application, and its successor. */
  async #killInTheMiddle(rows: readonly string[]): Promise<void> {
    const { fault, folder, sandbox, world, ends } = this.#parts;
    const kubeconfig = join(folder, 'kubeconfig');
    sandbox.writeKubeconfig(kubeconfig);
    sandbox.faults.add(...fault.api);
    await world.rows(rows);
    const args = ['--concurrent-application-updates', '1', '--requeue-after', '1s', '--cluster-settle', '1s'];
    const start = (): OperatorProcess => {
      const process = startOperatorProcess(kubeconfig, args);
      ends.push(process.kill);
      return process;
    };
    const first = start();
    await first.said('leading', PATIENCE_MS);
    await until('a first Application', async () => (await applications(sandbox.client)).length > 0, {
      timeoutMs: PATIENCE_MS,
    });
    await first.kill();
    const release = { spec: { holderIdentity: '' } };
    await sandbox.client.patch(RESOURCES.leases, 'argocd', 'appset-operator', release, { type: 'merge' });
    start();
    await untilNames(sandbox.client, rows, PATIENCE_MS);
  }
}

/** Namespace and project, as a fresh installation has them. */
async function furnish({ client }: Sandbox): Promise<void> {
  await client.create(RESOURCES.appProjects, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: 'argocd' },
    spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
  });
}

/** Every Application that goes, or begins to, in the order it happens; the store itself tells. */
function recordDeletions(sandbox: Sandbox): { readonly seen: string[]; stop(): Promise<void> } {
  const seen: string[] = [];
  const abort = new AbortController();
  const watching = (async () => {
    const { resourceVersion } = await sandbox.client.list(APPS);
    for await (const event of sandbox.client.watch(APPS, { resourceVersion, signal: abort.signal })) {
      if (event.type === 'ERROR') throw event.error;
      if (event.type === 'DELETED') seen.push(event.object.metadata.name);
    }
  })().catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  return {
    seen,
    stop: async () => {
      abort.abort();
      await watching;
    },
  };
}
