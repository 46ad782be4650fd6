/**
 * The refusals of the sandbox, with the codes, reasons, words and details of a Kubernetes API server
 * (compared with a real one, 1.34), because clients and people look for them. Every one is an
 * `ApiError`; what a Status says beyond it is remembered beside it.
 */
import { ApiError, type StatusCause } from '../api/client.ts';
import type { JsonObject } from '../api/objects.ts';

/** What a message needs to know of a kind. */
export interface KindName {
  readonly group: string;
  readonly type: { readonly plural: string; readonly kind: string };
}

/** `details` of a Status, by error. */
const details = new WeakMap<ApiError, JsonObject>();

/** An error whose Status names an object; `kind` is the resource in most refusals, the kind in some. */
function about(error: ApiError, group: string, kind: string, name: string): ApiError {
  details.set(error, { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind });
  return error;
}

const dotted = (name: string, group: string): string => (group === '' ? name : `${name}.${group}`);

/** `applications.argoproj.io`, or `secrets` in the core group. */
const resourceName = ({ group, type }: KindName): string => dotted(type.plural, group);

export const notFound = (kind: KindName, name: string): ApiError =>
  about(
    new ApiError(404, 'NotFound', `${resourceName(kind)} "${name}" not found`),
    kind.group,
    kind.type.plural,
    name,
  );

export const namespaceNotFound = (name: string): ApiError =>
  about(new ApiError(404, 'NotFound', `namespaces "${name}" not found`), '', 'namespaces', name);

/** No such resource type or path. */
export const noSuchResource = (): ApiError =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource');

export const alreadyExists = (kind: KindName, name: string, terminating: boolean): ApiError =>
  about(
    new ApiError(
      409,
      'AlreadyExists',
      `${terminating ? 'object is being deleted: ' : ''}${resourceName(kind)} "${name}" already exists`,
    ),
    kind.group,
    kind.type.plural,
    name,
  );

const MODIFIED =
  'the object has been modified; please apply your changes to the latest version and try again';

/** 409 Conflict; `why` is the sentence after the colon. */
export const conflict = (kind: KindName, name: string, why = MODIFIED): ApiError =>
  about(
    new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`),
    kind.group,
    kind.type.plural,
    name,
  );

/** A full replacement that names another uid than the stored object has. */
export const uidConflict = (
  kind: KindName,
  namespace: string | undefined,
  name: string,
  given: string,
  stored: string,
): ApiError => {
  const key = [kind.group, kind.type.plural, namespace, name].filter(Boolean).join('/');
  return conflict(
    kind,
    name,
    `StorageError: invalid object, Code: 4, Key: /registry/${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${given}, UID in object meta: ${stored}`,
  );
};

/** 409 Conflict of a deletion, which names the kind where others name the resource. */
export const deletionConflict = (kind: KindName, name: string, why: string): ApiError =>
  conflict({ group: kind.group, type: { ...kind.type, plural: kind.type.kind } }, name, why);

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

export const forbidden = (kind: KindName, name: string, why: string): ApiError =>
  about(
    new ApiError(403, 'Forbidden', `${resourceName(kind)} "${name}" is forbidden: ${why}`),
    kind.group,
    kind.type.plural,
    name,
  );

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
  text: `Invalid value: ${typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value)}: ${why}`,
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

export const unsupportedValue = (field: string, value: string, supported: readonly string[]): Fault => ({
  field,
  text: `Unsupported value: ${value}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`,
  reason: 'FieldValueNotSupported',
});

/** 422 Invalid with one cause a fault, worded as a list of field errors is. */
function invalidNamed(group: string, kind: string, name: string, faults: readonly Fault[]): ApiError {
  const lines = faults.map((fault) => `${fault.field}: ${fault.text}`);
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const causes: StatusCause[] = faults.map(({ field, text, reason }) => ({ reason, message: text, field }));
  const subject = kind === '' ? '' : dotted(kind, group);
  const error = new ApiError(422, 'Invalid', `${subject} "${name}" is invalid: ${list}`, { causes });
  return about(error, group, kind, name);
}

export const invalid = (kind: KindName, name: string, faults: readonly Fault[]): ApiError =>
  invalidNamed(kind.group, kind.type.kind, name, faults);

/** As `invalid`, where the server names the resource. */
export const invalidResource = (kind: KindName, name: string, faults: readonly Fault[]): ApiError =>
  invalidNamed(kind.group, kind.type.plural, name, faults);

/** An object of another kind than was asked for. */
export const wrongKind = (group: string, given: string, wanted: string, name: string): ApiError =>
  invalidNamed(group, given, name, [invalidValue('kind', given, `must be ${wanted}`)]);

/** The result of a patch that moved an object to another version. */
export const wrongVersion = (
  kind: KindName & { type: { apiVersion: string } },
  name: string,
  given: string,
): ApiError =>
  invalidNamed('', kind.type.kind, name, [
    invalidValue('apiVersion', given, `must be ${kind.type.apiVersion}`),
  ]);

/** Options of a request that are wrong: CreateOptions, PatchOptions, DeleteOptions. */
export const invalidOptions = (options: string, fault: Fault): ApiError =>
  invalidNamed('meta.k8s.io', options, '', [fault]);

/** A patch whose result cannot be read as an object of the kind. */
export const invalidPatch = (patched: unknown, why: string): ApiError =>
  invalidNamed('', '', '', [invalidValue('patch', JSON.stringify(patched), why)]);

/** metav1.Status of an error, as the body of an answer or of an ERROR event. */
export function statusOf(error: ApiError): JsonObject {
  const filled: JsonObject = {
    ...details.get(error),
    ...(error.causes.length > 0 ? { causes: error.causes.map((cause) => ({ ...cause })) } : {}),
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    ...(error.reason === '' ? {} : { reason: error.reason }),
    ...(Object.keys(filled).length > 0 ? { details: filled } : {}),
    code: error.code,
  };
}
