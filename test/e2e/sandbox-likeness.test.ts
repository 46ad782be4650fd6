/**
 * The sandbox compared with a real API server: the same requests go to both in the same order, and both
 * must answer alike: code, reason, message, causes, and the object but for what each server makes up
 * itself (uid, resourceVersion, times, managedFields). Rows marked `code` differ in wording only, where
 * a message quotes a decoder's own words; there code and reason must agree.
 */
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { argoCrds, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { systemClock } from '../../src/support/clock.ts';
import { isJsonObject } from '../../src/support/json.ts';
import { type Cluster, startCluster } from './cluster.ts';

const APPS = '/apis/argoproj.io/v1alpha1/namespaces/p/applications';
const SETS = '/apis/argoproj.io/v1alpha1/namespaces/p/applicationsets';
const MAPS = '/api/v1/namespaces/p/configmaps';
const SECRETS = '/api/v1/namespaces/p/secrets';
const EVENTS = '/api/v1/namespaces/p/events';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/p/leases';

const spec = { project: 'p', destination: {}, source: { repoURL: 'x' } };
const app = (name: string, meta: object = {}, more: object = {}) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, ...meta },
  spec,
  ...more,
});
const set = (meta: object, more: object = {}) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: meta,
  spec: { generators: [], template: { metadata: {}, spec } },
  ...more,
});
const core = (kind: string, name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  ...more,
});
const owner = { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: '1' };

type Compare = 'all' | 'code';
type Row = readonly [method: string, path: string, body?: unknown, compare?: Compare | undefined];
const merge = (path: string, body: unknown, compare?: Compare): Row => ['MERGE', path, body, compare];
const json = (path: string, body: unknown, compare?: Compare): Row => ['JSON', path, body, compare];
const apply = (path: string, body: unknown, compare?: Compare): Row => ['APPLY', path, body, compare];

