/**
 * Metrics of single sets: the reference's (spec controller §10.3) and ours. Every series carries
 * namespace and name of a set, and goes with it; the reference keeps those of its histogram for ever.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ApplicationSet } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';

/** What one run of a set came to, in numbers. */
export interface SetRun {
  /** namespace/name */
  readonly set: string;
  readonly seconds: number;
  readonly outcome: 'success' | 'error' | 'requeue_after' | 'requeue';
  /** undefined: the run did not get as far as a plan */
  readonly plan?: {
    readonly generated: number;
    readonly created: number;
    readonly updated: number;
    readonly deleted: number;
    readonly held: number;
    readonly kept: number;
    readonly abandoned: number;
    readonly blocked: number;
    readonly failedWrites: number;
    /** one entry a hold that stands */
    readonly holds: readonly HoldNumbers[];
  };
  /** nothing was unknown, failed or refused */
  readonly clean: boolean;
  /** wall time in ms of the oldest fact it rested on */
  readonly oldestFact?: number;
}

/** What one hold keeps back. */
export interface HoldNumbers {
  readonly reason: string;
  /** what all of it goes back to; '' where it is not one thing */
  readonly cause: string;
  readonly deletions: number;
  readonly updates: number;
  /** wall time in ms; undefined for what is no latch */
  readonly since: number | undefined;
}

const LABELS = ['namespace', 'name'] as const;
const STATES = ['generated', 'held', 'kept', 'abandoned', 'blocked'] as const;
const CHANGES = ['created', 'updated', 'deleted', 'failedWrites'] as const;

const labelsOf = (set: string): { namespace: string; name: string } => {
  const slash = set.indexOf('/');
  return { namespace: set.slice(0, slash), name: set.slice(slash + 1) };
};

/** `argocd_appset_labels` turns what a metric label may not hold into underscores. */
const labelName = (label: string): string => `label_${label.replace(/[^A-Za-z0-9_]/g, '_')}`;

function updateStatus(set: ApplicationSet): string {
  return set.status?.conditions?.find(({ type }) => type === 'ResourcesUpToDate')?.reason ?? 'Unknown';
}

export interface SetMetricsOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  /** sets in allowed namespaces, asked at each scrape */
  readonly sets: () => Iterable<ApplicationSet>;
  /** labels of sets shown as `argocd_appset_labels` */
  readonly labels: readonly string[];
}

export class SetMetrics {
  readonly #clock: Clock;
  readonly #reconcile: Histogram<'namespace' | 'name'>;
  readonly #states: ReadonlyMap<(typeof STATES)[number], Gauge<'namespace' | 'name'>>;
  readonly #changes: ReadonlyMap<(typeof CHANGES)[number], Counter<'namespace' | 'name'>>;
  readonly #lastSuccess: Gauge<'namespace' | 'name'>;
  readonly #failing: Gauge<'namespace' | 'name'>;
  readonly #sourceAge: Gauge<'namespace' | 'name'>;
  readonly #oldestFacts = new Map<string, number>();
  readonly #holds: HoldMetrics;

