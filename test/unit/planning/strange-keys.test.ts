/** Keys that every object inherits or that mean something to JavaScript are keys like any other. */
import { describe, expect, test } from 'vitest';
import type { Application, Json, JsonObject } from '../../../src/api/objects.ts';
import { fieldChanges } from '../../../src/planning/compare.ts';
import { compileIgnoreRules, ignoredPlaces } from '../../../src/planning/ignored-paths.ts';
import { keepIgnored } from '../../../src/planning/keep-ignored.ts';
import { mergePatch } from '../../../src/planning/merge-patch.ts';
import { preserveEntries } from '../../../src/planning/preserve.ts';
import { applyMergePatch, jsonEqual } from '../../../src/support/json.ts';
import { rendered } from './plan-fixtures.ts';

/** JSON as it arrives: `__proto__` is an own key there. */
const json = (text: string): JsonObject => JSON.parse(text) as JsonObject;
const KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

const annotated = (annotations: JsonObject): Application => {
  const application = rendered('a');
  return { ...application, metadata: { ...application.metadata, annotations } } as Application;
};
const withValues = (values: Json): Application =>
  rendered('a', { source: { repoURL: 'r', helm: { valuesObject: values } } });

describe.each(KEYS)('the key %s', (key) => {
  const one = json(`{"${key}": "1", "b": "2"}`);
  const other = json(`{"b": "2"}`);

  test('of an annotation is taken off, put on and changed', () => {
    const patch = (live: JsonObject, desired: JsonObject) =>
      JSON.stringify(mergePatch(annotated(live), annotated(desired)));
    expect(patch(one, other)).toBe(`{"metadata":{"annotations":{"${key}":null}}}`);
    expect(patch(other, one)).toBe(`{"metadata":{"annotations":{"${key}":"1"}}}`);
    expect(patch(one, json(`{"${key}": "3", "b": "2"}`))).toBe(`{"metadata":{"annotations":{"${key}":"3"}}}`);
    expect(mergePatch(annotated(one), annotated(one))).toBeUndefined();
  });

  test('of Helm values is seen to differ, and said to', () => {
    const [live, desired] = [withValues(json(`{"a": {}}`)), withValues(json(`{"a": {"${key}": {"x": 1}}}`))];
    const patch = mergePatch(live, desired);
    expect(JSON.stringify(patch)).toContain(`{"a":{"${key}":{"x":1}}}`);
    expect(fieldChanges(live, desired)).toMatchObject([{ before: undefined, after: { x: 1 } }]);
    expect(fieldChanges(desired, live)).toMatchObject([{ before: { x: 1 }, after: undefined }]);
    expect(jsonEqual(json(`{"${key}": 1}`), json('{"z": 1}'))).toBe(false);
  });

  test('of a merge patch is set and removed', () => {
    const set = applyMergePatch({}, json(`{"${key}": {"x": 1}}`));
    expect(JSON.stringify(set)).toBe(`{"${key}":{"x":1}}`);
    expect(JSON.stringify(applyMergePatch(set, json(`{"${key}": null}`)))).toBe('{}');
  });

  test('of a preserved annotation is preserved', () => {
    const kept = preserveEntries({}, one as Record<string, string>, new Set([key]), true);
    expect(JSON.stringify(kept)).toBe(`{"${key}":"1"}`);
  });

  test('of an ignored place keeps the live value, and is removed where both sides lose it', () => {
    const document = json(`{"spec": {"${key}": 1, "b": 2}}`);
    const rules = compileIgnoreRules({ ignoreApplicationDifferences: [{ jsonPointers: [`/spec/${key}`] }] });
    const { paths, remaining } = ignoredPlaces(rules, 'a', document);
    expect(paths).toEqual([['spec', key]]);
    expect(JSON.stringify(remaining)).toBe('{"spec":{"b":2}}');
    expect(JSON.stringify(keepIgnored(document, json('{"spec": {"b": 3}}'), paths, []))).toBe(
      `{"spec":{"b":3,"${key}":1}}`,
    );
  });
});
