/**
 * The controller as it runs: watch caches tell of changes, triggers turn them into keys, the queue
 * hands keys to workers, each works one set. Handlers only note keys; nothing is decided in them. Who
 * starts the caches, holds the lease and serves HTTP is the caller.
 */

import type { ObjectClient } from '../api/client.ts';
import { type Application, type ApplicationSet, type KubeObject, keyOf } from '../api/objects.ts';
import { controllerOf } from '../planning/ownership.ts';
import type { Clock } from '../support/clock.ts';
import type { Random } from '../support/random.ts';
import { clusterSecretWakes, projectWakes } from './cluster-triggers.ts';
import type { EventSink } from './events.ts';
import { addressed, relieved } from './hand-over.ts';
import { asApplication, asApplicationSet, CachedLiveView, type WatchCache } from './live-view.ts';
import type { Log } from './log.ts';
import { ControllerMemory } from './memory.ts';
import { allowedNamespaces } from './namespaces.ts';
import { PRIORITY, runWorkers, type WorkQueue, type WorkResult } from './queue.ts';
import { type ReconcileDeps, type ReconcileResult, reconcileSet } from './reconcile.ts';
import type { ControllerSettings } from './settings.ts';
import { applicationChanged, applicationEventWakes, type ObjectEvent, setEventWakes } from './triggers.ts';
import type { WriteGate } from './write-gate.ts';

/** What a cache tells of one object; without `before` it is new, without `after` gone. */
export interface CacheChange {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** part of the first list */
  readonly initial: boolean;
}

export interface WatchedCache extends WatchCache {
  /** the answer ends it */
  onChange(handler: (change: CacheChange) => void): () => void;
}

export interface ManagerOptions {
  readonly client: ObjectClient;
  readonly caches: {
    readonly sets: WatchedCache;
    /** with the index OWNER_INDEX */
    readonly applications: WatchedCache;
    readonly clusterSecrets: WatchedCache;
    readonly projects: WatchedCache;
  };
  /** how the cache keeps Applications */
  readonly transform: (object: KubeObject) => KubeObject;
  readonly facts: ReconcileDeps['facts'];
  readonly settings: ControllerSettings;
  readonly queue: WorkQueue;
  readonly workers: number;
  /** where runs wait before they write */
  readonly gate?: WriteGate;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Milliseconds until a set is polled again, of the interval it asks for. */
  readonly untilPoll?: (set: string, intervalMs: number) => number;
  /** told of every run, for metrics and health */
  readonly onRun?: (run: FinishedRun) => void;
}

export interface FinishedRun {
  /** namespace/name */
  readonly set: string;
  readonly result: ReconcileResult;
  readonly seconds: number;
}

const eventOf = <T>(change: CacheChange, read: (object: KubeObject) => T): ObjectEvent<T> | undefined => {
  const { before, after } = change;
  if (after !== undefined) {
    return before === undefined
      ? { verb: 'create', new: read(after) }
      : { verb: 'update', old: read(before), new: read(after) };
  }
  return before === undefined ? undefined : { verb: 'delete', new: read(before) };
};

export class ControllerManager {
  readonly memory = new ControllerMemory();
  readonly view: CachedLiveView;
  readonly #options: ManagerOptions;
  readonly #allows: (namespace: string) => boolean;
  /** namespace/name of an Application → sets that wait for it to go or change */
  readonly #awaited = new Map<string, Set<string>>();
  readonly #awaits = new Map<string, readonly string[]>();

  constructor(options: ManagerOptions) {
    const { settings, caches, transform, log } = options;
    this.#options = options;
    this.view = new CachedLiveView({ sets: caches.sets, applications: caches.applications, transform });
    const allowed = allowedNamespaces(settings.controllerNamespace, settings.namespaces);
    for (const problem of allowed.problems) log.warn({ problem }, 'a namespace of the list is not valid');
    this.#allows = allowed.allows;
  }

