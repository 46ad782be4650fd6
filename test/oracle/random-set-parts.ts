/**
 * Parts of random ApplicationSets: strings that refer to params, Application templates with fields of
 * every kind, patches. `careful` parts hold no mistake a set would fail for.
 */
import type { Random } from '../../src/support/random.ts';

export type Json = Record<string, unknown>;

export interface Scope {
  readonly random: Random;
  readonly go: boolean;
  /** whether what is drawn is to be free of mistakes */
  readonly careful: boolean;
  /** whether params come from clusters and repositories too */
  readonly worldly: boolean;
}

export const pick = <T>(random: Random, items: readonly T[]): T => items[random.int(0, items.length)] as T;
export const chance = (random: Random, oneIn: number): boolean => random.int(0, oneIn) === 0;

export const TEXTS = [
  'web',
  'cart',
  'eu-1',
  'us-2',
  'production',
  'Team A',
  'x_y',
  'a.b',
  '',
  '1',
  'true',
  'feat/new',
  '{{x}}',
  'é',
  '"q"',
  'null',
];

export const NAMES = ['app', 'env', 'region', 'team', 'n'] as const;

/** Strings that refer to params of clusters and repositories. */
const WORLDLY = {
  go: [
    '{{ .name }}',
    '{{ .nameNormalized }}-{{ .server }}',
    '{{ .path.path }}',
    '{{ .path.basename }}',
    '{{ .path }}',
    '{{ .path.basenameNormalized }}-{{ .path.filename }}',
    '{{ .path.segments | join "-" }}',
    '{{ range .path.segments }}{{ . }}:{{ end }}',
    '{{ .repo }}',
    '{{ .metadata }}',
    '{{ .metadata.labels.env }}',
    '{{ with .metadata }}{{ range $k, $v := .labels }}{{ $k }}={{ $v }} {{ end }}{{ end }}',
    '{{ .values }}',
    '{{ .values | toJson }}',
    '{{ toYaml . }}',
    '{{ range .clusters }}{{ .name }},{{ end }}',
    '{{ .clusters | toJson }}',
    '{{ if .metadata }}{{ index (.metadata.labels | default dict) "env" }}{{ end }}',
    '{{ kindOf .path }} {{ typeOf .values }} {{ kindOf .n }}',
    '{{ .project | default "none" }}',
  ],
  legacy: [
    '{{name}}',
    '{{nameNormalized}}-{{server}}',
    '{{path}}',
    '{{path.basename}}',
    '{{path.basenameNormalized}}-{{path.filename}}',
    '{{path[0]}}',
    '{{ path[1] }}',
    '{{repo.path}}',
    '{{a.b.path.basename}}',
    '{{metadata.labels.env}}',
    '{{metadata.labels.acme.example.com/team}}',
    '{{metadata.annotations.app}}',
    '{{values.b}}',
    '{{values.c.d}}',
    '{{o.b.c}}',
    '{{deep.l.0.x}}',
    '{{clusters}}',
    '{{project}}',
  ],
} as const;

