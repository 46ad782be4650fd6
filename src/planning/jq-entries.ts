/**
 * Values on their way through a jq expression, and the places they stand at. A place is a step and the
 * place above it, so that going down costs nothing; what was computed has none.
 */
import type { Json } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { getKey, isJsonObject } from '../support/json.ts';
import { jqFailure, typeName } from './jq-functions.ts';
import type { Path, PathStep } from './json-path.ts';

/** A place as the way to it: the last step and the place above; the document itself has no step. */
export interface Place {
  readonly above: Place | undefined;
  readonly step: PathStep | undefined;
}

/** A value, and where it stands in the document; without a place it was computed. */
export interface Entry {
  readonly value: Json;
  readonly place: Place | undefined;
}
export type Entries = Generator<Entry, void, undefined>;

export const computed = (value: Json): Entry => ({ value, place: undefined });
export const ROOT: Place = { above: undefined, step: undefined };

export function pathOf(place: Place): Path {
  const steps: PathStep[] = [];
  for (let at: Place | undefined = place; at?.step !== undefined; at = at.above) steps.push(at.step);
  return steps.reverse();
}

export const isFailure = (error: unknown): boolean =>
  error instanceof AppsetError && error.code === 'APPSET_E0512';

export const below = (above: Place | undefined, step: PathStep): Place | undefined =>
  above === undefined ? undefined : { above, step };

/** What is taken out of one target; nothing, where it may be missing and is. */
export function suffix(optional: true | undefined, take: () => Iterable<Entry>): readonly Entry[] {
  try {
    return [...take()];
  } catch (error) {
    if (optional && isFailure(error)) return [];
    throw error;
  }
}

export function indexed(target: Entry, key: Json): Entry {
  const { value } = target;
  if (typeof key === 'string') {
    if (value !== null && !isJsonObject(value))
      throw jqFailure(`cannot index ${typeName(value)} with "${key}"`);
    return {
      value: (value === null ? undefined : getKey(value, key)) ?? null,
      place: below(target.place, key),
    };
  }
  if (typeof key === 'number') {
    if (value !== null && !Array.isArray(value))
      throw jqFailure(`cannot index ${typeName(value)} with a number`);
    const index = Math.floor(key);
    const item = value === null ? undefined : (value as readonly Json[]).at(index);
    return { value: item ?? null, place: below(target.place, index) };
  }
  throw jqFailure(`cannot index ${typeName(value)} with ${typeName(key)}`);
}

export function* children(target: Entry): Entries {
  const { value, place } = target;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield { value: item as Json, place: below(place, index) };
    return;
  }
  if (!isJsonObject(value)) throw jqFailure(`cannot iterate over ${typeName(value)}`);
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item !== undefined) yield { value: item, place: below(place, key) };
  }
}
