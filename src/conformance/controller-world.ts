/**
 * The world of a controller case: an in-memory store without garbage collection, a clock that stands
 * still, repositories as values, and the steps that change them (README of the corpus). Refusals are
 * mapped from the reference's calls to ours of the same meaning: its full updates are our patches.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import { CLUSTER_SECRET_TYPE, SECRET_TYPE_LABEL } from '../api/names.ts';
import type { ApplicationSet, Json, JsonObject, KubeObject } from '../api/objects.ts';
import type { RunFacts } from '../controller/reconcile.ts';
import { unknown } from '../generators/contract.ts';
import { createStore, type FaultRule, type FaultVerb, type StoreClient } from '../sandbox/index.ts';
import { worldSources } from '../sources/recorded/index.ts';
import { type Clock, ManualClock, rfc3339 } from '../support/clock.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { seededRandom } from '../support/random.ts';

const START = Date.UTC(2030, 0, 1);
const TYPES: Readonly<Record<string, (typeof RESOURCES)[keyof typeof RESOURCES]>> = {
  ApplicationSet: RESOURCES.applicationSets,
  Application: RESOURCES.applications,
  AppProject: RESOURCES.appProjects,
  Secret: RESOURCES.secrets,
  ConfigMap: RESOURCES.configMaps,
};
/** the reference's calls → ours that mean the same */
const VERBS: Readonly<Record<string, readonly FaultVerb[]>> = {
  get: ['get'],
  list: ['list'],
  create: ['create'],
  update: ['update', 'patch'],
  patch: ['patch'],
  delete: ['delete'],
  updateStatus: ['updateStatus', 'patchStatus'],
};
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

/** Time that stands still; waiting takes none. */
export class StandingClock implements Clock {
  readonly #clock: ManualClock;
  constructor(start = START) {
    this.#clock = new ManualClock(start);
  }
  now = (): number => this.#clock.now();
  monotonic = (): number => this.#clock.monotonic();
  sleep = (): Promise<void> => Promise.resolve();
  after = (ms: number, task: () => void): (() => void) => this.#clock.after(ms, task);
  advance(seconds: number): void {
    this.#clock.advance(seconds * 1_000);
  }
}

export class ControllerWorld {
  readonly clock = new StandingClock();
  readonly client: StoreClient;
  readonly #namespace: string;
  readonly #repositories: Record<string, JsonObject> = {};

