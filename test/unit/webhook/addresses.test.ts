/** Addresses of repositories: as Go splits them, as the reference compares them, and under one key of the index. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePayloadUrl } from '../../../src/webhook/payload-url.ts';
import { payloadUrlKey, urlKey, urlPattern } from '../../../src/webhook/repository-url.ts';

describe('an address in a payload', () => {
  test.each([
    ['https://git.example.org/a/b', { host: 'git.example.org', path: 'a/b' }],
    ['https://user:pw@git.example.org:8443/a/b', { host: 'git.example.org', path: 'a/b' }],
    ['https://[::1]:80/a', { host: '::1', path: 'a' }],
    ['https://h/a b', { host: 'h', path: 'a%20b' }],
    ['https://h/a%20b', { host: 'h', path: 'a%20b' }],
    ['https://h/ä', { host: 'h', path: '%C3%A4' }],
    ['https://h/a%2Fb ä', { host: 'h', path: 'a/b%20%C3%A4' }],
    ['https://h/a?q#f', { host: 'h', path: 'a' }],
    ['', { host: '', path: '' }],
    ['mailto:x', { host: '', path: '' }],
    ['git@h:a/b', undefined],
    ['://x', undefined],
    ['https://h:port/a', undefined],
    ['https://h/%zz', undefined],
    ['https://h/a\u0007', undefined],
    [`https://h/${'a'.repeat(5_000)}`, undefined],
  ])('%s', (text, parsed) => {
    expect(parsePayloadUrl(text)).toEqual(parsed);
  });
});

describe('the index loses nothing', () => {
  const part = fc.stringMatching(/^[a-z0-9.-]{1,8}$/);
  const dressed = fc.record({
    scheme: fc.constantFrom('', 'http://', 'https://', 'ssh://', 'HTTPS://'),
    user: fc.constantFrom('', 'git@', 'a.b-c@'),
    ssh: fc.constantFrom('', 'ssh.', 'altssh.'),
    port: fc.constantFrom('', ':22', ':8443'),
    separator: fc.constantFrom('/', ':'),
    suffix: fc.constantFrom('', '.git', '.GIT'),
  });
  test('what the pattern takes has the key of the payload', () => {
    fc.assert(
      fc.property(part, fc.array(part, { minLength: 1, maxLength: 3 }), dressed, (host, segments, how) => {
        const payload = `https://${host}/${segments.join('/')}`;
        const written = `${how.scheme}${how.user}${how.ssh}${host}${how.port}${how.separator}${segments.join('/')}${how.suffix}`;
        expect(urlPattern(payload)?.(written)).toBe(true);
        expect(urlKey(written)).toBe(payloadUrlKey(payload));
      }),
    );
  });
});
