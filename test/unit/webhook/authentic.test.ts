/** Who is believed: each provider's way of signing, and what is refused. */
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import type { WebhookCall } from '../../../src/webhook/index.ts';
import { call, ear, hmac, push, SECRET } from './calls.ts';

const BODY = JSON.stringify(push());
const BITBUCKET = JSON.stringify({
  push: { changes: [{ new: { type: 'branch', name: 'main' } }] },
  repository: { full_name: 'acme/shop', links: { html: { href: 'https://bitbucket.org/acme/shop' } } },
});
const SERVER = JSON.stringify({
  changes: [{ refId: 'refs/heads/main' }],
  repository: {
    slug: 'shop',
    project: { key: 'ACME' },
    links: { clone: [{ href: 'https://bb.example.org/scm/acme/shop.git' }] },
  },
});
const signed = hmac(SECRET, BODY);

interface Signing {
  readonly provider: string;
  readonly key: string;
  readonly right: WebhookCall;
  readonly wrong: WebhookCall;
  readonly missing: WebhookCall;
}

const hubSigned = (
  provider: string,
  key: string,
  headers: Record<string, string>,
  name: string,
  body: string,
): Signing => ({
  provider,
  key,
  right: call({ ...headers, [name]: `sha256=${hmac(SECRET, body)}` }, body),
  wrong: call({ ...headers, [name]: `sha256=${hmac('other', body)}` }, body),
  missing: call(headers, body),
});

const SIGNINGS: readonly Signing[] = [
  hubSigned('github', 'webhook.github.secret', { 'x-github-event': 'push' }, 'x-hub-signature-256', BODY),
  hubSigned('gitea', 'webhook.gitea.secret', { 'x-gitea-event': 'push' }, 'x-gitea-signature', BODY),
  hubSigned('forgejo', 'webhook.gitea.secret', { 'x-forgejo-event': 'push' }, 'x-forgejo-signature', BODY),
  hubSigned('gogs', 'webhook.gogs.secret', { 'x-gogs-event': 'push' }, 'x-gogs-signature', BODY),
  hubSigned(
    'bitbucket',
    'webhook.bitbucket.secret',
    { 'x-event-key': 'repo:push', 'x-hook-uuid': 'u' },
    'x-hub-signature',
    BITBUCKET,
  ),
  hubSigned(
    'bitbucketserver',
    'webhook.bitbucketserver.secret',
    { 'x-event-key': 'repo:refs_changed' },
    'x-hub-signature',
    SERVER,
  ),
];

describe.each(SIGNINGS)('$provider', ({ key, right, wrong, missing }) => {
  const hear = ear({ [key]: SECRET });
  test('believes the right signature', () => {
    expect(hear(right)).toMatchObject({ answer: { status: 200, body: '' }, report: { verdict: 'queued' } });
  });
  test('refuses a wrong one', () => {
    const { answer, report } = hear(wrong);
    expect(answer.body).toBe('Webhook processing failed: HMAC verification failed\n');
    expect(answer.status).toBe(400);
    expect(report).toMatchObject({ verdict: 'unauthentic', facts: [] });
  });
  test('refuses none', () => {
    expect(hear(missing)).toMatchObject({ answer: { status: 400 }, report: { verdict: 'unauthentic' } });
  });
  test('refuses the signature of another body, one byte apart', () => {
    const other = Buffer.concat([right.body, Buffer.from(' ')]);
    expect(hear({ ...right, body: other }).answer.status).toBe(400);
  });
});

describe('signatures are over bytes', () => {
  test('a body that is no UTF-8 is not decoded before it is verified', () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const headers = { 'x-github-event': 'push', 'x-hub-signature-256': hmac(SECRET, body) };
    expect(
      ear({ 'webhook.github.secret': SECRET })({ method: 'POST', headers, body }).report.verdict,
    ).not.toBe('unauthentic');
  });
});

