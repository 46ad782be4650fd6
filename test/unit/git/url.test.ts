/** Addresses of repositories: what is let through to git, and when two are the same. */
import { describe, expect, test } from 'vitest';
import {
  normalizeRepositoryUrl,
  repositoryAddress,
  sameRepository,
  withoutPassword,
} from '../../../src/git/url.ts';

describe('addresses that are refused', () => {
  const table: [string, string][] = [
    ['', 'the URL is empty'],
    ['--upload-pack=touch /tmp/x', 'the URL holds a space'],
    ['--upload-pack=x', 'the URL begins with a dash'],
    ['ext::sh -c x', 'the URL holds a space'],
    ['ext::sh', 'is no https, http or ssh URL'],
    ['file:///etc', 'the scheme file is not allowed'],
    ['git://example.com/a', 'the scheme git is not allowed'],
    ['ftp://example.com/a', 'the scheme ftp is not allowed'],
    ['EXT::x', 'is no https, http or ssh URL'],
    ['/srv/git/a.git', 'local paths are not allowed'],
    ['ssh://-oProxyCommand=x/a', 'the host or the user begins with a dash'],
    ['-oProxyCommand=x:a', 'the URL begins with a dash'],
    ['https://example.com/a\nb', 'the URL holds a space'],
    ['https://', 'the URL cannot be parsed'],
    ['relative/path', 'is no https, http or ssh URL'],
    ['https://%zz@example.com/a', 'its user or password holds a % that encodes nothing'],
    ['https://me:%e0%a4@example.com/a', 'its user or password holds a % that encodes nothing'],
  ];
  for (const [url, why] of table) {
    test(JSON.stringify(url), () => {
      expect(() => repositoryAddress(url, false)).toThrow(why);
    });
  }

  test('and a password in one is not shown', () => {
    expect(() => repositoryAddress('ftp://me:pw@example.com/a', false)).toThrow(/^(?!.*pw@)/);
    expect(() => repositoryAddress('https://tok%zz@example.com/a', false)).toThrow(/^(?!.*tok)/);
  });
});

describe('addresses that are taken', () => {
  const table: [string, string, object][] = [
    ['https://Example.com/a.git', 'https://Example.com/a.git', { origin: 'https://Example.com' }],
    ['https://example.com:8443/a', 'https://example.com:8443/a', { origin: 'https://example.com:8443' }],
    ['https://me:p%40ss@example.com/a', 'https://example.com/a', { username: 'me', password: 'p@ss' }],
    ['https://me@example.com/a', 'https://example.com/a', { username: 'me' }],
    ['git@example.com:a/b.git', 'git@example.com:a/b.git', { scheme: 'ssh' }],
    ['ssh://git@example.com:22/a', 'ssh://git@example.com:22/a', { scheme: 'ssh' }],
    ['ssh://git:pw@example.com/a', 'ssh://git@example.com/a', { scheme: 'ssh' }],
  ];
  for (const [url, clean, more] of table) {
    test(url, () => {
      expect(repositoryAddress(url, false)).toMatchObject({ url: clean, ...more });
    });
  }

  test('local ones when they are allowed', () => {
    expect(repositoryAddress('/srv/a', true).url).toBe('file:///srv/a');
    expect(repositoryAddress('file:///srv/a', true).scheme).toBe('file');
  });
});

describe('normal form', () => {
  const table: [string, string][] = [
    ['https://Git.example.com/Acme/Web.git', 'https://git.example.com/acme/web'],
    ['git@git.example.com:acme/web.git', 'git@git.example.com/acme/web'],
    ['ssh://git@git.example.com/acme/web', 'git@git.example.com/acme/web'],
    [' https://a/b ', 'https://a/b'],
    ['https://a/b.git.git', 'https://a/b.git'],
    ['not a url', ''],
  ];
  for (const [url, normal] of table) test(url, () => expect(normalizeRepositoryUrl(url)).toBe(normal));

  test('an unparsable URL stands for itself', () => {
    expect(sameRepository('not a url', 'not a url')).toBe(true);
    expect(sameRepository('not a url', 'no url either')).toBe(false);
  });
});

test('passwords in URLs are replaced wherever they stand', () => {
  expect(withoutPassword("unable to access 'https://me:pw@a/b' and http://x:y@z")).toBe(
    "unable to access 'https://me:***@a/b' and http://x:***@z",
  );
});
