/**
 * Keeps a store equal to what the API server has: one list (a quorum read, in pages), then a watch from
 * there, started again from the last resource version seen. 410 in whatever form means listing again.
 * Back-off grows while it fails, and starts over only after a watch that lived; a server that ends
 * watches at once, politely or not, is a failing one. A quiet watch is healthy.
 */
import {
  ApiError,
  isExpired,
  type ListPage,
  type ObjectClient,
  type ResourceType,
  type WatchEvent,
} from '../api/client.ts';
import type { KubeObject } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';
import { messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { Random } from '../support/random.ts';
import { Backoff } from './backoff.ts';
import type { ObjectStore } from './store.ts';
import { type Transform, withoutManagedFields } from './transforms.ts';

export interface ReflectorOptions {
  readonly client: ObjectClient;
  readonly type: ResourceType;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly transform?: Transform;
  readonly pageSize?: number;
  /** what went wrong, before it is tried again */
  readonly onTrouble?: (message: string) => void;
}

/** Counts since the start, for metrics and tests. */
export interface ReflectorCounts {
  readonly lists: number;
  readonly watches: number;
  readonly shortWatches: number;
}

type Ending = 'ended' | 'expired' | 'relist';

export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #transform: Transform;
  readonly #backoff: Backoff;
  readonly #counts = { lists: 0, watches: 0, shortWatches: 0 };
  #listed = false;
  #trouble: string | undefined;
  /** monotonic time of the last sign that the server tells us things */
  #heardAt = 0;
  /** monotonic start of the running watch */
  #watchStartedAt: number | undefined;
  #relist: AbortController | undefined;
  #relistWanted = false;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#transform = options.transform ?? withoutManagedFields;
    this.#backoff = new Backoff(LIMITS.kubeBackoffMinMs, LIMITS.kubeBackoffMaxMs, options.random);
  }

  get counts(): ReflectorCounts {
    return { ...this.#counts };
  }

  /** The whole list was read, and the watch behind it has not been silent for too long. */
  get synced(): boolean {
    if (!this.#listed || this.#relistWanted) return false;
    const now = this.#options.clock.monotonic();
    // a watch that lives is heard, however quiet it is; one that has only just begun may yet be refused
    const lives =
      this.#watchStartedAt !== undefined && now - this.#watchStartedAt >= LIMITS.kubeWatchHealthyMs;
    return lives || now - this.#heardAt < LIMITS.kubeCacheStaleMs;
  }

  /** The last failure, until something works again. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Lists again before anything else is believed: after a change of leader, or a gained shard. */
  relist(): void {
    this.#relistWanted = true;
    this.#relist?.abort();
  }

  /** Runs until the signal aborts; never throws. `onListed` is called after each full list. */
  async run(signal: AbortSignal, onListed: () => void = () => {}): Promise<void> {
    let version: string | undefined;
    while (!signal.aborted) {
      let wait: number | undefined;
      try {
        if (version === undefined || this.#relistWanted) {
          this.#relistWanted = false;
          version = await this.#list(signal);
          onListed();
        }
        const watch = await this.#watch(version, signal);
        version = watch.ending === 'ended' ? watch.version : undefined;
        if (watch.livedMs >= LIMITS.kubeWatchHealthyMs) this.#backoff.reset();
        else if (watch.ending !== 'relist') wait = this.#backoff.next();
      } catch (error) {
        if (signal.aborted) return;
        if (isExpired(error)) version = undefined;
        this.#report(this.#inWords(error));
        const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
        wait = Math.max(this.#backoff.next(), Math.min(asked, LIMITS.kubeBackoffMaxMs));
      }
      if (wait !== undefined) await this.#sleep(wait, signal);
    }
  }

  /** All pages of one consistent list; a list that expires between pages is begun once more. */
  async #list(signal: AbortSignal): Promise<string> {
    let pages: { objects: KubeObject[]; version: string };
    try {
      pages = await this.#pages(signal);
    } catch (error) {
      if (!isExpired(error)) throw error;
      pages = await this.#pages(signal);
    }
    this.#options.store.replace(pages.objects, pages.version, !this.#listed);
    this.#listed = true;
    this.#heardAt = this.#options.clock.monotonic();
    this.#trouble = undefined;
    return pages.version;
  }

  async #pages(signal: AbortSignal): Promise<{ objects: KubeObject[]; version: string }> {
    const { client, type, namespace, labelSelector, fieldSelector, pageSize } = this.#options;
    this.#counts.lists += 1;
    const objects: KubeObject[] = [];
    let next: string | undefined;
    for (;;) {
      const page: ListPage = await client.list(type, {
        signal,
        limit: pageSize ?? LIMITS.kubeListPage,
        ...(namespace === undefined ? {} : { namespace }),
        ...(labelSelector === undefined ? {} : { labelSelector }),
        ...(fieldSelector === undefined ? {} : { fieldSelector }),
        ...(next === undefined ? {} : { continue: next }),
      });
      for (const item of page.items) objects.push(this.#transform(item));
      next = page.continue;
      if (next === undefined || next === '') return { objects, version: page.resourceVersion };
    }
  }

  /** One watch. Its failure after it was established is an ending, not an error: the next one goes on from there. */
  async #watch(
    from: string,
    signal: AbortSignal,
  ): Promise<{ ending: Ending; version: string; livedMs: number }> {
    const { client, type, namespace, labelSelector, fieldSelector, clock, random } = this.#options;
    if (this.#relistWanted) return { ending: 'relist', version: from, livedMs: 0 };
    const relist = new AbortController();
    this.#relist = relist;
    this.#counts.watches += 1;
    const startedAt = clock.monotonic();
    this.#watchStartedAt = startedAt;
    let version = from;
    let events = 0;
    let failure: string | undefined;
    let ending: Ending = 'ended';
    try {
      const stream = client.watch(type, {
        resourceVersion: from,
        allowBookmarks: true,
        timeoutSeconds: random.int(LIMITS.kubeWatchMinSeconds, LIMITS.kubeWatchMaxSeconds + 1),
        signal: AbortSignal.any([signal, relist.signal]),
        ...(namespace === undefined ? {} : { namespace }),
        ...(labelSelector === undefined ? {} : { labelSelector }),
        ...(fieldSelector === undefined ? {} : { fieldSelector }),
      });
      for await (const event of stream) {
        if (event.type === 'ERROR') throw event.error;
        events += 1;
        version = this.#take(event) ?? version;
        this.#heardAt = clock.monotonic();
        this.#trouble = undefined;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      if (relist.signal.aborted) ending = 'relist';
      else if (isExpired(error)) ending = 'expired';
      failure = relist.signal.aborted ? undefined : messageOf(error);
    } finally {
      this.#watchStartedAt = undefined;
      this.#relist = undefined;
    }
    const livedMs = clock.monotonic() - startedAt;
    if (livedMs >= LIMITS.kubeWatchHealthyMs) this.#heardAt = clock.monotonic();
    if (failure !== undefined) this.#report(failure);
    else if (ending === 'ended' && events === 0 && livedMs < LIMITS.kubeWatchVeryShortMs) {
      this.#counts.shortWatches += 1;
      this.#report(`very short watch of ${type.plural}: it ended without an event`);
    }
    return { ending, version, livedMs };
  }

  /** Puts an event into the store; the resource version to go on from. */
  #take(event: Exclude<WatchEvent, { type: 'ERROR' }>): string | undefined {
    const { store } = this.#options;
    switch (event.type) {
      case 'BOOKMARK':
        break;
      case 'DELETED':
        store.remove(this.#transform(event.object));
        break;
      default:
        store.upsert(this.#transform(event.object));
    }
    return event.object.metadata.resourceVersion;
  }

  /** A refusal names verb, resource and namespace; a kind that is not served, what is missing. */
  #inWords(error: unknown): string {
    const { type, namespace } = this.#options;
    if (!(error instanceof ApiError)) return messageOf(error);
    const group = type.apiVersion.includes('/') ? `.${type.apiVersion.split('/')[0]}` : '';
    if (error.code === 404)
      return `the cluster does not serve ${type.plural}${group} (${type.apiVersion}): is its CustomResourceDefinition installed? (${error.message})`;
    if (error.code !== 403) return error.message;
    const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
    return `not allowed to list and watch ${type.plural}${group} ${where} (${error.message})`;
  }

  #report(message: string): void {
    this.#trouble = message;
    this.#options.onTrouble?.(message);
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const relist = new AbortController();
    this.#relist = relist;
    await this.#options.clock.sleep(ms, AbortSignal.any([signal, relist.signal])).catch(() => {
      // aborted: the loop sees why
    });
    this.#relist = undefined;
  }
}
