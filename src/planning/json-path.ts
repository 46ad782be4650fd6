/**
 * Places inside a JSON document, and taking values out of them. A path is made of object keys and
 * array indexes; a slice may stand at its end. Documents are never changed in place.
 */
import type { Json, JsonObject } from '../api/objects.ts';
import { getKey, isJsonObject, setKey } from '../support/json.ts';

export interface Slice {
  readonly from: number | undefined;
  readonly to: number | undefined;
}
export type PathStep = string | number | Slice;
export type Path = readonly PathStep[];
/** a path without slices and with indexes that count from the start */
export type PlainPath = readonly (string | number)[];

const isSlice = (step: PathStep): step is Slice => typeof step === 'object';

/** First and last (exclusive) index of a slice over `length` items, as jq counts. */
export function sliceBounds(slice: Slice, length: number): readonly [number, number] {
  const clamp = (value: number) => Math.max(0, Math.min(length, value < 0 ? value + length : value));
  const from = clamp(Math.floor(slice.from ?? 0));
  return [from, Math.max(from, clamp(Math.ceil(slice.to ?? length)))];
}

function valueAt(document: Json | undefined, path: PlainPath): Json | undefined {
  let value = document;
  for (const step of path) {
    if (typeof step === 'string') value = isJsonObject(value) ? getKey(value, step) : undefined;
    else value = Array.isArray(value) ? (value[step] as Json | undefined) : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

/** The existing plain paths a path stands for: slices become their items, negative indexes positive ones. */
export function plainPaths(document: Json | undefined, path: Path): readonly PlainPath[] {
  const single = path.some(isSlice) ? undefined : plainPath(document, path as PlainPath);
  if (single !== undefined) return single;
  let found: { at: PlainPath; value: Json | undefined; base: number }[] = [
    { at: [], value: document, base: 0 },
  ];
  for (const [position, step] of path.entries()) {
    const next: typeof found = [];
    for (const { at, value, base } of found) {
      if (isSlice(step)) {
        if (!Array.isArray(value)) continue;
        const [from, to] = sliceBounds(step, value.length);
        if (position === path.length - 1) {
          for (let index = from; index < to; index++) {
            next.push({ at: [...at, base + index], value: value[index] as Json, base: 0 });
          }
        } else next.push({ at, value: value.slice(from, to), base: base + from });
      } else if (typeof step === 'number') {
        if (!Array.isArray(value)) continue;
        const index = step < 0 ? step + value.length : step;
        if (index in value) next.push({ at: [...at, base + index], value: value[index] as Json, base: 0 });
      } else if (isJsonObject(value) && value[step] !== undefined) {
        next.push({ at: [...at, step], value: value[step], base: 0 });
      }
    }
    found = next;
  }
  return found.map(({ at }) => at);
}

/** The path of one place, with its indexes counted from the start; empty when it does not exist. */
function plainPath(document: Json | undefined, path: PlainPath): readonly PlainPath[] {
  const plain: (string | number)[] = [];
  let value = document;
  for (const step of path) {
    const at = typeof step === 'number' && step < 0 && Array.isArray(value) ? step + value.length : step;
    value = valueAt(value, [at]);
    if (value === undefined) return [];
    plain.push(at);
  }
  return [plain];
}

/** The document without the values at the paths; all paths speak of the document as given. */
export function removePaths(document: Json, paths: readonly PlainPath[]): Json {
  if (paths.length === 0) return document;
  const children = new Map<string | number, PlainPath[]>();
  for (const path of paths) {
    const [step, ...rest] = path;
    if (step === undefined) return null;
    const siblings = children.get(step);
    if (siblings === undefined) children.set(step, [rest]);
    else siblings.push(rest);
  }
  const gone = (step: string | number) => children.get(step)?.some((rest) => rest.length === 0) === true;
  if (Array.isArray(document)) {
    return document
      .map((item: Json, index) => ({ item, index }))
      .filter(({ index }) => !gone(index))
      .map(({ item, index }) => removePaths(item, children.get(index) ?? []));
  }
  if (!isJsonObject(document)) return document;
  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(document as JsonObject)) {
    if (value !== undefined && !gone(key)) setKey(result, key, removePaths(value, children.get(key) ?? []));
  }
  return result;
}
