/**
 * Types of what payloads hold, as far as the reference decodes it and providers send it: a field of
 * another type refuses the whole call there, whether anybody reads it or not. Compat mode looks; normal
 * mode checks only what it reads.
 */
import { isJsonObject } from '../support/json.ts';
import { notUnderstood } from './verify.ts';

export type Shape = 'string' | 'bool' | 'int' | 'int64' | Struct | List;

interface Struct {
  /** name of the reference's type with its package; 'struct' where it has none */
  readonly type: string;
  readonly fields: Readonly<Record<string, Shape>>;
}

interface List {
  readonly type: string;
  readonly items: Shape;
}

const fields = <T extends Shape>(names: string, shape: T): Record<string, T> =>
  Object.fromEntries(names.split(' ').map((name) => [name, shape]));
const struct = (type: string, shapes: Readonly<Record<string, Shape>>): Struct => ({ type, fields: shapes });
/** A struct without a name. */
const unnamed = (shapes: Readonly<Record<string, Shape>>): Struct => struct('struct', shapes);
const list = (type: string, items: Shape): List => ({ type, items });

const PATHS = list('[]string', 'string');

const githubUser = {
  ...fields('avatar_url html_url login node_id type url', 'string'),
  id: 'int64',
  site_admin: 'bool',
} as const;
const githubRepository = {
  ...fields('clone_url default_branch description full_name git_url homepage html_url language', 'string'),
  ...fields('mirror_url name node_id ssh_url svn_url url', 'string'),
  ...fields('forks forks_count id open_issues open_issues_count size', 'int64'),
  ...fields('stargazers_count watchers watchers_count', 'int64'),
  ...fields('fork has_downloads has_issues has_pages has_wiki private', 'bool'),
  owner: unnamed(githubUser),
} as const;
const githubAuthor = unnamed(fields('email name username', 'string'));
const githubCommit = unnamed({
  ...fields('id message node_id timestamp tree_id url', 'string'),
  ...fields('added modified removed', PATHS),
  ...fields('author committer', githubAuthor),
  distinct: 'bool',
});
const githubBranch = unnamed({
  ...fields('label ref sha', 'string'),
  repo: unnamed(githubRepository),
  user: unnamed(githubUser),
});

const githubPush = struct('github.PushPayload', {
  ...fields('after base_ref before compare ref', 'string'),
  ...fields('created deleted forced', 'bool'),
  commits: list('[]struct', githubCommit),
  head_commit: githubCommit,
  installation: struct('struct { ID int "json:\\"id\\"" }', { id: 'int' }),
  pusher: unnamed(fields('email name', 'string')),
  repository: unnamed({
    ...githubRepository,
    ...fields('created_at pushed_at stargazers', 'int64'),
    master_branch: 'string',
  }),
  sender: unnamed(githubUser),
});

const githubPullRequest = struct('github.PullRequestPayload', {
  action: 'string',
  number: 'int64',
  installation: struct('struct { ID int64 "json:\\"id\\"" }', { id: 'int64' }),
  label: unnamed({ ...fields('color description name node_id url', 'string'), id: 'int64', default: 'bool' }),
  pull_request: unnamed({
    ...fields('body html_url merge_commit_sha mergeable_state node_id state title url', 'string'),
    ...fields('additions changed_files comments commits deletions id number', 'int64'),
    ...fields('draft locked mergeable merged', 'bool'),
    ...fields('base head', githubBranch),
    labels: list('[]struct', unnamed({ ...fields('color description name url', 'string'), id: 'int64' })),
    user: unnamed(githubUser),
  }),
  repository: unnamed(githubRepository),
  sender: unnamed(githubUser),
});

const githubPing = struct('github.PingPayload', {
  hook_id: 'int',
  repository: unnamed(githubRepository),
  sender: unnamed(githubUser),
});

const gitlabProject = struct('gitlab.Project', {
  ...fields('avatar_url ci_config_path default_branch description git_http_url git_ssh_url', 'string'),
  ...fields('homepage http_url name namespace path_with_namespace ssh_url url web_url', 'string'),
  ...fields('id visibility_level', 'int64'),
});
const gitlabRepository = struct('gitlab.Repository', {
  ...fields('description git_http_url git_ssh_url homepage name url', 'string'),
  visibility_level: 'int64',
});
const gitlabPushed = {
  ...fields('after before checkout_sha object_kind ref user_avatar user_name user_username', 'string'),
  ...fields('project_id total_commits_count user_id', 'int64'),
  commits: list(
    '[]gitlab.Commit',
    struct('gitlab.Commit', {
      ...fields('id message title url', 'string'),
      ...fields('added modified removed', PATHS),
      author: struct('gitlab.Author', fields('email name', 'string')),
    }),
  ),
  project: gitlabProject,
  repository: gitlabRepository,
} as const;
const gitlabUser = { ...fields('avatar_url email name username', 'string'), id: 'int64' } as const;
const gitlabSide = {
  ...fields('default_branch description git_http_url git_ssh_url homepage http_url name', 'string'),
  ...fields('namespace path_with_namespace ssh_url url web_url', 'string'),
  visibility_level: 'int64',
} as const;
const gitlabMergeRequest = struct('gitlab.MergeRequestEventPayload', {
  ...fields('event_type object_kind', 'string'),
  assignees: list('[]gitlab.Assignee', struct('gitlab.Assignee', gitlabUser)),
  labels: list(
    '[]gitlab.Label',
    struct('gitlab.Label', { ...fields('color description title type', 'string'), id: 'int64' }),
  ),
  object_attributes: struct('gitlab.ObjectAttributes', {
    ...fields('action description merge_status source_branch state target_branch title url', 'string'),
    ...fields('assignee_id author_id id iid milestone_id project_id source_project_id', 'int64'),
    ...fields('state_id target_project_id', 'int64'),
    ...fields('draft work_in_progress', 'bool'),
    source: struct('gitlab.Source', gitlabSide),
    target: struct('gitlab.Target', gitlabSide),
    last_commit: struct('gitlab.LastCommit', fields('id message title url', 'string')),
  }),
  project: gitlabProject,
  repository: gitlabRepository,
  user: struct('gitlab.User', gitlabUser),
});

