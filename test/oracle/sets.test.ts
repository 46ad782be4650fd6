/**
 * Random ApplicationSets through the reference's own generators and renderer (v3.2.11) and ours in compat
 * mode: Applications in order, or reason and error text.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application, ApplicationSet, Json } from '../../src/api/objects.ts';
import {
  asMultiset,
  sameLeadingPart,
  sameUpToLibraryWords,
  withoutEmpty,
} from '../../src/conformance/compare.ts';
import { evaluateSet, evaluationSettings } from '../../src/planning/evaluate.ts';
import { worldSources } from '../../src/sources/recorded/index.ts';
import { systemClock } from '../../src/support/clock.ts';
import { messageOf } from '../../src/support/errors.ts';
import { seededRandom, systemRandom } from '../../src/support/random.ts';
import { plan } from './ask.ts';
import {
  type Accepted,
  AcceptedList,
  type Comparison,
  type Difference,
  mismatches,
  NONE,
} from './mismatches.ts';
import { GoProgram } from './program.ts';
import { randomSet } from './random-sets.ts';
import { smallerData } from './shrink.ts';

interface Outcome {
  readonly applications: readonly Json[];
  readonly reason?: string;
  readonly error?: string;
  readonly panic?: string;
}

const strip = ({ metadata, spec, operation }: Application): Json =>
  ({
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      labels: metadata.labels,
      annotations: metadata.annotations,
      finalizers: metadata.finalizers,
    },
    spec,
    operation,
  }) as unknown as Json;

const sources = worldSources({}, { clock: systemClock });
const settings = evaluationSettings({ compat: true });

async function ours(set: ApplicationSet): Promise<Outcome> {
  let evaluation: Awaited<ReturnType<typeof evaluateSet>>;
  try {
    evaluation = await evaluateSet(set, sources, settings, { clock: systemClock, random: systemRandom });
  } catch (error) {
    return { applications: [], panic: messageOf(error) };
  }
  const applications = evaluation.rendered.map(({ application }) => strip(application));
  const first = evaluation.firstError;
  return first === undefined
    ? { applications }
    : { applications, reason: first.reason, error: first.error.message };
}

const plain = (applications: readonly Json[]): Json[] =>
  applications.map((item) => JSON.parse(JSON.stringify(withoutEmpty(item) ?? null)) as Json);

/** Templates had no name before 3.3; they are called `base` since. */
const withName = (text: string): string =>
  text
    .replaceAll('template: :', 'template: base:')
    .replaceAll('started at :', 'started at base:')
    .replaceAll('executing ""', 'executing "base"');

/** What differs, undefined when nothing does. */
function difference(expected: Outcome, actual: Outcome, go: boolean): string | undefined {
  if (expected.error !== undefined || actual.error !== undefined) {
    if (expected.reason !== actual.reason) return 'reason';
    const same =
      go && expected.reason === 'RenderTemplateParamsError' ? sameUpToLibraryWords : sameLeadingPart;
    return same(withName(expected.error ?? ''), actual.error ?? '') ? undefined : 'error';
  }
  const [a, b] = [plain(expected.applications), plain(actual.applications)];
  if (isDeepStrictEqual(a, b)) return undefined;
  return isDeepStrictEqual(asMultiset(a), asMultiset(b)) ? 'order' : 'applications';
}

/** Without the booleans of an automated policy that are false: 3.2 does not tell them from absent ones. */
function asOlder(application: Json): Json {
  const copy = structuredClone(application) as {
    spec?: { syncPolicy?: { automated?: Record<string, Json> } };
  };
  const automated = copy.spec?.syncPolicy?.automated ?? {};
  for (const key of ['prune', 'selfHeal', 'allowEmpty']) if (automated[key] === false) delete automated[key];
  return copy as Json;
}

const sameItems = (a: readonly Json[], b: readonly Json[]): boolean =>
  isDeepStrictEqual(asMultiset(plain(a)), asMultiset(plain(b)));

const text = (set: ApplicationSet): string => JSON.stringify(set.spec);

