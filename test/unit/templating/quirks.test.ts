/** What docs/templating.md says people trip over, held to be true. */
import { describe, expect, test } from 'vitest';
import { compileString } from '../../../src/templating/index.ts';
import { fromJson, type GoMap, goMap, GoMap as Map_ } from '../../../src/templating/values.ts';
import { testContext } from './vector-functions.ts';

const ELEMENT = { replicas: 3, n: 1_000_000, name: 'Über Web', obj: { a: 1 }, zero: 0 };

/** An element with labels as the clusters generator gives them: a map of text. */
function params(): GoMap {
  const all = fromJson(ELEMENT) as GoMap;
  const labels = new Map_(new Map([['app.kubernetes.io/name', 'web']]), 'string', 'string');
  const metadata = goMap();
  metadata.set('labels', labels);
  all.set('metadata', metadata);
  return all;
}

function render(text: string, options: readonly string[] = ['missingkey=error']): string {
  return compileString(text, { go: true, options }).render(params(), testContext());
}

describe('under missingkey=error', () => {
  test.each([
    ['{{ index .metadata.labels "tier" | default "silver" }}', 'silver'],
    ['{{ with index .metadata "annotations" }}{{ index . "owner" }}{{ else }}platform{{ end }}', 'platform'],
    ['{{ get . "size" | default "small" }}', 'small'],
  ])('%s may ask for what is not there', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  test('a field that is not there fails, before default sees it', () => {
    expect(() => render('{{ .size | default "small" }}')).toThrow('map has no entry for key "size"');
  });

  test('without it a missing field is <no value>', () => {
    expect(render('{{ .size }}', [])).toBe('<no value>');
    expect(render('{{ .metadata.labels.tier }}-', ['missingkey=zero'])).toBe('-');
  });
});

describe('numbers', () => {
  test('are floating-point', () => {
    expect(() => render('{{ eq .replicas 3 }}')).toThrow('incompatible types for comparison');
    expect(render('{{ eq .replicas 3.0 }} {{ eq (int .replicas) 3 }}')).toBe('true true');
    expect(render('{{ .n }} {{ int .n }}')).toBe('1e+06 1000000');
  });
});

describe('maps and lists', () => {
  test('names with dots are read with index', () => {
    expect(render('{{ index .metadata.labels "app.kubernetes.io/name" }}')).toBe('web');
  });

  test.each(['get .metadata.labels "x"', 'hasKey .metadata.labels "x"', 'dig "labels" "x" "d" .metadata'])(
    '%s refuses a map of text',
    (call) => {
      expect(() => render(`{{ ${call} }}`)).toThrow(/map\[string\]string/);
    },
  );

  test('print as Go prints them', () => {
    expect(render('{{ .obj }} {{ toJson .obj }}')).toBe('map[a:1] {"a":1}');
  });
});

describe('text', () => {
  test('is counted in bytes', () => {
    expect(render('{{ len .name }} {{ trunc 2 .name }}')).toBe('9 Ü');
  });

  test('becomes a name', () => {
    expect(render('{{ normalize .name }} {{ slugify 5 .name }}')).toBe('ber-web ber');
  });

  test('slice is for lists', () => {
    expect(() => render('{{ slice "abc" 1 }}')).toThrow('list should be type of slice or array but string');
  });

  test('default falls back for 0', () => {
    expect(render('{{ default 7 .zero }}')).toBe('7');
  });
});
