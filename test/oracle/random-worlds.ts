/**
 * Random worlds for random sets: clusters, projects and repositories in the form of the compatibility
 * cases, and the generators that read them.
 */
import type { Random } from '../../src/support/random.ts';
import { chance, field, type Json, NAMES, pick, type Scope } from './random-set-parts.ts';

/** What the generators of a set may read. */
export interface World {
  readonly json: Json;
  /** whether the local cluster has a Secret */
  readonly local: boolean;
  /** params of its clusters that name one */
  readonly clusters: readonly Readonly<Record<string, string>>[];
  readonly urls: readonly string[];
  readonly revisions: readonly string[];
}

const LABELS: Readonly<Record<string, readonly string[]>> = {
  env: ['production', 'staging', 'eu-1', ''],
  region: ['eu-west', 'us-2'],
  'acme.example.com/team': ['a', 'Team-A', 'x_y'],
  enable_addons: ['true', 'false'],
};

const serverOf = (name: string): string =>
  name === 'local' ? 'https://kubernetes.default.svc' : `https://${name.toLowerCase()}.example.com`;

function clusterSecret(random: Random, name: string): Json {
  const labels: Json = { 'argocd.argoproj.io/secret-type': 'cluster' };
  for (const [key, values] of Object.entries(LABELS))
    if (chance(random, 2)) labels[key] = pick(random, values);
  const annotations: Json = {};
  if (chance(random, 2)) annotations.app = pick(random, ['web', 'Team A', '{{name}}', '{{.name}}', '1', '']);
  if (chance(random, 3)) annotations['acme.example.com/repo'] = 'https://git.example.com/a';
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `c-${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}`,
      namespace: 'argocd',
      labels,
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    stringData: {
      name,
      server: serverOf(name),
      config: '{}',
      ...(chance(random, 4) ? { project: pick(random, ['fixed', '']) } : {}),
    },
  };
}

/** Texts of files: every kind of value YAML knows, and some that cannot be read. */
const FILES = [
  'app: web\nenv: production\nn: 3\n',
  'app: cart\nenv: eu-1\nregion: us-2\nteam: y\nvalues: {a: x, b: 1}\n',
  '{"app": "web", "o": {"a": "b", "b": {"c": true}}, "l": ["x", 1, null]}',
  '- app: one\n- app: two\n  n: 1000000\n',
  '[]',
  '',
  '# nothing\n',
  'null\n',
  '- null\n- {app: z}\n',
  'app: 0o17\nenv: 1_000\nn: 9007199254740993\nteam: 1.10\n',
  'app: no\nenv: ~\nregion: 2020-01-01\nteam: 12:30:45\nn: 1e400\n',
  'base: &b {a: 1, b: {c: x}}\no: {<<: *b, b: {d: y}}\napp: *b\n',
  'app: !!str 5\nenv: !!binary aGk=\nn: !!float 3\nteam: !custom x\n',
  'app: |\n  two\n  lines\nenv: >-\n  folded\n  text\nteam: "é\\t😀"\n',
  'path: mine\nname: shadow\nserver: s\nmetadata: {labels: {env: f}}\napp: shadowing\n',
  'app: first\n---\napp: second\n',
  'a.b: dotted\na: {c: nested}\nvalues.a: flat\n1: one\ntrue: yes\n',
  '{"app": "json", "deep": {"l": [{"x": 1.5}, [1, [2]], {}], "e": {}, "z": []}, }',
  'n: -0.0\nm: 1e21\nk: 1e-7\ni: 123456789012\nh: 0x1F\nb: 0b11\nf: .5\n',
  'app: "{{ .env }}"\nenv: "{{env}}"\n',
];
const BROKEN = ['- a\n- b\n', 'just text\n', '5\n', 'a: b: c\n', '{"a": \n', 'x: .inf\n', '\tapp: tab\n'];

const FOLDERS = [
  'apps/web',
  'apps/cart',
  'apps/Team_A',
  'clusters/eu-1',
  'clusters/us-2/web',
  'infra',
  'a b',
  'é/ü',
];
const NAMES_OF_FILES = [
  'config.yaml',
  'config.json',
  'values.yaml',
  'My_File.YAML',
  'x[1].yaml',
  '.hidden.yaml',
  'v1.2.yml',
];

function revision(random: Random): Json {
  const files: Json = {};
  for (let i = random.int(4, 16); i > 0; i--) {
    const folder = chance(random, 8) ? '' : `${pick(random, FOLDERS)}/`;
    const below = chance(random, 4)
      ? `${pick(random, ['sub', '.git-like', 'deep/er', 'overlays/production'])}/`
      : '';
    const text = chance(random, 60) ? pick(random, BROKEN) : pick(random, FILES);
    files[`${folder}${below}${pick(random, NAMES_OF_FILES)}`] = text;
  }
  return {
    files,
    ...(chance(random, 6) ? { symlinks: { 'links/config.yaml': '../nowhere', link: 'apps' } } : {}),
  };
}

/** One world. */
export function randomWorld(random: Random): World {
  const names = ['eu-prod-1', 'prod_01/West', 'us-2', 'Zulu'].filter(() => !chance(random, 3));
  const local = chance(random, 3);
  if (local) names.splice(1, 0, 'local');
  const urls = ['https://git.example.com/web.git', 'https://git.example.com/cart'];
  const revisions = ['main', 'dev', 'v1.0.0', 'v1.2.3', 'feature/x'].filter(
    (name) => name === 'main' || chance(random, 2),
  );
  const projects = ['default', 'fixed', 'p-fixed', ...NAMES, ...NAMES.map((name) => `p-${name}`)];
  const repository = () => ({
    revisions: Object.fromEntries(revisions.map((name) => [name, revision(random)])),
  });
  const json = {
    namespace: 'argocd',
    clusterSecrets: names.map((name) => clusterSecret(random, name)),
    appProjects: projects.map((name) => ({ metadata: { name } })),
    repositories: Object.fromEntries(urls.map((url) => [url, repository()])),
    settings: { newGitFileGlobbing: chance(random, 2) },
  };
  const clusters = names.map((name) => ({
    name,
    nameNormalized: name.toLowerCase().replaceAll(/[^-a-z0-9]/g, '-'),
    server: serverOf(name),
  }));
  return { json, local, clusters, urls, revisions };
}