const azureRepository = struct('azuredevops.Repository', {
  ...fields('defaultBranch id name remoteUrl url', 'string'),
  project: struct('azuredevops.Project', fields('id name state url', 'string')),
});
const azureCommit = struct('azuredevops.Commit', fields('commitId url', 'string'));
const azureMessage = struct('azuredevops.Message', fields('html markdown text', 'string'));
const azureEvent = {
  ...fields('eventType id publisherId resourceVersion scope', 'string'),
  ...fields('detailedMessage message', azureMessage),
} as const;
const azurePush = struct('azuredevops.GitPushEvent', {
  ...azureEvent,
  createdDate: 'string',
  resource: struct('azuredevops.Resource', {
    ...fields('date url', 'string'),
    pushId: 'int',
    commits: list('[]azuredevops.Commit', azureCommit),
    pushedBy: struct('azuredevops.PushedBy', fields('displayName id uniqueName', 'string')),
    refUpdates: list(
      '[]azuredevops.RefUpdate',
      struct('azuredevops.RefUpdate', fields('name newObjectId oldObjectId', 'string')),
    ),
    repository: azureRepository,
  }),
});
const azurePullRequest = struct('azuredevops.GitPullRequestEvent', {
  ...azureEvent,
  resource: struct('azuredevops.PullRequest', {
    ...fields('description mergeId mergeStatus sourceRefName status targetRefName title url', 'string'),
    ...fields('lastMergeCommit lastMergeSourceCommit lastMergeTargetCommit', azureCommit),
    pullRequestId: 'int',
    commits: list('[]azuredevops.Commit', azureCommit),
    createdBy: struct('azuredevops.User', fields('displayName id imageUrl uniqueName url', 'string')),
    repository: azureRepository,
  }),
});

/** What the reference decodes the payloads it knows into. */
export const SHAPES = {
  githubPush,
  githubPullRequest,
  githubPing,
  gitlabPush: struct('gitlab.PushEventPayload', { ...gitlabPushed, user_email: 'string' }),
  gitlabTag: struct('gitlab.TagEventPayload', gitlabPushed),
  gitlabMergeRequest,
  gitlabSystem: struct('gitlab.SystemHookPayload', fields('event_name object_kind', 'string')),
  azureBasic: struct('azuredevops.BasicEvent', fields('eventType id publisherId scope', 'string')),
  azurePush,
  azurePullRequest,
  azureBuild: struct('azuredevops.BuildCompleteEvent', {
    ...azureEvent,
    resource: struct('azuredevops.Build', {}),
  }),
} as const satisfies Record<string, Struct>;

/** The field of an object, by its name or else in another letter case. */
function fieldOf({ fields: known }: Struct, key: string): string | undefined {
  if (Object.hasOwn(known, key)) return key;
  return Object.keys(known).find((name) => name.toLowerCase() === key.toLowerCase());
}

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

interface Place {
  /** name of the innermost struct, without its package */
  readonly struct: string;
  readonly path: readonly string[];
}

function refuse(kind: string, type: string, { struct: name, path }: Place): never {
  const where = path.length === 0 ? 'value' : `struct field ${name}.${path.join('.')}`;
  throw notUnderstood(`json: cannot unmarshal ${kind} into Go ${where} of type ${type}`);
}

function checkNumber(value: unknown, type: 'int' | 'int64', place: Place): void {
  if (typeof value !== 'number') refuse(kindOf(value), type, place);
  if (!Number.isInteger(value)) refuse(`number ${value}`, type, place);
}

function checkStruct(value: object, shape: Struct, path: readonly string[]): void {
  const name = shape.type.startsWith('struct') ? '' : shape.type.slice(shape.type.indexOf('.') + 1);
  for (const [key, item] of Object.entries(value)) {
    const field = fieldOf(shape, key);
    if (field !== undefined)
      check(item, shape.fields[field] as Shape, { struct: name, path: [...path, field] });
  }
}

function check(value: unknown, shape: Shape, place: Place): void {
  if (value === null) return;
  if (shape === 'int' || shape === 'int64') checkNumber(value, shape, place);
  else if (typeof shape === 'string') {
    if (kindOf(value) !== shape) refuse(kindOf(value), shape, place);
  } else if ('items' in shape) {
    if (!Array.isArray(value)) refuse(kindOf(value), shape.type, place);
    for (const item of value) check(item, shape.items, place);
  } else {
    if (!isJsonObject(value)) refuse(kindOf(value), shape.type, place);
    checkStruct(value, shape, place.path);
  }
}

/**
 * Looks at the types of a payload in the order it is written.
 *
 * @throws AppsetError APPSET_E1002 in the words of Go's decoder
 */
export function checkPayload(body: unknown, shape: keyof typeof SHAPES): void {
  check(body, SHAPES[shape], { struct: '', path: [] });
}
