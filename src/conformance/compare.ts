/**
 * How results are compared with what the reference gave. Inside Applications absent, null, `{}`, `[]`
 * and `""` are the same; lists compare in order, or as multisets where the order is not a contract.
 * Template errors of Go mode agree to the letter up to where a Go library's own words begin; of other
 * errors the part before the first `: ` must agree.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../api/objects.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value with everything empty left out; undefined when nothing remains. An empty item of a list is null. */
export function withoutEmpty(value: Json | undefined): Json | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((item: Json) => withoutEmpty(item) ?? null);
  }
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, item]) => {
    const rest = withoutEmpty(item);
    return rest === undefined ? [] : [[key, rest] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

const show = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
};

/** Differences of two JSON values, one line each, at most as many as asked for. */
export function differences(expected: unknown, actual: unknown, path: string, most = 8): string[] {
  if (isDeepStrictEqual(expected, actual)) return [];
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((item, i) => differences(item, actual[i], `${path}[${i}]`, most)).slice(0, most);
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return keys
      .flatMap((key) => differences(expected[key], actual[key], path === '' ? key : `${path}.${key}`, most))
      .slice(0, most);
  }
  return [`${path}: expected ${show(expected)}, got ${show(actual)}`];
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key] ?? null)]),
  );
}

/** A list in an order that depends on its items alone. */
export function asMultiset(list: readonly Json[]): Json[] {
  return list
    .map((item) => ({ item, text: JSON.stringify(sortKeys(item)) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ item }) => item);
}

const LIBRARY_WORDS = [
  'json: ',
  'yaml: ',
  'invalid character',
  'error unmarshaling',
  'unexpected end of JSON',
  'strconv.',
];

/** Whether two texts agree up to where a Go library's own words begin. */
export function sameUpToLibraryWords(expected: string, actual: string): boolean {
  const starts = LIBRARY_WORDS.map((words) => expected.indexOf(words)).filter((index) => index >= 0);
  if (starts.length === 0) return expected === actual;
  return actual.startsWith(expected.slice(0, Math.min(...starts)));
}

/** Whether two texts agree before their first `: `. */
export function sameLeadingPart(expected: string, actual: string): boolean {
  return expected.split(': ')[0] === actual.split(': ')[0];
}
