/**
 * Random templates over random data through Go's text/template with Sprig and ours: output, error text,
 * and the tree printed back.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/support/clock.ts';
import { messageOf } from '../../src/support/errors.ts';
import { LIMITS } from '../../src/support/limits.ts';
import { seededRandom, systemRandom } from '../../src/support/random.ts';
import { GO_FUNCTIONS } from '../../src/templating/functions/index.ts';
import { compileGoString } from '../../src/templating/go-strings.ts';
import { compileGoTemplate, nodeText } from '../../src/templating/gotemplate/index.ts';
import type { GoMap } from '../../src/templating/values.ts';
import { type Answer, type Oracle, openOracle, plan, type Question } from './ask.ts';
import { type Accepted, AcceptedList, type Comparison, mismatches, NONE } from './mismatches.ts';
import { randomData, randomTemplate } from './random-templates.ts';
import { smallerData, smallerTexts } from './shrink.ts';
import { asValue } from './values.ts';

const context = {
  clock: systemClock,
  random: systemRandom,
  maxSteps: LIMITS.templateSteps,
  maxOutputBytes: LIMITS.templateOutputBytes,
  maxRecursion: LIMITS.templateRecursion,
};

function attempt(run: () => string): Answer {
  try {
    return { out: run() };
  } catch (error) {
    return { error: messageOf(error).toWellFormed() };
  }
}

const rendered = ({ text, options = [], data }: Question): string =>
  compileGoString(text, { go: true, options }).render(asValue(data) as GoMap, context);

const printed = ({ text }: Question): string =>
  nodeText(
    compileGoTemplate(text, { name: 'base', functions: GO_FUNCTIONS, missingKeyOptions: [] }).root,
  ).toWellFormed();

/** Words of Go's own libraries below the engine, and addresses: texts may differ after these. */
const LIBRARY =
  /(json: |yaml: |invalid character|error unmarshaling|unexpected end of JSON|strconv\.|error parsing regexp|illegal base|0x[0-9a-f]{6,})/;

function agrees(expected: Answer, actual: Answer): boolean {
  if (expected.out !== undefined) return expected.out === actual.out;
  const text = expected.error ?? '';
  const cut = text.search(LIBRARY);
  return cut < 0 ? text === actual.error : actual.error?.startsWith(text.slice(0, cut)) === true;
}

const ACCEPTED: readonly Accepted<Question, Answer>[] = [
  {
    reason:
      'Go prints the hidden fields, addresses among them, of a struct under a verb its String does not take',
    applies: (_question, expected, actual) =>
      expected.out !== undefined &&
      /%!.\((time\.Time|\*?semver\.Version|\*time\.Location)=/.test(actual.out ?? ''),
  },
  {
    reason: 'Go prints the address of a pointer inside a list or map, which differs from run to run',
    applies: (_question, expected) => /\b0x[0-9a-f]{9,16}\b/.test(expected.out ?? ''),
  },
  {
    reason: 'Go prints addresses',
    applies: (_question, expected) => /\b0xc[0-9a-f]{9}\b/.test(expected.out ?? ''),
  },
  {
    reason: 'Go slices beyond the length of a list up to the capacity that its allocator happened to choose',
    applies: (_question, _expected, actual) =>
      /error calling (mustS|s)lice: reflect.Value.Slice: slice index out of bounds/.test(actual.error ?? ''),
  },
];

function* smallerQuestions(question: Question): Generator<Question> {
  if ((question.options ?? []).length > 0) yield { ...question, options: [] };
  for (const text of smallerTexts(question.text)) yield { ...question, text };
  for (const data of smallerData(question.data ?? {})) yield { ...question, data };
}

describe('templates agree with Go and Sprig', () => {
  const { cases, seed } = plan(20_000);
  const accepted = new AcceptedList(ACCEPTED);
  let oracle: Oracle;
  beforeAll(async () => {
    oracle = await openOracle();
  });
  afterAll(() => {
    oracle.close();
    process.stderr.write(`${accepted.report()}\n`);
  });

  const comparing = (ours: (question: Question) => string): Comparison<Question> => ({
    async compare(questions) {
      const asked = oracle.ask(questions);
      const mine = questions.map((question) => attempt(() => ours(question)));
      const answers = await asked;
      return questions.map((question, i) => {
        const expected = answers[i] as Answer;
        const actual = mine[i] as Answer;
        if (agrees(expected, actual) || accepted.has(question, expected, actual)) return undefined;
        const what = [expected, actual].map((answer) => (answer.out === undefined ? 'error' : 'out')).join();
        return { what, ...question, expected, actual };
      });
    },
    smaller: smallerQuestions,
    size: ({ text }) => text.length,
  });

  it(`renders ${cases} random templates alike (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const questions: Question[] = Array.from({ length: cases }, () => ({
      kind: 'template',
      text: randomTemplate(random),
      data: randomData(random),
      options:
        random.int(0, 4) === 0
          ? [['missingkey=error', 'missingkey=zero', 'missingkey=default'][random.int(0, 3)] as string]
          : [],
    }));
    let sensible = 0;
    const comparison = comparing((question) => {
      const out = rendered(question);
      sensible++;
      return out;
    });
    expect(await mismatches(questions, comparison)).toEqual(NONE);
    expect(sensible).toBeGreaterThan(cases / 5);
  });

  it(`prints ${cases} random templates back alike (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const questions = Array.from(
      { length: cases },
      (): Question => ({ kind: 'printback', text: randomTemplate(random) }),
    );
    expect(await mismatches(questions, comparing(printed))).toEqual(NONE);
  });
});
