/**
 * metadata as an API server keeps it: which of its fields a client may set, what is checked on them,
 * and in which words. Unknown fields and empty maps and lists are dropped, as typed metadata does.
 */
import type { JsonObject, KubeObject, ObjectMeta, OwnerReference } from '../api/objects.ts';
import { isJsonObject, jsonEqual } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { type Fault, forbiddenValue, invalidValue } from './failures.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a client may say in metadata; everything else there is the server's. */
export type ClientMeta = Pick<
  ObjectMeta,
  'name' | 'namespace' | 'generateName' | 'labels' | 'annotations' | 'finalizers' | 'ownerReferences'
>;

/** The fields of metadata a client may set, without the empty ones. */
export function clientMeta(meta: ObjectMeta): ClientMeta {
  const kept: Mutable<ClientMeta> = { name: meta.name };
  if (meta.namespace) kept.namespace = meta.namespace;
  if (meta.generateName) kept.generateName = meta.generateName;
  if (meta.labels && Object.keys(meta.labels).length > 0) kept.labels = meta.labels;
  if (meta.annotations && Object.keys(meta.annotations).length > 0) kept.annotations = meta.annotations;
  if (meta.finalizers && meta.finalizers.length > 0) kept.finalizers = meta.finalizers;
  if (meta.ownerReferences && meta.ownerReferences.length > 0) {
    kept.ownerReferences = withoutDuplicates(meta.ownerReferences);
  }
  return kept;
}

/** References that say the same are one. */
function withoutDuplicates(references: readonly OwnerReference[]): readonly OwnerReference[] {
  const kept = references.filter(
    (one, index) => !references.slice(0, index).some((other) => jsonEqual(one, other)),
  );
  return kept.length === references.length ? references : kept;
}

function qualifiedFaults(field: string, key: string, why: string): Fault[] {
  const slash = key.indexOf('/');
  const [prefix, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  if (prefix !== undefined && !SUBDOMAIN.test(prefix)) {
    return [invalidValue(field, key, `prefix part ${SUBDOMAIN_TEXT}`)];
  }
  if (name.length > LIMITS.labelValueLength) {
    return [invalidValue(field, key, `name part must be no more than ${LIMITS.labelValueLength} ${why}`)];
  }
  const faults = name === '' ? [invalidValue(field, key, 'name part must be non-empty')] : [];
  return QUALIFIED.test(name) ? faults : [...faults, invalidValue(field, key, QUALIFIED_TEXT)];
}

function ownerFaults(references: readonly OwnerReference[]): Fault[] {
  const field = 'metadata.ownerReferences';
  const faults: Fault[] = [];
  for (const reference of references) {
    for (const part of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!reference[part]) faults.push(invalidValue(`${field}.${part}`, '', 'must not be empty'));
    }
  }
  const controllers = references.filter((reference) => reference.controller === true);
  const [first, second] = controllers;
  if (first !== undefined && second !== undefined) {
    faults.push(
      invalidValue(
        field,
        references,
        `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`,
      ),
    );
  }
  return faults;
}

/** What is wrong with metadata as such; `isNamespace` tightens the name to a DNS label. */
export function metadataFaults(meta: ObjectMeta, isNamespace = false): Fault[] {
  const faults: Fault[] = [];
  const bound = isNamespace ? LIMITS.namespaceLength : LIMITS.nameLength;
  if (meta.name.length > bound) {
    faults.push(invalidValue('metadata.name', meta.name, `must be no more than ${bound} characters`));
  } else if (isNamespace && meta.name.includes('.')) {
    faults.push(invalidValue('metadata.name', meta.name, 'must not contain dots'));
  } else if (!(isNamespace ? LABEL : SUBDOMAIN).test(meta.name)) {
    faults.push(invalidValue('metadata.name', meta.name, isNamespace ? LABEL_TEXT : SUBDOMAIN_TEXT));
  }
  for (const [field, map] of [
    ['metadata.labels', meta.labels],
    ['metadata.annotations', meta.annotations],
  ] as const) {
    for (const [key, value] of Object.entries(map ?? {})) {
      faults.push(
        ...qualifiedFaults(field, field === 'metadata.labels' ? key : key.toLowerCase(), 'characters'),
      );
      if (field === 'metadata.labels') {
        if (value.length > LIMITS.labelValueLength) {
          faults.push(
            invalidValue(field, value, `must be no more than ${LIMITS.labelValueLength} characters`),
          );
        } else if (!LABEL_VALUE.test(value)) faults.push(invalidValue(field, value, LABEL_VALUE_TEXT));
      }
    }
  }
  const bytes = Object.entries(meta.annotations ?? {}).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (bytes > LIMITS.annotationsBytes) {
    faults.push({
      field: 'metadata.annotations',
      text: `Too long: may not be more than ${LIMITS.annotationsBytes} bytes`,
      reason: 'FieldValueTooLong',
    });
  }
  for (const finalizer of meta.finalizers ?? []) {
    faults.push(...qualifiedFaults('metadata.finalizers', finalizer, 'characters'));
  }
  return [...faults, ...ownerFaults(meta.ownerReferences ?? [])];
}

