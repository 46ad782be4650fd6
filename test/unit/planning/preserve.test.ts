/** What an update leaves as somebody else put it. */
import { describe, expect, test } from 'vitest';
import { preservedKeys, preserveEntries, preserveFinalizers } from '../../../src/planning/preserve.ts';

const RESOURCES = 'resources-finalizer.argocd.argoproj.io';

describe('annotations and labels', () => {
  const keys = preservedKeys(
    { preservedFields: { annotations: ['team/note'], labels: ['team/l'] } },
    { labels: ['flag/l'], annotations: ['flag/a'] },
    true,
  );

  test('keys of the set, of flags and the built-in ones add up', () => {
    expect([...keys.annotations].sort()).toEqual([
      'argocd.argoproj.io/hydrate',
      'argocd.argoproj.io/refresh',
      'flag/a',
      'notified.notifications.argoproj.io',
      'team/note',
    ]);
    expect([...keys.labels].sort()).toEqual(['flag/l', 'team/l']);
  });

  test.each([
    ['a live-only entry goes', { a: '1' }, { b: '2' }, { a: '1' }],
    ['a preserved one stays', {}, { 'team/note': 'x' }, { 'team/note': 'x' }],
    [
      'a preserved live value beats the template',
      { 'team/note': 't' },
      { 'team/note': 'live' },
      { 'team/note': 'live' },
    ],
    ['a preserved key that is not live takes the template', { 'team/note': 't' }, {}, { 'team/note': 't' }],
    [
      'our own keys are never removed',
      {},
      { 'appset-operator.io/keep': 'true' },
      { 'appset-operator.io/keep': 'true' },
    ],
    [
      'a templated own key takes the template',
      { 'appset-operator.io/keep': 'false' },
      { 'appset-operator.io/keep': 'true' },
      { 'appset-operator.io/keep': 'false' },
    ],
  ] as const)('%s', (_name, desired, live, expected) => {
    expect(preserveEntries(desired, live, keys.annotations, keys.own)).toEqual(expected);
  });

  test('in compat mode our own keys go like others', () => {
    expect(preserveEntries({}, { 'appset-operator.io/keep': 'true' }, new Set(), false)).toEqual({});
  });
});

describe('finalizers', () => {
  const PRE = 'pre-delete-finalizer.argocd.argoproj.io';
  const POST = 'post-delete-finalizer.argocd.argoproj.io';
  test.each([
    ['others go', [RESOURCES], ['x.example/y'], true, [RESOURCES]],
    ['hooks stay, pre before post', [], [POST, 'x/y', `${PRE}/one`], true, [`${PRE}/one`, POST]],
    ['ours stay', [RESOURCES], ['appset-operator.io/guard'], true, [RESOURCES, 'appset-operator.io/guard']],
    ['ours go in compat mode', [], ['appset-operator.io/guard'], false, []],
    ['a hook that the template names too is there once', [PRE], [PRE], true, [PRE]],
  ] as const)('%s', (_name, desired, live, own, expected) => {
    expect(preserveFinalizers(desired, live, own)).toEqual(expected);
  });
});
