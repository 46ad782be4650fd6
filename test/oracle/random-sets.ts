/**
 * Random ApplicationSets of list, matrix and merge generators: nested, with selectors, overrides and
 * patches, in legacy and Go mode. Sensible for the most part, so that most of them render.
 */
import type { Random } from '../../src/support/random.ts';

type Json = Record<string, unknown>;
const pick = <T>(random: Random, items: readonly T[]): T => items[random.int(0, items.length)] as T;
const chance = (random: Random, oneIn: number) => random.int(0, oneIn) === 0;

const TEXTS = [
  'web',
  'cart',
  'eu-1',
  'us-2',
  'production',
  'staging',
  'Team A',
  'x_y',
  'a.b',
  '',
  '1',
  'true',
  'feat/new',
  '{{x}}',
  'é',
];
const NAMES = ['app', 'env', 'region', 'team', 'n'];

function element(random: Random, go: boolean): Json {
  const out: Json = {};
  for (const name of NAMES) if (!chance(random, 4)) out[name] = pick(random, TEXTS);
  if (go) {
    if (chance(random, 3)) out.n = pick(random, [1, 2.5, 1000000, 0]);
    if (chance(random, 5)) out.flag = chance(random, 2);
    if (chance(random, 5)) out.nul = null;
    if (chance(random, 4)) out.o = { a: pick(random, TEXTS), b: { c: pick(random, [1, 'z', null, true]) } };
    if (chance(random, 5)) out.l = [pick(random, TEXTS), 1, null];
  } else if (chance(random, 40)) out.n = 5;
  if (chance(random, 3)) out.values = { a: pick(random, TEXTS), b: pick(random, TEXTS) };
  if (!go && chance(random, 4)) out['values.c'] = pick(random, TEXTS);
  return out;
}

function selector(random: Random): Json {
  const key = pick(random, ['app', 'env', 'values.a', 'n', 'o.a', 'flag', 'absent', 'l.0']);
  if (chance(random, 2)) return { matchLabels: { [key]: pick(random, [...TEXTS, '1e+06', '<nil>']) } };
  const operator = pick(random, ['In', 'NotIn', 'Exists', 'DoesNotExist', 'In', 'NotIn', 'Gt']);
  return {
    matchExpressions: [
      {
        key,
        operator,
        ...(operator.includes('In') || chance(random, 10)
          ? { values: [pick(random, TEXTS), pick(random, TEXTS)] }
          : {}),
      },
    ],
  };
}

const field = (random: Random, go: boolean): string => {
  const name = pick(random, [...NAMES, ...NAMES, 'absent']);
  if (!go) return pick(random, [`{{${name}}}`, `{{ ${name} }}`, '{{values.a}}', `${name}`]);
  return pick(random, [
    `{{.${name}}}`,
    `{{ .${name} }}`,
    `{{ .${name} | default "d" }}`,
    `{{.${name} | toString | lower}}`,
    '{{ .values.a }}',
    '{{ .o.b.c }}',
    '{{ index . "env" }}',
    `{{ if .${name} }}y{{ else }}n{{ end }}`,
    '{{ range .l }}{{ . }},{{ end }}',
    '{{ .o | toJson }}',
    '{{ normalize (toString .app) }}',
    `{{ printf "%v" .${name} }}`,
    '{{ dig "o" "a" "none" . }}',
  ]);
};

function list(random: Random, go: boolean, interpolated: boolean): Json {
  const elements = Array.from({ length: random.int(0, 4) }, () => element(random, go));
  if (interpolated && chance(random, 2)) for (const item of elements) item.fromFirst = field(random, go);
  const out: Json = { elements };
  if (chance(random, 6))
    out.elementsYaml = pick(random, [
      '- {app: y, env: z}\n- {n: 1}',
      '[]',
      '',
      '- app: on\n  env: 010',
      'a: 1',
      go && interpolated ? '{{ list (dict "k" .app) | toJson }}' : '- {team: t}',
    ]);
  return { list: out };
}