/** A string that refers to a param, or several. */
export function field({ random, go, careful, worldly }: Scope): string {
  if (worldly && chance(random, 2)) return pick(random, WORLDLY[go ? 'go' : 'legacy']);
  const name = pick(random, [...NAMES, ...NAMES, careful ? 'app' : 'absent']);
  if (!go) {
    return pick(random, [
      `{{${name}}}`,
      `{{ ${name} }}`,
      `{{${name}}}-{{env}}`,
      '{{values.a}}',
      '{{o.a}}',
      `${name}`,
      `{{absent}}`,
      `{{ ${name}`,
      `{{${name}}} }}`,
      `{{{{${name}}}}}`,
      `{{.${name}}}`,
      `a{{\t${name}\n}}b`,
    ]);
  }
  return pick(random, [
    `{{.${name}}}`,
    `{{.${name}}}-{{.env}}`,
    `{{ .${name} }}`,
    `{{ .${name} | default "d" }}`,
    `{{.${name} | toString | lower}}`,
    `{{ with .values }}{{ .a }}{{ end }}`,
    '{{ get . "o" | toJson }}',
    '{{ index . "env" }}',
    `{{ if .${name} }}y{{ else }}n{{ end }}`,
    '{{ range .l }}{{ . }},{{ end }}',
    '{{ range $k, $v := .o }}{{ $k }}{{ end }}',
    '{{ .o | toJson }}',
    '{{ normalize (toString .app) }}',
    '{{ toString .team | slugify }}',
    `{{ printf "%v" .${name} }}`,
    '{{ dig "o" "a" "none" . }}',
    '{{ $x := .app }}{{ $x }}{{- " " -}}z',
    `{{ .${name} | toString | sha256sum | trunc 7 }}`,
    `{{ regexReplaceAll "[^a-z]+" (toString .${name}) "-" }}`,
    '{{ . | toJson }}',
    '{{ keys . | sortAlpha | join "," }}',
    '{{ toYaml .l }}',
    ...(careful
      ? []
      : [
          '{{ .values.a }}',
          '{{ .o.b.c }}',
          '{{ .o.b.c.d }}',
          '{{ .absent.x }}',
          '{{ .app',
          '{{ fail "no" }}',
          '{{ upper .n }}',
          '{{ nope }}',
        ]),
  ]);
}

function source(scope: Scope, text: () => string): Json {
  const { random } = scope;
  const out: Json = {
    repoURL: chance(random, 3) ? text() : 'https://git.example.com/a.git',
    path: text(),
    targetRevision: text(),
  };
  switch (random.int(0, 7)) {
    case 0:
    case 1:
      out.helm = {
        releaseName: text(),
        valueFiles: [text(), 'b.yaml'],
        parameters: [{ name: text(), value: text(), forceString: chance(random, 2) }],
        ...(chance(random, 3) ? { values: `a: ${text()}\n`, version: 'v3', skipCrds: true } : {}),
        valuesObject: {
          a: text(),
          n: 1.0,
          big: 12345678901,
          nul: null,
          deep: { [chance(random, 3) ? field(scope) : 'k']: text(), l: [null, text(), { m: text() }] },
        },
      };
      break;
    case 2:
      out.kustomize = {
        commonLabels: { [text()]: text() },
        images: [text()],
        namePrefix: text(),
        replicas: [{ name: text(), count: pick<unknown>(random, [3, '2', '{{n}}']) }],
        patches: [{ patch: text(), target: { kind: 'Deployment', name: text() }, options: { x: true } }],
      };
      break;
    case 3:
      out.directory = {
        recurse: true,
        include: text(),
        jsonnet: { tlas: [{ name: text(), value: text(), code: false }] },
      };
      break;
    case 4:
      out.plugin = {
        name: text(),
        env: [{ name: 'A', value: text() }],
        parameters: [{ name: 'p', string: text(), array: [text()], map: { [text()]: text() } }],
      };
      break;
    default:
  }
  return out;
}

const SYNC_POLICIES = (text: () => string): readonly Json[] => [
  { automated: { prune: true } },
  { automated: { selfHeal: false, allowEmpty: true } },
  { syncOptions: [text(), 'CreateNamespace=true'] },
  {},
  { retry: { limit: 2, backoff: { duration: text(), factor: 2 } } },
  { managedNamespaceMetadata: { labels: { [text()]: text() } } },
];

/** An Application template. */
export function template(scope: Scope): Json {
  const { random } = scope;
  const text = () => (chance(random, 3) ? 'fixed' : `${pick(random, ['', 'p-'])}${field(scope)}`);
  const spec: Json = {
    project: text(),
    destination: chance(random, 4)
      ? { name: text(), namespace: text() }
      : { server: 'https://kubernetes.default.svc', namespace: text() },
  };
  if (chance(random, 5)) spec.sources = [source(scope, text), { repoURL: text(), chart: text(), ref: 'r' }];
  else spec.source = source(scope, text);
  if (chance(random, 3)) spec.syncPolicy = pick(random, SYNC_POLICIES(text));
  if (chance(random, 6)) spec.info = [{ name: text(), value: text() }];
  if (chance(random, 6)) spec.revisionHistoryLimit = random.int(0, 5);
  if (chance(random, 6)) {
    spec.ignoreDifferences = [{ group: 'apps', kind: text(), jsonPointers: [text()], jqPathExpressions: [] }];
  }
  return {
    metadata: {
      name: `${field(scope)}-x`,
      ...(chance(random, 5) ? { namespace: text() } : {}),
      ...(chance(random, 3) ? { labels: { [text()]: text() } } : {}),
      ...(chance(random, 4) ? { annotations: { a: text(), [text()]: 'b' } } : {}),
      ...(chance(random, 8) ? { finalizers: chance(random, 3) ? [] : [text()] } : {}),
    },
    spec,
  };
}

