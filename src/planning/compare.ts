/**
 * Equality of Applications modulo empty, and the differences for people (spec
 * controller-and-operations §3.3). Both sides are brought to one canonical form by the shape of the
 * type: zero values that equal absence are gone, pointers to zero stay, unknown fields do not exist.
 * Nothing here decides what to write.
 */
import type { Application, Json, JsonObject } from '../api/objects.ts';
import { getKey, isJsonObject, setKey } from '../support/json.ts';
import { APPLICATION_SHAPE, type Shape } from './application-shape.ts';

/** One difference for people; an absent side is undefined. */
export interface FieldChange {
  /** `spec.source.targetRevision`, `spec.sources[1].path`, `metadata.labels["a/b"]` */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** The canonical form of a value of the shape; undefined where it equals absence. */
export function canonical(value: Json | undefined, shape: Shape): Json | undefined {
  if (value === undefined || value === null) return undefined;
  switch (shape.is) {
    case 'scalar':
      return value === '' || value === 0 || value === false ? undefined : value;
    case 'pointer':
      return value;
    case 'free':
      return withoutNulls(value);
    case 'scalars':
      return Array.isArray(value) && value.length === 0 ? undefined : value;
    case 'map': {
      const entries = isJsonObject(value)
        ? Object.entries(value).filter(([, item]) => item !== undefined)
        : [];
      return entries.length === 0 ? undefined : Object.fromEntries(entries);
    }
    case 'list': {
      if (!Array.isArray(value) || value.length === 0) return undefined;
      return value.map((item: Json) => canonical(item, shape.items) ?? {});
    }
    case 'struct': {
      if (!isJsonObject(value)) return undefined;
      const result: Record<string, Json> = {};
      for (const [name, field] of Object.entries(shape.fields)) {
        const inner = canonical(value[name], field);
        if (inner !== undefined) result[name] = inner;
      }
      return Object.keys(result).length === 0 && !shape.pointer ? undefined : result;
    }
  }
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutNulls(item));
  if (!isJsonObject(value)) return value;
  const result: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined && item !== null) setKey(result, key, withoutNulls(item));
  }
  return result;
}

/** Deep equality of JSON; the order of keys does not count, an undefined member is no member. */
export function jsonEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a === undefined || b === undefined) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item: Json, index) => jsonEqual(item, b[index] as Json));
  }
  const left = a as JsonObject;
  const right = b as JsonObject;
  const keys = Object.keys(left).filter((key) => left[key] !== undefined);
  if (keys.length !== Object.keys(right).filter((key) => right[key] !== undefined).length) return false;
  return keys.every((key) => {
    const other = getKey(right, key);
    return other !== undefined && jsonEqual(left[key], other);
  });
}

/** Equality of two values of a shape, modulo empty. */
export const sameModuloEmpty = (a: Json | undefined, b: Json | undefined, shape: Shape): boolean =>
  jsonEqual(canonical(a, shape), canonical(b, shape));

/** Whether two values are equal where absent, null, `{}` and `[]` count as the same at any depth. */
export function equalModuloEmpty(a: unknown, b: unknown): boolean {
  return jsonEqual(pruned(a as Json | undefined), pruned(b as Json | undefined));
}

function pruned(value: Json | undefined): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) {
    return value.length === 0 ? undefined : value.map((item: Json) => pruned(item) ?? {});
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value)
    .map(([key, item]) => [key, pruned(item)] as const)
    .filter(([, item]) => item !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as JsonObject);
}

/** An Application as plain JSON, for the functions that work by shape. */
export const asJson = (application: Application): JsonObject => application as unknown as JsonObject;

export const applicationsEqual = (a: Application, b: Application): boolean =>
  sameModuloEmpty(asJson(a), asJson(b), APPLICATION_SHAPE);

/** Every difference between two Applications, leaf by leaf, in order of path. */
export function fieldChanges(before: Application, after: Application): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  collect(
    canonical(asJson(before), APPLICATION_SHAPE),
    canonical(asJson(after), APPLICATION_SHAPE),
    '',
    changes,
  );
  return changes;
}

function collect(before: Json | undefined, after: Json | undefined, path: string, into: FieldChange[]): void {
  if (jsonEqual(before, after)) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    for (const key of keys) collect(getKey(before, key), getKey(after, key), joined(path, key), into);
    return;
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    before.forEach((item: Json, index) => {
      collect(item, after[index] as Json, `${path}[${index}]`, into);
    });
    return;
  }
  into.push({ path, before, after });
}

const joined = (path: string, key: string): string => {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
};
