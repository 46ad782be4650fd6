/**
 * Checksums, password hashes and AES (spec sprig-functions §13). Slow on purpose where the algorithms
 * are: what such a call costs is charged before it runs.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { toBytes } from '../../support/byte-strings.ts';
import { LIMITS } from '../../support/limits.ts';
import { byteLength, fromBytes } from '../bytes.ts';
import type { CallContext } from '../values.ts';
import { define, fail } from './define.ts';
import { base64Error, decodeBase64, encodeBase64 } from './encoding.ts';

const hexDigest = (algorithm: string, text: string): string =>
  createHash(algorithm).update(toBytes(text)).digest('hex');

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}

const BCRYPT_COST = 10;
const BCRYPT_MOST = 72;

/** A bcrypt hash of cost 10; what is too long gives the reference's complaint as its result. */
function bcryptHash(password: string, context: CallContext): string {
  if (byteLength(password) > BCRYPT_MOST) {
    return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes';
  }
  context.spend(LIMITS.bcryptSteps);
  const salt = bcrypt.encodeBase64([...context.random.bytes(16)], 16);
  return bcrypt.hashSync(password, `$2a$${BCRYPT_COST}$${salt}`);
}

const BLOCK = 16;
const AES = 'aes-256-cbc';

/** The password's bytes, cut or filled up with zeros. */
function aesKey(password: string): Uint8Array {
  const key = new Uint8Array(32);
  key.set(toBytes(password).subarray(0, 32));
  return key;
}

function encryptAes(password: string, text: string, context: CallContext): string {
  if (text === '') return '';
  context.grow(text.length * 1.4);
  const iv = context.random.bytes(BLOCK);
  const cipher = createCipheriv(AES, aesKey(password), iv);
  return encodeBase64(Buffer.concat([iv, cipher.update(toBytes(text)), cipher.final()]));
}

function decryptAes(password: string, base64: string): string {
  if (base64 === '') return '';
  const bytes = decodeBase64(base64);
  if (typeof bytes === 'number') return fail(base64Error(bytes));
  if (bytes.length < BLOCK) {
    // Go slices into the room it made for the decoded text
    const capacity = Math.floor(byteLength(base64) / 4) * 3;
    if (capacity < BLOCK)
      fail(`runtime error: slice bounds out of range [:${BLOCK}] with capacity ${capacity}`);
    return fail(`runtime error: slice bounds out of range [${BLOCK}:${bytes.length}]`);
  }
  if (bytes.length % BLOCK !== 0) fail('crypto/cipher: input not full blocks');
  const cipher = createDecipheriv(AES, aesKey(password), bytes.subarray(0, BLOCK)).setAutoPadding(false);
  const text = Buffer.concat([cipher.update(bytes.subarray(BLOCK)), cipher.final()]);
  const padding = text.at(-1) ?? fail('runtime error: index out of range [-1]');
  if (padding > text.length) fail(`runtime error: slice bounds out of range [:${text.length - padding}]`);
  return fromBytes(text.subarray(0, text.length - padding));
}

const NONDETERMINISTIC = { nondeterministic: true } as const;

export const HASH_FUNCTIONS = [
  define('sha1sum', ['string'], 'string', ([text]) => hexDigest('sha1', text)),
  define('sha256sum', ['string'], 'string', ([text]) => hexDigest('sha256', text)),
  define('sha512sum', ['string'], 'string', ([text]) => hexDigest('sha512', text)),
  define('adler32sum', ['string'], 'string', ([text]) => String(adler32(toBytes(text)))),
  define(
    'bcrypt',
    ['string'],
    'string',
    ([password], context) => bcryptHash(password, context),
    NONDETERMINISTIC,
  ),
  define(
    'htpasswd',
    ['string', 'string'],
    'string',
    ([user, password], context) =>
      user.includes(':') ? `invalid username: ${user}` : `${user}:${bcryptHash(password, context)}`,
    NONDETERMINISTIC,
  ),
  define(
    'encryptAES',
    ['string', 'string'],
    'string',
    ([password, text], context) => encryptAes(password, text, context),
    NONDETERMINISTIC,
  ),
  define('decryptAES', ['string', 'string'], 'string', ([password, text]) => decryptAes(password, text)),
];
