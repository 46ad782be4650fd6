/**
 * The functions of jq that path expressions may call, on plain values. Functions that keep or filter
 * paths (`select`, `first`, `recurse` …) are the evaluator's own; these give values. Regular
 * expressions are RE2 and bounded, as everywhere.
 */
import { RE2JS } from 're2js';
import type { Json } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { getKey, isJsonObject, jsonEqual } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';

/** A failure while an expression runs: the expression is skipped, as in the reference. */
export const jqFailure = (message: string): AppsetError => new AppsetError('APPSET_E0512', message);

export const truthy = (value: Json): boolean => value !== null && value !== false;

export function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

const RANKS = ['null', 'false', 'true', 'number', 'string', 'array', 'object'];
const rankOf = (value: Json): number =>
  RANKS.indexOf(typeof value === 'boolean' ? String(value) : typeName(value));

/** jq's order of all values: null, false, true, numbers, strings, arrays, objects. */
export function compareJson(a: Json, b: Json): number {
  const ranks = rankOf(a) - rankOf(b);
  if (ranks !== 0) return ranks;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let index = 0; index < Math.min(a.length, b.length); index++) {
      const order = compareJson(a[index] as Json, b[index] as Json);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const left = Object.keys(a).sort();
    const right = Object.keys(b).sort();
    const keys = compareJson(left, right);
    if (keys !== 0) return keys;
    for (const key of left) {
      const order = compareJson(a[key] as Json, b[key] as Json);
      if (order !== 0) return order;
    }
  }
  return 0;
}

function contains(a: Json, b: Json): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b);
  if (Array.isArray(a) && Array.isArray(b)) {
    return b.every((item: Json) =>
      a.some((other: Json) => typeName(other) === typeName(item) && contains(other, item)),
    );
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    return Object.entries(b).every(
      ([key, item]) => item === undefined || (a[key] !== undefined && contains(a[key], item)),
    );
  }
  if (typeName(a) !== typeName(b)) {
    throw jqFailure(`${typeName(a)} and ${typeName(b)} cannot have their containment checked`);
  }
  return jsonEqual(a, b);
}

/** `+` and `-` of numbers, and `+` of texts and lists; null adds nothing. */
export function sumOf(operator: 'add' | 'subtract', a: Json, b: Json): Json {
  if (typeof a === 'number' && typeof b === 'number') return operator === 'add' ? a + b : a - b;
  if (operator === 'add') {
    if (a === null) return b;
    if (b === null) return a;
    if (typeof a === 'string' && typeof b === 'string') return a + b;
    if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  }
  throw jqFailure(
    `${typeName(a)} and ${typeName(b)} cannot be ${operator === 'add' ? 'added' : 'subtracted'}`,
  );
}

function textOf(value: Json, name: string): string {
  if (typeof value !== 'string') throw jqFailure(`${name} cannot be applied to ${typeName(value)}`);
  return value;
}

function matches(input: Json, pattern: Json, flags: Json): boolean {
  const text = textOf(input, 'test');
  if (text.length > LIMITS.regexInput) throw jqFailure('the text is too long for a regular expression');
  const given = flags === null ? '' : textOf(flags, 'test');
  let bits = 0;
  if (given.includes('i')) bits |= RE2JS.CASE_INSENSITIVE;
  if (given.includes('s')) bits |= RE2JS.DOTALL;
  try {
    return RE2JS.compile(textOf(pattern, 'test'), bits).matcher(text).find();
  } catch (error) {
    if (error instanceof AppsetError) throw error;
    throw new AppsetError('APPSET_E0512', `regular expression ${JSON.stringify(pattern)} cannot be used`, {
      cause: error,
    });
  }
}

function lengthOf(value: Json): number {
  if (value === null) return 0;
  if (typeof value === 'string') return [...value].length;
  if (typeof value === 'number') return Math.abs(value);
  if (Array.isArray(value)) return value.length;
  if (isJsonObject(value)) return Object.keys(value).length;
  throw jqFailure('boolean has no length');
}

function has(value: Json, key: Json): boolean {
  if (isJsonObject(value) && typeof key === 'string') return getKey(value, key) !== undefined;
  if (Array.isArray(value) && typeof key === 'number') return key >= 0 && key < value.length;
  throw jqFailure(`cannot check whether ${typeName(value)} has a ${typeName(key)} key`);
}

type ValueFunction = (input: Json, ...args: Json[]) => Json;

const items = (input: Json): readonly Json[] => {
  if (Array.isArray(input)) return input;
  if (isJsonObject(input)) return Object.values(input).filter((item) => item !== undefined);
  throw jqFailure(`cannot iterate over ${typeName(input)}`);
};

/** By name and number of arguments, as jq writes them: `test/1`. */
export const JQ_FUNCTIONS: ReadonlyMap<string, ValueFunction> = new Map<string, ValueFunction>([
  ['not/0', (input) => !truthy(input)],
  ['length/0', lengthOf],
  ['type/0', typeName],
  ['test/1', (input, pattern) => matches(input, pattern as Json, null)],
  ['test/2', (input, pattern, flags) => matches(input, pattern as Json, flags as Json)],
  [
    'startswith/1',
    (input, text) => textOf(input, 'startswith').startsWith(textOf(text as Json, 'startswith')),
  ],
  ['endswith/1', (input, text) => textOf(input, 'endswith').endsWith(textOf(text as Json, 'endswith'))],
  ['contains/1', (input, other) => contains(input, other as Json)],
  ['inside/1', (input, other) => contains(other as Json, input)],
  ['has/1', (input, key) => has(input, key as Json)],
  ['in/1', (input, object) => has(object as Json, input)],
  ['any/0', (input) => items(input).some(truthy)],
  ['all/0', (input) => items(input).every(truthy)],
  [
    'keys/0',
    (input) =>
      Array.isArray(input)
        ? [...input.keys()]
        : isJsonObject(input)
          ? Object.keys(input).sort()
          : [...items(input)],
  ],
  ['tostring/0', (input) => (typeof input === 'string' ? input : JSON.stringify(input))],
  [
    'tonumber/0',
    (input) => {
      const value = typeof input === 'string' && input.trim() !== '' ? Number(input) : input;
      if (typeof value !== 'number' || Number.isNaN(value))
        throw jqFailure(`cannot read ${typeName(input)} as number`);
      return value;
    },
  ],
  ['ascii_downcase/0', (input) => textOf(input, 'ascii_downcase').replace(/[A-Z]/g, (c) => c.toLowerCase())],
  ['ascii_upcase/0', (input) => textOf(input, 'ascii_upcase').replace(/[a-z]/g, (c) => c.toUpperCase())],
  [
    'ltrimstr/1',
    (input, text) =>
      typeof input === 'string' && typeof text === 'string' && input.startsWith(text)
        ? input.slice(text.length)
        : input,
  ],
  [
    'rtrimstr/1',
    (input, text) =>
      typeof input === 'string' && typeof text === 'string' && text !== '' && input.endsWith(text)
        ? input.slice(0, -text.length)
        : input,
  ],
  ['split/1', (input, text) => textOf(input, 'split').split(textOf(text as Json, 'split'))],
  [
    'join/1',
    (input, text) =>
      items(input)
        .map((item) => (item === null ? '' : String(item)))
        .join(textOf(text as Json, 'join')),
  ],
]);
