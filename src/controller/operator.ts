/**
 * The operator put together: watch caches on one API server, live facts, the queue and its workers,
 * and the Lease that says whether this process may write. Caches are warm before the Lease is held, so
 * that a standby takes over at once. `stop` ends intake, lets running sets finish or abandon their
 * writes, and lets the Lease go.
 */
import { type ObjectClient, RESOURCES } from '../api/client.ts';
import { ARGO_API_VERSION, CLUSTER_SECRET_TYPE, SECRET_TYPE_LABEL } from '../api/names.ts';
import { type ApplicationSet, keyOf } from '../api/objects.ts';
import { Git } from '../git/index.ts';
import {
  byController,
  EventRecorder,
  Informer,
  type InformerOptions,
  LeaderElector,
  type LeaseOptions,
  PacedClient,
  slimApplication,
  slimSet,
} from '../kube/index.ts';
import {
  createLiveSources,
  type GitReader,
  KNOWN_HOSTS_MAP,
  type LiveSources,
  SIGNING_KEYS_MAP,
  TLS_CERTIFICATES_MAP,
} from '../sources/live/index.ts';
import type { Clock } from '../support/clock.ts';
import { IdleCollector, type IdleCollectorOptions } from '../support/idle-collector.ts';
import { LIMITS } from '../support/limits.ts';
import type { Random } from '../support/random.ts';
import { recordedEvents } from './events.ts';
import { whenAllListed } from './first-lists.ts';
import { GitFreshness } from './git-freshness.ts';
import { OWNER_INDEX } from './live-view.ts';
import type { Log } from './log.ts';
import { ControllerManager } from './manager.ts';
import { WorkQueue } from './queue.ts';
import type { RunFacts } from './reconcile.ts';
import type { ControllerSettings } from './settings.ts';
import { FactsObserver, type Telemetry } from './telemetry.ts';
import { WriteGate } from './write-gate.ts';

/** Name of the Lease, in the control-plane namespace. */
export const LEASE_NAME = 'appset-operator';
/** Name of the operator's own ConfigMap there. */
export const OWN_CONFIG_MAP = 'appset-operator';

export interface OperatorOptions {
  readonly client: ObjectClient;
  readonly settings: ControllerSettings;
  /** sets worked on at once */
  readonly workers: number;
  /** a folder of our own for mirrors */
  readonly gitFolder: string;
  /** reads repositories in place of native git: simulations, which stop time */
  readonly git?: GitReader;
  /** `file` and `git` addresses too: the demo and tests */
  readonly allowLocalGit?: boolean;
  readonly gitTimeoutMs?: number;
  /** times of the Lease, in milliseconds; those of `LIMITS` when absent */
  readonly lease?: Pick<LeaseOptions, 'durationMs' | 'renewDeadlineMs' | 'retryMs'>;
  /** different in every process that ever runs */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly telemetry?: Telemetry;
  /** how memory is given back after bursts; it is not without it */
  readonly memory?: Pick<IdleCollectorOptions, 'residentBytes' | 'collect'>;
}

export interface Operator {
  /** resolves when all caches are filled, however long that takes; rejects when it is stopped before */
  readonly ready: Promise<void>;
  /** resolves when this process holds the Lease and works */
  readonly leading: Promise<void>;
  /** resolves at the end; `lost` when another took the Lease */
  readonly done: Promise<'released' | 'lost'>;
  readonly manager: ControllerManager;
  readonly queue: WorkQueue;
  readonly caches: OperatorCaches;
  /** the same sources a run of a set has, looked on by nobody */
  readonly sources: LiveSources;
  /** A change that concerns these sets is known: refs read before now do not do for their next run. */
  reached(sets: readonly string[]): void;
  /** calls of the API server: how many may run at once now, and at most, and how many wait */
  readonly calls: Pick<PacedClient, 'allowed' | 'most' | 'waiting'>;
  /** who holds the Lease, and what went wrong with it last */
  readonly lease: Pick<LeaderElector, 'leading' | 'holder'> & { readonly trouble: string | undefined };
  stop(): Promise<void>;
}

