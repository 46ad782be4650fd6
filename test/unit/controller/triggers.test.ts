/**
 * Triggers in normal mode, where they differ from the reference: narrower where nothing would change,
 * wider where it misses something. Compat mode is the trigger corpus.
 */
import { describe, expect, test } from 'vitest';
import type { Application, ApplicationSet, JsonObject } from '../../../src/api/objects.ts';
import { applicationEventWakes, setEventWakes } from '../../../src/controller/triggers.ts';

const normal = { compat: false, progressiveSyncs: false };
const REFRESH = 'argocd.argoproj.io/application-set-refresh';

const setWith = (annotations: Record<string, string>): ApplicationSet => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: 'shops', namespace: 'argocd', annotations },
  spec: {},
});

describe('an update of a set', () => {
  test.each([
    ['nothing changed', { a: '1' }, { a: '1' }, false],
    ['an annotation changed', { a: '1' }, { a: '2' }, true],
    ['the refresh mark came', {}, { [REFRESH]: 'true' }, true],
    ['the refresh mark went', { [REFRESH]: 'true' }, {}, false],
    [
      'the refresh mark went and another annotation changed (the reference misses it)',
      { [REFRESH]: 'true', a: '1' },
      { a: '2' },
      true,
    ],
    ['our own state was written', {}, { 'appset-operator.io/state': '{}' }, false],
    ['an approval came', {}, { 'appset-operator.io/approved-plan': 'abc' }, true],
    [
      'we took an approval up',
      { 'appset-operator.io/approved-plan': 'abc' },
      { 'appset-operator.io/state': '{}' },
      false,
    ],
    ['a person set one of our annotations', {}, { 'appset-operator.io/adopt': 'x' }, true],
  ])('%s → %s', (_name, before, after, wakes) => {
    expect(setEventWakes({ verb: 'update', old: setWith(before), new: setWith(after) }, normal)).toBe(wakes);
  });
});

const owner = (name: string) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  name,
  uid: name,
  controller: true,
});
const application = (change: JsonObject = {}): Application =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: 'a',
      namespace: 'argocd',
      ownerReferences: [owner('shops')],
      ...((change.metadata as JsonObject) ?? {}),
    },
    spec: (change.spec as JsonObject) ?? {},
    ...(change.status === undefined ? {} : { status: change.status }),
  }) as unknown as Application;
const wakes = (before: JsonObject, after: JsonObject, settings = normal) =>
  applicationEventWakes({ verb: 'update', old: application(before), new: application(after) }, settings);
const annotated = (annotations: JsonObject): JsonObject => ({ metadata: { annotations } });

describe('an update of an Application', () => {
  test.each<[string, JsonObject, JsonObject, string[]]>([
    ['the spec changed', {}, { spec: { project: 'p' } }, ['shops']],
    ['the refresh annotation of Argo CD came', {}, annotated({ 'argocd.argoproj.io/refresh': 'normal' }), []],
    ['notifications were noted', {}, annotated({ 'notified.notifications.argoproj.io': '{}' }), []],
    ['our origin was written', {}, annotated({ 'appset-operator.io/origin': '{}' }), []],
    ['a person marked it to be kept', {}, annotated({ 'appset-operator.io/keep': 'true' }), ['shops']],
    [
      'the owner reference was lost (the reference does not see it)',
      {},
      { metadata: { ownerReferences: [] } },
      ['shops'],
    ],
    ['it went to another set', {}, { metadata: { ownerReferences: [owner('other')] } }, ['other', 'shops']],
    ['only the status changed', {}, { status: { health: { status: 'Healthy' } } }, []],
  ])('%s', (_name, before, after, names) => {
    expect([...wakes(before, after)].sort()).toEqual(names);
  });

  test('health wakes with progressive syncs on', () => {
    const status = (health: string) => ({ status: { health: { status: health } } });
    expect(
      wakes(status('Progressing'), status('Healthy'), { compat: false, progressiveSyncs: true }),
    ).toEqual(['shops']);
  });
});

test.each([
  ['create', []],
  ['delete', ['shops']],
  ['generic', ['shops']],
] as const)('%s of an owned Application wakes %j', (verb, names) => {
  expect(applicationEventWakes({ verb, new: application() }, normal)).toEqual(names);
});

test('an Application of nobody wakes nobody', () => {
  expect(
    applicationEventWakes(
      { verb: 'delete', new: application({ metadata: { ownerReferences: [] } }) },
      normal,
    ),
  ).toEqual([]);
});
