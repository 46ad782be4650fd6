import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { placeInFile, readSets } from '../../../src/cli/set-files.ts';
import { AppsetError } from '../../../src/support/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'appset-sets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function setFile(text: string) {
  const path = join(folder, 'set.yaml');
  writeFileSync(path, text);
  const [set] = readSets([path]);
  if (set === undefined) throw new Error('no set');
  return set;
}

const TEXT = `kind: ApplicationSet
metadata: { name: a }
spec:
  generators:
    - clusters:
        values:
          tier: '{{ .x | nope }}'
    - list:
        elementsYaml: |
          - a: b
          - c: : d
  template:
    metadata:
      name: '{{.name}}'
    spec: { project: default }
  templatePatch: |
    spec:
      x: {{ .y }}
`;

describe('where an error stands in the file', () => {
  const inside = (line: number, column: number, source = '') => ({ line, column, source });

  test.each([
    ['an unknown field, at its key', 'APPSET_E0103', { field: 'spec.template.metadata' }, [13, 5]],
    ['a wrong value, at the value', 'APPSET_E0312', { field: 'spec.template.metadata.name' }, [14, 13]],
    ['a wrong object, at its key', 'APPSET_E0501', { field: 'spec.template.spec' }, [15, 5]],
    ['what is missing, at its parent', 'APPSET_E0102', { field: 'spec.template.spec.source' }, [15, 5]],
    [
      'inside a quoted template',
      'APPSET_E0302',
      { field: 'spec.template.metadata.name', position: inside(1, 3) },
      [14, 16],
    ],
    ['inside a block', 'APPSET_E0301', { field: 'spec.templatePatch', position: inside(2, 6) }, [18, 10]],
    ['a generator', 'APPSET_E0201', { generator: 'generators[1].list' }, [8, 7]],
    [
      'a field of a generator',
      'APPSET_E0204',
      { generator: 'generators[1].list', field: 'elementsYaml', position: inside(2, 6) },
      [11, 16],
    ],
    [
      'a template of a generator, found by its text',
      'APPSET_E0301',
      { generator: 'generators[0].clusters', position: inside(1, 9, '{{ .x | nope }}') },
      [7, 26],
    ],
  ] as const)('%s', (_, code, place, [line, column]) => {
    const placed = placeInFile(new AppsetError(code, 'x', { place }), setFile(TEXT));
    expect(placed.place.position).toMatchObject({ line, column, source: TEXT });
  });

  test('a position in a file of a repository stays in that file', () => {
    const place = {
      generator: 'generators[0].clusters',
      element: 'envs/b.yaml',
      position: inside(2, 3, 'a: b\n c: d'),
    };
    const placed = placeInFile(new AppsetError('APPSET_E0101', 'x', { place }), setFile(TEXT));
    expect(placed.place.position).toEqual({ file: 'envs/b.yaml', line: 2, column: 3, source: 'a: b\n c: d' });
  });

  test('in an item of a List', () => {
    const text =
      'kind: List\nitems:\n  - kind: Secret\n  - kind: ApplicationSet\n    metadata: { name: a }\n    spec:\n      generator: []\n';
    const error = new AppsetError('APPSET_E0103', 'x', { place: { field: 'spec.generator' } });
    expect(placeInFile(error, setFile(text)).place.position).toMatchObject({ line: 7, column: 7 });
  });
});

test('a set without a namespace is in argocd, or in the one that is named', () => {
  const file = setFile(TEXT);
  expect(file.set.metadata).toEqual({ name: 'a', namespace: 'argocd' });
  expect(readSets([join(folder, 'set.yaml')], 'gitops')[0]?.set.metadata.namespace).toBe('gitops');
});

describe('what cannot be looked at as a set', () => {
  const refused = (text: string) => {
    try {
      setFile(text);
    } catch (error) {
      if (error instanceof AppsetError) return [error.code, error.message, error.place.position?.line];
    }
    return undefined;
  };
  const head = 'kind: ApplicationSet\nmetadata: { name: a }\n';

  test.each([
    [head, 'spec: Required value', 1],
    [`${head}spec:`, 'spec: Invalid value: "null": spec in body must be of type object: "null"', 3],
    [`${head}spec: []`, 'spec: Invalid value: "array": spec in body must be of type object: "array"', 3],
    [
      `${head}spec:\n  generators: { list: {} }`,
      'spec.generators: Invalid value: "object": spec.generators in body must be of type array: "object"',
      4,
    ],
    [
      `${head}spec:\n  generators: []\n  goTemplateOptions: missingkey=error`,
      'spec.goTemplateOptions: Invalid value: "string": spec.goTemplateOptions in body must be of type array: "string"',
      5,
    ],
  ])('%j', (text, message, line) => {
    expect(refused(text)).toEqual(['APPSET_E0102', message, line]);
  });

  test('a file without a set says what it holds', () => {
    expect(
      refused('kind: Deployment\n---\nkind: List\nitems: [{ kind: AplicationSet }]\n---\na: b\n')?.[1],
    ).toMatch(/: no object of kind ApplicationSet, only Deployment, AplicationSet, an object without kind$/);
    expect(refused('')?.[1]).toMatch(/: no object of kind ApplicationSet$/);
  });
});
