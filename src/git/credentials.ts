/**
 * What a repository may ask for before it answers, and by what it is known. Credentials reach git through its environment and
 * through files of its own that live as long as one command; never through an argument or a URL.
 * `identity` tells two sets of credentials apart without holding either.
 */
import { createHash } from 'node:crypto';
import { percentDecoded } from '../support/percent.ts';

export interface GitCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly bearerToken?: string;
  /** PEM or OpenSSH private key */
  readonly sshPrivateKey?: string;
  /** PEM of a TLS client certificate and its key */
  readonly tlsClientCert?: string;
  readonly tlsClientKey?: string;
  /** neither TLS certificates nor ssh host keys are checked */
  readonly insecure?: boolean;
  /** send user and password with the first request instead of waiting for a 401 */
  readonly forceBasicAuth?: boolean;
  readonly proxy?: string;
  readonly noProxy?: string;
  /** PEM certificates that may have signed the server's, in place of the system's */
  readonly authorities?: string;
  /** lines of a known_hosts file: ssh host keys that are believed */
  readonly knownHosts?: string;
  /** names credentials whose password is short-lived: a token made anew is the same identity */
  readonly identity?: string;
}

/** Texts that must never be shown. */
export function secretsOf(credentials: GitCredentials): string[] {
  const { username, password, bearerToken, sshPrivateKey, tlsClientKey, proxy } = credentials;
  const secrets = [password, bearerToken, sshPrivateKey, tlsClientKey];
  if (password !== undefined) secrets.push(basic(username, password), encodeURIComponent(password));
  const proxyPassword = proxy !== undefined && URL.canParse(proxy) ? new URL(proxy).password : '';
  // where it cannot be decoded, nobody can be sent it decoded
  if (proxyPassword !== '') secrets.push(proxyPassword, percentDecoded(proxyPassword));
  return secrets.filter((secret): secret is string => secret !== undefined && secret !== '');
}

/** user:password as the Basic scheme carries it. */
export function basic(username: string | undefined, password: string): string {
  return Buffer.from(`${username ?? 'git'}:${password}`).toString('base64');
}

/**
 * A digest of the credentials: mirrors are kept apart by it, so that what one project could read is
 * not served to another that could not.
 */
export function credentialsIdentity(credentials: GitCredentials | undefined): string {
  const { identity, username, password, bearerToken } = credentials ?? {};
  const { sshPrivateKey, tlsClientCert, tlsClientKey } = credentials ?? {};
  if (identity !== undefined) return createHash('sha256').update(`identity ${identity}`).digest('hex');
  const parts = [username, password, bearerToken, sshPrivateKey, tlsClientCert, tlsClientKey];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
