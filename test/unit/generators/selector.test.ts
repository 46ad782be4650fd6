import { describe, expect, test } from 'vitest';
import { flatLookup } from '../../../src/generators/plain-text.ts';
import { fromJson, type GoMap, goMap, goStringMap, goStringSlice } from '../../../src/templating/values.ts';
import { compatError, params } from './fixture.ts';

const list = (elements: unknown[], selector?: unknown) => [
  { list: { elements }, ...(selector === undefined ? {} : { selector }) },
];

describe('filtering rows', () => {
  const url = 'https://a-very-long-address.of-a-cluster.in-some-region.k8s.example.com:6443';
  test.each([
    ['an empty selector keeps all', { a: '1' }, {}, true],
    [
      'nested maps are joined with dots',
      { values: { foo: 'bar' } },
      { matchLabels: { 'values.foo': 'bar' } },
      true,
    ],
    ['list items by index', { values: ['bar'] }, { matchLabels: { 'values.0': 'bar' } }, true],
    ['values are free', { server: url }, { matchLabels: { server: url } }, true],
    ['large numbers are written with an exponent', { n: 1000000 }, { matchLabels: { n: '1e+06' } }, true],
    ['and not in digits', { n: 1000000 }, { matchLabels: { n: '1000000' } }, false],
    ['an empty text is a value', { a: '' }, { matchLabels: { a: '' } }, true],
    [
      'a missing key fails In',
      { b: '1' },
      { matchExpressions: [{ key: 'a', operator: 'In', values: [''] }] },
      false,
    ],
    [
      'a missing key passes NotIn',
      { b: '1' },
      { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['x'] }] },
      true,
    ],
    ['Exists', { a: null }, { matchExpressions: [{ key: 'a', operator: 'Exists' }] }, true],
    [
      'an empty map is no entry',
      { a: {} },
      { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] },
      true,
    ],
    ['all must hold', { a: '1', b: '1' }, { matchLabels: { a: '1', b: '2' } }, false],
  ])('%s', async (_, element, selector, kept) => {
    expect(await params({ generators: list([element], selector) })).toHaveLength(kept ? 1 : 0);
  });

  test.each([[true], [false]])('the type label of a cluster Secret (legacy: %s)', async (legacy) => {
    const selector = { matchLabels: { 'metadata.labels.argocd.argoproj.io/secret-type': 'cluster' } };
    const generators = [{ clusters: {}, selector }];
    expect(await params({ legacy, clusters: { eu: {} }, generators })).toHaveLength(1);
  });

  test.each([
    [
      'path[0]',
      'Exists',
      'error parsing label selector: key: Invalid value: "path[0]": name part must consist of',
    ],
    [
      'Foo.io/x',
      'Exists',
      'error parsing label selector: key: Invalid value: "Foo.io/x": prefix part a lowercase RFC 1123 subdomain',
    ],
    [
      'a'.repeat(64),
      'Exists',
      `error parsing label selector: key: Invalid value: "${'a'.repeat(64)}": name part must be no more than 63`,
    ],
    ['a', 'Gt', 'error parsing label selector: "Gt" is not a valid pod selector operator'],
    ['a', 'In', "error parsing label selector: values: Invalid value: null: for 'in', 'notin' operators"],
  ])('key %s with %s is refused', async (key, operator, message) => {
    const error = await compatError({ generators: list([], { matchExpressions: [{ key, operator }] }) });
    expect(error?.slice(0, message.length)).toBe(message);
  });
});

describe('looking up a flattened name', () => {
  const value: GoMap = goMap([
    ['path', goMap([['segments', goStringSlice(['a', 'b'])]])],
    ['labels', goStringMap([['app.kubernetes.io/name', 'web']])],
    ['a.b', 'dotted'],
    ['a', fromJson({ c: [{ d: 1 }, null] })],
  ]);
  test.each([
    ['path.segments', '[a b]'],
    ['path.segments.0', undefined],
    ['labels.app.kubernetes.io/name', 'web'],
    ['a.b', 'dotted'],
    ['a.c.0.d', '1'],
    ['a.c.1', '<nil>'],
    ['a.c.01', undefined],
    ['a.c', undefined],
    ['labels', undefined],
  ])('%s', (key, expected) => {
    expect(flatLookup(value, key)).toBe(expected);
  });
});
