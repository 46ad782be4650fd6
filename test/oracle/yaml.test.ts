/** Random YAML and JSON through sigs.k8s.io/yaml and ours. */
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../src/support/errors.ts';
import { type Random, seededRandom } from '../../src/support/random.ts';
import { emitGoYaml, parseYaml } from '../../src/support/yaml.ts';
import { type Answer, askOracle, plan } from './ask.ts';

const pick = <T>(random: Random, items: readonly T[]): T => items[random.int(0, items.length)] as T;

const SCALARS = [
  'a',
  'yes',
  'No',
  'on',
  'y',
  'n',
  'true',
  'null',
  '~',
  '',
  '1',
  '010',
  '0o17',
  '0x1F',
  '1_000',
  '1.5',
  '1e3',
  '.5',
  '12:30:45',
  '2024-01-01',
  '-1',
  '+1',
  '0b11',
  '08',
  '1e400',
  'a: b',
  "it's",
  '"q"',
  '#x',
  'x #y',
  '- a',
  '{{ .x }}',
  '[a]',
  '*a',
  '&b',
  '!c',
  '|',
  '>',
  '%d',
  '@e',
  '`f`',
  ' lead',
  'trail ',
  'two\nlines',
  'tab\tbed',
  'é',
  '日本語',
  '\u2028',
  'long '.repeat(30).trim(),
  'a\n\nb\n',
  '\n',
  '1.2.3',
  '10.0.0.1',
  '=',
  '<<',
  'v1',
  '0x',
  '0.0',
  '-0',
  '1.0',
  '123456789012345678901',
];

/** U+2028 breaks a line for go-yaml, and a tag may hold a comma: not so for the library ours stands on. */
const READABLE = SCALARS.filter((text) => !['\u2028', '!c'].includes(text));

/** The order of keys that begin with digits is not transitive in go-yaml, so its output varies: left out. */
const KEYS = [...READABLE.filter((text) => !/^[-+.]?\d/.test(text)), 'key', 'a10', 'a9', 'B', '7'];

function randomValue(random: Random, depth: number): unknown {
  switch (random.int(0, depth > 3 ? 5 : 8)) {
    case 0:
      return null;
    case 1:
      return random.int(0, 2) === 1;
    case 2:
      return pick(random, [0, 1, -1, 1.5, 1e6, 1e21, 1e-7, 123456789, 1234567.5, 2 ** 53, -0.25]);
    case 3:
    case 4:
      return pick(random, SCALARS);
    case 5:
      return Array.from({ length: random.int(0, 4) }, () => randomValue(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.int(0, 4) }, () => [pick(random, KEYS), randomValue(random, depth + 1)]),
      );
  }
}

/** YAML as people write it: block and flow, plain and quoted, anchors and merges. */
function randomYaml(random: Random, indent: string, depth: number): string {
  const scalar = () => {
    const text = pick(random, READABLE);
    const style = random.int(0, 4);
    if (style === 0) return JSON.stringify(text);
    if (style === 1 && !text.includes('\n')) return `'${text.replaceAll("'", "''")}'`;
    return text.replaceAll('\n', ' ');
  };
  const choice = random.int(0, depth > 2 ? 3 : 7);
  if (choice <= 1) return `${scalar()}${random.int(0, 8) === 0 ? ' # note' : ''}\n`;
  if (choice === 2) return `[${Array.from({ length: random.int(0, 4) }, scalar).join(', ')}]\n`;
  if (choice === 3)
    return `{${Array.from({ length: random.int(0, 3) }, () => `${pick(random, ['a', 'b', 'y', '1', 'c d'])}: ${scalar()}`).join(', ')}}\n`;
  if (choice === 4)
    return `${pick(random, ['|', '>', '|-', '>-', '|+'])}\n${['one', 'two', '', '  three']
      .slice(0, random.int(1, 5))
      .map((line) => (line === '' ? '' : `${indent}  ${line}`))
      .join('\n')}\n`;
  const next = `${indent}  `;
  if (choice === 5)
    return `\n${Array.from({ length: random.int(1, 4) }, () => `${indent}- ${randomYaml(random, next, depth + 1)}`).join('')}`;
  const anchor = random.int(0, 6) === 0;
  const lines = Array.from(
    { length: random.int(1, 4) },
    (_, i) =>
      `${indent}${pick(random, ['a', 'b', 'key', 'on', '1', '1.5', '"q"', 'x-y'])}${i}: ${randomYaml(random, next, depth + 1)}`,
  );
  return `\n${anchor ? `${indent}base: &b {m: 1, k: 2}\n${indent}use:\n${indent}  <<: *b\n${indent}  k: 3\n` : ''}${lines.join('')}`;
}

const canonical = (text: string | undefined) =>
  text === undefined ? undefined : JSON.stringify(JSON.parse(text));

function ours(run: () => string): Answer {
  try {
    return { out: run() };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

describe('YAML agrees with sigs.k8s.io/yaml', () => {
  const { cases, seed } = plan(4_000);

  it(`reads ${cases} random documents alike (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const texts = Array.from({ length: cases }, () => randomYaml(random, '', 0).replace(/^\n/, ''));
    const answers = await askOracle(texts.map((text) => ({ kind: 'yamlToJson', text })));
    const different = texts.flatMap((text, i) => {
      const expected = canonical(answers[i]?.out);
      const actual = ours(() => JSON.stringify(sortKeys(parseYaml(text))));
      return expected === actual.out ? [] : [{ text, expected: answers[i], actual }];
    });
    expect(smallest(different)).toEqual([]);
  });

  it(`writes ${cases} random values alike (seed ${seed})`, async () => {
    const random = seededRandom(seed + 1);
    const values = Array.from({ length: cases }, () => randomValue(random, 0));
    const answers = await askOracle(
      values.map((value) => ({ kind: 'jsonToYaml', text: JSON.stringify(value) })),
    );
    const different = values.flatMap((value, i) => {
      const actual = ours(() => emitGoYaml(value as Parameters<typeof emitGoYaml>[0]));
      return answers[i]?.out === actual.out
        ? []
        : [{ text: JSON.stringify(value), expected: answers[i], actual }];
    });
    expect(smallest(different)).toEqual([]);
  });
});

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Object.fromEntries(sorted.map(([key, item]) => [key, sortKeys(item)]));
}

/** The shortest of what differs, each text once. */
const smallest = <T extends { text: string }>(found: T[]): T[] =>
  [...new Map(found.map((item) => [item.text, item])).values()]
    .sort((a, b) => a.text.length - b.text.length)
    .slice(0, 8);
