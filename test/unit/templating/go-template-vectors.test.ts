/**
 * Golden vectors of the template engine: templates and what Go's own engine made of them.
 * `go-template.json` is spec go-template §16 (with Sprig); `printf.json` and `syntax.json` are verbs,
 * flags and random token texts executed by Go 1.26.8.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GO_FUNCTIONS } from '../../../src/templating/functions/index.ts';
import { runVector, type Vector, vectorFunctions } from './vector-functions.ts';

const withSprig = vectorFunctions(GO_FUNCTIONS);
const raw = vectorFunctions();

describe.each([
  ['go-template', 398],
  ['printf', 900],
  ['syntax', 700],
])('the golden vectors %s.json', (name, count) => {
  const vectors = JSON.parse(
    readFileSync(new URL(`./vectors/${name}.json`, import.meta.url), 'utf8'),
  ) as Vector[];

  it(`are all ${count} there`, () => {
    expect(vectors).toHaveLength(count);
  });

  it.each(vectors.map((vector, row) => [row + 1, vector.t, vector] as const))(
    '%i %s',
    (_row, _text, vector) => {
      const { out, err, perr } = vector;
      const expected = Object.fromEntries(
        Object.entries({ out, err, perr }).filter(([, text]) => text !== undefined),
      );
      expect(runVector(vector, vector.raw === true ? raw : withSprig)).toEqual(expected);
    },
  );
});
