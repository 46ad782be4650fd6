/** Random templates over random data through Go's text/template with Sprig and ours: output and error text. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/support/clock.ts';
import { messageOf } from '../../src/support/errors.ts';
import { LIMITS } from '../../src/support/limits.ts';
import { seededRandom, systemRandom } from '../../src/support/random.ts';
import { compileGoString } from '../../src/templating/go-strings.ts';
import type { GoMap } from '../../src/templating/values.ts';
import { type Answer, askOracle, plan, type Question } from './ask.ts';
import { randomData, randomTemplate } from './random-templates.ts';
import { asValue } from './values.ts';

const context = {
  clock: systemClock,
  random: systemRandom,
  maxSteps: LIMITS.templateSteps,
  maxOutputBytes: LIMITS.templateOutputBytes,
  maxRecursion: LIMITS.templateRecursion,
};

function ours(question: Question): Answer {
  try {
    const template = compileGoString(question.text, { go: true, options: question.options ?? [] });
    return {
      out: template.render(asValue(question.data) as GoMap, context).replaceAll(/[\uDC80-\uDCFF]/g, '\uFFFD'),
    };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/** Words of Go's own libraries below the engine: they may differ after these. */
const LIBRARY =
  /(json: |yaml: |invalid character|error unmarshaling|unexpected end of JSON|strconv\.|error parsing regexp|illegal base|0x[0-9a-f]{6,})/;

function agrees(expected: Answer, actual: Answer): boolean {
  if (expected.out !== undefined) return expected.out === actual.out;
  const text = expected.error ?? '';
  const cut = text.search(LIBRARY);
  return cut < 0 ? text === actual.error : actual.error?.startsWith(text.slice(0, cut)) === true;
}

describe('templates agree with Go and Sprig', () => {
  const { cases, seed } = plan(20_000);

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
    const answers = await askOracle(questions);
    const rendered = answers.filter((answer) => answer.out !== undefined).length;
    expect(rendered).toBeGreaterThan(cases / 5);
    const different = questions.flatMap((question, i) => {
      const expected = answers[i] as Answer;
      const actual = ours(question);
      return agrees(expected, actual)
        ? []
        : [{ text: question.text, options: question.options, expected, actual, data: question.data }];
    });
    different.sort((a, b) => a.text.length - b.text.length);
    expect({ different: different.length, smallest: different.slice(0, 5) }).toEqual({
      different: 0,
      smallest: [],
    });
  });
});
