/**
 * Random patterns through Go's path.Match and through doublestar, and ours. Doublestar is asked as the
 * reference asks it: for the paths of a tree on disk.
 */
import { posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileDoublestar, compilePathMatch } from '../../src/support/globs.ts';
import { type Random, seededRandom } from '../../src/support/random.ts';
import { type Answer, type Oracle, openOracle, plan, type Question } from './ask.ts';
import { type Accepted, AcceptedList, type Comparison, mismatches, NONE } from './mismatches.ts';
import { smallerTexts } from './shrink.ts';

const pick = <T>(random: Random, items: readonly T[]): T => items[random.int(0, items.length)] as T;

const LETTERS = ['a', 'b', 'ab', 'c', 'é', '😀', '.', '-', 'x.y', '..', ' ', '!', '^', ',', ']', '}'];
const CLASSES = [
  '[a-c]',
  '[^a]',
  '[!a]',
  '[ab]',
  '[é-😀]',
  '[a-]',
  '[-a]',
  '[]a]',
  '[a',
  '[',
  '[]',
  '[^]',
  '[\\]]',
  '[c-a]',
  '[a-c-e]',
  '[/]',
  '[^/]',
  '[\\',
  '[a\\-c]',
];
const WILD = ['*', '*', '**', '?', '/', '/', '/', '**/', '/**', '***', '\\*', '\\?', '//'];
/** Escapes of what needs none: where no wildcard stands in a step, doublestar's Glob takes them as they are. */
const ESCAPES = ['\\a', '\\', '\\/', '\\-'];
const BRACES = [
  '{a,b}',
  '{a,{b,c}}',
  '{a',
  '{}',
  '{,a}',
  '{a/b,c}',
  '{a,**}',
  '{**/a,b}',
  '{[a,b],c}',
  '{a}{b}',
];

function pattern(random: Random, braces: boolean): string {
  let out = '';
  for (let i = random.int(1, 7); i > 0; i--) {
    // a class is cut at its slash where files are looked for in a tree
    const classes = braces ? CLASSES.filter((text) => !text.includes('/')) : CLASSES;
    const kinds = [LETTERS, LETTERS, WILD, WILD, classes, braces ? BRACES : ESCAPES];
    out += pick(random, pick(random, kinds));
  }
  return out;
}

/** The pattern, which may not lead out of the tree. */
const inside = (text: string): string =>
  posix.normalize(text.replace(/^\/+/, '')).startsWith('..') ? `a${text}` : text;

/** A path, sometimes made from a pattern by filling in its wildcards. */
function path(random: Random, from: string): string {
  if (random.int(0, 3) > 0) {
    return from
      .replaceAll(/\*+/g, () => pick(random, ['', 'a', 'ab', 'b/c', 'é']))
      .replaceAll('?', () => pick(random, ['a', 'é', '/']))
      .replaceAll(/\[[^\]]*\]/g, () => pick(random, ['a', 'b', '-', ']']))
      .replaceAll('\\', '');
  }
  return Array.from({ length: random.int(0, 5) }, () =>
    pick(random, ['a', 'b', '/', 'ab', 'é', '.', ']']),
  ).join('');
}

const TREE = [
  'a',
  'b',
  'ab',
  'c/a',
  'c/b',
  'c/ab/a',
  'c/ab/b.x.y',
  'x.y',
  '.a',
  '.c/a',
  'é',
  'e/é',
  'e/😀',
  'e/-',
  'e/!',
  'e/ ',
  'd/a/b/c/a',
  'd/a/b/c/x.y',
  'd/ab',
  'd/^',
  'd/]',
  'd/,',
  'd/}',
  'd/*',
  'd/a,b',
];

/** Files and the folders they lie in. */
const PATHS = [
  ...new Set(TREE.flatMap((file) => file.split('/').map((_, i, steps) => steps.slice(0, i + 1).join('/')))),
];

const attempt = (run: () => string): Answer => {
  try {
    return { out: run() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
};

const matched = ({ text, other = '' }: Question): string => {
  const compiled = compilePathMatch(text);
  if (compiled === undefined) throw new TypeError('syntax error in pattern');
  return String(compiled(other));
};

const found = ({ text }: Question): string => {
  const compiled = compileDoublestar(text);
  const taken = PATHS.filter((name) => compiled(name, !TREE.includes(name)));
  return JSON.stringify(taken.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
};

const ACCEPTED: readonly Accepted<Question, Answer>[] = [
  {
    reason: 'Go finds some malformed patterns only where matching gets to the mistake',
    applies: (_question, expected, actual) =>
      expected.error === undefined && actual.error === 'syntax error in pattern',
  },
  {
    reason:
      'doublestar cuts a class at slashes, commas and braces; the names in the tree decide what comes of it',
    applies: ({ kind, text }) =>
      kind === 'doublestarGlob' && /\[(?:\\.|[^\]\\])*[/{}]|\{.*\[(?:\\.|[^\]\\])*,/.test(text),
  },
  {
    reason: 'doublestar takes directories that one alternative found for the beginning of the next',
    applies: ({ kind, text }) => kind === 'doublestarGlob' && text.split('{').length > 2,
  },
  {
    reason: 'doublestar looks for "dir/", "." and "" by name where an alternative leaves no more of a step',
    applies: ({ kind, text }) =>
      kind === 'doublestarGlob' && (/\{.*\/[,}]/.test(text) || /(^|\/)\.?\{,/.test(text)),
  },
];

describe('globs agree with Go', () => {
  const { cases, seed } = plan(10_000);
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
      const answers = await oracle.ask(questions);
      return questions.map((question, i) => {
        const expected = answers[i] as Answer;
        const actual = attempt(() => ours(question));
        const { error, out } = expected;
        if (error === actual.error && out === actual.out) return undefined;
        if (accepted.has(question, expected, actual)) return undefined;
        const what = [expected, actual].map((answer) => (answer.out === undefined ? 'error' : 'out')).join();
        return { what, text: question.text, other: question.other, expected, actual };
      });
    },
    *smaller(question) {
      for (const text of smallerTexts(question.text)) yield { ...question, text };
      if (question.other === undefined) return;
      for (const other of smallerTexts(question.other)) yield { ...question, other };
    },
    size: ({ text, other = '' }) => text.length + other.length,
  });

  it(`matches ${cases} random paths as path.Match (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const questions = Array.from({ length: cases }, (): Question => {
      const text = pattern(random, false);
      return { kind: 'pathMatch', text, other: path(random, text) };
    });
    expect(await mismatches(questions, comparing(matched))).toEqual(NONE);
  });

  it(`finds files for ${cases} random patterns as doublestar (seed ${seed})`, async () => {
    const random = seededRandom(seed + 1);
    const questions = Array.from(
      { length: cases },
      (): Question => ({ kind: 'doublestarGlob', text: inside(pattern(random, true)), data: TREE }),
    );
    expect(await mismatches(questions, comparing(found))).toEqual(NONE);
  });
});
