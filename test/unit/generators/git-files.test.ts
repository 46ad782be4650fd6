import { describe, expect, test } from 'vitest';
import { known } from '../../../src/generators/contract.ts';
import { column, compatError, generate, params, REPO, rowsOf, type Scene } from './fixture.ts';

const git = (paths: (string | { path: string; exclude: true })[], more: object = {}) => [
  {
    git: {
      repoURL: REPO,
      revision: 'main',
      files: paths.map((path) => (typeof path === 'string' ? { path } : path)),
      ...more,
    },
  },
];
const except = (path: string) => ({ path, exclude: true }) as const;

/** Paths of the files that rows come from. */
async function taken(scene: Scene): Promise<string[]> {
  const rows = (await column(scene, 'path')) as { path: string; filename: string }[];
  return rows.map(({ path, filename }) => (path === '.' ? filename : `${path}/${filename}`));
}

describe('which files, old and new globbing', () => {
  const files = Object.fromEntries(
    [
      'config.json',
      'p1/config.json',
      'p1/a/config.json',
      's/v.yaml',
      's/x/v.yaml',
      '.h/c.json',
      'c/m/p/values.yaml',
      'c/m/values.yaml',
      'c/m/p/sub/values.yaml',
    ].map((path) => [path, '']),
  );
  test.each([
    [['s/*.yaml'], ['s/v.yaml', 's/x/v.yaml'], ['s/v.yaml']],
    [
      ['**/config.json'],
      ['p1/a/config.json', 'p1/config.json'],
      ['config.json', 'p1/a/config.json', 'p1/config.json'],
    ],
    [['p1/**/config.json'], ['p1/a/config.json'], ['p1/a/config.json', 'p1/config.json']],
    [['c/*/*/values.yaml'], ['c/m/p/sub/values.yaml', 'c/m/p/values.yaml'], ['c/m/p/values.yaml']],
    [['c/*/*/values.yaml', except('c/*/values.yaml')], [], ['c/m/p/values.yaml']],
    [['{s,p1}/*.json'], [], ['p1/config.json']],
    [['.h/*'], ['.h/c.json'], ['.h/c.json']],
    [['s/v.yaml', 's/v*'], ['s/v.yaml'], ['s/v.yaml']],
    [['s/v.yaml', except('nothing/*')], ['s/v.yaml'], ['s/v.yaml']],
    [[except('s/*')], [], []],
  ])('%j', async (paths, old, fresh) => {
    expect(await taken({ files, generators: git(paths) })).toEqual(old);
    expect(await taken({ files, generators: git(paths), settings: { newGitFileGlobbing: true } })).toEqual(
      fresh,
    );
  });

  test('a directory named as it is takes all below it, in the old way', async () => {
    expect(await taken({ files, generators: git(['s']) })).toEqual(['s/v.yaml', 's/x/v.yaml']);
  });

  test.each([
    [false, []],
    [true, ['alias/base.yaml']],
  ])(
    'a symlinked directory is walked through by the new way only (%s)',
    async (newGitFileGlobbing, expected) => {
      const scene = { files: { 'shared/base.yaml': 'app: base' }, symlinks: { alias: 'shared' } };
      expect(
        await taken({ ...scene, generators: git(['alias/*.yaml']), settings: { newGitFileGlobbing } }),
      ).toEqual(expected);
    },
  );

  test.each([false, true])(
    'a symlinked file is read through the link (new: %s)',
    async (newGitFileGlobbing) => {
      const scene = {
        files: { 'shared/base.yaml': 'app: base' },
        symlinks: { 'apps/link.yaml': '../shared/base.yaml' },
      };
      const rows = await params({
        ...scene,
        generators: git(['apps/*.yaml']),
        settings: { newGitFileGlobbing },
      });
      expect(rows).toMatchObject([{ app: 'base', path: { path: 'apps', filename: 'link.yaml' } }]);
    },
  );

  test('links in a circle end, and can be named', async () => {
    const scene = { files: { 'a/x.yaml': '' }, symlinks: { 'a/again': '../a', loop: 'loop' } };
    expect(
      await taken({
        ...scene,
        generators: git(['**/x.yaml', 'a/again/x.yaml']),
        settings: { newGitFileGlobbing: true },
      }),
    ).toEqual(['a/again/x.yaml', 'a/x.yaml']);
  });
});

