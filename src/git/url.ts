/**
 * URLs of git repositories. Everything that reaches git goes through `repositoryAddress`: it takes
 * only the schemes that were allowed, moves a password out of the URL (command lines are readable by
 * every process of a machine) and refuses what git or ssh could take for an option.
 */
import { AppsetError } from '../support/errors.ts';
import { percentDecoded } from '../support/percent.ts';

export interface RepositoryAddress {
  /** what git is given; holds no password */
  readonly url: string;
  readonly scheme: 'https' | 'http' | 'ssh' | 'file' | 'git';
  /** `scheme://host[:port]` of an https or http address as written, else '' */
  readonly origin: string;
  /** `host[:port]` in lower case, '' for a local one */
  readonly host: string;
  /** user and password that stood in the URL, decoded */
  readonly username?: string;
  readonly password?: string;
}

const SCP = /^(?:([A-Za-z0-9._][\w.+-]*)@)?([A-Za-z0-9[][\w.\-:[\]]*?):(?!\/\/)(.+)$/;

const refuse = (url: string, why: string): AppsetError =>
  new AppsetError('APPSET_E0402', `git repository ${JSON.stringify(withoutPassword(url))}: ${why}`, {
    retryable: false,
  });

/** The text with the password of any URL in it replaced. */
export function withoutPassword(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]*@/gi, '$1:***@');
}

/**
 * Splits and checks the address of a repository.
 *
 * @param allowLocal also `file` and `git` addresses and plain absolute paths
 * @throws AppsetError APPSET_E0402 when the address is not allowed or cannot be understood
 */
export function repositoryAddress(text: string, allowLocal: boolean): RepositoryAddress {
  const url = text.trim();
  if (url === '') throw refuse(text, 'the URL is empty');
  if (/[\u0000-\u0020\u007f]/.test(url)) throw refuse(text, 'the URL holds a space or a control character');
  if (url.startsWith('-')) throw refuse(text, 'the URL begins with a dash');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (url.startsWith('/')) {
      if (!allowLocal) throw refuse(text, 'local paths are not allowed');
      return { url: `file://${url}`, scheme: 'file', origin: '', host: '' };
    }
    const host = url.includes('::') ? undefined : SCP.exec(url)?.[2];
    if (host === undefined) throw refuse(text, 'is no https, http or ssh URL');
    return { url, scheme: 'ssh', origin: '', host: host.toLowerCase() };
  }
  if (scheme === 'file' || scheme === 'git') {
    if (!allowLocal) throw refuse(text, `the scheme ${scheme} is not allowed`);
    return { url, scheme, origin: '', host: scheme === 'git' && URL.canParse(url) ? new URL(url).host : '' };
  }
  if (scheme !== 'https' && scheme !== 'http' && scheme !== 'ssh') {
    throw refuse(text, `the scheme ${scheme} is not allowed, use https, http or ssh`);
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === '') throw refuse(text, 'the URL cannot be parsed');
  if (parsed.hostname.startsWith('-') || parsed.username.startsWith('-')) {
    throw refuse(text, 'the host or the user begins with a dash');
  }
  const host = parsed.host.toLowerCase();
  if (scheme === 'ssh') {
    return { url: url.replace(/^(ssh:\/\/[^/:@]*):[^/@]*@/i, '$1@'), scheme, origin: '', host };
  }
  const username = decoded(text, parsed.username);
  const password = decoded(text, parsed.password);
  const clean = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
  return {
    url: clean,
    scheme,
    origin: /^[^/]*\/\/[^/?#]*/.exec(clean)?.[0] ?? '',
    host,
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
  };
}

/** User or password of a URL, without a word of it where it cannot be told. */
function decoded(url: string, part: string): string {
  const found = percentDecoded(part);
  if (found !== undefined) return found;
  throw refuse(url.replace(/\/\/[^/]*@/, '//***@'), 'its user or password holds a % that encodes nothing');
}

/**
 * The form in which two URLs of one repository are equal (spec controller §7.2, N(u)): trimmed, lower
 * case, ssh forms as one, without a trailing `.git`. '' when the URL cannot be parsed.
 *
 * @example normalizeRepositoryUrl('git@Git.Example.com:acme/Web.git') // 'git.example.com/acme/web'
 */
export function normalizeRepositoryUrl(text: string): string {
  let url = text.trim().toLowerCase();
  if (!url.includes('://') && /^[^/\s]+@[^/:\s]+:/.test(url)) url = `ssh://${url.replace(':', '/')}`;
  if (url.endsWith('.git')) url = url.slice(0, -4);
  if (!URL.canParse(url) && !url.startsWith('/')) return '';
  return url.startsWith('ssh://') ? url.slice('ssh://'.length) : url;
}

/** Whether two URLs name one repository; an unparsable URL stands for itself (spec controller §7.2). */
export function sameRepository(a: string, b: string): boolean {
  return (normalizeRepositoryUrl(a) || a) === (normalizeRepositoryUrl(b) || b);
}