  constructor(body: JsonObject, namespace: string) {
    this.#namespace = namespace;
    const counts = new Map<string, number>();
    this.client = createStore({
      clock: this.clock,
      random: seededRandom(1),
      gc: 'off',
      lenient: true,
      uid: ({ metadata }) => {
        const key = `uid-${metadata.namespace ?? ''}-${metadata.name}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        return `${key}-${counts.get(key)}`;
      },
    });
    for (const [url, revisions] of Object.entries(objectOf(body.repositories))) {
      for (const [revision, content] of Object.entries(objectOf(revisions))) {
        this.#setRevision(url, revision, objectOf(content));
      }
    }
    const given = Array.isArray(body.objects) ? body.objects.filter(isJsonObject) : [];
    for (const object of given) this.client.store.seed(this.#placed(object));
    for (const [kind, name] of [
      ['ConfigMap', 'argocd-cm'],
      ['Secret', 'argocd-secret'],
    ] as const) {
      const there = given.some((object) => object.kind === kind && objectOf(object.metadata).name === name);
      if (!there) this.client.store.seed({ apiVersion: 'v1', kind, metadata: { name, namespace } });
    }
  }

  /** `$now`, `$now+5s`, `$now-10s` are times at this moment; objects without namespace are the controller's. */
  #placed(object: JsonObject): JsonObject {
    const timed = this.#timed(object) as JsonObject;
    const metadata = objectOf(timed.metadata);
    return { ...timed, metadata: { namespace: this.#namespace, ...metadata } };
  }

  #timed(value: Json): Json {
    if (typeof value === 'string') {
      const match = /^\$now(?:([+-]\d+)s)?$/.exec(value);
      return match === null ? value : rfc3339(this.clock.now() + Number(match[1] ?? 0) * 1_000);
    }
    if (Array.isArray(value)) return value.map((item: Json) => this.#timed(item));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, item === undefined ? null : this.#timed(item)]),
    );
  }

  #setRevision(url: string, revision: string, content: JsonObject): void {
    const files = Object.fromEntries(
      Object.entries(objectOf(content.files)).map(([path, text]) => [
        path,
        typeof text === 'string' ? text : JSON.stringify(text),
      ]),
    );
    const error = textOf(content.error);
    this.#repositories[url] = {
      ...this.#repositories[url],
      [revision]: { files, ...(error === '' ? {} : { error }) },
    };
  }

  /** Carries out one step that is neither a reconcile nor a restart. @throws AppsetError for a step nobody knows */
  async step(step: JsonObject): Promise<void> {
    const timed = this.#timed(step) as JsonObject;
    const name = Object.keys(timed)[0] ?? '';
    const value = objectOf(timed[name]);
    switch (name) {
      case 'apply':
        return this.#apply(value);
      case 'patch':
        return this.#userPatch(value, value.merge ?? {});
      case 'setStatus':
        return this.#userPatch(value, { status: value.status ?? {} }, value.kind === 'ApplicationSet');
      case 'delete': {
        const kind = this.#kindOf(value);
        this.client.store.delete(kind, this.#namespaceOf(value), textOf(value.name));
        return;
      }
      case 'advanceSeconds':
        this.clock.advance(Number(timed.advanceSeconds));
        return;
      case 'repository':
        this.#setRevision(textOf(value.url), textOf(value.revision), value);
        return;
      case 'fail':
        this.client.faults.clear();
        this.client.faults.add(
          ...(Array.isArray(timed.fail) ? timed.fail : []).filter(isJsonObject).map(faultOf),
        );
        return;
      case 'clearFail':
        this.client.faults.clear();
        return;
      default:
        throw new AppsetError('APPSET_E0102', `a step ${JSON.stringify(name)} is not known`);
    }
  }

  #kindOf(target: JsonObject) {
    const type = TYPES[textOf(target.kind)];
    if (type === undefined) throw new AppsetError('APPSET_E0102', `kind ${textOf(target.kind)} is not known`);
    return this.client.store.kind(type);
  }

  #namespaceOf(target: JsonObject): string {
    const namespace = textOf(target.namespace);
    return namespace === '' ? this.#namespace : namespace;
  }

  #userPatch(target: JsonObject, patch: Json, status = false): void {
    this.client.store.patch(this.#kindOf(target), this.#namespaceOf(target), textOf(target.name), patch, {
      type: 'merge',
      dryRun: false,
      fieldManager: 'user',
      force: false,
      ...(status ? { subresource: 'status' as const } : {}),
    });
  }

  /** Creates, or replaces spec (data, operation) and the metadata that is given. */
  #apply(object: JsonObject): void {
    const placed = this.#placed(object) as unknown as KubeObject;
    const kind = this.#kindOf(object);
    const { namespace, name } = placed.metadata;
    let live: KubeObject | undefined;
    try {
      live = this.client.store.get(kind, namespace, name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    if (live === undefined) {
      this.client.store.create(kind, namespace, placed);
      return;
    }
    const metadata: Record<string, unknown> = { ...live.metadata };
    for (const key of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
      if (placed.metadata[key] !== undefined) metadata[key] = placed.metadata[key];
    }
    const body: Record<string, unknown> = { ...live, metadata };
    for (const key of ['spec', 'data', 'stringData', 'operation']) {
      if (placed[key] !== undefined) body[key] = placed[key];
    }
    this.client.store.update(kind, namespace, name, body);
  }

  /** The facts of a run, read as the controller reads them, so that refusals strike. */
  async facts(): Promise<RunFacts> {
    const secrets = await this.client.list(RESOURCES.secrets, {
      namespace: this.#namespace,
      labelSelector: `${SECRET_TYPE_LABEL}=${CLUSTER_SECRET_TYPE}`,
    });
    const world = worldSources(
      {
        namespace: this.#namespace,
        clusterSecrets: secrets.items as unknown as JsonObject[],
        repositories: this.#repositories,
      },
      { clock: this.clock },
    );
    const cm = await read(this.client, RESOURCES.configMaps, this.#namespace, 'argocd-cm');
    const data = isJsonObject(cm?.data) ? cm.data : {};
    return {
      inClusterEnabled: data['cluster.inClusterEnabled'] !== 'false',
      sources: {
        ...world,
        gitTree: async (request) => {
          const reading = await world.gitTree(request);
          if (reading.known || reading.error.code !== 'APPSET_E0403') return reading;
          // the repositories of this corpus speak for themselves, without a service around them
          const revision = request.revision === '' ? 'HEAD' : request.revision;
          return unknown(new AppsetError('APPSET_E0401', `unable to resolve '${revision}' to a commit SHA`));
        },
        project: async (name) => {
          const none = await world.project(name);
          try {
            const project = await read(this.client, RESOURCES.appProjects, this.#namespace, name);
            return { ...(none.known ? none : { ...none }), value: project ?? null } as typeof none;
          } catch (error) {
            return unknown(new AppsetError('APPSET_E0401', messageOf(error), { cause: error }));
          }
        },
      },
    };
  }

  applications(): readonly KubeObject[] {
    return this.client.store.list(this.client.store.kind(RESOURCES.applications), {}).items;
  }

  set(namespace: string, name: string): ApplicationSet | undefined {
    try {
      const kind = this.client.store.kind(RESOURCES.applicationSets);
      return this.client.store.get(kind, namespace, name) as unknown as ApplicationSet;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

async function read(
  client: ObjectClient,
  type: (typeof RESOURCES)[keyof typeof RESOURCES],
  namespace: string,
  name: string,
): Promise<KubeObject | undefined> {
  try {
    return await client.get(type, namespace, name);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'updateStatus']);

/** With code 404 on a write the object really vanishes first. */
function faultOf(rule: JsonObject): FaultRule {
  const verb = textOf(rule.verb);
  const code = Number(rule.code);
  return {
    verb: VERBS[verb] ?? [],
    kind: textOf(rule.kind),
    name: textOf(rule.name),
    ...(typeof rule.times === 'number' ? { times: rule.times } : {}),
    effect:
      code === 404 && WRITES.has(verb)
        ? { type: 'vanish' }
        : { type: 'refuse', code, reason: textOf(rule.reason), message: textOf(rule.message) },
  };
}