describe('params of a file', () => {
  const one = async (text: string, legacy = false, more: object = {}) => {
    const rows = (await params({
      legacy,
      files: { 'd/f.yaml': text },
      generators: git(['d/*'], more),
    })) as Record<string, unknown>[];
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([key]) => !/^path(?:$|[.[])/.test(key))),
    );
  };
  test.each([
    ['', [{}]],
    ['# nothing', [{}]],
    ['{key3: 123}', [{ key3: '123' }]],
    ['num: 1000000', [{ num: '1e+06' }]],
    ['v: 1.0', [{ v: '1' }]],
    ['v: "1.0"', [{ v: '1.0' }]],
    ['a: null', [{ a: '<nil>' }]],
    ['{a: {}, b: []}', [{}]],
    ['{a: [1, x, {b: c}]}', [{ 'a.0': '1', 'a.1': 'x', 'a.2.b': 'c' }]],
    ['t: yes', [{ t: 'true' }]],
    ['v: 010', [{ v: '8' }]],
    ['d: 2020-01-01', [{ d: '2020-01-01' }]],
    ['[{a: 1}, {a: 2}]', [{ a: '1' }, { a: '2' }]],
    ['[]', []],
    ['[null, {a: 1}]', [{}, { a: '1' }]],
    ['a: 1\n---\na: 2', [{ a: '1' }]],
    ['path: x', [{}]],
  ])('legacy: %j', async (text, expected) => {
    expect(await one(text, true)).toEqual(expected);
  });

  test('Go mode keeps types', async () => {
    expect(await one('{num: 1000000, o: {a: [1]}, x: null}')).toEqual([
      { num: 1000000, o: { a: [1] }, x: null },
    ]);
  });

  test.each([
    [
      'root.yaml',
      {
        path: '.',
        basename: '.',
        basenameNormalized: '',
        filename: 'root.yaml',
        filenameNormalized: 'root.yaml',
        segments: ['.'],
      },
    ],
    [
      'path/dir/file_name.yaml',
      {
        path: 'path/dir',
        basename: 'dir',
        basenameNormalized: 'dir',
        filename: 'file_name.yaml',
        filenameNormalized: 'file-name.yaml',
        segments: ['path', 'dir'],
      },
    ],
  ])('path params of %s', async (name, path) => {
    expect(await column({ files: { [name]: '' }, generators: git([name]) }, 'path')).toEqual([path]);
  });

  test('the generator’s values replace those of the file as a whole, having seen them', async () => {
    const values = { b: '{{.values.a}}' };
    expect(await one('values: {a: "1"}', false, { values })).toEqual([{ values: { b: '1' } }]);
    expect(await one('values: {a: "1"}')).toEqual([{ values: { a: '1' } }]);
    expect(await one('values: {a: "1"}', true, { values: { b: 'x' } })).toEqual([
      { 'values.a': '1', 'values.b': 'x' },
    ]);
  });
});

