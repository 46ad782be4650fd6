/**
 * Private keys in PEM (spec sprig-functions §13): RSA as PKCS#1, elliptic curves as SEC1, DSA in its old
 * form, everything else as PKCS#8. Keys are drawn by OpenSSL's own generator, which takes no seed.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { messageOf } from '../../../support/errors.ts';
import { LIMITS } from '../../../support/limits.ts';
import type { CallContext } from '../../values.ts';
import { fail } from '../define.ts';
import { elementsOf, integer, integerOf, membersOf, sequence } from './der.ts';
import { decodePem, encodePem } from './pem.ts';

/** A DSA key of the old form: parsed, but no certificate can be made with it. */
export type PrivateKey = KeyObject | 'dsa';

const der = (key: KeyObject, type: 'pkcs1' | 'sec1' | 'pkcs8'): Buffer =>
  key.export({ format: 'der', type } as { format: 'der'; type: 'pkcs8' });

export function keyPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return encodePem({ type: 'RSA PRIVATE KEY', bytes: der(key, 'pkcs1') });
    case 'ec':
      return encodePem({ type: 'EC PRIVATE KEY', bytes: der(key, 'sec1') });
    case 'dsa':
      return encodePem({ type: 'DSA PRIVATE KEY', bytes: dsaForm(key) });
    default:
      return encodePem({ type: 'PRIVATE KEY', bytes: der(key, 'pkcs8') });
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** version, p, q, g, y, x */
function dsaForm(key: KeyObject): Buffer {
  const [, algorithm, secret] = membersOf(der(key, 'pkcs8'));
  const parameters = elementsOf(algorithm?.body ?? Buffer.alloc(0))[1];
  const [p = 1n, q = 1n, g = 1n] = elementsOf(parameters?.body ?? Buffer.alloc(0)).map(integerOf);
  const x = elementsOf(secret?.body ?? Buffer.alloc(0)).map(integerOf)[0] ?? 0n;
  return sequence(...[0n, p, q, g, power(g, x, p), x].map(integer));
}

export function generateRsa(bits: 2048 | 4096, context: CallContext): KeyObject {
  context.spend(bits === 2048 ? LIMITS.rsa2048Steps : LIMITS.rsa4096Steps);
  return generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
}

/** PEM of a new key, or the reference's complaint about the type. */
export function generatePrivateKey(type: string, context: CallContext): string {
  switch (type) {
    case '':
    case 'rsa':
      return keyPem(generateRsa(4096, context));
    case 'dsa':
      context.spend(LIMITS.rsa4096Steps);
      return keyPem(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey);
    case 'ecdsa':
      context.spend(LIMITS.rsa2048Steps);
      return keyPem(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey);
    case 'ed25519':
      context.spend(LIMITS.rsa2048Steps);
      return keyPem(generateKeyPairSync('ed25519').privateKey);
    default:
      return `Unknown type ${type}`;
  }
}

function read(bytes: Uint8Array, type: 'pkcs1' | 'sec1' | 'pkcs8', complaint: string): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(bytes), format: 'der', type });
  } catch (error) {
    return fail(`${complaint}: ${messageOf(error)}`);
  }
}

/** @param complaint what stands before the error's text */
export function parsePrivateKey(pem: string, complaint: string): PrivateKey {
  const block = decodePem(pem);
  if (block === undefined) return fail(`${complaint}: no PEM data in input`);
  const { type, bytes } = block;
  if (type === 'PRIVATE KEY') return read(bytes, 'pkcs8', `${complaint}: decoding PEM as PKCS#8`);
  if (!type.endsWith(' PRIVATE KEY')) {
    return fail(`${complaint}: no private key data in PEM block of type ${type}`);
  }
  const algorithm = type.slice(0, -' PRIVATE KEY'.length);
  switch (algorithm) {
    case 'RSA':
      return read(bytes, 'pkcs1', `${complaint}: parsing RSA private key from PEM`);
    case 'EC':
      return read(bytes, 'sec1', `${complaint}: parsing EC private key from PEM`);
    case 'DSA':
      if (membersOf(bytes).length < 6)
        fail(`${complaint}: parsing DSA private key from PEM: asn1: syntax error`);
      return 'dsa';
    default:
      return fail(`${complaint}: invalid private key type ${type}`);
  }
}
