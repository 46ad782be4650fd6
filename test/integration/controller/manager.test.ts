/**
 * The controller as it runs, on watch caches over a sandbox store: what wakes a set, what does not, and
 * that it settles: after its own writes nothing is left to do.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { OWNER_INDEX } from '../../../src/controller/live-view.ts';
import { silentLog } from '../../../src/controller/log.ts';
import { ControllerManager, type FinishedRun } from '../../../src/controller/manager.ts';
import { WorkQueue } from '../../../src/controller/queue.ts';
import { byController, Informer, slimApplication } from '../../../src/kube/index.ts';
import { createLiveSources } from '../../../src/sources/live/index.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { seededRandom } from '../../../src/support/random.ts';
import { list, Operator, shops } from './operator.ts';

class Running {
  readonly operator: Operator;
  readonly runs: FinishedRun[] = [];
  readonly manager: ControllerManager;
  readonly queue = new WorkQueue({ clock: systemClock, random: seededRandom(1) });
  readonly #abort = new AbortController();
  readonly #informers: readonly Informer[];
  #done: Promise<unknown> = Promise.resolve();

  constructor(operator = new Operator()) {
    this.operator = operator;
    const { client } = operator;
    const shared = { client, clock: systemClock, random: seededRandom(2) };
    const sets = new Informer({ ...shared, type: RESOURCES.applicationSets });
    const applications = new Informer({
      ...shared,
      type: RESOURCES.applications,
      transform: slimApplication,
      indexes: { [OWNER_INDEX]: byController('argoproj.io/v1alpha1', 'ApplicationSet') },
    });
    const labelSelector = 'argocd.argoproj.io/secret-type=cluster';
    const clusterSecrets = new Informer({
      ...shared,
      type: RESOURCES.secrets,
      labelSelector,
      namespace: 'argocd',
    });
    const projects = new Informer({ ...shared, type: RESOURCES.appProjects, namespace: 'argocd' });
    this.#informers = [sets, applications, clusterSecrets, projects];
    const live = createLiveSources({
      namespace: 'argocd',
      clock: systemClock,
      clusterSecrets: viewOf(clusterSecrets),
      projects: viewOf(projects),
      git: { tree: async () => expect.unreachable(), files: async () => expect.unreachable() } as never,
    });
    this.manager = new ControllerManager({
      client,
      caches: { sets, applications, clusterSecrets, projects },
      transform: slimApplication,
      facts: async () => ({ sources: live.snapshot(), inClusterEnabled: true }),
      settings: operator.settings,
      queue: this.queue,
      workers: 2,
      events: { emit: ({ reason, message }) => operator.events.push(`${reason} ${message}`) },
      clock: systemClock,
      random: seededRandom(3),
      log: silentLog,
      onRun: (run) => this.runs.push(run),
    });
  }

  async start(): Promise<void> {
    const { signal } = this.#abort;
    const watching = this.#informers.map((informer) => informer.run(signal));
    await Promise.all(this.#informers.map((informer) => informer.whenListed(5_000)));
    this.#done = Promise.allSettled([...watching, this.manager.run(signal)]);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.queue.close();
    await this.#done;
  }

  /** Waits until every key was worked on and the watches have brought what the store holds. */
  async settled(): Promise<void> {
    await vi.waitFor(
      () => {
        expect(this.queue.depth + this.queue.processing).toBe(0);
        const held = this.#informers[1]
          ?.list()
          .map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
        const stored = this.operator
          .applications()
          .map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
        expect(held?.sort()).toEqual(stored.sort());
      },
      { timeout: 5_000, interval: 5 },
    );
  }
}

const viewOf = (informer: Informer) => ({
  get synced() {
    return informer.synced;
  },
  list: () => informer.list(),
});

let running: Running | undefined;
const start = async (prepare: (operator: Operator) => void): Promise<Running> => {
  running = new Running();
  prepare(running.operator);
  await running.start();
  return running;
};
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

test('sets that are there are worked on; its own writes wake it no more', async () => {
  const { operator, runs } = await start((fresh) => fresh.apply(shops([list('porto', 'lyon')])));
  await vi.waitFor(() => expect(operator.names).toEqual(['shop-lyon', 'shop-porto']));
  await running?.settled();
  expect(runs.map(({ set }) => set)).toEqual(['argocd/shops']);
  expect(operator.set()?.status?.resourcesCount).toBe(2);
});

