/**
 * The engine's speed and memory (`npm run bench:engine`): generate and render 10,000 Applications from
 * 100 clusters × 100 git directories and from 10,000 list elements. Ratios against what
 * `structuredClone` needs for the same results in the same run; medians of RUNS runs after a warm-up.
 */
import type { ApplicationSet, JsonObject } from '../src/api/objects.ts';
import { evaluateSet, evaluationSettings } from '../src/planning/evaluate.ts';
import { worldSources } from '../src/sources/recorded/index.ts';
import { systemClock } from '../src/support/clock.ts';
import { systemRandom } from '../src/support/random.ts';
import { compileString } from '../src/templating/index.ts';
import { judge, machine, median, timed } from './figures.ts';

const RUNS = 7;
const REPO = 'https://git.example.com/acme/platform.git';

const template = (fields: {
  readonly name: string;
  readonly path: string;
  readonly server: string;
  readonly namespace: string;
}) => ({
  metadata: { name: fields.name, labels: { team: 'platform', app: fields.namespace } },
  spec: {
    project: 'default',
    source: {
      repoURL: REPO,
      targetRevision: 'main',
      path: fields.path,
      helm: { releaseName: fields.namespace, valueFiles: ['values.yaml'] },
    },
    destination: { server: fields.server, namespace: fields.namespace },
    syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
  },
});

const set = (name: string, generators: unknown[], body: object): ApplicationSet =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name, namespace: 'argocd' },
    spec: { goTemplate: true, goTemplateOptions: ['missingkey=error'], generators, template: body },
  }) as unknown as ApplicationSet;

function matrixWorld(
  clusters: number,
  directories: number,
): { readonly set: ApplicationSet; readonly world: JsonObject } {
  const files = Object.fromEntries(
    Array.from({ length: directories }, (_, i) => [
      `apps/app-${i}/kustomization.yaml`,
      'kind: Kustomization\n',
    ]),
  );
  const secrets = Array.from({ length: clusters }, (_, i) => ({
    metadata: {
      name: `c-${i}`,
      labels: {
        env: i % 2 === 0 ? 'production' : 'staging',
        region: `r-${i % 5}`,
        'argocd.argoproj.io/secret-type': 'cluster',
      },
    },
    stringData: { name: `cluster-${i}`, server: `https://cluster-${i}.example.com`, config: '{}' },
  }));
  const generators = [
    {
      matrix: {
        generators: [
          { clusters: { selector: { matchExpressions: [{ key: 'env', operator: 'Exists' }] } } },
          { git: { repoURL: REPO, revision: 'main', directories: [{ path: 'apps/*' }] } },
        ],
      },
    },
  ];
  return {
    set: set(
      'matrix',
      generators,
      template({
        name: '{{.path.basename}}-{{.name}}',
        path: '{{.path.path}}',
        server: '{{.server}}',
        namespace: '{{.path.basename}}',
      }),
    ),
    world: {
      namespace: 'argocd',
      clusterSecrets: secrets,
      repositories: { [REPO]: { revisions: { main: { files } } } },
      appProjects: [{ metadata: { name: 'default' } }],
    } as unknown as JsonObject,
  };
}

function listWorld(elements: number): { readonly set: ApplicationSet; readonly world: JsonObject } {
  const items = Array.from({ length: elements }, (_, i) => ({
    name: `app-${i}`,
    path: `apps/app-${i}`,
    server: 'https://kubernetes.default.svc',
    team: `team-${i % 9}`,
  }));
  return {
    set: set(
      'list',
      [{ list: { elements: items } }],
      template({ name: '{{.name}}', path: '{{.path}}', server: '{{.server}}', namespace: '{{.team}}' }),
    ),
    world: { namespace: 'argocd', appProjects: [{ metadata: { name: 'default' } }] } as unknown as JsonObject,
  };
}

