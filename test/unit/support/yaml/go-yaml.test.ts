/** The YAML profile against vectors made with the real Go library, and the table of the specification. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppsetError } from '../../../../src/support/errors.ts';
import type { Json } from '../../../../src/support/json.ts';
import { LIMITS } from '../../../../src/support/limits.ts';
import { emitGoYaml, emitYaml, parseYaml, unmarshalYaml } from '../../../../src/support/yaml.ts';

interface Vector {
  readonly in: Json;
  readonly out?: Json;
  readonly err?: string;
  readonly ours?: { readonly out?: Json; readonly err?: string };
  readonly words?: string;
}
const vectors = (name: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`../../../golden/yaml/${name}.json`, import.meta.url), 'utf8'));

const attempt = (read: () => Json): { out: Json } | { err: string } => {
  try {
    return { out: read() };
  } catch (error) {
    expect(error).toBeInstanceOf(AppsetError);
    return { err: (error as AppsetError).message };
  }
};

/** The vectors' file cannot hold -0. */
const withoutNegativeZero = (value: Json): Json => JSON.parse(JSON.stringify(value));

describe('emitGoYaml writes what go-yaml writes', () => {
  it.each(vectors('emit').map((vector, index) => [index, vector] as const))('vector %i', (_, vector) => {
    const got = attempt(() => emitGoYaml(vector.in));
    if (vector.err === undefined) expect(got).toEqual({ out: vector.out });
    else expect(got).toHaveProperty('err');
  });

  it.each([
    [1e6, '1000000\n'],
    [1e18, '1000000000000000000\n'],
    [1e20, '1e+20\n'],
    [1234567.5, '1.2345675e+06\n'],
    [1e-7, '1e-07\n'],
    [12345678901234567000, '12345678901234567000\n'],
    [9007199254740993n, '9007199254740993\n'],
    [[[1, 2], []], '- - 1\n  - 2\n- []\n'],
    [{ c: [1, { k: 'v', z: [] }] }, 'c:\n- 1\n- k: v\n  z: []\n'],
    [{ a10: 1, a9: 2, A: 3, '1': 4, 'a-b': 5, '': 6 }, '"": 6\n"1": 4\nA: 3\na-b: 5\na9: 2\na10: 1\n'],
    [{ a: undefined, b: 1 }, 'b: 1\n'],
  ])('case %$', (value, text) => expect(emitGoYaml(value)).toBe(text));

  it.each([
    ['a\x7fb', 'yaml: control characters are not allowed'],
    [Number.NaN, 'error marshaling into JSON: json: unsupported value: NaN'],
  ])('refuses %j', (value, message) => expect(() => emitGoYaml(value)).toThrow(message));
});

