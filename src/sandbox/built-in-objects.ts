/**
 * What the API server itself does to objects of the built-in kinds when they are written: Secrets'
 * stringData becomes data, namespaces are Active and labelled with their name, CRDs report that they
 * are established. Custom objects pass through untouched.
 */
import type { Json, JsonObject, KubeObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import { type Fault, invalidValue } from './failures.ts';
import { sameJson, without } from './frozen.ts';
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
  const kept = standing !== undefined && sameJson(standing.acceptedNames, filled) ? standing : status;
  return {
    ...object,
    spec: { conversion: { strategy: 'None' }, ...spec, names: filled },
    status: kept,
  };
}

/** The object as the server would store it; `now` is RFC 3339. */
export function prepared(kind: Kind, object: KubeObject, now: string): KubeObject {
  switch (kind.id) {
    case '/secrets':
      return secret(object);
    case '/namespaces':
      return namespace(object);
    case 'apiextensions.k8s.io/customresourcedefinitions':
      return definition(object, now);
    default:
      return object;
  }
}

function mapFaults(object: KubeObject, field: string, check: (value: string) => string | undefined): Fault[] {
  const map = object[field];
  if (map === undefined || map === null) return [];
  if (!isJsonObject(map)) return [invalidValue(field, map, 'must be a map')];
  return Object.entries(map).flatMap(([key, value]) => {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
      return [
        invalidValue(
          `${field}[${key}]`,
          key,
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
        ),
      ];
    }
    const why = typeof value === 'string' ? check(value) : 'must be a string';
    return why === undefined ? [] : [invalidValue(`${field}[${key}]`, value, why)];
  });
}

/** What is wrong with an object of a built-in kind, as far as the sandbox looks. */
export function builtInFaults(kind: Kind, object: KubeObject): Fault[] {
  switch (kind.id) {
    case '/secrets':
      return mapFaults(object, 'data', (value) => (BASE64.test(value) ? undefined : 'must be base64'));
    case '/configmaps':
      return mapFaults(object, 'data', () => undefined);
    case 'apiextensions.k8s.io/customresourcedefinitions': {
      const made = kindFromCrd(object);
      if (made === undefined) {
        return [
          invalidValue(
            'spec.versions',
            'versions',
            'must have exactly one version marked as storage version',
          ),
        ];
      }
      const wanted = `${made.type.plural}.${made.group}`;
      return object.metadata.name === wanted
        ? []
        : [invalidValue('metadata.name', object.metadata.name, `must be spec.names.plural+"."+spec.group`)];
    }
    default:
      return [];
  }
}
