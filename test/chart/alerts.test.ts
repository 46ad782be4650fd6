/**
 * Alerts and dashboard against the metrics the operator really exports, and, by the real promtool, every
 * alert fired and ended.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROWS } from '../../charts/generate/dashboard.ts';
import { allPages, anchorsOf } from '../harness/pages.ts';
import { ensureTool } from '../tools/tools.ts';
import { exportedSeries, finds, groupedBy, type Series, selectorsOf } from './exposition.ts';
import { CHART } from './helm.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}
interface RuleTest {
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly eval_time: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

const ALERTS = join(CHART, 'files/alerts.yaml');
/** Where people look when an alert fires. */
const RUNBOOK = 'docs/operations.md';
const TESTS = join(import.meta.dirname, 'alerts.yaml');
const rules = (
  parse(readFileSync(ALERTS, 'utf8')) as { groups: readonly { rules: readonly Rule[] }[] }
).groups.flatMap((group) => group.rules);
const { tests } = parse(readFileSync(TESTS, 'utf8')) as { tests: readonly RuleTest[] };
const panels = ROWS.flatMap((row) =>
  row.panels.map((panel) => ({ ...panel, where: `${row.title}: ${panel.title}` })),
);

let series: readonly Series[];
let promtool: string;
beforeAll(async () => {
  series = await exportedSeries();
  promtool = await ensureTool('promtool', (line) => process.stderr.write(`${line}\n`));
});

const run = (args: readonly string[]) =>
  new Promise<{ code: number; output: string }>((done) => {
    execFile(promtool, args, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
    });
  });

/** Selectors of a query that find nothing, and labels it groups by that nothing has. */
function blindSpots(query: string): string[] {
  const selectors = selectorsOf(query);
  const found = selectors.flatMap((selector) => series.filter((one) => finds(selector, one)));
  const labels = new Set(found.flatMap((one) => Object.keys(one.labels)));
  return [
    ...selectors.filter((selector) => !series.some((one) => finds(selector, one))).map(({ text }) => text),
    ...groupedBy(query).filter((label) => !labels.has(label)),
  ];
}

describe('the check of queries', () => {
  test.each([
    ['appset_operator_set_hold > 0', ['appset_operator_set_hold']],
    ['max by (namespace, nam) (appset_operator_set_failing)', ['nam']],
    [
      'sum(rate(appset_operator_git_operations_total{result="error"}[5m]))',
      ['appset_operator_git_operations_total{result="error"}'],
    ],
    ['appset_operator_set_failing{set="a"}', ['appset_operator_set_failing{set="a"}']],
    ['rate(argocd_appset_reconcile_sum[5m]) / rate(argocd_appset_reconcile_count[5m])', []],
  ])('%s', (query, blind) => {
    expect(blindSpots(query)).toEqual(blind);
  });
});

