/**
 * Single writes of Applications, with the preconditions of safety.md: every patch carries the uid, and
 * the resourceVersion as well where it replaces a list or touches finalizers, owner references or an
 * operation. What the server refuses because the object is not what was planned for is told apart from
 * a failure; throttling is waited out.
 */
import PQueue from 'p-queue';
import { ApiError, isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import type { Application, JsonObject, KubeObject } from '../api/objects.ts';
import { TurnTooLate } from '../kube/index.ts';
import { needsResourceVersion } from '../planning/merge-patch.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import { asApplication } from './live-view.ts';

/** The object is not the one the write was planned for: read it again and plan again. */
export const isOutdated = (error: unknown): boolean =>
  error instanceof ApiError &&
  (error.code === 409 ||
    error.code === 404 ||
    (error.code === 422 && error.causes.some(({ field }) => field === 'metadata.uid')));

const isThrottled = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.code === 429 || error.code === 503);

export interface WriterOptions {
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly dryRun: boolean;
  readonly concurrency: number;
  readonly signal?: AbortSignal;
  /** what must hold before a write is sent once more after a wait: the live barrier */
  readonly pass?: () => Promise<void>;
}

export class ApplicationWriter {
  readonly #options: WriterOptions;
  readonly #queue: PQueue;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#queue = new PQueue({ concurrency: Math.max(1, options.concurrency) });
  }

  /** Runs the tasks with bounded parallelism, started in order; a task that throws ends the rest. */
  async each<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
    let failed: { readonly error: unknown } | undefined;
    const attempt = async (item: T): Promise<void> => {
      if (failed !== undefined) return;
      try {
        await task(item);
      } catch (error) {
        failed ??= { error };
      }
    };
    await Promise.all(items.map((item) => this.#queue.add(() => attempt(item))));
    if (failed !== undefined) throw failed.error;
  }

  /** @throws the abort reason, when the run was told to stop */
  throwIfAborted(): void {
    this.#options.signal?.throwIfAborted();
  }

  /** Reads past every cache; undefined when it is gone. */
  async read(namespace: string | undefined, name: string): Promise<Application | undefined> {
    try {
      return asApplication(
        await this.#options.client.get(RESOURCES.applications, namespace, name, this.#signal()),
      );
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  create(application: Application): Promise<Application> {
    return this.#patiently(async () =>
      asApplication(
        await this.#options.client.create(RESOURCES.applications, application as unknown as KubeObject, {
          ...this.#writeOptions(),
        }),
      ),
    );
  }

  patch(live: Application, patch: JsonObject): Promise<Application> {
    const { namespace, name, uid, resourceVersion } = live.metadata;
    const metadata = {
      ...(patch.metadata as JsonObject | undefined),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion !== undefined && needsResourceVersion(patch) ? { resourceVersion } : {}),
    };
    return this.#patiently(async () =>
      asApplication(
        await this.#options.client.patch(
          RESOURCES.applications,
          namespace,
          name,
          { ...patch, metadata },
          { type: 'merge', ...this.#writeOptions() },
        ),
      ),
    );
  }

  /**
   * Deletes exactly this state of the object; no propagation policy, as the reference. Sent once: after
   * a wait it would rest on what was true before.
   */
  async delete(live: Application): Promise<void> {
    const { namespace, name, uid, resourceVersion } = live.metadata;
    await this.#options.client.delete(RESOURCES.applications, namespace, name, {
      ...this.#writeOptions(),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    });
  }

  #writeOptions() {
    return { dryRun: this.#options.dryRun, ...this.#signal() };
  }

  #signal() {
    return this.#options.signal === undefined ? {} : { signal: this.#options.signal };
  }

  /** A server that throttles gets less at once, after the wait it asked for. */
  async #patiently<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (error instanceof TurnTooLate) {
          attempt -= 1;
          await this.#options.pass?.();
          continue;
        }
        if (!isThrottled(error) || attempt >= LIMITS.throttleTries) throw error;
        this.#queue.concurrency = Math.max(1, Math.floor(this.#queue.concurrency / 2));
        const seconds = error.retryAfterSeconds ?? LIMITS.throttleSeconds;
        await this.#options.clock.sleep(seconds * 1_000, this.#options.signal);
        await this.#options.pass?.();
      }
    }
  }
}
