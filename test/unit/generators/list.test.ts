import { describe, expect, test } from 'vitest';
import { compatError, generate, params, rowsOf } from './fixture.ts';

const list = (elements: unknown[], more: object = {}) => [{ list: { elements, ...more } }];

describe('elements become params', () => {
  test.each([
    [
      'strings and values, flat',
      true,
      { cluster: 'c', values: { foo: 'bar' } },
      { cluster: 'c', 'values.foo': 'bar' },
    ],
    ['a literal dotted key', true, { 'values.redis': 'true' }, { 'values.redis': 'true' }],
    [
      'nested values as they are',
      false,
      { cluster: 'c', values: { foo: 'bar' } },
      { cluster: 'c', values: { foo: 'bar' } },
    ],
    ['a literal dotted key stays one key', false, { 'values.redis': 'true' }, { 'values.redis': 'true' }],
    ['numbers, lists and nulls', false, { n: 1000000, l: [1], x: null }, { n: 1000000, l: [1], x: null }],
    ['an empty one', false, {}, {}],
    ['values without entries', true, { values: {} }, {}],
  ])('%s (legacy: %s)', async (_, legacy, element, expected) => {
    expect(await params({ legacy, generators: list([element]) })).toEqual([expected]);
  });

  test('elements come before the items of elementsYaml', async () => {
    const generators = list([{ a: 'x' }], { elementsYaml: '[{a: 1}, null]' });
    expect(await params({ generators })).toEqual([{ a: 'x' }, { a: 1 }, {}]);
  });

  test('a list with neither field is a mistake, unknown and not empty', async () => {
    for (const list of [{}, { elements: null }]) {
      const generation = await generate({ generators: [{ list }] });
      expect(generation.errors).toMatchObject([
        { code: 'APPSET_E0201', message: 'generators[0].list has neither elements nor elementsYaml' },
      ]);
      expect(generation.entries[0]?.generated.unknown).toHaveLength(1);
    }
    expect((await generate({ generators: [{ list: { elements: [] } }] })).errors).toEqual([]);
    expect((await generate({ generators: [{ list: {} }], settings: { compat: true } })).errors).toEqual([]);
  });

  test('items of elementsYaml are not checked in legacy mode', async () => {
    const generators = [{ list: { elementsYaml: '[{a: 1, b: x}]' } }];
    expect(await params({ legacy: true, generators })).toEqual([{ a: 1, b: 'x' }]);
  });

  test.each(['', 'null', '[]', '# nothing'])('elementsYaml %j adds nothing', async (elementsYaml) => {
    expect(await params({ generators: [{ list: { elementsYaml } }] })).toEqual([]);
  });
});

describe('what cannot be an element is an error in the reference’s words', () => {
  test.each([
    ['a number in legacy mode', true, { n: 5 }, 'error parsing value as string %!w(<nil>)'],
    ['a nested object in legacy mode', true, { a: { b: 'c' } }, 'error parsing value as string %!w(<nil>)'],
    ['a number in values', true, { values: { foo: 1 } }, 'error parsing value as string %!w(<nil>)'],
    ['values that are a string', true, { values: 'x' }, 'error parsing values map'],
    ['values that are null', true, { values: null }, 'error parsing values map'],
    ['null', false, null, 'error unmarshling list element unexpected end of JSON input'],
    [
      'a string',
      false,
      'abc',
      'error unmarshling list element json: cannot unmarshal string into Go value of type map[string]interface {}',
    ],
    [
      'a list',
      false,
      [1],
      'error unmarshling list element json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
  ])('%s', async (_, legacy, element, message) => {
    expect(await compatError({ legacy, generators: list([element]) })).toBe(message);
  });

  test.each([
    [
      'a: 1',
      'error unmarshling decoded ElementsYaml error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go value of type []map[string]interface {}',
    ],
    [
      '[a, b]',
      'error unmarshling decoded ElementsYaml error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}',
    ],
  ])('elementsYaml %j', async (elementsYaml, message) => {
    expect(await compatError({ generators: [{ list: { elementsYaml } }] })).toBe(message);
  });

  test('a field of the wrong type names the field', async () => {
    const { errors } = await generate({ generators: [{ list: { elements: 'x' } }] });
    expect(errors[0]).toMatchObject({ code: 'APPSET_E0201', message: 'elements must be a list' });
  });
});

describe('in normal mode a bad element fails alone', () => {
  test('the others become rows and the bad one keeps its identity', async () => {
    const generation = await generate({ generators: list([{ a: '1' }, 'bad', { a: '3' }]) });
    const [entry] = generation.entries;
    expect(rowsOf(generation)).toHaveLength(2);
    expect(entry?.generated.unknown).toEqual([]);
    expect(entry?.generated.failed).toMatchObject([
      { path: '0.list', parts: [{ kind: 'listElement', label: 'elements[1]' }] },
    ]);
    expect(generation.errors[0]?.place).toEqual({
      set: 'argocd/fleet',
      generator: 'generators[0].list',
      element: 'elements[1]',
    });
  });

  test('elements are counted before they are made', async () => {
    const settings = { maxRows: 2 };
    const [many, yaml] = await Promise.all([
      generate({ generators: list([null, null, null]), settings }),
      generate({ generators: list([{ a: 1 }], { elementsYaml: '[{}, {}, {}]' }), settings }),
    ]);
    expect(many.errors.map(({ message }) => message)).toEqual([
      'the list has 3 elements, more than the 2 allowed',
    ]);
    expect(yaml.errors.map(({ message }) => message)).toEqual([
      'the list has 3 elementsYaml, more than the 2 allowed',
    ]);
    expect(many.entries[0]?.generated.unknown).toHaveLength(1);
    expect(rowsOf(yaml)).toHaveLength(1);
  });

  test('in compat mode it fails the whole entry, and only the entry', async () => {
    const generation = await generate({
      generators: [...list([{ a: '1' }, 'bad']), ...list([{ b: '1' }])],
      settings: { compat: true },
    });
    expect(generation.entries.map((entry) => entry.generated.rows.length)).toEqual([0, 1]);
    expect(generation.errors).toHaveLength(1);
  });

  test('elementsYaml that cannot be parsed makes the leaf unknown', async () => {
    const generation = await generate({ generators: list([{ a: '1' }], { elementsYaml: '[' }) });
    expect(generation.entries[0]?.generated.unknown).toHaveLength(1);
    expect(rowsOf(generation)).toHaveLength(1);
  });
});
