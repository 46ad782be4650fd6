/**
 * Metrics of the machinery: controller and queue under the reference's names (spec controller §10.3),
 * leadership, git, webhooks. Labels are of a few fixed values each. What a part counts itself is read
 * from it at the scrape.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const CONTROLLER = 'applicationset';
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const WAITS = [1e-3, 1e-2, 0.1, 1, 10, 100, 1_000];

/** Numbers of the queue, as it has them now. */
export interface QueueNumbers {
  /** keys that are ready */
  readonly depth: number;
  /** keys in the hands of workers */
  readonly processing: number;
  /** keys that come by themselves later */
  readonly waiting: number;
  /** keys added so far, and added again after a failure */
  readonly added: number;
  readonly retried: number;
}

export interface WorkMetricsOptions {
  readonly registry: Registry;
  readonly workers: number;
  readonly leaseName: string;
}

/** What is read at each scrape; given when the parts exist. */
export interface WorkSources {
  readonly queue: () => QueueNumbers;
  readonly leading: () => boolean;
  /** facts of webhook calls that wait to be matched */
  readonly webhookQueue: () => number;
  /** calls of the API server that may run at once now and at most, and those that wait */
  readonly calls: () => { readonly allowed: number; readonly most: number; readonly waiting: number };
  /** what providers of source code leave of their budgets, by host */
  readonly scmBudgets: () => readonly {
    readonly host: string;
    readonly limit: number;
    readonly remaining: number;
    /** wall time in ms */
    readonly resetAt: number;
  }[];
  /** rights that the API server says are missing */
  readonly missingRights: () => number;
  /** somebody else works on the same Applications */
  readonly contested: () => boolean;
}

const RESULTS = ['success', 'error', 'requeue_after', 'requeue'] as const;
export type ReconcileOutcome = (typeof RESULTS)[number];

export class WorkMetrics {
  readonly #reconciles: Counter<'controller' | 'result'>;
  readonly #errors: Counter<'controller'>;
  readonly #time: Histogram<'controller'>;
  readonly #wait: Histogram<'name' | 'controller'>;
  readonly #work: Histogram<'name' | 'controller'>;
  readonly #git: Counter<'operation' | 'result'>;
  readonly #gitTime: Histogram<'operation'>;
  readonly #deliveries: Counter<'provider' | 'verdict'>;
  readonly #reached: Counter<'provider'>;
  readonly #passed: Counter<'provider'>;
  readonly #reach: Histogram;
  readonly #notifications: Counter<'result'>;
  #sources: WorkSources | undefined;

