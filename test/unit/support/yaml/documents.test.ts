/** Files of the command line: all documents, and where in the file each part stands. */
import { describe, expect, it } from 'vitest';
import type { AppsetError } from '../../../../src/support/errors.ts';
import { parseYamlDocuments } from '../../../../src/support/yaml.ts';

const TEXT = `# first
kind: ApplicationSet
spec:
  generators:
    - git: &git
        repoURL: https://x
    - list:
        elements: []
  template:
    metadata: {name: '{{.x}}'}
    empty:
  merged:
    <<: *git
    "quoted key": 1
---
---
kind: Second
`;

describe('parseYamlDocuments', () => {
  const documents = parseYamlDocuments(TEXT, 'sets.yaml');

  it('gives every document with content', () => {
    expect(documents.map(({ value }) => (value as { kind: string }).kind)).toEqual([
      'ApplicationSet',
      'Second',
    ]);
    expect(documents.map(({ start }) => start.line)).toEqual([2, 17]);
  });

  it.each([
    ['kind', 'value', 2, 7],
    ['kind', 'key', 2, 1],
    ['spec.generators[0].git.repoURL', 'value', 6, 18],
    ['spec.generators[1].list', 'key', 7, 7],
    ['spec.template.metadata.name', 'value', 10, 22],
    ['spec.template.empty', 'value', 11, 5],
    ['spec.template.nowhere.deeper', 'value', 10, 5],
    ['spec.merged.repoURL', 'value', 6, 18],
    ['spec.generators[7]', 'value', 5, 5],
  ] as const)('%s (%s) stands at %i:%i', (path, of, line, column) => {
    expect(documents[0]?.position(path, of)).toEqual({ line, column });
  });

  it('takes a path as a list, for keys that hold dots', () => {
    expect(documents[0]?.position(['spec', 'merged', 'quoted key'])).toEqual({ line: 14, column: 19 });
  });

  it('finds its way in a text whose continuation lines stand left of their parent', () => {
    const text = 'a:\n  b: {\n"c": 1,\n"d": "x\ny"\n}\n  e: 2\n';
    const document = parseYamlDocuments(text)[0];
    expect(document?.value).toEqual({ a: { b: { c: 1, d: 'x y' }, e: 2 } });
    expect(document?.position('a.b.c')).toEqual({ line: 3, column: 6 });
    expect(document?.position('a.b.d', 'key')).toEqual({ line: 4, column: 1 });
    expect(document?.position('a.e')).toEqual({ line: 7, column: 6 });
  });

  it('answers with the nearest parent for what is not there', () => {
    const document = parseYamlDocuments('kind: A\nspec:\n  list:\n    - a: 1\n')[0];
    expect(document?.position('spec.gone.deeper', 'key')).toEqual({ line: 2, column: 1 });
    expect(document?.position('spec.gone.deeper', 'value')).toEqual({ line: 3, column: 3 });
    expect(document?.position('spec.list[0].b', 'key')).toEqual({ line: 4, column: 7 });
    expect(document?.position('spec.list[7]', 'key')).toEqual({ line: 3, column: 3 });
  });

  it('points at the colon that is too many', () => {
    expect(() => parseYamlDocuments('a: b\n c: d\n', 'bad.yaml')).toThrow(
      expect.objectContaining({ place: { position: expect.objectContaining({ line: 2, column: 3 }) } }),
    );
  });

  it('names the file of a mistake', () => {
    const read = () => parseYamlDocuments('a: 1\n---\nb: [\n', 'bad.yaml');
    expect(read).toThrow("did not find expected ',' or ']'");
    try {
      read();
    } catch (error) {
      expect((error as AppsetError).place.position).toMatchObject({ file: 'bad.yaml', line: 4 });
    }
  });

  it('finds nothing in an empty file', () => expect(parseYamlDocuments('# nothing\n')).toEqual([]));
});