/** `$APP` and `$SET` in a body stand for the resourceVersion of the Application `a` and the set `s`. */
const ROWS: readonly Row[] = [
  ['POST', APPS, app('rv', { resourceVersion: '1' })],
  ['POST', APPS, app('a', { uid: 'mine', creationTimestamp: '2020-01-01T00:00:00Z', generation: 7 })],
  ['GET', `${APPS}/a`],
  ['POST', APPS, app('a')],
  ['POST', APPS, app('')],
  ['POST', APPS, app('Bad_Name')],
  ['POST', APPS, app('a'.repeat(254))],
  ['POST', APPS, app('x', { namespace: 'other' })],
  ['POST', APPS, { ...app('x'), kind: 'Foo' }],
  ['POST', APPS, { ...app('x'), apiVersion: 'v1' }],
  ['POST', APPS, { metadata: { name: 'x' }, spec }, 'code'],
  ['POST', APPS, [1], 'code'],
  ['POST', APPS, app('x', {}, { spec: { project: 'p' } })],
  ['POST', APPS, app('x', {}, { spec: undefined })],
  ['POST', APPS, app('x', {}, { spec: { ...spec, source: { repoURL: 1 } } })],
  ['POST', APPS, app('x', {}, { spec: { ...spec, revisionHistoryLimit: 'a' } })],
  ['POST', APPS, app('nulls', {}, { spec: { ...spec, revisionHistoryLimit: null, sources: null } })],
  [
    'POST',
    APPS,
    app('empty', { labels: {}, annotations: {}, finalizers: [] }, { status: {}, operation: {} }),
  ],
  ['POST', `${APPS}?fieldValidation=Strict`, app('x', {}, { spec: { ...spec, foo: 1 }, zip: 1 })],
  ['POST', `${APPS}?fieldValidation=Warn`, app('warned', {}, { spec: { ...spec, foo: 1 }, zip: 1 })],
  ['POST', `${APPS}?dryRun=All`, app('dry')],
  ['POST', `${APPS}?dryRun=Some`, app('dry')],
  ['POST', APPS.replace('/p/', '/nowhere/'), app('x')],
  ['GET', APPS.replace('/p/', '/nowhere/')],
  ['GET', `${APPS}/none`],
  ['GET', `${APPS}/a/status`],
  ['GET', `${APPS}/a/scale`],
  ['GET', '/apis/argoproj.io/v1beta9/namespaces/p/applications'],
  ['GET', '/apis/argoproj.io/v1alpha1/namespaces/p/nothings'],
  ['GET', `${APPS}?fieldSelector=metadata.name%3Dnulls`],
  ['GET', `${APPS}?fieldSelector=spec.project%3Dp`],
  ['GET', `${APPS}?fieldSelector=metadata.name`],
  ['GET', `${APPS}?labelSelector=a+in+b`, undefined, 'code'],
  ['GET', `${APPS}?continue=xyz`, undefined, 'code'],
  ['GET', `${APPS}?limit=x`, undefined, 'code'],
  ['GET', `${APPS}?resourceVersion=abc`, undefined, 'code'],
  ['GET', `${APPS}?resourceVersion=99999999`, undefined, 'code'],
  ['PUT', APPS, {}],
  ['PUT', `${APPS}/gone`, app('gone', { resourceVersion: '1' })],
  ['PUT', `${APPS}/gone`, app('gone', { resourceVersion: '1', uid: 'abc' })],
  ['PUT', `${APPS}/a`, app('a', { uid: 'other', resourceVersion: '$APP' })],
  ['PUT', `${APPS}/a`, app('other', { resourceVersion: '$APP' })],
  ['PUT', `${APPS}/a`, app('a', { namespace: 'q', resourceVersion: '$APP' })],
  ['PUT', `${APPS}/a`, app('a')],
  ['PUT', `${APPS}/a`, app('a', { resourceVersion: '1' })],
  merge(`${APPS}/none`, {}),
  merge(`${APPS}/a/status`, {}),
  merge(`${APPS}/a`, {}),
  merge(`${APPS}/a`, [1], 'code'),
  merge(`${APPS}/a`, { metadata: { resourceVersion: null }, spec: { project: 'z' } }),
  merge(`${APPS}/a`, { metadata: { resourceVersion: '1' }, spec: { project: 'z' } }),
  merge(`${APPS}/a`, { metadata: { name: 'other' } }),
  merge(`${APPS}/a`, { metadata: { namespace: 'other' } }),
  merge(`${APPS}/a`, { metadata: { creationTimestamp: null, generation: 99, uid: null } }),
  merge(`${APPS}/a`, { metadata: { creationTimestamp: '2001-01-01T00:00:00Z' } }),
  merge(`${APPS}/a`, { metadata: { deletionTimestamp: '2001-01-01T00:00:00Z' } }),
  merge(`${APPS}/a`, { metadata: { uid: 'x' } }),
  merge(`${APPS}/a`, { metadata: { labels: { a: 1 } } }, 'code'),
  merge(`${APPS}/a`, { metadata: { labels: { 'bad key': 'x' } } }),
  merge(`${APPS}/a`, { metadata: { annotations: { 'UPPER/Case': 'x' } } }),
  merge(`${APPS}/a`, { metadata: { annotations: { ok: 'x'.repeat(262_200) } } }),
  merge(`${APPS}/a`, { metadata: { finalizers: ['x'] } }),
  merge(`${APPS}/a`, { metadata: { finalizers: ['x/'] } }),
  merge(`${APPS}/a`, { metadata: { finalizers: null } }),
  merge(`${APPS}/a`, { metadata: { ownerReferences: [{ ...owner, uid: undefined }] } }),
  merge(`${APPS}/a`, { metadata: { ownerReferences: [owner, owner] } }),
  merge(`${APPS}/a`, { metadata: { ownerReferences: null } }),
  merge(`${APPS}/a`, { metadata: { unknown: 1 } }),
  merge(`${APPS}/a?fieldValidation=Strict`, { spec: { unknown: 1 } }, 'code'),
  merge(`${APPS}/a`, { spec: { unknown: 1 } }),
  merge(`${APPS}/a`, { spec: null }),
  merge(`${APPS}/a`, { spec: 'x' }),
  merge(`${APPS}/a`, { apiVersion: 'v1' }),
  merge(`${APPS}/a`, { kind: 'Foo' }),
  merge(`${APPS}/a`, { status: { health: { status: 'Healthy' } } }),
  json(`${APPS}/a`, [{ op: 'test', path: '/spec/project', value: 'nope' }]),
  json(`${APPS}/a`, [{ op: 'remove', path: '/spec/nope' }]),
  json(`${APPS}/a`, [{ op: 'bogus', path: '/spec/nope' }]),
  json(`${APPS}/a`, [{ op: 'add', path: '/metadata/labels/a', value: '1' }]),
  json(`${APPS}/a`, { op: 'add' }, 'code'),
  ['STRATEGIC', `${APPS}/a`, {}],
  ['POST', SETS, set({ name: 's' }, { status: { resourcesCount: 1 } })],
  ['PUT', `${SETS}/s/status`, set({ name: 's' }, { status: { resourcesCount: 2 } })],
  ['PUT', `${SETS}/s/status`, set({ name: 's', resourceVersion: '1' }, { status: { resourcesCount: 3 } })],
  ['PUT', `${SETS}/s/status`, set({ name: 's', resourceVersion: '$SET', uid: 'x' }, { status: {} })],
  merge(`${SETS}/s/status`, { metadata: { resourceVersion: '1' }, status: { resourcesCount: 5 } }),
  merge(`${SETS}/s/status`, { metadata: { uid: 'x', labels: { z: '1' } }, status: { resourcesCount: 6 } }),
  merge(`${SETS}/s/status`, { status: { conditions: [{ type: 'A' }] } }, 'code'),
  merge(`${SETS}/s/status`, { status: null }),
  merge(`${SETS}/s`, { spec: { goTemplate: true }, status: { resourcesCount: 9 } }),
  apply(`${SETS}/s`, set({ name: 's' })),
  apply(`${SETS}/s2?fieldManager=me`, set({ name: 's2' })),
  apply(`${SETS}/s2?fieldManager=me`, set({ name: 's2' }, { bogus: 1 }), 'code'),
  apply(`${SETS}/s2?fieldManager=me`, { metadata: { name: 's2' } }),
  apply(`${SETS}/s3?fieldManager=me`, set({ name: 's3', uid: 'x' })),
  apply(`${SETS}/s2?fieldManager=me`, set({ name: 's2', resourceVersion: '1' })),
  apply(`${SETS}/s2?fieldManager=me`, set({ name: 's2', managedFields: [{}] })),
  apply(`${SETS}/s2?fieldManager=other`, set({ name: 's2' }, { spec: { generators: [{ list: {} }] } })),
  ['DELETE', `${APPS}/none`],
  ['DELETE', `${APPS}/a`, { preconditions: { uid: 'other' } }],
  ['DELETE', `${APPS}/a`, { preconditions: { resourceVersion: '1' } }],
  ['DELETE', `${APPS}/a`, { propagationPolicy: 'Bogus' }],
  ['DELETE', `${APPS}/a`, { propagationPolicy: 'Foreground' }],
  ['POST', APPS, app('a')],
  merge(`${APPS}/a`, { metadata: { finalizers: ['foregroundDeletion', 'a.b/c'] } }),
  merge(`${APPS}/a`, { metadata: { labels: { t: '1' } }, spec: { project: 'changed' } }),
  merge(`${APPS}/a`, { metadata: { deletionTimestamp: null } }),
  ['DELETE', `${APPS}/a`, { propagationPolicy: 'Orphan' }],
  ['DELETE', `${APPS}/a`],
  ['DELETE', `${APPS}/a`, { propagationPolicy: 'Background' }],
  ['GET', `${APPS}/a`],
  ['DELETE', `${APPS}/warned`],
  ['POST', MAPS, core('ConfigMap', 'm', { data: { a: '1' } })],
  ['POST', MAPS, core('ConfigMap', 'bad', { data: { 'a b': '1' } })],
  ['POST', MAPS, core('ConfigMap', 'bad', { data: { a: 1 } })],
  ['POST', `${MAPS}?fieldValidation=Strict`, core('ConfigMap', 'strict', { foo: 1 })],
  ['POST', MAPS, core('ConfigMap', 'fixed', { data: { a: '1' }, immutable: true })],
  merge(`${MAPS}/fixed`, { data: { a: '2' } }),
  ['STRATEGIC', `${MAPS}/m`, { data: { b: '2', a: null } }],
  ['PUT', `${MAPS}/m`, core('ConfigMap', 'm', { data: { z: '1' } })],
  ['POST', SECRETS, core('Secret', 'sec', { stringData: { a: 'b' }, data: { c: 'ZA==' } })],
  ['POST', SECRETS, core('Secret', 'bad', { data: { c: '%%' } }), 'code'],
  merge(`${SECRETS}/sec`, { type: 'other' }),
  merge(`${SECRETS}/sec`, { stringData: { a: 'c' } }),
  ['POST', '/api/v1/namespaces', core('Namespace', 'a.b')],
  ['POST', '/api/v1/namespaces', core('Namespace', 'n')],
  [
    'POST',
    EVENTS,
    core('Event', 'e', { involvedObject: { kind: 'X', namespace: 'p', name: 'x' }, reason: 'R' }),
  ],
  [
    'POST',
    EVENTS,
    core('Event', 'f', { involvedObject: { kind: 'X', namespace: 'q', name: 'x' }, reason: 'R' }),
  ],
  [
    'POST',
    LEASES,
    { ...core('Lease', 'l', { spec: { holderIdentity: 'a' } }), apiVersion: 'coordination.k8s.io/v1' },
  ],
  ['PUT', `${LEASES}/l`, { ...core('Lease', 'l', { spec: {} }), apiVersion: 'coordination.k8s.io/v1' }],
];

