/** Go strings as bytes (spec go-template §1.3). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes, toBytes } from '../../../src/support/byte-strings.ts';
import {
  byteLength,
  fromBytes,
  redecode,
  runeCount,
  sliceBytes,
  takeRunes,
} from '../../../src/templating/bytes.ts';

const anyBytes = fc.uint8Array({ maxLength: 24 });
const utf8ish = fc
  .array(fc.constantFrom(0x41, 0xc3, 0xa9, 0xe2, 0x98, 0x83, 0xf0, 0x9f, 0x80, 0xed, 0xa0, 0xff, 0xc0), {
    maxLength: 12,
  })
  .map((bytes) => Uint8Array.from(bytes));
const bytes = fc.oneof(anyBytes, utf8ish);

describe('a Go string', () => {
  it('keeps every sequence of bytes', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect([...toBytes(fromBytes(value))]).toEqual([...value]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has the text of valid UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fromBytes(new TextEncoder().encode(text))).toBe(text);
        expect(byteLength(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it('joins like bytes do', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const joined = redecode(fromBytes(a) + fromBytes(b));
        expect(joined).toBe(fromBytes(Uint8Array.from([...a, ...b])));
        expect(byteLength(joined)).toBe(a.length + b.length);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is cut like bytes are', () => {
    fc.assert(
      fc.property(bytes, fc.nat(24), fc.nat(24), (value, x, y) => {
        const from = Math.min(x, y, value.length);
        const to = Math.min(Math.max(x, y), value.length);
        expect([...toBytes(sliceBytes(fromBytes(value), from, to))]).toEqual([...value.subarray(from, to)]);
      }),
    );
  });

  it('is ordered like bytes are', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(fromBytes(a), fromBytes(b)))).toBe(Math.sign(Buffer.compare(a, b)));
      }),
      { numRuns: 2_000 },
    );
    expect(compareBytes('\uffff', '😀')).toBeLessThan(0);
  });

  it.each([
    ['', 0],
    ['abc', 3],
    ['é😀', 2],
    ['a\udcffb', 3],
  ])('counts the runes of %j', (text, count) => {
    expect(runeCount(text)).toBe(count);
  });

  it('gives its first runes', () => {
    expect(takeRunes('a😀b', 2)).toBe('a😀');
    expect(takeRunes('ab', 5)).toBe('ab');
    expect(takeRunes('\udcc3\udcc3x', 1)).toBe('\udcc3');
  });

  it('decodes no surrogate and no overlong form', () => {
    expect(fromBytes(Uint8Array.of(0xed, 0xa0, 0x80))).toBe('\udced\udca0\udc80');
    expect(fromBytes(Uint8Array.of(0xc0, 0x80))).toBe('\udcc0\udc80');
    expect(fromBytes(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
  });
});
