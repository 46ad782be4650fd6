/**
 * The JSON Schema for editors against the schema of the CustomResourceDefinition: on every set of the
 * examples, the documentation and the conformance corpora both say the same, and every field that is
 * misspelt is refused.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { ARGO_CRD_KINDS, schemaOf } from '../../../src/api/crds.ts';
import { jsonSchemaOf } from '../../../src/api/json-schema.ts';
import { pruneNulls, pruneUnknown, type Schema, validateSchema } from '../../../src/api/schema.ts';
import { parseRfc3339 } from '../../../src/support/clock.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../src/support/json.ts';
import { parseYamlDocuments } from '../../../src/support/yaml.ts';

const ROOT = join(import.meta.dirname, '../../..');
const crd = schemaOf('ApplicationSet');
const compile = (kind: (typeof ARGO_CRD_KINDS)[number]) =>
  new Ajv({
    strict: true,
    strictTypes: false,
    formats: { 'date-time': (value) => parseRfc3339(value) !== undefined },
  }).compile(jsonSchemaOf(kind));
const validate = compile('ApplicationSet');

interface Input {
  readonly where: string;
  readonly set: JsonObject;
}

const isSet = (value: Json): value is JsonObject =>
  isJsonObject(value) && value.kind === 'ApplicationSet' && isJsonObject(value.spec);

/** Every ApplicationSet in a value, however deep. */
function setsIn(where: string, value: Json | undefined): Input[] {
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => setsIn(`${where}[${index}]`, item));
  if (!isJsonObject(value)) return [];
  if (isSet(value)) return [{ where, set: value }];
  return Object.entries(value).flatMap(([key, item]) => setsIn(`${where}.${key}`, item as Json));
}

const filesIn = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');

const yaml = filesIn('examples', '.yaml').filter((file) => /^(?!.*\/platform\/)/.test(file));
const examples = yaml.flatMap((file) =>
  parseYamlDocuments(text(file), file).flatMap(({ value }) => setsIn(file, value)),
);
const corpora = filesIn('test/conformance/cases', '.json').flatMap((file) =>
  setsIn(file.replace('test/conformance/cases/', ''), JSON.parse(text(file)) as Json),
);

/** Whether the API server stores the whole of it: nothing refused, nothing dropped. */
function isStoredWhole(set: JsonObject): boolean {
  const value = pruneNulls(crd, set) as JsonObject;
  return validateSchema(crd, value).length === 0 && pruneUnknown(crd, value).unknownFields.length === 0;
}

describe('what the API server takes', () => {
  it('is taken: examples and the corpora, and nothing it refuses or drops', () => {
    expect(examples.length).toBeGreaterThan(14);
    expect(corpora.length).toBeGreaterThan(700);
    const verdicts = [...examples, ...corpora].map(({ where, set }) => {
      const taken = validate(set);
      const why = taken ? '' : JSON.stringify(validate.errors?.slice(0, 2));
      return { where, taken, whole: isStoredWhole(set), why };
    });
    expect(verdicts.filter(({ taken, whole }) => taken !== whole)).toEqual([]);
    expect(verdicts.filter(({ taken }) => !taken).length).toBeGreaterThan(5);
    expect(verdicts.filter(({ taken }) => taken).length).toBeGreaterThan(700);
  });

  it('is taken with null where a field may be absent, and not where it must be there', () => {
    const [{ set }] = examples as [Input];
    const spec = set.spec as JsonObject;
    expect(validate({ ...set, spec: { ...spec, syncPolicy: null, strategy: null } })).toBe(true);
    expect(validate({ ...set, spec: { ...spec, template: null } })).toBe(false);
    expect(validate({ ...set, spec: { ...spec, generators: null } })).toBe(false);
  });
});

/** Places of a value that name a field of the schema, as lists of keys. */
function fieldsOf(value: Json, schema: Schema | undefined, path: readonly string[] = []): string[][] {
  if (schema === undefined) return [];
  if (Array.isArray(value))
    return value.flatMap((item: Json, index) => fieldsOf(item, schema.items, [...path, String(index)]));
  if (!isJsonObject(value) || schema.properties === undefined) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const own = schema.properties?.[key];
    return own === undefined ? [] : [[...path, key], ...fieldsOf(item as Json, own, [...path, key])];
  });
}

function misspelt(value: Json, [key = '', ...rest]: readonly string[]): Json {
  if (Array.isArray(value))
    return value.map((item: Json, index) => (String(index) === key ? misspelt(item, rest) : item));
  const entries = Object.entries(value as JsonObject).map(([name, item]): [string, Json] => {
    if (name !== key) return [name, item as Json];
    return rest.length === 0 ? [`${name}x`, item as Json] : [name, misspelt(item as Json, rest)];
  });
  return Object.fromEntries(entries);
}

describe('misspelt fields', () => {
  it('are refused wherever they are', () => {
    const taken = examples.filter(({ set }) => isStoredWhole(set));
    const typos = taken.flatMap(({ where, set }) =>
      fieldsOf(set, crd)
        .filter(([first]) => first !== 'apiVersion' && first !== 'kind')
        .map((path) => ({ where, path, set })),
    );
    expect(typos.length).toBeGreaterThan(300);
    const slipped = typos.filter(({ path, set }) => validate(misspelt(set, path)));
    expect(slipped.map(({ where, path }) => `${where} ${path.join('.')}`)).toEqual([]);
  });
});

describe.each(ARGO_CRD_KINDS)('%s', (kind) => {
  it('is a schema by the rules of JSON Schema, and says its kind', () => {
    const check = compile(kind);
    expect(check({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Secret', metadata: {}, spec: {} })).toBe(false);
  });
});

it('every field of a set is explained', () => {
  const { definitions } = jsonSchemaOf('ApplicationSet') as { definitions: Record<string, JsonObject> };
  const reached = new Set<string>();
  const reach = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const [, next] of JSON.stringify(definitions[name]).matchAll(/#\/definitions\/(\w+)/g))
      reach(next ?? '');
  };
  reach('ApplicationSetSpec');
  const silent = [...reached].flatMap((name) =>
    Object.entries(definitions[name]?.properties as Record<string, JsonObject>)
      .filter(([, { description }]) => typeof description !== 'string')
      .map(([field]) => `${name}.${field}`),
  );
  expect(reached.size).toBeGreaterThan(50);
  expect(silent).toEqual([]);
});

it('nothing is explained that is not there', () => {
  const all = ARGO_CRD_KINDS.map((kind) => JSON.stringify(jsonSchemaOf(kind))).join('');
  const texts = JSON.parse(text('src/api/descriptions.json')) as Record<string, Record<string, string>>;
  const unused = Object.entries(texts).flatMap(([struct, fields]) =>
    Object.entries(fields).flatMap(([field, words]) =>
      all.includes(`"${field}":{"description":${JSON.stringify(words)}`) ? [] : [`${struct}.${field}`],
    ),
  );
  expect(unused).toEqual([]);
});
