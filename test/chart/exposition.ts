/**
 * What the operator exports, as series: its own metrics, fed with one event of each kind, so that alerts
 * and dashboard can be held against what is really there, labels and their values included.
 */
import type { ApplicationSet } from '../../src/api/objects.ts';
import { LEASE_NAME } from '../../src/controller/operator.ts';
import { Metrics } from '../../src/server/index.ts';
import { systemClock } from '../../src/support/clock.ts';

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Every series of an operator that has done everything once. */
export async function exportedSeries(): Promise<readonly Series[]> {
  const metrics = new Metrics({
    clock: systemClock,
    workers: 10,
    leaseName: LEASE_NAME,
    setLabels: ['team'],
  });
  const set = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'apps', namespace: 'argocd' },
    spec: {},
  } as unknown as ApplicationSet;
  metrics.follow({
    sets: () => [set],
    queue: () => ({ depth: 1, processing: 1, waiting: 1, added: 1, retried: 1 }),
    leading: () => true,
    contested: () => false,
    webhookQueue: () => 1,
    calls: () => ({ allowed: 1, most: 1, waiting: 1 }),
    scmBudgets: () => [{ host: 'api.github.com', limit: 1, remaining: 1, resetAt: 1 }],
    missingRights: () => 0,
  });
  const plan = {
    generated: 1,
    created: 1,
    updated: 1,
    deleted: 1,
    held: 1,
    kept: 1,
    abandoned: 1,
    blocked: 1,
    failedWrites: 1,
    holds: [{ reason: 'TotalBudget', cause: 'Secret/argocd/eu-7', deletions: 1, updates: 1, since: 1 }],
  };
  metrics.ran({ set: 'argocd/apps', seconds: 1, outcome: 'success', clean: true, plan, oldestFact: 1 });
  metrics.work.waited(1);
  metrics.work.git('fetch', 'success', 1);
  metrics.work.git('fetch', 'failure', 1);
  for (const verdict of ['queued', 'ignored', 'refused', 'unauthentic', 'overflow']) {
    metrics.work.delivered('github', verdict);
  }
  metrics.work.matched('github', 1, 1, 1);
  return seriesOf(await metrics.render());
}

/** The series of an exposition. */
export function seriesOf(exposition: string): readonly Series[] {
  return exposition
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = ''] = /^([\w:]+)(?:\{(.*)\})? /.exec(line) ?? [];
      return {
        name,
        labels: Object.fromEntries(
          [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
        ),
      };
    });
}

export interface Selector {
  readonly text: string;
  readonly name: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

const WORDS = new Set(
  'and or unless on ignoring group_left group_right by without bool offset max min sum count avg rate increase irate delta histogram_quantile topk bottomk time vector absent absent_over_time clamp_min'.split(
    ' ',
  ),
);

/** The selectors of a query: metric and matchers. Names that are no function are metrics. */
export function selectorsOf(query: string): readonly Selector[] {
  const plain = query
    .replaceAll(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ');
  return [...plain.matchAll(/([a-zA-Z_:][\w:]*)\s*(?:\{([^}]*)\})?/g)]
    .filter(([, name = '', matchers]) => matchers !== undefined || !WORDS.has(name))
    .map(([text, name = '', matchers = '']) => ({
      text: text.trim(),
      name,
      matchers: [...matchers.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map(
        ([, label = '', operator = '', value = '']) => ({ label, operator, value }),
      ),
    }));
}

/** Labels a query groups by. */
export function groupedBy(query: string): readonly string[] {
  return [...query.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, labels = '']) =>
    labels.split(',').map((label) => label.trim()),
  );
}

/** Whether a selector finds the series; variables of the dashboard find all. */
export function finds({ name, matchers }: Selector, series: Series): boolean {
  return (
    series.name === name &&
    matchers.every(({ label, operator, value }) => {
      const actual = series.labels[label];
      if (actual === undefined) return false;
      const matches = operator.endsWith('~')
        ? new RegExp(`^(?:${value.replaceAll(/\$\w+/g, '.*')})$`).test(actual)
        : actual === value;
      return operator.startsWith('!') ? !matches : matches;
    })
  );
}
