/** Equality of Applications modulo empty: which zero values are the same as nothing, and which are not. */
import { describe, expect, test } from 'vitest';
import type { Application, JsonObject } from '../../../src/api/objects.ts';
import { APPLICATION_SHAPE } from '../../../src/planning/application-shape.ts';
import { asJson, equalModuloEmpty, fieldChanges, sameModuloEmpty } from '../../../src/planning/compare.ts';

const application = (spec: JsonObject, metadata: JsonObject = {}): Application =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd', ...metadata },
    spec: { project: 'default', ...spec },
  }) as unknown as Application;

describe('applications are equal', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['empty lists and absent ones', { info: [], ignoreDifferences: [] }, {}],
    [
      'zero scalars inside a block',
      { source: { helm: { skipCrds: false, releaseName: 'a' } } },
      { source: { helm: { releaseName: 'a' } } },
    ],
    ['null and absent', { syncPolicy: null }, {}],
    ['a struct without content and none', { destination: {} }, {}],
    [
      'the order of keys in free JSON',
      { source: { helm: { valuesObject: { a: 1, b: 2 } } } },
      { source: { helm: { valuesObject: { b: 2, a: 1 } } } },
    ],
    [
      'null members of free JSON',
      { source: { helm: { valuesObject: { a: 1, b: null } } } },
      { source: { helm: { valuesObject: { a: 1 } } } },
    ],
    ['fields the type does not have', { source: { path: 'p', notThere: 1 } }, { source: { path: 'p' } }],
    [
      'an empty map of labels',
      { syncPolicy: { managedNamespaceMetadata: { labels: {} } } },
      { syncPolicy: { managedNamespaceMetadata: {} } },
    ],
  ])('%s', (_name, a, b) => {
    expect(sameModuloEmpty(asJson(application(a)), asJson(application(b)), APPLICATION_SHAPE)).toBe(true);
    expect(fieldChanges(application(a), application(b))).toEqual([]);
  });
});

describe('applications differ', () => {
  test.each<[string, JsonObject, JsonObject, string]>([
    [
      'a block without content and none',
      { syncPolicy: { automated: {} } },
      { syncPolicy: {} },
      'spec.syncPolicy.automated',
    ],
    [
      'a pointer to false and none',
      { syncPolicy: { automated: { prune: false } } },
      { syncPolicy: { automated: {} } },
      'spec.syncPolicy.automated.prune',
    ],
    ['a pointer to zero and none', { revisionHistoryLimit: 0 }, {}, 'spec.revisionHistoryLimit'],
    [
      'an empty value of a map and none',
      { source: { kustomize: { commonLabels: { a: '' } } } },
      { source: { kustomize: {} } },
      'spec.source.kustomize.commonLabels',
    ],
    [
      'the order of a list',
      { syncPolicy: { syncOptions: ['A=1', 'B=1'] } },
      { syncPolicy: { syncOptions: ['B=1', 'A=1'] } },
      'spec.syncPolicy.syncOptions[0]',
    ],
    [
      'an item of a list',
      { sources: [{ path: 'a' }, { path: 'b' }] },
      { sources: [{ path: 'a' }, { path: 'c' }] },
      'spec.sources[1].path',
    ],
  ])('%s', (_name, a, b, path) => {
    expect(sameModuloEmpty(asJson(application(a)), asJson(application(b)), APPLICATION_SHAPE)).toBe(false);
    expect(fieldChanges(application(a), application(b)).map((change) => change.path)).toContain(path);
  });

  test('a label with a slash is written with brackets', () => {
    const changes = fieldChanges(
      application({}, { labels: { 'a.example/b': '1' } }),
      application({}, { labels: { 'a.example/b': '2' } }),
    );
    expect(changes).toEqual([{ path: 'metadata.labels["a.example/b"]', before: '1', after: '2' }]);
  });
});

test.each([
  [undefined, [], true],
  [{}, null, true],
  [{ a: [] }, { a: {} }, true],
  [{ a: '' }, {}, false],
  [[{}], [], false],
])('modulo empty: %j and %j → %s', (a, b, equal) => {
  expect(equalModuloEmpty(a, b)).toBe(equal);
});