function labelSelector({ random, careful }: Scope): Json {
  const key = pick(random, Object.keys(LABELS));
  const values = LABELS[key] ?? [];
  if (!careful && chance(random, 6)) {
    const wrong = [
      { key: 'a b', operator: 'Exists' },
      { key, operator: 'In' },
      { key, operator: 'in', values: ['a'] },
    ];
    const long = { key, operator: 'In', values: ['x'.repeat(64)] };
    return { matchExpressions: [pick(random, [...wrong, long, { key, operator: 'Exists', values: ['a'] }])] };
  }
  const operator = pick(random, ['In', 'NotIn', 'Exists', 'DoesNotExist']);
  const expression = {
    key,
    operator,
    ...(operator.endsWith('n') ? { values: [pick(random, values), 'other'] } : {}),
  };
  return pick<Json>(random, [
    { matchLabels: { [key]: pick(random, values) } },
    { matchExpressions: [expression] },
    { matchLabels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
    { matchLabels: { [key]: pick(random, values) }, matchExpressions: [expression] },
  ]);
}

/** `values` of a generator; since 3.3 those of a second child wait in Go mode for params of its own. */
function values(scope: Scope, interpolated: boolean): Json {
  const { random, go } = scope;
  if (!chance(random, 3) || (go && interpolated)) return {};
  const own = go
    ? ['{{.name}}', '{{.path.basename}}', '{{.values.a}}', '{{ .metadata }}']
    : ['{{name}}', '{{path}}', '{{values.a}}'];
  const text = () => (chance(random, 2) ? field(scope) : pick(random, ['plain', ...own]));
  return {
    values: {
      a: text(),
      ...(chance(random, 2) ? { b: text() } : {}),
      ...(chance(random, 5) ? { 'c.d': 'x' } : {}),
    },
  };
}

export function clusters(
  scope: Scope & { readonly flat?: boolean },
  world: World,
  interpolated: boolean,
): Json {
  const { random } = scope;
  const selects = !chance(random, 3);
  const templated = { matchLabels: { env: scope.go ? '{{ .env }}' : '{{env}}' } };
  const selector = interpolated && chance(random, 4) ? templated : labelSelector(scope);
  // the reference gives the clusters of a list in random order where one of them has no Secret
  const flat = scope.flat !== false && (selects || world.local) && chance(random, 8);
  return {
    clusters: {
      ...(selects ? { selector } : chance(random, 3) ? { selector: {} } : {}),
      ...values(scope, interpolated),
      ...(flat ? { flatList: true } : {}),
    },
  };
}

const DIRECTORIES = [
  '*',
  '*/*',
  'apps/*',
  'apps/**',
  '**',
  'clusters/*/*',
  'infra',
  'a b',
  'é/*',
  '/apps/*',
  'apps/',
  'apps/[cw]*',
  'apps/[!c]*',
  '{apps,infra}',
  '.',
  '[',
  'apps/?eb',
  '\\apps/*',
];
const PATTERNS = [
  '**/config.yaml',
  '**/*.yaml',
  '*.yaml',
  'apps/*/config.json',
  'apps/**/config.*',
  'clusters/*',
  'config.yaml',
  'apps',
  'apps/web/',
  './apps/web/*',
  'apps/../infra/*',
  '{apps,infra}/**',
  'x[1].yaml',
  '**/x[1].yaml',
  '**/x\\[1\\].yaml',
  'é/ü/*',
  '**/.hidden.yaml',
  'links/*',
  'nowhere',
  '[',
  '',
  '**/*',
  'apps/*/values.yaml',
  '**/My_*',
  '/apps/web/*.yaml',
  '../x',
  ':(glob)apps/*/*.yaml',
  ':!apps',
];

export function git(scope: Scope, world: World, interpolated: boolean): Json {
  const { random, careful, go } = scope;
  const known = ['', 'HEAD', ...world.revisions];
  const files = chance(random, 2);
  const pool = files ? PATTERNS : DIRECTORIES;
  const sound = pool.filter((path) => !/^[[:.{]|^$|^\.\.|^\/|\*\*\/\*$|^links|^clusters\/\*$/.test(path));
  const items = Array.from({ length: random.int(1, 4) }, (_, i) => ({
    path:
      interpolated && chance(random, 5)
        ? `apps/${go ? '{{ .app }}' : '{{app}}'}/*`
        : pick(random, careful ? sound : pool),
    ...(i > 0 && chance(random, 3) ? { exclude: true } : {}),
  }));
  const prefix = chance(random, 6) ? { pathParamPrefix: pick(random, ['repo', 'a.b', '']) } : {};
  return {
    git: {
      repoURL: careful || !chance(random, 20) ? pick(random, world.urls) : 'https://git.example.com/none',
      revision: careful || !chance(random, 20) ? pick(random, known) : pick(random, ['none', 'v9.9.9', '^9']),
      [files ? 'files' : 'directories']: items,
      ...prefix,
      ...values(scope, interpolated),
    },
  };
}
