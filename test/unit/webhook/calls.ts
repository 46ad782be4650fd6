/** Webhook calls for the tests: bodies in the shape of each provider, signed as it signs. */
import { createHmac } from 'node:crypto';
import type { ApplicationSet, JsonObject } from '../../../src/api/objects.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import {
  type Answer,
  type DeliveryReport,
  type Fact,
  Inbox,
  Receiver,
  SetIndex,
  type WebhookCall,
  WebhookSecrets,
} from '../../../src/webhook/index.ts';

export const SECRET = 'hook-secret';

export const hmac = (secret: string, ...parts: readonly (string | Uint8Array)[]): string => {
  const made = createHmac('sha256', secret);
  for (const part of parts) made.update(part);
  return made.digest('hex');
};

export const call = (headers: Record<string, string>, body: unknown, method = 'POST'): WebhookCall => ({
  method,
  headers,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

const BEFORE = 'a'.repeat(40);
const AFTER = 'b'.repeat(40);

/** A push in GitHub's shape. */
export const push = (change: JsonObject = {}, repository: JsonObject = {}): JsonObject => ({
  ref: 'refs/heads/main',
  before: BEFORE,
  after: AFTER,
  forced: false,
  repository: {
    name: 'shop',
    owner: { login: 'acme' },
    html_url: 'https://git.example.org/acme/shop',
    url: 'https://git.example.org/api/v3/repos/acme/shop',
    default_branch: 'main',
    ...repository,
  },
  commits: [{ id: AFTER, added: [], removed: [], modified: ['apps/web/values.yaml'] }],
  ...change,
});

export const commit = (change: JsonObject = {}): JsonObject => ({
  id: AFTER,
  added: [],
  removed: [],
  modified: [],
  ...change,
});

export interface Heard {
  readonly answer: Answer;
  readonly report: DeliveryReport;
  readonly facts: readonly Fact[];
}

/** A receiver with these keys in argocd-secret. */
export function ear(
  keys: Record<string, string> | (() => Record<string, string>) = {},
  options: { compat?: boolean; inbox?: Inbox; clock?: ManualClock } = {},
): (received: WebhookCall) => Heard {
  const reports: DeliveryReport[] = [];
  const receiver = new Receiver({
    compat: options.compat ?? false,
    secrets: new WebhookSecrets({
      argocd: () => (typeof keys === 'function' ? keys() : keys),
      partOfArgocd: () => undefined,
    }),
    inbox: options.inbox ?? new Inbox(),
    clock: options.clock ?? new ManualClock(),
    onDelivery: (report) => reports.push(report),
  });
  return (received) => {
    const answer = receiver.receive(received);
    const report = reports.at(-1);
    if (report === undefined) throw new TypeError('no report of the call');
    return { answer, report, facts: report.facts };
  };
}

export const setOf = (name: string, ...generators: readonly JsonObject[]): ApplicationSet => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name, namespace: 'argocd', uid: `uid-${name}` },
  spec: { generators },
});

export function indexOf(...sets: readonly ApplicationSet[]): SetIndex {
  const index = new SetIndex();
  for (const set of sets) index.put(set);
  return index;
}

export const gitDirectories = (repoURL: string, change: JsonObject = {}): JsonObject => ({
  git: { repoURL, revision: 'HEAD', directories: [{ path: 'apps/*' }], ...change },
});
