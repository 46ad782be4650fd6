/**
 * The operator's face over HTTP, put together: metrics, probes, webhooks, each at an address of its own
 * and each optional. Probes answer from the start; a webhook call is answered once its secrets are
 * known, and waits in the inbox until the sets are. Who leads takes a set that a call reached into its
 * own queue; a standby marks the set, so that the leader sees it.
 */
import { type ObjectClient, RESOURCES } from '../api/client.ts';
import { REFRESH_SET_ANNOTATION } from '../api/names.ts';
import { keyOf } from '../api/objects.ts';
import { evaluationSettings } from '../planning/evaluate.ts';
import {
  DeliveryLog,
  type HttpListener,
  healthRoutes,
  type ListenAddress,
  listen,
  Metrics,
  plainText,
  RateLimit,
  type Route,
} from '../server/index.ts';
import { type Clock, rfc3339Millis } from '../support/clock.ts';
import { messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { Random } from '../support/random.ts';
import {
  type DeliveryReport,
  Dispatcher,
  type Fact,
  Inbox,
  Receiver,
  SetIndex,
  type Verdict,
  WebhookSecrets,
} from '../webhook/index.ts';
import { AccessReview, type AskRight, inWords } from './access-review.ts';
import { asApplicationSet } from './live-view.ts';
import type { Log } from './log.ts';
import { allowedNamespaces } from './namespaces.ts';
import { LEASE_NAME, type Operator } from './operator.ts';
import { secondChildren } from './second-children.ts';
import type { ControllerSettings } from './settings.ts';
import { inNumbers, type Telemetry } from './telemetry.ts';
import { type WebhookSecretCaches, webhookSecretCaches } from './webhook-secrets.ts';

export interface ServingOptions {
  readonly client: ObjectClient;
  readonly settings: ControllerSettings;
  readonly workers: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** undefined: not served */
  readonly metrics: ListenAddress | undefined;
  readonly probes: ListenAddress | undefined;
  readonly webhooks: ListenAddress | undefined;
  /** webhook facts matched at once */
  readonly webhookWorkers: number;
  /** asks about rights; without it nobody does */
  readonly askRight?: AskRight;
  /** labels of sets shown as `argocd_appset_labels` */
  readonly setLabels?: readonly string[];
}

/** Where the webhook endpoint is, as in the reference. */
export const WEBHOOK_PATH = '/api/webhook';
/** The last deliveries as JSON, on the metrics listener. */
export const DELIVERIES_PATH = '/webhooks/deliveries';

export interface Listeners {
  readonly metrics: HttpListener | undefined;
  readonly probes: HttpListener | undefined;
  readonly webhooks: HttpListener | undefined;
}

/** `https://… main` for a person: what a sender wrote, cut, and without user and password. */
function aboutOf(fact: Fact): string {
  const { owner, name } = fact.repository;
  const url = fact.kind === 'push' ? (fact.urls[0] ?? '').replace(/\/\/[^/]*@/, '//') : '';
  return shown(fact.kind === 'push' ? `${url} ${fact.ref}` : `${fact.kind} of ${owner}/${name}`);
}

/** What is missing, for one line: the first names, and how many more. */
function missingInWords(rights: readonly string[]): string | undefined {
  if (rights.length === 0) return undefined;
  const more = rights.length - LIMITS.namesShown;
  return `missing ${rights.slice(0, LIMITS.namesShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const shown = (text: string): string => text.slice(0, LIMITS.webhookTextShown);

export class Serving {
  readonly metrics: Metrics;
  readonly deliveries: DeliveryLog;
  readonly index = new SetIndex();
  readonly inbox = new Inbox();
  /** for `startOperator` */
  readonly telemetry: Telemetry;
  readonly #options: ServingOptions;
  readonly #secrets: WebhookSecretCaches;
  readonly #rights: AccessReview | undefined;
  readonly #stop = new AbortController();
  readonly #tasks: Promise<void>[] = [];
  #open: Listeners = { metrics: undefined, probes: undefined, webhooks: undefined };

  constructor(options: ServingOptions) {
    const { clock, workers, setLabels, client, random, log, settings, askRight } = options;
    this.#options = options;
    this.metrics = new Metrics({ clock, workers, leaseName: LEASE_NAME, ...(setLabels && { setLabels }) });
    this.deliveries = new DeliveryLog(clock);
    this.#secrets = webhookSecretCaches({
      client,
      clock,
      random,
      log,
      namespace: settings.controllerNamespace,
    });
    this.#rights = askRight && new AccessReview({ ask: askRight, settings, clock, log });
    this.telemetry = {
      ran: (run, facts) => {
        this.index.noteReads(run.set, facts.reads);
        if (this.#exists(run.set)) this.metrics.ran(inNumbers(run, facts));
      },
      queueWaited: (ms) => this.metrics.work.waited(ms / 1_000),
      gitRan: (operation, ok, ms) => this.metrics.work.git(operation, ok ? 'success' : 'failure', ms / 1_000),
    };
  }

  #exists: (set: string) => boolean = () => false;

  /**
   * Opens the listeners and follows the operator.
   *
   * @throws AppsetError APPSET_E1004 when a listener cannot be opened; none is open then
   */
  async open(operator: Operator): Promise<Listeners> {
    const { log } = this.#options;
    this.#followSets(operator);
    if (this.#rights !== undefined) this.#tasks.push(this.#rights.run(this.#stop.signal));
    try {
      const { metrics, probes, webhooks } = this.#options;
      const probe = await this.#listen('probe', probes, this.#probeRoutes(operator));
      this.#open = { ...this.#open, probes: probe };
      const routes = [this.metrics.route(), this.deliveries.route(DELIVERIES_PATH)];
      this.#open = { ...this.#open, metrics: await this.#listen('metrics', metrics, routes) };
      if (webhooks !== undefined)
        this.#open = { ...this.#open, webhooks: await this.#openWebhooks(operator, webhooks) };
    } catch (error) {
      await this.close();
      throw error;
    }
    for (const [name, listener] of Object.entries(this.#open)) {
      if (listener !== undefined) log.info({ listener: name, url: listener.url }, 'listening');
    }
    return this.#open;
  }

  /** Closes the listeners and ends what runs for them. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(Object.values(this.#open).map((listener) => listener?.close()));
    await Promise.allSettled(this.#tasks);
  }

  async #listen(
    name: string,
    address: ListenAddress | undefined,
    routes: readonly Route[],
  ): Promise<HttpListener | undefined> {
    if (address === undefined) return undefined;
    return listen({ name, address, routes, onDefect: (error) => this.#defect(name, error) });
  }

  #defect(listener: string, error: unknown): void {
    this.#options.log.error({ listener, error }, 'a request failed');
  }

  #followSets({ caches, queue, lease, calls, manager, sources }: Operator): void {
    const { settings, clock } = this.#options;
    const { controllerNamespace, namespaces } = settings;
    const { allows } = allowedNamespaces(controllerNamespace, namespaces);
    const sets = () =>
      caches.sets
        .list()
        .filter(({ metadata }) => allows(metadata.namespace ?? ''))
        .map(asApplicationSet);
    this.#exists = (key) => {
      const slash = key.indexOf('/');
      return caches.sets.get(key.slice(0, slash), key.slice(slash + 1)) !== undefined;
    };
    caches.sets.onChange(({ before, after }) => {
      const set = after ?? before;
      if (set === undefined || !allows(set.metadata.namespace ?? '')) return;
      if (after !== undefined) this.index.put(asApplicationSet(after));
      else {
        this.index.remove(keyOf(set));
        this.metrics.forget(keyOf(set));
      }
    });
    for (const set of sets()) this.index.put(set);
    this.metrics.follow({
      sets,
      queue: () => queue,
      leading: () => lease.leading,
      webhookQueue: () => this.inbox.size,
      calls: () => calls,
      scmBudgets: () => sources.scmBudgets(),
      missingRights: () => this.#rights?.missing.length ?? 0,
      contested: () => manager.memory.isContested(clock.monotonic()),
    });
  }

  #probeRoutes({ caches, lease }: Operator): readonly Route[] {
    const alive = [{ name: 'ping', problem: () => undefined }];
    const cacheChecks = Object.entries(caches).map(([name, cache]) => ({
      name: `cache-${name}`,
      problem: () => (cache.synced ? undefined : (cache.trouble ?? 'not listed yet')),
    }));
    const leaseCheck = {
      name: 'lease',
      problem: () => {
        if (lease.leading || lease.holder !== '') return undefined;
        return `nobody is known to lead${lease.trouble === undefined ? '' : `: ${lease.trouble}`}`;
      },
      note: () => (lease.leading ? 'leading' : `standby for ${lease.holder}`),
    };
    // What may not be read is a cache's problem; without the rest there is still work, and no other Pod has more rights.
    const rightsCheck = {
      name: 'rights',
      problem: () => undefined,
      warning: () => missingInWords(this.#rights?.missing.map(inWords) ?? []),
    };
    const wantsWebhooks = this.#options.webhooks !== undefined;
    const webhookChecks = [
      {
        name: 'webhook-listener',
        problem: () => (this.#open.webhooks?.listening === true ? undefined : 'not listening'),
      },
      { name: 'webhook-secrets', problem: () => this.#secrets.problem() },
    ];
    const always = [...cacheChecks, leaseCheck, rightsCheck];
    return healthRoutes(alive, [...always, ...(wantsWebhooks ? webhookChecks : [])]);
  }

  async #openWebhooks(operator: Operator, address: ListenAddress): Promise<HttpListener> {
    const { clock, settings, log, webhookWorkers } = this.#options;
    const { signal } = this.#stop;
    const receiver = new Receiver({
      compat: settings.compat,
      secrets: new WebhookSecrets(this.#secrets),
      inbox: this.inbox,
      clock,
      onDelivery: (report) => this.#delivered(report),
    });
    const rate = new RateLimit(clock, LIMITS.webhookRate, LIMITS.webhookBurst);
    const listener = await listen({
      name: 'webhook',
      address,
      bodyBytes: LIMITS.webhookBodyBytes,
      inFlight: LIMITS.webhookInFlight,
      admit: () => {
        if (!rate.take())
          return { ...plainText(429, 'too many webhook calls'), headers: { 'retry-after': '1' } };
        const problem = this.#secrets.problem();
        return problem === undefined
          ? undefined
          : plainText(503, 'the secrets of webhooks are not known yet');
      },
      routes: [{ path: WEBHOOK_PATH, handle: (request) => receiver.receive(request) }],
      onDefect: (error) => this.#defect('webhook', error),
    });
    this.#tasks.push(this.#secrets.run(signal));
    const dispatcher = new Dispatcher({
      inbox: this.inbox,
      index: this.index,
      ...(settings.compat ? { compat: this.#secondChildren(operator) } : {}),
      clock,
      enqueue: (reached, fact) => this.#reach(operator, reached, fact),
      onDispatched: ({ fact, deliveries, reached, passed, waitedMs }) => {
        const { provider } = fact.repository;
        this.deliveries.matched(deliveries, reached, passed);
        this.metrics.work.matched(provider, reached.length, passed.length, waitedMs / 1_000);
        log.info(
          {
            deliveries,
            provider,
            about: aboutOf(fact),
            reached: reached.length,
            passed: passed.length,
            waitedMs,
          },
          'webhook matched',
        );
      },
      onFailure: (fact, error) =>
        log.error(
          { component: 'applicationset-webhook', about: aboutOf(fact), error },
          'a webhook could not be matched',
        ),
    });
    this.#tasks.push(
      operator.ready.then(
        () => dispatcher.run(webhookWorkers, signal),
        () => {
          // told by the operator's own end
        },
      ),
    );
    return listener;
  }

  #secondChildren(operator: Operator) {
    const { settings, clock, random } = this.#options;
    return secondChildren({
      sources: () => operator.sources.snapshot(),
      controllerNamespace: settings.controllerNamespace,
      settings: evaluationSettings({
        compat: true,
        newGitFileGlobbing: settings.newGitFileGlobbing,
        scm: settings.scm,
      }),
      clock,
      random,
    });
  }

  #delivered({ number, id, provider, event, verdict, reason, facts }: DeliveryReport): void {
    const told = { provider, event: shown(event), verdict, reason: shown(reason), about: facts.map(aboutOf) };
    this.metrics.work.delivered(provider, verdict);
    this.deliveries.add({ number, id: shown(id), ...told });
    const level = verdict === 'queued' || verdict === 'ignored' ? 'info' : 'warn';
    this.#options.log[level]({ number, delivery: shown(id), ...told }, 'webhook call');
  }

  #reach(operator: Operator, reached: readonly Verdict[], fact: Fact): void {
    const sets = reached.map(({ set }) => set);
    if (fact.kind === 'push') operator.sources.hint(fact.urls, fact.commit ?? '');
    if (operator.lease.leading) operator.reached(sets);
    else for (const set of sets) this.#tell(set);
  }

  /** A fresh mark on a set, for the one who leads; each is another value, so that none is overlooked. */
  #tell(set: string): void {
    const { client, clock, log, settings } = this.#options;
    const slash = set.indexOf('/');
    const patch = { metadata: { annotations: { [REFRESH_SET_ANNOTATION]: rfc3339Millis(clock.now()) } } };
    client
      .patch(RESOURCES.applicationSets, set.slice(0, slash), set.slice(slash + 1), patch, {
        type: 'merge',
        ...(settings.dryRun ? { dryRun: true } : {}),
      })
      .catch((error: unknown) =>
        log.warn({ applicationset: set, problem: messageOf(error) }, 'the set could not be marked'),
      );
  }
}
