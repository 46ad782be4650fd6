/**
 * The fields of a generator entry: which are generators, in the order the reference runs them (spec
 * generators §0.5), and readers that narrow a field of a generator's spec or say what is wrong with it.
 */

import { GENERATOR_FIELDS } from '../api/generator-fields.ts';
import type { Json, JsonObject } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';

export const isCombinator = (field: string): boolean => field === 'matrix' || field === 'merge';

/** The generator fields that are set on an entry; null is not set. */
export function generatorFields(entry: JsonObject): readonly string[] {
  return GENERATOR_FIELDS.filter((field) => entry[field] !== undefined && entry[field] !== null);
}

function wrong(field: string, want: string): AppsetError {
  return new AppsetError('APPSET_E0201', `${field} must be ${want}`, { place: { field } });
}

/** A string; '' when absent. */
export function stringField(spec: JsonObject, field: string): string {
  const value = spec[field];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw wrong(field, 'a string');
  return value;
}

/** A boolean; false when absent. */
export function booleanField(spec: JsonObject, field: string): boolean {
  const value = spec[field];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw wrong(field, 'true or false');
  return value;
}

/** A list; empty when absent. */
export function listField(spec: JsonObject, field: string): readonly Json[] {
  const value = spec[field];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(field, 'a list');
  return value;
}

/** A map of strings; empty when absent. */
export function stringMapField(spec: JsonObject, field: string): Readonly<Record<string, string>> {
  const value = spec[field];
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(field, 'a map of strings');
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== 'string') throw wrong(`${field}.${key}`, 'a string');
  }
  return value as Readonly<Record<string, string>>;
}

/** What a list of `{path, exclude}` takes, and what it leaves out again. */
export interface PathItems {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** `[{path, exclude}]` of the git generator, split. */
export function pathItems(spec: JsonObject, field: string): PathItems {
  const include: string[] = [];
  const exclude: string[] = [];
  listField(spec, field).forEach((item, index) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      throw wrong(`${field}[${index}]`, 'an object with a path');
    }
    const { path, exclude: out } = item as JsonObject;
    if (path !== undefined && typeof path !== 'string') throw wrong(`${field}[${index}].path`, 'a string');
    (out === true ? exclude : include).push(path ?? '');
  });
  return { include, exclude };
}
