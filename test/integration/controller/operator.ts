/**
 * An operator on a sandbox store, one run at a time: facts are values a test changes, time moves when it
 * is told to, calls and events are recorded. Garbage is collected when a test says so. Deletions wait for
 * no settle time unless a test asks for it, and every commit descends from the one before.
 */
import { RESOURCES } from '../../../src/api/client.ts';
import type { Application, ApplicationSet, JsonObject, KubeObject } from '../../../src/api/objects.ts';
import type { StandingClock } from '../../../src/conformance/controller-world.ts';
import { DirectLiveView } from '../../../src/controller/live-view.ts';
import { silentLog } from '../../../src/controller/log.ts';
import { ControllerMemory } from '../../../src/controller/memory.ts';
import { allowedNamespaces } from '../../../src/controller/namespaces.ts';
import { type ReconcileDeps, type ReconcileResult, reconcileSet } from '../../../src/controller/reconcile.ts';
import { type ControllerSettings, controllerSettings } from '../../../src/controller/settings.ts';
import type { MadeCall } from '../../../src/sandbox/index.ts';
import { worldSources } from '../../../src/sources/recorded/index.ts';
import { seededRandom } from '../../../src/support/random.ts';
import type { TestClient } from '../../harness/observed-client.ts';
import { openStage } from '../../harness/stage.ts';

export const GIT = 'https://git.example.org/fleet.git';
const WRITES = new Set(['create', 'update', 'patch', 'delete']);

export const list = (...cities: string[]): JsonObject => ({
  list: { elements: cities.map((city) => ({ city })) },
});
export const directories = (path = 'apps/*'): JsonObject => ({
  git: { repoURL: GIT, revision: 'main', directories: [{ path }] },
});