/** Fields of metadata that are known; others are dropped, and told where the caller wants to know. */
const KNOWN = new Set([
  'name',
  'namespace',
  'generateName',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

export const unknownMetaFields = (meta: ObjectMeta): string[] =>
  Object.keys(meta)
    .filter((key) => !KNOWN.has(key))
    .map((key) => `metadata.${key}`);

const STANDARD_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** What the server warns about in metadata. */
export function metadataWarnings(meta: ObjectMeta): string[] {
  const bare = (meta.finalizers ?? []).filter((one) => !one.includes('/') && !STANDARD_FINALIZERS.has(one));
  return bare.map(
    (one) =>
      `metadata.finalizers: ${JSON.stringify(one)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
  );
}

/** What is wrong with a change of metadata: the uid and times are fixed, and a terminating object takes no new finalizers. */
export function metadataChangeFaults(before: ObjectMeta, after: ObjectMeta): Fault[] {
  const faults: Fault[] = [];
  if (after.uid && after.uid !== before.uid) {
    faults.push(invalidValue('metadata.uid', after.uid, 'field is immutable'));
  }
  if (after.deletionTimestamp && after.deletionTimestamp !== before.deletionTimestamp) {
    faults.push(invalidValue('metadata.deletionTimestamp', after.deletionTimestamp, 'field is immutable'));
  }
  if (before.deletionTimestamp !== undefined) {
    const added = (after.finalizers ?? []).filter((one) => !before.finalizers?.includes(one));
    if (added.length > 0) {
      const list = added.map((one) => JSON.stringify(one)).join(', ');
      faults.push(
        forbiddenValue(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
        ),
      );
    }
  }
  return faults;
}

/** The metadata of a changed object: the client's part of `next`, the server's part of `before`. */
export function mergedMeta(before: ObjectMeta, next: ObjectMeta): ObjectMeta {
  const { generateName: _, ...said } = clientMeta(next);
  return {
    ...said,
    ...(before.generateName === undefined ? {} : { generateName: before.generateName }),
    ...(before.uid === undefined ? {} : { uid: before.uid }),
    ...(before.generation === undefined ? {} : { generation: before.generation }),
    ...(before.creationTimestamp === undefined ? {} : { creationTimestamp: before.creationTimestamp }),
    ...(before.deletionTimestamp === undefined ? {} : { deletionTimestamp: before.deletionTimestamp }),
    ...(before.deletionGracePeriodSeconds === undefined
      ? {}
      : { deletionGracePeriodSeconds: before.deletionGracePeriodSeconds }),
    ...(before.managedFields === undefined ? {} : { managedFields: before.managedFields }),
  };
}

/** metadata as it came from outside, or undefined when it is no object. */
export function readMeta(value: unknown): ObjectMeta | undefined {
  if (!isJsonObject(value)) return undefined;
  const said = Object.entries(value).filter(([, item]) => item !== null);
  return { name: '', ...(Object.fromEntries(said) as Partial<ObjectMeta>) };
}

/** The metadata of an object as a kind of its own. */
export const partialMetadata = (object: KubeObject): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: object.metadata as unknown as JsonObject,
});
