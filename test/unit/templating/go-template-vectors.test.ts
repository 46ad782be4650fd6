/**
 * The golden vectors of the template engine (spec go-template §16): templates and what Go's own engine
 * with Sprig made of them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GO_FUNCTIONS } from '../../../src/templating/functions/index.ts';
import { runVector, type Vector, vectorFunctions } from './vector-functions.ts';

const vectors = JSON.parse(
  readFileSync(new URL('./vectors/go-template.json', import.meta.url), 'utf8'),
) as Vector[];

const withSprig = vectorFunctions(GO_FUNCTIONS);
const raw = vectorFunctions();

describe('the golden vectors of text/template', () => {
  it('are all there', () => {
    expect(vectors).toHaveLength(398);
  });

  it.each(vectors.map((vector, row) => [row + 1, vector.t, vector] as const))(
    '%i %s',
    (_row, _text, vector) => {
      const { out, err, perr } = vector;
      expect(runVector(vector, vector.raw === true ? raw : withSprig)).toEqual(
        JSON.parse(JSON.stringify({ out, err, perr })),
      );
    },
  );
});
