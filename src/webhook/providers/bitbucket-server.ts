/**
 * Bitbucket Server and Data Center: an HMAC-SHA256 in `X-Hub-Signature`. Addresses are the clone links
 * of the payload; where it has none, nothing can be matched by address and the call is refused with
 * that reason rather than lost in silence.
 */
import type { Fact, Provider, PushFact, RepositoryFact } from '../contract.ts';
import { shortRef } from '../git-ref.ts';
import { Payload, parseBody } from '../payload.ts';
import { hostOfUrl } from '../repository-url.ts';
import { notUnderstood, requireBody, requirePost, verifyHmac } from '../verify.ts';

const PULL_REQUEST = [
  'pr:opened',
  'pr:from_ref_updated',
  'pr:modified',
  'pr:merged',
  'pr:declined',
  'pr:deleted',
];

function addresses(repository: Payload): readonly string[] {
  const clone = repository.object('links').list('clone');
  return clone.map((link) => link.text('href').replace(/\.git$/, '')).filter((url) => url !== '');
}

function repositoryOf(repository: Payload): RepositoryFact {
  const self = repository.object('links').list('self')[0]?.text('href') ?? addresses(repository)[0] ?? '';
  return {
    provider: 'bitbucketserver',
    host: hostOfUrl(self),
    owner: repository.object('project').text('key'),
    name: repository.text('slug'),
    id: '',
  };
}

function pushFacts(payload: Payload): readonly Fact[] {
  const repository = payload.object('repository');
  const urls = addresses(repository);
  if (urls.length === 0) throw notUnderstood('the payload has no clone links: the repository cannot be told');
  return payload.list('changes').map((change): PushFact => {
    const ref = change.text('refId') || change.object('ref').text('id');
    return {
      kind: 'push',
      repository: repositoryOf(repository),
      urls,
      ref: shortRef(ref),
      isTag: ref.startsWith('refs/tags/'),
      touchesDefault: undefined,
      paths: undefined,
    };
  });
}

export const bitbucketServer: Provider = {
  name: 'bitbucketserver',
  recognises: ({ headers }) => Boolean(headers['x-event-key']) && !headers['x-hook-uuid'],
  deliveryId: ({ headers }) => headers['x-request-id'] ?? '',
  receive(call, { secrets }) {
    requirePost(call);
    requireBody(call);
    verifyHmac(call, secrets, { keys: ['webhook.bitbucketserver.secret'], headers: ['x-hub-signature'] });
    const event = call.headers['x-event-key'] ?? '';
    if (event === 'diagnostics:ping') return { event, facts: [] };
    if (event !== 'repo:refs_changed' && !PULL_REQUEST.includes(event)) {
      throw notUnderstood('event not defined to be parsed');
    }
    const payload = new Payload(parseBody(call.body), 'BitbucketServerPayload');
    if (event === 'repo:refs_changed') return { event, facts: pushFacts(payload) };
    const target = payload.object('pullRequest').object('toRef').object('repository');
    return { event, facts: [{ kind: 'pullRequest', repository: repositoryOf(target) }] };
  },
};
