/**
 * An authority of one's own for servers on loopback, with certificates for 127.0.0.1 and localhost.
 * Made by the product's own certificate functions, so that no other program is needed.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { systemClock } from '../../src/support/clock.ts';
import { encodePem } from '../../src/templating/functions/pki/pem.ts';
import {
  type CertificateTemplate,
  createCertificate,
  type Issuer,
  subjectOf,
} from '../../src/templating/functions/pki/x509.ts';

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface Authority {
  readonly cert: string;
  /** a certificate for loopback, of servers and clients */
  issue(commonName: string): KeyAndCertificate;
}

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();

export function newAuthority(commonName = 'Test Authority'): Authority {
  const key = newKey();
  let serial = 1n;
  const certificate = (names: Partial<CertificateTemplate>, subject: KeyObject, issuer: Issuer): string => {
    const now = Math.floor(systemClock.now() / 1_000);
    const template = {
      commonName,
      ips: [],
      dnsNames: [],
      notBefore: now - 3_600,
      notAfter: now + 86_400,
      serial: serial++,
      isCa: false,
      ...names,
    };
    return encodePem({ type: 'CERTIFICATE', bytes: createCertificate(template, subject, issuer) });
  };
  const issuer: Issuer = { key, subject: subjectOf(commonName) };
  return {
    cert: certificate({ isCa: true }, key, issuer),
    issue: (name) => {
      const own = newKey();
      const names = { commonName: name, ips: ['127.0.0.1'], dnsNames: ['localhost'] };
      return { key: pem(own), cert: certificate(names, own, issuer) };
    },
  };
}
