/** What is unknown, failed or marked is kept; the rest of the set goes on. */
import { describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { directories, list, Operator, shops } from './operator.ts';

const byDirectory = (change = {}) =>
  shops([directories()], {
    template: {
      metadata: { name: 'shop-{{.path.basename}}' },
      spec: {
        project: 'default',
        source: { repoURL: 'r', path: '{{.path.path}}' },
        destination: { server: 'https://kubernetes.default.svc' },
      },
    },
    syncPolicy: { preserveResourcesOnDeletion: true },
    ...change,
  });

describe('a source that cannot be read', () => {
  test('keeps everything, says so, and comes back in three minutes', async () => {
    const operator = new Operator();
    operator.files('apps/a/x', 'apps/b/x');
    operator.apply(byDirectory());
    await operator.run();
    expect(operator.names).toEqual(['shop-a', 'shop-b']);

    operator.breakGit();
    const result = await operator.run();
    expect(operator.names).toEqual(['shop-a', 'shop-b']);
    expect(result).toMatchObject({ requeueAfterSeconds: 180, error: undefined });
    expect(operator.condition('ErrorOccurred')).toContain('True ApplicationGenerationFromParamsError');
    expect(operator.condition('ErrorOccurred')).toContain('no route to host');
    expect(operator.condition('ApplicationsKept')).toContain(
      'True SourceUnknown 2 not deleted: shop-a, shop-b',
    );
    expect(operator.set()?.status?.resourcesCount).toBe(2);

    operator.files('apps/a/x');
    await operator.run();
    expect(operator.names).toEqual(['shop-a']);
    expect(operator.condition('ErrorOccurred')).toContain('False');
    expect(operator.condition('ApplicationsKept')).toBeUndefined();
  });

  test('beside one that can: that one goes on, and nothing is deleted', async () => {
    const operator = new Operator();
    const mixed = (...cities: string[]) =>
      byDirectory({
        generators: [
          directories(),
          { list: { elements: cities.map((city) => ({ path: { path: city, basename: city } })) } },
        ],
      });
    operator.files('apps/a/x');
    operator.apply(mixed('porto', 'lyon'));
    await operator.run();
    operator.breakGit();
    operator.apply(mixed('porto', 'oslo'));
    await operator.run();
    expect(operator.names).toEqual(['shop-a', 'shop-lyon', 'shop-oslo', 'shop-porto']);
  });
});

test('an empty list of clusters keeps what points at clusters, and is looked at again in three minutes', async () => {
  const operator = new Operator();
  operator.clusterSecret('eu', 'https://eu.example.org', { env: 'live' });
  operator.apply(
    shops([{ clusters: { selector: { matchLabels: { env: 'live' } } } }], {
      template: {
        metadata: { name: 'shop-{{.name}}' },
        spec: {
          project: 'default',
          source: { repoURL: 'r', path: 'x' },
          destination: { server: '{{.server}}' },
        },
      },
      syncPolicy: { preserveResourcesOnDeletion: true },
    }),
  );
  await operator.run();
  operator.remove(RESOURCES.secrets, 'eu');
  expect((await operator.run()).requeueAfterSeconds).toBe(180);
  expect(operator.names).toEqual(['shop-eu']);
  expect(operator.condition('ApplicationsKept')).toContain('the list of cluster Secrets is empty');
  // one that the set does not select is no event for it, but makes the list one that can be believed
  operator.clusterSecret('us', 'https://us.example.org', { env: 'off' });
  expect((await operator.run()).requeueAfterSeconds).toBeUndefined();
  expect(operator.names).toEqual([]);
});

describe('an element that fails', () => {
  const spec = (elements: JsonObject[]) =>
    shops([{ list: { elements } }], { syncPolicy: { preserveResourcesOnDeletion: true } });

  test('keeps only its own Application; others are made, changed and deleted', async () => {
    const operator = new Operator();
    const withDir = (elements: JsonObject[]) => {
      const set = spec(elements) as { template: { spec: { source: { path: string } } } };
      set.template.spec.source.path = '{{.dir}}';
      return set as unknown as ReturnType<typeof spec>;
    };
    operator.apply(
      withDir([
        { city: 'porto', dir: 'p' },
        { city: 'lyon', dir: 'l' },
        { city: 'oslo', dir: 'o' },
      ]),
    );
    await operator.run();
    operator.apply(withDir([{ city: 'porto' }, { city: 'lyon', dir: 'l2' }, { city: 'riga', dir: 'r' }]));
    const result = await operator.run();
    expect(operator.names).toEqual(['shop-lyon', 'shop-porto', 'shop-riga']);
    expect(operator.application('shop-porto').spec.source).toMatchObject({ path: 'p' });
    expect(operator.application('shop-lyon').spec.source).toMatchObject({ path: 'l2' });
    expect(operator.condition('ErrorOccurred')).toContain('True RenderTemplateParamsError');
    expect(result.requeueAfterSeconds).toBe(180);
  });

  test('an invalid Application stays as it is', async () => {
    const operator = new Operator();
    operator.apply(spec([{ city: 'porto' }]));
    await operator.run();
    const set = spec([{ city: 'porto' }]) as { template: { spec: { project: string } } };
    set.template.spec.project = 'missing';
    operator.apply(set as unknown as ReturnType<typeof spec>);
    await operator.run();
    expect(operator.application('shop-porto').spec.project).toBe('default');
    expect(operator.condition('ErrorOccurred')).toContain(
      'True ApplicationValidationError application references project missing which does not exist',
    );
  });
});

test('a refused creation keeps what it may replace; unrelated deletions go on', async () => {
  const operator = new Operator();
  const replacing = { annotations: { 'appset-operator.io/on-rename': 'replace' } };
  const named = (name: string, ...cities: string[]) => {
    const set = shops([list(...cities)], { syncPolicy: { preserveResourcesOnDeletion: true } }) as {
      template: { metadata: { name: string } };
    };
    set.template.metadata.name = name;
    return set as unknown as ReturnType<typeof shops>;
  };
  operator.apply(named('shop-{{.city}}', 'porto', 'lyon', 'oslo'), replacing);
  await operator.run();
  operator.client.faults.add({
    verb: 'create',
    kind: 'Application',
    name: 'store-porto',
    effect: { type: 'refuse', code: 403 },
  });
  operator.apply(named('store-{{.city}}', 'porto', 'lyon'));
  const result = await operator.run();
  expect(operator.names).toEqual(['shop-porto', 'store-lyon']);
  expect(result.error).toBeUndefined();
  expect(result.applied?.spared).toMatchObject([{ name: 'shop-porto', reason: 'ReplacementFailed' }]);
  expect(operator.condition('ErrorOccurred')).toContain('True UpdateApplicationError');

  operator.client.faults.clear();
  operator.clock.advance(10);
  await operator.run();
  expect(operator.names).toEqual(['store-lyon', 'store-porto']);
});

test('the keep mark keeps an Application and takes our owner reference off, so that nothing of ours takes it', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')]));
  await operator.run();
  operator.edit('shop-lyon', { metadata: { annotations: { 'appset-operator.io/keep': 'true' } } });
  operator.apply(shops([list('porto')]));
  await operator.run();
  expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
  expect(operator.application('shop-lyon').metadata.ownerReferences).toBeUndefined();
  // it is nobody's any more: what a next run would say is said at once
  expect(operator.condition('ApplicationsKept')).toBeUndefined();
  await operator.run();
  expect(operator.writes).toEqual([]);

  operator.remove(RESOURCES.applicationSets, 'shops');
  operator.client.store.collectGarbage();
  expect(
    operator
      .applications()
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.name),
  ).toEqual(['shop-lyon']);
});

test('a mark set between plan and deletion counts: every deletion reads live first', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon')]));
  await operator.run();
  operator.apply(shops([list('porto')]));
  operator.before = ({ verb, kind, name }) => {
    if (verb !== 'get' || kind !== 'ApplicationSet' || name !== 'shops') return;
    operator.before = undefined;
    operator.edit('shop-lyon', { metadata: { annotations: { 'appset-operator.io/keep': 'true' } } });
  };
  const set = operator.set();
  const view = operator.deps().live;
  const result = await operator.run({
    live: {
      ...view,
      set: async () => set,
      sets: async () => [],
      applications: (namespace) => view.applications(namespace),
      wrote: () => {},
      wroteSet: () => {},
      gone: () => {},
      writing: () => () => {},
    },
  });
  expect(operator.names).toContain('shop-lyon');
  expect(result.applied?.spared).toMatchObject([{ name: 'shop-lyon', reason: 'ChangedMeanwhile' }]);
});
