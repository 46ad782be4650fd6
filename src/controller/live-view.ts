/**
 * What a run sees of the cluster: the set and the Applications of its namespace. Two ways to see: by
 * asking the API each time (single runs, conformance), or in a watch cache (`appset run`). A view is
 * told of every write, so that it never shows a run its own past.
 */
import { isNotFound, type ListOptions, type ObjectClient, RESOURCES } from '../api/client.ts';
import type { Application, ApplicationSet, KubeObject } from '../api/objects.ts';
import { withoutManagedFields } from '../kube/index.ts';
import { controllingSetName } from '../planning/ownership.ts';
import type { LiveApplications } from '../planning/plan.ts';
import { AppsetError } from '../support/errors.ts';

export interface LiveView {
  /** undefined when there is none */
  set(namespace: string, name: string): Promise<ApplicationSet | undefined>;
  /** every set the view knows of */
  sets(): Promise<readonly ApplicationSet[]>;
  applications(namespace: string): Promise<LiveApplications>;
  /** a write of an Application begins; the answer is to be called when it was answered, after `wrote` or `gone` */
  writing(namespace: string, name: string): () => void;
  /** the server's answer to a create or patch of an Application */
  wrote(application: Application): void;
  /** an Application the server said is gone */
  gone(namespace: string, name: string): void;
  /** the server's answer to a patch of a set */
  wroteSet(set: ApplicationSet): void;
}

export const asApplicationSet = (object: KubeObject): ApplicationSet => object as unknown as ApplicationSet;
export const asApplication = (object: KubeObject): Application => object as unknown as Application;

/** Applications of one namespace, from a list of them. */
export function liveApplications(applications: readonly Application[]): LiveApplications {
  const byName = new Map(
    applications.map((application) => [application.metadata.name, application] as const),
  );
  const byOwner = Map.groupBy(applications, controllingSetName);
  return {
    byName: (name) => byName.get(name),
    controlledBy: (setName) => byOwner.get(setName) ?? [],
  };
}

/** Lists all pages. @param keep what is kept of an object while the next page is read */
export async function listAll(
  client: ObjectClient,
  type: (typeof RESOURCES)[keyof typeof RESOURCES],
  options: Pick<ListOptions, 'namespace' | 'labelSelector' | 'limit' | 'metadataOnly' | 'signal'> = {},
  keep: (object: KubeObject) => KubeObject = (object) => object,
): Promise<readonly KubeObject[]> {
  const items: KubeObject[] = [];
  let next: string | undefined;
  do {
    const page = await client.list(type, { ...options, ...(next === undefined ? {} : { continue: next }) });
    items.push(...page.items.map(keep));
    next = page.continue === '' ? undefined : page.continue;
  } while (next !== undefined);
  return items;
}

/** Sees by asking: every look is a quorum read. */
export class DirectLiveView implements LiveView {
  readonly #client: ObjectClient;

  constructor(client: ObjectClient) {
    this.#client = client;
  }

