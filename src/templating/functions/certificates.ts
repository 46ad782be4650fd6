/**
 * Certificates and keys in templates (spec sprig-functions §13). Nothing here is the same twice: serials
 * are random, times come from the call's clock, keys from OpenSSL.
 */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { messageOf } from '../../support/errors.ts';
import { fromBytes } from '../bytes.ts';
import { formatValue } from '../format/index.ts';
import { type CallContext, type GoFunction, GoObject, type GoSlice, type GoValue } from '../values.ts';
import { define, fail } from './define.ts';
import { decodeBase64 } from './encoding.ts';
import { generatePrivateKey, generateRsa, keyPem, type PrivateKey, parsePrivateKey } from './pki/keys.ts';
import { decodePem, encodePem } from './pki/pem.ts';
import {
  type CertificateTemplate,
  createCertificate,
  type Issuer,
  isAddress,
  issuerOf,
  subjectOf,
} from './pki/x509.ts';

/** `sprig.certificate`: two PEM texts. */
export class Certificate extends GoObject {
  readonly type = 'sprig.certificate';
  readonly kind = 'struct';
  readonly cert: string;
  readonly key: string;
  constructor(cert: string, key: string) {
    super();
    this.cert = cert;
    this.key = key;
  }
  format(): string {
    return `{${this.cert} ${this.key}}`;
  }
  override parts(): readonly GoValue[] {
    return [this.cert, this.key];
  }
  override equals(other: GoObject): boolean {
    return other instanceof Certificate && this.cert === other.cert && this.key === other.key;
  }
  override field(name: string): GoValue | undefined {
    return name === 'Cert' ? this.cert : name === 'Key' ? this.key : undefined;
  }
  override toJson(): { readonly Cert: string; readonly Key: string } {
    return { Cert: this.cert, Key: this.key };
  }
}

function texts(values: GoSlice, complaint: string, context: CallContext): string[] {
  return values.items.map((value) =>
    typeof value === 'string' ? value : fail(`${complaint}: ${formatValue(value, context)} is not a string`),
  );
}

interface Names {
  readonly commonName: string;
  readonly ips: readonly string[];
  readonly dnsNames: readonly string[];
}

function namesOf(commonName: string, ips: GoSlice, dnsNames: GoSlice, context: CallContext): Names {
  const addresses = texts(ips, 'error parsing ip', context);
  for (const address of addresses) if (!isAddress(address)) fail(`error parsing ip: ${address}`);
  return {
    commonName,
    ips: addresses,
    dnsNames: texts(dnsNames, 'error processing alternate dns name', context),
  };
}

function templateOf(names: Names, days: number, isCa: boolean, context: CallContext): CertificateTemplate {
  const now = Math.floor(context.clock.now() / 1000);
  const serial = context.random.bytes(16).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return {
    ...names,
    notBefore: now,
    notAfter: now + days * 86_400,
    serial: serial === 0n ? 1n : serial,
    isCa,
  };
}

function usable(key: PrivateKey): KeyObject {
  if (key !== 'dsa') return key;
  return fail('error creating certificate: x509: certificate private key does not implement crypto.Signer');
}

function make(template: CertificateTemplate, key: KeyObject, issuer: Issuer): Certificate {
  const bytes = createCertificate(template, key, issuer);
  return new Certificate(encodePem({ type: 'CERTIFICATE', bytes }), keyPem(key));
}

function selfSigned(
  names: Names,
  days: number,
  isCa: boolean,
  key: KeyObject,
  context: CallContext,
): Certificate {
  return make(templateOf(names, days, isCa, context), key, { key, subject: subjectOf(names.commonName) });
}

function readCertificate(pem: string, field: string): X509Certificate {
  const block = decodePem(pem);
  if (block === undefined) return fail('unable to decode certificate');
  try {
    return new X509Certificate(block.bytes);
  } catch (error) {
    return fail(`error parsing certificate: ${field}.Bytes: ${messageOf(error)}`);
  }
}

function signed(
  names: Names,
  days: number,
  ca: Certificate,
  key: KeyObject,
  context: CallContext,
): Certificate {
  const signer = readCertificate(ca.cert, 'decodedSignerCert');
  const signerKey = usable(parsePrivateKey(ca.key, 'error parsing private key'));
  if (!createPublicKey(signerKey).equals(signer.publicKey)) {
    fail("error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey");
  }
  return make(templateOf(names, days, false, context), key, issuerOf(signer, signerKey));
}

const givenKey = (pem: string): KeyObject => usable(parsePrivateKey(pem, 'parsing private key'));

/** Both texts decoded, the certificate and the key in them checked. */
function custom(certificate: string, key: string): Certificate {
  const cert = decodeBase64(certificate);
  if (typeof cert === 'number') return fail('unable to decode base64 certificate');
  const keyBytes = decodeBase64(key);
  if (typeof keyBytes === 'number') return fail('unable to decode base64 private key');
  readCertificate(fromBytes(cert), 'decodedCert');
  parsePrivateKey(fromBytes(keyBytes), 'error parsing private key');
  return new Certificate(fromBytes(cert), fromBytes(keyBytes));
}

const NONDETERMINISTIC = { nondeterministic: true } as const;

export const CERTIFICATE_FUNCTIONS: GoFunction[] = [
  define(
    'genPrivateKey',
    ['string'],
    'string',
    ([type], context) => generatePrivateKey(type, context),
    NONDETERMINISTIC,
  ),
  define(
    'genCA',
    ['string', 'int'],
    'certificate',
    ([commonName, days], context) =>
      selfSigned({ commonName, ips: [], dnsNames: [] }, days, true, generateRsa(2048, context), context),
    NONDETERMINISTIC,
  ),
  define(
    'genCAWithKey',
    ['string', 'int', 'string'],
    'certificate',
    ([commonName, days, pem], context) =>
      selfSigned({ commonName, ips: [], dnsNames: [] }, days, true, givenKey(pem), context),
    NONDETERMINISTIC,
  ),
  define(
    'genSelfSignedCert',
    ['string', 'list', 'list', 'int'],
    'certificate',
    ([commonName, ips, dns, days], context) =>
      selfSigned(namesOf(commonName, ips, dns, context), days, false, generateRsa(2048, context), context),
    NONDETERMINISTIC,
  ),
  define(
    'genSelfSignedCertWithKey',
    ['string', 'list', 'list', 'int', 'string'],
    'certificate',
    ([commonName, ips, dns, days, pem], context) => {
      const key = givenKey(pem);
      return selfSigned(namesOf(commonName, ips, dns, context), days, false, key, context);
    },
    NONDETERMINISTIC,
  ),
  define(
    'genSignedCert',
    ['string', 'list', 'list', 'int', 'certificate'],
    'certificate',
    ([commonName, ips, dns, days, ca], context) =>
      signed(
        namesOf(commonName, ips, dns, context),
        days,
        ca as Certificate,
        generateRsa(2048, context),
        context,
      ),
    NONDETERMINISTIC,
  ),
  define(
    'genSignedCertWithKey',
    ['string', 'list', 'list', 'int', 'certificate', 'string'],
    'certificate',
    ([commonName, ips, dns, days, ca, pem], context) => {
      const key = givenKey(pem);
      return signed(namesOf(commonName, ips, dns, context), days, ca as Certificate, key, context);
    },
    NONDETERMINISTIC,
  ),
  define('buildCustomCert', ['string', 'string'], 'certificate', ([cert, key]) => custom(cert, key)),
];
