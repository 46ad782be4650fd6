/**
 * Random webhook calls of GitHub, GitLab and Azure DevOps, right and wrong in every way, and sets whose
 * generators may concern them.
 */
import { createHmac } from 'node:crypto';
import type { Random } from '../../src/support/random.ts';
import { chance, type Json, pick } from './random-set-parts.ts';

export interface Call {
  readonly settings: Readonly<Record<string, string>>;
  readonly sets: readonly Json[];
  readonly world: Json;
  readonly request: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

/** Addresses of repositories as payloads have them. */
const PAYLOAD_URLS = [
  'https://code.forge.test/acme/shop',
  'https://code.forge.test/acme/shop',
  'https://code.forge.test/acme/shop',
  'https://code.forge.test/acme/shop.git',
  'https://code.forge.test/acme/shop/',
  'https://code.forge.test:8443/acme/shop',
  'https://Code.Forge.test/Acme/Shop',
  'http://bot@code.forge.test/acme/shop',
  'ssh://git@code.forge.test/acme/shop',
  'https://code.forge.test/acme/shop?x=1#y',
  'https://code.forge.test/acme/my shop',
  'https://code.forge.test/acme/my%20shop',
  'https://code.forge.test/acme/shöp',
  'https://code.forge.test/acme/a.b',
  'https://code.forge.test/acme/a+b(c)',
  'https://code.forge.test//acme/shop',
  'https://code.forge.test',
  'https://code.forge.test/',
  'code.forge.test/acme/shop',
  '/acme/shop',
  'git@code.forge.test:acme/shop.git',
  'https://[::1]:80/acme/shop',
  'https://code.forge.test/%zz',
  'https://code.forge.test:port/acme/shop',
  'ht tp://x/y',
  ':',
  '',
];

/** Addresses as sets have them. */
const SET_URLS = [
  'https://code.forge.test/acme/shop',
  'https://code.forge.test/acme/shop.git',
  'git@code.forge.test:acme/shop.git',
  'ssh://git@code.forge.test:2222/acme/shop',
  'ssh://git@altssh.code.forge.test:443/acme/shop',
  'git@ssh.code.forge.test:acme/shop',
  'HTTPS://CODE.FORGE.TEST/ACME/SHOP',
  'http://code.forge.test:8080/acme/shop',
  'https://bot:pw@code.forge.test/acme/shop',
  'https://x$@code.forge.test/acme/shop',
  'code.forge.test/acme/shop',
  'code.forge.test:acme/shop',
  'https://code.forge.test/acme/shop/',
  'https://code.forge.test//acme/shop',
  'https://code.forge.test/acme/my%20shop',
  'https://code.forge.test/acme/my shop',
  'https://code.forge.test/acme/sh%C3%B6p',
  'https://code.forge.test/acme/a.b',
  'https://code.forge.test/acme/aXb',
  'https://code.forge.test/acme/a+b%28c%29',
  'https://code.forge.test/acme/a+b(c)',
  'https://code.forge.test',
  'https://code.forge.test/',
  'https://::1/acme/shop',
  '/acme/shop',
  '',
  'https://other.test/x',
];

const REFS = [
  'refs/heads/main',
  'refs/heads/main',
  'refs/heads/dev',
  'refs/heads/feature/login',
  'refs/tags/v1.2.0',
  'main',
  'env/dev',
  'refs/heads/',
  'refs/heads/HEAD',
  'HEAD',
  '',
  'a/b/c/d',
];
const REVISIONS = [
  ...['', 'HEAD', 'main', 'dev', 'refs/heads/main', 'origin/main', 'refs/heads/dev', 'feature/login'],
  ...[
    'refs/heads/feature/login',
    'v1.2.0',
    'refs/tags/v1.2.0',
    'refs/heads/HEAD',
    'env/dev',
    'c/d',
    'b/c/d',
    'Main',
  ],
];
const BRANCHES = ['main', 'main', 'dev', '', 'refs/heads/main', 'feature/login', 'HEAD'];
const APIS = [
  'https://code.forge.test/',
  'https://code.forge.test',
  'http://code.forge.test:8080/',
  'https://bot@code.forge.test/',
  'https://code.forge.test/api/v3/',
  'https://CODE.forge.test',
  'code.forge.test',
  'https://api.github.com/',
  'https://gitlab.com',
  '%zz',
  '',
];

function optional(random: Random, object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(() => !chance(random, 30)));
}

const url = (random: Random): string =>
  pick(random, chance(random, 2) ? PAYLOAD_URLS.slice(0, 6) : PAYLOAD_URLS);

