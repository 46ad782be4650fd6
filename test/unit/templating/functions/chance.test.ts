/** Random text comes from the context's source: the same seed gives the same, another seed another. */
import { describe, expect, it } from 'vitest';
import { type GoValue, goInt } from '../../../../src/templating/values.ts';
import { call, freeContext } from './calling.ts';

const text = (value: GoValue): string => String(value);

const DRAWN: readonly (readonly [name: string, args: readonly GoValue[], shape: RegExp])[] = [
  ['randAlphaNum', [goInt(200)], /^[A-Za-z0-9]{200}$/],
  ['randAlpha', [goInt(200)], /^[A-Za-z]{200}$/],
  ['randNumeric', [goInt(200)], /^[0-9]{200}$/],
  ['randAscii', [goInt(200)], /^[ -~]{200}$/],
  ['randBytes', [goInt(30)], /^[A-Za-z0-9+/]{40}$/],
  ['uuidv4', [], /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  ['shuffle', ['abcdefghijklmnopqrstuvwxyzé😀'], /^[a-zé😀]{28}$/u],
];

describe('random text', () => {
  it.each(DRAWN)('%s has its shape and follows the seed', (name, args, shape) => {
    const first = text(call(name, args, freeContext(1)));
    expect(first).toMatch(shape);
    expect(call(name, args, freeContext(1))).toBe(first);
    expect(call(name, args, freeContext(2))).not.toBe(first);
  });

  it('uses every character of its alphabet', () => {
    const drawn = new Set(text(call('randAlphaNum', [goInt(5_000)])));
    expect(drawn.size).toBe(62);
    expect(new Set(text(call('randAscii', [goInt(10_000)]))).size).toBe(95);
  });

  it('shuffles: the same characters in another order', () => {
    const shuffled = text(call('shuffle', ['aabbccddeeff']));
    expect([...shuffled].sort().join('')).toBe('aabbccddeeff');
    expect(shuffled).not.toBe('aabbccddeeff');
  });

  it('draws whole numbers from the least up to but not the most', () => {
    const context = freeContext();
    const drawn = Array.from({ length: 200 }, () => call('randInt', [goInt(-2), goInt(2)], context));
    expect([...new Set(drawn.map((value) => (value as { v: bigint }).v))].sort()).toEqual([-1n, -2n, 0n, 1n]);
  });

  it('draws from ranges wider than a float counts', () => {
    const value = call('randInt', [goInt(-(2n ** 62n)), goInt(2n ** 62n)]) as { v: bigint };
    expect(value.v >= -(2n ** 62n) && value.v < 2n ** 62n).toBe(true);
  });
});
