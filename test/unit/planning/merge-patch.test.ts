/** The smallest merge patch: what is sent, and that it leads where it should. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Application, Json, JsonObject } from '../../../src/api/objects.ts';
import { applicationsEqual, asJson } from '../../../src/planning/compare.ts';
import { applyMergePatch, mergePatch, needsResourceVersion } from '../../../src/planning/merge-patch.ts';

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

test('applied to the live object it gives the desired one; none exactly when they are equal', () => {
  fc.assert(
    fc.property(spec, spec, (a, b) => {
      const live = application(a as JsonObject);
      const desired = application(b as JsonObject);
      const patch = mergePatch(live, desired);
      expect(patch === undefined).toBe(applicationsEqual(live, desired));
      const result = applyMergePatch(asJson(live), patch ?? {}) as unknown as Application;
      expect(applicationsEqual(result, desired)).toBe(true);
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