describe('what goes wrong', () => {
  const prefix = `error generating params from git: unable to process file 'd/f.yaml' from repository '${REPO}': unable to parse file: `;
  test.each([
    [
      'this is not yaml or json',
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type []map[string]interface {}',
    ],
    [
      '5',
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into Go value of type []map[string]interface {}',
    ],
    [
      '[a, b]',
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}',
    ],
    ['a: [1', "error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'"],
  ])('%j', async (text, message) => {
    expect(await compatError({ files: { 'd/f.yaml': text }, generators: git(['d/*']) })).toBe(
      prefix + message,
    );
  });

  test('a pattern that leaves the repository', async () => {
    const message = await compatError({ files: { a: '' }, generators: git(['../secrets/*.yaml']) });
    expect(message).toMatch(
      /^error generating params from git: error retrieving Git files: rpc error: code = Internal desc = unable to list files\. repo \S+ with revision [0-9a-f]{40} pattern \.\.\/secrets\/\*\.yaml: /,
    );
  });

  test.each([
    [
      'a directory, new globbing',
      ['env/*'],
      true,
      /unable to read files\. repo \S+ with revision \S+ pattern env\/\*: read <checkout>\/env\/eu: is a directory$/,
    ],
    [
      'an excluded directory fails too',
      ['env/x.json', except('env/*')],
      true,
      /pattern env\/\*: read <checkout>\/env\/eu: is a directory$/,
    ],
    ['an empty pattern, new globbing', [''], true, /pattern \.: read <checkout>: is a directory$/],
  ])('compat: %s', async (_, paths, newGitFileGlobbing, message) => {
    const files = { 'env/eu/a.json': '{}', 'env/x.json': '{}' };
    expect(await compatError({ files, generators: git(paths), settings: { newGitFileGlobbing } })).toMatch(
      message,
    );
  });

  test('a file that is kept in Git LFS fails alone and is named', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12\n`;
    const { errors } = await generate({
      files: { 'a.json': '{"n": 1}', 'b.json': pointer },
      generators: [{ git: { repoURL: REPO, revision: 'main', files: [{ path: '*.json' }] } }],
    });
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['APPSET_E0204', expect.stringContaining("'b.json' from repository")],
    ]);
    expect(errors[0]?.message).toContain('it is kept in Git LFS, which is not read');
  });

  test('in normal mode a bad file fails alone and is named', async () => {
    const files = { 'd/a.yaml': 'a: 1', 'd/b.yaml': ': [', 'd/c.yaml': 'a: 3' };
    const generation = await generate({ files, generators: git(['d/*']) });
    expect(rowsOf(generation).map((row) => row.parts[0]?.id)).toEqual(['d/a.yaml', 'd/c.yaml']);
    expect(generation.entries[0]?.generated.failed).toMatchObject([
      { parts: [{ kind: 'file', id: 'd/b.yaml' }], error: { place: { element: 'd/b.yaml' } } },
    ]);
  });

  test('links that double at each level are bounded before they are listed', async () => {
    const files: Record<string, string> = { 'd20/f.yaml': 'a: 1' };
    const symlinks: Record<string, string> = {};
    for (let i = 0; i < 20; i++) for (const name of ['x', 'y']) symlinks[`d${i}/${name}`] = `../d${i + 1}`;
    const scene = { files, symlinks, generators: git(['**/f.yaml']), settings: { newGitFileGlobbing: true } };
    const { errors, entries } = await generate(scene);
    expect(errors[0]).toMatchObject({
      code: 'APPSET_E0205',
      message: expect.stringContaining('symbolic links'),
    });
    expect(entries[0]?.generated).toMatchObject({ rows: [], unknown: [{ path: '0.git' }] });
  });

  test('a link that says more than a path can leads nowhere', async () => {
    const files = { 'd/a.yaml': 'a: 1' };
    const symlinks = { 'd/b.yaml': `${'./'.repeat(200_000)}a.yaml` };
    const generation = await generate({ files, symlinks, generators: git(['d/*']) });
    expect(rowsOf(generation).map((row) => row.parts[0]?.id)).toEqual(['d/a.yaml']);
    expect(generation.entries[0]?.generated.failed).toMatchObject([{ parts: [{ id: 'd/b.yaml' }] }]);
  });

  test('a file the source leaves out for its size fails alone, and is not said to be missing', async () => {
    const sources = {
      gitFiles: async () => known<ReadonlyMap<string, string>>(new Map([['d/a.yaml', 'a: 1']]), '', 0, 'c'),
    };
    const files = { 'd/a.yaml': 'a: 1', 'd/b.yaml': 'b: 1' };
    const generation = await generate({ files, sources, generators: git(['d/*']) });
    expect(rowsOf(generation)).toHaveLength(1);
    expect(generation.entries[0]?.generated.failed).toMatchObject([
      {
        parts: [{ id: 'd/b.yaml' }],
        error: { code: 'APPSET_E0205', message: expect.stringContaining('larger') },
      },
    ]);
  });

  test('the rows of files are bounded', async () => {
    const files = { 'd/a.yaml': '[{}, {}]', 'd/b.yaml': '[{}, {}]', 'd/c.yaml': '{}' };
    const { errors, entries } = await generate({ files, generators: git(['d/*']), settings: { maxRows: 3 } });
    expect(errors[0]).toMatchObject({ code: 'APPSET_E0205', place: { element: 'd/b.yaml' } });
    expect(entries[0]?.generated.rows).toEqual([]);
  });

  test('the number of files is bounded', async () => {
    const files = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`d/${i}.yaml`, '']));
    const { errors } = await generate({ files, generators: git(['d/*']), settings: { maxFiles: 4 } });
    expect(errors[0]).toMatchObject({ code: 'APPSET_E0205', message: expect.stringContaining('5 files') });
  });
});
