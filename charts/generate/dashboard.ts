/**
 * The Grafana dashboard: rows of panels, each with its queries. Ids and places are counted, so that the
 * same table gives the same JSON; the chart suite holds every query against the metrics that are served.
 */

interface Query {
  readonly expr: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly about: string;
  readonly kind: 'timeseries' | 'stat' | 'table';
  readonly unit?: 'short' | 's' | 'ops' | 'bytes';
  readonly queries: readonly Query[];
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const SET = 'namespace=~"$namespace", name=~"$set"';
const BY = 'namespace, name';
const LEGEND = '{{namespace}}/{{name}}';

/** The value of every set, as the leader tells it. */
const bySet = (metric: string): string => `max by (${BY}) (${metric}{${SET}})`;
const rateBySet = (metric: string): string => `sum by (${BY}) (rate(${metric}{${SET}}[$__rate_interval]))`;
const quantile = (q: number, metric: string, by = 'le'): string =>
  `histogram_quantile(${q}, sum by (${by}) (rate(${metric}_bucket[$__rate_interval])))`;

export const ROWS: readonly Row[] = [
  {
    title: 'At a glance',
    panels: [
      {
        title: 'Sets',
        about: 'ApplicationSets the operator looks after.',
        kind: 'stat',
        queries: [{ expr: `count(${bySet('argocd_appset_info')})`, legend: 'sets' }],
      },
      {
        title: 'Applications',
        about: 'Applications that sets own.',
        kind: 'stat',
        queries: [{ expr: `sum(${bySet('argocd_appset_owned_applications')})`, legend: 'Applications' }],
      },
      {
        title: 'Deletions held',
        about: 'Deletions that wait for a person: appset get, appset approve.',
        kind: 'stat',
        queries: [{ expr: `sum(${bySet('appset_operator_set_applications_held')})`, legend: 'held' }],
      },
      {
        title: 'Failing sets',
        about: 'Sets whose last run met a failure.',
        kind: 'stat',
        queries: [{ expr: `sum(${bySet('appset_operator_set_failing')})`, legend: 'failing' }],
      },
      {
        title: 'Leaders',
        about: 'Processes that hold the Lease: one.',
        kind: 'stat',
        queries: [{ expr: 'sum(leader_election_master_status{name="appset-operator"})', legend: 'leaders' }],
      },
      {
        title: 'Another controller',
        about: 'Whether somebody else was found at work on the same Applications: 0 is well.',
        kind: 'stat',
        queries: [{ expr: 'max(appset_operator_another_controller)', legend: 'another controller' }],
      },
    ],
  },
  {
    title: 'Sets',
    panels: [
      {
        title: 'Deletions held, by set',
        about: 'What the last run of each set held back.',
        kind: 'timeseries',
        queries: [{ expr: `${bySet('appset_operator_set_applications_held')} > 0`, legend: LEGEND }],
      },
      {
        title: 'Held, by reason',
        about: 'Deletions and updates that are held back, over all sets, by the hold that keeps them.',
        kind: 'timeseries',
        queries: [
          {
            expr: `sum by (reason) (max by (${BY}, reason, cause, kind) (appset_operator_set_held{${SET}}))`,
            legend: '{{reason}}',
          },
        ],
      },
      {
        title: 'Longest hold',
        about: 'Time since the oldest hold began that does not end by itself, by reason.',
        kind: 'timeseries',
        unit: 's',
        queries: [
          {
            expr: `time() - min by (reason) (appset_operator_set_held_since_timestamp_seconds{${SET}})`,
            legend: '{{reason}}',
          },
        ],
      },
      {
        title: 'Applications kept, blocked, abandoned',
        about:
          'Not generated and kept; generated and not brought about; not generated and not to be deleted.',
        kind: 'timeseries',
        queries: ['kept', 'blocked', 'abandoned'].map((state) => ({
          expr: `sum(${bySet(`appset_operator_set_applications_${state}`)})`,
          legend: state,
        })),
      },
      {
        title: 'Applications generated, by set',
        about: 'What the last run of each set generated.',
        kind: 'timeseries',
        queries: [{ expr: bySet('appset_operator_set_applications_generated'), legend: LEGEND }],
      },
      {
        title: 'Writes',
        about: 'Applications created, updated and deleted, and writes that failed.',
        kind: 'timeseries',
        unit: 'ops',
        queries: [
          ...['created', 'updated', 'deleted'].map((change) => ({
            expr: `sum(${rateBySet(`appset_operator_set_applications_${change}_total`)})`,
            legend: change,
          })),
          { expr: `sum(${rateBySet('appset_operator_set_write_failures_total')})`, legend: 'failed' },
        ],
      },
      {
        title: 'Since the last success, failing sets',
        about: 'Time since a run of the set went through without any failure.',
        kind: 'timeseries',
        unit: 's',
        queries: [
          {
            expr: `(time() - ${bySet('appset_operator_set_last_success_timestamp_seconds')}) and ${bySet('appset_operator_set_failing')} == 1`,
            legend: LEGEND,
          },
        ],
      },
      {
        title: 'Age of facts',
        about: 'Age of the oldest fact the last run of the set rested on. It grows between runs.',
        kind: 'timeseries',
        unit: 's',
        queries: [{ expr: `topk(10, ${bySet('appset_operator_set_source_age_seconds')})`, legend: LEGEND }],
      },
    ],
  },
  {
    title: 'Work',
    panels: [
      {
        title: 'Runs',
        about: 'Runs of sets by result.',
        kind: 'timeseries',
        unit: 'ops',
        queries: [
          {
            expr: 'sum by (result) (rate(controller_runtime_reconcile_total{controller="applicationset"}[$__rate_interval]))',
            legend: '{{result}}',
          },
        ],
      },
      {
        title: 'Length of a run',
        about: 'Half, and all but one in a hundred.',
        kind: 'timeseries',
        unit: 's',
        queries: [0.5, 0.99].map((q) => ({
          expr: quantile(q, 'controller_runtime_reconcile_time_seconds'),
          legend: `p${q * 100}`,
        })),
      },
      {
        title: 'Slowest sets',
        about: 'Mean length of a run, the ten slowest.',
        kind: 'timeseries',
        unit: 's',
        queries: [
          {
            expr: `topk(10, ${rateBySet('argocd_appset_reconcile_sum')} / ${rateBySet('argocd_appset_reconcile_count')})`,
            legend: LEGEND,
          },
        ],
      },
      {
        title: 'Queue',
        about: 'Sets that are ready, those in work, and those that come by themselves later.',
        kind: 'timeseries',
        queries: [
          { expr: 'max(workqueue_depth{name="applicationset"})', legend: 'ready' },
          { expr: 'max(controller_runtime_active_workers{controller="applicationset"})', legend: 'in work' },
          {
            expr: 'max(controller_runtime_max_concurrent_reconciles{controller="applicationset"})',
            legend: 'workers',
          },
          { expr: 'max(appset_operator_queue_waiting)', legend: 'later' },
        ],
      },
      {
        title: 'Wait in the queue',
        about: 'How long a set is ready before a worker takes it.',
        kind: 'timeseries',
        unit: 's',
        queries: [0.5, 0.99].map((q) => ({
          expr: quantile(q, 'workqueue_queue_duration_seconds'),
          legend: `p${q * 100}`,
        })),
      },
      {
        title: 'Added and retried',
        about: 'Sets put into the queue, and those put back after a failure.',
        kind: 'timeseries',
        unit: 'ops',
        queries: [
          {
            expr: 'sum(rate(workqueue_adds_total{name="applicationset"}[$__rate_interval]))',
            legend: 'added',
          },
          {
            expr: 'sum(rate(workqueue_retries_total{name="applicationset"}[$__rate_interval]))',
            legend: 'retried',
          },
        ],
      },
    ],
  },
  {
    title: 'Sources',
    panels: [
      {
        title: 'Git commands',
        about: 'By command and result.',
        kind: 'timeseries',
        unit: 'ops',
        queries: [
          {
            expr: 'sum by (operation, result) (rate(appset_operator_git_operations_total[$__rate_interval]))',
            legend: '{{operation}} {{result}}',
          },
        ],
      },
      {
        title: 'Length of git commands',
        about: 'All but one in a hundred, by command.',
        kind: 'timeseries',
        unit: 's',
        queries: [
          {
            expr: quantile(0.99, 'appset_operator_git_operation_seconds', 'le, operation'),
            legend: '{{operation}}',
          },
        ],
      },
      {
        title: 'Calls left at providers',
        about:
          'What the account with the least left may still ask of a GitHub API until its reset, of what it is allowed.',
        kind: 'timeseries',
        queries: [
          {
            expr: 'min by (host) (appset_operator_scm_calls_remaining)',
            legend: '{{host}}',
          },
          { expr: 'min by (host) (appset_operator_scm_calls_limit)', legend: '{{host}} allowed' },
        ],
      },
      {
        title: 'Until calls are whole again',
        about: 'Time to the reset of that budget.',
        kind: 'timeseries',
        unit: 's',
        queries: [
          {
            expr: 'clamp_min(max by (host) (appset_operator_scm_reset_timestamp_seconds) - time(), 0)',
            legend: '{{host}}',
          },
        ],
      },
      {
        title: 'Webhook calls',
        about: 'By sender and by what was made of them.',
        kind: 'timeseries',
        unit: 'ops',
        queries: [
          {
            expr: 'sum by (provider, verdict) (rate(appset_operator_webhook_deliveries_total[$__rate_interval]))',
            legend: '{{provider}} {{verdict}}',
          },
        ],
      },
      {
        title: 'Sets reached and passed over',
        about: 'Sets that webhook calls woke, and those of the same repository that they did not concern.',
        kind: 'timeseries',
        unit: 'ops',
        queries: [
          {
            expr: 'sum(rate(appset_operator_webhook_reached_sets_total[$__rate_interval]))',
            legend: 'reached',
          },
          {
            expr: 'sum(rate(appset_operator_webhook_passed_sets_total[$__rate_interval]))',
            legend: 'passed',
          },
        ],
      },
      {
        title: 'From a webhook to its sets',
        about: 'All but one in a hundred, and how many wait.',
        kind: 'timeseries',
        unit: 's',
        queries: [
          { expr: quantile(0.99, 'appset_operator_webhook_reach_seconds'), legend: 'p99' },
          { expr: 'max(appset_operator_webhook_queue_depth)', legend: 'waiting' },
        ],
      },
    ],
  },
  {
    title: 'API server and notifications',
    panels: [
      {
        title: 'Missing rights',
        about: 'Rights the operator needs and does not have: 0 is well. /readyz names them.',
        kind: 'stat',
        queries: [{ expr: 'max(appset_operator_missing_rights)', legend: 'missing' }],
      },
      {
        title: 'Calls of the API server',
        about:
          'How many may run at once: fewer than the most while the server asks to slow down. And how many wait.',
        kind: 'timeseries',
        queries: [
          { expr: 'max(appset_operator_api_calls_allowed)', legend: 'allowed' },
          { expr: 'max(appset_operator_api_calls_most)', legend: 'most' },
          { expr: 'max(appset_operator_api_calls_waiting)', legend: 'waiting' },
        ],
      },
      {
        title: 'Notifications',
        about: 'What became of them.',
        kind: 'timeseries',
        unit: 'ops',
        queries: [
          {
            expr: 'sum by (result) (rate(appset_operator_notifications_total[$__rate_interval]))',
            legend: '{{result}}',
          },
        ],
      },
    ],
  },
];

const WIDTH = 24;
const source = { type: 'prometheus', uid: '${datasource}' };

function panelJson(panel: Panel, id: number, gridPos: object) {
  const { kind, title, about, unit = 'short', queries } = panel;
  return {
    id,
    type: kind,
    title,
    description: about,
    datasource: source,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: kind === 'stat' ? { reduceOptions: { calcs: ['lastNotNull'] } } : { tooltip: { mode: 'multi' } },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: source,
      expr,
      legendFormat: legend,
    })),
  };
}

