/**
 * Commits of projects that ask for signatures, signed by a real gpg: only a good signature by a key the
 * project lists, whose public half Argo CD keeps, lets a commit through.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { judgeSignature } from '../../../src/git/signatures.ts';
import { GitWorld } from './world.ts';

let keyring: string;
const gpg = (...args: string[]): string =>
  execFileSync('gpg', ['--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], {
    env: { PATH: process.env.PATH, GNUPGHOME: keyring, LC_ALL: 'C' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

interface Signer {
  readonly id: string;
  readonly armored: string;
}
function newSigner(name: string, expires = 'never'): Signer {
  gpg('--quick-generate-key', `${name} <${name}@example.com>`, 'ed25519', 'sign', expires);
  const listing = gpg('--list-keys', '--with-colons', `${name}@example.com`);
  const id = /^fpr:+([0-9A-F]+):/m.exec(listing)?.[1] ?? '';
  return { id: id.slice(-16), armored: gpg('--armor', '--export', id) };
}

let ada: Signer;
let bob: Signer;
beforeAll(() => {
  keyring = mkdtempSync(join(tmpdir(), 'appset-gpg-'));
  ada = newSigner('ada');
  bob = newSigner('bob');
});
afterAll(() => {
  execFileSync('gpgconf', ['--kill', 'all'], { env: { PATH: process.env.PATH, GNUPGHOME: keyring } });
  rmSync(keyring, { recursive: true, force: true });
});

let world: GitWorld;
beforeEach(() => {
  world = new GitWorld();
  world.repository.write({ 'apps/web/x.yaml': 'a: 1\n' });
  world.repository.git('add', '--all');
});
afterEach(() => world.end());

/** Commits what is there, signed with a key. */
function sign({ id }: Signer): string {
  const settings = ['-c', `user.signingKey=${id}`, '-c', `gpg.program=${join(keyring, 'gpg')}`];
  execFileSync('sh', [
    '-c',
    `printf '#!/bin/sh\\nGNUPGHOME=%s exec gpg "$@"\\n' "$1" > "$1/gpg" && chmod +x "$1/gpg"`,
    'sh',
    keyring,
  ]);
  world.repository.git(...settings, 'commit', '--quiet', '--allow-empty', '-S', '-m', 'signed');
  return world.repository.git('rev-parse', 'HEAD');
}

const keep = (...signers: Signer[]) =>
  world.configMap('argocd-gpg-keys-cm', Object.fromEntries(signers.map(({ id, armored }) => [id, armored])));
const ask = async (url: string, ...allowed: string[]) => world.paths(url, { signatureKeys: allowed });