function github(random: Random): { readonly event: string; readonly payload: Json } {
  const repository = optional(random, {
    id: 5,
    name: pick(random, ['shop', 'Shop', 'other', '']),
    full_name: 'acme/shop',
    owner: optional(random, { login: pick(random, ['acme', 'ACME', 'other']), name: 'acme', id: 1 }),
    html_url: url(random),
    url: chance(random, 2) ? 'https://api.github.com/repos/acme/shop' : url(random),
    default_branch: pick(random, BRANCHES),
    private: chance(random, 2),
  });
  if (chance(random, 2)) {
    const payload = {
      ref: pick(random, REFS),
      before: 'a',
      after: 'b',
      forced: false,
      repository,
      commits: [{ id: 'b' }],
    };
    return { event: 'push', payload: optional(random, payload) };
  }
  const actions = [
    'opened',
    'closed',
    'synchronize',
    'labeled',
    'reopened',
    'unlabeled',
    'edited',
    'assigned',
    '',
  ];
  const payload = optional(random, {
    action: pick(random, actions),
    number: 3,
    pull_request: { number: 3, state: 'open', labels: [] },
    repository,
  });
  return { event: 'pull_request', payload };
}

function gitlab(random: Random): { readonly event: string; readonly payload: Json } {
  const project = optional(random, {
    id: 77,
    name: 'shop',
    web_url: url(random),
    default_branch: pick(random, BRANCHES),
    path_with_namespace: 'acme/shop',
  });
  const kind = pick(random, ['push', 'tag_push', 'merge_request']);
  const payload =
    kind === 'merge_request'
      ? {
          object_kind: kind,
          project,
          object_attributes: optional(random, {
            id: 9,
            target_project_id: pick(random, [77, 78, 0]),
            action: pick(random, ['open', 'close', 'reopen', 'update', 'merge', 'approved', '']),
          }),
        }
      : {
          object_kind: kind,
          event_name: kind,
          ref: pick(random, REFS),
          project_id: 77,
          project,
          commits: [],
        };
  const hooks: Json = { push: 'Push Hook', tag_push: 'Tag Push Hook', merge_request: 'Merge Request Hook' };
  return {
    event: chance(random, 4) ? 'System Hook' : String(hooks[kind]),
    payload: optional(random, payload),
  };
}

function azure(random: Random): { readonly event: string; readonly payload: Json } {
  const types = [
    'git.push',
    'git.push',
    'git.pullrequest.created',
    'git.pullrequest.updated',
    'git.pullrequest.merged',
  ];
  const eventType = pick(random, [...types, 'build.complete', 'workitem.created', '']);
  const repository = optional(random, {
    id: 'x',
    name: pick(random, ['shop', 'Shop']),
    remoteUrl: url(random),
    defaultBranch: pick(random, ['refs/heads/main', 'main', 'refs/heads/dev']),
    project: optional(random, { id: 'y', name: pick(random, ['acme', 'Acme']) }),
  });
  const refUpdates = Array.from({ length: random.int(1, 3) }, () =>
    optional(random, { name: pick(random, REFS) }),
  );
  return { event: 'act', payload: optional(random, { eventType, resource: { repository, refUpdates } }) };
}

/** Something in the payload of another type than it should be. */
function broken(random: Random, value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !chance(random, 5)) {
    const keys = Object.keys(value);
    if (keys.length > 0) {
      const key = pick(random, keys);
      const copy: Json = { ...(value as Json) };
      if (chance(random, 8)) {
        const renamed = key.toUpperCase();
        const { [key]: moved, ...rest } = copy;
        return { ...rest, [renamed]: moved };
      }
      copy[key] = broken(random, copy[key]);
      return Array.isArray(value) ? Object.values(copy) : copy;
    }
  }
  return pick<unknown>(random, [5, 'text', true, null, {}, [], [1], 1.5]);
}

const PROVIDERS = [
  { draw: github, header: 'X-GitHub-Event' },
  { draw: gitlab, header: 'X-Gitlab-Event' },
  { draw: azure, header: 'X-Vss-Activityid' },
];

const SETTINGS: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  {},
  { 'webhook.github.secret': 's' },
  { 'webhook.gitlab.secret': 's' },
  { 'webhook.azuredevops.username': 'u', 'webhook.azuredevops.password': 'p:q' },
  { 'webhook.github.secret': ' s\n', 'webhook.gitlab.secret': '$other', other: ' s\n' },
  { 'webhook.github.secret': '$missing', 'webhook.azuredevops.password': 'p' },
];

function credentials(random: Random, settings: Json, body: string): Readonly<Record<string, string>> {
  if (chance(random, 8)) return {};
  const secret = pick(random, ['s', String(settings['webhook.github.secret'] ?? ''), 'other']);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  return {
    'X-Hub-Signature-256': pick(random, [
      `sha256=${signature}`,
      `sha256=${signature}`,
      signature,
      signature.toUpperCase(),
      'x',
    ]),
    ...(chance(random, 2) && settings['webhook.gitlab.secret'] === undefined
      ? {}
      : { 'X-Gitlab-Token': pick(random, ['s', 's', 't', '']) }),
    Authorization: pick(random, [
      basic('u:p:q'),
      basic('u:p:q'),
      basic(':p'),
      basic('u:'),
      basic('u'),
      'Basic ???',
      'bearer x',
    ]),
  };
}

