/**
 * Secrets of webhooks from watch caches (spec controller §7.4): `argocd-secret`, and those labelled as
 * part of Argo CD that its values may refer to. Of `argocd-secret` only what webhooks need is kept in
 * memory: its own keys for them and the keys those refer to.
 */
import { type ObjectClient, RESOURCES } from '../api/client.ts';
import type { KubeObject } from '../api/objects.ts';
import { Informer } from '../kube/index.ts';
import type { Clock } from '../support/clock.ts';
import { isJsonObject } from '../support/json.ts';
import type { Random } from '../support/random.ts';
import type { SecretReader } from '../webhook/index.ts';
import type { Log } from './log.ts';

const ARGOCD_SECRET = 'argocd-secret';
const PART_OF = 'app.kubernetes.io/part-of=argocd';

/** Keys of a Secret in clear. */
function inClear(secret: KubeObject): Readonly<Record<string, string>> {
  const data = isJsonObject(secret.data) ? secret.data : {};
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString('utf8')]),
  );
}

function slim(secret: KubeObject): KubeObject {
  const { namespace, name, labels, resourceVersion, uid } = secret.metadata;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(uid === undefined ? {} : { uid }),
  };
  return { apiVersion: secret.apiVersion, kind: secret.kind, metadata, data: secret.data };
}

/** Only the keys of webhooks, and those they refer to. */
function webhookKeys(secret: KubeObject): KubeObject {
  const clear = inClear(secret);
  const own = Object.keys(clear).filter((key) => key.startsWith('webhook.'));
  const meant = own.map((key) => clear[key] ?? '').filter((value) => value.startsWith('$'));
  const kept = new Set([...own, ...meant.map((value) => value.slice(1))]);
  const data = Object.fromEntries(
    Object.entries(isJsonObject(secret.data) ? secret.data : {}).filter(([key]) => kept.has(key)),
  );
  return { ...slim(secret), data };
}

export interface WebhookSecretCaches extends SecretReader {
  /** undefined when what is read here can be believed */
  problem(): string | undefined;
  /** watches until the signal aborts */
  run(signal: AbortSignal): Promise<void>;
}

/** Watches the Secrets of webhooks in the control-plane namespace. */
export function webhookSecretCaches(options: {
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly namespace: string;
  readonly log: Log;
}): WebhookSecretCaches {
  const { namespace, log, client, clock, random } = options;
  const informer = (what: object, transform: (secret: KubeObject) => KubeObject) =>
    new Informer({
      client,
      clock,
      random,
      namespace,
      type: RESOURCES.secrets,
      transform,
      onTrouble: (trouble) => log.warn({ resource: 'secrets', trouble }, 'watch trouble'),
      ...what,
    });
  const argocd = informer({ fieldSelector: `metadata.name=${ARGOCD_SECRET}` }, webhookKeys);
  const others = informer({ labelSelector: PART_OF }, (secret) =>
    secret.metadata.name === ARGOCD_SECRET ? webhookKeys(secret) : slim(secret),
  );
  const read = (cache: Informer, name: string) => {
    const secret = cache.get(namespace, name);
    return secret === undefined ? undefined : inClear(secret);
  };
  return {
    argocd: () => read(argocd, ARGOCD_SECRET),
    partOfArgocd: (name) => read(others, name),
    problem: () => {
      const deaf = [argocd, others].find(({ synced }) => !synced);
      return deaf === undefined ? undefined : (deaf.trouble ?? 'the Secrets are not listed yet');
    },
    run: async (signal) => {
      await Promise.all([argocd.run(signal), others.run(signal)]);
    },
  };
}