describe('a commit', () => {
  test('signed by a key the project lists is read', async () => {
    const { url } = await world.serve();
    sign(ada);
    keep(ada, bob);
    expect(await ask(`${url}/shop`, bob.id, ada.id)).toEqual(['apps/web/x.yaml']);
    expect(await ask(`${url}/shop`, `0x${ada.id.toLowerCase()}`)).toEqual(['apps/web/x.yaml']);
  });

  test('that is not signed is unknown, and nothing stands in for it', async () => {
    const { url } = await world.serve();
    sign(ada);
    keep(ada);
    expect(await ask(`${url}/shop`, ada.id)).toEqual(['apps/web/x.yaml']);
    const commit = world.repository.write({ evil: 'x' }).commit();
    const reading = await world.tree(`${url}/shop`, { signatureKeys: [ada.id] });
    expect(reading).toMatchObject({
      known: false,
      error: {
        code: 'APPSET_E0407',
        message: `${url}/shop: commit ${commit}: it is not signed with a PGP key`,
      },
    });
    expect(reading).not.toHaveProperty('lastKnownGood');
    sign(ada);
    expect(await ask(`${url}/shop`, ada.id)).toEqual(['apps/web/x.yaml', 'evil']);
  });

  test('signed by a key of Argo CD that the project does not list is unknown', async () => {
    const { url } = await world.serve();
    sign(bob);
    keep(ada, bob);
    expect(await ask(`${url}/shop`, ada.id)).toContain(`key ${bob.id} is not one that may sign`);
  });

  test('signed by a key whose public half is not kept is unknown, until it is', async () => {
    const { url } = await world.serve();
    sign(ada);
    expect(await ask(`${url}/shop`, ada.id)).toContain(`key ${ada.id} is not known`);
    keep(ada);
    expect(await ask(`${url}/shop`, ada.id)).toEqual(['apps/web/x.yaml']);
    keep(bob);
    expect(await ask(`${url}/shop`, ada.id)).toContain(`key ${ada.id} is not known`);
  });

  test('with another content than was signed is unknown', async () => {
    const { url } = await world.serve();
    sign(ada);
    keep(ada);
    const { repository } = world;
    const forged = repository.git('cat-file', 'commit', 'HEAD').replace(/\nsigned$/, '\nforged');
    repository.write({ '.git/forged': `${forged}\n` });
    const commit = repository.git(
      'hash-object',
      '-t',
      'commit',
      '-w',
      join(repository.folder, '.git/forged'),
    );
    repository.git('update-ref', 'refs/heads/main', commit);
    expect(await ask(`${url}/shop`, ada.id)).toContain(`its signature by key ${ada.id} is bad`);
  });

  test('cannot be let through by a key that is no key, nor by a short id', async () => {
    const { url } = await world.serve();
    sign(ada);
    keep(ada);
    expect(await ask(`${url}/shop`, ada.id.slice(-8))).toContain('is not one that may sign');
    expect(await ask(`${url}/shop`, '')).toContain('is not one that may sign');
    world.configMap('argocd-gpg-keys-cm', { broken: 'no key at all' });
    expect(await ask(`${url}/shop`, ada.id)).toMatch(/^APPSET_E0407 .*could not be checked/);
  });

  test('is refused when there is no gpg', async () => {
    const bare = new GitWorld({ gpgPath: '/nonexistent/gpg' });
    try {
      bare.repository.write({ a: '1' }).commit();
      const { url } = await bare.serve();
      bare.configMap('argocd-gpg-keys-cm', { [ada.id]: ada.armored });
      expect(await bare.paths(`${url}/shop`, { signatureKeys: [ada.id] })).toMatch(/^APPSET_E0407/);
    } finally {
      await bare.end();
    }
  });
});

describe('what gpg says', () => {
  const FINGERPRINT = `${'A'.repeat(24)}0123456789ABCDEF`;
  const good = `[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 0123456789ABCDEF Ada\n[GNUPG:] VALIDSIG ${FINGERPRINT} 2030-01-01 1 0 4 0 22 10 00 ${FINGERPRINT}\n`;
  const line = (keyword: string) => good.replace('GOODSIG', keyword);
  const table: [string, string, string | undefined][] = [
    ['good', good, undefined],
    ['by a key that has expired', line('EXPKEYSIG'), 'key 0123456789ABCDEF has expired'],
    ['by a key that is revoked', line('REVKEYSIG'), 'key 0123456789ABCDEF is revoked'],
    ['that has expired', line('EXPSIG'), 'its signature by key 0123456789ABCDEF has expired'],
    [
      'bad',
      '[GNUPG:] NEWSIG\n[GNUPG:] BADSIG 0123456789ABCDEF Ada\n',
      'its signature by key 0123456789ABCDEF is bad',
    ],
    ['twice', good + good, 'it carries more than one signature'],
    ['cut off', good.slice(0, good.indexOf('[GNUPG:] VALIDSIG')), 'its signature could not be checked'],
    ['nothing', '', 'it is not signed with a PGP key'],
    ['only what a signer wrote', 'GOODSIG 0123456789ABCDEF\n', 'it is not signed with a PGP key'],
  ];
  for (const [name, status, why] of table) {
    test(name, () => expect(judgeSignature(status, [FINGERPRINT])).toBe(why));
  }
});