describe('parseYaml reads what go-yaml reads', () => {
  it.each(vectors('parse').map((vector, index) => [index, vector] as const))('vector %i', (_, vector) => {
    const wanted = vector.ours ?? vector;
    const got = attempt(() => parseYaml(vector.in as string));
    if ('out' in got) got.out = withoutNegativeZero(got.out);
    if (wanted.err === undefined) expect(got).toEqual({ out: wanted.out });
    else if (vector.words !== undefined) expect(got).toHaveProperty('err');
    else expect(got).toEqual({ err: wanted.err });
  });

  it.each([
    ['{a: yes, b: on, c: y, d: NO}', { a: true, b: true, c: true, d: false }],
    ['y: 1\non: 2', { true: 2 }],
    ['[017, 0o17, 010]', [15, 15, 8]],
    ['1_000', 1000],
    ['12:30:45', '12:30:45'],
    ['2024-01-01', '2024-01-01'],
    ['k: &x {a: 1}\nm: {<<: *x, b: 2}', { k: { a: 1 }, m: { a: 1, b: 2 } }],
    ['a: 1\na: 2', { a: 2 }],
    ['a: 1\n---\nb: 2', { a: 1 }],
    ['!!binary aGVsbG8=', 'hello'],
    ['9007199254740993', 9007199254740992],
    ['1e400', '1e400'],
    ['', null],
    ['# only a comment', null],
    ['{"a": 1, "a": 2, "b": [1,],}', { a: 2, b: [1] }],
    ['{"n": 1e400, "z": -0}', { n: '1e400', z: 0 }],
    ['[1E+999,-0,1e5]', ['1E+999', 0, 100000]],
    [`{"n": ${'9'.repeat(310)}}`, { n: '9'.repeat(310) }],
    ['{"sha": "ab1e123", "name": "eu-01"}', { sha: 'ab1e123', name: 'eu-01' }],
  ])('%j', (text, value) => expect(parseYaml(text)).toEqual(value));

  it('keeps the sign of a float zero, which an integer zero has not', () => {
    expect(parseYaml('-0.0')).toBe(-0);
    expect(parseYaml('-0')).toBe(0);
    expect(parseYaml('[-0.0]')).toEqual([-0]);
    expect(parseYaml('[-0]')).toEqual([0]);
  });

  it('keeps a key named __proto__ as data, in JSON and in YAML', () => {
    for (const text of ['{"__proto__": {"x": 1}}', '__proto__:\n  x: 1\n']) {
      const value = parseYaml(text) as Record<string, unknown>;
      expect(Object.keys(value)).toEqual(['__proto__']);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
  });

  it('says where, and adds the words of Unmarshal on request', () => {
    const error = (() => {
      try {
        return unmarshalYaml('a: 1\nb: [1');
      } catch (thrown) {
        return thrown as AppsetError;
      }
    })() as AppsetError;
    expect(error.message).toBe(
      "error converting YAML to JSON: yaml: line 2: did not find expected ',' or ']'",
    );
    expect(error.code).toBe('APPSET_E0101');
    expect(error.place.position).toMatchObject({ line: 2, column: 6 });
  });
});

describe('bounds', () => {
  it('refuses a document whose aliases multiply', () => {
    const lines = ['l0: &l0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level++) {
      const alias = Array.from({ length: 10 }, () => `*l${level - 1}`).join(', ');
      lines.push(`l${level}: &l${level} [${alias}]`);
    }
    expect(() => parseYaml(lines.join('\n'))).toThrow('yaml: document contains excessive aliasing');
  });

  it('lets a defaults block be used a few hundred times', () => {
    const uses = Array.from({ length: 300 }, (_, i) => `- {<<: *d, name: n${i}}`).join('\n');
    const value = parseYaml(`d: &d {a: 1, b: 2, c: 3}\nlist:\n${uses}\n`) as { list: unknown[] };
    expect(value.list).toHaveLength(300);
    expect(value.list[299]).toEqual({ a: 1, b: 2, c: 3, name: 'n299' });
  });

  it.each([
    ['flow lists', '['.repeat(LIMITS.yamlDepth + 5) + ']'.repeat(LIMITS.yamlDepth + 5)],
    ['100,000 brackets', '['.repeat(100_000)],
    ['block lists', `${'- '.repeat(LIMITS.yamlDepth + 5)}x`],
    ['more block lists than the stack bears', `${'- '.repeat(100_000)}x`],
  ])('refuses %s nested too deep', (_, text) => {
    expect(() => parseYaml(text)).toThrow(`yaml: exceeded max depth of ${LIMITS.yamlDepth}`);
  });

  it('refuses a text larger than one file may be', () => {
    expect(() => parseYaml(`a: ${'x'.repeat(LIMITS.yamlFileBytes)}`)).toThrow('is larger than');
  });
});

describe('emitYaml', () => {
  it('writes documents in the order given, which read back alike', () => {
    const objects = [
      { kind: 'A', apiVersion: 'v1', data: { on: 'yes', text: 'a\nb\n', long: 'word '.repeat(40).trim() } },
      { kind: 'B', '<<': { a: '<<' }, list: [{ n: '1_000' }, 'x\x7fy', '😀', '2024-01-01', null, 1.5] },
    ];
    const text = emitYaml(objects);
    expect(text.split('---\n').map((part) => parseYaml(part))).toEqual(objects);
    expect(text).toContain('kind: A\napiVersion: v1\n');
    expect(text).toContain('😀');
    expect(text).toContain(`long: ${'word '.repeat(40).trim()}\n`);
  });
});
