/**
 * How long it takes to render Applications once their params are there: a typical template of about
 * twenty fields with six templated strings, 10,000 param sets. Prints milliseconds, best and median of
 * the runs; the goal is under 150 ms. Run: `node bench/render.ts [go|legacy]`.
 */
import type { ApplicationSet } from '../src/api/objects.ts';
import { renderEntries } from '../src/planning/render.ts';
import { systemClock } from '../src/support/clock.ts';
import { LIMITS } from '../src/support/limits.ts';
import { systemRandom } from '../src/support/random.ts';
import { fromJson, type GoMap } from '../src/templating/values.ts';

const ROWS = 10_000;
const RUNS = 7;
const go = process.argv[2] !== 'legacy';
const tag = (path: string) => (go ? `{{.${path}}}` : `{{${path}}}`);

const template = {
  metadata: {
    name: `${tag('app')}-${tag('cluster')}`,
    labels: { team: tag('team'), tier: 'web', 'app.kubernetes.io/part-of': 'shop' },
    annotations: { 'example.com/owner': 'platform' },
  },
  spec: {
    project: 'shop',
    source: {
      repoURL: 'https://git.example.com/acme/platform.git',
      targetRevision: 'main',
      path: `apps/${tag('app')}/overlays/${tag('cluster')}`,
      helm: {
        releaseName: tag('app'),
        valueFiles: ['values.yaml', `values-${tag('cluster')}.yaml`],
        parameters: [{ name: 'replicas', value: '3', forceString: true }],
      },
    },
    destination: { server: tag('server'), namespace: 'shop' },
    syncPolicy: {
      automated: { prune: true, selfHeal: true },
      syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'],
      retry: { limit: 5, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } },
    },
    revisionHistoryLimit: 3,
  },
};

const set: ApplicationSet = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: 'bench', namespace: 'argocd' },
  spec: { goTemplate: go, goTemplateOptions: ['missingkey=error'], template },
};

const rows = Array.from({ length: ROWS }, (_, index) => ({
  params: fromJson({
    app: `app-${index}`,
    cluster: `eu-${index % 40}`,
    team: `team-${index % 7}`,
    server: `https://eu-${index % 40}.example.com`,
  }) as GoMap,
  parts: [{ leaf: 'l', kind: 'listElement' as const, id: String(index), label: `elements[${index}]` }],
}));

const entries = [{ index: 0, generator: 'list', template, generated: { rows, unknown: [], failed: [] } }];
const context = {
  clock: systemClock,
  random: systemRandom,
  maxSteps: LIMITS.templateSteps,
  maxOutputBytes: LIMITS.templateOutputBytes,
  maxRecursion: LIMITS.templateRecursion,
};

const times: number[] = [];
for (let run = 0; run < RUNS; run++) {
  const start = systemClock.monotonic();
  const outcome = await renderEntries(set, entries, () => template, context, {
    compat: false,
    clock: systemClock,
  });
  times.push(systemClock.monotonic() - start);
  if (outcome.rows.length !== ROWS) process.exitCode = 1;
}
times.sort((a, b) => a - b);
const [best, median] = [times[0] ?? 0, times[RUNS >> 1] ?? 0].map((time) => time.toFixed(1));
process.stdout.write(
  `${ROWS} Applications, ${go ? 'go' : 'legacy'} mode: best ${best} ms, median ${median} ms\n`,
);
