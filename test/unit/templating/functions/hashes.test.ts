/** Password hashes and AES: what they make can be checked and undone. */
import bcrypt from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { call, freeContext } from './calling.ts';

describe('password hashes', () => {
  it('bcrypt makes a hash of cost 10 that fits the password and no other', () => {
    const hash = String(call('bcrypt', ['s3cret']));
    expect(hash).toMatch(/^\$2a\$10\$[./A-Za-z0-9]{53}$/);
    expect(bcrypt.compareSync('s3cret', hash)).toBe(true);
    expect(bcrypt.compareSync('other', hash)).toBe(false);
    expect(call('bcrypt', ['s3cret'], freeContext(2))).not.toBe(hash);
  });

  it('htpasswd puts the user before it', () => {
    const line = String(call('htpasswd', ['me', 'pässword']));
    expect(line).toMatch(/^me:\$2a\$10\$/);
    expect(bcrypt.compareSync('pässword', line.slice(3))).toBe(true);
  });
});

describe('AES', () => {
  it.each(['a secret', 'exactly sixteen!', 'ü'.repeat(500)])('decrypts what it encrypted: %s', (secret) => {
    const encrypted = String(call('encryptAES', ['key', secret]));
    expect(encrypted).not.toContain(secret);
    expect(call('decryptAES', ['key', encrypted])).toBe(secret);
  });

  it('draws a new vector each time', () => {
    const context = freeContext();
    expect(call('encryptAES', ['key', 'x'], context)).not.toBe(call('encryptAES', ['key', 'x'], context));
  });
});
