/**
 * Kubernetes strategic merge patch over an Application (spec generators §6). Of its type only three
 * things matter: `metadata.finalizers` is a set that is united, every other list is replaced whole, and
 * `helm.valuesObject` has no schema, so that a map or list on both sides inside it is an error.
 * Directives are honoured: `$patch`, `$retainKeys`, `$deleteFromPrimitiveList/finalizers`.
 * Neither side is changed; the result shares what was not touched.
 */
import type { Json, JsonObject } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject as isObject, setKey } from '../support/json.ts';
import { sprintf } from './format/index.ts';
import { fromJson } from './values.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

type Fields = Record<string, Json | undefined>;

const kindOf = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;

const fail = (message: string): AppsetError => new AppsetError('APPSET_E0304', message);

/** What is added whole loses its nulls, and whatever holds a `$patch` directive; undefined: all of it. */
function asAddition(value: Json): Json | undefined {
  if (Array.isArray(value)) {
    return value.flatMap((item: Json) => {
      const kept = asAddition(item);
      return kept === undefined ? [] : [kept];
    });
  }
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  const out: Fields = {};
  for (const [key, item] of Object.entries(value)) {
    const kept = item === undefined || item === null ? undefined : asAddition(item);
    if (kept !== undefined) setKey(out, key, kept);
  }
  return out;
}

const isDirective = (key: string): boolean =>
  key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER);

function retain(original: Fields, patch: JsonObject): Fields {
  const list = patch[RETAIN_KEYS];
  if (list === undefined) return original;
  if (!Array.isArray(list)) throw fail('invalid patch format of retainKeys');
  const kept = new Set<Json>(list);
  for (const [key, value] of Object.entries(patch)) {
    if (isDirective(key) || value === null) continue;
    if (!kept.has(key)) throw fail('invalid patch format of retainKeys');
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => kept.has(key)));
}

/**
 * The union in Kubernetes' order: the patch's items as the patch has them, and the items only the
 * original has before the first of them that stands behind them in the original, else at the end.
 */
function union(original: readonly Json[], patch: readonly Json[]): Json[] {
  const right = [...new Set(patch)];
  const rest = original.filter((item, index) => !right.includes(item) && original.indexOf(item) === index);
  const merged: Json[] = [];
  for (const item of right) {
    const at = original.indexOf(item);
    while (at >= 0 && rest[0] !== undefined && original.indexOf(rest[0]) < at)
      merged.push(...rest.splice(0, 1));
    merged.push(item);
  }
  return [...merged, ...rest];
}

/** `path` is the object's own: `[]` is the Application, `['metadata']` its metadata. */
function mergeObjects(original: JsonObject, patch: JsonObject, path: readonly string[]): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive !== undefined) {
    if (directive === 'delete') return {};
    if (directive !== 'replace') {
      throw fail(sprintf('unknown patch type: %s in map: %v', [fromJson(directive), fromJson(patch)]));
    }
    return Object.fromEntries(Object.entries(patch).filter(([key]) => key !== DIRECTIVE));
  }
  const out = retain({ ...original }, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined || key === RETAIN_KEYS || key.startsWith(SET_ORDER)) continue;
    if (key.startsWith(DELETE_FROM)) {
      deleteFrom(out, key.slice(DELETE_FROM.length), value);
    } else if (value === null) {
      delete out[key];
    } else {
      const existing = Object.hasOwn(out, key) ? out[key] : undefined;
      const merged = mergeValues(existing, value, key, path);
      if (merged === undefined) delete out[key];
      else setKey(out, key, merged);
    }
  }
  return out;
}

function deleteFrom(out: Fields, key: string, value: Json): void {
  const existing = out[key];
  if (!Array.isArray(existing) || !Array.isArray(value)) return;
  const gone = new Set<Json>(value);
  out[key] = existing.filter((item: Json) => !gone.has(item));
}

function mergeValues(
  existing: Json | undefined,
  value: Json,
  key: string,
  path: readonly string[],
): Json | undefined {
  if (existing === undefined || existing === null || kindOf(existing) !== kindOf(value)) {
    return asAddition(value);
  }
  const schemaless = path.at(-1) === 'valuesObject' && path.at(-2) === 'helm';
  if (schemaless && typeof value === 'object') {
    throw fail(`unable to find api field in struct RawExtension for the json field ${JSON.stringify(key)}`);
  }
  if (Array.isArray(existing) && Array.isArray(value)) {
    const united = path.length === 1 && path[0] === 'metadata' && key === 'finalizers';
    return united ? union(existing, value) : value;
  }
  if (isObject(existing) && isObject(value)) return mergeObjects(existing, value, [...path, key]);
  return value;
}

/**
 * The Application after the patch.
 *
 * @throws AppsetError APPSET_E0304 with the reference's text
 */
export function strategicMerge(application: JsonObject, patch: JsonObject): JsonObject {
  return mergeObjects(application, patch, []);
}