  /** Asks for a run of a set, as a webhook or a person does. */
  enqueue(key: string): void {
    if (this.#allows(key.slice(0, key.indexOf('/')))) this.#options.queue.add(key);
  }

  /** Follows the caches and works until the signal aborts; the runs in progress are finished or aborted by then. */
  async run(signal: AbortSignal): Promise<void> {
    const { caches, queue, workers, log } = this.#options;
    const stops = [
      caches.sets.onChange((change) => this.#onSet(change)),
      caches.applications.onChange((change) => this.#onApplication(change)),
      caches.clusterSecrets.onChange((change) => this.#onFact(change, clusterSecretWakes)),
      caches.projects.onChange((change) => this.#onFact(change, projectWakes)),
    ];
    for (const set of caches.sets.list()) this.#onSet({ before: undefined, after: set, initial: true });
    try {
      await runWorkers({
        queue,
        workers,
        signal,
        work: (key, release) => this.#work(key, signal, release),
        onFailure: (set, error, waitMs) =>
          log.error({ applicationset: set, error, requeueAfter: waitMs / 1_000 }, 'the run failed'),
      });
    } finally {
      for (const stop of stops) stop();
    }
  }

  async #work(key: string, signal: AbortSignal, onWait: () => void): Promise<WorkResult> {
    const { clock, log, onRun, client, facts, settings, events, random } = this.#options;
    const started = clock.monotonic();
    const slash = key.indexOf('/');
    const result = await reconcileSet(
      { namespace: key.slice(0, slash), name: key.slice(slash + 1) },
      {
        client,
        facts,
        settings,
        events,
        clock,
        random,
        log,
        signal,
        onWait,
        ...(this.#options.gate === undefined ? {} : { gate: this.#options.gate }),
        live: this.view,
        memory: this.memory,
        allowed: this.#allows,
      },
    );
    this.#await(key, result);
    for (const name of relieved(result.plan)) this.enqueue(`${key.slice(0, slash)}/${name}`);
    const seconds = (clock.monotonic() - started) / 1_000;
    const requeueAfter = result.requeueAfterSeconds;
    log.info({ applicationset: key, seconds, requeueAfter }, 'end reconcile');
    onRun?.({ set: key, result, seconds });
    if (result.error !== undefined) throw result.error;
    if (requeueAfter === undefined || requeueAfter <= 0) return {};
    const interval = requeueAfter * 1_000;
    return { again: this.#options.untilPoll?.(key, interval) ?? interval };
  }

  /** Notes which Applications the set waits for. */
  #await(set: string, { plan, applied }: ReconcileResult): void {
    const namespace = set.slice(0, set.indexOf('/'));
    const blocked = [...(plan?.blocked ?? []), ...(applied?.blocked ?? [])];
    for (const key of this.#awaits.get(set) ?? []) {
      const waiting = this.#awaited.get(key);
      waiting?.delete(set);
      if (waiting?.size === 0) this.#awaited.delete(key);
    }
    const keys = blocked.map(({ name }) => `${namespace}/${name}`);
    if (keys.length === 0) this.#awaits.delete(set);
    else this.#awaits.set(set, keys);
    for (const key of keys) this.#awaited.set(key, (this.#awaited.get(key) ?? new Set()).add(set));
  }

  /** Another controller that writes what is ours shows itself. */
  #noteRival(change: CacheChange): void {
    const { clock, log, settings } = this.#options;
    if (!settings.compat) this.memory.rival.saw(change, { clock, log });
  }

  #onSet(change: CacheChange): void {
    const event = eventOf(change, asApplicationSet);
    if (event === undefined || !this.#allows(event.new.metadata.namespace ?? '')) return;
    this.#noteRival(change);
    if (!this.#options.settings.compat && !change.initial) {
      for (const name of addressed(event.old, event.new))
        this.enqueue(`${event.new.metadata.namespace}/${name}`);
    }
    if (!setEventWakes(event, this.#options.settings)) return;
    this.#options.queue.add(keyOf(event.new), change.initial ? PRIORITY.listing : PRIORITY.usual);
  }

  #onApplication(change: CacheChange): void {
    const event = eventOf(change, asApplication);
    const namespace = event?.new.metadata.namespace ?? '';
    if (event === undefined || change.initial || !this.#allows(namespace)) return;
    this.#noteRival(change);
    const { name } = event.new.metadata;
    const owner = `${namespace}/${controllerOf(event.new)?.name ?? ''}`;
    const own = this.view.isOwn(namespace, name);
    if (isNews(event)) {
      for (const set of this.#awaited.get(keyOf(event.new)) ?? []) {
        if (!own || set !== owner) this.#options.queue.add(set);
      }
    }
    const woken = applicationEventWakes(event, this.#options.settings);
    if (woken.length === 0) return;
    this.view.news(namespace, name, change.after && event.new, () => {
      for (const set of woken) this.#options.queue.add(`${namespace}/${set}`);
    });
  }

  #onFact(
    change: CacheChange,
    wakes: (
      event: ObjectEvent<KubeObject>,
      sets: readonly ApplicationSet[],
      settings: ControllerSettings,
    ) => readonly string[],
  ): void {
    const event = eventOf(change, (object) => object);
    const { caches, settings, queue } = this.#options;
    if (event === undefined || change.initial || !this.#allows(event.new.metadata.namespace ?? '')) return;
    const sets = caches.sets
      .list()
      .filter(({ metadata }) => this.#allows(metadata.namespace ?? ''))
      .map(asApplicationSet);
    for (const key of wakes(event, sets, settings)) queue.add(key);
  }
}

/** Something a waiting set may have waited for: it went, or it changed in more than its status. */
function isNews({ verb, old, new: fresh }: ObjectEvent<Application>): boolean {
  if (verb !== 'update' || old === undefined) return true;
  return (
    old.metadata.uid !== fresh.metadata.uid ||
    applicationChanged(old, fresh, { compat: false, progressiveSyncs: false })
  );
}
