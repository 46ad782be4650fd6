/**
 * X.509 certificates, version 3 (spec sprig-functions §13): Node reads and verifies them but cannot make
 * them, so they are written here, element by element, and signed by node:crypto.
 */
import { createHash, createPublicKey, type KeyObject, sign, type X509Certificate } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { goQuote } from '../../format/index.ts';
import { fail } from '../define.ts';
import { civilOf, floorDivide, floorModulo } from '../time/calendar.ts';
import {
  bitString,
  element,
  elementsOf,
  implicit,
  integer,
  membersOf,
  NULL,
  oid,
  sequence,
  TAG,
  TRUE,
  tagged,
} from './der.ts';

/** What a certificate says. */
export interface CertificateTemplate {
  readonly commonName: string;
  /** textual addresses, valid ones */
  readonly ips: readonly string[];
  readonly dnsNames: readonly string[];
  /** seconds since 1970 */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly serial: bigint;
  readonly isCa: boolean;
}

/** Who signs: the subject as encoded, and its key id if it has one. */
export interface Issuer {
  readonly key: KeyObject;
  readonly subject: Uint8Array;
  readonly keyId?: Uint8Array | undefined;
}

const EXTENSION = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

const USAGE = { digitalSignature: 0x80, keyEncipherment: 0x20, certSign: 0x04 } as const;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

export function subjectOf(commonName: string): Buffer {
  if (commonName === '') return sequence();
  if (!commonName.isWellFormed()) fail('error creating certificate: asn1: string not valid UTF-8');
  const tag = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(commonName) ? TAG.printableString : TAG.utf8String;
  return sequence(element(TAG.set, sequence(oid('2.5.4.3'), element(tag, Buffer.from(commonName)))));
}

function time(seconds: number): Buffer {
  const at = BigInt(Math.floor(seconds));
  const { year, month, day } = civilOf(floorDivide(at, 86_400n));
  const ofDay = Number(floorModulo(at, 86_400n));
  const clock = [month, day, Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60];
  const rest = `${clock.map((part) => String(part).padStart(2, '0')).join('')}Z`;
  if (year < 0 || year > 9999) fail('error creating certificate: cannot represent time as GeneralizedTime');
  if (year < 1950 || year >= 2050) {
    return element(TAG.generalizedTime, Buffer.from(`${String(year).padStart(4, '0')}${rest}`));
  }
  return element(TAG.utcTime, Buffer.from(`${String(year % 100).padStart(2, '0')}${rest}`));
}