describe('posing as another provider gets nobody around a secret', () => {
  test.each([
    ['gitea', { 'x-gitea-event': 'push' }, BODY],
    ['bitbucket', { 'x-event-key': 'repo:push', 'x-hook-uuid': 'u' }, BITBUCKET],
    ['bitbucketserver', { 'x-event-key': 'repo:refs_changed' }, SERVER],
    ['generic', { 'x-appset-event': 'push' }, '{}'],
  ])('%s without a signature, while GitHub has a secret', (_, headers, body) => {
    expect(ear({ 'webhook.github.secret': SECRET })(call(headers, body)).report.verdict).toBe('unauthentic');
  });

  test('a Gitea hook that was set up with the secret of GitHub goes on working', () => {
    const headers = {
      'x-gitea-event': 'push',
      'x-github-event': 'push',
      'x-hub-signature-256': `sha256=${signed}`,
    };
    expect(ear({ 'webhook.github.secret': SECRET })(call(headers, BODY))).toMatchObject({
      answer: { status: 200 },
      report: { provider: 'gitea', verdict: 'queued' },
    });
  });

  test('while no webhook secret at all is set, an unsigned call is believed', () => {
    expect(ear({ 'admin.password': 'x' })(call({ 'x-gitea-event': 'push' }, BODY)).report.verdict).toBe(
      'queued',
    );
  });
});

describe('bitbucket by the id of its hook', () => {
  const hear = ear({ 'webhook.bitbucket.uuid': '{uuid-1}' });
  test.each([
    ['{uuid-1}', 'queued'],
    ['{uuid-2}', 'unauthentic'],
  ])('%s is %s', (uuid, verdict) => {
    expect(hear(call({ 'x-event-key': 'repo:push', 'x-hook-uuid': uuid }, BITBUCKET)).report.verdict).toBe(
      verdict,
    );
  });
});

describe('a generic call', () => {
  const body = JSON.stringify({
    repository: 'https://git.example.org/acme/shop.git',
    ref: 'refs/heads/main',
  });
  const now = new ManualClock().now() / 1_000;
  const generic = (timestamp: number, secret = SECRET, text = body) =>
    call(
      {
        'x-appset-event': 'push',
        'x-appset-timestamp': String(timestamp),
        'x-appset-signature-256': `sha256=${hmac(secret, `${timestamp}.`, text)}`,
      },
      text,
    );
  const hear = () => ear({ 'webhook.generic.secret': SECRET });

  test('is believed once', () => {
    const receive = hear();
    expect(receive(generic(now)).report.verdict).toBe('queued');
    expect(receive(generic(now)).report).toMatchObject({
      verdict: 'unauthentic',
      reason: 'the call was made before',
    });
    expect(receive(generic(now + 1)).report.verdict).toBe('queued');
  });
  test.each([
    ['of long ago', now - LIMITS.webhookReplayMs / 1_000 - 1],
    ['of the future', now + LIMITS.webhookReplayMs / 1_000 + 1],
  ])('%s is refused', (_, timestamp) => {
    expect(hear()(generic(timestamp)).report.reason).toBe('X-Appset-Timestamp is too far from now');
  });
  test('with the time of another is refused', () => {
    const other = generic(now);
    const moved = { ...other, headers: { ...other.headers, 'x-appset-timestamp': String(now + 1) } };
    expect(hear()(moved).report.reason).toBe('HMAC verification failed');
  });
  test('is never believed without a secret', () => {
    expect(ear({})(generic(now)).report.verdict).toBe('unauthentic');
  });
});

describe('secrets', () => {
  test('a rotated one counts from the next call on', () => {
    let secret = SECRET;
    const receive = ear(() => ({ 'webhook.github.secret': secret }));
    const received = call({ 'x-github-event': 'push', 'x-hub-signature-256': signed }, BODY);
    expect(receive(received).report.verdict).toBe('queued');
    secret = 'new';
    expect(receive(received).report.verdict).toBe('unauthentic');
  });
});

describe('compat mode knows the providers of the reference only', () => {
  test.each([{ 'x-appset-event': 'push' }, { 'x-event-key': 'repo:push' }, { 'x-gitea-event': 'push' }])(
    '%o',
    (headers) => {
      expect(ear({}, { compat: true })(call(headers, BODY)).answer).toEqual({
        status: 400,
        body: 'Unknown webhook event\n',
        contentType: 'text/plain; charset=utf-8',
      });
    },
  );
});
