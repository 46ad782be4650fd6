/** A generator's template over the set's (spec generators §3.3 and §9.9, numbers as there). */
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { overrideTemplate } from '../../../src/templating/template-override.ts';

const spec = (fields: JsonObject) => ({ spec: fields });
const meta = (fields: JsonObject) => ({ metadata: fields });

describe('template override', () => {
  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    [
      '199',
      meta({ labels: { foo: 'bar' } }),
      meta({ labels: { n: 'v' } }),
      meta({ labels: { foo: 'bar', n: 'v' } }),
    ],
    ['200', meta({ name: 'g' }), meta({ name: 'n' }), meta({ name: 'g' })],
    ['201', meta({ labels: { a: '' } }), meta({ labels: { a: 'b' } }), meta({ labels: { a: 'b' } })],
    ['202', spec({ p: { prune: false } }), spec({ p: { prune: true } }), spec({ p: { prune: true } })],
    ['203', spec({ syncOptions: ['A'] }), spec({ syncOptions: ['B'] }), spec({ syncOptions: ['A'] })],
    ['204', spec({ syncOptions: [] }), spec({ syncOptions: ['B'] }), spec({ syncOptions: ['B'] })],
    [
      '205',
      spec({ source: { helm: { valuesObject: { a: 1 } } } }),
      spec({ source: { helm: { valuesObject: { b: 2 } } } }),
      spec({ source: { helm: { valuesObject: { a: 1 } } } }),
    ],
    [
      '206',
      spec({ sources: ['x'] }),
      spec({ source: { path: 'y' } }),
      spec({ sources: ['x'], source: { path: 'y' } }),
    ],
    [
      '207',
      spec({ destination: { name: 'x' } }),
      spec({ destination: { server: 'y' } }),
      spec({ destination: { name: 'x', server: 'y' } }),
    ],
    [
      '208',
      spec({ syncPolicy: {} }),
      spec({ syncPolicy: { automated: {} } }),
      spec({ syncPolicy: { automated: {} } }),
    ],
    ['a zero stays where the base has nothing', spec({ n: 0 }), spec({}), spec({ n: 0 })],
    [
      'an empty valuesObject is one',
      spec({ helm: { valuesObject: {} } }),
      spec({ helm: { valuesObject: { b: 2 } } }),
      spec({ helm: { valuesObject: {} } }),
    ],
  ])('%s', (_, own, base, expected) => {
    expect(overrideTemplate(own, base)).toEqual(expected);
  });

  test('without a template of its own a generator takes the base itself', () => {
    const base = meta({ name: 'n' });
    expect(overrideTemplate(undefined, base)).toBe(base);
  });
});
