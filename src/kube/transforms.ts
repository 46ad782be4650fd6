/**
 * What is left out of objects before they are kept (design §6, Memory): the bookkeeping of the server
 * and of kubectl, which is often larger than the object, and of an Application's status all but what
 * decisions rest on. Objects are copied along the way that changes and shared otherwise.
 */
import { LAST_APPLIED_ANNOTATION } from '../api/names.ts';
import type { JsonObject, KubeObject, ObjectMeta } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';

export type Transform = (object: KubeObject) => KubeObject;

/** Without managedFields. */
export const withoutManagedFields: Transform = (object) => {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
};

/** Without managedFields and the last-applied annotation. */
export const withoutBookkeeping: Transform = (object) => {
  const slim = withoutManagedFields(object);
  const { annotations } = slim.metadata;
  if (annotations?.[LAST_APPLIED_ANNOTATION] === undefined) return slim;
  const { [LAST_APPLIED_ANNOTATION]: _, ...others } = annotations;
  const { annotations: _all, ...rest } = slim.metadata;
  const metadata: ObjectMeta = Object.keys(others).length === 0 ? rest : { ...rest, annotations: others };
  return { ...slim, metadata };
};

/** An Application without bookkeeping, and with the part of its status that is decided on. */
export const slimApplication: Transform = (object) => {
  const slim = withoutBookkeeping(object);
  if (slim.status === undefined) return slim;
  return { ...slim, status: slimStatus(slim.status) };
};

/** Sync, health, operation phase and times, reconciledAt and the compared revision. */
function slimStatus(status: JsonObject): JsonObject {
  const operation = part(status.operationState);
  const kept: Record<string, JsonObject[string]> = {
    ...pick(status, ['reconciledAt']),
    ...nested('health', pick(part(status.health), ['status', 'message', 'lastTransitionTime'])),
    ...nested('sync', pick(part(status.sync), ['status', 'revision', 'revisions'])),
  };
  if (status.operationState !== undefined) {
    kept.operationState = {
      ...pick(operation, ['phase', 'startedAt', 'finishedAt']),
      ...nested('operation', pick(part(operation.operation), ['info'])),
      ...nested('syncResult', pick(part(operation.syncResult), ['revision', 'revisions'])),
    };
  }
  return kept;
}

const part = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

const pick = (from: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));

const nested = (key: string, value: JsonObject): JsonObject =>
  Object.keys(value).length === 0 ? {} : { [key]: value };
