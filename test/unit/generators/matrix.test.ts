import { describe, expect, test } from 'vitest';
import { known, unknown } from '../../../src/generators/contract.ts';
import { AppsetError } from '../../../src/support/errors.ts';
import { column, compatError, generate, params, REPO, rowsOf, type Scene } from './fixture.ts';

const list = (...elements: unknown[]) => ({ list: { elements } });
const matrix = (...generators: unknown[]) => ({ matrix: { generators } });
const one = (scene: Omit<Scene, 'generators'>, ...children: unknown[]) =>
  params({ ...scene, generators: [matrix(...children)] });
const FIRST = 'error failed to get params for first generator in matrix generator: ';
const SECOND = 'failed to get params for second generator in the matrix generator: ';
const CHILD = 'child generator returned an error on parameter generation: ';

describe('combining', () => {
  test.each([[true], [false]])('first-child-major order (legacy: %s)', async (legacy) => {
    const rows = await one({ legacy }, list({ a: '1' }, { a: '2' }), list({ b: '1' }, { b: '2' }));
    expect(rows).toEqual([
      { a: '1', b: '1' },
      { a: '1', b: '2' },
      { a: '2', b: '1' },
      { a: '2', b: '2' },
    ]);
  });

  test.each([
    [
      'scalars: the first wins, even when false',
      { f: false, t: true },
      { f: true, t: false },
      { f: false, t: true },
    ],
    ['maps are merged', { o: { a: 1 } }, { o: { b: 2 } }, { o: { a: 1, b: 2 } }],
    ['lists are taken whole', { l: [] }, { l: [1] }, { l: [] }],
    ['an empty map changes nothing', { o: {} }, { o: { a: 1 } }, { o: { a: 1 } }],
    ['null replaces', { x: null }, { x: 1 }, { x: null }],
    ['a map against a scalar', { x: { a: 1 } }, { x: 1 }, { x: { a: 1 } }],
  ])('Go mode, %s', async (_, a, b, expected) => {
    expect(await one({}, list(a), list(b))).toEqual([expected]);
  });

  test('an object over values is merged where the reference crashes', async () => {
    const rows = await one({}, list({ values: { a: 'mine' } }), { clusters: { values: { b: 'theirs' } } });
    expect(rows).toMatchObject([{ values: { a: 'mine', b: 'theirs' } }]);
  });

  test('legacy mode makes everything text', async () => {
    const second = { list: { elementsYaml: '[{num: 1000000, x: null, l: [a, b]}]' } };
    expect(await one({ legacy: true }, list({ a: '1' }), second)).toEqual([
      { a: '1', num: '1e+06', x: '<nil>', l: '[a b]' },
    ]);
  });

  test('legacy mode: a name with two texts is an error, with one it is not', async () => {
    const generators = [matrix(list({ project: 'x' }), list({ project: '' }))];
    expect(await compatError({ legacy: true, generators })).toBe(
      'failed to combine string maps with merging params for the matrix generator: found duplicate key project with different value, a: x ,b: ',
    );
    expect(await one({ legacy: true }, list({ project: 'x' }), list({ project: 'x' }))).toEqual([
      { project: 'x' },
    ]);
  });
});

