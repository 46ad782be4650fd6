/** The comparing rules of the corpora. */
import { describe, expect, test } from 'vitest';
import {
  asMultiset,
  differences,
  sameLeadingPart,
  sameUpToLibraryWords,
  withoutEmpty,
} from '../../../src/conformance/compare.ts';
import { compareGeneration } from '../../../src/conformance/generation.ts';

describe('comparing', () => {
  test('empty is absent, but items of lists keep their places', () => {
    expect(withoutEmpty({ a: '', b: { c: null }, d: [], e: ['', 'x'], f: 0, g: false })).toEqual({
      e: [null, 'x'],
      f: 0,
      g: false,
    });
    expect(withoutEmpty({ a: {} })).toBeUndefined();
  });

  test('a difference names its path', () => {
    expect(differences({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, 'x')).toEqual([
      'x.a[1].b: expected 2, got 3',
    ]);
    expect(differences({ a: 1 }, { a: 1 }, '')).toEqual([]);
    expect(differences([1], [1, 2], 'l')).toEqual(['l: expected [1], got [1,2]']);
  });

  test('multisets do not depend on order', () => {
    expect(asMultiset([{ b: 1, a: 2 }, { a: 1 }])).toEqual(asMultiset([{ a: 1 }, { a: 2, b: 1 }]));
  });

  test.each([
    ['x: json: cannot', 'x: json: other', true],
    ['x: yaml: line 1', 'y: yaml: line 1', false],
    ['exact', 'exact', true],
    ['exact', 'exact more', false],
  ])('template errors %j and %j', (expected, actual, same) => {
    expect(sameUpToLibraryWords(expected, actual)).toBe(same);
  });

  test('other errors agree before the first colon', () => {
    expect(sameLeadingPart('error a: b', 'error a: c')).toBe(true);
    expect(sameLeadingPart('error a: b', 'error b: b')).toBe(false);
  });

  test('a wrong outcome, params, Application, verdict and error are all told', () => {
    const actual = {
      outcome: 'ok',
      params: [[{ a: '2' }]],
      applications: [{ metadata: { name: 'y' } }],
      validation: { 'argocd/y': 'm' },
    };
    const expected = {
      outcome: 'templateError',
      params: [[{ a: '1' }]],
      applications: [{ metadata: { name: 'x' } }],
      error: 'e',
      validation: {},
      orderMatters: true,
    };
    expect(compareGeneration(expected, actual, true).map((line) => line.split(/[:[]/)[0])).toEqual([
      'outcome',
      'params',
      'applications',
      'validation',
      'error',
    ]);
  });
});
