/**
 * A call of one's own making, for pipelines and forges without a provider here:
 *
 *   X-Appset-Event: push
 *   X-Appset-Timestamp: seconds since 1970
 *   X-Appset-Signature-256: sha256=HMAC-SHA256(webhook.generic.secret, timestamp + "." + body)
 *   {"repository": "https://…", "ref": "refs/heads/main", "defaultBranch": "main", "paths": ["a/b"]}
 *
 * Never believed without a secret. A signature counts once, and only near its time.
 */
import type { Clock } from '../../support/clock.ts';
import { LIMITS } from '../../support/limits.ts';
import type { Provider, PushFact, WebhookCall } from '../contract.ts';
import { shortRef } from '../git-ref.ts';
import { Payload, parseBody } from '../payload.ts';
import { parsePayloadUrl } from '../payload-url.ts';
import { isSigned, notUnderstood, requireBody, requirePost, unauthentic } from '../verify.ts';

/** Signatures that have been used, as long as they could be used again. */
class Replays {
  readonly #seen = new Map<string, number>();

  /** @returns false when it was used before */
  use(signature: string, now: number): boolean {
    for (const [old, at] of this.#seen) {
      if (at + 2 * LIMITS.webhookReplayMs > now && this.#seen.size < LIMITS.webhookReplays) break;
      this.#seen.delete(old);
    }
    if (this.#seen.has(signature)) return false;
    this.#seen.set(signature, now);
    return true;
  }
}

function authenticate(call: WebhookCall, secret: string, clock: Clock, replays: Replays): void {
  if (secret === '') throw unauthentic('generic calls need webhook.generic.secret');
  const signature = call.headers['x-appset-signature-256'] ?? '';
  const timestamp = call.headers['x-appset-timestamp'] ?? '';
  if (signature === '') throw unauthentic('missing X-Appset-Signature-256 header');
  if (!/^\d{1,12}$/.test(timestamp)) throw unauthentic('X-Appset-Timestamp must be seconds since 1970');
  if (!isSigned(secret, signature, Buffer.from(`${timestamp}.`), call.body)) {
    throw unauthentic('HMAC verification failed');
  }
  const now = clock.now();
  if (Math.abs(now - Number(timestamp) * 1_000) > LIMITS.webhookReplayMs) {
    throw unauthentic('X-Appset-Timestamp is too far from now');
  }
  if (!replays.use(signature.replace(/^sha256=/, ''), now)) throw unauthentic('the call was made before');
}

function pushFact(payload: Payload): PushFact {
  const url = payload.text('repository');
  const parsed = parsePayloadUrl(url);
  if (parsed === undefined || parsed.host === '')
    throw notUnderstood('repository must be the URL of a repository');
  const ref = payload.text('ref');
  const main = payload.text('defaultBranch');
  const slash = parsed.path.lastIndexOf('/');
  return {
    kind: 'push',
    repository: {
      provider: 'generic',
      host: parsed.host,
      owner: parsed.path.slice(0, Math.max(0, slash)),
      name: parsed.path.slice(slash + 1).replace(/\.git$/, ''),
      id: '',
    },
    urls: [url.replace(/\.git$/, '')],
    ref: shortRef(ref),
    isTag: ref.startsWith('refs/tags/'),
    touchesDefault: main === '' ? undefined : shortRef(main) === shortRef(ref),
    paths: payload.has('paths') ? { moved: new Set(payload.texts('paths')), modified: new Set() } : undefined,
  };
}

/** A provider with a memory of its own for replays. */
export function genericProvider(): Provider {
  const replays = new Replays();
  return {
    name: 'generic',
    recognises: ({ headers }) => Boolean(headers['x-appset-event']),
    deliveryId: ({ headers }) => headers['x-appset-delivery'] ?? '',
    receive(call, { secrets, clock }) {
      requirePost(call);
      requireBody(call);
      authenticate(call, secrets.get('webhook.generic.secret'), clock, replays);
      const event = call.headers['x-appset-event'] ?? '';
      if (event === 'ping') return { event, facts: [] };
      if (event !== 'push') throw notUnderstood('event not defined to be parsed');
      return { event, facts: [pushFact(new Payload(parseBody(call.body), 'GenericPayload'))] };
    },
  };
}
