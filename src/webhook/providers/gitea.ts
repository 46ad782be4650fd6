/**
 * Gitea, Forgejo and Gogs: payloads in GitHub's shape, an HMAC-SHA256 in a header of their own. They
 * also send GitHub's headers, so that hooks which were set up against the reference go on working: their
 * secret is then that of GitHub.
 */
import { LIMITS } from '../../support/limits.ts';
import type { Fact, Provider, WebhookCall } from '../contract.ts';
import { Payload, parseBody } from '../payload.ts';
import { notUnderstood, requireBody, requirePost, verifyHmac } from '../verify.ts';
import { pushOf, repositoryOf } from './github.ts';

const ACTIONS = [
  'opened',
  'closed',
  'reopened',
  'edited',
  'synchronized',
  'label_updated',
  'label_cleared',
  'labeled',
  'unlabeled',
];

const eventOf = ({ headers }: WebhookCall): string =>
  headers['x-forgejo-event'] || headers['x-gitea-event'] || headers['x-gogs-event'] || '';

function facts(event: string, payload: Payload): readonly Fact[] {
  if (event === 'push') {
    const push = pushOf(payload, 'gitea', LIMITS.webhookCommits);
    return push === undefined ? [] : [push];
  }
  const repository = repositoryOf(payload, 'gitea', 'html_url');
  if (repository === undefined) return [];
  if (event === 'repository') return [{ kind: 'listing', repository }];
  const concerns = event === 'pull_request' && ACTIONS.includes(payload.text('action'));
  return concerns ? [{ kind: 'pullRequest', repository }] : [];
}

export const gitea: Provider = {
  name: 'gitea',
  recognises: (call) => eventOf(call) !== '',
  deliveryId: ({ headers }) =>
    headers['x-forgejo-delivery'] ?? headers['x-gitea-delivery'] ?? headers['x-gogs-delivery'] ?? '',
  receive(call, { secrets }) {
    requirePost(call);
    requireBody(call);
    verifyHmac(call, secrets, {
      keys: ['webhook.gitea.secret', 'webhook.gogs.secret', 'webhook.github.secret'],
      headers: ['x-gitea-signature', 'x-forgejo-signature', 'x-gogs-signature', 'x-hub-signature-256'],
    });
    const event = eventOf(call);
    if (!['push', 'pull_request', 'repository', 'create', 'delete', 'ping'].includes(event)) {
      throw notUnderstood('event not defined to be parsed');
    }
    return { event, facts: facts(event, new Payload(parseBody(call.body), 'GiteaPayload')) };
  },
};
