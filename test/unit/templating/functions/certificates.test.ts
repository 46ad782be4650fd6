/**
 * Keys and certificates are read back by Node's own parser: what they say, that chains verify, and that
 * a certificate and its key belong together.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Certificate } from '../../../../src/templating/functions/certificates.ts';
import { elementsOf } from '../../../../src/templating/functions/pki/der.ts';
import { decodePem } from '../../../../src/templating/functions/pki/pem.ts';
import { type GoValue, goInt, goSlice } from '../../../../src/templating/values.ts';
import { call, freeContext } from './calling.ts';

const key = (type: string): string => String(call('genPrivateKey', [type]));
const EC = key('ecdsa');

function made(name: string, args: readonly GoValue[]): Certificate {
  const value = call(name, args);
  expect(value).toBeInstanceOf(Certificate);
  return value as Certificate;
}

const read = (certificate: Certificate): X509Certificate => new X509Certificate(certificate.cert);

describe('private keys', () => {
  it.each([
    ['ecdsa', 'EC PRIVATE KEY', 'ec'],
    ['ed25519', 'PRIVATE KEY', 'ed25519'],
  ])('%s comes in its usual form', (type, label, kind) => {
    const pem = key(type);
    expect(decodePem(pem)?.type).toBe(label);
    expect(createPrivateKey(pem).asymmetricKeyType).toBe(kind);
  });

  it('RSA has 4096 bits', { timeout: 60_000 }, () => {
    const pem = key('');
    expect(decodePem(pem)?.type).toBe('RSA PRIVATE KEY');
    expect(createPrivateKey(pem).asymmetricKeyDetails?.modulusLength).toBe(4096);
  });

  it('DSA comes as version, p, q, g, y, x, with the public key that belongs to the secret', {
    timeout: 60_000,
  }, () => {
    const block = decodePem(key('dsa'));
    expect(block?.type).toBe('DSA PRIVATE KEY');
    expect(elementsOf(elementsOf(block?.bytes ?? Buffer.alloc(0))[0]?.body ?? Buffer.alloc(0))).toHaveLength(
      6,
    );
    // OpenSSL reads this form, and checks it
    expect(createPrivateKey(key('dsa')).asymmetricKeyType).toBe('dsa');
  });
});

describe('certificates', () => {
  it('an authority signs itself and may sign others', () => {
    const authority = read(made('genCAWithKey', ['My Authority', goInt(365), EC]));
    expect(authority.subject).toBe('CN=My Authority');
    expect(authority.issuer).toBe('CN=My Authority');
    expect(authority.ca).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(authority.validFrom).toBe('Jan  1 00:00:00 2030 GMT');
    expect(authority.validTo).toBe('Jan  1 00:00:00 2031 GMT');
  });

  it.each(['ecdsa', 'ed25519'])('a certificate signed with %s verifies against its authority', (type) => {
    const authority = made('genCAWithKey', ['Root é', goInt(10), key(type)]);
    const addresses = goSlice(['10.0.0.1', '::1', '2001:db8::5', '::ffff:1.2.3.4']);
    const leaf = made('genSignedCertWithKey', [
      'web',
      addresses,
      goSlice(['a.example', '*.b.example']),
      goInt(30),
      authority,
      EC,
    ]);
    const root = read(authority);
    const certificate = read(leaf);
    expect(certificate.checkIssued(root)).toBe(true);
    expect(certificate.verify(root.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.subjectAltName).toBe(
      'DNS:a.example, DNS:*.b.example, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1, ' +
        'IP Address:2001:DB8:0:0:0:0:0:5, IP Address:1.2.3.4',
    );
    expect(certificate.checkHost('x.b.example')).toBe('*.b.example');
    expect(certificate.checkHost('c.example')).toBeUndefined();
    expect(certificate.checkIP('10.0.0.1')).toBe('10.0.0.1');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(certificate.checkPrivateKey(createPrivateKey(leaf.key))).toBe(true);
    expect(leaf.key).toBe(EC);
  });

  it('is signed by RSA where no key is given', { timeout: 60_000 }, () => {
    const authority = made('genCA', ['root', goInt(1)]);
    const leaf = made('genSignedCert', ['leaf', null, null, goInt(1), authority]);
    const self = made('genSelfSignedCert', ['self', null, goSlice(['self.example']), goInt(1)]);
    expect(read(leaf).verify(read(authority).publicKey)).toBe(true);
    expect(read(leaf).subjectAltName).toBeUndefined();
    expect(createPrivateKey(leaf.key).asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(read(self).verify(read(self).publicKey)).toBe(true);
  });

  it('lasts beyond 2050, where dates are written in full', () => {
    const certificate = read(made('genCAWithKey', ['old', goInt(36_500), EC]));
    expect(certificate.validTo).toBe('Dec  8 00:00:00 2129 GMT');
  });

  it('numbers certificates at random', () => {
    const serials = [1, 2].map(
      (seed) =>
        new X509Certificate(
          (call('genCAWithKey', ['a', goInt(1), EC], freeContext(seed)) as Certificate).cert,
        ).serialNumber,
    );
    expect(serials[0]).not.toBe(serials[1]);
  });

  it('takes a certificate and a key that exist already', () => {
    const { cert, key: pem } = made('genSelfSignedCertWithKey', ['x', null, null, goInt(1), EC]);
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const custom = made('buildCustomCert', [base64(cert), base64(pem)]);
    expect(custom.field('Cert')).toBe(cert);
    expect(custom.field('Key')).toBe(pem);
    expect(custom.toJson()).toEqual({ Cert: cert, Key: pem });
  });

  it('does not sign with a key that is not the authority’s', () => {
    const { cert } = made('genCAWithKey', ['root', goInt(1), EC]);
    const stranger = new Certificate(cert, key('ecdsa'));
    expect(() => call('genSignedCertWithKey', ['x', null, null, goInt(1), stranger, EC])).toThrow(
      "error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey",
    );
  });
});
