/**
 * Equality of Applications modulo empty, and the differences for people (spec
 * controller-and-operations §3.3). Both sides are brought to one canonical form by the shape of the
 * type: zero values that equal absence are gone, pointers to zero stay, unknown fields do not exist.
 * Nothing here decides what to write.
 */
import type { Application, Json, JsonObject } from '../api/objects.ts';
import { getKey, isJsonObject, jsonEqual, setKey } from '../support/json.ts';
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

/** Whether a value of the shape equals absence; `canonical` of it is undefined then. */
export function isAbsent(value: Json | undefined, shape: Shape): boolean {
  if (value === undefined || value === null) return true;
  switch (shape.is) {
    case 'scalar':
      return value === '' || value === 0 || value === false;
    case 'pointer':
    case 'free':
      return false;
    case 'scalars':
      return Array.isArray(value) && value.length === 0;
    case 'map':
      return !isJsonObject(value) || Object.values(value).every((item) => item === undefined);
    case 'list':
      return !Array.isArray(value) || value.length === 0;
    case 'struct':
      if (!isJsonObject(value)) return true;
      if (shape.pointer) return false;
      return Object.entries(shape.fields).every(([name, field]) => isAbsent(value[name], field));
  }
}

/**
 * Equality of two values of a shape, modulo empty: equal canonical forms, found without making them,
 * because most of what is compared is equal.
 */
export function sameModuloEmpty(a: Json | undefined, b: Json | undefined, shape: Shape): boolean {
  if (a === b) return true;
  if (shape.is === 'struct' && isJsonObject(a) && isJsonObject(b)) {
    for (const name in shape.fields) {
      if (!sameModuloEmpty(a[name], b[name], shape.fields[name] as Shape)) return false;
    }
    return true;
  }
  const absent = isAbsent(a, shape);
  if (absent || isAbsent(b, shape)) return absent && isAbsent(b, shape);
  if (shape.is === 'free') return sameWithoutNulls(a as Json, b as Json);
  if (shape.is === 'list' && Array.isArray(a) && Array.isArray(b)) {
    const { items } = shape;
    const item = (value: Json): Json => (isAbsent(value, items) ? {} : value);
    return (
      a.length === b.length &&
      a.every((one: Json, index) => sameModuloEmpty(item(one), item(b[index] as Json), items))
    );
  }
  return jsonEqual(a, b);
}

function sameWithoutNulls(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: Json, index) => sameWithoutNulls(item, b[index] as Json));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const isThere = (value: Json | undefined): value is Json => value !== undefined && value !== null;
  let count = 0;
  for (const [key, item] of Object.entries(a)) {
    if (!isThere(item)) continue;
    const other = getKey(b, key);
    if (!isThere(other) || !sameWithoutNulls(item, other)) return false;
    count++;
  }
  return Object.values(b).filter(isThere).length === count;
}

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
