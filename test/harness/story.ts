/**
 * A story: the operator as it runs (watch caches, queue, Lease, live git), on a real API server, in a
 * namespace of the story's own that is its control plane. Nothing is staged but the clock, which may be
 * hurried, and what the story itself breaks. No Argo CD runs beside: an Application that is deleted with
 * the resources finalizer stays terminating, which shows that its workloads would go.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, type TestContext, test } from 'vitest';
import {
  type ApiError,
  isAlreadyExists,
  isNotFound,
  type ObjectClient,
  RESOURCES,
  type ResourceType,
} from '../../src/api/client.ts';
import { CLUSTER_SECRET_TYPE, RESOURCES_FINALIZER, SECRET_TYPE_LABEL } from '../../src/api/names.ts';
import type { ApplicationSet, Json, JsonObject, KubeObject } from '../../src/api/objects.ts';
import type { Log } from '../../src/controller/log.ts';
import { type Operator, startOperator } from '../../src/controller/operator.ts';
import { type ControllerSettings, controllerSettings } from '../../src/controller/settings.ts';
import { HttpObjectClient, loadConnection, Transport } from '../../src/kube/index.ts';
import { messageOf } from '../../src/support/errors.ts';
import { seededRandom } from '../../src/support/random.ts';
import { TestRepository } from '../unit/git/fixture.ts';
import { type CommandResult, shell } from './cli.ts';
import { StoryClock } from './story-clock.ts';
import { until } from './until.ts';

const SETS = RESOURCES.applicationSets;
const APPS = RESOURCES.applications;
/** The clock is hurried; a Lease that outlives every story is never lost to that. */
const LEASE = { durationMs: 36_000_000, renewDeadlineMs: 30_000_000, retryMs: 600_000 };
const TIMEOUT_MS = Number(process.env['STORY_TIMEOUT_MS'] ?? 90_000);

export interface Call {
  readonly verb: string;
  readonly kind: string;
  readonly name: string;
}
export interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}
export type Operating = Operator & { readonly lines: readonly Line[] };

export interface SetOptions {
  /** default `shops` */
  readonly name?: string;
  readonly annotations?: JsonObject;
  readonly metadata?: JsonObject;
  /** merged over spec */
  readonly spec?: JsonObject;
  /** name of the Applications; default `SET-{{.city}}` */
  readonly called?: string;
  /** merged over template.spec */
  readonly template?: JsonObject;
}

let counted = 0;

