import { describe, expect, test } from 'vitest';
import { worldSources } from '../../../../src/sources/recorded/index.ts';
import { ManualClock } from '../../../../src/support/clock.ts';

const URL = 'https://git.example.com/a.git';
const clock = new ManualClock(1_000);
const file = (text: string) => ({ files: { [text]: text } });

function sources(revisions: object, more: object = {}) {
  return worldSources({ repositories: { [URL]: { revisions } }, ...more } as never, { clock });
}

async function firstPath(revisions: object, revision: string) {
  const reading = await sources(revisions).gitTree({ repoURL: URL, revision, project: '' });
  return reading.known ? reading.value.entries[0]?.path : reading.error.message;
}

describe('revisions', () => {
  const revisions = {
    main: file('head'),
    release: file('branch'),
    'v1.4.0': file('one-four'),
    'v1.10.0': file('one-ten'),
    'v2.0.0': file('two'),
  };
  test.each([
    ['', 'head'],
    ['HEAD', 'head'],
    ['main', 'head'],
    ['release', 'branch'],
    ['heads/release', 'branch'],
    ['refs/heads/release', 'branch'],
    ['refs/tags/v2.0.0', 'two'],
    ['v1.4.0', 'one-four'],
    ['1.x', 'one-ten'],
    ['>=1.0.0 <1.5.0', 'one-four'],
    ['*', 'two'],
    [
      'release-9',
      "unable to resolve git revision : unable to resolve 'release-9' to a commit SHA: revision not found",
    ],
    [
      'refs/heads/v2.0.0',
      "unable to resolve git revision : unable to resolve 'refs/heads/v2.0.0' to a commit SHA: revision not found",
    ],
  ])('%j', async (revision, path) => {
    expect(await firstPath(revisions, revision)).toBe(path);
  });

  test('commits by id and by its beginning', async () => {
    const tree = await sources(revisions).gitTree({ repoURL: URL, revision: 'release', project: '' });
    const commit = tree.known ? tree.value.commit : '';
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(await firstPath(revisions, commit)).toBe('branch');
    expect(await firstPath(revisions, commit.slice(0, 7))).toBe('branch');
  });

  test('a commit changes with its content and only then', async () => {
    const commit = async (text: string) => {
      const tree = await sources({ main: file(text) }).gitTree({ repoURL: URL, revision: '', project: '' });
      return tree.known ? tree.value.commit : '';
    };
    expect(await commit('a')).toBe(await commit('a'));
    expect(await commit('a')).not.toBe(await commit('b'));
  });

  test('HEAD without main is the revision of that name, else the first', async () => {
    expect(await firstPath({ release: file('r'), HEAD: file('h') }, '')).toBe('h');
    expect(await firstPath({ release: file('r') }, 'HEAD')).toBe('r');
  });

  test('a recorded error makes the revision unknown, in its own words', async () => {
    expect(await firstPath({ main: { error: 'no route to host' } }, 'main')).toBe('no route to host');
    expect(await firstPath({ main: { error: '', ...file('x') } }, 'main')).toBe('x');
  });

  test('revisions may stand without a level above them', async () => {
    const world = { repositories: { [URL]: { HEAD: file('x') } } };
    const reading = await worldSources(world, { clock }).gitTree({ repoURL: URL, revision: '', project: '' });
    expect(reading.known && reading.value.entries[0]?.path).toBe('x');
  });

  test('a repository that is not there cannot be read; it is not empty', async () => {
    const reading = await sources({}).gitTree({ repoURL: 'https://other', revision: '', project: '' });
    expect(reading).toMatchObject({ known: false, error: { code: 'APPSET_E0402' } });
  });
});

describe('files', () => {
  const revisions = {
    main: {
      files: { 'a/x.yaml': 'x', 'b.json': { n: 1 } },
      symlinks: { link: 'a/x.yaml', out: '../x', dir: 'a' },
    },
  };
  const request = { repoURL: URL, revision: 'main', project: '' };

  test('the tree is in bytewise order and knows targets', async () => {
    const tree = await sources(revisions).gitTree(request);
    expect(tree.known && tree.value.entries.map(({ path, kind, target }) => [path, kind, target])).toEqual([
      ['a/x.yaml', 'file', undefined],
      ['b.json', 'file', undefined],
      ['dir', 'symlink', 'a'],
      ['link', 'symlink', 'a/x.yaml'],
      ['out', 'symlink', '../x'],
    ]);
  });

  test('contents follow links inside the tree; what is no file is left out', async () => {
    const paths = ['a/x.yaml', 'b.json', 'link', 'out', 'dir', 'dir/x.yaml', 'none'];
    const contents = await sources(revisions).gitFiles(request, 'c', paths);
    expect(contents.known && [...contents.value]).toEqual([
      ['a/x.yaml', 'x'],
      ['b.json', '{"n":1}'],
      ['link', 'x'],
      ['dir/x.yaml', 'x'],
    ]);
  });

  test('blob ids are git’s', async () => {
    const tree = await sources({ main: { files: { x: 'hello\n' } } }).gitTree(request);
    expect(tree.known && tree.value.entries[0]?.oid).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
  });
});

describe('Secrets and projects', () => {
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  const world = {
    appProjects: [{ metadata: { name: 'default' } }],
    clusterSecrets: [
      {
        metadata: { name: 'b', labels: { env: 'x' } },
        data: {
          name: encoded('west'),
          server: encoded('https://west'),
          config: encoded('{"bearerToken":"hunter2"'),
        },
      },
      { metadata: { name: 'a' }, stringData: { server: 'https://a', project: 'p', config: '{}' } },
    ],
  };

  test('clusters in order of Secret, from data or stringData, never with credentials', async () => {
    const clusters = await sources({}, world).clusters();
    expect(clusters).toMatchObject({ known: true, observedAt: 1_000 });
    expect(clusters.known && clusters.value).toEqual([
      { secretName: 'a', name: '', server: 'https://a', project: 'p', labels: {}, annotations: {} },
      {
        secretName: 'b',
        name: 'west',
        server: 'https://west',
        project: undefined,
        labels: { env: 'x' },
        annotations: {},
        malformed: 'data.config is not valid JSON',
      },
    ]);
    expect(JSON.stringify(clusters)).not.toContain('hunter2');
  });

  test('a project that does not exist is known not to', async () => {
    const { project } = sources({}, world);
    expect(await project('default')).toMatchObject({ known: true, value: { metadata: { name: 'default' } } });
    expect(await project('none')).toMatchObject({ known: true, value: null });
  });
});
