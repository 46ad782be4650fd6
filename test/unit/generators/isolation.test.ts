/** Param sets are isolated from each other, whatever templates do to them (design §4, spec §13 #27, #28). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paramsAsJson } from '../../../src/conformance/params.ts';
import { deepMerge } from '../../../src/generators/deep-merge.ts';
import { fromJson, type GoMap } from '../../../src/templating/values.ts';
import { generate, params, REPO, rowsOf } from './fixture.ts';

const json = fc.dictionary(
  fc.constantFrom('a', 'b', 'o', 'p'),
  fc.oneof(
    fc.integer(),
    fc.string(),
    fc.constant(null),
    fc.array(fc.integer()),
    fc.dictionary(
      fc.constantFrom('x', 'y'),
      fc.oneof(fc.integer(), fc.dictionary(fc.constantFrom('z'), fc.integer())),
    ),
  ),
);

test('merging changes neither side', () => {
  fc.assert(
    fc.property(json, json, (base, over) => {
      const [b, o] = [fromJson(base) as GoMap, fromJson(over) as GoMap];
      deepMerge(b, o);
      expect(paramsAsJson(b)).toEqual(base);
      expect(paramsAsJson(o)).toEqual(over);
    }),
  );
});

test('merging is by the table: every key of both, the upper side for what is no map', () => {
  fc.assert(
    fc.property(json, json, (base, over) => {
      const merged = paramsAsJson(deepMerge(fromJson(base) as GoMap, fromJson(over) as GoMap)) as Record<
        string,
        unknown
      >;
      expect(new Set(Object.keys(merged))).toEqual(new Set([...Object.keys(base), ...Object.keys(over)]));
      for (const [key, value] of Object.entries(over)) {
        if (typeof value !== 'object' || value === null || Array.isArray(value))
          expect(merged[key]).toEqual(value);
      }
    }),
  );
});

test('a value that changes its params changes those of its own row only', async () => {
  const files = { 'apps/a/k': '', 'apps/b/k': '' };
  const values = { side: '{{ $_ := set . "id" .path.basename }}' };
  const git = { git: { repoURL: REPO, revision: 'main', directories: [{ path: 'apps/*' }], values } };
  expect(await params({ files, generators: [git] })).toMatchObject([{ id: 'a' }, { id: 'b' }]);
});

test('a template that changes a nested map of the first child leaves the other rows alone', async () => {
  const first = { list: { elements: [{ a: '1', o: { n: 'old' } }] } };
  const change = '{{ $_ := set .o "n" .a }}{{ .o.n }}';
  const entry = (second: object) => ({ matrix: { generators: [first, second] } });
  const generation = await generate({
    generators: [
      entry({ list: { elements: [{ b: change }] } }),
      entry({ list: { elements: [{ b: '{{ .o.n }}' }] } }),
    ],
  });
  expect(rowsOf(generation).map((row) => paramsAsJson(row.params))).toEqual([
    { a: '1', b: '1', o: { n: '1' } },
    { a: '1', b: 'old', o: { n: 'old' } },
  ]);
});