function request(random: Random, settings: Json): Call['request'] {
  const { draw, header } = pick(random, PROVIDERS);
  const { event, payload } = draw(random);
  const content = chance(random, 8) ? broken(random, payload) : payload;
  let body = JSON.stringify(content);
  if (chance(random, 15))
    body = pick(random, [
      '',
      '{',
      'null',
      '[]',
      '"x"',
      '{"a": <}',
      `${body} x`,
      'payload=%7B%7D',
      ' ',
      '{"ref": 5}',
    ]);
  const events = ['ping', 'issues', 'Issue Hook', 'Push Hook', 'push', ''];
  const second = chance(random, 15) ? { [pick(random, PROVIDERS).header]: pick(random, events) } : {};
  const headers = {
    'Content-Type': 'application/json',
    ...second,
    ...(chance(random, 30) ? {} : { [header]: chance(random, 12) ? pick(random, events) : event }),
    ...credentials(random, settings, body),
  };
  return {
    method: chance(random, 15) ? pick(random, ['GET', 'PUT', 'HEAD', 'DELETE']) : 'POST',
    headers,
    body,
  };
}

function git(random: Random, go: boolean, second: boolean): Json {
  const templates = go ? ['{{ .u }}', '{{ .absent }}', '{{ .u'] : ['{{u}}', '{{absent}}'];
  const repoURL = second && chance(random, 2) ? pick(random, templates) : pick(random, SET_URLS);
  const revision =
    second && chance(random, 3) ? pick(random, go ? ['{{ .r }}'] : ['{{r}}']) : pick(random, REVISIONS);
  return { git: { repoURL, revision, directories: [{ path: '*' }] } };
}

function pullRequest(random: Random, go: boolean, second: boolean): Json {
  const interpolated = (text: string) =>
    second && chance(random, 4) ? (go ? '{{ .name }}' : '{{name}}') : text;
  const api = chance(random, 4) ? {} : { api: pick(random, APIS) };
  const repo = interpolated(pick(random, ['shop', 'Shop', 'other', 'SHOP']));
  const blocks = {
    github: { owner: pick(random, ['acme', 'Acme']), repo, ...api },
    gitlab: { project: interpolated(pick(random, ['77', 'acme/shop', '0', ''])), ...api },
    azuredevops: { organization: 'o', project: pick(random, ['acme', 'Acme']), repo, ...api },
    gitea: { owner: 'acme', repo, api: 'https://code.forge.test/' },
  };
  const names = Object.keys(blocks) as (keyof typeof blocks)[];
  const chosen = [pick(random, names), ...(chance(random, 8) ? [pick(random, names)] : [])];
  return { pullRequest: Object.fromEntries(chosen.map((name) => [name, blocks[name]])) };
}

const PLUGIN = { plugin: { configMapRef: { name: 'none' } } };

function list(random: Random): Json {
  const rows = Array.from({ length: random.int(0, 3) }, () => ({
    u: pick(random, SET_URLS),
    r: pick(random, REVISIONS),
    name: 'shop',
  }));
  return { list: { elements: chance(random, 12) ? [...rows, { u: 5 }] : rows } };
}

function generator(random: Random, go: boolean, depth: number, second: boolean): Json {
  const kind = depth >= 3 ? random.int(0, 7) : random.int(0, 11);
  const child = (next: boolean) => generator(random, go, depth + 1, next);
  const out = (() => {
    if (kind < 3) return git(random, go, second);
    if (kind < 5) return pullRequest(random, go, second);
    if (kind === 5) return chance(random, 2) ? PLUGIN : { clusters: {} };
    if (kind === 6) return list(random);
    if (kind < 9) {
      const children = [chance(random, 2) ? list(random) : child(second), child(true), child(true)];
      return { matrix: { generators: children.slice(0, chance(random, 10) ? random.int(0, 4) : 2) } };
    }
    return {
      merge: { mergeKeys: ['u'], generators: Array.from({ length: random.int(1, 4) }, () => child(second)) },
    };
  })();
  return chance(random, 20) ? { ...out, ...pullRequest(random, go, second) } : out;
}

function set(random: Random, index: number): Json {
  const go = chance(random, 2);
  const spec = { project: 'default', destination: {}, source: { repoURL: 'https://d.test/x', path: 'p' } };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: `set-${index}`, namespace: chance(random, 8) ? 'team' : 'argocd' },
    spec: {
      ...(go
        ? { goTemplate: true, ...(chance(random, 3) ? { goTemplateOptions: ['missingkey=error'] } : {}) }
        : {}),
      generators: Array.from({ length: random.int(0, 3) }, () => generator(random, go, 0, false)),
      template: { metadata: { name: 'x' }, spec },
    },
  };
}

const DIRECTORIES = { repo: 'https://code.forge.test/acme/shop', directories: ['apps', 'infra'], files: {} };

/** One call. */
export function randomCall(random: Random): Call {
  const settings = chance(random, 2) ? {} : pick(random, SETTINGS);
  return {
    settings,
    sets: Array.from({ length: random.int(4, 16) }, (_, i) => set(random, i)),
    world: {
      git: [DIRECTORIES],
      appProjects: [{ metadata: { name: 'default' } }],
      repositories: {
        [DIRECTORIES.repo]: { revisions: { main: { files: { 'apps/x': '', 'infra/x': '' } } } },
      },
    },
    request: request(random, settings),
  };
}
