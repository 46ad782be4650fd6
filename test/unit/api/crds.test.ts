/** The CRDs: generated, small, structural, and no stricter or looser than the reference's. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ARGO_CRD_KINDS, type ArgoKind, customResourceDefinition, schemaOf } from '../../../src/api/crds.ts';
import { crdFile } from '../../../src/api/generate-crds.ts';
import { pruneUnknown, type Schema } from '../../../src/api/schema.ts';
import type { Json } from '../../../src/support/json.ts';
import { parseYaml } from '../../../src/support/yaml.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

interface KindFacts {
  readonly names: Json;
  readonly scope: string;
  readonly subresources: Json;
  readonly printerColumns: Json;
  readonly facts: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}
const reference: Readonly<Record<ArgoKind, KindFacts>> = JSON.parse(
  read('test/golden/schema/crd-facts.json'),
);

const versionOf = (kind: ArgoKind) => {
  const definition = parseYaml(read(`crds/${kind.toLowerCase()}.yaml`)) as unknown as {
    spec: { names: Json; scope: string; versions: [Record<string, Json>] };
  };
  return { spec: definition.spec, version: definition.spec.versions[0] };
};

describe.each(ARGO_CRD_KINDS)('%s', (kind) => {
  it('is what `npm run generate:crds` writes', () => {
    const { name, text } = crdFile(kind);
    expect(read(`crds/${name}`)).toBe(text);
  });

  it('is at most 100 KB', () => {
    expect(JSON.stringify(customResourceDefinition(kind)).length).toBeLessThan(100_000);
  });

  it('has the names, the scope and the subresources of the reference', () => {
    const { spec, version } = versionOf(kind);
    expect(spec.names).toEqual(reference[kind].names);
    expect(spec.scope).toBe(reference[kind].scope);
    expect(version.subresources ?? {}).toEqual(reference[kind].subresources ?? {});
    if (kind === 'Application')
      expect(version.additionalPrinterColumns).toEqual(reference[kind].printerColumns);
  });

  it('is structural', () => {
    walk(schemaOf(kind, { short: true }), (schema, path) => {
      const free =
        schema['x-kubernetes-int-or-string'] === true ||
        schema['x-kubernetes-preserve-unknown-fields'] === true;
      if (!path.includes('anyOf')) expect(schema.type !== undefined || free, path).toBe(true);
      if (schema.type === 'array') expect(schema.items, path).toBeDefined();
      expect(schema.properties !== undefined && schema.additionalProperties !== undefined, path).toBe(false);
      for (const name of schema.required ?? []) expect(schema.properties, path).toHaveProperty([name]);
    });
  });

  it('says of every path what the reference says', () => {
    const schema = schemaOf(kind);
    for (const [path, facts] of Object.entries(reference[kind].facts)) {
      // Second-level matrix and merge are JSON of any shape to both; the facts name them by their likeness.
      if (/generators\[\]\.(?:matrix|merge)\.generators\[\]\.(?:matrix|merge)$/.test(path)) continue;
      const at = schemaAt(schema, path);
      const { 'same as': sameAs, ...rules } = facts;
      expect(at, path).toMatchObject(rules);
      expect(at.required ?? [], path).toEqual(
        sameAs === undefined ? (rules.required ?? []) : schemaAt(schema, sameAs as string).required,
      );
    }
  });

  it('requires and restricts nothing else', () => {
    const known = reference[kind].facts;
    walk(schemaOf(kind), (schema, path) => {
      if (path.includes('anyOf')) return;
      const facts = known[path === '' ? '.' : path];
      if (facts !== undefined || insideCopy(known, path)) return;
      expect([
        path,
        schema.required,
        schema.enum,
        schema.pattern,
        schema.minLength,
        schema.maxLength,
      ]).toEqual([path, undefined, undefined, undefined, undefined, undefined]);
    });
  });
});

it('keeps generator templates whole in the short form', () => {
  const set = {
    metadata: {},
    spec: {
      generators: [
        {
          list: {
            elements: [],
            template: { metadata: {}, spec: { project: 'p', destination: {}, sources: [{ repoURL: 'x' }] } },
          },
        },
      ],
      template: {},
    },
  };
  const pruned = pruneUnknown(schemaOf('ApplicationSet', { short: true }), set);
  expect(pruned.value).toEqual(set);
  expect(pruned.unknownFields).toEqual([]);
});

function insideCopy(facts: KindFacts['facts'], path: string): boolean {
  return Object.entries(facts).some(([at, fact]) => fact['same as'] !== undefined && path.startsWith(at));
}

function schemaAt(root: Schema, path: string): Schema {
  let schema: Schema | undefined = root;
  if (path === '.') return root;
  for (const step of path.match(/[^.[\]{}]+|\[\]|\{\}/g) ?? []) {
    if (step === '[]') schema = schema?.items;
    else if (step === '{}') schema = schema?.additionalProperties as Schema;
    else schema = schema?.properties?.[step];
  }
  expect(schema, path).toBeDefined();
  return schema as Schema;
}

function walk(schema: Schema, visit: (schema: Schema, path: string) => void, path = ''): void {
  visit(schema, path);
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    walk(property, visit, path === '' ? key : `${path}.${key}`);
  }
  if (schema.items !== undefined) walk(schema.items, visit, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, visit, `${path}{}`);
  for (const one of schema.anyOf ?? []) walk(one, visit, `${path}(anyOf)`);
}
