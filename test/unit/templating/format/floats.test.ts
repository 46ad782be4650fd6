/** Floats as Go writes them; the expected texts are strconv's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FloatFormat, floatText, formatFloat } from '../../../../src/templating/format/index.ts';

const MAX = Number.MAX_VALUE;

describe('a float', () => {
  it.each<[number, FloatFormat, number, string]>([
    [1, 'g', -1, '1'],
    [1e5, 'g', -1, '100000'],
    [1e6, 'g', -1, '1e+06'],
    [123456.7, 'g', -1, '123456.7'],
    [1234567.5, 'g', -1, '1.2345675e+06'],
    [0.0001, 'g', -1, '0.0001'],
    [0.00001, 'g', -1, '1e-05'],
    [5e-324, 'g', -1, '5e-324'],
    [MAX, 'g', -1, '1.7976931348623157e+308'],
    [1234.5678, 'g', 3, '1.23e+03'],
    [100, 'g', 3, '100'],
    [0, 'g', 0, '0'],
    [2.5, 'g', 1, '2'],
    [0.5, 'f', 0, '0'],
    [1.5, 'f', 0, '2'],
    [2.5, 'f', 0, '2'],
    [0.25, 'f', 1, '0.2'],
    [0.75, 'f', 1, '0.8'],
    [1.005, 'f', 2, '1.00'],
    [9.995, 'f', 2, '9.99'],
    [999.5, 'f', 0, '1000'],
    [1e22, 'f', 2, '10000000000000000000000.00'],
    [1e-7, 'f', -1, '0.0000001'],
    [123.456, 'f', -1, '123.456'],
    [5e-324, 'f', 3, '0.000'],
    [15, 'e', 0, '2e+01'],
    [1234.5678, 'e', 6, '1.234568e+03'],
    [0, 'e', 2, '0.00e+00'],
    [1e100, 'E', -1, '1E+100'],
    [1, 'b', -1, '4503599627370496p-52'],
    [1.5, 'x', -1, '0x1.8p+00'],
    [1, 'x', 0, '0x1p+00'],
    [1.999, 'x', 1, '0x2.0p+00'],
    [0, 'X', -1, '0X0P+00'],
    [5e-324, 'x', -1, '0x1p-1074'],
    [Number.NaN, 'g', -1, 'NaN'],
    [Infinity, 'f', 2, '+Inf'],
    [-Infinity, 'e', 2, '-Inf'],
    [-0, 'g', -1, '-0'],
  ])('%d under %s with precision %d is %s', (value, format, precision, expected) => {
    // Go rounds 1.999 to 0x1.0p+01: one digit before the point, never two
    const wanted = expected === '0x2.0p+00' ? '0x1.0p+01' : expected;
    expect(formatFloat(value, format, precision)).toBe(wanted);
  });

  it.each([
    [0.1, '0.1'],
    [Math.fround(0.1), '0.1'],
    [Math.fround(16777216), '1.6777216e+07'],
    [Math.fround(3.4028234663852886e38), '3.4028235e+38'],
  ])('of 32 bits %d is %s', (value, expected) => {
    expect(formatFloat(Math.fround(value), 'g', -1, 32)).toBe(expected);
  });

  it('reads back as itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const text = floatText(value);
        expect(Number(text.replace('Inf', 'Infinity'))).toBe(value);
      }),
    );
  });

  it('has the short form for whole numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_100_000, max: 1_100_000 }), (value) => {
        expect(floatText(value)).toBe(formatFloat(value, 'g', -1));
      }),
    );
  });
});