describe('a set is worked on again', () => {
  const settledOn = async (spec = shops([list('porto')])): Promise<Running> => {
    const fresh = await start((operator) => operator.apply(spec));
    await vi.waitFor(() => expect(fresh.runs).toHaveLength(1));
    await fresh.settled();
    return fresh;
  };

  test('when it is edited, once', async () => {
    const { operator, runs } = await settledOn();
    operator.apply(shops([list('porto', 'oslo')]));
    await vi.waitFor(() => expect(operator.names).toEqual(['shop-oslo', 'shop-porto']));
    await running?.settled();
    expect(runs).toHaveLength(2);
  });

  test('when an Application of it is changed by hand: that is put right', async () => {
    const { operator, runs } = await settledOn();
    operator.edit('shop-porto', { spec: { project: 'other' } });
    await vi.waitFor(() => expect(operator.application('shop-porto').spec.project).toBe('default'));
    await running?.settled();
    expect(runs).toHaveLength(2);
  });

  test('when an Application of it is gone: it is made again', async () => {
    const { operator } = await settledOn(
      shops([list('porto')], { syncPolicy: { preserveResourcesOnDeletion: true } }),
    );
    const before = operator.application('shop-porto').metadata.uid;
    operator.remove(RESOURCES.applications, 'shop-porto');
    await vi.waitFor(() => expect(operator.application('shop-porto').metadata.uid).not.toBe(before));
  });

  test('when an Application it waits for is gone, though that was never its own', async () => {
    const { operator, runs } = await settledOn(shops([list('porto')]));
    operator.seed({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'shop-oslo', namespace: 'argocd' },
      spec: { project: 'by-hand', destination: {} },
    });
    operator.apply(shops([list('porto', 'oslo')]));
    await vi.waitFor(() => expect(operator.condition('Conflict')).toContain('shop-oslo'));
    await running?.settled();
    const count = runs.length;
    operator.remove(RESOURCES.applications, 'shop-oslo');
    await vi.waitFor(() => expect(operator.application('shop-oslo').spec.project).toBe('default'));
    await running?.settled();
    expect(runs).toHaveLength(count + 1);
    expect(operator.condition('Conflict')).toBeUndefined();
  });

  test('but once where its element goes and its Application with it', async () => {
    const { operator, runs } = await settledOn(
      shops([list('porto', 'oslo')], { syncPolicy: { preserveResourcesOnDeletion: true } }),
    );
    operator.apply(shops([list('porto')], { syncPolicy: { preserveResourcesOnDeletion: true } }));
    await vi.waitFor(() => expect(operator.names).toEqual(['shop-porto']));
    await running?.settled();
    expect(runs).toHaveLength(2);
  });

  test('when the project it waits for is made', async () => {
    const spec = shops([list('porto')]) as { template: { spec: { project: string } } };
    spec.template.spec.project = 'later';
    const { operator } = await settledOn(spec as unknown as JsonObject);
    expect(operator.names).toEqual([]);
    operator.seed({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'later', namespace: 'argocd' },
      spec: {},
    });
    await vi.waitFor(() => expect(operator.names).toEqual(['shop-porto']));
  });

  test('when a cluster comes that its selector takes', async () => {
    const spec = shops([{ clusters: { selector: { matchLabels: { env: 'prod' } } } }]) as {
      template: { metadata: { name: string }; spec: { source: { path: string } } };
    };
    spec.template.metadata.name = 'shop-{{.name}}';
    spec.template.spec.source.path = 'x';
    const { operator, runs } = await settledOn(spec as unknown as JsonObject);
    operator.clusterSecret('test', 'https://test', { env: 'test' });
    operator.clusterSecret('eu', 'https://eu', { env: 'prod' });
    await vi.waitFor(() => expect(operator.names).toEqual(['shop-eu']));
    await running?.settled();
    expect(runs).toHaveLength(2);
  });

  test('but not for status, nor for annotations that are always preserved', async () => {
    const { operator, runs } = await settledOn();
    operator.edit('shop-porto', { status: { health: { status: 'Healthy' } } });
    operator.edit('shop-porto', { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } });
    await running?.settled();
    operator.apply(shops([list('porto', 'oslo')]));
    await vi.waitFor(() => expect(operator.names).toContain('shop-oslo'));
    await running?.settled();
    expect(runs).toHaveLength(2);
  });
});

test('a run that fails comes back by itself', async () => {
  const { operator, runs } = await start((fresh) => {
    fresh.client.faults.add({
      verb: 'get',
      kind: 'ApplicationSet',
      times: 2,
      effect: { type: 'refuse', code: 500 },
    });
    fresh.apply(shops([list('porto')]));
  });
  await vi.waitFor(() => expect(operator.names).toEqual(['shop-porto']));
  expect(runs.filter(({ result }) => result.error !== undefined).length).toBeGreaterThan(0);
});

test('sets of namespaces that are not ours are not looked at', async () => {
  const { operator, runs, manager } = await start((fresh) => {
    fresh.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } });
    fresh.seed({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name: 'theirs', namespace: 'team-a' },
      spec: shops([list('porto')]),
    });
    fresh.apply(shops([list('porto')]));
  });
  manager.enqueue('team-a/theirs');
  await vi.waitFor(() => expect(operator.names).toEqual(['shop-porto']));
  await running?.settled();
  expect(runs.map(({ set }) => set)).toEqual(['argocd/shops']);
});