/** Address bytes: 4, also for what IPv6 writes as mapped IPv4, or 16. */
function addressBytes(text: string): Buffer {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  const dotted = /^(.*:)([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)$/.exec(text);
  const tail = dotted === null ? '' : addressBytes(dotted[2] ?? '').toString('hex');
  const plain = dotted === null ? text : `${dotted[1]}${tail.slice(0, 4)}:${tail.slice(4)}`;
  const [head = '', rest] = plain.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = groups(rest ?? '');
  const middle = rest === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  const hex = [...left, ...middle, ...right].map((group) => group.padStart(4, '0')).join('');
  const bytes = Buffer.from(hex, 'hex');
  return hex.startsWith('00000000000000000000ffff') ? bytes.subarray(12) : bytes;
}

/** Whether Go's net.ParseIP would take the text. */
export const isAddress = (text: string): boolean => isIPv4(text) || (isIPv6(text) && !text.includes('%'));

function extension(name: keyof typeof EXTENSION, critical: boolean, value: Uint8Array): Buffer {
  return sequence(oid(EXTENSION[name]), ...(critical ? [TRUE] : []), element(TAG.octetString, value));
}

function keyIdOf(publicKey: KeyObject): Buffer {
  const [, bits] = membersOf(publicKey.export({ format: 'der', type: 'spki' }));
  return createHash('sha256')
    .update(bits?.body.subarray(1) ?? Buffer.alloc(0))
    .digest()
    .subarray(0, 20);
}

function extensions(
  template: CertificateTemplate,
  publicKey: KeyObject,
  issuer: Issuer,
  subject: Buffer,
): Buffer {
  const usage = USAGE.digitalSignature | USAGE.keyEncipherment | (template.isCa ? USAGE.certSign : 0);
  const unused = template.isCa ? 2 : 5;
  const members = [
    extension('keyUsage', true, bitString(Buffer.of(usage), unused)),
    extension('extendedKeyUsage', false, sequence(oid(SERVER_AUTH), oid(CLIENT_AUTH))),
    extension('basicConstraints', true, template.isCa ? sequence(TRUE) : sequence()),
  ];
  if (template.isCa)
    members.push(extension('subjectKeyId', false, element(TAG.octetString, keyIdOf(publicKey))));
  if (issuer.keyId !== undefined && !subject.equals(issuer.subject)) {
    members.push(extension('authorityKeyId', false, sequence(implicit(0, issuer.keyId))));
  }
  const names = [
    ...template.dnsNames.map((name) => {
      if (!/^[\0-\x7f]*$/.test(name)) {
        fail(`error creating certificate: x509: ${goQuote(name)} cannot be encoded as an IA5String`);
      }
      return implicit(2, Buffer.from(name));
    }),
    ...template.ips.map((ip) => implicit(7, addressBytes(ip))),
  ];
  if (names.length > 0)
    members.push(extension('subjectAltName', template.commonName === '', sequence(...names)));
  return tagged(3, sequence(...members));
}

/** The signature algorithm of a key and the digest it goes with. */
function algorithmOf(key: KeyObject): { id: Buffer; digest: string | null } {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { id: sequence(oid('1.2.840.113549.1.1.11'), NULL), digest: 'sha256' };
    case 'ec': {
      const curve = key.asymmetricKeyDetails?.namedCurve;
      if (curve === 'secp384r1') return { id: sequence(oid('1.2.840.10045.4.3.3')), digest: 'sha384' };
      if (curve === 'secp521r1') return { id: sequence(oid('1.2.840.10045.4.3.4')), digest: 'sha512' };
      return { id: sequence(oid('1.2.840.10045.4.3.2')), digest: 'sha256' };
    }
    case 'ed25519':
      return { id: sequence(oid('1.3.101.112')), digest: null };
    default:
      return fail('error creating certificate: x509: only RSA, ECDSA and Ed25519 keys supported');
  }
}

/**
 * A signed certificate in DER.
 *
 * @param key the subject's private key
 */
export function createCertificate(template: CertificateTemplate, key: KeyObject, issuer: Issuer): Buffer {
  const publicKey = createPublicKey(key);
  const subject = subjectOf(template.commonName);
  const { id, digest } = algorithmOf(issuer.key);
  const body = sequence(
    tagged(0, integer(2n)),
    integer(template.serial),
    id,
    issuer.subject,
    sequence(time(template.notBefore), time(template.notAfter)),
    subject,
    publicKey.export({ format: 'der', type: 'spki' }),
    extensions(template, publicKey, issuer, subject),
  );
  return sequence(body, id, bitString(sign(digest, body, issuer.key)));
}

/** The subject and key id of a certificate that has been read by Node already. */
export function issuerOf(certificate: X509Certificate, key: KeyObject): Issuer {
  const body = membersOf(certificate.raw)[0];
  const fields = elementsOf(body?.body ?? Buffer.alloc(0)).filter(({ tag }) => tag !== 0xa0);
  const subject = fields[4]?.raw ?? Buffer.alloc(0);
  const all = fields.find(({ tag }) => tag === 0xa3);
  const keyIdOid = oid(EXTENSION.subjectKeyId);
  for (const one of all === undefined ? [] : membersOf(all.body)) {
    const parts = elementsOf(one.body);
    if (keyIdOid.equals(parts[0]?.raw ?? Buffer.alloc(0))) {
      return { key, subject, keyId: elementsOf(parts.at(-1)?.body ?? Buffer.alloc(0))[0]?.body };
    }
  }
  return { key, subject };
}