describe('children', () => {
  test.each([
    ['one', [list()], 'found less than two generators, Matrix support only two'],
    ['three', [list(), list(), list()], 'found more than two generators, Matrix support only two'],
    [
      'two generators on a child',
      [{ ...list({ a: '1' }), clusters: {} }, list()],
      `${FIRST}found more than one generator in matrix.Generators`,
    ],
    ['none on a child', [{}, list()], `${FIRST}child generator generated no parameters`],
    [
      'only a selector',
      [list({ a: '1' }), { selector: {} }],
      `${SECOND}child generator generated no parameters`,
    ],
    [
      'a matrix on the third level',
      [matrix(matrix(list(), list()), list()), list()],
      `${FIRST}${CHILD}${FIRST}child generator generated no parameters`,
    ],
    [
      'a bad selector',
      [{ ...list(), selector: { matchLabels: { 'path[0]': 'x' } } }, list()],
      new RegExp(`^${FIRST}${CHILD}error parsing label selector: key: Invalid value: "path\\[0\\]"`),
    ],
  ])('compat: %s', async (_, children, message) => {
    expect(await compatError({ generators: [matrix(...children)] })).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  test('normal mode folds any number of children', async () => {
    const rows = await one(
      {},
      list({ a: '1' }, { a: '2' }),
      list({ b: '{{.a}}' }),
      list({ c: '{{.a}}{{.b}}' }),
    );
    expect(rows).toEqual([
      { a: '1', b: '1', c: '11' },
      { a: '2', b: '2', c: '22' },
    ]);
  });

  test('normal mode reads deep nesting, to a bound', async () => {
    const nest = (depth: number): object =>
      depth === 0 ? list({ a: '1' }) : matrix(nest(depth - 1), list({ [`k${depth}`]: 'x' }));
    expect(await one({}, nest(5), list({ b: 'y' }))).toHaveLength(1);
    const { errors } = await generate({ generators: [nest(5)], settings: { maxNesting: 3 } });
    expect(errors[0]).toMatchObject({ code: 'APPSET_E0205' });
    expect(errors[0]?.message).toContain('nested deeper than the 3 levels');
  });

  test('a child’s selector filters its own rows', async () => {
    const second = { ...list({ b: '1' }, { b: '2' }), selector: { matchLabels: { b: '2' } } };
    expect(await one({}, list({ a: '1' }), second)).toEqual([{ a: '1', b: '2' }]);
  });

  test('the second child is not evaluated when the first gives nothing', async () => {
    expect(
      await one({}, list(), { git: { repoURL: 'https://nowhere', directories: [{ path: '*' }] } }),
    ).toEqual([]);
  });
});

describe('interpolation of the second child', () => {
  const files = { 'apps/eu/k.yaml': '', 'apps/us/k.yaml': '' };
  const dirs = (path: string, more: object = {}) => ({
    git: { repoURL: REPO, revision: 'main', directories: [{ path }], ...more },
  });

  test.each([
    [true, '{{r}}'],
    [false, '{{.r}}'],
  ])('any string of the spec (legacy: %s)', async (legacy, tag) => {
    const rows = await one({ legacy, files }, list({ r: 'us' }), dirs(`apps/${tag}`));
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).toContain('apps/us');
  });

  test('label keys and values of a cluster selector', async () => {
    const clusters = { a: { env: 'prod' }, b: { env: 'qa' } };
    const second = { clusters: { selector: { matchLabels: { '{{.k}}': '{{.v}}' } } } };
    expect(
      await column({ clusters, generators: [matrix(list({ k: 'env', v: 'qa' }), second)] }, 'name'),
    ).toEqual(['b']);
  });

  test('list elements: keys are rendered, numbers kept, null entries dropped, null elements empty', async () => {
    const rows = await one({}, list({ x: 'k' }), list({ '{{.x}}': 1, n: null, l: [null, '{{.x}}'] }, null));
    expect(rows).toEqual([{ x: 'k', k: 1, l: [null, 'k'] }, { x: 'k' }]);
  });

  test('elementsYaml', async () => {
    const second = { list: { elementsYaml: '[{b: {{.a}}}]' } };
    expect(await one({}, list({ a: 7 }), second)).toEqual([{ a: 7, b: 7 }]);
  });

  test('the template of a combinator below another is no part of it', async () => {
    const merge = {
      mergeKeys: ['b'],
      generators: [list({ b: '1' }), list()],
      template: { metadata: { name: '{{' } },
    };
    expect(await one({}, list({ a: '1' }), { merge })).toEqual([{ a: '1', b: '1' }]);
  });

  test('an empty param set interpolates nothing', async () => {
    expect(await one({}, list({}), list({ b: '{{.a}}' }))).toEqual([{ b: '{{.a}}' }]);
  });

  test('the selector is not templated', async () => {
    const second = { ...list({ b: '{{.a}}' }), selector: { matchLabels: { b: '{{.a}}' } } };
    expect(await one({}, list({ a: '1' }), second)).toEqual([]);
  });

  describe('values are lenient', () => {
    const values = (spec: Record<string, string>, first: unknown, scene: object = {}) =>
      column(
        { files, ...scene, generators: [matrix(list(first), dirs('apps/eu', { values: spec }))] },
        'values',
      );

    test.each([
      ['known to the first child', { q: '{{.a}}' }, { a: '1' }, { q: '1' }],
      ['known to the second only', { q: '{{.path.basename}}' }, { a: '1' }, { q: 'eu' }],
      ['keys are kept', { '{{.a}}': 'x' }, { a: '1' }, { '{{.a}}': 'x' }],
    ])('%s', async (_, spec, first, expected) => {
      expect(await values(spec, first)).toEqual([expected]);
    });

    test('a value is resolved as a whole or not at all', async () => {
      expect(await values({ q: '{{.a}}-{{.path.basename}}' }, { a: '1' })).toEqual([{ q: '<no value>-eu' }]);
    });

    test.each([
      [
        'a syntax error',
        '{{.a.b',
        /failed to pre-resolve Values key "q": failed to parse template \{\{\.a\.b/,
      ],
      [
        'a step below null',
        '{{.x.y}}',
        /failed to pre-resolve Values key "q": failed to execute go template .*nil pointer evaluating/,
      ],
      [
        'a function that fails',
        '{{mustFromJson "x"}}',
        /failed to pre-resolve Values key "q": failed to execute go template/,
      ],
    ])('not %s', async (_, q, message) => {
      const generators = [matrix(list({ a: '1', x: null }), dirs('apps/eu', { values: { q } }))];
      expect(await compatError({ files, generators })).toMatch(message);
    });
  });

  test.each([
    [
      'a plain string',
      dirs('apps/{{.no}}'),
      `${SECOND}${CHILD}failed to replace parameters in generator: failed to execute go template apps/{{.no}}: `,
    ],
    [
      'a list element',
      list({ b: '{{.no}}' }),
      `${SECOND}${CHILD}failed to replace parameters in generator: failed to deeply replace JSON field contents: failed to execute go template {{.no}}: `,
    ],
    [
      'the unused template',
      { ...dirs('apps/*', { template: { metadata: { name: '{{.no}}' } } }) },
      `${SECOND}${CHILD}failed to replace parameters in generator: failed to execute go template {{.no}}: `,
    ],
    [
      'the unused selector',
      { ...list({ b: '1' }), selector: { matchLabels: { b: '{{.no}}' } } },
      `${SECOND}${CHILD}failed to replace parameters in generator: failed to execute go template {{.no}}: `,
    ],
  ])('an unknown param in %s', async (_, second, message) => {
    const generators = [matrix(list({ a: '1' }), second)];
    const error = await compatError({ files, options: ['missingkey=error'], generators });
    expect(error?.slice(0, message.length)).toBe(message);
  });

  test('what a template sets while it is interpolated stays in the row, and only there', async () => {
    const first = list({ a: '1' }, { a: '2' });
    const rows = await one({}, first, list({ b: '{{ $_ := set . "seen" .a }}{{.a}}' }));
    expect(rows).toEqual([
      { a: '1', b: '1', seen: '1' },
      { a: '2', b: '2', seen: '2' },
    ]);
  });
});

describe('in normal mode', () => {
  test('a row of the first child for which the second fails fails alone', async () => {
    const generation = await generate({
      options: ['missingkey=error'],
      generators: [matrix(list({ a: '1', k: 'x' }, { a: '2' }), list({ b: '{{.k}}' }))],
    });
    expect(rowsOf(generation)).toHaveLength(1);
    const [entry] = generation.entries;
    expect(entry?.generated.unknown).toEqual([]);
    expect(entry?.generated.failed).toMatchObject([{ parts: [{ label: 'elements[1]' }] }]);
  });

  test('a template that cannot be parsed is one problem, not one a row', async () => {
    const generation = await generate({
      generators: [matrix(list({ a: '1' }, { a: '2' }), list({ b: '{{.a' }))],
    });
    expect(generation.errors).toHaveLength(1);
    expect(generation.entries[0]?.generated.unknown).toHaveLength(1);
    expect(generation.errors[0]?.place.generator).toBe('generators[0].matrix.generators[1]');
  });

  test('a failed element of a child that all rows share is reported once', async () => {
    const generation = await generate({
      generators: [matrix(list({ a: '1' }, { a: '2' }), list({ b: '1' }, 'bad'))],
    });
    expect(rowsOf(generation)).toHaveLength(2);
    expect(generation.entries[0]?.generated.failed).toHaveLength(1);
  });

  test('a leaf that is unknown for one row stays unknown, the other rows go on', async () => {
    const files = { 'apps/eu/k.yaml': '' };
    const second = { git: { repoURL: '{{.url}}', revision: 'main', directories: [{ path: 'apps/*' }] } };
    const generation = await generate({
      files,
      generators: [matrix(list({ url: REPO }, { url: 'https://gone' }), second)],
    });
    expect(rowsOf(generation)).toHaveLength(1);
    expect(generation.entries[0]?.generated.unknown).toMatchObject([{ path: '0.matrix.1.git' }]);
  });

  test('rows that rest on last known good are stale', async () => {
    const tree = { commit: 'c', entries: [{ path: 'apps/a/k', kind: 'file', oid: '' } as const] };
    const generation = await generate({
      generators: [matrix(list({ a: '1' }), { git: { repoURL: REPO, directories: [{ path: 'apps/*' }] } })],
      sources: {
        gitTree: async () => unknown(new AppsetError('APPSET_E0402', 'down'), known(tree, '', 0, 'c')),
      },
    });
    expect(rowsOf(generation)).toMatchObject([{ stale: true }]);
    expect(generation.errors).toHaveLength(1);
  });
});

describe('size', () => {
  test('the product is bounded before it is made, and named', async () => {
    const many = (key: string, count: number) =>
      list(...Array.from({ length: count }, (_, i) => ({ [key]: String(i) })));
    const { errors, entries } = await generate({ generators: [matrix(many('a', 200), many('b', 300))] });
    expect(errors[0]).toMatchObject({
      code: 'APPSET_E0205',
      message: 'the matrix would give 200 × 300 = 60000 rows, more than the 50000 allowed',
    });
    expect(entries[0]?.generated.rows).toEqual([]);
  });

  test('so are the elements that fail', async () => {
    const bad = { list: { elementsYaml: '[1, 2, "{{.a}}"]' } };
    const rows = list({ a: '1' }, { a: '2' }, { a: '3' });
    const { errors, entries } = await generate({ generators: [matrix(rows, bad)], settings: { maxRows: 5 } });
    expect(errors).toMatchObject([{ code: 'APPSET_E0205', message: expect.stringContaining('5 elements') }]);
    expect(entries[0]?.generated).toMatchObject({ rows: [], failed: [], unknown: [{ path: '0.matrix' }] });
  });

  test('facts are asked for once, whatever the number of rows', async () => {
    let calls = 0;
    const rows = list(...Array.from({ length: 50 }, (_, i) => ({ a: String(i) })));
    await generate({
      generators: [matrix(rows, { git: { repoURL: REPO, directories: [{ path: 'apps/{{.a}}/*' }] } })],
      sources: {
        gitTree: async () => {
          calls++;
          return known({ commit: 'c', entries: [] }, '', 0, 'c');
        },
      },
    });
    expect(calls).toBe(1);
  });
});