const variable = (name: string, label: string, query: string) => ({
  name,
  label,
  type: 'query',
  datasource: source,
  query,
  refresh: 2,
  includeAll: true,
  multi: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
});

/** The dashboard as Grafana imports it. */
export function dashboard() {
  let id = 0;
  let y = 0;
  const panels = ROWS.flatMap(({ title, panels: inRow }) => {
    const isStats = inRow.every(({ kind }) => kind === 'stat');
    const perLine = isStats ? inRow.length : 3;
    const width = Math.floor(WIDTH / perLine);
    const height = isStats ? 4 : 8;
    const header = {
      id: ++id,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { h: 1, w: WIDTH, x: 0, y },
      panels: [],
    };
    y += 1;
    const placed = inRow.map((panel, index) =>
      panelJson(panel, ++id, {
        h: height,
        w: width,
        x: (index % perLine) * width,
        y: y + Math.floor(index / perLine) * height,
      }),
    );
    y += Math.ceil(inRow.length / perLine) * height;
    return [header, ...placed];
  });
  return {
    uid: 'appset-operator',
    title: 'ApplicationSets',
    tags: ['argocd', 'appset-operator'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        variable('namespace', 'Namespace', 'label_values(argocd_appset_info, namespace)'),
        variable('set', 'Set', 'label_values(argocd_appset_info{namespace=~"$namespace"}, name)'),
      ],
    },
    panels,
  };
}
