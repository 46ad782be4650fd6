/**
 * Whether the address a set uses names the repository of a payload (spec controller §8.5): any of http,
 * https and ssh, a user, `ssh.` or `altssh.`, a port, scp form, `.git`, any letter case. Host and path
 * are literal: a dot is a dot.
 */
import { BoundedCache } from '../support/bounded-cache.ts';
import { LIMITS } from '../support/limits.ts';
import { type PayloadUrl, parsePayloadUrl } from './payload-url.ts';

/** Whether a repoURL is this repository. */
export type UrlPattern = (repoURL: string) => boolean;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

const USER = '(?:[\\w.][\\w.-]{0,30}[\\w.$-]?@)?';

const patterns = new BoundedCache<string, UrlPattern | undefined>(LIMITS.compiledPatterns);

function compile({ host, path }: PayloadUrl): UrlPattern {
  const expression = new RegExp(
    `^(?:https?://|ssh://)?${USER}(?:(?:alt)?ssh\\.)?${escaped(host)}(?::\\d+)?[:/]${escaped(path)}(?:\\.git)?$`,
    'i',
  );
  return (repoURL) => expression.test(repoURL);
}

/** The pattern of a payload's address; undefined when it cannot be parsed. */
export function urlPattern(payloadUrl: string): UrlPattern | undefined {
  return patterns.getOrMake(payloadUrl, () => {
    const url = parsePayloadUrl(payloadUrl);
    return url === undefined ? undefined : compile(url);
  });
}

/**
 * What all addresses of one repository share, for an index: the last part of the path, in lower case,
 * without `.git`. Addresses with different keys never match each other.
 */
export function urlKey(url: string): string {
  const last = url.toLowerCase().split(/[/:]/).at(-1) ?? '';
  return last.replace(/(?:\.git)+$/, '');
}

/** The key under which the sets of a payload's repository are found; undefined when it cannot be parsed. */
export function payloadUrlKey(payloadUrl: string): string | undefined {
  const url = parsePayloadUrl(payloadUrl);
  return url === undefined ? undefined : urlKey(`/${url.path}`);
}

/** The host of a URL for comparing, '' when there is none. */
export const hostOfUrl = (url: string): string => parsePayloadUrl(url)?.host ?? '';
