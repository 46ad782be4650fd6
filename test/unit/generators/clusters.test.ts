import { describe, expect, test } from 'vitest';
import { known, unknown } from '../../../src/generators/contract.ts';
import { AppsetError } from '../../../src/support/errors.ts';
import { column, compatError, generate, params, rowsOf, secret } from './fixture.ts';

const TYPE = 'argocd.argoproj.io/secret-type';
const two = { west: { env: 'prod' }, east: { env: 'stage' } };
const clusters = (spec: object) => [{ clusters: spec }];

describe('which clusters', () => {
  test.each([
    ['no Secrets', {}, {}, ['in-cluster']],
    ['no selector: by name, the local one last', two, {}, ['east', 'west', 'in-cluster']],
    ['an empty selector is none', two, { selector: {} }, ['east', 'west', 'in-cluster']],
    [
      'the type label asked for leaves the local one out',
      two,
      { selector: { matchLabels: { [TYPE]: 'cluster' } } },
      ['east', 'west'],
    ],
    [
      'another value for the type label is overwritten',
      two,
      { selector: { matchLabels: { [TYPE]: 'other' } } },
      ['east', 'west'],
    ],
    ['labels', two, { selector: { matchLabels: { env: 'prod' } } }, ['west']],
    [
      'expressions',
      two,
      { selector: { matchExpressions: [{ key: 'env', operator: 'NotIn', values: ['prod'] }] } },
      ['east'],
    ],
    ['nothing matches', two, { selector: { matchLabels: { env: 'qa' } } }, []],
  ])('%s', async (_, secrets, spec, names) => {
    expect(await column({ clusters: secrets, generators: clusters(spec) }, 'name')).toEqual(names);
  });

  test.each([
    [
      'a Secret for the local server stands for the local cluster',
      'https://kubernetes.default.svc',
      ['home'],
    ],
    ['the server is compared exactly', 'https://kubernetes.default.svc/', ['home', 'in-cluster']],
  ])('%s', async (_, server, names) => {
    const world = { clusterSecrets: [secret('home', {}, { server })] };
    expect(await column({ world, generators: clusters({}) }, 'name')).toEqual(names);
  });

  test('of two Secrets with one cluster name the later counts', async () => {
    const [first, second] = [secret('a'), secret('a', {}, { project: 'second' })];
    const world = {
      clusterSecrets: [
        second,
        { ...first, metadata: { name: 'aaa', labels: { [TYPE]: 'cluster' } } },
      ] as never,
    };
    const generation = await generate({
      world,
      generators: clusters({ selector: { matchLabels: { [TYPE]: 'cluster' } } }),
    });
    expect(rowsOf(generation).map((row) => row.parts[0]?.id)).toEqual(['cluster-a']);
  });
});

describe('params', () => {
  const world = {
    clusterSecrets: [{ ...secret('production_01/west', { env: 'prod' }, { project: 'p' }) }],
  };
  const selector = { matchLabels: { [TYPE]: 'cluster' } };

  test('in Go mode', async () => {
    expect(await params({ world, generators: clusters({ selector }) })).toEqual([
      {
        name: 'production_01/west',
        nameNormalized: 'production-01-west',
        server: 'https://production_01/west.k8s.example.com',
        project: 'p',
        metadata: { labels: { env: 'prod', [TYPE]: 'cluster' } },
      },
    ]);
  });

  test('in legacy mode', async () => {
    expect(await params({ legacy: true, world, generators: clusters({ selector }) })).toEqual([
      {
        name: 'production_01/west',
        nameNormalized: 'production-01-west',
        server: 'https://production_01/west.k8s.example.com',
        project: 'p',
        'metadata.labels.env': 'prod',
        [`metadata.labels.${TYPE}`]: 'cluster',
      },
    ]);
  });

  test('the local cluster has no metadata', async () => {
    expect(await params({ generators: clusters({}) })).toEqual([
      {
        name: 'in-cluster',
        nameNormalized: 'in-cluster',
        server: 'https://kubernetes.default.svc',
        project: '',
      },
    ]);
  });

  test('values never see each other', async () => {
    const values = { a: 'lol', b: '{{values.a}}', c: '{{name}}' };
    const rows = await params({ legacy: true, generators: clusters({ values }) });
    expect(rows).toMatchObject([{ 'values.a': 'lol', 'values.b': '{{values.a}}', 'values.c': 'in-cluster' }]);
  });

  test.each([
    ['two', {}, ['east', 'west', 'in-cluster']],
    ['none', { selector: { matchLabels: { env: 'qa' } } }, undefined],
  ])('flatList is always one row: %s', async (_, spec, names) => {
    const rows = await column(
      { clusters: two, generators: clusters({ ...spec, flatList: true }) },
      'clusters',
    );
    expect(rows).toHaveLength(1);
    expect((rows[0] as { name: string }[] | null)?.map(({ name }) => name)).toEqual(names);
  });
});

describe('what goes wrong', () => {
  test.each([
    [
      { matchExpressions: [{ key: 'env', operator: 'Like', values: ['x'] }] },
      'error getting cluster secrets: error converting label selector: "Like" is not a valid label selector operator',
    ],
    [
      { matchExpressions: [{ key: 'env', operator: 'In' }] },
      "error getting cluster secrets: error converting label selector: values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
    ],
  ])('selector %j', async (selector, message) => {
    expect(await compatError({ generators: clusters({ selector }) })).toBe(message);
  });

  const down = unknown<never>(new AppsetError('APPSET_E0401', 'no answer'));

  test('Secrets that cannot be listed are unknown, not absent', async () => {
    const generation = await generate({ generators: clusters({}), sources: { clusters: async () => down } });
    expect(rowsOf(generation)).toEqual([]);
    expect(generation.entries[0]?.generated.unknown).toMatchObject([
      { path: '0.clusters', error: { message: 'error getting cluster secrets: no answer' } },
    ]);
  });

  test('last known good gives stale rows beside the error; in compat mode it does not count', async () => {
    const facts = [
      {
        secretName: 's',
        name: 'eu',
        server: 'https://eu',
        project: undefined,
        labels: { [TYPE]: 'cluster' },
        annotations: {},
      },
    ];
    const sources = {
      clusters: async () => unknown(down.error, known(facts, 'cache', 0, '1')),
    };
    const generation = await generate({ generators: clusters({}), sources });
    expect(rowsOf(generation).map((row) => row.stale)).toEqual([true, true]);
    expect(generation.errors).toHaveLength(1);
    const compat = await generate({ generators: clusters({}), sources, settings: { compat: true } });
    expect(rowsOf(compat)).toEqual([]);
  });

  test('a value that fails for one cluster fails that cluster only', async () => {
    const generation = await generate({
      clusters: two,
      options: ['missingkey=error'],
      generators: clusters({ values: { env: '{{.metadata.labels.env}}' } }),
    });
    expect(rowsOf(generation)).toHaveLength(2);
    expect(generation.entries[0]?.generated.failed).toMatchObject([
      { parts: [{ kind: 'localCluster', id: 'in-cluster' }] },
    ]);
    expect(generation.errors[0]?.message).toMatch(
      /^error appending templated values for local cluster: failed to replace templated string: failed to replace templated string with rendered values: /,
    );
  });
});