export class Story {
  readonly namespace: string;
  readonly kubeconfig: string;
  readonly clock = new StoryClock();
  readonly client: ObjectClient;
  /** what operators of this story asked of the API, writes only */
  readonly calls: Call[] = [];
  /** stands between the operators and the API; what it throws is what they are answered */
  fault: ((call: Call) => ApiError | undefined | Promise<ApiError | undefined>) | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), 'appset-story-'));
  readonly #ends: (() => Promise<unknown> | void)[] = [];
  readonly #operators = new Set<Operator>();
  #repositories = 0;
  readonly #lines: Line[] = [];

  private constructor(kubeconfig: string, client: ObjectClient, end: () => Promise<void>) {
    counted += 1;
    this.namespace = `story-${process.pid}-${counted}`;
    this.kubeconfig = kubeconfig;
    this.client = client;
    this.#ends.push(end);
  }

  static async open(kubeconfig = inject('storyKubeconfig')): Promise<Story> {
    const transport = new Transport(await loadConnection({ kubeconfig }), { userAgent: 'appset-test' });
    const story = new Story(kubeconfig, new HttpObjectClient(transport), () => transport.close());
    await story.client.create(RESOURCES.namespaces, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: story.namespace },
    });
    await story.create(RESOURCES.appProjects, 'default', {
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] },
    });
    return story;
  }

  /** Starts an operator and waits until it leads; with `wait: false` until its caches are filled. */
  async operate(
    settings: Partial<ControllerSettings> = {},
    { wait = true, kubeconfig = this.kubeconfig } = {},
  ): Promise<Operating> {
    const transport = new Transport(await loadConnection({ kubeconfig }), { connections: 64 });
    const lines: Line[] = [];
    const log = logTo((line) => {
      lines.push(line);
      this.#lines.push(line);
    });
    const operator = startOperator({
      client: this.#watched(new HttpObjectClient(transport, { fieldManager: 'appset-operator' })),
      settings: controllerSettings({
        controllerNamespace: this.namespace,
        clusterSettleSeconds: 2,
        requeueAfterSeconds: 20,
        ...settings,
      }),
      workers: 4,
      gitFolder: mkdtempSync(join(this.#folder, 'git-')),
      allowLocalGit: true,
      lease: LEASE,
      identity: `operator-${this.namespace}-${this.#operators.size}-${this.#ends.length}`,
      clock: this.clock,
      random: seededRandom(this.#ends.length),
      log,
    });
    this.#operators.add(operator);
    this.#ends.push(async () => {
      await operator.stop();
      await transport.close();
    });
    operator.done.catch(() => {});
    await operator.ready;
    if (wait) await operator.leading;
    return Object.assign(operator, { lines });
  }

  async stop(operator: Operator): Promise<void> {
    this.#operators.delete(operator);
    await operator.stop();
  }

  /** Stops it as a kill would: what it has under way is answered to nobody. */
  async restart(operator: Operator, settings: Partial<ControllerSettings> = {}): Promise<Operating> {
    await this.stop(operator);
    return this.operate(settings);
  }

  /** The operators that run now. */
  running(): readonly Operator[] {
    return [...this.#operators];
  }

  #watched(client: HttpObjectClient): ObjectClient {
    const met = async (verb: string, kind: string, name: string): Promise<void> => {
      const call = { verb, kind, name };
      if (!['get', 'list'].includes(verb)) this.calls.push(call);
      const error = await this.fault?.(call);
      if (error !== undefined) throw error;
    };
    return {
      get: async (type, namespace, name, options) => {
        await met('get', type.kind, name);
        return client.get(type, namespace, name, options);
      },
      list: async (type, options) => {
        await met('list', type.kind, '');
        return client.list(type, options);
      },
      watch: (type, options) => client.watch(type, options),
      create: async (type, object, options) => {
        await met('create', type.kind, object.metadata.name);
        return client.create(type, object, options);
      },
      update: async (type, object, options) => {
        await met(options?.subresource === 'status' ? 'status' : 'update', type.kind, object.metadata.name);
        return client.update(type, object, options);
      },
      patch: async (type, namespace, name, patch, options) => {
        await met(options.subresource === 'status' ? 'status' : 'patch', type.kind, name);
        return client.patch(type, namespace, name, patch, options);
      },
      delete: async (type, namespace, name, options) => {
        await met('delete', type.kind, name);
        return client.delete(type, namespace, name, options);
      },
    };
  }

  /** Makes an object of the story's namespace. */
  async create(
    type: ResourceType,
    name: string,
    body: JsonObject = {},
    metadata: JsonObject = {},
  ): Promise<KubeObject> {
    const { apiVersion, kind } = type;
    const object = { apiVersion, kind, ...body, metadata: { name, namespace: this.namespace, ...metadata } };
    return this.client.create(type, object as unknown as KubeObject);
  }

  patch(type: ResourceType, name: string, patch: JsonObject, subresource?: 'status'): Promise<KubeObject> {
    return this.client.patch(type, this.namespace, name, patch, {
      type: 'merge',
      ...(subresource === undefined ? {} : { subresource }),
    });
  }

  remove(type: ResourceType, name: string, propagationPolicy?: 'Orphan'): Promise<KubeObject | undefined> {
    return this.client.delete(
      type,
      this.namespace,
      name,
      propagationPolicy === undefined ? {} : { propagationPolicy },
    );
  }

  /** A set as its author writes it: one Application for each row that has a `city`. */
  setOf(generators: readonly Json[], options: SetOptions = {}): JsonObject {
    const name = options.name ?? 'shops';
    return {
      apiVersion: SETS.apiVersion,
      kind: SETS.kind,
      metadata: {
        name,
        namespace: this.namespace,
        ...options.metadata,
        ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
      },
      spec: {
        goTemplate: true,
        goTemplateOptions: ['missingkey=error'],
        generators: [...generators],
        template: {
          metadata: { name: options.called ?? `${name}-{{.city}}` },
          spec: {
            project: 'default',
            source: {
              repoURL: 'https://git.example.org/fleet.git',
              path: 'deploy/{{.city}}',
              targetRevision: 'main',
            },
            destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
            ...options.template,
          },
        },
        ...options.spec,
      },
    };
  }

  /** Applies a set: creates it, or puts its spec, labels and annotations in place of what is there. */
  async apply(generators: readonly Json[], options: SetOptions = {}): Promise<KubeObject> {
    const object = this.setOf(generators, options);
    try {
      return await this.client.create(SETS, object as unknown as KubeObject);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    const name = options.name ?? 'shops';
    if (options.annotations !== undefined)
      await this.patch(SETS, name, { metadata: { annotations: options.annotations } });
    const patch = [{ op: 'replace', path: '/spec', value: object['spec'] as Json }];
    return this.client.patch(SETS, this.namespace, name, patch as unknown as Json, { type: 'json' });
  }

  annotate(annotations: JsonObject, name = 'shops'): Promise<KubeObject> {
    return this.patch(SETS, name, { metadata: { annotations } });
  }

  /** Registers a cluster with Argo CD. */
  cluster(
    name: string,
    labels: JsonObject = {},
    server = `https://${name}.example.org`,
  ): Promise<KubeObject> {
    return this.create(
      RESOURCES.secrets,
      name,
      { stringData: { name, server, config: '{}' } },
      { labels: { [SECRET_TYPE_LABEL]: CLUSTER_SECRET_TYPE, ...labels } },
    );
  }

  label(cluster: string, labels: JsonObject): Promise<KubeObject> {
    return this.patch(RESOURCES.secrets, cluster, { metadata: { labels } });
  }

  /** A repository on disk with these files. */
  repository(...paths: readonly string[]): TestRepository {
    this.#repositories += 1;
    const repository = new TestRepository(join(this.#folder, `fleet-${this.#repositories}`));
    repository.write(Object.fromEntries(paths.map((path) => [path, `${path}\n`]))).commit();
    return repository;
  }

  /** The same repository as it is now, somewhere else. */
  clone(repository: TestRepository): TestRepository {
    const copy = this.repository();
    copy.git('fetch', '--quiet', repository.folder, 'main');
    copy.git('reset', '--quiet', '--hard', 'FETCH_HEAD');
    return copy;
  }

  async set(name = 'shops'): Promise<ApplicationSet> {
    return (await this.client.get(SETS, this.namespace, name)) as unknown as ApplicationSet;
  }

  async applications(): Promise<readonly KubeObject[]> {
    const items: KubeObject[] = [];
    let next: string | undefined;
    do {
      const page = await this.client.list(APPS, {
        namespace: this.namespace,
        ...(next === undefined ? {} : { continue: next }),
      });
      items.push(...page.items);
      next = page.continue === '' ? undefined : page.continue;
    } while (next !== undefined);
    return items;
  }

  application(name: string): Promise<KubeObject> {
    return this.client.get(APPS, this.namespace, name);
  }

  /** Names of the Applications that live: those that nobody deleted. */
  async alive(): Promise<readonly string[]> {
    return (await this.applications())
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name)
      .sort();
  }

  /** Names of the Applications that were deleted together with their workloads. */
  async cascading(): Promise<readonly string[]> {
    return (await this.applications())
      .filter(
        ({ metadata: { deletionTimestamp, finalizers } }) =>
          deletionTimestamp !== undefined && finalizers?.includes(RESOURCES_FINALIZER) === true,
      )
      .map(({ metadata }) => metadata.name)
      .sort();
  }

  /** Waits until exactly these live. */
  async untilAlive(names: readonly string[]): Promise<void> {
    const wanted = JSON.stringify([...names].sort());
    let last: readonly string[] = [];
    await until(
      `${names.length} Applications to live`,
      async () => {
        last = await this.alive();
        return JSON.stringify(last) === wanted;
      },
      {
        timeoutMs: TIMEOUT_MS,
        last: () => `${last.length} live: ${last.slice(0, 12).join(', ')}; ${this.#trouble()}`,
      },
    );
  }

  /** What the operators logged last, for the message of a failure. */
  #trouble(): string {
    const lines = this.#lines.filter(({ level }) => level !== 'info').slice(-3);
    return lines.map(({ msg, error }) => `${msg}: ${messageOf(error)}`).join('; ');
  }

  /** `True REASON MESSAGE` of a condition; '' where there is none. */
  async condition(type: string, name = 'shops'): Promise<string> {
    const { status } = await this.set(name);
    const found = status?.conditions?.find((condition) => condition.type === type);
    return found === undefined ? '' : `${found.status} ${found.reason} ${found.message}`;
  }

  /** Waits until a condition says so. */
  async untilTold(type: string, pattern: RegExp, name = 'shops'): Promise<string> {
    let last = '';
    return until(
      `${type} to say ${pattern}`,
      async () => {
        last = await this.condition(type, name);
        return pattern.test(last) ? last : undefined;
      },
      { timeoutMs: TIMEOUT_MS, last: () => `it says: ${last}` },
    );
  }

  untilHeld = (reason: string, name = 'shops'): Promise<string> =>
    this.untilTold('DeletionsHeld', new RegExp(`^True ${reason} `), name);

  /** Waits until a set has nothing left to say. */
  untilQuiet(name = 'shops'): Promise<string> {
    let last = '';
    return until(
      `${name} to be up to date`,
      async () => {
        const [held, up] = [
          await this.condition('DeletionsHeld', name),
          await this.condition('ResourcesUpToDate', name),
        ];
        last = `${held} ${up}`;
        return held === '' && up.startsWith('True') ? up : undefined;
      },
      { timeoutMs: TIMEOUT_MS, last: () => last },
    );
  }

  /** Waits until every operator has seen all there is, has looked at every set once more, and rests. */
  async settled(): Promise<void> {
    for (const operator of this.#operators) {
      if (!operator.lease.leading) continue;
      await until('the operator to see what is there', () => this.#sees(operator), { timeoutMs: TIMEOUT_MS });
      for (let round = 0; round < 2; round += 1) {
        for (const set of operator.caches.sets.list())
          operator.manager.enqueue(`${set.metadata.namespace}/${set.metadata.name}`);
        await until(
          'the operator to rest',
          () => operator.queue.depth === 0 && operator.queue.processing === 0,
          { timeoutMs: TIMEOUT_MS },
        );
      }
      await until('the operator to see what it did', () => this.#sees(operator), { timeoutMs: TIMEOUT_MS });
    }
  }

  async #sees(operator: Operator): Promise<boolean> {
    const { caches } = operator;
    const pairs = [
      [await this.client.list(SETS, { namespace: this.namespace }), caches.sets],
      [
        await this.client.list(RESOURCES.secrets, {
          namespace: this.namespace,
          labelSelector: `${SECRET_TYPE_LABEL}=${CLUSTER_SECRET_TYPE}`,
        }),
        caches.clusterSecrets,
      ],
    ] as const;
    return pairs.every(
      ([{ items }, cache]) =>
        items.length === cache.list().length &&
        items.every(
          ({ metadata }) =>
            cache.get(metadata.namespace, metadata.name)?.metadata.resourceVersion ===
            metadata.resourceVersion,
        ),
    );
  }

  /** Lets time go by, with everything looked at on the way and at the end. */
  async pass(seconds: number): Promise<void> {
    await this.settled();
    await this.clock.pass(seconds / 2);
    await this.settled();
    await this.clock.pass(seconds / 2);
    await this.settled();
  }

  /** Two polls of git and more than two readings later, everything is as it is now. */
  async stays(seconds = 180): Promise<void> {
    const [before, deleted] = [await this.uids(), this.deletions().length];
    await this.pass(seconds);
    expect(await this.uids()).toEqual(before);
    expect(this.deletions().length).toBe(deleted);
  }

  /** Name → uid of the Applications that live. */
  async uids(): Promise<ReadonlyMap<string, string>> {
    const all = await this.applications();
    return new Map(
      all
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(({ metadata }) => [metadata.name, metadata.uid ?? '']),
    );
  }

  /** What the operators of this story logged. */
  logged(): readonly Line[] {
    return this.#lines;
  }

  /** Names of Applications the operators asked to delete. */
  deletions(): readonly string[] {
    return this.calls
      .filter(({ verb, kind }) => verb === 'delete' && kind === 'Application')
      .map(({ name }) => name);
  }

  /** The command that releases what a condition says is held, as it is printed there. */
  approvalIn(condition: string): string {
    const command = /appset approve [^;]+/.exec(condition)?.[0];
    expect(command, condition).toBeDefined();
    return command ?? '';
  }

  /** Runs a line as a person would. */
  async run(line: string): Promise<CommandResult> {
    const result = await shell(line.replace(/^appset /, 'npx appset '), {
      env: { KUBECONFIG: this.kubeconfig },
    });
    return result;
  }

  /** Follows the text of a condition literally: runs the command it prints. */
  async follow(condition: string): Promise<void> {
    const { code, stderr } = await this.run(this.approvalIn(condition));
    expect({ code, stderr }).toMatchObject({ code: 0 });
  }

  digestIn(condition: string): string {
    const digest = /Plan ([0-9a-f]{64})\./.exec(condition)?.[1];
    expect(digest, condition).toBeDefined();
    return digest ?? '';
  }

  async exists(type: ResourceType, name: string): Promise<boolean> {
    try {
      await this.client.get(type, this.namespace, name);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async end(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const logTo = (take: (line: Line) => void): Log => {
  const write = (level: string) => (fields: object, msg: string) => take({ level, ...fields, msg });
  return { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') };
};

/** A story on the shared cluster, beside the others of its file. */
export function story(title: string, tell: (story: Story, context: TestContext) => Promise<void>): void {
  test.concurrent(title, async (context) => {
    const it = await Story.open();
    try {
      await tell(it, context);
    } finally {
      await it.end();
    }
  });
}

/** A list generator with one element a city. */
export const list = (...cities: readonly string[]): JsonObject => ({
  list: { elements: cities.map((city) => ({ city })) },
});
/** `c00`, `c01`, … */
export const cities = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `c${String(index + from).padStart(2, '0')}`);
export const named = (set: string, names: readonly string[]): string[] =>
  names.map((name) => `${set}-${name}`);
/** A git generator of the folders of a repository, `city` being the name of the folder. */
export const folders = (url: string, path = 'apps/*', revision = 'main'): JsonObject => ({
  git: { repoURL: url, revision, directories: [{ path }], values: { city: '{{.path.basename}}' } },
});
/** Applications called by the folder they come from. */
export const BY_FOLDER = {
  called: 'shops-{{.path.basename}}',
  template: sourceOf('{{.path.path}}'),
} as const;
/** Applications called by the cluster they are for. */
export const BY_CLUSTER = {
  called: 'shops-{{.name}}',
  template: {
    ...sourceOf('shop'),
    destination: { server: '{{.server}}', namespace: 'shop' },
  },
} as const;

function sourceOf(path: string): JsonObject {
  return { source: { repoURL: 'https://git.example.org/fleet.git', path, targetRevision: 'main' } };
}

export const clustersWith = (labels: JsonObject, change: JsonObject = {}): JsonObject => ({
  clusters: { selector: { matchLabels: labels }, ...change },
});
