import { describe, expect, test } from 'vitest';
import { known, unknown } from '../../../src/generators/contract.ts';
import { AppsetError } from '../../../src/support/errors.ts';
import { compatError, generate, params, REPO, rowsOf } from './fixture.ts';

const cluster = (name: string) => ({
  secretName: `cluster-${name}`,
  name,
  server: `https://${name}.example.com`,
  project: undefined,
  labels: { 'argocd.argoproj.io/secret-type': 'cluster' },
  annotations: {},
});
const list = (...elements: unknown[]) => ({ list: { elements } });
const merge = (mergeKeys: unknown, ...generators: unknown[]) => ({ merge: { mergeKeys, generators } });
const KEYS = 'error getting param sets by merge key: ';
const NOT_UNIQUE = `${KEYS}the parameters from a generator were not unique by the given mergeKeys, Merge requires all param sets to be unique. Duplicate key was `;

describe('merging', () => {
  test.each([
    [
      'in order of the overrides, without partner unchanged',
      ['b'],
      [
        list({ a: '1_1', b: 'same', c: '1_3' }),
        list({ a: '2_1', b: 'same' }),
        list({ a: '3_1', b: 'different', c: '3_3' }),
      ],
      [{ a: '2_1', b: 'same', c: '1_3' }],
    ],
    ['a missing key equals another missing one', ['b'], [list({ a: 'x' }), list({ a: 'y' })], [{ a: 'y' }]],
    ['a missing key is not a present one', ['b'], [list({ a: 'a' }), list({ b: 'b' })], [{ a: 'a' }]],
    [
      'a key named twice',
      ['k', 'k'],
      [list({ k: 'x', a: '1' }), list({ k: 'x', a: '2' })],
      [{ k: 'x', a: '2' }],
    ],
    [
      'base order',
      ['k'],
      [list({ k: 'z' }, { k: 'a' }), list({ k: 'a', v: '1' })],
      [{ k: 'z' }, { k: 'a', v: '1' }],
    ],
  ])('%s', async (_, keys, children, expected) => {
    expect(await params({ generators: [merge(keys, ...children)] })).toEqual(expected);
    expect(await params({ legacy: true, generators: [merge(keys, ...children)] })).toEqual(expected);
  });

  test.each([
    [
      'compound keys',
      ['k1', 'k2'],
      { k1: 'a', k2: { h: 'w' }, v: 1 },
      { k1: 'a', k2: { h: 'w' }, v: 2 },
      { k1: 'a', k2: { h: 'w' }, v: 2 },
    ],
    ['numbers are not texts', ['k'], { k: 1, v: 1 }, { k: '1', v: 2 }, { k: 1, v: 1 }],
    ['an empty text replaces', ['k'], { k: 1, v: 'x' }, { k: 1, v: '' }, { k: 1, v: '' }],
    ['an empty list replaces', ['k'], { k: 1, v: ['x'] }, { k: 1, v: [] }, { k: 1, v: [] }],
    ['an empty map does not', ['k'], { k: 1, v: { a: 1 } }, { k: 1, v: {} }, { k: 1, v: { a: 1 } }],
    [
      'maps are merged, the override wins',
      ['k'],
      { k: 1, v: { a: 1, b: 1 } },
      { k: 1, v: { b: 2 } },
      { k: 1, v: { a: 1, b: 2 } },
    ],
    [
      'a dotted key is not a path',
      ['values.x'],
      { values: { x: 1 }, v: 1 },
      { values: { x: 2 }, v: 2 },
      { values: { x: 2 }, v: 2 },
    ],
  ])('Go mode: %s', async (_, keys, base, over, expected) => {
    expect(await params({ generators: [merge(keys, list(base), list(over))] })).toEqual([expected]);
  });

  test('values of a generator take over an object where the reference crashes', async () => {
    const generators = [
      merge(
        ['name'],
        { clusters: { values: { a: 'x' } } },
        list({ name: 'in-cluster', values: { a: 'y', n: 1 } }),
      ),
    ];
    expect(await params({ generators })).toMatchObject([{ values: { a: 'y', n: 1 } }]);
  });

  test('a matrix as base', async () => {
    const matrix = { matrix: { generators: [list({ a: '1' }, { a: '2' }), list({ b: '1' }, { b: '2' })] } };
    const rows = await params({ generators: [merge(['a', 'b'], matrix, list({ a: '1', b: '2', x: 'y' }))] });
    expect(rows).toEqual([
      { a: '1', b: '1' },
      { a: '1', b: '2', x: 'y' },
      { a: '2', b: '1' },
      { a: '2', b: '2' },
    ]);
  });

  test('a row has the parts of the base and of what was laid over it', async () => {
    const generation = await generate({
      generators: [merge(['k'], list({ k: 'a' }, { k: 'b' }), list({ k: 'b', v: '1' }))],
    });
    expect(rowsOf(generation).map((row) => row.parts.length)).toEqual([1, 2]);
  });
});

