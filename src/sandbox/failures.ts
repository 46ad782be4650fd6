/**
 * The refusals of the sandbox, with the codes, reasons and words of a Kubernetes API server, because
 * clients and people look for those words. Every one is an `ApiError`; nothing else is thrown here.
 */
import { ApiError, type StatusCause } from '../api/client.ts';
import type { JsonObject } from '../api/objects.ts';

/** What a message needs to know of a kind. */
export interface KindName {
  readonly group: string;
  readonly type: { readonly plural: string; readonly kind: string };
}

/** `applications.argoproj.io`, or `secrets` in the core group. */
export const resourceName = ({ group, type }: KindName): string =>
  group === '' ? type.plural : `${type.plural}.${group}`;

/** `Application.argoproj.io`, or `Secret` in the core group. */
export const kindName = ({ group, type }: KindName): string =>
  group === '' ? type.kind : `${type.kind}.${group}`;

export const notFound = (kind: KindName, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${resourceName(kind)} "${name}" not found`);

export const namespaceNotFound = (name: string): ApiError =>
  new ApiError(404, 'NotFound', `namespaces "${name}" not found`);

/** No such resource type, subresource or path. */
export const noSuchResource = (): ApiError =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource');

export const alreadyExists = (kind: KindName, name: string, terminating: boolean): ApiError =>
  new ApiError(
    409,
    'AlreadyExists',
    `${terminating ? 'object is being deleted: ' : ''}${resourceName(kind)} "${name}" already exists`,
  );

/** 409 Conflict; `why` is the sentence after the colon. */
export const conflict = (
  resource: string,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): ApiError =>
  new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${resource} "${name}": ${why}`);

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

export const forbidden = (kind: KindName, name: string, why: string): ApiError =>
  new ApiError(403, 'Forbidden', `${resourceName(kind)} "${name}" is forbidden: ${why}`);

export const methodNotAllowed = (): ApiError =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');

/** A resourceVersion or continue token that is older than what is remembered. */
export const expired = (message: string): ApiError => new ApiError(410, 'Expired', message);

/** One thing wrong with an object: field path and the sentence about it. */
export interface Fault {
  readonly field: string;
  /** such as `Invalid value: "x": field is immutable` */
  readonly text: string;
  /** FieldValueInvalid, FieldValueRequired, FieldValueForbidden, … */
  readonly reason: string;
}

export const invalidValue = (field: string, value: unknown, why: string): Fault => ({
  field,
  text: `Invalid value: ${typeof value === 'object' && value !== null ? JSON.stringify(value) : typeof value === 'string' ? JSON.stringify(value) : String(value)}: ${why}`,
  reason: 'FieldValueInvalid',
});

export const requiredValue = (field: string, why: string): Fault => ({
  field,
  text: `Required value: ${why}`,
  reason: 'FieldValueRequired',
});

export const forbiddenValue = (field: string, why: string): Fault => ({
  field,
  text: `Forbidden: ${why}`,
  reason: 'FieldValueForbidden',
});

/** 422 Invalid with one cause a fault, worded as field.ErrorList is. */
export function invalid(kind: KindName, name: string, faults: readonly Fault[]): ApiError {
  const lines = faults.map((fault) => `${fault.field}: ${fault.text}`);
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const causes: StatusCause[] = faults.map(({ field, text, reason }) => ({ reason, message: text, field }));
  return new ApiError(422, 'Invalid', `${kindName(kind)} "${name}" is invalid: ${list}`, { causes });
}

/** metav1.Status of an error, as the body of an answer or of an ERROR event. */
export function statusOf(error: ApiError, details: JsonObject = {}): JsonObject {
  const filled: JsonObject = {
    ...details,
    ...(error.causes.length > 0 ? { causes: error.causes.map((cause) => ({ ...cause })) } : {}),
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    reason: error.reason,
    ...(Object.keys(filled).length > 0 ? { details: filled } : {}),
    code: error.code,
  };
}
