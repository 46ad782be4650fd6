/** Strategic merge over an Application (spec generators §6). */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { strategicMerge } from '../../../src/templating/strategic-merge.ts';

const helm = (valuesObject: JsonObject) => ({ spec: { source: { helm: { valuesObject } } } });

describe('strategic merge', () => {
  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['objects merge', { spec: { a: { x: 1 } } }, { spec: { a: { y: 2 } } }, { spec: { a: { x: 1, y: 2 } } }],
    [
      'null deletes',
      { metadata: { labels: { a: '1', b: '2' } } },
      { metadata: { labels: { a: null } } },
      { metadata: { labels: { b: '2' } } },
    ],
    [
      'lists are replaced',
      { spec: { valueFiles: ['a', 'b'] } },
      { spec: { valueFiles: ['c'] } },
      { spec: { valueFiles: ['c'] } },
    ],
    [
      'finalizers are united',
      { metadata: { finalizers: ['f1'] } },
      { metadata: { finalizers: ['f2', 'f1'] } },
      { metadata: { finalizers: ['f2', 'f1'] } },
    ],
    [
      'finalizers of the patch come first, but for those that stood before them',
      { metadata: { finalizers: ['a', 'b', 'c'] } },
      { metadata: { finalizers: ['b', 'd'] } },
      { metadata: { finalizers: ['a', 'b', 'd', 'c'] } },
    ],
    [
      'an empty list adds no finalizer',
      { metadata: { finalizers: ['f1'] } },
      { metadata: { finalizers: [] } },
      { metadata: { finalizers: ['f1'] } },
    ],
    [
      'null takes all finalizers',
      { metadata: { finalizers: ['f1'] } },
      { metadata: { finalizers: null } },
      { metadata: {} },
    ],
    [
      'only metadata has such a list',
      { spec: { finalizers: ['f1'] } },
      { spec: { finalizers: ['f2'] } },
      { spec: { finalizers: ['f2'] } },
    ],
    [
      'a finalizer is taken off by directive',
      { metadata: { finalizers: ['f1', 'f2'] } },
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['f1'] } },
      { metadata: { finalizers: ['f2'] } },
    ],
    [
      '$patch: replace',
      { spec: { a: { x: 1 } } },
      { spec: { a: { $patch: 'replace', y: 2 } } },
      { spec: { a: { y: 2 } } },
    ],
    ['$patch: delete', { spec: { a: { x: 1 } } }, { spec: { a: { $patch: 'delete' } } }, { spec: { a: {} } }],
    [
      '$retainKeys',
      { spec: { a: { x: 1, y: 2 } } },
      { spec: { a: { $retainKeys: ['x'], x: 3 } } },
      { spec: { a: { x: 3 } } },
    ],
    [
      'an added list loses its directives, a replaced one does not',
      { spec: { b: [1] } },
      { spec: { a: [{ $patch: 'replace' }, { x: 1 }], b: [{ $patch: 'replace' }] } },
      { spec: { a: [{ x: 1 }], b: [{ $patch: 'replace' }] } },
    ],
    [
      'an added object with a directive is not added',
      { spec: {} },
      { spec: { a: { $patch: 'replace', x: 1 }, b: { c: { $patch: 'merge' } } } },
      { spec: { b: {} } },
    ],
    [
      'nulls of an addition are dropped',
      { spec: {} },
      { spec: { a: { x: null, y: { z: null } } } },
      { spec: { a: { y: {} } } },
    ],
    [
      'values without schema take scalars',
      helm({ a: 1, b: 2 }),
      helm({ a: 'x', b: null, c: { d: 1 } }),
      helm({ a: 'x', c: { d: 1 } }),
    ],
    ['values without schema change type', helm({ a: { x: 1 } }), helm({ a: 5 }), helm({ a: 5 })],
    [
      'values without schema may be new',
      { spec: { source: {} } },
      helm({ a: { x: 1 } }),
      helm({ a: { x: 1 } }),
    ],
  ])('%s', (_, application, patch, expected) => {
    expect(strategicMerge(application, patch)).toEqual(expected);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ['maps', helm({ nested: { a: 1 } }), helm({ nested: { b: 2 } })],
    ['lists', helm({ nested: [1] }), helm({ nested: [2] })],
  ])('%s on both sides of values without schema cannot be merged', (_, application, patch) => {
    expect(() => strategicMerge(application, patch)).toThrow(
      'unable to find api field in struct RawExtension for the json field "nested"',
    );
  });

  test('neither side is changed', () => {
    const application = { metadata: { labels: { a: '1' } }, spec: { x: { y: 1 } } };
    const patch = { metadata: { labels: { b: '2' } }, spec: { x: null } };
    const before = JSON.stringify([application, patch]);
    strategicMerge(application, patch);
    expect(JSON.stringify([application, patch])).toBe(before);
  });

  test('an unknown directive is refused', () => {
    expect(() => strategicMerge({ spec: {} }, { spec: { $patch: 'merge' } })).toThrow('unknown patch type');
  });
});
