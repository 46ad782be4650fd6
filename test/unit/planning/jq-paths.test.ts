/** jq path expressions of ignore rules: which places they name. Checked against jq 1.6 when written. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/api/objects.ts';
import { checkCalls, jqPlaces } from '../../../src/planning/jq-paths.ts';
import { parseJq } from '../../../src/planning/jq-syntax.ts';
import { removePaths } from '../../../src/planning/json-path.ts';
import { AppsetError } from '../../../src/support/errors.ts';

const DOCUMENT: Json = {
  metadata: { name: 'web', labels: { 'a.b/c': '1', d: '2' } },
  spec: {
    project: 'default',
    source: {
      targetRevision: 'main',
      helm: {
        parameters: [
          { name: 'image.tag', value: '1.0' },
          { name: 'replicas', value: '2' },
          { name: 'image.name', value: 'web' },
        ],
      },
    },
    syncPolicy: { syncOptions: ['A=1', 'B=2', 'C=3', 'D=4'] },
  },
};

function del(expression: string, document: Json = DOCUMENT): Json {
  const tree = parseJq(expression);
  checkCalls(tree, expression);
  return removePaths(document, jqPlaces(tree, document));
}

const names = (document: Json): unknown =>
  (
    document as { spec: { source: { helm: { parameters: { name: string }[] } } } }
  ).spec.source.helm.parameters.map(({ name }) => name);
const options = (document: Json): unknown =>
  (document as { spec: { syncPolicy: { syncOptions: string[] } } }).spec.syncPolicy.syncOptions;

describe('parameters left by del of', () => {
  test.each([
    ['.spec.source.helm.parameters[] | select(.name == "image.tag")', ['replicas', 'image.name']],
    ['.spec.source.helm.parameters[]|select(.name|startswith("image"))', ['replicas']],
    ['.spec.source.helm.parameters[] | select(.name | test("^IMAGE\\\\."; "i"))', ['replicas']],
    ['.spec.source.helm.parameters[0,2]', ['replicas']],
    ['.spec.source.helm.parameters[-1]', ['image.tag', 'replicas']],
    ['.spec.source.helm.parameters[1:]', ['image.tag']],
    ['.spec.source.helm.parameters[:-1]', ['image.name']],
    ['.spec.source.helm.parameters[1:] | .[0]', ['image.tag', 'image.name']],
    ['.spec["source"].helm."parameters"[] | select(.value != "2")', ['replicas']],
    [
      '.spec.source.helm.parameters[] | select(.name == "a" or (.value > "1.5" and .value < "3"))',
      ['image.tag', 'image.name'],
    ],
    [
      '.spec.source.helm.parameters[] | select([.name] | contains(["replicas"]))',
      ['image.tag', 'image.name'],
    ],
    ['.spec.source.helm.parameters | first, last', ['replicas']],
    ['.spec.source.helm.parameters[] | select(has("name") | not)', ['image.tag', 'replicas', 'image.name']],
    ['..|objects|select(.name? == "replicas")', ['image.tag', 'image.name']],
    [
      '.spec.source.helm.parameters[] | if .name == "replicas" then . else empty end',
      ['image.tag', 'image.name'],
    ],
    ['.spec.source.helm.parameters | .[length - 1]', ['image.tag', 'replicas']],
    ['.spec.source.helm.parameters[] | select(.name | IN("replicas", "x"))', ['image.tag', 'image.name']],
    ['.spec.source.helm.parameters[] | select(any(.name, .value; . == "2"))', ['image.tag', 'image.name']],
    [
      '(.spec.syncPolicy.syncOptions, .spec.source.helm.parameters)[] | .name? | select(. == "no")',
      ['image.tag', 'replicas', 'image.name'],
    ],
    ['.spec.nothing // .spec.source.helm.parameters[0]', ['replicas', 'image.name']],
  ])('%s', (expression, left) => {
    expect(names(del(expression))).toEqual(left);
  });
});

test('several places of one list speak of the list as it was', () => {
  expect(options(del('.spec.syncPolicy.syncOptions[0], .spec.syncPolicy.syncOptions[2]'))).toEqual([
    'B=2',
    'D=4',
  ]);
});

test.each([
  ['.spec.not.there', 'a missing parent'],
  ['.spec.source.kustomize.images', 'a missing block'],
  ['.spec.list[]?', 'iterating over nothing, with ?'],
  ['empty', 'no result'],
])('%s removes nothing (%s)', (expression) => {
  expect(del(expression)).toEqual(DOCUMENT);
});

describe('fails while running (the rule is skipped)', () => {
  test.each([
    ['.spec.list[]', 'cannot iterate over null'],
    ['.spec.project.x', 'cannot index string'],
    ['.spec.source.targetRevision | ascii_upcase', 'invalid path expression'],
    ['.', 'the whole document'],
    ['.metadata.labels | select(test("a"))', 'cannot be applied to object'],
  ])('%s', (expression, message) => {
    const error = attempt(expression);
    expect(error?.code).toBe('APPSET_E0512');
    expect(error?.message).toContain(message);
  });

  test('when it takes too many steps', () => {
    let deep: Json = {};
    for (let depth = 0; depth < 200; depth++) deep = { a: deep };
    expect(attempt('.a|..|..|..', deep)?.message).toContain('too many steps');
  });
});

describe('cannot be used at all', () => {
  test.each([
    ['.spec[[', 'unexpected token ")"', 8],
    ['.spec |', 'unexpected token ")"', 8],
    ['.spec | limit(1; .a)', 'function not supported: limit/2', 9],
    ['.spec | "\\(.a)"', 'string interpolation is not supported', 10],
    ['.a = 1', 'unexpected token "="', 4],
    ['reduce .[] as $x (0; .)', 'unexpected token "$"', 15],
  ])('%s', (expression, message, column) => {
    const error = attempt(expression);
    expect(error?.code).toBe('APPSET_E0511');
    expect(error?.message).toBe(message);
    expect(error?.place.position?.column).toBe(column);
  });
});

function attempt(expression: string, document: Json = DOCUMENT): AppsetError | undefined {
  try {
    del(expression, document);
    return undefined;
  } catch (error) {
    if (error instanceof AppsetError) return error;
    throw error;
  }
}
