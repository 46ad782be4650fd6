/**
 * Whether a call comes from who holds the secret: over the raw bytes, in constant time. Messages are
 * the reference's where it has the provider (spec controller §8.3).
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AppsetError } from '../support/errors.ts';
import type { WebhookCall } from './contract.ts';
import type { WebhookSecrets } from './secrets.ts';

/** The call is not authentic. */
export const unauthentic = (message: string): AppsetError => new AppsetError('APPSET_E1001', message);

/** The call is authentic, as far as that was looked at, and makes no sense. */
export const notUnderstood = (message: string): AppsetError => new AppsetError('APPSET_E1002', message);

const digest = (text: string): Buffer => createHash('sha512').update(text).digest();

/** Whether two texts are equal, in a time that says nothing about where they differ. */
export const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** Whether `signature` is the lower-case hex HMAC-SHA256 of the bytes; a `sha256=` prefix is fine. */
export function isSigned(secret: string, signature: string, ...parts: readonly Uint8Array[]): boolean {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return sameText(hmac.digest('hex'), signature.replace(/^sha256=/, ''));
}

/** User and password of basic authentication, undefined when there is none. */
export function basicAuth(
  header: string | undefined,
): { readonly user: string; readonly password: string } | undefined {
  const [, encoded] = /^basic ([\w+/]+={0,2})$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * Verification of a provider the reference does not have: an HMAC in one of the headers. Without a
 * secret of its own it is believed only while no webhook secret at all is set, so that nobody gets
 * around a secret by posing as another provider.
 */
export function verifyHmac(
  call: WebhookCall,
  secrets: WebhookSecrets,
  wants: { readonly keys: readonly string[]; readonly headers: readonly string[] },
): void {
  const secret = secrets.first(...wants.keys);
  if (secret === '') {
    if (secrets.configured)
      throw unauthentic(`no secret is set for this provider (${wants.keys.join(', ')})`);
    return;
  }
  const signature = wants.headers
    .map((name) => call.headers[name])
    .find((value) => value !== undefined && value !== '');
  if (signature === undefined) throw unauthentic(`missing ${wants.headers[0]} header`);
  if (!isSigned(secret, signature, call.body)) throw unauthentic('HMAC verification failed');
}

/** @throws AppsetError APPSET_E1002 */
export function requirePost(call: WebhookCall): void {
  if (call.method !== 'POST') throw notUnderstood('invalid HTTP Method');
}

/** @throws AppsetError APPSET_E1002 */
export function requireBody(call: WebhookCall): void {
  if (call.body.byteLength === 0) throw notUnderstood('error parsing payload');
}