/** A templatePatch. */
export function patch(scope: Scope): string {
  const { random, go, careful } = scope;
  const f = () => field(scope).replaceAll(/["'\n\t]/g, careful ? '' : '$&');
  const sound = [
    `metadata:\n  labels:\n    p: '${f()}'`,
    'metadata:\n  $patch: replace\n  name: fresh\n  labels: {only: this}',
    'metadata:\n  $retainKeys: [name]\n  name: kept',
    'metadata:\n  annotations:\n    $patch: replace\n    x: y',
    'spec:\n  source: {helm: {parameters: [], valueFiles: null}}',
    'spec:\n  source: {$patch: delete}\n  sources: [{repoURL: r, chart: c, targetRevision: "1"}]',
    'spec:\n  ignoreDifferences: [{kind: X, jsonPointers: [/a]}]\n  syncPolicy: {syncOptions: [A=1]}',
    'spec:\n  source: {kustomize: {images: [a=b], patches: [{patch: x}]}, directory: {recurse: false}}',
    'spec: &s {revisionHistoryLimit: 3}\nother: *s',
    `spec:\n  source:\n    path: '${f()}'\n    helm:\n      valueFiles: [z]`,
    '{"metadata": {"annotations": {"x": "y"}, "finalizers": ["more"]}}',
    'metadata:\n  annotations: {a: null, b: c}',
    'spec:\n  project: evil\n  syncPolicy: null',
    'spec:\n  source: {helm: {valuesObject: {extra: 1, a: 2}}}',
    'spec:\n  source: {helm: {valuesObject: {fresh: {x: [1, null]}}, releaseName: null}}',
    'metadata:\n  finalizers: null',
    'metadata:\n  finalizers: [a, resources-finalizer.argocd.argoproj.io, b]',
    'metadata:\n  $deleteFromPrimitiveList/finalizers: [resources-finalizer.argocd.argoproj.io]',
    'operation:\n  sync: {revision: HEAD}',
    '',
    '# nothing',
    'spec:',
    'metadata: {}',
    'spec:\n  sources:\n  - $patch: replace\n  - repoURL: r',
    'spec:\n  destination: {$patch: replace, name: other}',
    'spec:\n  syncPolicy: {$retainKeys: [automated], automated: {prune: false}}',
    'spec:\n  syncPolicy:\n    automated: {$patch: delete}',
    'spec:\n  source: {kustomize: {commonLabels: {z: w}, images: []}, unknown: 1}',
    'spec:\n  revisionHistoryLimit: 7\n  info: [{name: a, value: b}]',
    go ? '{{ if .flag }}spec: {syncPolicy: {automated: {}}}{{ end }}' : 'metadata: {name: "{{app}}-n"}',
    go
      ? 'spec:\n  syncPolicy:\n    syncOptions:\n{{ range .l }}    - {{ . | toJson | quote }}\n{{ end }}'
      : 'spec:\n  info:\n  - {name: a, value: "{{env}}"}',
  ];
  const wrong = [
    'metadata:\n  labels:\n    x: yes',
    'hello',
    '[1]',
    '{bad json',
    '{"a": 1} x',
    'spec: [1]',
    'spec:\n  source:\n    helm:\n      valuesObject:\n        deep: {x: 1}',
    'spec:\n  syncPolicy: {$patch: other}',
    'spec:\n  syncPolicy: {$retainKeys: [a], automated: {}}',
    'spec:\n  revisionHistoryLimit: x',
    'metadata:\n  name: 5',
    'a: b: c',
    '{{',
  ];
  return pick(random, careful ? sound : [...sound, ...wrong]);
}