  async set(namespace: string, name: string): Promise<ApplicationSet | undefined> {
    try {
      return asApplicationSet(await this.#client.get(RESOURCES.applicationSets, namespace, name));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async sets(): Promise<readonly ApplicationSet[]> {
    return (await listAll(this.#client, RESOURCES.applicationSets)).map(asApplicationSet);
  }

  async applications(namespace: string): Promise<LiveApplications> {
    return liveApplications(
      (await listAll(this.#client, RESOURCES.applications, { namespace })).map(asApplication),
    );
  }

  writing(): () => void {
    return () => {};
  }
  wrote(): void {}
  gone(): void {}
  wroteSet(): void {}
}

/** What a watch cache offers a view; `kube/` has it. */
export interface WatchCache {
  /** listed, and not deaf for long */
  readonly synced: boolean;
  readonly trouble: string | undefined;
  get(namespace: string | undefined, name: string): KubeObject | undefined;
  list(): readonly KubeObject[];
  byIndex(index: string, value: string): readonly KubeObject[];
  wrote(object: KubeObject): void;
  vanished(namespace: string | undefined, name: string): void;
}

/** Name of the index of Applications by `namespace/name` of the controlling set. */
export const OWNER_INDEX = 'controller';

export interface CachedLiveViewOptions {
  readonly sets: WatchCache;
  /** with the index OWNER_INDEX */
  readonly applications: WatchCache;
  /** how the cache keeps Applications */
  readonly transform: (object: KubeObject) => KubeObject;
}

/** Writes of one Application that were not answered yet, and what the watch told of it meanwhile. */
interface InFlight {
  writes: number;
  readonly answers: Set<string | undefined>;
  readonly held: { readonly version: string | undefined; readonly tell: () => void }[];
}

/** Stands for "gone" where a resourceVersion stands for a state. */
const GONE = 'gone';

/**
 * Sees what watch caches hold. A cache that cannot be believed answers nothing: empty would look like
 * gone. A watch may tell of a write before the server answers it: news of an Application with a write
 * under way is held until it is known whose doing it was.
 */
export class CachedLiveView implements LiveView {
  readonly #options: CachedLiveViewOptions;
  readonly #inFlight = new Map<string, InFlight>();
  #writing = 0;

  constructor(options: CachedLiveViewOptions) {
    this.#options = options;
  }

  /** Whether a change a cache tells of right now is, or may be, a write of our own. */
  isOwn(namespace: string, name: string): boolean {
    return this.#writing > 0 || this.#inFlight.has(`${namespace}/${name}`);
  }

  /**
   * Tells of a change that is not our own: now, or when the writes under way were answered; of one of
   * our own never.
   *
   * @param after the object after the change, undefined when it is gone
   */
  news(namespace: string, name: string, after: Application | undefined, tell: () => void): void {
    if (this.#writing > 0) return;
    const version = after === undefined ? GONE : after.metadata.resourceVersion;
    const inFlight = this.#inFlight.get(`${namespace}/${name}`);
    if (inFlight === undefined) tell();
    else inFlight.held.push({ version, tell });
  }

  writing(namespace: string, name: string): () => void {
    const key = `${namespace}/${name}`;
    const inFlight = this.#inFlight.get(key) ?? { writes: 0, answers: new Set(), held: [] };
    this.#inFlight.set(key, inFlight);
    inFlight.writes += 1;
    return () => {
      inFlight.writes -= 1;
      if (inFlight.writes > 0) return;
      this.#inFlight.delete(key);
      for (const { version, tell } of inFlight.held) if (!inFlight.answers.has(version)) tell();
    };
  }

  async set(namespace: string, name: string): Promise<ApplicationSet | undefined> {
    const set = believed(this.#options.sets, 'ApplicationSets').get(namespace, name);
    return set === undefined ? undefined : asApplicationSet(set);
  }

  async sets(): Promise<readonly ApplicationSet[]> {
    return believed(this.#options.sets, 'ApplicationSets').list().map(asApplicationSet);
  }

  async applications(namespace: string): Promise<LiveApplications> {
    const cache = believed(this.#options.applications, 'Applications');
    return {
      byName: (name) => {
        const object = cache.get(namespace, name);
        return object === undefined ? undefined : asApplication(object);
      },
      controlledBy: (setName) => cache.byIndex(OWNER_INDEX, `${namespace}/${setName}`).map(asApplication),
    };
  }

  wrote(application: Application): void {
    const { namespace, name, resourceVersion } = application.metadata;
    this.#inFlight.get(`${namespace ?? ''}/${name}`)?.answers.add(resourceVersion);
    this.#own(() => {
      const { applications, transform } = this.#options;
      applications.wrote(transform(application as unknown as KubeObject));
    });
  }

  gone(namespace: string, name: string): void {
    this.#inFlight.get(`${namespace}/${name}`)?.answers.add(GONE);
    this.#own(() => this.#options.applications.vanished(namespace, name));
  }

  wroteSet(set: ApplicationSet): void {
    this.#options.sets.wrote(withoutManagedFields(set as unknown as KubeObject));
  }

  #own(change: () => void): void {
    this.#writing += 1;
    try {
      change();
    } finally {
      this.#writing -= 1;
    }
  }
}

function believed(cache: WatchCache, what: string): WatchCache {
  if (cache.synced) return cache;
  const why = cache.trouble === undefined ? '' : `: ${cache.trouble}`;
  throw new AppsetError('APPSET_E0707', `the ${what} have not been read yet${why}`);
}
