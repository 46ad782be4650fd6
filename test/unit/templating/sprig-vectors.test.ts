/**
 * The golden vectors of the function library (spec sprig-functions §20), and more of their kind by
 * family: templates and what Go's own engine with Sprig 3.3 made of them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GO_FUNCTIONS } from '../../../src/templating/functions/index.ts';
import { GoTime } from '../../../src/templating/functions/time/go-time.ts';
import type { GoFunction } from '../../../src/templating/values.ts';
import { runVector, type Vector, vectorFunctions } from './vector-functions.ts';

const read = <T>(file: string): T[] =>
  JSON.parse(readFileSync(new URL(`./vectors/${file}`, import.meta.url), 'utf8')) as T[];

const golden = read<Vector>('sprig.json');
const more = read<Vector & { readonly family: string }>('functions.json');

const fixedTime: GoFunction = {
  name: 'fixedtime',
  params: [],
  result: 'time.Time',
  call: () => new GoTime(BigInt(Date.UTC(2024, 1, 29, 13, 4, 5)) * 1_000_000n + 123_456_789n),
};

const functions = vectorFunctions(GO_FUNCTIONS, [fixedTime]);

/** Seconds of cryptography stand in some vectors, and a busy machine multiplies them. */
const SLOW = { timeout: 120_000 };

function check(vector: Vector): void {
  const { out, err, perr } = vector;
  expect(runVector(vector, functions)).toEqual(JSON.parse(JSON.stringify({ out, err, perr })));
}

describe('the golden vectors of the function library', () => {
  it('are all there', () => {
    expect(golden).toHaveLength(246);
  });

  it.each(golden.map((vector, row) => [row + 1, vector.t, vector] as const))(
    '%i %s',
    SLOW,
    (_row, _text, vector) => {
      check(vector);
    },
  );
});

describe.each([...Map.groupBy(more, ({ family }) => family)])('%s, as Go has them', (_family, vectors) => {
  it.each(vectors.map((vector) => [vector.t, vector] as const))('%s', SLOW, (_text, vector) => {
    check(vector);
  });
});
