/** Structs of Kubernetes itself that the Argo kinds contain, in the form of `fields.json`. */
import type { FieldRow } from './struct-tables.ts';

const field = (json: string, go: string, type: string, more: Partial<FieldRow> = {}): FieldRow => ({
  json,
  go,
  type,
  omitEmpty: true,
  ...more,
});

export const KUBERNETES_FIELDS: Readonly<Record<string, readonly FieldRow[]>> = {
  TypeMeta: [field('kind', 'Kind', 'string'), field('apiVersion', 'APIVersion', 'string')],
  ObjectMeta: [
    field('name', 'Name', 'string'),
    field('generateName', 'GenerateName', 'string'),
    field('namespace', 'Namespace', 'string'),
    field('selfLink', 'SelfLink', 'string'),
    field('uid', 'UID', 'UID=string'),
    field('resourceVersion', 'ResourceVersion', 'string'),
    field('generation', 'Generation', 'int64'),
    // A plain time in Go, but left out when zero; a pointer says the same here.
    field('creationTimestamp', 'CreationTimestamp', '*Time'),
    field('deletionTimestamp', 'DeletionTimestamp', '*Time'),
    field('deletionGracePeriodSeconds', 'DeletionGracePeriodSeconds', '*int64'),
    field('labels', 'Labels', 'map[string]string'),
    field('annotations', 'Annotations', 'map[string]string'),
    field('ownerReferences', 'OwnerReferences', '[]OwnerReference', {
      patchStrategy: 'merge',
      patchMergeKey: 'uid',
    }),
    field('finalizers', 'Finalizers', '[]string', { patchStrategy: 'merge' }),
    field('managedFields', 'ManagedFields', '[]ManagedFieldsEntry'),
  ],
  OwnerReference: [
    field('apiVersion', 'APIVersion', 'string', { omitEmpty: false }),
    field('kind', 'Kind', 'string', { omitEmpty: false }),
    field('name', 'Name', 'string', { omitEmpty: false }),
    field('uid', 'UID', 'UID=string', { omitEmpty: false }),
    field('controller', 'Controller', '*bool'),
    field('blockOwnerDeletion', 'BlockOwnerDeletion', '*bool'),
  ],
  ManagedFieldsEntry: [
    field('manager', 'Manager', 'string'),
    field('operation', 'Operation', 'ManagedFieldsOperationType=string'),
    field('apiVersion', 'APIVersion', 'string'),
    field('time', 'Time', '*Time'),
    field('fieldsType', 'FieldsType', 'string'),
    field('fieldsV1', 'FieldsV1', '*JSON'),
    field('subresource', 'Subresource', 'string'),
  ],
  GroupKind: [
    field('group', 'Group', 'string', { omitEmpty: false }),
    field('kind', 'Kind', 'string', { omitEmpty: false }),
  ],
};
