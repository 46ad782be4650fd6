/**
 * The golden vectors of the function library (spec sprig-functions §20): templates and what Go's own
 * engine with Sprig 3.3 and the ApplicationSet additions made of them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GO_FUNCTIONS } from '../../../src/templating/functions/index.ts';
import { GoTime } from '../../../src/templating/functions/time/go-time.ts';
import type { GoFunction } from '../../../src/templating/values.ts';
import { runVector, type Vector, vectorFunctions } from './vector-functions.ts';

const vectors = JSON.parse(
  readFileSync(new URL('./vectors/sprig.json', import.meta.url), 'utf8'),
) as Vector[];

const fixedTime: GoFunction = {
  name: 'fixedtime',
  params: [],
  result: 'time.Time',
  call: () => new GoTime(BigInt(Date.UTC(2024, 1, 29, 13, 4, 5)) * 1_000_000n + 123_456_789n),
};

const functions = vectorFunctions(GO_FUNCTIONS, [fixedTime]);

describe('the golden vectors of the function library', () => {
  it('are all there', () => {
    expect(vectors).toHaveLength(246);
  });

  it.each(vectors.map((vector, row) => [row + 1, vector.t, vector] as const))(
    '%i %s',
    (_row, _text, vector) => {
      const { out, err, perr } = vector;
      expect(runVector(vector, functions)).toEqual(JSON.parse(JSON.stringify({ out, err, perr })));
    },
  );
});
