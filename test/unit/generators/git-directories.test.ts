import { describe, expect, test } from 'vitest';
import type { GitEntry } from '../../../src/generators/contract.ts';
import { listingOf } from '../../../src/generators/git-directories.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { column, compatError, directories, generate, params, REPO } from './fixture.ts';

const directoriesOf = async (entries: readonly GitEntry[]) =>
  (await listingOf({ commit: '', entries }, systemClock)).paths;
const file = (path: string): GitEntry => ({ path, kind: 'file', oid: '' });
const git = (items: unknown[], more: object = {}) => [
  { git: { repoURL: REPO, revision: 'main', directories: items, ...more } },
];
const tree = (...paths: string[]) => Object.fromEntries(paths.map((path) => [`${path}/k.yaml`, '']));

describe('the listing', () => {
  test.each([
    ['depth first, siblings bytewise', ['a-b/k', 'a/x/k', 'a/k', 'b/k'], ['a', 'a/x', 'a-b', 'b']],
    ['hidden ones and all below are left out', ['a/.h/x/k', '.git/k', 'a/k'], ['a']],
    ['the root is not listed', ['k'], []],
  ])('%s', async (_, paths, expected) => {
    expect(await directoriesOf(paths.map(file))).toEqual(expected);
  });

  test('submodules are directories, symlinks are not', async () => {
    const entries: GitEntry[] = [
      { path: 'link', kind: 'symlink', oid: '', target: 'real' },
      { path: 'mod', kind: 'submodule', oid: '' },
      file('real/k'),
    ];
    expect(await directoriesOf(entries)).toEqual(['mod', 'real']);
  });
});

describe('which directories', () => {
  const p1 = tree('app1', 'p1/app2', 'p1/p2/app3', 'p1/p2/p3/app4', 'app_3', 'd/f', 'd/g', 'd/!x');
  const all = [
    'app1',
    'app_3',
    'd',
    'd/!x',
    'd/f',
    'd/g',
    'p1',
    'p1/app2',
    'p1/p2',
    'p1/p2/app3',
    'p1/p2/p3',
    'p1/p2/p3/app4',
  ];
  test.each([
    [[{ path: '*' }], ['app1', 'app_3', 'd', 'p1']],
    [
      [{ path: 'p1/*' }, { path: 'p1/*/*' }],
      ['p1/app2', 'p1/p2', 'p1/p2/app3', 'p1/p2/p3'],
    ],
    [
      [{ path: 'p1/*', exclude: true }, { path: '*' }, { path: '*/*' }],
      ['app1', 'app_3', 'd', 'd/!x', 'd/f', 'd/g', 'p1'],
    ],
    [[{ path: '**' }], ['app1', 'app_3', 'd', 'p1']],
    [[{ path: '/d/*' }, { path: 'd/' }, { path: './d' }, { path: '{d,p1}' }, { path: '.' }], []],
    [[{ path: 'd/[fg]' }], ['d/f', 'd/g']],
    [[{ path: 'd/[!f]*' }], ['d/!x', 'd/f']],
    [[{ path: '[' }, { path: 'd' }], ['d']],
    [[{ path: 'd', exclude: true }], []],
  ])('%j', async (items, expected) => {
    const settings = { compat: true };
    expect(await directories({ files: p1, generators: git(items), settings })).toEqual(expected);
    expect(all).toEqual(expect.arrayContaining(expected));
  });

  test('files beside directories are ignored', async () => {
    const generators = git([{ path: 'd' }], { files: [{ path: '**' }] });
    expect(await directories({ files: p1, generators })).toEqual(['d']);
  });
});

describe('params', () => {
  const files = tree('apps/My_App');
  test.each([
    [
      'Go',
      false,
      {},
      {
        path: {
          path: 'apps/My_App',
          basename: 'My_App',
          basenameNormalized: 'my-app',
          segments: ['apps', 'My_App'],
        },
      },
    ],
    [
      'legacy',
      true,
      {},
      {
        path: 'apps/My_App',
        'path.basename': 'My_App',
        'path.basenameNormalized': 'my-app',
        'path[0]': 'apps',
        'path[1]': 'My_App',
      },
    ],
    [
      'legacy with a prefix',
      true,
      { pathParamPrefix: 'r', values: { k: '{{r.path.basename}}' } },
      {
        'r.path': 'apps/My_App',
        'r.path.basename': 'My_App',
        'r.path.basenameNormalized': 'my-app',
        'r.path[0]': 'apps',
        'r.path[1]': 'My_App',
        'values.k': 'My_App',
      },
    ],
  ])('in %s mode', async (_, legacy, more, expected) => {
    expect(await params({ legacy, files, generators: git([{ path: 'apps/*' }], more) })).toEqual([expected]);
  });

  test('a prefix puts path below it', async () => {
    const generators = git([{ path: 'apps/*' }], { pathParamPrefix: 'r' });
    expect(await column({ files, generators }, 'r')).toMatchObject([{ path: { path: 'apps/My_App' } }]);
    expect(await column({ files, generators }, 'path')).toEqual([undefined]);
  });
});

