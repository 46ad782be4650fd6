/**
 * Bitbucket Cloud: an HMAC-SHA256 in `X-Hub-Signature`, or, as Argo CD's API server knows it, the id of
 * the hook in `X-Hook-UUID`. A push lists branches but no paths, and rarely the main branch.
 */
import type { Fact, Provider, PushFact, RepositoryFact, WebhookCall } from '../contract.ts';
import { Payload, parseBody } from '../payload.ts';
import { parsePayloadUrl } from '../payload-url.ts';
import type { WebhookSecrets } from '../secrets.ts';
import { notUnderstood, requireBody, requirePost, sameText, unauthentic, verifyHmac } from '../verify.ts';

const PULL_REQUEST = [
  'pullrequest:created',
  'pullrequest:updated',
  'pullrequest:fulfilled',
  'pullrequest:rejected',
];
const LISTING = ['repo:updated', 'repo:transfer', 'repo:imported'];

function authenticate(call: WebhookCall, secrets: WebhookSecrets): void {
  const uuid = secrets.get('webhook.bitbucket.uuid');
  if (uuid !== '' && !sameText(call.headers['x-hook-uuid'] ?? '', uuid)) {
    throw unauthentic('X-Hook-UUID validation failed');
  }
  if (uuid !== '' && secrets.get('webhook.bitbucket.secret') === '') return;
  verifyHmac(call, secrets, { keys: ['webhook.bitbucket.secret'], headers: ['x-hub-signature'] });
}

function repositoryOf(repository: Payload): RepositoryFact | undefined {
  const url = parsePayloadUrl(repository.object('links').object('html').text('href'));
  if (url === undefined) return undefined;
  const [owner = '', name = ''] = repository.text('full_name').split('/');
  return { provider: 'bitbucket', host: url.host, owner, name, id: '' };
}

function pushFacts(payload: Payload): readonly Fact[] {
  const repository = payload.object('repository');
  const about = repositoryOf(repository);
  if (about === undefined) return [];
  const main = repository.object('mainbranch').text('name');
  return payload
    .object('push')
    .list('changes')
    .map((change): PushFact => {
      const tip = change.has('new') ? change.object('new') : change.object('old');
      const ref = tip.text('name');
      return {
        kind: 'push',
        repository: about,
        urls: [repository.object('links').object('html').text('href')],
        ref,
        isTag: tip.text('type') === 'tag',
        touchesDefault: main === '' ? undefined : main === ref,
        paths: undefined,
      };
    });
}

export const bitbucket: Provider = {
  name: 'bitbucket',
  recognises: ({ headers }) => Boolean(headers['x-event-key'] && headers['x-hook-uuid']),
  deliveryId: ({ headers }) => headers['x-request-uuid'] ?? '',
  receive(call, { secrets }) {
    requirePost(call);
    requireBody(call);
    authenticate(call, secrets);
    const event = call.headers['x-event-key'] ?? '';
    if (event !== 'repo:push' && !PULL_REQUEST.includes(event) && !LISTING.includes(event)) {
      throw notUnderstood('event not defined to be parsed');
    }
    const payload = new Payload(parseBody(call.body), 'BitbucketPayload');
    if (event === 'repo:push') return { event, facts: pushFacts(payload) };
    const repository = repositoryOf(payload.object('repository'));
    if (repository === undefined) return { event, facts: [] };
    return { event, facts: [{ kind: LISTING.includes(event) ? 'listing' : 'pullRequest', repository }] };
  },
};
