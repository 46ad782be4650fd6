/**
 * Random ApplicationSets through the reference's own generators and renderer (v3.2.11) and ours in compat
 * mode: Applications in order, or reason and error text. Some are made of lists alone; the others read
 * clusters and repositories of random worlds.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application, ApplicationSet, Json, JsonObject } from '../../src/api/objects.ts';
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
import { randomWorld } from './random-worlds.ts';
import { smallerData } from './shrink.ts';

/** A set, and the world its generators read. */
interface Question {
  readonly set: ApplicationSet;
  readonly world: JsonObject;
}

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

async function ours({ set, world }: Question): Promise<Outcome> {
  const sources = worldSources(world, { clock: systemClock });
  const { newGitFileGlobbing } = (world.settings ?? {}) as { newGitFileGlobbing?: boolean };
  const settings = evaluationSettings({ compat: true, newGitFileGlobbing: newGitFileGlobbing === true });
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

/** Words of 3.2 as 3.3 has them: templates are called `base`, the local cluster is no case of its own. */
const asNewer = (text: string): string =>
  text
    .replaceAll('values for local cluster', 'values for cluster')
    .replaceAll('template: :', 'template: base:')
    .replaceAll('started at :', 'started at base:')
    .replaceAll('executing ""', 'executing "base"');

/** What differs, undefined when nothing does. */
function difference(expected: Outcome, actual: Outcome, go: boolean): string | undefined {
  if (expected.error !== undefined || actual.error !== undefined) {
    if (expected.reason !== actual.reason) return 'reason';
    const same =
      go && expected.reason === 'RenderTemplateParamsError' ? sameUpToLibraryWords : sameLeadingPart;
    return same(asNewer(expected.error ?? ''), asNewer(actual.error ?? '')) ? undefined : 'error';
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

const text = ({ set }: Question): string => JSON.stringify(set.spec);

/** Differences that are meant to be: the corpora's expected values, of a newer reference, win. */
const ACCEPTED: readonly Accepted<Question, Outcome>[] = [
  {
    reason: 'a merge generator gives its rows in random order upstream',
    applies: (question, expected, actual) =>
      (expected.error ?? actual.error) === undefined &&
      text(question).includes('"merge"') &&
      sameItems(expected.applications, actual.applications),
  },
  {
    reason: 'prune, selfHeal and allowEmpty have told false from absent since 3.3',
    applies: (_question, expected, actual) =>
      (expected.error ?? actual.error) === undefined &&
      sameItems(expected.applications, actual.applications.map(asOlder)),
  },
];

/**
 * Times the reference is asked again where it differs: what its random map order decides comes out alike
 * once. The rarest order seen comes once in twelve.
 */
const AGAIN = 300;
const AT_ONCE = 20;

/** A set that reads a world costs more than one of lists: one is drawn for as many of these. */
const WORLDLY_PART = 5;
/** Worlds a run draws its sets for: a repository costs more to make than a set. */
const WORLDS = 16;

describe('whole sets agree with the reference', () => {
  const { cases, seed } = plan(4_000);
  const accepted = new AcceptedList(ACCEPTED);
  let program: GoProgram;
  beforeAll(async () => {
    program = await GoProgram.start('argocd-oracle');
  });
  let undecided = 0;

  const ask = async (questions: readonly Question[]): Promise<Outcome[]> => {
    if (program.over) program = await GoProgram.start('argocd-oracle');
    const lines = await program.ask(questions.map((question) => JSON.stringify(question)));
    return lines.map((line) => JSON.parse(line) as Outcome);
  };

  const compared = (question: Question, expected: Outcome, actual: Outcome): Difference | undefined => {
    // A crash of the reference has no value to agree with (spec generators §11).
    if (expected.panic !== undefined) return undefined;
    const shown = { set: text(question), world: JSON.stringify(question.world) };
    if (actual.panic !== undefined) return { what: 'thrown', ...shown, thrown: actual.panic };
    const what = difference(expected, actual, question.set.spec.goTemplate === true);
    if (what === undefined || accepted.has(question, expected, actual)) return undefined;
    return { what, ...shown, expected: JSON.stringify(expected), actual: JSON.stringify(actual) };
  };

  const outcomes: Outcome[] = [];
  const comparison: Comparison<Question> = {
    async compare(questions) {
      const asked = ask(questions);
      const actual: Outcome[] = [];
      for (const question of questions) actual.push(await ours(question));
      const expected = await asked;
      if (outcomes.length < cases + worldly) outcomes.push(...expected);
      const results = questions.map((question, i) =>
        compared(question, expected[i] as Outcome, actual[i] as Outcome),
      );
      const open = results.flatMap((result, i) => (result === undefined ? [] : [i]));
      for (const i of open) {
        const question = questions[i] as Question;
        for (let asked = 0; asked < AGAIN && results[i] !== undefined; asked += AT_ONCE) {
          const more = await ask(Array.from({ length: AT_ONCE }, () => question));
          if (!more.some((outcome) => compared(question, outcome, actual[i] as Outcome) === undefined))
            continue;
          results[i] = undefined;
          undecided++;
        }
      }
      return results;
    },
    *smaller({ set, world }) {
      for (const spec of smallerData(set.spec)) {
        yield { set: { ...set, spec: spec as ApplicationSet['spec'] }, world };
      }
      // a smaller repository would have to be made anew each time
      for (const clusterSecrets of smallerData(world.clusterSecrets)) {
        yield { set, world: { ...world, clusterSecrets: clusterSecrets as Json } };
      }
    },
    size: ({ set, world }) => JSON.stringify([set.spec, world]).length,
  };

  const rendered = () =>
    outcomes.filter(({ error, applications }) => !error && applications?.length > 0).length;

  it(`renders ${cases} random sets alike (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const questions = Array.from({ length: cases }, (_, i): Question => {
      return { set: randomSet(random, i) as unknown as ApplicationSet, world: {} };
    });
    expect(await mismatches(questions, comparison)).toEqual(NONE);
    expect(rendered()).toBeGreaterThan(cases / 4);
  });

  const worldly = Math.ceil(cases / WORLDLY_PART);
  it(`renders ${worldly} random sets of clusters and repositories alike (seed ${seed})`, async () => {
    const before = rendered();
    const random = seededRandom(seed + 1);
    const worlds = Array.from({ length: WORLDS }, () => randomWorld(random));
    const questions = Array.from({ length: worldly }, (_, i): Question => {
      const world = worlds[i % WORLDS];
      return {
        set: randomSet(random, i, world) as unknown as ApplicationSet,
        world: world?.json as JsonObject,
      };
    });
    expect(await mismatches(questions, comparison)).toEqual(NONE);
    expect(rendered() - before).toBeGreaterThan(worldly / 4);
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