export interface OperatorCaches {
  readonly sets: Informer;
  readonly applications: Informer;
  readonly clusterSecrets: Informer;
  readonly repositorySecrets: Informer;
  readonly projects: Informer;
  /** whom repositories are believed, each a ConfigMap of Argo CD */
  readonly knownHosts: Informer;
  readonly tlsCertificates: Informer;
  readonly signingKeys: Informer;
  readonly configMaps: Informer;
  /** ConfigMap appset-operator: its key `pause` */
  readonly ownConfig: Informer;
}

function cachesOf({ client, settings, clock, random, log }: OperatorOptions): OperatorCaches {
  const own = settings.controllerNamespace;
  const wide = settings.namespaces.length > 0 ? {} : { namespace: own };
  const informer = (options: Omit<InformerOptions, 'client' | 'clock' | 'random'>) =>
    new Informer({
      client,
      clock,
      random,
      onTrouble: (trouble) => log.warn({ resource: options.type.plural, trouble }, 'watch trouble'),
      onHandlerError: (error) => log.error({ resource: options.type.plural, error }, 'a handler failed'),
      ...options,
    });
  const secrets = (labelSelector: string) =>
    informer({ type: RESOURCES.secrets, namespace: own, labelSelector });
  const configMap = (name: string) =>
    informer({ type: RESOURCES.configMaps, namespace: own, fieldSelector: `metadata.name=${name}` });
  return {
    sets: informer({ type: RESOURCES.applicationSets, ...wide, transform: slimSet }),
    applications: informer({
      type: RESOURCES.applications,
      ...wide,
      transform: slimApplication,
      indexes: { [OWNER_INDEX]: byController(ARGO_API_VERSION, 'ApplicationSet') },
    }),
    clusterSecrets: secrets(`${SECRET_TYPE_LABEL}=${CLUSTER_SECRET_TYPE}`),
    repositorySecrets: secrets(`${SECRET_TYPE_LABEL} in (repository,repo-creds)`),
    projects: informer({ type: RESOURCES.appProjects, namespace: own }),
    knownHosts: configMap(KNOWN_HOSTS_MAP),
    tlsCertificates: configMap(TLS_CERTIFICATES_MAP),
    signingKeys: configMap(SIGNING_KEYS_MAP),
    configMaps: configMap('argocd-cm'),
    ownConfig: configMap(OWN_CONFIG_MAP),
  };
}

