/**
 * Azure DevOps (spec controller §8.3, §8.4): basic authentication, looked at before the method. The
 * reference sees only the first ref of a push; in normal mode all of them count, and a push without
 * any, which costs the reference a crash, concerns nobody.
 */
import type { Fact, Provider, RepositoryFact } from '../contract.ts';
import { shortRef } from '../git-ref.ts';
import { Payload, parseBody } from '../payload.ts';
import { checkPayload } from '../payload-shapes.ts';
import { parsePayloadUrl } from '../payload-url.ts';
import type { WebhookSecrets } from '../secrets.ts';
import { basicAuth, notUnderstood, requireBody, requirePost, sameText, unauthentic } from '../verify.ts';

const PULL_REQUEST = ['git.pullrequest.created', 'git.pullrequest.updated', 'git.pullrequest.merged'];

function authenticate(header: string | undefined, secrets: WebhookSecrets): void {
  const user = secrets.get('webhook.azuredevops.username');
  const password = secrets.get('webhook.azuredevops.password');
  if (user === '' && password === '') return;
  const given = basicAuth(header);
  const right = given !== undefined && [sameText(given.user, user), sameText(given.password, password)];
  if (right === false || right.includes(false)) throw unauthentic('basic auth verification failed');
}

function repositoryOf(resource: Payload): RepositoryFact {
  const repository = resource.object('repository');
  return {
    provider: 'azuredevops',
    host: parsePayloadUrl(repository.text('remoteUrl'))?.host ?? '',
    owner: repository.object('project').text('name'),
    name: repository.text('name'),
    id: '',
  };
}

function pushFacts(body: unknown, compat: boolean): readonly Fact[] {
  const resource = new Payload(body, 'GitPushEvent').object('resource');
  const repository = resource.object('repository');
  const url = repository.text('remoteUrl');
  if (parsePayloadUrl(url) === undefined) return [];
  const names = resource.list('refUpdates').map((update) => update.text('name'));
  return (compat ? names.slice(0, 1) : names).map((name) => ({
    kind: 'push',
    repository: repositoryOf(resource),
    urls: [url],
    ref: shortRef(name),
    isTag: name.startsWith('refs/tags/'),
    touchesDefault: name === repository.text('defaultBranch'),
    paths: undefined,
  }));
}

function eventOf(body: Uint8Array, compat: boolean): { readonly event: string; readonly parsed: unknown } {
  try {
    const parsed = parseBody(body);
    if (compat) checkPayload(parsed, 'azureBasic');
    return { event: new Payload(parsed, 'BasicEvent').text('eventType'), parsed };
  } catch {
    throw notUnderstood('error parsing payload');
  }
}

export const azureDevops: Provider = {
  name: 'azuredevops',
  recognises: ({ headers }) => Boolean(headers['x-vss-activityid']),
  deliveryId: ({ headers }) => headers['x-vss-activityid'] ?? '',
  receive(call, { secrets, compat }) {
    authenticate(call.headers['authorization'], secrets);
    requirePost(call);
    requireBody(call);
    const { event, parsed } = eventOf(call.body, compat);
    if (compat && event === 'git.push') checkPayload(parsed, 'azurePush');
    if (compat && PULL_REQUEST.includes(event)) checkPayload(parsed, 'azurePullRequest');
    if (compat && event === 'build.complete') checkPayload(parsed, 'azureBuild');
    if (event === 'git.push') return { event, facts: pushFacts(parsed, compat) };
    if (PULL_REQUEST.includes(event)) {
      const resource = new Payload(parsed, 'GitPullRequestEvent').object('resource');
      return { event, facts: [{ kind: 'pullRequest', repository: repositoryOf(resource) }] };
    }
    if (event === 'build.complete') return { event, facts: [] };
    throw notUnderstood(`unknown event ${event}`);
  },
};
