/**
 * Objects as they arrive: made sure to be of the kind, name and namespace that were asked for, and to
 * have metadata that can be read. What is wrong here is refused in the API server's words.
 */
import type { KubeObject, ObjectMeta } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import { badRequest, invalidPatch, wrongKind, wrongVersion } from './failures.ts';
import type { Kind } from './kinds.ts';
import { readMeta } from './metadata.ts';

/**
 * The object in a body, with its namespace filled in; `patched` when it is the result of a patch.
 * @throws ApiError 400, 422
 */
export function readObject(
  kind: Kind,
  namespace: string | undefined,
  input: unknown,
  patched = false,
): KubeObject {
  if (!isJsonObject(input)) throw badRequest('the body must be an object');
  const { apiVersion, kind: named } = input;
  const metadata = readMeta(input.metadata);
  for (const [field, value] of [
    ['Kind', named],
    ['apiVersion', apiVersion],
  ]) {
    if (typeof value === 'string' && value !== '') continue;
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.type.kind}): Object '${String(field)}' is missing in '${JSON.stringify(input)}'`,
    );
  }
  if (apiVersion !== kind.type.apiVersion) {
    if (patched) throw wrongVersion(kind, metadata?.name ?? '', String(apiVersion));
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${kind.type.apiVersion})`,
    );
  }
  if (named !== kind.type.kind) {
    throw wrongKind(kind.group, String(named), kind.type.kind, metadata?.name ?? '');
  }
  const field = metadata === undefined ? 'metadata' : unreadableField(metadata);
  if (metadata === undefined || field !== undefined) {
    const why = `json: cannot unmarshal ${field ?? ''}`;
    throw patched
      ? invalidPatch(input, why)
      : badRequest(
          `${kind.type.kind} in version "${kind.version}" cannot be handled as a ${kind.type.kind}: ${why}`,
        );
  }
  const { namespace: said, ...meta } = metadata;
  if (!kind.type.namespaced) return { ...input, apiVersion, kind: named, metadata: meta } as KubeObject;
  if (said && namespace && said !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const where = namespace || said;
  if (!where) throw badRequest('an empty namespace may not be set during creation');
  return { ...input, apiVersion, kind: named, metadata: { ...meta, namespace: where } } as KubeObject;
}

/** The object is the one the call named. @throws ApiError 400 */
export function needSameName(
  kind: Kind,
  namespace: string | undefined,
  name: string,
  meta: ObjectMeta,
): void {
  if (meta.name !== name) {
    throw badRequest(`the name of the object (${meta.name}) does not match the name on the URL (${name})`);
  }
  if (kind.type.namespaced && meta.namespace !== namespace) {
    throw badRequest(
      `the namespace of the object (${meta.namespace ?? ''}) does not match the namespace on the request (${namespace ?? ''})`,
    );
  }
}

/** What each field of metadata must be, as a decoder of typed metadata would insist; null counts as absent. */
const SHAPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: (value) => typeof value === 'string',
  namespace: (value) => typeof value === 'string',
  generateName: (value) => typeof value === 'string',
  uid: (value) => typeof value === 'string',
  resourceVersion: (value) => typeof value === 'string',
  labels: isTextMap,
  annotations: isTextMap,
  finalizers: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  ownerReferences: (value) => Array.isArray(value) && value.every(isJsonObject),
};

function isTextMap(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every((item) => typeof item === 'string');
}

function unreadableField(metadata: ObjectMeta): string | undefined {
  const field = Object.keys(SHAPES).find((name) => {
    const value: unknown = metadata[name as keyof ObjectMeta];
    return value !== undefined && value !== null && SHAPES[name]?.(value) === false;
  });
  return field === undefined ? undefined : `metadata.${field}`;
}