const TYPES: Readonly<Record<string, string>> = {
  MERGE: 'application/merge-patch+json',
  JSON: 'application/json-patch+json',
  APPLY: 'application/apply-patch+yaml',
  STRATEGIC: 'application/strategic-merge-patch+json',
};

interface Answer {
  readonly code: number;
  readonly reason: unknown;
  readonly rest: unknown;
}

interface Server {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Agent;
}

async function call(server: Server, [verb, path, body]: Row): Promise<Answer> {
  const method = TYPES[verb] === undefined ? verb : 'PATCH';
  const response = await request(server.url + path, {
    method: method as 'GET',
    dispatcher: server.dispatcher,
    headers: {
      ...server.headers,
      'user-agent': 'likeness',
      'content-type': TYPES[verb] ?? 'application/json',
    },
    ...(body === undefined ? {} : { body: await filledIn(server, JSON.stringify(body)) }),
  });
  const text = await response.body.text();
  const warning = response.headers.warning ?? [];
  const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : text;
  const warnings = [warning].flat().join(', ');
  // the one warning the sandbox does not give
  const told = warnings.includes('contains duplicate entries') ? '' : warnings;
  return {
    code: response.statusCode,
    reason: isJsonObject(parsed) ? parsed.reason : undefined,
    rest: [comparable(parsed), told],
  };
}

