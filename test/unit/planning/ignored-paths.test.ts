/** Ignore rules on one document: pointers, order of rules, and places as the document was given. */
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { compileIgnoreRules, ignoredPlaces } from '../../../src/planning/ignored-paths.ts';
import type { AppsetError } from '../../../src/support/errors.ts';

const DOCUMENT: JsonObject = {
  metadata: { labels: { 'a/b': '1', '~x': '2' } },
  spec: { syncPolicy: { syncOptions: ['A', 'B', 'C'] }, project: 'default' },
};
type Rule = { name?: string; jsonPointers?: string[]; jqPathExpressions?: string[] };
const places = (name: string, ...rules: Rule[]) =>
  ignoredPlaces(compileIgnoreRules({ ignoreApplicationDifferences: rules }), name, DOCUMENT);

test.each<[string, string, string[], (string | number)[][]]>([
  ['a plain pointer', 'web', ['/spec/project'], [['spec', 'project']]],
  [
    'escapes',
    'web',
    ['/metadata/labels/a~1b', '/metadata/labels/~0x'],
    [
      ['metadata', 'labels', 'a/b'],
      ['metadata', 'labels', '~x'],
    ],
  ],
  ['a missing path', 'web', ['/spec/nothing/at/all'], []],
  ['no leading slash', 'web', ['spec/project'], []],
  ['an index that is none', 'web', ['/spec/syncPolicy/syncOptions/9', '/spec/syncPolicy/syncOptions/x'], []],
  [
    'later pointers see what is left: elements 0 and 2',
    'web',
    ['/spec/syncPolicy/syncOptions/0', '/spec/syncPolicy/syncOptions/1'],
    [
      ['spec', 'syncPolicy', 'syncOptions', 0],
      ['spec', 'syncPolicy', 'syncOptions', 2],
    ],
  ],
])('%s', (_name, application, jsonPointers, paths) => {
  expect(places(application, { jsonPointers }).paths).toEqual(paths);
});

test('a rule with a name is for that Application only', () => {
  const rule = { name: 'web', jsonPointers: ['/spec/project'] };
  expect(places('web', rule).paths).toHaveLength(1);
  expect(places('web-2', rule).paths).toEqual([]);
});

test('pointers come before expressions within a rule, and rules in order', () => {
  const { paths } = places(
    'web',
    {
      jqPathExpressions: ['.spec.syncPolicy.syncOptions[0]'],
      jsonPointers: ['/spec/syncPolicy/syncOptions/0'],
    },
    { jsonPointers: ['/spec/syncPolicy/syncOptions/0'] },
  );
  expect(paths.map((path) => path.at(-1))).toEqual([0, 1, 2]);
});

test('an expression that fails is skipped and said', () => {
  const { paths, skipped } = places('web', { jqPathExpressions: ['.spec.project[]', '.spec.project'] });
  expect(paths).toEqual([['spec', 'project']]);
  expect(skipped).toEqual(['.spec.project[]: cannot iterate over string']);
});

test('an expression that cannot be used throws where it applies, naming its field', () => {
  const rules = [{ name: 'other', jqPathExpressions: ['.spec['] }];
  expect(places('web', ...rules).paths).toEqual([]);
  try {
    places('other', ...rules);
    expect.unreachable();
  } catch (error) {
    expect((error as AppsetError).code).toBe('APPSET_E0511');
    expect((error as AppsetError).place.field).toBe(
      'spec.ignoreApplicationDifferences[0].jqPathExpressions[0]',
    );
  }
});
