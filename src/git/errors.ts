/**
 * What went wrong with git, in words a reader can act on. git says it on stderr, in English (LC_ALL=C)
 * and in many wordings; here they become five kinds. Nothing of the credentials gets through.
 */
import { AppsetError } from '../support/errors.ts';
import { withoutPassword } from './url.ts';

export type GitFailureKind = 'timeout' | 'auth' | 'not-found' | 'unreachable' | 'tls' | 'other';

/** A git command that failed; `stderr` is redacted already. */
export class GitFailure extends AppsetError {
  readonly failure: GitFailureKind;
  readonly stderr: string;
  /** exit code, of a command that ended by itself */
  readonly exit: number | undefined;

  constructor(failure: GitFailureKind, message: string, stderr: string, exit?: number) {
    super('APPSET_E0402', message);
    this.failure = failure;
    this.stderr = stderr;
    this.exit = exit;
  }
}

const KINDS: readonly (readonly [RegExp, GitFailureKind])[] = [
  [/repository not exported/i, 'not-found'],
  [/Authentication failed|could not read (?:Username|Password)|terminal prompts disabled/i, 'auth'],
  [/returned error: 40[13]|Permission denied|Access denied|invalid credentials|HTTP Basic: /i, 'auth'],
  [/Host key verification failed/i, 'tls'],
  [/certificate|SSL|TLS|gnutls/i, 'tls'],
  [
    /returned error: 404|not found|does not exist|does not appear to be a git repository|not exported/i,
    'not-found',
  ],
  [
    /Could not resolve|Connection (?:refused|reset|timed out|closed)|Failed to connect|unreachable|No route to host/i,
    'unreachable',
  ],
  [
    /returned error: 5\d\d|unable to (?:connect|access)|early EOF|hung up|Empty reply|RPC failed/i,
    'unreachable',
  ],
];

/** Puts stars in the place of secrets and of passwords in URLs. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= 3) clean = clean.replaceAll(secret, '***');
  }
  return withoutPassword(clean);
}

/** The line of stderr that says most: the last `fatal:` or `error:`, else the last line. */
export function tellingLine(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.findLast((l) => /^(?:fatal|error|remote|ERROR):/i.test(l)) ?? lines.at(-1) ?? '';
  return line.replace(/^(?:fatal|error):\s*/i, '').slice(0, 300);
}

/** The kind of failure that git's words stand for. */
export function classify(stderr: string): GitFailureKind {
  return KINDS.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'other';
}

/** A failed command as an error. `url` is the address without a password, '' for local work. */
export function gitFailure(
  url: string,
  stderr: string,
  exit: string,
  withCredentials: boolean,
  code?: number,
): GitFailure {
  const kind = url === '' ? 'other' : classify(stderr);
  const line = tellingLine(stderr) || `git ended with ${exit}`;
  const subject = url === '' ? 'git' : url;
  switch (kind) {
    case 'auth':
      return new GitFailure(
        kind,
        withCredentials
          ? `${subject}: the credentials were refused (${line})`
          : `${subject}: credentials are needed and none are configured (${line})`,
        stderr,
      );
    case 'not-found':
      return new GitFailure(kind, `${subject}: there is no such repository (${line})`, stderr);
    case 'unreachable':
      return new GitFailure(kind, `${subject}: could not be reached (${line})`, stderr);
    case 'tls':
      return new GitFailure(
        kind,
        `${subject}: the server's identity could not be verified (${line})`,
        stderr,
      );
    default:
      return new GitFailure(kind, `${subject}: ${line}`, stderr, code);
  }
}

/** @param ms the time-out that passed */
export function gitTimeout(url: string, ms: number): GitFailure {
  const seconds = Math.round(ms / 100) / 10;
  return new GitFailure('timeout', `${url === '' ? 'git' : url}: git did not answer within ${seconds} s`, '');
}

/** An answer of git that ends in the middle: what it lists is not all there is. */
export const cutOff = (what: string): GitFailure =>
  new GitFailure('other', `git: ${what} was cut off before its end`, '');

/** The revision is not in the repository. */
export function revisionNotFound(url: string, revision: string, why?: string): AppsetError {
  const name = revision === '' ? 'HEAD' : revision;
  return new AppsetError(
    'APPSET_E0403',
    `${url}: revision ${JSON.stringify(name)} ${why ?? 'does not exist'}`,
  );
}
