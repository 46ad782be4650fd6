/**
 * The smallest JSON merge patch (RFC 7386) that brings a live Application to the desired one. Values
 * are compared in canonical form and written as they were desired, so that an empty but required
 * field inside a list stays. Lists are replaced whole; fields outside the shape are never named.
 */
import type { Application, Json, JsonObject } from '../api/objects.ts';
import { getKey, isJsonObject, setKey } from '../support/json.ts';
import { APPLICATION_SHAPE, type Shape } from './application-shape.ts';
import { asJson, isAbsent, sameModuloEmpty } from './compare.ts';

/** The patch, or undefined when there is nothing to write. */
export function mergePatch(live: Application, desired: Application): JsonObject | undefined {
  const patch = patchOf(asJson(live), asJson(desired), APPLICATION_SHAPE);
  return isJsonObject(patch) ? patch : undefined;
}

/** undefined: no difference; null: the field goes */
function patchOf(live: Json | undefined, desired: Json | undefined, shape: Shape): Json | undefined {
  if (sameModuloEmpty(live, desired, shape)) return undefined;
  if (isAbsent(desired, shape)) return isScalar(desired) ? desired : null;
  if (!isAbsent(live, shape) && isJsonObject(live) && isJsonObject(desired)) {
    switch (shape.is) {
      case 'struct':
        return members(Object.keys(shape.fields), (name) =>
          patchOf(live[name], desired[name], shape.fields[name] as Shape),
        );
      case 'map':
      case 'free':
        return members([...Object.keys(live), ...Object.keys(desired)], (name) =>
          patchOf(getKey(live, name), getKey(desired, name), { is: 'free' }),
        );
      default:
        break;
    }
  }
  return withoutUndefined(desired as Json);
}

const isScalar = (value: Json | undefined): value is string | number | boolean =>
  value !== undefined && typeof value !== 'object';

function members(names: readonly string[], patch: (name: string) => Json | undefined): JsonObject {
  const result: Record<string, Json> = {};
  for (const name of new Set(names)) {
    const value = patch(name);
    if (value !== undefined) setKey(result, name, value);
  }
  return result;
}

function withoutUndefined(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutUndefined(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutUndefined(item as Json)]),
  );
}

/**
 * Whether a patch needs the resourceVersion as precondition: it replaces a list, or touches
 * finalizers, owner references or operation (safety.md, Changing).
 */
export function needsResourceVersion(patch: JsonObject): boolean {
  if ('operation' in patch) return true;
  const metadata = patch.metadata;
  if (isJsonObject(metadata) && ('finalizers' in metadata || 'ownerReferences' in metadata)) return true;
  return holdsList(patch);
}

const holdsList = (value: Json | undefined): boolean =>
  Array.isArray(value) || (isJsonObject(value) && Object.values(value).some(holdsList));