/** Starts the operator; nothing of it outlives `stop`. */
export function startOperator(options: OperatorOptions): Operator {
  const { settings, clock, random, log, telemetry } = options;
  const client = new PacedClient(options.client, { clock });
  const observer = new FactsObserver();
  const freshness = new GitFreshness(clock, settings);
  const caches = cachesOf(options);
  const git =
    options.git ??
    new Git({
      home: options.gitFolder,
      clock,
      ...(options.allowLocalGit === undefined ? {} : { allowLocal: options.allowLocalGit }),
      ...(options.gitTimeoutMs === undefined ? {} : { timeoutMs: options.gitTimeoutMs }),
      onCommand: (operation, ok, ms) => telemetry?.gitRan(operation, ok, ms),
    });
  const sources = createLiveSources({
    namespace: settings.controllerNamespace,
    clock,
    clusterSecrets: caches.clusterSecrets,
    projects: caches.projects,
    repositorySecrets: caches.repositorySecrets,
    trust: caches,
    git,
    client,
  });
  const facts = async (set: ApplicationSet): Promise<RunFacts> => ({
    sources: observer.watch(
      keyOf(set),
      sources.snapshot(freshness.since(set, (manager.memory.pending.get(keyOf(set))?.size ?? 0) > 0)),
    ),
    inClusterEnabled: inClusterEnabled(caches.configMaps, settings.controllerNamespace),
    pause: () => pauseIn(caches.ownConfig, settings.controllerNamespace),
    descends: (request, older, newer) => sources.descent(request, older, newer),
  });
  const recorder = new EventRecorder({
    client,
    clock,
    component: 'applicationset-controller',
    instance: options.identity,
    onDropped: ({ object, reason }, why) =>
      log.debug({ object: `${object.kind}/${keyOf(object)}`, reason, why }, 'an event was not written'),
  });
  const queue = new WorkQueue({ clock, random, onWait: (ms) => telemetry?.queueWaited(ms) });
  const collector =
    options.memory === undefined
      ? undefined
      : new IdleCollector({
          clock,
          isIdle: () => queue.depth === 0 && queue.processing === 0,
          ...options.memory,
        });
  const manager = new ControllerManager({
    client,
    caches,
    transform: slimApplication,
    facts,
    settings,
    queue,
    workers: options.workers,
    gate: new WriteGate({
      clock,
      inTurn: (call) => client.inTurn(call),
      sets: () => caches.sets.size,
      places: options.workers,
    }),
    events: recordedEvents(recorder),
    clock,
    random,
    log,
    untilPoll: (set, intervalMs) => {
      const { oldest } = observer.of(set);
      return oldest === undefined ? intervalMs : freshness.untilPoll(intervalMs, clock.now() - oldest);
    },
    onRun: (run) => {
      collector?.worked();
      telemetry?.ran(run, observer.of(run.set));
    },
  });

  caches.sets.onChange(({ before, after }) => {
    if (after === undefined) {
      if (before === undefined) return;
      observer.forget(keyOf(before));
      freshness.forget(keyOf(before));
    } else if (before?.metadata.generation !== after.metadata.generation) freshness.changed([keyOf(after)]);
  });

  caches.ownConfig.onChange(({ before, after, initial }) => {
    const pause = (object: typeof before) => (object?.data as { pause?: unknown } | undefined)?.pause;
    if (initial || pause(before) === pause(after)) return;
    for (const set of caches.sets.list()) manager.enqueue(keyOf(set));
  });

  const intake = new AbortController();
  const watching = new AbortController();
  const following = Object.values(caches).map((cache) => cache.run(watching.signal));
  const lists = { tellMs: LIMITS.cacheSyncMs, log, signal: intake.signal };
  const ready = whenAllListed(Object.values(caches), lists).then(() => {
    log.info({ sets: caches.sets.size, applications: caches.applications.size }, 'caches are filled');
    collector?.worked();
  });
  const leading = Promise.withResolvers<void>();
  let leaseTrouble: string | undefined;
  const elector = new LeaderElector({
    client,
    clock,
    random,
    namespace: settings.controllerNamespace,
    name: LEASE_NAME,
    identity: options.identity,
    ...options.lease,
    onTrouble: (trouble) => {
      leaseTrouble = trouble;
      log.warn({ trouble }, 'lease trouble');
    },
  });
  const done = (async () => {
    try {
      await ready;
      return await elector.run(intake.signal, async (leadership) => {
        log.info({ identity: options.identity }, 'leading');
        leading.resolve();
        await manager.run(AbortSignal.any([intake.signal, leadership.signal]));
      });
    } finally {
      collector?.stop();
      await recorder.close(LIMITS.eventFlushMs);
      watching.abort();
      await Promise.allSettled(following);
    }
  })();
  done.catch(leading.reject);
  leading.promise.catch(() => {
    // whoever waits for it is told; nobody has to
  });
  return {
    ready,
    leading: leading.promise,
    done,
    manager,
    queue,
    caches,
    sources,
    calls: client,
    lease: {
      get leading() {
        return elector.leading;
      },
      get holder() {
        return elector.holder;
      },
      get trouble() {
        return leaseTrouble;
      },
    },
    reached: (sets) => {
      freshness.changed(sets);
      for (const set of sets) manager.enqueue(set);
    },
    stop: async () => {
      intake.abort();
      await done.catch(() => {
        // told by `done` itself
      });
    },
  };
}

/** What is paused for all sets, as a person wrote it. */
function pauseIn(configMaps: Informer, namespace: string): string | undefined {
  const pause = (configMaps.get(namespace, OWN_CONFIG_MAP)?.data as { pause?: unknown } | undefined)?.pause;
  return typeof pause === 'string' ? pause : undefined;
}

/** argocd-cm may switch the local cluster off (spec controller §6.3); only that exact text does. */
function inClusterEnabled(configMaps: Informer, namespace: string): boolean {
  const data = configMaps.get(namespace, 'argocd-cm')?.data as Readonly<Record<string, unknown>> | undefined;
  return data?.['cluster.inClusterEnabled'] !== 'false';
}
