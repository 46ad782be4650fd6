/**
 * Long YAML read in pieces comes to what it comes to as a whole, errors included; a file of the largest
 * size that is read fits into the memory its thread has.
 */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { stringify } from 'yaml';
import { systemClock } from '../../../../src/support/clock.ts';
import { AppsetError } from '../../../../src/support/errors.ts';
import { LIMITS } from '../../../../src/support/limits.ts';
import { unmarshalLongYaml } from '../../../../src/support/yaml/parse.ts';
import { readInPieces } from '../../../../src/support/yaml/pieces.ts';
import { unmarshalYaml, unmarshalYamlApart } from '../../../../src/support/yaml.ts';

const outcome = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AppsetError)) throw error;
    return { message: error.message, place: error.place };
  }
};
const whole = (text: string) => outcome(() => unmarshalYaml(text));
const pieces = (text: string, size: number) => outcome(() => unmarshalLongYaml(text, size));
/** Into how many texts a text is cut; 0 when it is read as a whole. */
const cuts = (text: string, size = 10): number => {
  let count = 0;
  const read = (piece: string) => {
    count += 1;
    return unmarshalYaml(piece);
  };
  return readInPieces(text, read, size) === undefined ? 0 : count;
};

describe('in pieces', () => {
  test.each<[string, string]>([
    ['a list of maps', '- name: a\n  labels: {x: 1}\n- name: b\n# note\n- name: c\n'],
    ['a map', 'a: 1\nb: [1,\n  2]\nc: "x\n  y"\n'],
    ['a document that is marked', '# head\n---\na: 1\nb: 2\nc: 3\n'],
    ['a list below one key', 'clusters:\n  - name: a\n  - name: b\n  - name: c\n'],
    ['a list in the column of its key', 'clusters: # all\n- name: a\n- name: b\nnext: 1\n'],
    ['blocks of text', 'a: |\n  - x\n  b: 1\n\nb: >-\n  c: 2\n  d\nc: |+\n  e\n\n\nd: 1\n'],
    ['CRLF', 'a: 1\r\nb: 2\r\nlist:\r\n- x\r\n- y\r\n- z\r\n'],
    ['keys that are no text', 'yes: 1\n010: 2\n1.5: 3\n'],
    ['a key called as nothing should be', '__proto__: {a: 1}\nconstructor: 2\nlast: 3\n'],
    ['nothing below a key', 'first:\nsecond:\n  # nothing\nthird: 1\n'],
    ['a root that is indented', '  a: 1\n  b: 2\n  c: 3\n'],
  ])('%s', (_, text) => {
    expect(cuts(text)).toBeGreaterThan(1);
    expect(pieces(text, 10)).toEqual(whole(text));
  });

  test.each<[string, string]>([
    ['an alias', 'a: &x {b: 1}\nc: *x\nd: 2\n'],
    ['a key twice', 'a: 1\nb: 2\na: 3\n'],
    ['one key in two spellings', '8: 1\nb: 2\n010: 3\n'],
    ['two documents', 'a: 1\nb: 2\n---\nc: 3\n'],
    ['a quote that ends in another line', 'a: "x\nb: y"\nc: 1\n'],
    ['a bracket that ends in another line', '- [a,\n- b]\n- c\n'],
    ['a mistake in the last item', 'a: 1\nb: 2\nc: : d\n'],
    ['less indented than its beginning', '  a: 1\n  b: 2\nc: 3\n'],
    ['another line break', 'a: 1\u2028b: 2\nc: 3\n'],
    ['merge keys', '<<: {a: 1}\nb: 2\nc: 3\n'],
    ['complex keys', '? a\n: 1\nb: 2\nc: 3\n'],
    ['text alone', 'just\nsome\ntext\n'],
    ['control characters', 'a: 1\nb: \u0007\nc: 3\n'],
    ['nothing', '# only a note\n'],
  ])('not: %s', (_, text) => {
    expect(pieces(text, 10)).toEqual(whole(text));
  });

  it('comes to the same for whatever is written', () => {
    const key = fc.oneof(fc.constantFrom('a', 'yes', '1', '010', 'x y', "'q'", '__proto__'), fc.string());
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(
          fc.string(),
          fc.integer(),
          fc.boolean(),
          fc.constantFrom(null, 'a\nb\n', '- x', 'k: v', '# c'),
        ),
        fc.array(tie('value'), { maxLength: 5 }),
        fc.dictionary(key, tie('value'), { maxKeys: 5 }),
      ),
    }));
    const written = fc
      .tuple(value, fc.constantFrom(2, 4), fc.boolean(), fc.constantFrom(0, 20, 80))
      .map(([data, indent, indentSeq, lineWidth]) =>
        stringify(data, { indent, indentSeq, lineWidth, aliasDuplicateObjects: false }),
      );
    const damaged = fc
      .tuple(written, fc.nat(), fc.constantFrom('', '\n', ' ', '- ', '"', '#', ':', '|', '\n\n'))
      .map(([text, at, what]) => {
        const place = text.length === 0 ? 0 : at % text.length;
        return `${text.slice(0, place)}${what}${text.slice(place + (what === '' ? 1 : 0))}`;
      });
    fc.assert(
      fc.property(fc.oneof(written, damaged), fc.integer({ min: 1, max: 60 }), (text, size) => {
        expect(pieces(text, size)).toEqual(whole(text));
      }),
      { numRuns: 1_500 },
    );
  });
});

/** As long as a file may be, but for a little. */
function longText(head: string, line: (index: number) => string): { text: string; count: number } {
  const parts = [head];
  let length = head.length;
  let count = 0;
  for (; length < LIMITS.yamlFileBytes * 0.99; count++) {
    const part = line(count);
    parts.push(part);
    length += part.length;
  }
  return { text: parts.join(''), count };
}

describe('a file of almost 10 MiB', () => {
  it('is read in its thread, a list below one key', { timeout: 120_000 }, async () => {
    const { text, count } = longText(
      '# generated\nclusters:\n',
      (index) =>
        `  - name: cluster-${index}\n    server: https://k8s-${index}.example.com:6443\n    labels: {region: eu-${index % 9}, tier: "gold"}\n    replicas: ${index}\n`,
    );
    const { clusters } = (await unmarshalYamlApart(text, systemClock)) as {
      clusters: readonly { name: string; replicas: number }[];
    };
    expect(clusters).toHaveLength(count);
    expect(clusters[count - 1]).toMatchObject({ name: `cluster-${count - 1}`, replicas: count - 1 });
  });
});