describe('alerts', () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s asks for what is exported, and says what to do',
    (alert, rule) => {
      expect(blindSpots(rule.expr)).toEqual([]);
      expect(alert).toMatch(/^Appset[A-Z]/);
      expect(['warning', 'critical']).toContain(rule.labels.severity);
      expect(rule.annotations).toMatchObject({
        summary: expect.stringMatching(/\.$/),
        description: expect.stringMatching(/\.$/),
        runbook: `${RUNBOOK}#${alert.toLowerCase()}`,
      });
    },
  );

  test('each has its section in the runbook, in the same order, and no other has one', () => {
    const text = readFileSync(join(import.meta.dirname, '../..', RUNBOOK), 'utf8');
    const sections = [...text.matchAll(/^### (Appset\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(rules.map(({ alert }) => alert));
    for (const name of sections) expect(anchorsOf(text)).toContain(name?.toLowerCase());
  });

  test('pages name no metric that is not exported', () => {
    const exported = new Set(series.map(({ name }) => name.replace(/_(?:bucket|sum|count)$/, '')));
    const named = allPages().flatMap(({ name, text }) =>
      [...text.matchAll(/`((?:appset_operator|argocd_appset|controller_runtime|workqueue)_\w+)`/g)].map(
        ([, metric = '']) => `${name}: ${metric}`,
      ),
    );
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((line) => !exported.has(line.split(': ')[1] ?? ''))).toEqual([]);
  });

  test.each(rules.map(({ alert }) => alert))(
    '%s is looked at while it fires and when it is over',
    (alert) => {
      const minutes = (time: string) => Number(/^(\d+)m$/.exec(time)?.[1]);
      const endsAfterFiring = tests.some((one) => {
        const looks = one.alert_rule_test.filter(({ alertname }) => alertname === alert);
        const fires = looks.filter(({ exp_alerts }) => exp_alerts.length > 0);
        return fires.some((fired) =>
          looks.some(
            (later) => later.exp_alerts.length === 0 && minutes(later.eval_time) > minutes(fired.eval_time),
          ),
        );
      });
      expect(endsAfterFiring).toBe(true);
    },
  );

  test('promtool finds the rules well formed, and fires and ends each', async () => {
    expect(await run(['check', 'rules', '--lint=all', '--lint-fatal', ALERTS])).toMatchObject({ code: 0 });
    const { code, output } = await run(['test', 'rules', TESTS]);
    expect(output).toContain('SUCCESS');
    expect(code).toBe(0);
  });

  test('an alert that does not fire as said is told of: the rule tests can fail', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'appset-alerts-'));
    try {
      const broken = readFileSync(ALERTS, 'utf8').replace(
        'appset_operator_set_applications_held) > 0',
        'appset_operator_set_applications_held) > 3',
      );
      writeFileSync(join(folder, 'broken.yaml'), broken);
      writeFileSync(
        join(folder, 'test.yaml'),
        readFileSync(TESTS, 'utf8').replace('../../charts/appset-operator/files/alerts.yaml', 'broken.yaml'),
      );
      const { code, output } = await run(['test', 'rules', join(folder, 'test.yaml')]);
      expect(code).not.toBe(0);
      expect(output).toContain('AppsetDeletionsHeld');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the dashboard', () => {
  test.each(panels.map((panel) => [panel.where, panel] as const))('%s', (_, { queries, about }) => {
    expect(about).toMatch(/\.$/);
    for (const { expr } of queries) expect(blindSpots(expr)).toEqual([]);
  });

  test('shows every metric of ours but buckets and labels', () => {
    const shown = new Set(
      panels.flatMap(({ queries }) =>
        queries.flatMap(({ expr }) => selectorsOf(expr).map(({ name }) => name)),
      ),
    );
    const base = (name: string) => name.replace(/_(?:bucket|sum|count)$/, '');
    const bases = new Set([...shown].map(base));
    const ours = new Set(
      series
        .map(({ name }) => name)
        .filter((name) => name.startsWith('appset_operator_'))
        .map(base),
    );
    expect([...ours].filter((name) => !bases.has(name))).toEqual([]);
  });

  test('promtool can read every query', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'appset-dashboard-'));
    try {
      const queries = panels.flatMap(({ queries: all }) => all.map(({ expr }) => expr));
      const recorded = queries.map((expr, index) => ({
        record: `query:${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m'),
      }));
      const file = join(folder, 'queries.yaml');
      writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: recorded }] }));
      expect(await run(['check', 'rules', file])).toMatchObject({ code: 0 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('variables ask for what is exported', () => {
    const { templating } = JSON.parse(readFileSync(join(CHART, 'files/dashboard.json'), 'utf8')) as {
      templating: { list: readonly { type: string; query: string }[] };
    };
    for (const { type, query } of templating.list) {
      if (type !== 'query') continue;
      const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
      expect(blindSpots(`sum by (${label}) (${selector})`)).toEqual([]);
    }
  });
});
