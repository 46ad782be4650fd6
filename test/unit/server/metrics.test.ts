/** Metrics: the reference's names, what runs add, series that go with their set, and one rendering a second. */
import { describe, expect, test } from 'vitest';
import type { ApplicationSet } from '../../../src/api/objects.ts';
import type { ScmBudget } from '../../../src/scm/budgets.ts';
import { Metrics, type SetRun } from '../../../src/server/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';

const set = (name: string, change: Partial<ApplicationSet> = {}): ApplicationSet => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name, namespace: 'argocd', labels: { 'team.example/name': 'web' } },
  spec: {},
  ...change,
});

const run = (change: Partial<SetRun> = {}): SetRun => ({
  set: 'argocd/one',
  seconds: 0.2,
  outcome: 'success',
  clean: true,
  plan: {
    generated: 5,
    created: 2,
    updated: 1,
    deleted: 0,
    held: 3,
    kept: 1,
    abandoned: 0,
    blocked: 0,
    failedWrites: 0,
    holds: [],
  },
  ...change,
});

function setUp(sets: readonly ApplicationSet[] = [], setLabels: readonly string[] = []) {
  const clock = new ManualClock();
  const metrics = new Metrics({ clock, workers: 10, leaseName: 'lease', setLabels });
  let live = sets;
  let budgets: readonly ScmBudget[] = [];
  metrics.follow({
    sets: () => live,
    queue: () => ({ depth: 4, processing: 2, waiting: 7, added: 30, retried: 3 }),
    leading: () => true,
    webhookQueue: () => 9,
    calls: () => ({ allowed: 3, most: 40, waiting: 12 }),
    contested: () => true,
    scmBudgets: () => budgets,
    missingRights: () => 2,
  });
  return {
    clock,
    metrics,
    budget: (next: readonly ScmBudget[]) => {
      budgets = next;
    },
    use: (next: readonly ApplicationSet[]) => {
      live = next;
    },
    lines: async () => {
      clock.advance(1_001);
      return (await metrics.render()).split('\n');
    },
  };
}

describe('the reference', () => {
  test('its three metrics of sets are computed at the scrape', async () => {
    const status = {
      conditions: [
        { type: 'ResourcesUpToDate', status: 'True' as const, reason: 'ApplicationSetUpToDate', message: '' },
      ],
      resources: [{}, {}],
    };
    const { lines, use } = setUp([set('one', { status }), set('two')], ['team.example/name', 'absent']);
    const first = await lines();
    expect(first).toContain(
      'argocd_appset_info{namespace="argocd",name="one",resource_update_status="ApplicationSetUpToDate"} 1',
    );
    expect(first).toContain(
      'argocd_appset_info{namespace="argocd",name="two",resource_update_status="Unknown"} 1',
    );
    expect(first).toContain('argocd_appset_owned_applications{namespace="argocd",name="one"} 2');
    expect(first).toContain(
      'argocd_appset_labels{namespace="argocd",name="one",label_team_example_name="web",label_absent=""} 1',
    );
    use([]);
    expect((await lines()).filter((line) => line.startsWith('argocd_appset_'))).toEqual([]);
  });

  test('labels are shown only when asked for', async () => {
    expect((await setUp([set('one')]).lines()).join('\n')).not.toContain('argocd_appset_labels');
  });

  test('its names of controller, queue and lease are there', async () => {
    const { lines, metrics } = setUp();
    metrics.ran(run({ outcome: 'error', clean: false }));
    metrics.work.waited(0.5);
    const all = await lines();
    const own = 'name="applicationset",controller="applicationset"';
    expect(all).toEqual(
      expect.arrayContaining([
        'controller_runtime_reconcile_total{controller="applicationset",result="error"} 1',
        'controller_runtime_reconcile_total{controller="applicationset",result="success"} 0',
        'controller_runtime_reconcile_errors_total{controller="applicationset"} 1',
        'controller_runtime_reconcile_time_seconds_count{controller="applicationset"} 1',
        'controller_runtime_max_concurrent_reconciles{controller="applicationset"} 10',
        'controller_runtime_active_workers{controller="applicationset"} 2',
        `workqueue_depth{${own},priority=""} 4`,
        `workqueue_adds_total{${own}} 30`,
        `workqueue_retries_total{${own}} 3`,
        `workqueue_queue_duration_seconds_sum{${own}} 0.5`,
        'leader_election_master_status{name="lease"} 1',
        'argocd_appset_reconcile_count{namespace="argocd",name="one"} 1',
        'appset_operator_another_controller 1',
        'appset_operator_webhook_queue_depth 9',
        'appset_operator_api_calls_allowed 3',
        'appset_operator_api_calls_most 40',
        'appset_operator_api_calls_waiting 12',
      ]),
    );
    expect(await lines()).toContain(`workqueue_adds_total{${own}} 30`);
  });
});

