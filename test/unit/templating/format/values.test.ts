/** Values as `%v` prints them, quoted text, durations (spec go-template §9.2, §12.2). */
import { describe, expect, it } from 'vitest';
import {
  durationText,
  formatValue,
  goQuote,
  goQuoteRune,
  sprint,
  sprintf,
  sprintln,
} from '../../../../src/templating/format/index.ts';
import {
  ANY,
  fromJson,
  GoComplex,
  GoErrorValue,
  GoInt,
  type GoKey,
  GoMap,
  GoSlice,
  type GoValue,
  goInt,
  goMap,
  goSlice,
  goStringSlice,
  toByteSlice,
} from '../../../../src/templating/values.ts';

const duration = (v: bigint): GoInt => new GoInt('int64', v, 'time.Duration');

describe('a value printed', () => {
  it.each<[GoValue, string]>([
    [null, '<nil>'],
    [true, 'true'],
    ['a b', 'a b'],
    [1e6, '1e+06'],
    [goInt(10n ** 18n), '1000000000000000000'],
    [goSlice([null, 1, '', 'x', goSlice()]), '[<nil> 1  x []]'],
    [goStringSlice(['a', 'b']), '[a b]'],
    [new GoSlice([], ANY, true), '[]'],
    [fromJson({ b: { d: 1, c: null }, a: [] }), 'map[a:[] b:map[c:<nil> d:1]]'],
    [fromJson({ 10: 1, 9: 2, B: 3, a: 4, '\uffff': 5, '😀': 6 }), 'map[10:1 9:2 B:3 a:4 \uffff:5 😀:6]'],
    [
      new GoMap(
        new Map<GoKey, GoValue>([
          [10n, 'c'],
          [2n, 'b'],
        ]),
        'string',
        'int',
      ),
      'map[2:b 10:c]',
    ],
    [
      new GoMap(
        new Map<GoKey, GoValue>([
          [true, 1],
          [false, 2],
        ]),
        ANY,
        ANY,
      ),
      'map[false:2 true:1]',
    ],
    [
      new GoMap(
        new Map<GoKey, GoValue>([
          ['b', 1],
          [1.5, 2],
          [3n, 3],
          [Number.NaN, 4],
        ]),
        ANY,
        ANY,
      ),
      'map[3:3 NaN:4 1.5:2 b:1]',
    ],
    [toByteSlice('hi'), '[104 105]'],
    [duration(90_000_000_000n), '1m30s'],
    [goSlice([duration(5n), new GoErrorValue('e')]), '[5ns e]'],
    [new GoInt('int', 13n, 'time.Month'), '%!Month(13)'],
    [new GoComplex(1, -2.5), '(1-2.5i)'],
  ])('%#: %s', (value, expected) => {
    expect(formatValue(value)).toBe(expected);
    expect(sprintf('%v', [value])).toBe(expected);
  });

  it('ends when it is endless', () => {
    const self = goMap();
    self.set('self', self);
    expect(() => formatValue(self)).toThrow('value is nested too deeply to print');
    let shared: GoValue = goSlice([1]);
    for (let i = 0; i < 64; i++) shared = goSlice([shared, shared]);
    expect(() => formatValue(shared)).toThrow('value is too large to print');
  });
});

describe('print and println', () => {
  it.each<[GoValue[], string, string]>([
    [[], '', '\n'],
    [['a', goInt(1), goInt(2), 'b', goInt(3)], 'a1 2b3', 'a 1 2 b 3\n'],
    [[null, null, true], '<nil> <nil> true', '<nil> <nil> true\n'],
  ])('%#', (values, printed, line) => {
    expect(sprint(values)).toBe(printed);
    expect(sprintln(values)).toBe(line);
  });
});

describe('quoted text', () => {
  it.each([
    ['a"b\\', '"a\\"b\\\\"', '"a\\"b\\\\"'],
    [
      '\x07\b\f\n\r\t\v\0\x1b\x7f',
      '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x1b\\x7f"',
      '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x1b\\x7f"',
    ],
    ['é☃😀', '"é☃😀"', '"\\u00e9\\u2603\\U0001f600"'],
    [
      '\u00a0\u2028\u3000\u00ad\u200b',
      '"\\u00a0\\u2028\\u3000\\u00ad\\u200b"',
      '"\\u00a0\\u2028\\u3000\\u00ad\\u200b"',
    ],
    ['\udcff\udcc3', '"\\xff\\xc3"', '"\\xff\\xc3"'],
    ['\ufffd\u{e0001}', '"\ufffd\\U000e0001"', '"\\ufffd\\U000e0001"'],
  ])('%j', (text, quoted, ascii) => {
    expect(goQuote(text)).toBe(quoted);
    expect(goQuote(text, true)).toBe(ascii);
  });

  it.each([
    [0x41, "'A'"],
    [0x27, "'\\''"],
    [0x22, "'\"'"],
    [1, "'\\x01'"],
    [0xd800, "'\ufffd'"],
    [0x110000, "'\ufffd'"],
  ])('of a rune %d is %s', (rune, expected) => {
    expect(goQuoteRune(rune)).toBe(expected);
  });
});

describe('a duration', () => {
  it.each([
    [0n, '0s'],
    [1n, '1ns'],
    [1_500n, '1.5µs'],
    [1_500_000n, '1.5ms'],
    [1_000_000_000n, '1s'],
    [61_500_000_000n, '1m1.5s'],
    [3_600_000_000_000n, '1h0m0s'],
    [360_000_000_000_000n, '100h0m0s'],
    [-1n, '-1ns'],
    [-(2n ** 63n), '-2562047h47m16.854775808s'],
  ])('of %d is %s', (value, expected) => {
    expect(durationText(value)).toBe(expected);
  });
});
