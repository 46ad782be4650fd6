/** Random text (spec sprig-functions §13). All chance comes from the call's context. */
import type { CallContext, GoFunction } from '../values.ts';
import { define, fail } from './define.ts';
import { encodeBase64 } from './encoding.ts';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LETTERS = UPPER + UPPER.toLowerCase();
const DIGITS = '0123456789';
const PRINTABLE = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i)).join('');

const NONDETERMINISTIC = { nondeterministic: true } as const;

function draw(count: number, alphabet: string, context: CallContext): string {
  if (count <= 0) return '';
  context.grow(count);
  context.spend(count);
  let out = '';
  for (let i = 0; i < count; i++) out += alphabet[context.random.int(0, alphabet.length)];
  return out;
}

const drawing = (name: string, alphabet: string): GoFunction =>
  define(name, ['int'], 'string', ([count], context) => draw(count, alphabet, context), NONDETERMINISTIC);

function uuid(context: CallContext): string {
  const bytes = context.random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function shuffle(text: string, context: CallContext): string {
  const chars = [...text];
  context.spend(chars.length);
  for (let i = chars.length - 1; i > 0; i--) {
    const j = context.random.int(0, i + 1);
    [chars[i], chars[j]] = [chars[j] ?? '', chars[i] ?? ''];
  }
  return chars.join('');
}

export const CHANCE_FUNCTIONS = [
  drawing('randAlphaNum', LETTERS + DIGITS),
  drawing('randAlpha', LETTERS),
  drawing('randNumeric', DIGITS),
  drawing('randAscii', PRINTABLE),
  define(
    'randBytes',
    ['int'],
    'string',
    ([count], context) => {
      if (count < 0) fail('runtime error: makeslice: len out of range');
      context.grow(count * 1.4);
      return encodeBase64(context.random.bytes(count));
    },
    NONDETERMINISTIC,
  ),
  define('shuffle', ['string'], 'string', ([text], context) => shuffle(text, context), NONDETERMINISTIC),
  define('uuidv4', [], 'string', (_args, context) => uuid(context), NONDETERMINISTIC),
];
