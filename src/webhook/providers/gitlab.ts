/**
 * GitLab (spec controller §8.3, §8.4): a token in `X-Gitlab-Token`, always compared, so that a token
 * without a configured secret is refused. System hooks say in the body what they are. Beyond the
 * reference: tag pushes, and the branches of a `repository_update`.
 */
import { LIMITS } from '../../support/limits.ts';
import type { Fact, Provider, PushFact, RepositoryFact } from '../contract.ts';
import { shortRef } from '../git-ref.ts';
import { Payload, parseBody } from '../payload.ts';
import { checkPayload } from '../payload-shapes.ts';
import { parsePayloadUrl } from '../payload-url.ts';
import { touchedPaths } from '../touched-paths.ts';
import { notUnderstood, requireBody, requirePost, sameText, unauthentic } from '../verify.ts';

const HOOKS: Readonly<Record<string, string>> = {
  'Push Hook': 'push',
  'Tag Push Hook': 'tag_push',
  'Merge Request Hook': 'merge_request',
};
const SHAPE_OF: Readonly<Record<string, 'gitlabPush' | 'gitlabTag' | 'gitlabMergeRequest'>> = {
  push: 'gitlabPush',
  tag_push: 'gitlabTag',
  merge_request: 'gitlabMergeRequest',
};
const ACTIONS = ['open', 'close', 'reopen', 'update', 'merge'];

/** System events without a consequence here. */
const ADMINISTRATIVE = new Set(
  [
    ['project', ['create', 'destroy', 'rename', 'transfer', 'update']],
    [
      'user',
      ['create', 'destroy', 'rename', 'failed_login', 'add_to_team', 'remove_from_team', 'update_for_team'],
    ],
    ['user', ['add_to_group', 'remove_from_group', 'update_for_group']],
    ['group', ['create', 'destroy', 'rename']],
    ['key', ['create', 'destroy']],
  ].flatMap(([subject, verbs]) => (verbs as string[]).map((verb) => `${String(subject)}_${verb}`)),
);

function repositoryOf(payload: Payload, id: number): RepositoryFact | undefined {
  const project = payload.object('project');
  const url = parsePayloadUrl(project.text('web_url'));
  if (url === undefined) return undefined;
  const path = project.text('path_with_namespace') || url.path;
  const slash = path.lastIndexOf('/');
  return {
    provider: 'gitlab',
    host: url.host,
    owner: path.slice(0, Math.max(0, slash)),
    name: path.slice(slash + 1),
    id: String(id),
  };
}

function push(
  payload: Payload,
  ref: string,
  { paths, after = '' }: { readonly paths: PushFact['paths']; readonly after?: string },
): readonly PushFact[] {
  const repository = repositoryOf(payload, payload.integer('project_id'));
  if (repository === undefined) return [];
  const isTag = ref.startsWith('refs/tags/');
  return [
    {
      kind: 'push',
      repository,
      urls: [payload.object('project').text('web_url')],
      ref: shortRef(ref),
      isTag,
      touchesDefault: payload.object('project').text('default_branch') === shortRef(ref),
      paths,
      commit: after,
    },
  ];
}

function pushFacts(body: unknown): readonly Fact[] {
  const payload = new Payload(body, 'PushEventPayload');
  const commits = {
    before: payload.text('before'),
    after: payload.text('after'),
    forced: false,
    commits: payload.list('commits'),
    cap: LIMITS.webhookCommits,
    total: payload.integer('total_commits_count'),
  };
  return push(payload, payload.text('ref'), { paths: touchedPaths(commits), after: commits.after });
}

function mergeRequestFacts(body: unknown): readonly Fact[] {
  const payload = new Payload(body, 'MergeRequestEventPayload');
  const attributes = payload.object('object_attributes');
  if (!ACTIONS.includes(attributes.text('action'))) return [];
  const repository = repositoryOf(payload, attributes.integer('target_project_id'));
  return repository === undefined ? [] : [{ kind: 'pullRequest', repository }];
}

function facts(event: string, body: unknown, compat: boolean): readonly Fact[] {
  switch (event) {
    case 'push':
      return pushFacts(body);
    case 'tag_push': {
      const payload = new Payload(body, 'TagEventPayload');
      return compat ? [] : push(payload, payload.text('ref'), { paths: undefined });
    }
    case 'merge_request':
      return mergeRequestFacts(body);
    case 'repository_update': {
      const payload = new Payload(body, 'RepositoryUpdatePayload');
      return payload
        .list('changes')
        .flatMap((change) => push(payload, change.text('ref'), { paths: undefined }));
    }
    default:
      return [];
  }
}

/** What a system hook is: `object_kind`, else `event_name`. */
function systemEvent(body: unknown, compat: boolean): string {
  const payload = new Payload(body, 'SystemHookPayload');
  const known = ['push', 'tag_push', 'merge_request', ...(compat ? [] : ['repository_update'])];
  for (const event of [payload.text('object_kind'), payload.text('event_name')]) {
    if (known.includes(event) || ADMINISTRATIVE.has(event)) return event;
  }
  throw notUnderstood('unknown system hook event System Hook');
}

export const gitlab: Provider = {
  name: 'gitlab',
  recognises: ({ headers }) => Boolean(headers['x-gitlab-event']),
  deliveryId: ({ headers }) => headers['x-gitlab-event-uuid'] ?? headers['x-request-id'] ?? '',
  receive(call, { secrets, compat }) {
    requirePost(call);
    const token = call.headers['x-gitlab-token'] ?? '';
    if (!sameText(token, secrets.get('webhook.gitlab.secret'))) {
      throw unauthentic('X-Gitlab-Token validation failed');
    }
    requireBody(call);
    const hook = call.headers['x-gitlab-event'] ?? '';
    const named = HOOKS[hook];
    if (named === undefined && hook !== 'System Hook') throw notUnderstood('event not defined to be parsed');
    const body = parseBody(call.body);
    if (compat && named === undefined) checkPayload(body, 'gitlabSystem');
    const event = named ?? systemEvent(body, compat);
    const shape = SHAPE_OF[event];
    if (compat && shape !== undefined) checkPayload(body, shape);
    return { event: hook, facts: facts(event, body, compat) };
  },
};
