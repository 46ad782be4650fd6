/** What watch caches keep of an object. */
import { expect, test } from 'vitest';
import type { JsonObject, KubeObject } from '../../../src/api/objects.ts';
import {
  slimApplication,
  slimSet,
  withoutBookkeeping,
  withoutManagedFields,
} from '../../../src/kube/transforms.ts';

const REFERENCE = 'argocd-applicationset-controller';

const object: KubeObject = Object.freeze({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: Object.freeze({
    name: 'a',
    annotations: Object.freeze({ note: 'kept', 'kubectl.kubernetes.io/last-applied-configuration': '{}' }),
    managedFields: [{ manager: 'x' }],
  }),
  spec: { project: 'p' },
  operation: { info: [] },
  status: {
    health: { status: 'Healthy', message: 'm', lastTransitionTime: 't', extra: 1 },
    sync: { status: 'Synced', revision: 'r', revisions: ['r'], comparedTo: { source: {} } },
    operationState: {
      phase: 'Succeeded',
      startedAt: 's',
      finishedAt: 'f',
      message: 'long',
      operation: { sync: {}, info: [{ name: 'n', value: 'v' }] },
      syncResult: { revision: 'r', resources: [{}] },
    },
    reconciledAt: 'now',
    resources: [{ kind: 'Pod' }],
    history: [{}],
    summary: {},
  },
});

test('managedFields go', () => {
  const { managedFields: _, ...metadata } = object.metadata;
  expect(withoutManagedFields(object)).toEqual({ ...object, metadata });
});

test.each<[string, JsonObject[], JsonObject[] | undefined]>([
  [
    'wrote last',
    [
      { manager: 'kubectl', time: '1' },
      { manager: REFERENCE, time: '2', fieldsV1: {} },
    ],
    [{ manager: REFERENCE, time: '2' }],
  ],
  [
    'wrote in the same second',
    [
      { manager: REFERENCE, time: '2' },
      { manager: 'us', time: '2' },
    ],
    [{ manager: REFERENCE, time: '2' }],
  ],
  [
    'wrote before somebody else',
    [
      { manager: REFERENCE, time: '1' },
      { manager: 'us', time: '2' },
    ],
    undefined,
  ],
  ['wrote nothing', [{ manager: 'us', time: '2' }], undefined],
  ['wrote at no time', [{ manager: REFERENCE }, { manager: 'us', time: '2' }], undefined],
])('of the reference only its last write stays: it %s', (_what, managedFields, kept) => {
  const written = { ...object, metadata: { ...object.metadata, managedFields } };
  expect(slimSet(written).metadata.managedFields).toEqual(kept);
  expect(slimApplication(written).metadata.managedFields).toEqual(kept);
});

test('last-applied goes, and an empty map of annotations with it', () => {
  expect(withoutBookkeeping(object).metadata).toEqual({ name: 'a', annotations: { note: 'kept' } });
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
  const only = { ...object, metadata: { name: 'a', annotations } };
  expect(withoutBookkeeping(only).metadata).toEqual({ name: 'a' });
});

test('of the status of an Application only what is decided on stays', () => {
  const slim = slimApplication(object);
  expect(slim.status).toEqual({
    health: { status: 'Healthy', message: 'm', lastTransitionTime: 't' },
    sync: { status: 'Synced', revision: 'r', revisions: ['r'] },
    operationState: {
      phase: 'Succeeded',
      startedAt: 's',
      finishedAt: 'f',
      operation: { info: [{ name: 'n', value: 'v' }] },
      syncResult: { revision: 'r' },
    },
    reconciledAt: 'now',
  });
  expect(slim.spec).toBe(object.spec);
  expect(slim.operation).toBe(object.operation);
});

test('what has nothing to lose is the same object', () => {
  const bare: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: {} };
  expect(withoutBookkeeping(bare)).toBe(bare);
  expect(slimApplication(bare)).toBe(bare);
});
