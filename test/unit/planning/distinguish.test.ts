/** Expressions that tell colliding elements apart. */
import { describe, expect, test } from 'vitest';
import { distinguish } from '../../../src/planning/distinguish.ts';
import { fromJson, type GoMap } from '../../../src/templating/values.ts';

const params = (value: Parameters<typeof fromJson>[0]) => fromJson(value) as GoMap;
const overlay = (app: string) =>
  params({
    path: {
      path: `apps/${app}/overlays/production`,
      basename: 'production',
      segments: ['apps', app, 'overlays', 'production'],
    },
  });

describe('distinction', () => {
  test('prefers what can be part of a name', () => {
    expect(distinguish([overlay('checkout'), overlay('search'), overlay('web')], true)).toEqual({
      expression: '{{index .path.segments 1}}',
      values: ['checkout', 'search', 'web'],
    });
  });

  test.each([
    ['a key that is no identifier', [{ m: { 'a-b': 'x' } }, { m: { 'a-b': 'y' } }], '{{index .m "a-b"}}'],
    ['a field below an index', [{ l: [{ n: 'x' }] }, { l: [{ n: 'y' }] }], '{{(index .l 0).n}}'],
    ['a number', [{ n: 1 }, { n: 2 }], '{{.n}}'],
  ])('%s', (_, sets, expression) => {
    expect(distinguish(sets.map(params), true)?.expression).toBe(expression);
  });

  test('a legacy tag is a parameter name', () => {
    const sets = [params({ 'path[1]': 'a', x: 's' }), params({ 'path[1]': 'b', x: 's' })];
    expect(distinguish(sets, false)).toEqual({ expression: '{{path[1]}}', values: ['a', 'b'] });
  });

  test('equal sets cannot be told apart', () => {
    expect(distinguish([params({ a: 'x' }), params({ a: 'x' })], true)).toBeUndefined();
  });
});
