/**
 * `/metrics`: one registry a process, the metrics of sets and of the machinery, and those of the
 * process itself. Rendered at most once a second, whoever asks.
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { ApplicationSet } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import type { HttpAnswer, Route } from './http.ts';
import { SetMetrics, type SetRun } from './set-metrics.ts';
import { WorkMetrics, type WorkSources } from './work-metrics.ts';

export type { SetRun } from './set-metrics.ts';

export interface MetricsOptions {
  readonly clock: Clock;
  readonly workers: number;
  readonly leaseName: string;
  /** labels of sets shown as `argocd_appset_labels` */
  readonly setLabels?: readonly string[];
}

/** What is read at each scrape. */
export interface MetricsSources extends WorkSources {
  readonly sets: () => Iterable<ApplicationSet>;
}

function processMetrics(registry: Registry, clock: Clock): void {
  const registers = [registry];
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time spent in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start time of the process since the Unix epoch in seconds.',
    registers,
  }).set(clock.now() / 1_000 - process.uptime());
  new Gauge({
    name: 'nodejs_heap_size_used_bytes',
    help: 'Heap in use.',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
}

export class Metrics {
  readonly registry = new Registry();
  readonly work: WorkMetrics;
  readonly #sets: SetMetrics;
  readonly #clock: Clock;
  #sources: MetricsSources | undefined;
  #rendered: { readonly at: number; readonly text: Promise<string> } | undefined;

  constructor({ clock, workers, leaseName, setLabels = [] }: MetricsOptions) {
    this.#clock = clock;
    const { registry } = this;
    this.work = new WorkMetrics({ registry, workers, leaseName });
    const sets = () => this.#sources?.sets() ?? [];
    this.#sets = new SetMetrics({ registry, clock, sets, labels: setLabels });
    processMetrics(registry, clock);
  }

  /** The parts exist from now on. */
  follow(sources: MetricsSources): void {
    this.#sources = sources;
    this.work.follow(sources);
  }

  /** A run of a set ended. */
  ran(run: SetRun): void {
    this.#sets.ran(run);
    this.work.ran(run.outcome, run.seconds);
  }

  /** A set is gone (namespace/name). */
  forget(set: string): void {
    this.#sets.forget(set);
  }

  /** The exposition, at most `metricsCacheMs` old. */
  render(): Promise<string> {
    const now = this.#clock.monotonic();
    if (this.#rendered === undefined || now - this.#rendered.at >= LIMITS.metricsCacheMs) {
      this.#rendered = { at: now, text: this.registry.metrics() };
    }
    return this.#rendered.text;
  }

  route(): Route {
    return {
      path: '/metrics',
      handle: async (): Promise<HttpAnswer> => ({
        status: 200,
        body: await this.render(),
        contentType: this.registry.contentType,
      }),
    };
  }
}
