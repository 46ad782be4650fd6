/**
 * Random webhook calls through the reference's own handler (v3.2.11) and ours in compat mode: status,
 * body, and which of some random sets are refreshed.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/api/objects.ts';
import { RUNNERS } from '../../src/conformance/index.ts';
import { seededRandom } from '../../src/support/random.ts';
import { plan } from './ask.ts';
import { type Accepted, AcceptedList, type Comparison, mismatches, NONE } from './mismatches.ts';
import { GoProgram } from './program.ts';
import { type Call, randomCall } from './random-calls.ts';
import { smallerData } from './shrink.ts';

interface Delivery {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  readonly refreshed: readonly string[];
  readonly panic?: string;
}

/** What ours gives: by the runner of the compatibility cases. */
async function ours(call: Call): Promise<Delivery> {
  const body = { ...call, expect: {} } as unknown as JsonObject;
  const result = await RUNNERS.get('webhook')?.run({ name: 'webhook/x', about: '', kind: 'webhook', body });
  return result?.actual as unknown as Delivery;
}

const asNamed = (names: readonly string[]): string[] =>
  names.map((name) => name.replace(/^argocd\//, '')).sort();

const ACCEPTED: readonly Accepted<Call, Delivery>[] = [
  {
    reason: 'Go writes out the fields of a struct that has no name',
    applies: (_call, expected, actual) =>
      actual.body !== '' && expected.body.startsWith(actual.body.trimEnd().replace(/struct$/, 'struct {')),
  },
  {
    reason:
      'the reference evaluates clusters of a nested matrix twice, the second time without the local cluster',
    applies: ({ sets }, expected, actual) =>
      expected.status === actual.status && /"matrix".*"matrix".*"clusters"/.test(JSON.stringify(sets)),
  },
  {
    reason: 'a push of Azure DevOps without a ref costs the reference a crash',
    applies: (_call, expected) => expected.panic?.includes('index out of range') === true,
  },
];

describe('webhook calls agree with the reference', () => {
  const { cases, seed } = plan(4_000);
  const accepted = new AcceptedList(ACCEPTED);
  let program: GoProgram;
  let refreshing = 0;
  beforeAll(async () => {
    program = await GoProgram.start('argocd-oracle');
  });
  afterAll(() => {
    program.close();
    process.stderr.write(`${refreshing} calls refreshed a set\n${accepted.report()}\n`);
  });

  const comparison: Comparison<Call> = {
    async compare(calls) {
      const asked = program.ask(calls.map((call) => JSON.stringify(call)));
      const actual: Delivery[] = [];
      for (const call of calls) actual.push(await ours(call));
      const expected = (await asked).map((line) => JSON.parse(line) as Delivery);
      return calls.map((call, i) => {
        const [right, given] = [expected[i] as Delivery, actual[i] as Delivery];
        if (right.refreshed?.length > 0) refreshing++;
        const answer = ({ status, body, contentType }: Delivery) => ({ status, body, contentType });
        const named = asNamed(right.refreshed ?? []);
        const what = !isDeepStrictEqual(answer(right), answer(given))
          ? 'answer'
          : isDeepStrictEqual(named, asNamed(given.refreshed))
            ? undefined
            : 'refreshed';
        if (what === undefined || accepted.has(call, right, given)) return undefined;
        const shown = { settings: call.settings, request: call.request, sets: JSON.stringify(call.sets) };
        return { what, ...shown, expected: JSON.stringify(right), actual: JSON.stringify(given) };
      });
    },
    *smaller({ sets, request, ...rest }) {
      for (let i = 0; i < sets.length; i++) yield { ...rest, request, sets: sets.toSpliced(i, 1) };
      for (const [i, set] of sets.entries()) {
        const spec = set.spec as JsonObject;
        for (const generators of smallerData(spec.generators)) {
          yield { ...rest, request, sets: sets.with(i, { ...set, spec: { ...spec, generators } }) };
        }
      }
    },
    size: (call) => JSON.stringify(call).length,
  };

  it(`answers ${cases} random calls alike (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const calls = Array.from({ length: cases }, () => randomCall(random));
    expect(await mismatches(calls, comparison)).toEqual(NONE);
    expect(refreshing).toBeGreaterThan(cases / 8);
  });
});