describe('what goes wrong, in the reference’s words', () => {
  const files = tree('apps/a');
  test.each([
    ['no items', git([]), 'ApplicationSet is empty'],
    [
      'a revision that is not there',
      git([{ path: '*' }], { revision: 'release-9' }),
      "error generating params from git: error getting directories from repo: error retrieving Git Directories: rpc error: code = Internal desc = unable to resolve git revision : unable to resolve 'release-9' to a commit SHA: revision not found",
    ],
    [
      'a repository that is not there',
      git([{ path: '*' }], { repoURL: 'https://git.example.com/none.git' }),
      'error generating params from git: error getting directories from repo: error retrieving Git Directories: rpc error: code = Internal desc = unable to resolve git revision : failed to list refs: repository not found',
    ],
  ])('%s', async (_, generators, message) => {
    expect(await compatError({ files, generators })).toBe(message);
  });

  test('the project is looked up before the repository', async () => {
    const template = { metadata: { name: 'x' }, spec: { project: 'gone' } };
    const generators = git([{ path: '*' }], { repoURL: 'https://git.example.com/none.git' });
    expect(await compatError({ template, generators })).toBe(
      'error getting project gone: appprojects.argoproj.io "gone" not found',
    );
  });

  test('a templated project is not looked up, and gives no credentials', async () => {
    const asked: string[] = [];
    const template = { metadata: { name: 'x' }, spec: { project: '{{.project}}' } };
    await generate({
      template,
      generators: git([{ path: '*' }]),
      sources: {
        gitTree: async (request) => {
          asked.push(request.project);
          return {
            known: true,
            value: { commit: 'c', entries: [] },
            provenance: '',
            observedAt: 0,
            version: 'c',
          };
        },
      },
    });
    expect(asked).toEqual(['']);
  });

  test('a value that cannot be parsed is one problem of the leaf, not one a directory', async () => {
    const generators = git([{ path: '*' }, { path: '*/*' }], { values: { x: '{{.a' } });
    const generation = await generate({ files, generators });
    expect(generation.entries[0]?.generated).toMatchObject({
      rows: [],
      failed: [],
      unknown: [{ path: '0.git' }],
    });
    expect(generation.errors).toHaveLength(1);
    expect(generation.errors[0]?.message).toMatch(
      /^error generating params from git: error generating params from apps: failed to append templated values: failed to replace templated string: failed to replace templated string with rendered values: failed to parse template \{\{\.a: /,
    );
  });

  test.each(['include', 'exclude'])(
    'a malformed pattern of an %s is a mistake, not an empty answer',
    async (kind) => {
      const items = kind === 'include' ? [{ path: 'a[' }] : [{ path: '*' }, { path: 'a[', exclude: true }];
      const normal = await generate({ files, generators: git(items) });
      expect(normal.errors[0]).toMatchObject({
        code: 'APPSET_E0201',
        message: expect.stringContaining('"a["'),
        place: { generator: 'generators[0].git' },
      });
      expect(normal.entries[0]?.generated).toMatchObject({ rows: [], unknown: [{ path: '0.git' }] });
      const compat = await generate({ files, generators: git(items), settings: { compat: true } });
      expect(compat.errors).toEqual([]);
    },
  );

  test('the number of directories is bounded', async () => {
    const { errors } = await generate({ files, generators: git([{ path: '*' }]), settings: { maxRows: 0 } });
    expect(errors[0]).toMatchObject({
      code: 'APPSET_E0205',
      message: expect.stringContaining('directories'),
    });
  });

  test('a project that asks for signed commits gets nothing from a source that cannot verify them', async () => {
    const world = {
      appProjects: [
        { metadata: { name: 'default' }, spec: { signatureKeys: [{ keyID: '4AEE18F83AFDEB23' }] } },
      ],
    };
    const { errors, entries } = await generate({ files, world, generators: git([{ path: '*' }]) });
    expect(errors[0]).toMatchObject({ code: 'APPSET_E0407' });
    expect(entries[0]?.generated).toMatchObject({ rows: [], unknown: [{ path: '0.git' }] });
  });

  test('a project with source integrity policies is refused rather than not checked', async () => {
    const spec = { sourceIntegrity: { git: { policies: [] } } };
    const world = { appProjects: [{ metadata: { name: 'default' }, spec }] };
    const { errors } = await generate({ files, world, generators: git([{ path: '*' }]) });
    expect(errors[0]).toMatchObject({
      code: 'APPSET_E0202',
      message: expect.stringContaining('sourceIntegrity of a project is not supported'),
    });
  });
});
