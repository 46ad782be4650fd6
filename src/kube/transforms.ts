/**
 * What is left out of objects before they are kept (design §6, Memory): the bookkeeping of the server
 * and of kubectl, which is often larger than the object, and of an Application's status all but what
 * decisions rest on. Objects are copied along the way that changes and shared otherwise.
 */
import { ARGO_CONTROLLER, LAST_APPLIED_ANNOTATION } from '../api/names.ts';
import type { JsonObject, KubeObject, ObjectMeta } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';

export type Transform = (object: KubeObject) => KubeObject;

/** Without managedFields. */
export const withoutManagedFields: Transform = (object) => {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
};

/**
 * Of managedFields only when one manager wrote, and only while nobody wrote after it: who looks at two
 * states of an object sees whether it was that one.
 */
export const lastWriteOf =
  (manager: string): Transform =>
  (object) => {
    const { managedFields } = object.metadata;
    if (managedFields === undefined) return object;
    const timeOf = ({ time }: JsonObject): string => (typeof time === 'string' ? time : '');
    const newest = managedFields.map(timeOf).sort().at(-1) ?? '';
    const isLast = managedFields.some((entry) => entry.manager === manager && timeOf(entry) === newest);
    const slim = withoutManagedFields(object);
    if (!isLast) return slim;
    return { ...slim, metadata: { ...slim.metadata, managedFields: [{ manager, time: newest }] } };
  };

const lastWriteOfReference = lastWriteOf(ARGO_CONTROLLER);

/** Without managedFields and the last-applied annotation. */
export const withoutBookkeeping: Transform = (object) => withoutLastApplied(withoutManagedFields(object));

const withoutLastApplied: Transform = (slim) => {
  const { annotations } = slim.metadata;
  if (annotations?.[LAST_APPLIED_ANNOTATION] === undefined) return slim;
  const { [LAST_APPLIED_ANNOTATION]: _, ...others } = annotations;
  const { annotations: _all, ...rest } = slim.metadata;
  const metadata: ObjectMeta = Object.keys(others).length === 0 ? rest : { ...rest, annotations: others };
  return { ...slim, metadata };
};

/** A set without bookkeeping but for the last write of the reference's controller. */
export const slimSet: Transform = lastWriteOfReference;

/** An Application without bookkeeping but for that, and with the part of its status that is decided on. */
export const slimApplication: Transform = (object) => {
  const slim = withoutLastApplied(lastWriteOfReference(object));
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
