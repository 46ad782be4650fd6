/** What counts as confirmed, by kind of part. */
import { describe, expect, test } from 'vitest';
import type { ApplicationSet } from '../../../../src/api/objects.ts';
import { contentHash } from '../../../../src/generators/identity.ts';
import { evidenceOf, leavesOf, type PartFact } from '../../../../src/planning/holds/index.ts';
import type { PartId } from '../../../../src/planning/origin.ts';
import { setOf } from '../plan-fixtures.ts';

const set = (...generators: object[]): ApplicationSet => setOf({}, { generators: generators as never });
const leafOf = (of: ApplicationSet, field: string): string =>
  [...leavesOf(of)].find(([, leaf]) => leaf.field === field)?.[0] ?? 'none';
const id = (kind: PartId['kind'], text: string, leaf = 'leaf-1'): PartId => ({ leaf, kind, id: text });
const is = (
  missing: readonly PartId[],
  facts: readonly (readonly [PartId, PartFact])[],
  of = set(),
  generation = 2,
) => evidenceOf(of, { generation, parts: missing }, missing, new Map(facts)).is;

describe('a cluster Secret', () => {
  const part = id('cluster', 'eu-7');
  test.each([
    ['gone', 'confirmed'],
    ['otherLabels', 'confirmed'],
    ['taken', 'unconfirmed'],
  ] as const)('%s: %s', (answer, expected) => {
    expect(is([part], [[part, { is: 'secret', answer, name: 'argocd/eu-7' }]])).toBe(expected);
  });
  test('that cannot be asked', () => {
    expect(is([part], [[part, { is: 'unread', why: 'timeout' }]])).toBe('unread');
  });
  test('nobody asked about', () => {
    expect(is([part], [])).toBe('unconfirmed');
  });
});

describe('a path of a repository', () => {
  const directory = id('directory', 'apps/a');
  const file = id('file', 'apps/a.yaml#1234');
  const git = (change: Partial<Extract<PartFact, { is: 'git' }>>): PartFact => ({
    is: 'git',
    commit: 'new',
    last: 'old',
    base: 'old',
    descends: true,
    branch: true,
    there: false,
    repository: 'r',
    ...change,
  });
  test.each<[string, PartId, PartFact, string]>([
    ['a commit that descends lacks it', directory, git({}), 'confirmed'],
    ['an item of a file that is there still', file, git({ there: true }), 'confirmed'],
    ['a directory that is there still', directory, git({ there: true }), 'unconfirmed'],
    ['the commit under which it was there', directory, git({ commit: 'old' }), 'unconfirmed'],
    ['the commit that was seen to lack it', directory, git({ last: 'new' }), 'confirmed'],
    ['no commit was seen before', directory, git({ last: undefined, base: undefined }), 'unconfirmed'],
    ['no commit with it was seen before', directory, git({ base: undefined }), 'unconfirmed'],
    [
      'back at the old commit, behind one seen since',
      directory,
      git({ commit: 'old', last: 'mid', descends: false }),
      'rewritten',
    ],
    ['the branch does not descend', directory, git({ descends: false }), 'rewritten'],
    ['a tag does not descend', directory, git({ descends: false, branch: false }), 'unconfirmed'],
    ['the history cannot be read', directory, git({ descends: undefined }), 'unread'],
  ])('%s', (_name, part, fact, expected) => {
    expect(is([part], [[part, fact]])).toBe(expected);
  });
});

describe('an element of a list', () => {
  const left = { city: 'porto' };
  const gone = { city: 'lyon' };
  const edited = set({ list: { elements: [left] } });
  const part = id('listElement', contentHash(gone), leafOf(edited, 'list'));
  test.each<[string, ApplicationSet, number, string]>([
    ['an edit took it out and left others', edited, 2, 'confirmed'],
    ['nobody edited the set', edited, 3, 'unconfirmed'],
    ['nothing is left', set({ list: { elements: [] } }), 2, 'unconfirmed'],
    ['the list is not there any more', set({ clusters: {} }), 2, 'unconfirmed'],
    ['it is in the list still', set({ list: { elements: [left, gone] } }), 2, 'unconfirmed'],
    ['the elements come out of data', set({ list: { elementsYaml: '{{ .x }}' } }), 2, 'unconfirmed'],
  ])('%s', (_name, of, generation, expected) => {
    expect(is([part], [], of, generation)).toBe(expected);
  });
});

test('one confirmed part of a row is enough, one that cannot be asked holds up the rest', () => {
  const [a, b] = [id('cluster', 'a'), id('cluster', 'b')];
  const gone = { is: 'secret', answer: 'gone', name: 'a' } as const;
  const silent = { is: 'unread', why: 'timeout' } as const;
  expect(is([a, b], [[a, gone]])).toBe('confirmed');
  expect(
    is(
      [a, b],
      [
        [a, silent],
        [b, gone],
      ],
    ),
  ).toBe('confirmed');
  expect(is([a, b], [[a, silent]])).toBe('unread');
});

test('a closed pull request is told apart only when it is all that is missing', () => {
  const [pr, cluster] = [id('pullRequest', '42'), id('cluster', 'a')];
  const closed = new Map<PartId, PartFact>([[pr, { is: 'pullRequest', closed: true }]]);
  const origin = { generation: 3, parts: [pr, cluster] };
  expect(evidenceOf(set(), origin, [pr], closed)).toMatchObject({ is: 'confirmed', closed: true });
  expect(evidenceOf(set(), origin, [pr, cluster], closed).closed).toBeUndefined();
  expect(is([pr], [[pr, { is: 'pullRequest', closed: false }]])).toBe('unconfirmed');
});

test.each([
  ['no recorded origin', undefined],
  ['nothing is missing', { generation: 3, parts: [id('cluster', 'a')] }],
])('%s: unconfirmed', (_name, origin) => {
  expect(evidenceOf(set(), origin, [], new Map()).is).toBe('unconfirmed');
});

test('leaves are found at any depth, and those filled in from data are told apart', () => {
  const of = set({
    matrix: {
      generators: [
        { clusters: { selector: { matchLabels: { env: 'prod' } } } },
        { git: { repoURL: '{{ .repo }}', revision: 'main' } },
      ],
    },
  });
  expect([...leavesOf(of).values()].map(({ field, interpolated }) => [field, interpolated])).toEqual([
    ['clusters', false],
    ['git', true],
  ]);
});
