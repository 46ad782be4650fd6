/** The HTTP face, asked over the loopback address as clients do. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { KubeObject } from '../../../src/api/objects.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';

const SETS = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applicationsets';
const APPS = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ gc: 'off' });
});
afterEach(() => sandbox.stop());

interface Answer {
  code: number;
  body: Record<string, never> & { [key: string]: unknown };
  headers: Headers;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(sandbox.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { code: response.status, body: JSON.parse(text) as Answer['body'], headers: response.headers };
}

const application = {
  project: 'p',
  destination: { namespace: 'default' },
  source: { repoURL: 'https://git.example.com/a.git' },
};
const SPECS = {
  Application: application,
  ApplicationSet: { generators: [], template: { metadata: {}, spec: application } },
};

const object = (kind: keyof typeof SPECS, name: string) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'argocd' },
  spec: SPECS[kind],
});

describe('access', () => {
  it('needs the token, in the path or as a bearer token', async () => {
    const bare = new URL(sandbox.url).origin;
    const code = async (url: string, headers = {}) => {
      const response = await fetch(url, { headers });
      await response.text();
      return response.status;
    };
    expect(await code(`${bare}/api`)).toBe(401);
    expect(await code(`${bare}/wrong/api`)).toBe(401);
    expect(await code(`${bare}/api`, { authorization: 'Bearer wrong' })).toBe(401);
    expect(await code(`${bare}/api`, { authorization: `Bearer ${sandbox.token}` })).toBe(200);
    expect(await code(`${sandbox.url}/api`)).toBe(200);
    expect(await code(`${bare}/readyz`)).toBe(200);
    expect(await code(`${sandbox.url}/api`, { origin: 'http://evil.example' })).toBe(401);
  });

  it.each([
    ['//', 400],
    ['http://', 400],
    [`/api/v1/namespaces/%zz`, 401],
    ['TOKEN/api/v1/namespaces/%zz', 400],
    ['TOKEN/api/v1/namespaces/%00', 404],
  ])('answers an address that nobody writes by hand: %s', async (path, code) => {
    const { hostname, port, pathname } = new URL(sandbox.url);
    const asked = request({ hostname, port, path: path.replace('TOKEN', pathname) }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(code);
    expect((await call('GET', '/version')).code).toBe(200);
  });

  it('gives the port back when it stops, with a watch open', async () => {
    const watch = await fetch(`${sandbox.url}${APPS}?watch=true`);
    await sandbox.stop();
    await expect(watch.text()).resolves.toBe('');
    const again = await startSandbox({ port: Number(new URL(sandbox.url).port) });
    await again.stop();
  });

  it('says so when the port is taken', async () => {
    await expect(startSandbox({ port: Number(new URL(sandbox.url).port) })).rejects.toMatchObject({
      code: 'APPSET_E0901',
    });
  });
});

describe('resources', () => {
  it('are created, read, changed and deleted', async () => {
    const created = await call('POST', SETS, object('ApplicationSet', 'web'));
    expect([created.code, created.body.kind]).toEqual([201, 'ApplicationSet']);
    const patched = await call(
      'PATCH',
      `${SETS}/web?fieldManager=me`,
      { spec: { goTemplate: true } },
      {
        'content-type': 'application/merge-patch+json',
      },
    );
    expect(patched.body).toMatchObject({ spec: { goTemplate: true }, metadata: { generation: 2 } });
    const status = await call('PUT', `${SETS}/web/status`, {
      ...patched.body,
      status: { resourcesCount: 1 },
    });
    expect(status.body.status).toEqual({ resourcesCount: 1 });
    const list = await call('GET', '/apis/argoproj.io/v1alpha1/applicationsets');
    expect(list.body).toMatchObject({ kind: 'ApplicationSetList', apiVersion: 'argoproj.io/v1alpha1' });
    const deleted = await call('DELETE', `${SETS}/web`, { propagationPolicy: 'Background' });
    expect(deleted.body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'web', group: 'argoproj.io', kind: 'applicationsets' },
    });
    expect((await call('GET', `${SETS}/web`)).body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'NotFound',
      code: 404,
      message: 'applicationsets.argoproj.io "web" not found',
      details: { name: 'web', group: 'argoproj.io', kind: 'applicationsets' },
    });
  });

  it.each([
    ['GET', `${APPS}/a/scale`, undefined, {}, 404],
    ['PATCH', `${APPS}/a/status`, {}, { 'content-type': 'application/merge-patch+json' }, 404],
    ['POST', `${APPS}/a`, {}, {}, 405],
    ['POST', APPS, '{', {}, 400],
    ['POST', APPS, object('ApplicationSet', 'a'), {}, 422],
    ['POST', APPS, 'x', { 'content-type': 'text/plain' }, 415],
    ['PATCH', `${APPS}/a`, {}, { 'content-type': 'application/strategic-merge-patch+json' }, 415],
    ['GET', `${APPS}?limit=x`, undefined, {}, 400],
  ])('%s %s is refused', async (method, path, body, headers, code) => {
    const answer = await call(method, path, body, headers as Record<string, string>);
    expect([answer.code, answer.body.kind, answer.body.code]).toEqual([code, 'Status', code]);
  });

  it('are not found where no kind is served', async () => {
    const response = await fetch(`${sandbox.url}/apis/nothing.io/v1/things`);
    expect([response.status, await response.text()]).toEqual([404, '404 page not found\n']);
  });

  it('take YAML and server-side apply', async () => {
    const yaml =
      'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec: {project: p, destination: {}, source: {repoURL: x}}\n';
    const applied = await call('PATCH', `${APPS}/web?fieldManager=me&force=true`, yaml, {
      'content-type': 'application/apply-patch+yaml',
    });
    expect([applied.code, applied.body.spec]).toEqual([
      201,
      { project: 'p', destination: {}, source: { repoURL: 'x' } },
    ]);
  });

  it('are pruned with a warning, and refused under strict validation', async () => {
    const typo = { ...object('ApplicationSet', 'typo'), spec: { ...SPECS.ApplicationSet, generator: [] } };
    const warned = await call('POST', SETS, typo);
    expect([warned.code, warned.headers.get('warning')]).toEqual([
      201,
      '299 - "unknown field \\"spec.generator\\""',
    ]);
    expect(warned.body.spec).not.toHaveProperty('generator');
    const refused = await call('POST', `${SETS}?fieldValidation=Strict`, typo);
    expect([refused.code, refused.body.message]).toEqual([
      400,
      expect.stringContaining('strict decoding error: unknown field "spec.generator"'),
    ]);
  });

  it('come in pages', async () => {
    for (const name of ['a', 'b', 'c']) await call('POST', APPS, object('Application', name));
    const first = await call('GET', `${APPS}?limit=2`);
    const meta = first.body.metadata as unknown as Record<string, unknown>;
    expect([(first.body.items as unknown as KubeObject[]).length, meta.remainingItemCount]).toEqual([2, 1]);
    const second = await call('GET', `${APPS}?limit=2&continue=${String(meta.continue)}`);
    expect((second.body.items as unknown as KubeObject[]).map(({ metadata }) => metadata.name)).toEqual([
      'c',
    ]);
    sandbox.store.compact();
    expect((await call('GET', `${APPS}?limit=2&continue=${String(meta.continue)}`)).code).toBe(410);
  });

  it('are deleted as a collection', async () => {
    for (const name of ['a', 'b']) await call('POST', APPS, object('Application', name));
    expect((await call('DELETE', `${APPS}?fieldSelector=metadata.name=a`)).code).toBe(200);
    expect(
      (await sandbox.client.list(RESOURCES.applications)).items.map(({ metadata }) => metadata.name),
    ).toEqual(['b']);
  });

  it('say when a write came to nothing for preconditions', async () => {
    await call('POST', APPS, object('Application', 'a'));
    const answer = await call('DELETE', `${APPS}/a`, { preconditions: { uid: 'other' } });
    expect([answer.code, answer.body.reason]).toEqual([409, 'Conflict']);
  });
});

describe('watches', () => {
  it('stream one JSON line an event, until their time is over', async () => {
    const list = await call('GET', APPS);
    const from = (list.body.metadata as unknown as { resourceVersion: string }).resourceVersion;
    await call('POST', APPS, object('Application', 'a'));
    const response = await fetch(
      `${sandbox.url}${APPS}?watch=true&resourceVersion=${from}&timeoutSeconds=1&allowWatchBookmarks=true`,
    );
    await call('DELETE', `${APPS}/a`);
    const lines = (await response.text()).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      'ADDED',
      'DELETED',
      'BOOKMARK',
    ]);
  });

  it('answer 410 in-band', async () => {
    await call('POST', APPS, object('Application', 'a'));
    sandbox.store.compact();
    const response = await fetch(`${sandbox.url}${APPS}?watch=true&resourceVersion=2`);
    expect(JSON.parse(await response.text())).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
  });
});

describe('forms', () => {
  it('give Tables with the columns of the kind', async () => {
    sandbox.store.seed(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's', namespace: 'argocd' },
        stringData: { a: 'b' },
      },
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'e', namespace: 'argocd' },
        type: 'Warning',
        reason: 'Held',
        message: '3 deletions held',
        involvedObject: { kind: 'ApplicationSet', name: 'web' },
      },
    );
    const table = async (path: string) => {
      const { body } = await call('GET', path, undefined, { accept: TABLE });
      const columns = (body.columnDefinitions as unknown as { name: string }[]).map(({ name }) => name);
      const rows = (body.rows as unknown as { cells: unknown[] }[]).map(({ cells }) => cells);
      return [columns, ...rows];
    };
    expect(await table('/api/v1/secrets')).toEqual([
      ['Name', 'Type', 'Data', 'Age'],
      ['s', 'Opaque', 1, expect.stringMatching(/^\d+s$/)],
    ]);
    const [, event] = await table('/api/v1/events?fieldSelector=involvedObject.name=web');
    expect(event?.slice(1, 4)).toEqual(['Warning', 'Held', 'applicationset/web']);
  });

  it.each([
    ['/api', { kind: 'APIVersions' }],
    ['/apis', { kind: 'APIGroupList' }],
    ['/apis/argoproj.io', { kind: 'APIGroup', name: 'argoproj.io' }],
    ['/apis/argoproj.io/v1alpha1', { kind: 'APIResourceList', groupVersion: 'argoproj.io/v1alpha1' }],
    ['/version', { major: '1' }],
    ['/openapi/v2', { swagger: '2.0' }],
    ['/openapi/v3/api/v1', { openapi: '3.0.0' }],
  ])('%s describes itself', async (path, expected) => {
    expect((await call('GET', path)).body).toMatchObject(expected);
  });

  it('hold a new CRD’s kind at once', async () => {
    await sandbox.client.create(RESOURCES.customResourceDefinitions, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.acme.io' },
      spec: {
        group: 'acme.io',
        names: { kind: 'Widget', plural: 'widgets' },
        scope: 'Cluster',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
            additionalPrinterColumns: [
              { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
            ],
          },
        ],
      },
    });
    expect((await call('GET', '/apis/acme.io/v1')).body.resources).toHaveLength(1);
    const widget = {
      apiVersion: 'acme.io/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    };
    const made = await call('POST', '/apis/acme.io/v1/widgets', widget, { accept: TABLE });
    expect((made.body.rows as unknown as { cells: unknown[] }[])[0]?.cells).toEqual(['w', 'True']);
  });
});

describe('faults over HTTP', () => {
  it('refuse with Retry-After, and send HTML', async () => {
    sandbox.faults.add(
      { verb: 'list', times: 1, effect: { type: 'refuse', code: 429, retryAfterSeconds: 3 } },
      { verb: 'list', times: 1, effect: { type: 'html' } },
      { verb: 'list', times: 1, effect: { type: 'blank' } },
      { verb: 'list', times: 1, effect: { type: 'nothing' } },
    );
    const refused = await call('GET', APPS);
    expect([refused.code, refused.headers.get('retry-after')]).toEqual([429, '3']);
    const page = await fetch(sandbox.url + APPS);
    expect(await page.text()).toContain('<html>');
    expect(await (await fetch(sandbox.url + APPS)).text()).toBe('');
    expect((await call('GET', APPS)).body.items).toEqual([]);
    expect((await call('GET', APPS)).code).toBe(200);
  });

  it('cut the connection before or after the write, or in the middle of a list', async () => {
    sandbox.faults.add(
      { verb: 'create', name: 'a', times: 1, effect: { type: 'cut', when: 'before' } },
      { verb: 'create', name: 'b', times: 1, effect: { type: 'cut', when: 'after' } },
      { verb: 'list', times: 1, effect: { type: 'truncate' } },
    );
    await expect(call('POST', APPS, object('Application', 'a'))).rejects.toThrow();
    await expect(call('POST', APPS, object('Application', 'b'))).rejects.toThrow();
    await expect(call('GET', APPS)).rejects.toThrow();
    const { body } = await call('GET', APPS);
    expect((body.items as unknown as KubeObject[]).map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  it('break a watch off', async () => {
    await call('POST', APPS, object('Application', 'a'));
    sandbox.faults.add({ verb: 'watch', effect: { type: 'drop', afterEvents: 1, code: 410 } });
    const response = await fetch(`${sandbox.url}${APPS}?watch=true`);
    const types = (await response.text())
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(['ADDED', 'ERROR']);
  });
});