/** Differences that are meant to be: the corpora's expected values, of a newer reference, win. */
const ACCEPTED: readonly Accepted<ApplicationSet, Outcome>[] = [
  {
    reason: 'a merge generator gives its rows in random order upstream',
    applies: (set, expected, actual) =>
      (expected.error ?? actual.error) === undefined &&
      text(set).includes('"merge"') &&
      sameItems(expected.applications, actual.applications),
  },
  {
    reason: 'prune, selfHeal and allowEmpty have told false from absent since 3.3',
    applies: (_set, expected, actual) =>
      (expected.error ?? actual.error) === undefined &&
      sameItems(expected.applications, actual.applications.map(asOlder)),
  },
];

/**
 * Times the reference is asked again where it differs: what its random map order decides comes out alike
 * once. The rarest order seen comes once in twelve.
 */
const AGAIN = 300;

describe('whole sets agree with the reference', () => {
  const { cases, seed } = plan(4_000);
  const accepted = new AcceptedList(ACCEPTED);
  let program: GoProgram;
  beforeAll(async () => {
    program = await GoProgram.start('argocd-oracle');
  });
  let undecided = 0;

  const ask = async (sets: readonly ApplicationSet[]): Promise<Outcome[]> => {
    if (program.over) program = await GoProgram.start('argocd-oracle');
    const lines = await program.ask(sets.map((set) => JSON.stringify(set)));
    return lines.map((line) => JSON.parse(line) as Outcome);
  };

  const compared = (set: ApplicationSet, expected: Outcome, actual: Outcome): Difference | undefined => {
    // A crash of the reference has no value to agree with (spec generators §11).
    if (expected.panic !== undefined) return undefined;
    if (actual.panic !== undefined) return { what: 'thrown', set: text(set), thrown: actual.panic };
    const what = difference(expected, actual, set.spec.goTemplate === true);
    if (what === undefined || accepted.has(set, expected, actual)) return undefined;
    return { what, set: text(set), expected: JSON.stringify(expected), actual: JSON.stringify(actual) };
  };

  const outcomes: Outcome[] = [];
  const comparison: Comparison<ApplicationSet> = {
    async compare(sets) {
      const asked = ask(sets);
      const actual: Outcome[] = [];
      for (const set of sets) actual.push(await ours(set));
      const expected = await asked;
      if (outcomes.length < cases) outcomes.push(...expected);
      const results = sets.map((set, i) => compared(set, expected[i] as Outcome, actual[i] as Outcome));
      const open = results.flatMap((result, i) => (result === undefined ? [] : [i]));
      for (const i of open) {
        const set = sets[i] as ApplicationSet;
        const more = await ask(Array.from({ length: AGAIN }, () => set));
        if (more.some((outcome) => compared(set, outcome, actual[i] as Outcome) === undefined)) {
          results[i] = undefined;
          undecided++;
        }
      }
      return results;
    },
    *smaller(set) {
      for (const spec of smallerData(set.spec)) yield { ...set, spec: spec as ApplicationSet['spec'] };
    },
    size: (set) => text(set).length,
  };

  it(`renders ${cases} random sets alike (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const sets = Array.from({ length: cases }, (_, i) => randomSet(random, i) as unknown as ApplicationSet);
    expect(await mismatches(sets, comparison)).toEqual(NONE);
    const rendered = outcomes.filter(({ error, applications }) => !error && applications?.length > 0).length;
    expect(rendered).toBeGreaterThan(cases / 4);
  });

  afterAll(() => {
    program.close();
    const count = (test: (outcome: Outcome) => boolean) => outcomes.filter(test).length;
    const lines = [
      `${count(({ error, panic }) => error === undefined && panic === undefined)} sets rendered`,
      `${count(({ error }) => error !== undefined)} failed`,
      `${count(({ panic }) => panic !== undefined)} crashed the reference`,
      `${undecided} came out alike when asked again`,
    ];
    process.stderr.write(`${lines.join(', ')}\n${accepted.report()}\n`);
  });
});