describe('what goes wrong', () => {
  test.each([
    ['one child', merge(['k'], list()), 'found less than two generators, Merge requires two or more'],
    [
      'no keys',
      merge([], list(), list()),
      `${KEYS}no merge keys were specified, Merge requires at least one`,
    ],
    ['twice in the base', merge(['b'], list({ a: '1' }, { a: '2' }), list()), `${NOT_UNIQUE}{"b":null}`],
    ['twice in an override', merge(['k'], list(), list({ k: 'x' }, { k: 'x' })), `${NOT_UNIQUE}{"k":"x"}`],
    [
      'a child’s error comes before missing keys',
      merge([], list(), list('bad')),
      'error getting param sets from generators: error getting params from generator 2 of 2: child generator returned an error on parameter generation: error unmarshling list element json: cannot unmarshal string into Go value of type map[string]interface {}',
    ],
  ])('%s', async (_, entry, message) => {
    expect(await compatError({ generators: [entry] })).toBe(message);
  });
});

describe('in normal mode', () => {
  const down = new AppsetError('APPSET_E0401', 'no answer');

  test('with an unknown child no row is certain', async () => {
    const generation = await generate({
      generators: [merge(['name'], list({ name: 'a' }), { clusters: {} })],
      sources: { clusters: async () => unknown<never>(down) },
    });
    expect(rowsOf(generation)).toEqual([]);
    expect(generation.entries[0]?.generated.unknown).toMatchObject([{ path: '0.merge.1.clusters' }]);
  });

  test('with a child that is in part on last known good and in part unknown no row is certain', async () => {
    const overrides = {
      matrix: {
        generators: [
          { clusters: {} },
          { git: { repoURL: REPO, revision: '{{.name}}', files: [{ path: 'size.yaml' }] } },
        ],
      },
    };
    const clusters = [cluster('main'), cluster('gone')];
    const generation = await generate({
      generators: [merge(['name'], list({ name: 'main' }, { name: 'gone' }), overrides)],
      files: { 'size.yaml': 'size: large' },
      sources: { clusters: async () => unknown(down, known(clusters, 'cache', 0, '1')) },
    });
    expect(rowsOf(generation)).toEqual([]);
    expect(new Set(generation.entries[0]?.generated.unknown.map(({ path }) => path))).toEqual(
      new Set(['0.merge.1.matrix.0.clusters', '0.merge.1.matrix.1.git']),
    );
  });

  test('with a child on last known good all rows are stale, partner or not', async () => {
    const generation = await generate({
      generators: [merge(['name'], list({ name: 'in-cluster' }, { name: 'other' }), { clusters: {} })],
      sources: { clusters: async () => unknown(down, known([], 'cache', 0, '1')) },
    });
    expect(rowsOf(generation).map((row) => row.stale)).toEqual([true, true]);
  });

  test('a failed override makes doubtful the rows that have no other partner', async () => {
    const generation = await generate({
      generators: [merge(['k'], list({ k: 'a' }, { k: 'b' }), list({ k: 'a', v: '1' }, 'bad'))],
    });
    expect(rowsOf(generation)).toHaveLength(1);
    expect(
      generation.entries[0]?.generated.failed.map(({ parts }) => parts.map(({ label }) => label)),
    ).toEqual([['elements[1]'], ['elements[1]', 'elements[1]']]);
  });

  test('what very many failed overrides may have changed is not told for each pair', async () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ k: `b${index}` }));
    const bad = Array.from({ length: 500 }, (_, index) => `bad ${index}`);
    const generation = await generate({ generators: [merge(['k'], list(...many), list(...bad))] });
    const failed = generation.entries[0]?.generated.failed ?? [];
    expect(failed).toHaveLength(1_000);
    const parts = failed.flatMap((failure) => failure.parts);
    expect(parts.length).toBeLessThan(10_000);
    // each of them is named all the same: what was made of any of them is kept
    expect(new Set(parts.map(({ leaf, id }) => `${leaf} ${id}`)).size).toBe(1_000);
  });
});
