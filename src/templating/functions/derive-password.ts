/**
 * `derivePassword`: Master Password, version 1 (spec sprig-functions §13). A site's password follows
 * from the master password, the user, the site and a counter, and from nothing else.
 */
import { createHmac, scryptSync } from 'node:crypto';
import { toBytes } from '../../support/byte-strings.ts';
import { LIMITS } from '../../support/limits.ts';
import { define } from './define.ts';

const SCOPE = 'com.lyndir.masterpassword';

const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    maximum: 'anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno',
    long: `CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno
      CvcvnoCvccCvcv CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno
      CvccnoCvccCvcv CvccCvccnoCvcv CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno
      CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno`,
    medium: 'CvcnoCvc CvcCvcno',
    short: 'Cvcn',
    basic: 'aaanaaan aannaaan aaannaaa',
    pin: 'nnnn',
  }).map(([type, templates]) => [type, templates.split(/\s+/)]),
);

const VOWELS = 'AEIOU';
const CONSONANTS = 'BCDFGHJKLMNPQRSTVWXYZ';
const ANY_LETTER = VOWELS + VOWELS.toLowerCase() + CONSONANTS + CONSONANTS.toLowerCase();
const DIGITS = '0123456789';

/** What may stand for each letter of a template. */
const CLASSES: Readonly<Record<string, string>> = {
  V: VOWELS,
  C: CONSONANTS,
  v: VOWELS.toLowerCase(),
  c: CONSONANTS.toLowerCase(),
  A: VOWELS + CONSONANTS,
  a: ANY_LETTER,
  n: DIGITS,
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${ANY_LETTER + DIGITS}!@#$%^&*()`,
};

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const scoped = (text: string, ...more: Buffer[]): Buffer => {
  const bytes = toBytes(text);
  return Buffer.concat([Buffer.from(SCOPE), uint32(bytes.length), bytes, ...more]);
};

export const DERIVE_PASSWORD = define(
  'derivePassword',
  ['uint32', 'string', 'string', 'string', 'string'],
  'string',
  ([counter, type, password, user, site], context) => {
    const templates = TEMPLATES.get(type);
    if (templates === undefined) return `cannot find password template ${type}`;
    context.spend(LIMITS.scryptSteps);
    const cost = { N: 32_768, r: 8, p: 2, maxmem: 128 * 1_048_576 };
    const key = scryptSync(toBytes(password), scoped(user), 64, cost);
    const seed = createHmac('sha256', key)
      .update(scoped(site, uint32(counter)))
      .digest();
    const template = templates[(seed[0] ?? 0) % templates.length] ?? '';
    return Array.from(template, (letter, i) => {
      const chars = CLASSES[letter] ?? '';
      return chars[(seed[i + 1] ?? 0) % chars.length];
    }).join('');
  },
);