  constructor({ registry, workers, leaseName }: WorkMetricsOptions) {
    const registers = [registry];
    const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
      new Counter<T>({ name, help, labelNames, registers });
    const histogram = <T extends string>(
      name: string,
      help: string,
      labelNames: readonly T[],
      buckets = SECONDS,
    ) => new Histogram<T>({ name, help, labelNames, buckets, registers });
    this.#reconciles = counter('controller_runtime_reconcile_total', 'Runs by result.', [
      'controller',
      'result',
    ]);
    this.#errors = counter('controller_runtime_reconcile_errors_total', 'Runs that failed.', ['controller']);
    this.#time = histogram('controller_runtime_reconcile_time_seconds', 'Length of a run.', ['controller']);
    this.#wait = histogram(
      'workqueue_queue_duration_seconds',
      'How long a key stays in the queue before it is worked on.',
      ['name', 'controller'],
      WAITS,
    );
    this.#work = histogram(
      'workqueue_work_duration_seconds',
      'How long working on a key takes.',
      ['name', 'controller'],
      WAITS,
    );
    this.#git = counter('appset_operator_git_operations_total', 'Commands of git by result.', [
      'operation',
      'result',
    ]);
    this.#gitTime = histogram('appset_operator_git_operation_seconds', 'Length of a git command.', [
      'operation',
    ]);
    this.#deliveries = counter(
      'appset_operator_webhook_deliveries_total',
      'Webhook calls by what was made of them.',
      ['provider', 'verdict'],
    );
    this.#reached = counter('appset_operator_webhook_reached_sets_total', 'Sets webhook calls woke.', [
      'provider',
    ]);
    this.#passed = counter(
      'appset_operator_webhook_passed_sets_total',
      'Sets of a repository that a webhook call did not concern.',
      ['provider'],
    );
    this.#reach = histogram(
      'appset_operator_webhook_reach_seconds',
      'From the answer to the sets being woken.',
      [],
    );
    this.#notifications = counter(
      'appset_operator_notifications_total',
      'Notifications by what became of them: sent, failed, dropped.',
      ['result'],
    );
    this.#zero();
    this.#gauges(registry, workers, leaseName);
  }

  /** Series that exist from the start, so that a rate over them does. */
  #zero(): void {
    for (const result of RESULTS) this.#reconciles.inc({ controller: CONTROLLER, result }, 0);
    this.#errors.inc({ controller: CONTROLLER }, 0);
    for (const result of ['sent', 'failed', 'dropped']) this.#notifications.inc({ result }, 0);
  }

  #gauges(registry: Registry, workers: number, leaseName: string): void {
    const sources = () => this.#sources;
    const queue = { name: CONTROLLER, controller: CONTROLLER };
    const read = (
      name: string,
      help: string,
      labels: Readonly<Record<string, string>>,
      value: (from: WorkSources) => number,
    ) =>
      new Gauge({
        name,
        help,
        labelNames: Object.keys(labels),
        registers: [registry],
        collect() {
          const from = sources();
          if (from !== undefined) this.set(labels, value(from));
        },
      });
    const count = (name: string, help: string, value: (from: WorkSources) => number) =>
      new Counter({
        name,
        help,
        labelNames: Object.keys(queue),
        registers: [registry],
        collect() {
          const from = sources();
          this.reset();
          this.inc(queue, from === undefined ? 0 : value(from));
        },
      });
    const controller = { controller: CONTROLLER };
    read(
      'controller_runtime_max_concurrent_reconciles',
      'Sets worked on at once.',
      controller,
      () => workers,
    );
    read(
      'controller_runtime_active_workers',
      'Workers that work.',
      controller,
      (from) => from.queue().processing,
    );
    read('workqueue_depth', 'Keys that are ready.', { ...queue, priority: '' }, (from) => from.queue().depth);
    read(
      'appset_operator_queue_waiting',
      'Keys that will come by themselves.',
      {},
      (from) => from.queue().waiting,
    );
    count('workqueue_adds_total', 'Keys added.', (from) => from.queue().added);
    count('workqueue_retries_total', 'Keys added after a failure.', (from) => from.queue().retried);
    read(
      'leader_election_master_status',
      'Whether this process leads: 1 or 0.',
      { name: leaseName },
      (from) => (from.leading() ? 1 : 0),
    );
    read(
      'appset_operator_api_calls_allowed',
      'Calls of the API server that may run at once now; fewer while it asks to slow down.',
      {},
      (from) => from.calls().allowed,
    );
    read(
      'appset_operator_api_calls_most',
      'Calls of the API server that may run at once while it does not complain.',
      {},
      (from) => from.calls().most,
    );
    read(
      'appset_operator_api_calls_waiting',
      'Calls of the API server that wait for their turn.',
      {},
      (from) => from.calls().waiting,
    );
    read(
      'appset_operator_missing_rights',
      'Rights that the operator needs and does not have; /readyz and the log name them.',
      {},
      (from) => from.missingRights(),
    );
    this.#scmGauges(registry);
    read(
      'appset_operator_another_controller',
      'Whether another controller was found at work on the same Applications: 1 or 0.',
      {},
      (from) => (from.contested() ? 1 : 0),
    );
    read('appset_operator_webhook_queue_depth', 'Facts of webhook calls that wait.', {}, (from) =>
      from.webhookQueue(),
    );
  }

  /** One series a host that credentials are configured for; they go with the credentials. */
  #scmGauges(registry: Registry): void {
    const sources = () => this.#sources;
    const byHost = (
      name: string,
      help: string,
      value: (budget: ReturnType<WorkSources['scmBudgets']>[number]) => number,
    ) =>
      new Gauge({
        name,
        help,
        labelNames: ['host'],
        registers: [registry],
        collect() {
          this.reset();
          for (const budget of sources()?.scmBudgets() ?? []) this.set({ host: budget.host }, value(budget));
        },
      });
    byHost(
      'appset_operator_scm_calls_limit',
      'Calls a provider of source code allows until its reset; of the account with the least left.',
      ({ limit }) => limit,
    );
    byHost(
      'appset_operator_scm_calls_remaining',
      'Calls that are left until the reset, as the last answer said.',
      ({ remaining }) => remaining,
    );
    byHost(
      'appset_operator_scm_reset_timestamp_seconds',
      'When all calls are allowed again.',
      ({ resetAt }) => resetAt / 1_000,
    );
  }

  /** The parts exist from now on. */
  follow(sources: WorkSources): void {
    this.#sources = sources;
  }

  ran(result: ReconcileOutcome, seconds: number): void {
    this.#reconciles.inc({ controller: CONTROLLER, result });
    if (result === 'error') this.#errors.inc({ controller: CONTROLLER });
    this.#time.observe({ controller: CONTROLLER }, seconds);
    this.#work.observe({ name: CONTROLLER, controller: CONTROLLER }, seconds);
  }

  /** A key was taken out of the queue. */
  waited(seconds: number): void {
    this.#wait.observe({ name: CONTROLLER, controller: CONTROLLER }, seconds);
  }

  /** A git command ended; operations are sub-commands, of which there are a handful. */
  git(operation: string, result: 'success' | 'failure', seconds: number): void {
    this.#git.inc({ operation, result });
    this.#gitTime.observe({ operation }, seconds);
  }

  /** A webhook call was answered; providers and verdicts are fixed words. */
  delivered(provider: string, verdict: string): void {
    this.#deliveries.inc({ provider, verdict });
  }

  /** A notification was sent, or not. */
  notified(result: 'sent' | 'failed' | 'dropped'): void {
    this.#notifications.inc({ result });
  }

  /** A webhook fact was matched. */
  matched(provider: string, reached: number, passed: number, seconds: number): void {
    this.#reached.inc({ provider }, reached);
    this.#passed.inc({ provider }, passed);
    this.#reach.observe(seconds);
  }
}
