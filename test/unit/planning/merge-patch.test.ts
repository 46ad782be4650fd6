/** The smallest merge patch: what is sent, and that it leads where it should. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Application, Json, JsonObject } from '../../../src/api/objects.ts';
import { APPLICATION_SHAPE } from '../../../src/planning/application-shape.ts';
import { asJson, canonical, sameModuloEmpty } from '../../../src/planning/compare.ts';
import { mergePatch, needsResourceVersion } from '../../../src/planning/merge-patch.ts';
import { applyMergePatch, jsonEqual } from '../../../src/support/json.ts';

const application = (spec: JsonObject, metadata: JsonObject = {}): Application =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd', ...metadata },
    spec: { project: 'default', ...spec },
  }) as unknown as Application;

describe('the patch', () => {
  test.each<[string, JsonObject, JsonObject, Json | undefined]>([
    ['nothing for nothing', { info: [] }, {}, undefined],
    [
      'only the field that differs',
      { source: { path: 'a', repoURL: 'r' } },
      { source: { path: 'b', repoURL: 'r' } },
      { spec: { source: { path: 'b' } } },
    ],
    [
      'null for what goes',
      { source: { path: 'a', chart: 'c' } },
      { source: { path: 'a' } },
      { spec: { source: { chart: null } } },
    ],
    [
      'a list whole, with empty but required fields',
      { info: [{ name: 'a', value: 'x' }] },
      { info: [{ name: 'a', value: '' }] },
      { spec: { info: [{ name: 'a', value: '' }] } },
    ],
    [
      'an empty block as such',
      {},
      { syncPolicy: { automated: {} } },
      { spec: { syncPolicy: { automated: {} } } },
    ],
    [
      'keys of free JSON one by one',
      { source: { helm: { valuesObject: { a: 1, b: 2 } } } },
      { source: { helm: { valuesObject: { a: 1, c: 3 } } } },
      { spec: { source: { helm: { valuesObject: { b: null, c: 3 } } } } },
    ],
    [
      'never a field the type does not have',
      { source: { path: 'a', foreign: 1 } },
      { source: { path: 'b' } },
      { spec: { source: { path: 'b' } } },
    ],
    [
      'a zero as it was desired',
      { source: { helm: { skipCrds: true, version: 'v3' } } },
      { source: { helm: { skipCrds: false, version: 'v3' } } },
      { spec: { source: { helm: { skipCrds: false } } } },
    ],
  ])('%s', (_name, live, desired, patch) => {
    expect(mergePatch(application(live), application(desired))).toEqual(patch);
  });
});

const text = fc.constantFrom('', 'a', 'b', 'c');
const source = fc.record(
  {
    repoURL: text,
    path: text,
    targetRevision: text,
    helm: fc.record(
      {
        releaseName: text,
        skipCrds: fc.boolean(),
        valueFiles: fc.array(text, { maxLength: 2 }),
        parameters: fc.array(fc.record({ name: text, value: text }, { requiredKeys: [] }), { maxLength: 2 }),
        valuesObject: fc.dictionary(
          fc.constantFrom('k', 'l', 'm'),
          fc.oneof(text, fc.integer(), fc.dictionary(fc.constantFrom('x', 'y'), text)),
        ),
      },
      { requiredKeys: [] },
    ),
    kustomize: fc.record(
      { commonLabels: fc.dictionary(fc.constantFrom('k', 'l'), text), namePrefix: text },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const spec = fc.record(
  {
    source,
    sources: fc.array(source, { maxLength: 2 }),
    revisionHistoryLimit: fc.integer({ min: 0, max: 2 }),
    syncPolicy: fc.record(
      {
        automated: fc.record({ prune: fc.boolean(), enabled: fc.boolean() }, { requiredKeys: [] }),
        syncOptions: fc.array(text, { maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

/** By the canonical forms, which the code under test never makes. */
const equal = (a: Application, b: Application): boolean =>
  jsonEqual(canonical(asJson(a), APPLICATION_SHAPE), canonical(asJson(b), APPLICATION_SHAPE));

test('equality modulo empty is equality of the canonical forms', () => {
  const empty = fc.constantFrom<Json>(null, '', 0, false, [], {});
  const values = fc.oneof(empty, fc.jsonValue() as fc.Arbitrary<Json>);
  const any = fc.record(
    {
      project: values,
      source: fc.oneof(values, fc.record({ path: values, helm: fc.record({ valuesObject: values }) })),
      sources: fc.oneof(values, fc.array(fc.oneof(values, source))),
      destination: values,
      syncPolicy: fc.oneof(values, fc.record({ automated: values, retry: values, syncOptions: values })),
      revisionHistoryLimit: values,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(any, any, (a, b) => {
      for (const other of [b, JSON.parse(JSON.stringify(a)) as JsonObject]) {
        const [left, right] = [application(a as JsonObject), application(other as JsonObject)];
        expect(sameModuloEmpty(asJson(left), asJson(right), APPLICATION_SHAPE)).toBe(equal(left, right));
      }
    }),
    { numRuns: 500 },
  );
});

test('applied to the live object it gives the desired one; none exactly when they are equal', () => {
  fc.assert(
    fc.property(spec, spec, (a, b) => {
      const live = application(a as JsonObject);
      const desired = application(b as JsonObject);
      const patch = mergePatch(live, desired);
      expect(patch === undefined).toBe(equal(live, desired));
      const result = applyMergePatch(asJson(live), patch ?? {}) as unknown as Application;
      expect(equal(result, desired)).toBe(true);
    }),
  );
});

test.each<[JsonObject, boolean]>([
  [{ spec: { source: { path: 'a' } } }, false],
  [{ metadata: { labels: { a: 'b' } } }, false],
  [{ metadata: { finalizers: null } }, true],
  [{ metadata: { ownerReferences: [] } }, true],
  [{ operation: null }, true],
  [{ spec: { syncPolicy: { syncOptions: [] } } }, true],
])('%j needs the resourceVersion: %s', (patch, needed) => {
  expect(needsResourceVersion(patch)).toBe(needed);
});
