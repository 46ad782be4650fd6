/**
 * ASN.1 in DER, as much as keys and certificates need (X.690): a writer, and a reader of one element
 * after another. Lengths are definite; the reader refuses what runs over the end.
 */
import { fail } from '../define.ts';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

/** One element. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(body.length)]), body]);
}

export const sequence = (...members: readonly Uint8Array[]): Buffer => element(TAG.sequence, ...members);

/** `[number]` around constructed members */
export const tagged = (number: number, ...members: readonly Uint8Array[]): Buffer =>
  element(0xa0 | number, ...members);

/** `[number]` in place of a primitive's own tag */
export const implicit = (number: number, body: Uint8Array): Buffer => element(0x80 | number, body);

/** A whole number that is not negative. */
export function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return element(TAG.integer, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

export const TRUE = element(TAG.boolean, Buffer.of(0xff));
export const NULL = element(TAG.null);

/** @example oid('2.5.4.3') */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift(0x80 | (left % 128));
    }
    bytes.push(...groups);
  }
  return element(TAG.oid, Buffer.from(bytes));
}

/** @param unused bits at the end that do not count */
export const bitString = (bytes: Uint8Array, unused = 0): Buffer =>
  element(TAG.bitString, Buffer.of(unused), bytes);

export interface DerElement {
  readonly tag: number;
  readonly body: Uint8Array;
  /** tag and length included */
  readonly raw: Uint8Array;
}

/** The elements that stand one after another in `bytes`. */
export function elementsOf(bytes: Uint8Array): DerElement[] {
  const found: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    let start = at + 2;
    let length = bytes[at + 1] ?? 0;
    if (length >= 0x80) {
      const size = length & 0x7f;
      length = 0;
      for (const byte of bytes.subarray(start, start + size)) length = length * 256 + byte;
      start += size;
    }
    const end = start + length;
    if (end > bytes.length) fail('asn1: syntax error: data truncated');
    found.push({ tag: bytes[at] ?? 0, body: bytes.subarray(start, end), raw: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}

/** The members of the one constructed element `bytes` are. */
export const membersOf = (bytes: Uint8Array): DerElement[] => elementsOf(elementsOf(bytes)[0]?.body ?? bytes);

export const integerOf = ({ body }: DerElement): bigint =>
  BigInt(`0x${Buffer.from(body).toString('hex') || '0'}`);
