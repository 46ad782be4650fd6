/** Random versions and constraints through Masterminds semver and ours. */
import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../src/support/random.ts';
import { parseConstraint, satisfies } from '../../src/support/semver/constraint.ts';
import { compareVersions, parseVersion } from '../../src/support/semver/version.ts';
import { askOracle, plan, type Question } from './ask.ts';

const pick = <T>(random: Random, items: readonly T[]): T => items[random.int(0, items.length)] as T;
const part = (random: Random) =>
  pick(random, ['0', '1', '2', '3', '10', '1', '0', '01', '99999999999999999999']);

function version(random: Random): string {
  const prefix = pick(random, ['', '', 'v', 'V', '=', ' ']);
  const core = Array.from({ length: pick(random, [1, 2, 3, 3, 3, 3, 4]) }, () => part(random)).join('.');
  const pre =
    random.int(0, 4) === 0
      ? `-${pick(random, ['alpha', 'beta.1', 'rc.2', '0', '01', 'a-b', '', 'x.y.z'])}`
      : '';
  const meta = random.int(0, 8) === 0 ? `+${pick(random, ['build', '001', 'a.b', ''])}` : '';
  return prefix + core + pre + meta;
}

function constraint(random: Random): string {
  const one = () => {
    const operator = pick(random, [
      '',
      '',
      '=',
      '!=',
      '>',
      '<',
      '>=',
      '<=',
      '=>',
      '=<',
      '~',
      '~>',
      '^',
      '== ',
      '>> ',
    ]);
    const target =
      random.int(0, 4) === 0
        ? pick(random, ['*', 'x', '1.x', '1.2.x', '1.X', '2.*', 'v1', '1.2'])
        : version(random).trim();
    return `${operator}${pick(random, ['', '', ' '])}${target}`;
  };
  if (random.int(0, 8) === 0) return `${version(random)} - ${version(random)}`;
  return Array.from({ length: random.int(1, 4) }, one).join(pick(random, [', ', ' ', ' || ', ',', '||']));
}

const outcome = (run: () => unknown): string => {
  try {
    return String(run());
  } catch {
    return 'error';
  }
};

describe('semver agrees with Masterminds', () => {
  const { cases, seed } = plan(5_000);

  it(`checks ${cases} random constraints alike (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const questions: Question[] = Array.from({ length: cases }, () => ({
      kind: 'semverCheck',
      text: constraint(random),
      other: version(random),
    }));
    const answers = await askOracle(questions);
    const different = questions.flatMap(({ text, other }, i) => {
      const expected = answers[i]?.out ?? 'error';
      const actual = outcome(() => satisfies(parseVersion(other ?? ''), parseConstraint(text)));
      return expected === actual ? [] : [{ text, other, expected, why: answers[i]?.error, actual }];
    });
    expect(different.slice(0, 8)).toEqual([]);
  });

  it(`compares ${cases} random versions alike (seed ${seed})`, async () => {
    const random = seededRandom(seed + 1);
    const questions: Question[] = Array.from({ length: cases }, () => ({
      kind: 'semverCompare',
      text: version(random),
      other: version(random),
    }));
    const answers = await askOracle(questions);
    const different = questions.flatMap(({ text, other }, i) => {
      const expected = answers[i]?.out ?? 'error';
      const actual = outcome(() => compareVersions(parseVersion(text), parseVersion(other ?? '')));
      return expected === actual ? [] : [{ text, other, expected, why: answers[i]?.error, actual }];
    });
    expect(different.slice(0, 8)).toEqual([]);
  });
});
