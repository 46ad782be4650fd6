import { describe, expect, test } from 'vitest';
import { identify } from '../../../src/generators/identity.ts';
import { generate, REPO, rowsOf } from './fixture.ts';

const ids = (generators: object[]) => [...identify(generators as never).entries()];
const idOf = (generator: object, path: string) => new Map(ids([generator])).get(path);

describe('a leaf stays the same leaf', () => {
  const git = { repoURL: REPO, revision: 'main', directories: [{ path: 'apps/*' }] };
  test.each([
    ['when the generator’s template changes', { git: { ...git, template: { metadata: { name: 'y' } } } }],
    ['when its values change', { git: { ...git, values: { a: 'b' } } }],
    ['when it is polled more often', { git: { ...git, requeueAfterSeconds: 30 } }],
    ['when keys are written in another order', { git: Object.fromEntries(Object.entries(git).reverse()) }],
    ['when the entry gets a selector', { git, selector: { matchLabels: { a: 'b' } } }],
  ])('%s', (_, entry) => {
    expect(idOf(entry, '0.git')).toBe(idOf({ git }, '0.git'));
  });

  test('when elements of a list come and go', () => {
    expect(idOf({ list: { elements: [{ a: '1' }] } }, '0.list')).toBe(
      idOf({ list: { elements: [] } }, '0.list'),
    );
  });

  test('when other entries are put before it', () => {
    const paths = new Map(ids([{ clusters: {} }, { git }]));
    expect(paths.get('1.git')).toBe(idOf({ git }, '0.git'));
  });

  test('but not when it reads something else, or stands in a matrix', () => {
    const matrix = new Map(ids([{ matrix: { generators: [{ git }, { clusters: {} }] } }]));
    expect(idOf({ git: { ...git, revision: 'next' } }, '0.git')).not.toBe(idOf({ git }, '0.git'));
    expect(matrix.get('0.matrix.0.git')).not.toBe(idOf({ git }, '0.git'));
  });

  test('and two equal ones are told apart', () => {
    expect(new Set(ids([{ clusters: {} }, { clusters: {} }]).map(([, id]) => id)).size).toBe(2);
  });
});

describe('parts', () => {
  const generators = [
    {
      matrix: {
        generators: [
          { git: { repoURL: REPO, revision: 'main', files: [{ path: 'env/*.yaml' }] } },
          { list: { elements: [{ app: '{{.zone}}' }] } },
        ],
      },
    },
  ];
  const parts = async (files: Record<string, string>) => {
    const generation = await generate({ files, generators });
    return rowsOf(generation).map((row) => row.parts.map(({ kind, id }) => `${kind} ${id}`));
  };

  test('a row of a matrix has the parts of both children', async () => {
    const [row] = await parts({ 'env/a.yaml': 'zone: x' });
    expect(row).toMatchObject(['file env/a.yaml', expect.stringMatching(/^listElement [0-9a-f]{16}$/)]);
  });

  test('no part moves with a commit or with the data an element is filled with', async () => {
    const before = await parts({ 'env/a.yaml': 'zone: x' });
    const after = await parts({ 'env/a.yaml': 'zone: y', 'env/b.yaml': 'zone: z' });
    expect(after[0]).toEqual(before[0]);
  });

  test('items of a file are told apart by content, not by index', async () => {
    const before = await parts({ 'env/a.yaml': '[{zone: x}, {zone: y}]' });
    const after = await parts({ 'env/a.yaml': '[{zone: new}, {zone: x}, {zone: y}]' });
    expect(after.slice(1)).toEqual(before);
  });
});
