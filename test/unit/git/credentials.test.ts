/** Texts that must never be shown: as they are written, and as they are sent. */
import { expect, test } from 'vitest';
import { secretsOf } from '../../../src/git/credentials.ts';

test.each([
  [
    'a password, plain, encoded and as Basic carries it',
    { username: 'me', password: 'p@s' },
    ['p@s', 'p%40s', 'bWU6cEBz'],
  ],
  ['the password of a proxy', { proxy: 'http://me:a%40b@proxy:1' }, ['a%40b', 'a@b']],
  ['one in which a % encodes nothing', { proxy: 'http://me:a%zz@proxy:1' }, ['a%zz']],
  ['a proxy that is no URL', { proxy: 'proxy' }, []],
])('%s', (_, credentials, secrets) => {
  expect(secretsOf(credentials).sort()).toEqual([...secrets].sort());
});
