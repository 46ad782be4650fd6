/**
 * Base64 and base32 (spec sprig-functions §16.2). Decoding reads line breaks away and answers the
 * error's text where the input is bad, at the offset Go would name.
 */
import { toBytes } from '../../support/byte-strings.ts';
import { fromBytes } from '../bytes.ts';
import { define } from './define.ts';

const ALPHABET32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALPHABET64 = /[A-Za-z0-9+/]/;
const PADDING = 61;

const isBreak = (byte: number | undefined): boolean => byte === 10 || byte === 13;

/** Offset of what makes `bytes` no base64; undefined when all is well. */
function base64Fault(bytes: Uint8Array): number | undefined {
  const { length } = bytes;
  let at = 0;
  const skipBreaks = (): void => {
    while (at < length && isBreak(bytes[at])) at++;
  };
  for (;;) {
    let digits = 0;
    while (digits < 4) {
      if (at === length) return digits === 0 ? undefined : at - digits;
      const byte = bytes[at++] ?? 0;
      if (ALPHABET64.test(String.fromCharCode(byte))) digits++;
      else if (byte === PADDING) {
        if (digits < 2) return at - 1;
        if (digits === 2) {
          skipBreaks();
          if (at === length) return length;
          if (bytes[at] !== PADDING) return at - 1;
          at++;
        }
        skipBreaks();
        return at < length ? at : undefined;
      } else if (!isBreak(byte)) return at - 1;
    }
  }
}

/** The bytes of a standard base64 text, or the offset at which it is none. */
export function decodeBase64(text: string): Uint8Array | number {
  const fault = base64Fault(toBytes(text));
  return fault ?? new Uint8Array(Buffer.from(text, 'base64'));
}

export const base64Error = (offset: number): string => `illegal base64 data at input byte ${offset}`;

export const encodeBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function encodeBase32(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += ALPHABET32[(held >> bits) & 31];
    }
  }
  if (bits > 0) out += ALPHABET32[(held << (5 - bits)) & 31];
  return out.padEnd(Math.ceil(out.length / 8) * 8, '=');
}

/** Offset of what makes `bytes` (without line breaks) no base32; undefined when all is well. */
function base32Fault(bytes: Uint8Array): number | undefined {
  const { length } = bytes;
  for (let at = 0; at < length; ) {
    for (let digits = 0; digits < 8; ) {
      if (at === length) return at - digits;
      const byte = bytes[at++] ?? 0;
      const left = length - at;
      if (byte === PADDING && digits >= 2 && left < 8) {
        if (left + digits < 7) return length;
        for (let k = 0; k < 7 - digits; k++) {
          if (left > k && bytes[at + k] !== PADDING) return at + k - 1;
        }
        return [1, 3, 6].includes(digits) ? at - 1 : undefined;
      }
      if (!ALPHABET32.includes(String.fromCharCode(byte))) return at - 1;
      digits++;
    }
  }
  return undefined;
}

function decodeBase32(text: string): string {
  const bytes = toBytes(text).filter((byte) => !isBreak(byte));
  const fault = base32Fault(bytes);
  if (fault !== undefined) return `illegal base32 data at input byte ${fault}`;
  const out: number[] = [];
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    if (byte === PADDING) break;
    held = ((held << 5) | ALPHABET32.indexOf(String.fromCharCode(byte))) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push((held >> bits) & 0xff);
    }
  }
  return fromBytes(Uint8Array.from(out));
}

export const ENCODING_FUNCTIONS = [
  define('b64enc', ['string'], 'string', ([text], context) => {
    context.grow(text.length * 1.4);
    return encodeBase64(toBytes(text));
  }),
  define('b64dec', ['string'], 'string', ([text]) => {
    const decoded = decodeBase64(text);
    return typeof decoded === 'number' ? base64Error(decoded) : fromBytes(decoded);
  }),
  define('b32enc', ['string'], 'string', ([text], context) => {
    context.grow(text.length * 1.6);
    return encodeBase32(toBytes(text));
  }),
  define('b32dec', ['string'], 'string', ([text]) => decodeBase32(text)),
];