describe('ours', () => {
  const own = '{namespace="argocd",name="one"}';
  test('states are of the last run, changes add up', async () => {
    const { lines, metrics } = setUp();
    metrics.ran(run());
    metrics.ran(run({ plan: { ...(run().plan as NonNullable<SetRun['plan']>), held: 0 } }));
    const all = await lines();
    expect(all).toContain(`appset_operator_set_applications_generated${own} 5`);
    expect(all).toContain(`appset_operator_set_applications_held${own} 0`);
    expect(all).toContain(`appset_operator_set_applications_created_total${own} 4`);
    expect(all).toContain(`appset_operator_set_applications_updated_total${own} 2`);
  });

  test('a failure does not move the last success; sources grow older by themselves', async () => {
    const { lines, metrics, clock } = setUp();
    const at = clock.now() / 1_000;
    metrics.ran(run({ oldestFact: clock.now() - 5_000 }));
    clock.advance(60_000);
    metrics.ran(run({ clean: false }));
    const all = await lines();
    expect(all).toContain(`appset_operator_set_last_success_timestamp_seconds${own} ${at}`);
    expect(all).toContain(`appset_operator_set_failing${own} 1`);
    expect(all).toContain(`appset_operator_set_source_age_seconds${own} 66.001`);
  });

  test('all series of a set go with it', async () => {
    const { lines, metrics } = setUp();
    metrics.ran(run({ oldestFact: 0 }));
    expect((await lines()).some((line) => line.includes('name="one"'))).toBe(true);
    metrics.forget('argocd/one');
    expect((await lines()).filter((line) => line.includes('name="one"'))).toEqual([]);
  });

  test('git and webhooks', async () => {
    const { lines, metrics } = setUp();
    metrics.work.git('ls-remote', 'failure', 1);
    metrics.work.delivered('github', 'queued');
    metrics.work.matched('github', 3, 40, 0.01);
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'appset_operator_git_operations_total{operation="ls-remote",result="failure"} 1',
        'appset_operator_webhook_deliveries_total{provider="github",verdict="queued"} 1',
        'appset_operator_webhook_reached_sets_total{provider="github"} 3',
        'appset_operator_webhook_passed_sets_total{provider="github"} 40',
        'appset_operator_webhook_reach_seconds_count 1',
      ]),
    );
  });
});

test('budgets of providers are those of the hosts there are now', async () => {
  const { lines, budget } = setUp();
  const ours = async () => (await lines()).filter((line) => line.startsWith('appset_operator_scm'));
  expect(await ours()).toEqual([]);
  budget([{ host: 'api.github.com', limit: 5_000, remaining: 40, resetAt: 60_000 }]);
  expect(await ours()).toEqual([
    'appset_operator_scm_calls_limit{host="api.github.com"} 5000',
    'appset_operator_scm_calls_remaining{host="api.github.com"} 40',
    'appset_operator_scm_reset_timestamp_seconds{host="api.github.com"} 60',
  ]);
  budget([]);
  expect(await ours()).toEqual([]);
  expect(await lines()).toContain('appset_operator_missing_rights 2');
});

test('one rendering serves a second, whoever asks', async () => {
  const { metrics, clock } = setUp();
  const first = await metrics.render();
  metrics.ran(run());
  expect(await metrics.render()).toBe(first);
  clock.advance(1_000);
  expect(await metrics.render()).not.toBe(first);
});

describe('what is held', () => {
  const held = (lines: readonly string[]) =>
    lines.filter((line) => line.startsWith('appset_operator_set_held'));
  const holding = (...holds: NonNullable<SetRun['plan']>['holds']) =>
    run({ plan: { ...(run().plan as NonNullable<SetRun['plan']>), holds } });
  const total = {
    reason: 'TotalBudget',
    cause: 'Secret/argocd/eu-7',
    deletions: 3,
    updates: 0,
    since: 5_000,
  };
  const rebinds = { reason: 'RebindBudget', cause: '', deletions: 0, updates: 2, since: undefined };

  test('is told by set, reason and cause, and goes with the hold', async () => {
    const { metrics, lines } = setUp();
    metrics.ran(holding(total, rebinds));
    expect(held(await lines()).sort()).toEqual([
      'appset_operator_set_held_since_timestamp_seconds{namespace="argocd",name="one",reason="TotalBudget"} 5',
      'appset_operator_set_held{namespace="argocd",name="one",reason="RebindBudget",cause="",kind="update"} 2',
      'appset_operator_set_held{namespace="argocd",name="one",reason="TotalBudget",cause="Secret/argocd/eu-7",kind="deletion"} 3',
    ]);
    metrics.ran(holding({ ...total, cause: '' }));
    expect(held(await lines())).toHaveLength(2);
    metrics.ran(holding());
    expect(held(await lines())).toEqual([]);
  });

  test('goes with its set, and stands while a run gets nowhere', async () => {
    const { metrics, lines } = setUp();
    metrics.ran(holding(total));
    const { plan: _, ...without } = run();
    metrics.ran({ ...without, outcome: 'error', clean: false });
    expect(held(await lines())).toHaveLength(2);
    metrics.forget('argocd/one');
    expect(held(await lines())).toEqual([]);
  });
});
