/** Writes: nothing without a difference, preconditions, concurrent edits, back-off, and order. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ObjectClient, RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { list, Operator, shops } from './operator.ts';

/** A client like another, but for its patches. */
const patchingAs = (client: ObjectClient, patch: ObjectClient['patch']): ObjectClient => ({
  get: client.get.bind(client),
  list: client.list.bind(client),
  watch: client.watch.bind(client),
  create: client.create.bind(client),
  update: client.update.bind(client),
  delete: client.delete.bind(client),
  patch,
});

describe('a second run writes nothing', () => {
  const metadata = fc.record(
    {
      labels: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('', 'x')),
      annotations: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('', 'x')),
      finalizers: fc.uniqueArray(
        fc.constantFrom('resources-finalizer.argocd.argoproj.io', 'pre-delete-finalizer.argocd.argoproj.io'),
      ),
    },
    { requiredKeys: [] },
  );
  const spec = fc.record(
    {
      source: fc.record(
        {
          repoURL: fc.constant('r'),
          path: fc.constantFrom('', 'p'),
          helm: fc.record(
            {
              releaseName: fc.constantFrom('', 'r'),
              skipCrds: fc.boolean(),
              parameters: fc.array(
                fc.record({ name: fc.constantFrom('a', 'b'), value: fc.constantFrom('', '1') }),
                { maxLength: 2 },
              ),
              valuesObject: fc.dictionary(
                fc.constantFrom('k', 'l'),
                fc.oneof(fc.constant(null), fc.constant(1), fc.constant({}), fc.constant([])),
              ),
            },
            { requiredKeys: [] },
          ),
          directory: fc.record(
            { recurse: fc.boolean(), include: fc.constantFrom('', '*.yaml') },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: ['repoURL'] },
      ),
      syncPolicy: fc.record(
        {
          automated: fc.record({ prune: fc.boolean() }, { requiredKeys: [] }),
          syncOptions: fc.array(fc.constantFrom('A=1', 'B=1'), { maxLength: 2 }),
          managedNamespaceMetadata: fc.record({ labels: fc.constant({}) }, { requiredKeys: [] }),
        },
        { requiredKeys: [] },
      ),
      revisionHistoryLimit: fc.constantFrom(0, 3),
      info: fc.array(fc.record({ name: fc.constant('n'), value: fc.constantFrom('', 'v') }), {
        maxLength: 1,
      }),
    },
    { requiredKeys: ['source'] },
  );

  test.each([false, true])('whatever the template holds (compat: %s)', async (compat) => {
    await fc.assert(
      fc.asyncProperty(metadata, spec, async (templateMetadata, templateSpec) => {
        const operator = new Operator({ compat });
        operator.apply(
          shops([list('porto', 'lyon')], {
            template: {
              metadata: { name: 'shop-{{.city}}', ...templateMetadata },
              spec: { project: 'default', destination: { name: 'in-cluster' }, ...templateSpec },
            } as JsonObject,
          }),
        );
        await operator.run();
        expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
        await operator.run();
        expect(operator.writes).toEqual([]);
        expect(operator.events).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('an update', () => {
  const changed = (path: string) => {
    const spec = shops([list('porto')]) as { template: { spec: { source: { path: string } } } };
    spec.template.spec.source.path = path;
    return spec as unknown as JsonObject;
  };

  test('whose object was made again meanwhile is planned again for the new one', async () => {
    const operator = new Operator();
    operator.apply(changed('a'));
    await operator.run();
    operator.apply(changed('b'));
    const old = operator.application('shop-porto');
    operator.before = ({ verb, kind }) => {
      if (verb !== 'patch' || kind !== 'Application') return;
      operator.before = undefined;
      operator.edit('shop-porto', { metadata: { finalizers: null } });
      operator.remove(RESOURCES.applications, 'shop-porto');
      const { uid: _, resourceVersion: _v, ...metadata } = old.metadata;
      operator.seed({ ...old, metadata } as unknown as JsonObject);
    };
    const result = await operator.run();
    expect(result.applied).toMatchObject({ updated: ['shop-porto'], failures: [] });
    expect(operator.application('shop-porto').metadata.uid).not.toBe(old.metadata.uid);
    expect(operator.application('shop-porto').spec.source).toMatchObject({ path: 'b' });
  });

  test('is not written to another object of that name that is not ours', async () => {
    const operator = new Operator();
    operator.apply(changed('a'));
    await operator.run();
    operator.apply(changed('b'));
    operator.before = ({ verb, kind }) => {
      if (verb !== 'patch' || kind !== 'Application') return;
      operator.before = undefined;
      operator.edit('shop-porto', { metadata: { finalizers: null } });
      operator.remove(RESOURCES.applications, 'shop-porto');
      operator.seed({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name: 'shop-porto', namespace: 'argocd' },
        spec: { project: 'by-hand', destination: {} },
      });
    };
    const result = await operator.run();
    expect(result.applied?.blocked).toMatchObject([{ name: 'shop-porto', reason: 'Conflict' }]);
    expect(operator.application('shop-porto').spec).toEqual({ project: 'by-hand', destination: {} });
  });

  test('whose object vanished meanwhile makes it again', async () => {
    const operator = new Operator();
    operator.apply(changed('a'));
    await operator.run();
    operator.apply(changed('b'));
    operator.client.faults.add({ verb: 'patch', kind: 'Application', times: 1, effect: { type: 'vanish' } });
    const result = await operator.run();
    expect(result.applied).toMatchObject({ created: ['shop-porto'], failures: [] });
  });

  test('that replaces a list fails on a concurrent edit and is planned again, so that the edit is seen', async () => {
    const operator = new Operator();
    const withOptions = (...syncOptions: string[]) => {
      const spec = shops([list('porto')], { preservedFields: { annotations: ['note'] } }) as {
        template: { spec: JsonObject };
      };
      spec.template.spec = { ...spec.template.spec, syncPolicy: { syncOptions } };
      return spec as unknown as JsonObject;
    };
    operator.apply(withOptions('A=1'));
    await operator.run();
    operator.apply(withOptions('A=1', 'B=1'));
    operator.before = ({ verb, kind }) => {
      if (verb !== 'patch' || kind !== 'Application') return;
      operator.before = undefined;
      operator.edit('shop-porto', { metadata: { annotations: { note: 'hello' } } });
    };
    const result = await operator.run();
    expect(result.applied).toMatchObject({ updated: ['shop-porto'], failures: [] });
    expect(operator.application('shop-porto').metadata.annotations?.note).toBe('hello');
    expect(operator.writes.filter((write) => write === 'patch Application/shop-porto')).toHaveLength(2);
  });

  test('beside a concurrent edit of another field puts that right too, at once', async () => {
    const operator = new Operator();
    operator.apply(changed('a'));
    await operator.run();
    operator.apply(changed('b'));
    operator.before = ({ verb, kind }) => {
      if (verb !== 'patch' || kind !== 'Application') return;
      operator.before = undefined;
      operator.edit('shop-porto', { spec: { project: 'stolen' } });
    };
    await operator.run();
    expect(operator.application('shop-porto').spec).toMatchObject({
      project: 'default',
      source: { path: 'b' },
    });
    expect(operator.condition('WriteHasNoEffect')).toBeUndefined();
  });

  test('that the server undoes is not sent again until something changes', async () => {
    const operator = new Operator();
    operator.apply(changed('a'));
    await operator.run();
    // a mutating webhook that insists on its own path
    const stubborn = patchingAs(operator.client, async (...args) => {
      const answer = await operator.client.patch(...args);
      if (args[0].kind !== 'Application') return answer;
      operator.edit(args[2], { spec: { source: { path: 'webhook' } } });
      return operator.client.get(args[0], args[1], args[2]);
    });
    operator.apply(changed('b'));
    await operator.run({ client: stubborn });
    expect(operator.condition('WriteHasNoEffect')).toContain('shop-porto');
    await operator.run({ client: stubborn });
    expect(operator.writes).toEqual([]);
    operator.apply(changed('c'));
    await operator.run({ client: stubborn });
    expect(operator.writes).toContain('patch Application/shop-porto');
  });
});

describe('a write that fails', () => {
  test('backs off alone: the others are written, the set is not in error with the queue', async () => {
    const operator = new Operator();
    operator.client.faults.add({
      verb: 'create',
      kind: 'Application',
      name: 'shop-lyon',
      effect: { type: 'refuse', code: 500, message: 'no' },
    });
    operator.apply(shops([list('porto', 'lyon')]));
    const first = await operator.run();
    expect(first.error).toBeUndefined();
    expect(first.requeueAfterSeconds).toBe(0.005);
    expect(operator.names).toEqual(['shop-porto']);
    expect(operator.condition('ErrorOccurred')).toBe('True UpdateApplicationError no');

    // while it waits it is still told
    await operator.run();
    expect(operator.writes).toEqual([]);
    expect(operator.condition('ErrorOccurred')).toBe('True UpdateApplicationError no');
    operator.clock.advance(0.005);
    const third = await operator.run();
    expect(operator.writes).toEqual(['create Application/shop-lyon']);
    expect(third.requeueAfterSeconds).toBe(0.01);

    operator.client.faults.clear();
    operator.clock.advance(1);
    const last = await operator.run();
    expect(last.requeueAfterSeconds).toBeUndefined();
    expect(operator.condition('ErrorOccurred')).toContain('False');
  });

  test('is tried at once when the desired state is another', async () => {
    const operator = new Operator();
    operator.client.faults.add({
      verb: 'create',
      kind: 'Application',
      times: 1,
      effect: { type: 'refuse', code: 422, message: 'bad' },
    });
    operator.apply(shops([list('porto')]));
    await operator.run();
    const spec = shops([list('porto')]) as { template: { spec: { source: { path: string } } } };
    spec.template.spec.source.path = 'mended';
    operator.apply(spec as unknown as JsonObject);
    await operator.run();
    expect(operator.names).toEqual(['shop-porto']);
  });

  test('of a deletion backs off alone, too', async () => {
    const operator = new Operator();
    operator.apply(shops([list('porto', 'lyon', 'oslo')]));
    await operator.run();
    operator.client.faults.add({
      verb: 'delete',
      name: 'shop-lyon',
      times: 1,
      effect: { type: 'refuse', code: 403, message: 'no' },
    });
    operator.apply(shops([list('porto')]));
    const first = await operator.run();
    expect(first).toMatchObject({ error: undefined, requeueAfterSeconds: 0.005 });
    expect(operator.condition('ErrorOccurred')).toBe('True DeleteApplicationError no');
    expect(operator.application('shop-oslo').metadata.deletionTimestamp).toBeDefined();
    operator.clock.advance(1);
    await operator.run();
    expect(operator.application('shop-lyon').metadata.deletionTimestamp).toBeDefined();
    expect(operator.condition('ErrorOccurred')).toContain('False');
  });

  test('because the server throttles is sent again after the wait it asked for', async () => {
    const operator = new Operator();
    operator.client.faults.add({
      verb: 'create',
      kind: 'Application',
      times: 2,
      effect: { type: 'refuse', code: 429, retryAfterSeconds: 3 },
    });
    operator.apply(shops([list('porto', 'lyon')]));
    const result = await operator.run();
    expect(result.applied?.failures).toEqual([]);
    expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
  });
});

test('a terminating Application is left alone and made again when it is gone', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto')]));
  await operator.run();
  operator.remove(RESOURCES.applications, 'shop-porto');
  operator.edit('shop-porto', { spec: { project: 'other' } });
  const waiting = await operator.run();
  expect(operator.writes).toEqual([]);
  expect(waiting.plan?.blocked).toMatchObject([{ name: 'shop-porto', reason: 'Terminating' }]);
  operator.clock.advance(601);
  await operator.run();
  expect(operator.condition('StuckTerminating')).toContain(
    'waiting for finalizer resources-finalizer.argocd.argoproj.io',
  );
  operator.edit('shop-porto', { metadata: { finalizers: null } });
  await operator.run();
  expect(operator.application('shop-porto').metadata.deletionTimestamp).toBeUndefined();
  expect(operator.condition('StuckTerminating')).toBeUndefined();
});

test('a status field that the served schema drops is sent once, not at every run', async () => {
  const operator = new Operator();
  const older = patchingAs(operator.client, (type, namespace, name, patch, options) => {
    const { health: _, ...status } = (patch as { status?: JsonObject }).status ?? {};
    return operator.client.patch(type, namespace, name, { ...(patch as JsonObject), status }, options);
  });
  operator.apply(shops([list('porto')]));
  const statusWrites = () => operator.calls.filter(({ verb }) => verb === 'patchStatus').length;
  const counts: number[] = [];
  for (let run = 0; run < 4; run++) {
    await operator.run({ client: older });
    counts.push(statusWrites());
  }
  expect(counts).toEqual([1, 1, 0, 0]);
  operator.apply(shops([list('porto', 'lyon')]));
  await operator.run({ client: older });
  expect(statusWrites()).toBe(1);
  expect(operator.set()?.status?.resourcesCount).toBe(2);
});

test('a terminating candidate is not deleted again', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')]));
  await operator.run();
  operator.apply(shops([list('porto')]));
  await operator.run();
  expect(operator.events).toEqual(['Deleted Deleted Application "shop-lyon"']);
  await operator.run();
  expect(operator.writes).toEqual([]);
  expect(operator.events).toEqual([]);
});

test('creations and updates come before deletions', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')]));
  await operator.run();
  operator.apply(shops([list('porto', 'oslo', 'riga')]));
  await operator.run();
  expect(operator.writes.filter((write) => write.includes('Application/'))).toEqual([
    'create Application/shop-oslo',
    'create Application/shop-riga',
    'delete Application/shop-lyon',
  ]);
});

test('a dry run stores nothing', async () => {
  const operator = new Operator({ dryRun: true });
  operator.apply(shops([list('porto')]));
  const result = await operator.run();
  expect(result.applied?.created).toEqual(['shop-porto']);
  expect(operator.names).toEqual([]);
  expect(operator.set()?.status).toBeUndefined();
});