function generator(random: Random, go: boolean, depth: number, interpolated: boolean): Json {
  let out: Json;
  const kind = depth >= 2 ? 0 : random.int(0, 4);
  if (kind === 2) {
    out = {
      matrix: {
        generators: [generator(random, go, depth + 1, interpolated), generator(random, go, depth + 1, true)],
      },
    };
    if (chance(random, 30)) ((out.matrix as Json).generators as unknown[]).pop();
  } else if (kind === 3) {
    const base = Array.from({ length: random.int(2, 4) }, () =>
      generator(random, go, depth + 1, interpolated),
    );
    out = {
      merge: {
        mergeKeys: chance(random, 30)
          ? []
          : pick(random, [['app'], ['app', 'env'], ['env'], ['absent'], ['values.a']]),
        generators: base,
      },
    };
  } else out = list(random, go, interpolated);
  if (chance(random, 6)) out.selector = selector(random);
  return out;
}

function template(random: Random, go: boolean): Json {
  const text = () => (chance(random, 3) ? 'fixed' : `${pick(random, ['', 'p-'])}${field(random, go)}`);
  const source: Json = { repoURL: 'https://git.example.com/a.git', path: text(), targetRevision: text() };
  if (chance(random, 3))
    source.helm = {
      releaseName: text(),
      valueFiles: [text(), 'b.yaml'],
      valuesObject: {
        a: text(),
        n: 1.0,
        nul: null,
        deep: { [chance(random, 3) ? field(random, go) : 'k']: text(), l: [null, text()] },
      },
    };
  else if (chance(random, 2)) source.kustomize = { commonLabels: { [text()]: text() }, images: [text()] };
  else if (chance(random, 4)) source.directory = { recurse: true, include: text() };
  const spec: Json = {
    project: text(),
    destination: { server: 'https://kubernetes.default.svc', namespace: text() },
  };
  if (chance(random, 5)) spec.sources = [source, { repoURL: text(), chart: text() }];
  else spec.source = source;
  if (chance(random, 3))
    spec.syncPolicy = pick<Json>(random, [
      { automated: { prune: true } },
      { syncOptions: [text()] },
      {},
      { retry: { limit: 2 } },
    ]);
  return {
    metadata: {
      name: `${field(random, go)}-x`,
      ...(chance(random, 3) ? { labels: { [text()]: text() } } : {}),
      ...(chance(random, 4) ? { annotations: { a: text() } } : {}),
      ...(chance(random, 8) ? { finalizers: [text()] } : {}),
    },
    spec,
  };
}

function patch(random: Random, go: boolean): string {
  const f = () => field(random, go);
  return pick(random, [
    `metadata:\n  labels:\n    p: "${f()}"`,
    `spec:\n  source:\n    path: '${f()}'\n    helm:\n      valueFiles: [z]`,
    '{"metadata": {"annotations": {"x": "y"}, "finalizers": ["more"]}}',
    'spec:\n  project: evil\n  syncPolicy: null',
    'spec:\n  source:\n    helm:\n      valuesObject:\n        extra: 1\n        a: 2',
    'metadata:\n  finalizers: null',
    'operation:\n  sync: {}',
    'metadata:\n  labels:\n    x: yes',
    'hello',
    '',
    'spec:',
    'spec:\n  sources:\n  - $patch: replace\n  - repoURL: r',
    go
      ? `{{ if .flag }}spec: {syncPolicy: {automated: {}}}{{ end }}`
      : 'spec:\n  info:\n  - {name: a, value: b}',
    go
      ? 'spec:\n  syncPolicy:\n    syncOptions:\n{{ range .l }}    - {{ . | toJson }}\n{{ end }}'
      : 'metadata: {name: "{{app}}-n"}',
  ]);
}

/** One ApplicationSet. */
export function randomSet(random: Random, index: number): Json {
  const go = !chance(random, 3);
  const generators = Array.from({ length: random.int(1, 3) }, () => {
    const entry = generator(random, go, 0, false);
    const kind = Object.keys(entry)[0] as string;
    if (chance(random, 6))
      (entry[kind] as Json).template = chance(random, 2)
        ? template(random, go)
        : {
            metadata: {},
            spec: { project: 'own', destination: {}, source: { path: 'override', repoURL: '' } },
          };
    return entry;
  });
  const spec: Json = { generators, template: template(random, go) };
  if (go) spec.goTemplate = true;
  if (go && chance(random, 3))
    spec.goTemplateOptions = [pick(random, ['missingkey=error', 'missingkey=zero', 'missingkey=default'])];
  if (chance(random, 5)) spec.templatePatch = patch(random, go);
  if (chance(random, 8)) spec.syncPolicy = { preserveResourcesOnDeletion: chance(random, 2) };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: `set-${index}`, namespace: 'argocd' },
    spec,
  };
}