async function filledIn(server: Server, body: string): Promise<string> {
  for (const [name, path] of [
    ['$APP', `${APPS}/a`],
    ['$SET', `${SETS}/s`],
  ] as const) {
    if (!body.includes(name)) continue;
    const response = await request(server.url + path, {
      dispatcher: server.dispatcher,
      headers: server.headers,
    });
    const found = (await response.body.json()) as { metadata: { resourceVersion: string } };
    body = body.replaceAll(name, found.metadata.resourceVersion);
  }
  return body;
}

const MADE_UP = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'managedFields']);

const isEmpty = (value: unknown): boolean => isJsonObject(value) && Object.keys(value).length === 0;

/** An answer without what a server makes up; causes that repeat count once. */
function comparable(value: unknown): unknown {
  if (typeof value === 'string') {
    return value
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
      .replaceAll(/(record|precondition) \(\d+\)/g, '$1 (N)');
  }
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    const texts = items.map((item) => JSON.stringify(item));
    return items.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
  }
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, item]) =>
      !MADE_UP.has(key) && !(key === 'continue' && item === '') && !(key === 'details' && isEmpty(item)),
  );
  return Object.fromEntries(
    kept.map(([key, item]) => [key, key === 'deletionTimestamp' ? 'TIME' : comparable(item)]),
  );
}

let cluster: Cluster;
let sandbox: Sandbox;
let real: Server;
let ours: Server;

beforeAll(async () => {
  cluster = await startCluster();
  sandbox = await startSandbox({ gc: 'off' });
  const headers = { authorization: `Bearer ${cluster.token}` };
  real = { url: cluster.url, headers, dispatcher: new Agent({ connect: { ca: cluster.ca } }) };
  ours = { url: sandbox.url, headers: {}, dispatcher: new Agent() };
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const crd of argoCrds()) await call(real, ['POST', crds, crd]);
  for (const server of [real, ours])
    await call(server, ['POST', '/api/v1/namespaces', core('Namespace', 'p')]);
  // the first answers after a CRD is established may come from handlers of before
  const settled = async () => {
    const answers = await Promise.all([APPS, SETS].map((path) => call(real, ['GET', path])));
    const dry = await call(real, ['POST', `${SETS}?dryRun=All`, set({ name: 'ready' })]);
    return answers.every(({ code }) => code === 200) && dry.code === 201;
  };
  while (!(await settled())) await systemClock.sleep(200);
});

afterAll(async () => {
  await Promise.all([real, ours].map(({ dispatcher }) => dispatcher.close()));
  await sandbox.stop();
  await cluster.stop();
});

it.each(ROWS.map((row, index) => [index, ...row] as const))('%i: %s %s', async (_index, ...row) => {
  const [expected, given] = [await call(real, row), await call(ours, row)];
  if (row[3] === 'code') {
    expect([given.code, given.reason]).toEqual([expected.code, expected.reason]);
  } else expect(given).toEqual(expected);
});
