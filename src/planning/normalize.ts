/**
 * The normalisation of an Application's spec before it is written or compared (spec
 * controller-and-operations §3.1): an empty project becomes `default`, blocks without content vanish.
 * Validation runs before it, on the values as generated. What is normal already is returned as it is.
 */

import { DEFAULT_PROJECT } from '../api/names.ts';
import type { Application, Json, JsonObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';

/** The zero value of a Go struct, as its JSON shows: nothing set, at any depth. */
function isZero(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.values(value).every(isZero);
}

function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** `valuesObject` is a pointer to raw JSON: `{}` in it is something. */
const isZeroBlock = (block: Json | undefined): boolean =>
  isZero(block) && !(isJsonObject(block) && block.valuesObject !== undefined && block.valuesObject !== null);

function normalizeSource(source: JsonObject): JsonObject {
  const empty = ['helm', 'kustomize', 'directory'].filter(
    (key) => source[key] !== undefined && isZeroBlock(source[key]),
  );
  return empty.length === 0 ? source : without(source, empty);
}

function normalizeSources(spec: JsonObject): JsonObject {
  const { sources, source } = spec;
  if (Array.isArray(sources) && sources.length > 0) {
    const normal = sources.map((item: Json) => (isJsonObject(item) ? normalizeSource(item) : item));
    return normal.every((item, index) => item === sources[index]) ? spec : { ...spec, sources: normal };
  }
  if (!isJsonObject(source)) return spec;
  const normal = normalizeSource(source);
  return normal === source ? spec : { ...spec, source: normal };
}

/** `automated: {}`, `retry: {}` and `managedNamespaceMetadata: {}` are pointers that are set. */
function isEmptySyncPolicy(policy: Json | undefined): boolean {
  if (!isJsonObject(policy)) return policy === null;
  const { automated, retry, managedNamespaceMetadata, syncOptions } = policy;
  const options = Array.isArray(syncOptions) && syncOptions.length > 0;
  return !options && [automated, retry, managedNamespaceMetadata].every((part) => !isJsonObject(part));
}

/** The spec as it is written. */
export function normalizeSpec(spec: JsonObject): JsonObject {
  let normal = spec;
  if (isZero(normal.project)) normal = { ...normal, project: DEFAULT_PROJECT };
  if ('syncPolicy' in normal && isEmptySyncPolicy(normal.syncPolicy))
    normal = without(normal, ['syncPolicy']);
  return normalizeSources(normal);
}

/** The Application with its spec as it is written. */
export function normalizeApplication(application: Application): Application {
  const spec = normalizeSpec(application.spec);
  return spec === application.spec ? application : { ...application, spec };
}
