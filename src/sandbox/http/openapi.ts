/**
 * OpenAPI as far as kubectl needs it: version 3 documents a group-version with the schemas CRDs carry
 * (`kubectl explain`), and operations that say that dry runs and field validation are supported. The
 * strategic-merge content type is left out on purpose: kubectl then works with its own built-in types.
 */
import type { JsonObject } from '../../api/objects.ts';
import { isJsonObject } from '../../support/json.ts';
import type { Kind, KindRegistry } from '../kinds.ts';

export const SERVER_VERSION = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.2+appset-sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2030-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'appset/sandbox',
} as const;

const text = (description: string): JsonObject => ({ type: 'string', description });
const texts = (description: string): JsonObject => ({
  type: 'object',
  description,
  additionalProperties: { type: 'string' },
});

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const OBJECT_META: JsonObject = {
  type: 'object',
  description: 'ObjectMeta is metadata that all persisted resources must have.',
  properties: {
    name: text('Name must be unique within a namespace.'),
    namespace: text('Namespace defines the space within which each name must be unique.'),
    generateName: text('GenerateName is a prefix the server makes a unique name from when no name is given.'),
    labels: texts('Map of string keys and values that can be used to organize and select objects.'),
    annotations: texts('Unstructured key value map stored with a resource.'),
    finalizers: {
      type: 'array',
      items: { type: 'string' },
      description: 'Must be empty before the object is deleted from the registry.',
      'x-kubernetes-list-type': 'set',
    },
    ownerReferences: {
      type: 'array',
      description: 'List of objects depended by this object.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      items: {
        type: 'object',
        required: ['apiVersion', 'kind', 'name', 'uid'],
        properties: {
          apiVersion: text('API version of the referent.'),
          kind: text('Kind of the referent.'),
          name: text('Name of the referent.'),
          uid: text('UID of the referent.'),
          controller: {
            type: 'boolean',
            description: 'Whether this reference points to the managing controller.',
          },
          blockOwnerDeletion: {
            type: 'boolean',
            description: 'Whether the owner cannot be deleted in the foreground before this object.',
          },
        },
      },
    },
    uid: text('UID is the unique in time and space value for this object.'),
    resourceVersion: text('An opaque value that represents the internal version of this object.'),
    generation: {
      type: 'integer',
      format: 'int64',
      description: 'A sequence number representing a specific generation of the desired state.',
    },
    creationTimestamp: { ...text('When this object was created.'), format: 'date-time' },
    deletionTimestamp: { ...text('When this object will be deleted.'), format: 'date-time' },
    deletionGracePeriodSeconds: {
      type: 'integer',
      format: 'int64',
      description: 'Seconds this object may take to terminate gracefully.',
    },
    managedFields: {
      type: 'array',
      description: 'Which manager owns which fields.',
      items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
};

const OPEN: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Fields of built-in kinds beside apiVersion, kind and metadata. */
const BUILT_IN: Readonly<Record<string, JsonObject>> = {
  '/configmaps': {
    data: texts('Data contains the configuration data.'),
    binaryData: texts('BinaryData contains the binary data, base64-encoded.'),
    immutable: { type: 'boolean', description: 'Whether data cannot be updated.' },
  },
  '/secrets': {
    data: texts('Data contains the secret data, base64-encoded.'),
    stringData: texts(
      'stringData allows specifying non-binary secret data in string form. It is write-only.',
    ),
    type: text('Used to facilitate programmatic handling of secret data.'),
    immutable: { type: 'boolean', description: 'Whether data cannot be updated.' },
  },
};

/** `io.argoproj.v1alpha1.Application`: the name of a schema in the documents. */
const schemaName = (kind: Kind): string =>
  kind.group === ''
    ? `io.k8s.api.core.${kind.version}.${kind.type.kind}`
    : `${kind.group.split('.').reverse().join('.')}.${kind.version}.${kind.type.kind}`;

function schemaOf(kind: Kind): JsonObject {
  const gvk = [{ group: kind.group, version: kind.version, kind: kind.type.kind }];
  const own = isJsonObject(kind.schema?.properties)
    ? kind.schema.properties
    : (BUILT_IN[kind.id] ?? { spec: OPEN, status: OPEN });
  return {
    ...(kind.schema ?? { type: 'object', description: `${kind.type.kind} as the sandbox stores it.` }),
    properties: {
      ...own,
      apiVersion: text('APIVersion defines the versioned schema of this representation of an object.'),
      kind: text('Kind is a string value representing the REST resource this object represents.'),
      metadata: {
        description: "Standard object's metadata.",
        allOf: [{ $ref: `#/components/schemas/${META}` }],
        default: {},
      },
    },
    'x-kubernetes-group-version-kind': gvk,
  };
}

const parameter = (name: string, description: string, type = 'string'): JsonObject => ({
  name,
  in: 'query',
  description,
  schema: { type, uniqueItems: true },
});
const WRITE_PARAMETERS: readonly JsonObject[] = [
  parameter('dryRun', 'When present, indicates that modifications should not be persisted.'),
  parameter('fieldManager', 'The name of the actor that is making these changes.'),
  parameter('fieldValidation', 'Ignore, Warn or Strict.'),
];

function pathsOf(kind: Kind): JsonObject {
  const gvk = { group: kind.group, version: kind.version, kind: kind.type.kind };
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const collection = `${root}${kind.type.namespaced ? '/namespaces/{namespace}' : ''}/${kind.type.plural}`;
  const operation = (action: string, parameters: readonly JsonObject[] = []): JsonObject => ({
    operationId: `${action}${kind.type.kind}`,
    parameters,
    responses: {
      '200': {
        description: 'OK',
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${schemaName(kind)}` } } },
      },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  });
  const force = parameter('force', 'Force is going to force Apply requests.', 'boolean');
  return {
    [collection]: { get: operation('list'), post: operation('post', WRITE_PARAMETERS) },
    [`${collection}/{name}`]: {
      get: operation('get'),
      put: operation('put', WRITE_PARAMETERS),
      patch: operation('patch', [...WRITE_PARAMETERS, force]),
      delete: operation('delete', [parameter('dryRun', 'As for writes.')]),
    },
  };
}

const info = { title: 'Kubernetes', version: SERVER_VERSION.gitVersion };

/** A length-delimited protobuf field; `body` must be shorter than 128 bytes. */
const bytesField = (number: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([number * 8 + 2, body.length]), body]);

/**
 * Version 2 in protobuf, the one form in which kubectl reads it, and only to check `kind: List` bodies
 * before it sends their items one by one. It names no schemas: kubectl then leaves checking to the server.
 */
export function openapiV2Protobuf(): Buffer {
  const [title, version] = [info.title, info.version].map((value) => Buffer.from(value));
  const about = Buffer.concat([
    bytesField(1, title ?? Buffer.alloc(0)),
    bytesField(2, version ?? Buffer.alloc(0)),
  ]);
  const nothing = Buffer.alloc(0);
  return Buffer.concat([
    bytesField(1, Buffer.from('2.0')),
    bytesField(2, about),
    bytesField(8, nothing),
    bytesField(9, nothing),
  ]);
}

/** The document at a path under /openapi, or undefined when there is none. */
export function openapiDocument(registry: KindRegistry, path: string): JsonObject | undefined {
  const kinds = registry.all();
  const place = (kind: Kind) =>
    kind.group === '' ? `api/${kind.version}` : `apis/${kind.group}/${kind.version}`;
  if (path === '/openapi/v2') {
    const definitions = Object.fromEntries([
      ...kinds.map((kind) => [schemaName(kind), schemaOf(kind)]),
      [META, OBJECT_META],
    ]);
    const paths = Object.assign({}, ...kinds.map(pathsOf)) as JsonObject;
    const moved = JSON.stringify({ swagger: '2.0', info, paths, definitions });
    return JSON.parse(moved.replaceAll('#/components/schemas/', '#/definitions/')) as JsonObject;
  }
  if (path === '/openapi/v3') {
    const places = [...new Set(kinds.map(place))];
    return {
      paths: Object.fromEntries(
        places.map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${registry.edition}` }]),
      ),
    };
  }
  const wanted = path.slice('/openapi/v3/'.length);
  const served = kinds.filter((kind) => place(kind) === wanted);
  if (served.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info,
    paths: Object.assign({}, ...served.map(pathsOf)) as JsonObject,
    components: {
      schemas: Object.fromEntries([
        ...served.map((kind) => [schemaName(kind), schemaOf(kind)]),
        [META, OBJECT_META],
      ]),
    },
  };
}
