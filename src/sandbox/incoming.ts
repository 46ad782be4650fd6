/**
 * Objects as they arrive: made sure to be of the kind, name and namespace that were asked for.
 * Everything wrong here is a 400 in the API server's words.
 */
import type { KubeObject, ObjectMeta } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import { badRequest } from './failures.ts';
import type { Kind } from './kinds.ts';
import { readMeta } from './metadata.ts';

/** The object in a body, with apiVersion, kind and namespace filled in. @throws ApiError 400 */
export function readObject(kind: Kind, namespace: string | undefined, input: unknown): KubeObject {
  if (!isJsonObject(input)) throw badRequest('the body must be an object');
  const metadata = readMeta(input.metadata);
  const { apiVersion = kind.type.apiVersion, kind: named = kind.type.kind } = input;
  if (apiVersion !== kind.type.apiVersion) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${kind.type.apiVersion})`,
    );
  }
  if (named !== kind.type.kind) {
    throw badRequest(
      `${String(named)} in version "${kind.version}" cannot be handled as a ${kind.type.kind}: the kind in the data does not match the expected kind`,
    );
  }
  if (metadata === undefined) throw badRequest('metadata is missing');
  needReadable(kind, metadata);
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

function needReadable(kind: Kind, metadata: ObjectMeta): void {
  for (const [field, fits] of Object.entries(SHAPES)) {
    const value: unknown = metadata[field as keyof ObjectMeta];
    if (value !== undefined && value !== null && !fits(value)) {
      throw badRequest(
        `${kind.type.kind} in version "${kind.version}" cannot be handled as a ${kind.type.kind}: cannot unmarshal metadata.${field}`,
      );
    }
  }
}