/** The spec of a set that makes `shop-CITY` for each element. */
export const shops = (generators: readonly JsonObject[], change: JsonObject = {}): JsonObject => ({
  goTemplate: true,
  goTemplateOptions: ['missingkey=error'],
  generators,
  template: {
    metadata: { name: 'shop-{{.city}}' },
    spec: {
      project: 'default',
      source: { repoURL: GIT, path: 'deploy/{{.city}}', targetRevision: 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
    },
  },
  ...change,
});

export class Operator {
  readonly clock: StandingClock;
  readonly client: TestClient;
  readonly calls: MadeCall[] = [];
  readonly events: string[] = [];
  settings: ControllerSettings;
  memory = new ControllerMemory();
  repositories: JsonObject = { [GIT]: { main: { files: {} } } };
  /** whether a commit descends from the one seen before; throws when that cannot be read */
  descends = async (_older: string, _newer: string): Promise<{ descends: boolean; branch: boolean }> => ({
    descends: true,
    branch: true,
  });
  /** hooks that a test puts between the operator and the store */
  before: ((call: MadeCall) => void) | undefined;

  constructor(settings: Partial<ControllerSettings> = {}) {
    this.settings = controllerSettings({ clusterSettleSeconds: 0, ...settings });
    const stage = openStage((call) => {
      this.calls.push(call);
      this.before?.(call);
    });
    this.clock = stage.clock;
    this.client = stage.client;
    this.project('default');
  }

  project(name: string): void {
    this.seed({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name, namespace: 'argocd' },
      spec: {},
    });
  }

  seed(...objects: JsonObject[]): void {
    this.client.store.seed(...objects);
  }

  /** Creates or replaces the spec of the set `shops`, as its author does. */
  apply(spec: JsonObject, metadata: JsonObject = {}): void {
    const kind = this.client.store.kind(RESOURCES.applicationSets);
    const live = this.set();
    const object = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ApplicationSet',
      metadata: { name: 'shops', namespace: 'argocd', ...metadata },
      spec,
    };
    if (live === undefined) this.client.store.create(kind, 'argocd', object);
    else {
      const kept = { ...live.metadata, ...metadata };
      this.client.store.update(kind, 'argocd', 'shops', { ...live, metadata: kept, spec });
    }
  }

  files(...paths: string[]): void {
    const files = Object.fromEntries(paths.map((path) => [path, '']));
    this.repositories = { [GIT]: { main: { files } } };
  }
  breakGit(error = 'no route to host'): void {
    this.repositories = { [GIT]: { main: { files: {}, error } } };
  }

  clusterSecret(name: string, server: string, labels: JsonObject = {}): void {
    const encode = (text: string) => Buffer.from(text).toString('base64');
    this.seed({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace: 'argocd',
        labels: { 'argocd.argoproj.io/secret-type': 'cluster', ...labels },
      },
      data: { name: encode(name), server: encode(server), config: encode('{}') },
    });
  }

  deps(change: Partial<ReconcileDeps> = {}): ReconcileDeps {
    return {
      client: this.client,
      live: new DirectLiveView(this.client),
      facts: async () => ({
        sources: this.sources(),
        inClusterEnabled: true,
        descends: (_request, older, newer) => this.descends(older, newer),
      }),
      settings: this.settings,
      allowed: allowedNamespaces('argocd', this.settings.namespaces).allows,
      memory: this.memory,
      events: {
        emit: ({ reason, message }) => {
          this.events.push(`${reason} ${message}`);
        },
      },
      clock: this.clock,
      random: seededRandom(1),
      log: silentLog,
      ...change,
    };
  }

  sources() {
    const { store } = this.client;
    const all = (type: (typeof RESOURCES)[keyof typeof RESOURCES]) =>
      store.list(store.kind(type), { namespace: 'argocd' }).items as unknown as JsonObject[];
    const clusterSecrets = all(RESOURCES.secrets).filter(
      (secret) =>
        (secret as unknown as KubeObject).metadata.labels?.['argocd.argoproj.io/secret-type'] === 'cluster',
    );
    return worldSources(
      { clusterSecrets, appProjects: all(RESOURCES.appProjects), repositories: this.repositories },
      { clock: this.clock },
    );
  }

  /** One run of the set `shops`; the record of calls starts anew. */
  async run(change: Partial<ReconcileDeps> = {}): Promise<ReconcileResult> {
    this.calls.length = 0;
    this.events.length = 0;
    return reconcileSet({ namespace: 'argocd', name: 'shops' }, this.deps(change));
  }

  /** Writes of the last run, `verb kind/name`. */
  get writes(): string[] {
    return this.calls
      .filter(({ verb }) => WRITES.has(verb) || verb.endsWith('Status'))
      .map(({ verb, kind, name }) => `${verb} ${kind}/${name}`);
  }

  set(): ApplicationSet | undefined {
    const { store } = this.client;
    const all = store.list(store.kind(RESOURCES.applicationSets), { namespace: 'argocd' }).items;
    return all.find(({ metadata }) => metadata.name === 'shops') as unknown as ApplicationSet | undefined;
  }

  applications(): readonly Application[] {
    const { store } = this.client;
    return store.list(store.kind(RESOURCES.applications), { namespace: 'argocd' })
      .items as unknown as Application[];
  }
  get names(): string[] {
    return this.applications().map(({ metadata }) => metadata.name);
  }
  application(name: string): Application {
    const { store } = this.client;
    return store.get(store.kind(RESOURCES.applications), 'argocd', name) as unknown as Application;
  }

  /** A merge patch by somebody else. */
  edit(name: string, patch: JsonObject): void {
    const { store } = this.client;
    store.patch(store.kind(RESOURCES.applications), 'argocd', name, patch, {
      type: 'merge',
      dryRun: false,
      fieldManager: 'somebody',
      force: false,
    });
  }
  editSet(patch: JsonObject): void {
    const { store } = this.client;
    store.patch(store.kind(RESOURCES.applicationSets), 'argocd', 'shops', patch, {
      type: 'merge',
      dryRun: false,
      fieldManager: 'somebody',
      force: false,
    });
  }
  remove(type: (typeof RESOURCES)[keyof typeof RESOURCES], name: string, propagationPolicy?: 'Orphan'): void {
    const { store } = this.client;
    store.delete(
      store.kind(type),
      'argocd',
      name,
      propagationPolicy === undefined ? {} : { propagationPolicy },
    );
  }

  condition(type: string): string | undefined {
    const found = this.set()?.status?.conditions?.find((condition) => condition.type === type);
    return found && `${found.status} ${found.reason} ${found.message}`;
  }
}
