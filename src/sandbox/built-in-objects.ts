/**
 * What the API server itself does to objects of the built-in kinds when they are written: Secrets'
 * stringData becomes data, namespaces are Active and labelled with their name, CRDs report that they
 * are established. Custom objects pass through untouched.
 */
import type { Json, JsonObject, KubeObject } from '../api/objects.ts';
import { isJsonObject, jsonEqual } from '../support/json.ts';
import { badRequest, type Fault, forbiddenValue, invalidValue } from './failures.ts';
import { without } from './frozen.ts';
import { type Kind, kindFromCrd } from './kinds.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function secret(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  const data: Record<string, Json> = {};
  for (const [key, value] of Object.entries(isJsonObject(object.data) ? object.data : {})) {
    data[key] = value ?? '';
  }
  for (const [key, value] of Object.entries(isJsonObject(stringData) ? stringData : {})) {
    data[key] = Buffer.from(String(value ?? ''), 'utf8').toString('base64');
  }
  const filled: KubeObject = {
    ...rest,
    type: typeof rest.type === 'string' && rest.type !== '' ? rest.type : 'Opaque',
  };
  return Object.keys(data).length > 0
    ? { ...filled, data }
    : (without(filled as JsonObject, 'data') as KubeObject);
}

function namespace(object: KubeObject): KubeObject {
  const name = object.metadata.name;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, 'kubernetes.io/metadata.name': name },
    },
    spec: { finalizers: ['kubernetes'], ...object.spec },
    status: object.status ?? { phase: 'Active' },
  };
}

function definition(object: KubeObject, now: string): KubeObject {
  const kind = kindFromCrd(object);
  if (kind === undefined) return object;
  const spec = object.spec ?? {};
  const names = isJsonObject(spec.names) ? spec.names : {};
  const filled = { singular: kind.singular, listKind: kind.listKind, ...names };
  const standing = object.status;
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime: now,
    reason,
    message,
  });
  const status: JsonObject = {
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    acceptedNames: filled,
    storedVersions: [kind.version],
  };
  const kept = standing !== undefined && jsonEqual(standing.acceptedNames, filled) ? standing : status;
  return {
    ...object,
    spec: { conversion: { strategy: 'None' }, ...spec, names: filled },
    status: kept,
  };
}

/** An event of the core group with the fields its kind always shows. */
const event = (object: KubeObject): KubeObject => ({
  ...object,
  source: object.source ?? {},
  firstTimestamp: object.firstTimestamp ?? null,
  lastTimestamp: object.lastTimestamp ?? null,
  eventTime: object.eventTime ?? null,
  reportingComponent: object.reportingComponent ?? '',
  reportingInstance: object.reportingInstance ?? '',
});

/** The object as the server would store it; `now` is RFC 3339. */
export function prepared(kind: Kind, object: KubeObject, now: string): KubeObject {
  switch (kind.id) {
    case '/secrets':
      return secret(object);
    case '/events':
      return event(object);
    case '/namespaces':
      return namespace(object);
    case 'apiextensions.k8s.io/customresourcedefinitions':
      return definition(object, now);
    default:
      return object;
  }
}

const KEY_TEXT =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** Faults of a Secret's or ConfigMap's data. @throws ApiError 400 when it cannot be read at all */
function dataFaults(kind: Kind, object: KubeObject, before: KubeObject | undefined): Fault[] {
  const name = kind.type.kind;
  const unreadable = (why: string) =>
    badRequest(`${name} in version "${kind.version}" cannot be handled as a ${name}: ${why}`);
  const data = object.data ?? {};
  if (!isJsonObject(data)) throw unreadable(`json: cannot unmarshal ${name}.data`);
  const faults: Fault[] = [];
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== 'string') {
      throw unreadable(
        `json: cannot unmarshal ${typeof value} into Go struct field ${name}.data of type string`,
      );
    }
    if (kind.id === '/secrets' && !BASE64.test(value)) throw unreadable('illegal base64 data');
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) faults.push(invalidValue(`data[${key}]`, key, KEY_TEXT));
  }
  if (before === undefined) return faults;
  if (kind.id === '/secrets' && object.type !== before.type) {
    faults.push(invalidValue('type', object.type, 'field is immutable'));
  }
  if (before.immutable === true) {
    for (const field of ['data', 'binaryData', 'immutable']) {
      if (!jsonEqual(object[field] ?? null, before[field] ?? null)) {
        faults.push(forbiddenValue(field, 'field is immutable when `immutable` is set'));
      }
    }
  }
  return faults;
}

function definitionFaults(object: KubeObject): Fault[] {
  const made = kindFromCrd(object);
  if (made === undefined) {
    return [
      invalidValue('spec.versions', 'versions', 'must have exactly one version marked as storage version'),
    ];
  }
  return object.metadata.name === `${made.type.plural}.${made.group}`
    ? []
    : [invalidValue('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group')];
}

function eventFaults(object: KubeObject): Fault[] {
  const involved = isJsonObject(object.involvedObject) ? object.involvedObject.namespace : undefined;
  const namespace = object.metadata.namespace;
  const fits = involved === undefined || involved === '' ? namespace === 'default' : involved === namespace;
  return fits
    ? []
    : [invalidValue('involvedObject.namespace', involved ?? '', 'does not match event.namespace')];
}

/** What is wrong with an object of a built-in kind, as far as the sandbox looks. @throws ApiError 400 */
export function builtInFaults(kind: Kind, object: KubeObject, before: KubeObject | undefined): Fault[] {
  switch (kind.id) {
    case '/secrets':
    case '/configmaps':
      return dataFaults(kind, object, before);
    case '/events':
      return eventFaults(object);
    case 'apiextensions.k8s.io/customresourcedefinitions':
      return definitionFaults(object);
    default:
      return [];
  }
}

/** Top-level fields of the kinds whose fields are few. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '/secrets': ['apiVersion', 'kind', 'metadata', 'data', 'type', 'immutable'],
  '/configmaps': ['apiVersion', 'kind', 'metadata', 'data', 'binaryData', 'immutable'],
};

/** The object without fields its built-in kind does not have. */
export function withoutUnknown(
  kind: Kind,
  object: KubeObject,
): { object: KubeObject; unknownFields: readonly string[] } {
  const known = FIELDS[kind.id];
  if (known === undefined) return { object, unknownFields: [] };
  const unknownFields = Object.keys(object).filter((key) => !known.includes(key));
  const kept = without(object as JsonObject, ...unknownFields) as KubeObject;
  return { object: kept, unknownFields };
}
