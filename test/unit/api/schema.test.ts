/** Structural schemas: what an API server stores and what it says, against vectors of the real one. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { schemaOf } from '../../../src/api/crds.ts';
import {
  applyDefaults,
  problemText,
  pruneNulls,
  pruneUnknown,
  type Schema,
  unknownFieldText,
  validateSchema,
} from '../../../src/api/schema.ts';
import type { Json } from '../../../src/support/json.ts';

interface Case {
  readonly schema: 'small' | 'ApplicationSet';
  readonly object: Json;
  readonly errors: readonly string[];
  readonly unknown: readonly string[];
  readonly stored: Json;
}
const golden: { small: Schema; cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../golden/schema/cases.json', import.meta.url), 'utf8'),
);

describe('a custom object on its way into the store', () => {
  it.each(golden.cases.map((one, index) => [index, one] as const))('case %i', (_, one) => {
    const schema = one.schema === 'small' ? golden.small : schemaOf('ApplicationSet');
    const { value, unknownFields } = pruneUnknown(
      schema,
      applyDefaults(schema, pruneNulls(schema, one.object)),
    );
    expect(value).toEqual(one.stored);
    expect([...unknownFields].sort()).toEqual(one.unknown);
    expect(validateSchema(schema, value).map(problemText).sort()).toEqual(one.errors);
  });

  it('has cases that are refused, pruned and defaulted', () => {
    expect(golden.cases.filter(({ errors }) => errors.length > 0).length).toBeGreaterThan(5);
    expect(golden.cases.flatMap(({ unknown }) => unknown).length).toBeGreaterThan(3);
  });
});

describe('validateSchema', () => {
  const either: Schema = {
    type: 'object',
    properties: {
      o: { type: 'object', oneOf: [{ required: ['x'] }, { required: ['y'] }], properties: { x: {}, y: {} } },
      a: { anyOf: [{ type: 'integer' }, { type: 'boolean' }] },
      n: { not: { enum: ['no'] } },
      l: { allOf: [{ maxLength: 2 }, { pattern: 'a' }], type: 'string' },
    },
  };

  it.each([
    [
      { o: {} },
      ['o: Invalid value: "": "o" must validate one and only one schema (oneOf). Found none valid'],
    ],
    [
      { o: { x: 1, y: 2 } },
      ['o: Invalid value: "": "o" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
    [{ a: 'x' }, ['a: Invalid value: "": "a" must validate at least one schema (anyOf)']],
    [{ n: 'no' }, ['n: Invalid value: "": "n" must not validate the schema (not)']],
    [
      { l: 'bbb' },
      ['l: Too long: may not be more than 2 bytes', 'l: Invalid value: "bbb": l in body should match \'a\''],
    ],
    [{ o: { x: 1 }, a: 1, n: 'yes', l: 'a' }, []],
  ])('%j', (value, texts) => expect(validateSchema(either, value).map(problemText)).toEqual(texts));

  it('gives the reasons of a StatusCause', () => {
    const problems = validateSchema(schemaOf('ApplicationSet'), { metadata: {}, spec: { generators: 5 } });
    expect(problems.map(({ path, reason }) => [path, reason])).toEqual([
      ['spec.template', 'FieldValueRequired'],
      ['spec.generators', 'FieldValueTypeInvalid'],
    ]);
  });

  it('runs a pattern in linear time', () => {
    const schema: Schema = { type: 'object', properties: { p: { type: 'string', pattern: '^(a+)+$' } } };
    expect(validateSchema(schema, { p: `${'a'.repeat(40)}!` })).toHaveLength(1);
  });
});

it('words an unknown field as strict mode does', () => {
  const { unknownFields } = pruneUnknown(schemaOf('ApplicationSet'), {
    spec: { generators: [{ gitt: {} }] },
  });
  expect(unknownFields.map(unknownFieldText)).toEqual(['unknown field "spec.generators[0].gitt"']);
});

it('keeps a field named __proto__ as data', () => {
  const schema: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const { value } = pruneUnknown(schema, JSON.parse('{"__proto__": {"a": 1}}'));
  expect(Object.keys(value as object)).toEqual(['__proto__']);
});