async function evaluate(
  { set, world }: { readonly set: ApplicationSet; readonly world: JsonObject },
  expected: number,
) {
  const evaluation = await evaluateSet(
    set,
    worldSources(world, { clock: systemClock }),
    evaluationSettings({ maxRows: 100_000 }),
    { clock: systemClock, random: systemRandom },
  );
  if (
    evaluation.rendered.length !== expected ||
    evaluation.invalid.size > 0 ||
    evaluation.firstError !== undefined
  )
    throw new Error(
      `${evaluation.rendered.length} of ${expected} Applications, ${evaluation.invalid.size} invalid: ${evaluation.firstError?.error.message ?? [...evaluation.invalid.values()][0]?.message}`,
    );
  return evaluation;
}

async function medianCpu(work: () => Promise<unknown>, runs = RUNS): Promise<number> {
  const cpu: number[] = [];
  for (let run = 0; run < runs; run++) cpu.push((await timed(work)).cpu);
  return median(cpu);
}

/** The most CPU taken between two turns of the event loop while `work` ran, in milliseconds: what others wait for. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = process.threadCpuUsage();
  let running = true;
  const tick = () => {
    const used = process.threadCpuUsage(last);
    longest = Math.max(longest, (used.user + used.system) / 1_000);
    last = process.threadCpuUsage();
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  running = false;
  return longest;
}

globalThis.gc?.();
const rssAtStart = process.memoryUsage().rss;
const matrix = matrixWorld(100, 100);
const list = listWorld(10_000);
let evaluation = await evaluate(matrix, 10_000);
await evaluate(list, 10_000);
const rssAfter = process.memoryUsage().rss;

const matrixCpu = await medianCpu(() => evaluate(matrix, 10_000));
const listCpu = await medianCpu(() => evaluate(list, 10_000));
evaluation = await evaluate(matrix, 10_000);
const results = evaluation.rendered.map(({ application }) => application);
structuredClone(results);
const cloneCpu = await medianCpu(async () => structuredClone(results));

const perApplication: number[] = [];
for (const size of [1_000, 10_000, 50_000]) {
  const world = listWorld(size);
  await evaluate(world, size);
  perApplication.push((await medianCpu(() => evaluate(world, size), 5)) / size);
}
const large = listWorld(50_000);
await evaluate(large, 50_000);
const blocked = await longestBlock(() => evaluate(large, 50_000));

let compileCpu = 0;
{
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const texts = Array.from(
      { length: 1_000 },
      (_, i) =>
        `{{ .path.basename | lower }}-${run}-${i}-{{ if eq .env "production" }}p{{ else }}{{ .name | trunc 20 | quote }}{{ end }}`,
    );
    times.push((await timed(() => texts.map((text) => compileString(text, { go: true, options: [] })))).cpu);
  }
  compileCpu = median(times);
}

console.log(`Engine, medians of ${RUNS} runs on ${await machine()}\n`);
judge([
  {
    what: '100 clusters × 100 directories: CPU an Application',
    measured: matrixCpu / 10_000,
    unit: 'ms',
    atMost: 0.04,
  },
  { what: '10,000 list elements: CPU an Application', measured: listCpu / 10_000, unit: 'ms', atMost: 0.04 },
  { what: 'structuredClone of the same 10,000 results', measured: cloneCpu, unit: 'ms' },
  { what: '100 × 100 against structuredClone', measured: matrixCpu / cloneCpu, unit: 'times', atMost: 5 },
  { what: '10,000 elements against structuredClone', measured: listCpu / cloneCpu, unit: 'times', atMost: 5 },
  {
    what: 'memory above start with both results',
    measured: (rssAfter - rssAtStart) / 2 ** 20,
    unit: 'MiB',
    atMost: 150,
  },
  {
    what: 'cost an Application, 50,000 against 1,000',
    measured: (perApplication[2] ?? Number.NaN) / (perApplication[0] ?? Number.NaN),
    unit: 'times',
    atMost: 1.5,
  },
  { what: '1,000 distinct templates compiled', measured: compileCpu, unit: 'ms', atMost: 100 },
  {
    what: 'longest time the event loop was not free (50,000 elements)',
    measured: blocked,
    unit: 'ms',
    atMost: 50,
  },
]);
