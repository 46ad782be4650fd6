/**
 * GitHub (spec controller §8.3, §8.4): HMAC-SHA256 in `X-Hub-Signature-256`; the event is looked at
 * before the signature, as the reference does. Beyond it: `edited` pull requests, and `repository`
 * events, which change what an organisation lists.
 */
import { LIMITS } from '../../support/limits.ts';
import type { Fact, Provider, PushFact, RepositoryFact } from '../contract.ts';
import { shortRef } from '../git-ref.ts';
import { Payload, parseBody } from '../payload.ts';
import { checkPayload } from '../payload-shapes.ts';
import { parsePayloadUrl } from '../payload-url.ts';
import { touchedPaths } from '../touched-paths.ts';
import { isSigned, notUnderstood, requireBody, requirePost, unauthentic } from '../verify.ts';

const SHAPE_OF: Readonly<Record<string, 'githubPush' | 'githubPullRequest' | 'githubPing'>> = {
  push: 'githubPush',
  pull_request: 'githubPullRequest',
  ping: 'githubPing',
};
const ACTIONS = ['opened', 'closed', 'synchronize', 'labeled', 'reopened', 'unlabeled'];

/** The repository of a payload in GitHub's shape; `hostFrom` names the field its host is taken from. */
export function repositoryOf(
  payload: Payload,
  provider: 'github' | 'gitea',
  hostFrom: string,
): RepositoryFact | undefined {
  const repository = payload.object('repository');
  const url = parsePayloadUrl(repository.text(hostFrom));
  if (url === undefined) return undefined;
  const owner = repository.object('owner');
  return {
    provider,
    host: url.host,
    owner: owner.text('login') || (provider === 'gitea' ? owner.text('username') || owner.text('name') : ''),
    name: repository.text('name'),
    id: '',
  };
}

/** The push of a payload in GitHub's shape; undefined when the address of the repository cannot be parsed. */
export function pushOf(payload: Payload, provider: 'github' | 'gitea', cap: number): PushFact | undefined {
  const repository = repositoryOf(payload, provider, 'html_url');
  if (repository === undefined) return undefined;
  const ref = payload.text('ref');
  return {
    kind: 'push',
    repository,
    urls: [payload.object('repository').text('html_url')],
    ref: shortRef(ref),
    isTag: ref.startsWith('refs/tags/'),
    touchesDefault: payload.object('repository').text('default_branch') === shortRef(ref),
    commit: payload.text('after'),
    paths: touchedPaths({
      before: payload.text('before'),
      after: payload.text('after'),
      forced: payload.flag('forced'),
      commits: payload.list('commits'),
      cap,
      ...(payload.has('total_commits') ? { total: payload.integer('total_commits') } : {}),
    }),
  };
}

const some = (fact: Fact | undefined): readonly Fact[] => (fact === undefined ? [] : [fact]);

function facts(event: string, body: unknown, compat: boolean): readonly Fact[] {
  if (event === 'push')
    return some(pushOf(new Payload(body, 'PushPayload'), 'github', LIMITS.webhookCommits));
  if (event === 'pull_request') {
    const payload = new Payload(body, 'PullRequestPayload');
    const action = payload.text('action');
    if (!ACTIONS.includes(action) && (compat || action !== 'edited')) return [];
    const repository = repositoryOf(payload, 'github', 'url');
    return repository === undefined ? [] : [{ kind: 'pullRequest', repository }];
  }
  if (event !== 'repository') return [];
  const repository = repositoryOf(new Payload(body, 'RepositoryPayload'), 'github', 'url');
  return repository === undefined ? [] : [{ kind: 'listing', repository }];
}

export const github: Provider = {
  name: 'github',
  recognises: ({ headers }) => Boolean(headers['x-github-event']),
  deliveryId: ({ headers }) => headers['x-github-delivery'] ?? '',
  receive(call, { secrets, compat }) {
    requirePost(call);
    const event = call.headers['x-github-event'] ?? '';
    const accepted = compat
      ? ['push', 'pull_request', 'ping']
      : ['push', 'pull_request', 'ping', 'repository'];
    if (!accepted.includes(event)) throw notUnderstood('event not defined to be parsed');
    requireBody(call);
    const secret = secrets.get('webhook.github.secret');
    if (secret !== '') {
      const signature = call.headers['x-hub-signature-256'] ?? '';
      if (signature === '') throw unauthentic('missing X-Hub-Signature-256 Header');
      if (!isSigned(secret, signature, call.body)) throw unauthentic('HMAC verification failed');
    }
    const body = parseBody(call.body);
    const shape = SHAPE_OF[event];
    if (compat && shape !== undefined) checkPayload(body, shape);
    return { event, facts: facts(event, body, compat) };
  },
};