  constructor({ registry, clock, sets, labels }: SetMetricsOptions) {
    this.#clock = clock;
    const registers = [registry];
    const own = { registers, labelNames: LABELS };
    info(registry, sets);
    if (labels.length > 0) labelInfo(registry, sets, labels);
    this.#reconcile = new Histogram({
      ...own,
      name: 'argocd_appset_reconcile',
      help: 'Application reconciliation performance in seconds.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    });
    const gauge = (name: string, help: string) =>
      new Gauge({ ...own, name: `appset_operator_set_${name}`, help });
    const states = {
      generated: 'Applications the last run generated.',
      held: 'Deletions the last run held back until a person says so.',
      kept: 'Applications the last run kept although it did not generate them.',
      abandoned: 'Applications the last run did not generate and may not delete.',
      blocked: 'Generated Applications the last run could not bring about.',
    };
    this.#states = new Map(STATES.map((state) => [state, gauge(`applications_${state}`, states[state])]));
    const changes = {
      created: ['applications_created_total', 'Applications created.'],
      updated: ['applications_updated_total', 'Applications updated.'],
      deleted: ['applications_deleted_total', 'Applications deleted.'],
      failedWrites: ['write_failures_total', 'Writes of Applications that failed.'],
    } as const;
    this.#changes = new Map(
      CHANGES.map((change) => {
        const [name, help] = changes[change];
        return [change, new Counter({ ...own, name: `appset_operator_set_${name}`, help })];
      }),
    );
    this.#lastSuccess = gauge(
      'last_success_timestamp_seconds',
      'When a run last went through without any failure.',
    );
    this.#failing = gauge('failing', 'Whether the last run met a failure: 1 or 0.');
    this.#holds = new HoldMetrics(registry);
    const ages = this.#oldestFacts;
    this.#sourceAge = new Gauge({
      ...own,
      name: 'appset_operator_set_source_age_seconds',
      help: 'Age of the oldest fact the last run rested on.',
      collect() {
        this.reset();
        for (const [set, at] of ages) this.set(labelsOf(set), Math.max(0, (clock.now() - at) / 1_000));
      },
    });
  }

  /** A run ended. */
  ran({ set, seconds, plan, clean, oldestFact }: SetRun): void {
    const labels = labelsOf(set);
    this.#reconcile.observe(labels, seconds);
    this.#failing.set(labels, clean ? 0 : 1);
    if (clean) this.#lastSuccess.set(labels, this.#clock.now() / 1_000);
    if (oldestFact !== undefined) this.#oldestFacts.set(set, oldestFact);
    if (plan === undefined) return;
    for (const [state, gauge] of this.#states) gauge.set(labels, plan[state]);
    for (const [change, counter] of this.#changes) counter.inc(labels, plan[change]);
    this.#holds.stand(set, plan.holds);
  }

  /** A set is gone: so are its series. */
  forget(set: string): void {
    const labels = labelsOf(set);
    this.#oldestFacts.delete(set);
    this.#holds.stand(set, []);
    const metrics = [
      this.#reconcile,
      this.#lastSuccess,
      this.#failing,
      this.#sourceAge,
      ...this.#states.values(),
      ...this.#changes.values(),
    ];
    for (const metric of metrics) metric.remove(labels);
  }
}

/** What each hold of a set keeps back, and since when; a hold that ended leaves no series behind. */
class HoldMetrics {
  readonly #held: Gauge<'namespace' | 'name' | 'reason' | 'cause' | 'kind'>;
  readonly #since: Gauge<'namespace' | 'name' | 'reason'>;
  readonly #shown = new Map<string, readonly HoldNumbers[]>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#held = new Gauge({
      registers,
      name: 'appset_operator_set_held',
      help: 'Deletions and updates the last run held back, by the reason and by what they go back to.',
      labelNames: [...LABELS, 'reason', 'cause', 'kind'],
    });
    this.#since = new Gauge({
      registers,
      name: 'appset_operator_set_held_since_timestamp_seconds',
      help: 'Since when a hold stands that does not end by itself.',
      labelNames: [...LABELS, 'reason'],
    });
  }

  /** Shows these holds of a set in place of those shown before. */
  stand(set: string, holds: readonly HoldNumbers[]): void {
    const labels = labelsOf(set);
    for (const { reason, cause } of this.#shown.get(set) ?? []) {
      for (const kind of ['deletion', 'update']) this.#held.remove({ ...labels, reason, cause, kind });
      this.#since.remove({ ...labels, reason });
    }
    if (holds.length === 0) this.#shown.delete(set);
    else this.#shown.set(set, holds);
    for (const { reason, cause, deletions, updates, since } of holds) {
      if (deletions > 0) this.#held.set({ ...labels, reason, cause, kind: 'deletion' }, deletions);
      if (updates > 0) this.#held.set({ ...labels, reason, cause, kind: 'update' }, updates);
      if (since !== undefined) this.#since.set({ ...labels, reason }, since / 1_000);
    }
  }
}

function info(registry: Registry, sets: SetMetricsOptions['sets']): void {
  const registers = [registry];
  new Gauge({
    name: 'argocd_appset_info',
    help: 'Information about applicationset',
    labelNames: [...LABELS, 'resource_update_status'],
    registers,
    collect() {
      this.reset();
      for (const set of sets()) {
        const { namespace = '', name } = set.metadata;
        this.set({ namespace, name, resource_update_status: updateStatus(set) }, 1);
      }
    },
  });
  new Gauge({
    name: 'argocd_appset_owned_applications',
    help: 'Number of applications owned by the applicationset',
    labelNames: LABELS,
    registers,
    collect() {
      this.reset();
      for (const set of sets()) {
        const { namespace = '', name } = set.metadata;
        this.set({ namespace, name }, set.status?.resources?.length ?? 0);
      }
    },
  });
}

function labelInfo(registry: Registry, sets: SetMetricsOptions['sets'], labels: readonly string[]): void {
  new Gauge({
    name: 'argocd_appset_labels',
    help: 'Applicationset labels translated to Prometheus labels',
    labelNames: [...LABELS, ...new Set(labels.map(labelName))],
    registers: [registry],
    collect() {
      this.reset();
      for (const set of sets()) {
        const { namespace = '', name } = set.metadata;
        const shown = labels.map((label) => [labelName(label), set.metadata.labels?.[label] ?? '']);
        this.set({ namespace, name, ...Object.fromEntries(shown) }, 1);
      }
    },
  });
}
