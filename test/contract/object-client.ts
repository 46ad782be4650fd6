/**
 * What every `ObjectClient` must do, whatever is behind it: the sandbox's store, the sandbox over HTTP,
 * or a real API server. The safety rules rest on these facts, so each implementation is held to them.
 * Objects are valid under Argo CD's own CRDs; each test uses names of its own in one namespace.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError, type ObjectClient, RESOURCES } from '../../src/api/client.ts';
import type { Json, JsonObject, KubeObject, ObjectMeta } from '../../src/api/objects.ts';

const APPS = RESOURCES.applications;
const SETS = RESOURCES.applicationSets;

export interface Implementation {
  readonly client: ObjectClient;
  stop(): Promise<void>;
}

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) expect.fail(`expected an ApiError, got ${String(error)}`);
  return error;
}

/** Runs the suite on one implementation; `start` is called once. */
export function describeObjectClient(title: string, start: () => Promise<Implementation>): void {
  describe(`${title} as an ObjectClient`, () => {
    const namespace = 'client-contract';
    let running: Implementation;
    let client: ObjectClient;

    beforeAll(async () => {
      running = await start();
      client = running.client;
      await client.create(RESOURCES.namespaces, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      });
    });
    afterAll(async () => {
      await client.delete(RESOURCES.namespaces, undefined, namespace);
      await running.stop();
    });

    const app = (name: string, meta: Partial<ObjectMeta> = {}, spec: JsonObject = {}): KubeObject => ({
      apiVersion: APPS.apiVersion,
      kind: APPS.kind,
      metadata: { name, namespace, ...meta },
      spec: {
        project: 'default',
        destination: { namespace: 'default' },
        source: { repoURL: 'https://git.example.com/a.git' },
        ...spec,
      },
    });
    const set = (name: string): KubeObject => ({
      apiVersion: SETS.apiVersion,
      kind: SETS.kind,
      metadata: { name, namespace },
      spec: {
        generators: [],
        template: { metadata: {}, spec: { project: 'default', destination: {}, source: { repoURL: 'x' } } },
      },
    });
    const merge = (name: string, patch: Json) =>
      client.patch(APPS, namespace, name, patch, { type: 'merge' });

    describe('create', () => {
      it('fills in what belongs to the server', async () => {
        const { metadata } = await client.create(APPS, app('filled'));
        expect(metadata.generation).toBe(1);
        expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
        expect(metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        expect((await client.get(APPS, namespace, 'filled')).metadata).toEqual(metadata);
      });

      it('makes a name from generateName', async () => {
        const { metadata } = await client.create(APPS, app('', { generateName: 'made-' }));
        expect(metadata.name).toMatch(/^made-[a-z0-9]{5}$/);
      });

      it('drops status where it has its own subresource, and only there', async () => {
        const status = { health: { status: 'Healthy' } };
        const made = await client.create(SETS, { ...set('dropped'), status: { resourcesCount: 1 } });
        expect(made.status).toBeUndefined();
        expect((await client.create(APPS, { ...app('kept'), status })).status).toEqual(status);
      });

      it.each<[string, Partial<ObjectMeta> & { name: string }, number, string, RegExp]>([
        [
          'a name that is taken',
          { name: 'taken' },
          409,
          'AlreadyExists',
          /^applications\.argoproj\.io "taken" already exists$/,
        ],
        [
          'a namespace that is not there',
          { name: 'a', namespace: 'nowhere' },
          404,
          'NotFound',
          /^namespaces "nowhere" not found$/,
        ],
        [
          'no name',
          { name: '' },
          422,
          'Invalid',
          /metadata\.name: Required value: name or generateName is required/,
        ],
        [
          'a name that is none',
          { name: 'Web_1' },
          422,
          'Invalid',
          /^Application\.argoproj\.io "Web_1" is invalid: metadata\.name: Invalid value: "Web_1": a lowercase RFC 1123 subdomain/,
        ],
        [
          'a label value that is none',
          { name: 'a', labels: { a: 'b c' } },
          422,
          'Invalid',
          /metadata\.labels: Invalid value: "b c"/,
        ],
        [
          'two controllers',
          {
            name: 'a',
            ownerReferences: ['a', 'b'].map((name) => ({
              apiVersion: 'v1',
              kind: 'Pod',
              name,
              uid: name,
              controller: true,
            })),
          },
          422,
          'Invalid',
          /Only one reference can have Controller set to true/,
        ],
      ])('refuses %s', async (_what, meta, code, reason, message) => {
        await client.create(APPS, app('taken')).catch(() => undefined);
        expect(await failure(client.create(APPS, app(meta.name, meta)))).toMatchObject({
          code,
          reason,
          message: expect.stringMatching(message),
        });
      });

      it('stores nothing on a dry run', async () => {
        const made = await client.create(APPS, app('dry'), { dryRun: true });
        expect(made.metadata.uid).toBeDefined();
        expect(await failure(client.get(APPS, namespace, 'dry'))).toMatchObject({
          code: 404,
          reason: 'NotFound',
        });
      });
    });

    describe('update and patch', () => {
      it('answers a stale resourceVersion with Conflict', async () => {
        const first = await client.create(APPS, app('stale'));
        await client.update(APPS, { ...first, spec: { ...first.spec, project: 'other' } });
        const { resourceVersion } = first.metadata;
        for (const call of [
          () => client.update(APPS, { ...first, spec: { ...first.spec, project: 'third' } }),
          () => merge('stale', { metadata: { resourceVersion }, spec: { project: 'third' } }),
        ]) {
          expect(await failure(call())).toMatchObject({
            code: 409,
            reason: 'Conflict',
            message:
              'Operation cannot be fulfilled on applications.argoproj.io "stale": the object has been modified; please apply your changes to the latest version and try again',
          });
        }
      });

      it('wants a resourceVersion for a custom object and none for a ConfigMap', async () => {
        await client.create(APPS, app('unversioned'));
        expect(await failure(client.update(APPS, app('unversioned')))).toMatchObject({
          code: 422,
          message: expect.stringMatching(
            /metadata\.resourceVersion: Invalid value: .*must be specified for an update/,
          ),
        });
        const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace } };
        await client.create(RESOURCES.configMaps, map);
        expect((await client.update(RESOURCES.configMaps, { ...map, data: { a: '1' } })).data).toEqual({
          a: '1',
        });
      });

      it('counts generation for the spec, never for metadata, for status only without the subresource', async () => {
        const patchSet = (patch: Json, subresource?: 'status') =>
          client.patch(SETS, namespace, 'counted', patch, {
            type: 'merge',
            ...(subresource ? { subresource } : {}),
          });
        await client.create(SETS, set('counted'));
        expect((await patchSet({ metadata: { labels: { a: 'b' } } })).metadata.generation).toBe(1);
        expect((await patchSet({ status: { resourcesCount: 1 } }, 'status')).metadata.generation).toBe(1);
        expect((await patchSet({ spec: { goTemplate: true } })).metadata.generation).toBe(2);
        await client.create(APPS, app('counted'));
        const touched = await merge('counted', { status: { health: { status: 'Healthy' } } });
        expect(touched.metadata.generation).toBe(2);
      });

      it('takes only status on /status, only the rest beside it, and has no /status for Applications', async () => {
        await client.create(SETS, set('split'));
        const patch = { metadata: { labels: { a: 'b' } }, spec: { goTemplate: true } };
        const status = await client.patch(
          SETS,
          namespace,
          'split',
          { ...patch, status: { resourcesCount: 1 } },
          { type: 'merge', subresource: 'status' },
        );
        expect([status.metadata.labels, status.spec?.goTemplate, status.status]).toEqual([
          undefined,
          undefined,
          { resourcesCount: 1 },
        ]);
        const main = await client.patch(
          SETS,
          namespace,
          'split',
          { ...patch, status: { resourcesCount: 2 } },
          { type: 'merge' },
        );
        expect([main.metadata.labels, main.spec?.goTemplate, main.status]).toEqual([
          { a: 'b' },
          true,
          { resourcesCount: 1 },
        ]);
        await client.create(APPS, app('split'));
        const none = client.patch(
          APPS,
          namespace,
          'split',
          { status: {} },
          { type: 'merge', subresource: 'status' },
        );
        expect(await failure(none)).toMatchObject({ code: 404 });
      });

      it('refuses a wrong uid in a merge patch with 422 and cause metadata.uid, and does not look on /status', async () => {
        await client.create(SETS, set('uid'));
        const patch = {
          metadata: { uid: 'another' },
          spec: { goTemplate: true },
          status: { resourcesCount: 1 },
        };
        const error = await failure(client.patch(SETS, namespace, 'uid', patch, { type: 'merge' }));
        expect(error).toMatchObject({ code: 422, reason: 'Invalid' });
        expect(error.causes.map(({ field }) => field)).toContain('metadata.uid');
        const status = await client.patch(SETS, namespace, 'uid', patch, {
          type: 'merge',
          subresource: 'status',
        });
        expect(status.status).toEqual({ resourcesCount: 1 });
      });

      it('is no write when nothing changes', async () => {
        const first = await client.create(APPS, app('same'));
        const again = await merge('same', { spec: { project: 'default' } });
        expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      });

      it.each<[string, Json, string | number]>([
        ['replace', [{ op: 'replace', path: '/spec/project', value: 'x' }], 'x'],
        ['copy', [{ op: 'copy', from: '/spec/destination/namespace', path: '/spec/project' }], 'default'],
        ['test that fails', [{ op: 'test', path: '/spec/project', value: 'y' }], 422],
        ['a path that is not there', [{ op: 'replace', path: '/spec/nothing/here', value: 1 }], 422],
      ])('JSON patch: %s', async (what, patch, expected) => {
        const name = `json-${what.replaceAll(' ', '-')}`;
        await client.create(APPS, app(name));
        const call = client.patch(APPS, namespace, name, patch, { type: 'json' });
        if (typeof expected === 'number') expect(await failure(call)).toMatchObject({ code: expected });
        else expect((await call).spec?.project).toBe(expected);
      });

      it('server-side apply: creates, removes what is left out, and conflicts with other managers', async () => {
        const apply = (labels: JsonObject, project: string, force = false) => {
          const { apiVersion, kind, spec } = app('applied', {}, { project });
          const config: Json = { apiVersion, kind, metadata: { name: 'applied', labels }, spec: spec ?? {} };
          return client.patch(APPS, namespace, 'applied', config, {
            type: 'apply',
            fieldManager: 'applier',
            force,
          });
        };
        await apply({ a: '1', b: '1' }, 'default');
        expect((await apply({ a: '1' }, 'default')).metadata.labels).toEqual({ a: '1' });
        await client.patch(
          APPS,
          namespace,
          'applied',
          { spec: { project: 'edited' } },
          { type: 'merge', fieldManager: 'editor' },
        );
        const error = await failure(apply({ a: '1' }, 'default'));
        expect(error).toMatchObject({ code: 409, reason: 'Conflict' });
        expect(error.causes.map(({ field }) => field)).toEqual(['.spec.project']);
        expect((await apply({ a: '1' }, 'default', true)).spec?.project).toBe('default');
      });
    });

    describe('delete', () => {
      it('goes at once without finalizers, and with them only begins', async () => {
        await client.create(APPS, app('plain'));
        expect(await client.delete(APPS, namespace, 'plain')).toBeUndefined();
        await client.create(APPS, app('held', { finalizers: ['example.com/hold'] }));
        const first = await client.delete(APPS, namespace, 'held');
        expect(first?.metadata.deletionTimestamp).toBeDefined();
        expect(first?.metadata.generation).toBe(2);
        await merge('held', { metadata: { finalizers: null } });
        expect(await failure(client.get(APPS, namespace, 'held'))).toMatchObject({ code: 404 });
      });

      it('takes no new finalizer on a terminating object', async () => {
        await client.create(APPS, app('ending', { finalizers: ['example.com/hold'] }));
        await client.delete(APPS, namespace, 'ending');
        const more = merge('ending', { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } });
        expect(await failure(more)).toMatchObject({
          code: 422,
          message: expect.stringContaining('no new finalizers can be added if the object is being deleted'),
        });
        await merge('ending', { metadata: { finalizers: null } });
      });

      it.each([
        [{ uid: 'another' }, /the UID in the precondition \(another\) does not match the UID in record/],
        [{ resourceVersion: '1' }, /the ResourceVersion in the precondition \(1\) does not match/],
      ])('holds to the precondition %j', async (precondition, message) => {
        const name = `precondition-${Object.keys(precondition)[0]?.toLowerCase()}`;
        await client.create(APPS, app(name));
        expect(await failure(client.delete(APPS, namespace, name, precondition))).toMatchObject({
          code: 409,
          reason: 'Conflict',
          message: expect.stringMatching(message),
        });
        const { uid = '', resourceVersion = '' } = (await client.get(APPS, namespace, name)).metadata;
        expect(await client.delete(APPS, namespace, name, { uid, resourceVersion })).toBeUndefined();
      });

      it('loses an orphan finalizer to an explicit Background, not to no policy', async () => {
        await client.create(APPS, app('orphan', { finalizers: ['orphan', 'example.com/hold'] }));
        expect((await client.delete(APPS, namespace, 'orphan'))?.metadata.finalizers).toContain('orphan');
        const after = await client.delete(APPS, namespace, 'orphan', { propagationPolicy: 'Background' });
        expect(after?.metadata.finalizers).toEqual(['example.com/hold']);
        await merge('orphan', { metadata: { finalizers: null } });
      });
    });

    describe('list and watch', () => {
      it('pages, selects by label and by name', async () => {
        for (const name of ['page-a', 'page-b', 'page-c']) {
          await client.create(APPS, app(name, { labels: { page: name === 'page-b' ? 'even' : 'odd' } }));
        }
        const names = async (options: object) =>
          (await client.list(APPS, { namespace, ...options })).items.map(({ metadata }) => metadata.name);
        expect(await names({ labelSelector: 'page=odd' })).toEqual(['page-a', 'page-c']);
        expect(await names({ labelSelector: 'page in (even)' })).toEqual(['page-b']);
        expect(await names({ fieldSelector: 'metadata.name=page-c' })).toEqual(['page-c']);
        const first = await client.list(APPS, { namespace, labelSelector: 'page', limit: 2 });
        const second = await client.list(APPS, {
          namespace,
          labelSelector: 'page',
          limit: 2,
          continue: first.continue ?? '',
        });
        expect([first, second].map(({ items }) => items.map(({ metadata }) => metadata.name))).toEqual([
          ['page-a', 'page-b'],
          ['page-c'],
        ]);
        expect(second.continue).toBeUndefined();
      });

      it('tells changes in order from a resourceVersion on, selectors included', async () => {
        const { resourceVersion } = await client.list(APPS, { namespace });
        const seen: string[] = [];
        const reading = (async () => {
          const options = { namespace, resourceVersion, labelSelector: 'seen=yes', timeoutSeconds: 20 };
          for await (const event of client.watch(APPS, options)) {
            seen.push(event.type === 'ERROR' ? 'ERROR' : `${event.type} ${event.object.metadata.name}`);
            if (seen.length === 4) break;
          }
        })();
        await client.create(APPS, app('seen-a'));
        await merge('seen-a', { metadata: { labels: { seen: 'yes' } } });
        await merge('seen-a', { spec: { project: 'x' } });
        await merge('seen-a', { metadata: { labels: null } });
        await client.create(APPS, app('seen-b', { labels: { seen: 'yes' } }));
        await reading;
        expect(seen).toEqual(['ADDED seen-a', 'MODIFIED seen-a', 'DELETED seen-a', 'ADDED seen-b']);
      });

      it('ends when the signal says so', async () => {
        const abort = new AbortController();
        const { resourceVersion } = await client.list(APPS, { namespace });
        const reading = (async () => {
          for await (const _ of client.watch(APPS, { namespace, resourceVersion, signal: abort.signal })) {
            // nothing is expected
          }
        })();
        const ended = reading.then(
          () => 'ended',
          () => 'ended',
        );
        abort.abort();
        expect(await ended).toBe('ended');
      });
    });
  });
}
