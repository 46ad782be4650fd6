/** A tree prints itself as a template that parses to the same tree: error texts and tools rely on it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeText, parse, type Tree } from '../../../../src/templating/gotemplate/index.ts';
import { vectorFunctions } from '../vector-functions.ts';

const functions = vectorFunctions();
const NAMES = new Set(['print', 'printf', 'len', 'index', 'eq', 'and', 'or', 'not', ...functions.keys()]);
const trees = (text: string): Map<string, Tree> =>
  parse('t', text, { hasFunction: (name) => NAMES.has(name) });
const printed = (text: string): string => nodeText(trees(text).get('t')!.root);

const fields = fc.array(fc.constantFrom('a', 'Kind', '_x', 'é', 'k1'), { minLength: 1, maxLength: 3 });
const literal = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom('1.5', '1e3', '0x1F', "'a'", "'\\''", '-0', 'true', 'false', '`raw`', '"q\\"\\n"', '""'),
  fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text.toWellFormed().replaceAll('\\', ''))),
);
const plain = fc.oneof(
  fc.constantFrom('.', '$', '$v'),
  fields.map((path) => `.${path.join('.')}`),
  fields.map((path) => `$v.${path.join('.')}`),
);
const { pipe } = fc.letrec<{ pipe: string; command: string; operand: string }>((tie) => ({
  operand: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literal,
    plain,
    fc.constant('nil'),
    tie('pipe').map((text) => `(${text})`),
    fc.tuple(tie('pipe'), fields).map(([text, path]) => `(${text}).${path.join('.')}`),
  ),
  command: fc.oneof(
    plain,
    fc
      .tuple(fc.constantFrom('print', 'index', 'eq', 'takesAny'), fc.array(tie('operand'), { maxLength: 3 }))
      .map(([name, args]) => [name, ...args].join(' ')),
  ),
  pipe: fc
    .tuple(
      tie('command'),
      fc.array(
        tie('command').filter((text) => text !== '.'),
        { maxLength: 2 },
      ),
    )
    .map(([first, rest]) => [first, ...rest].join(' | ')),
}));
const { body } = fc.letrec<{ body: string; statement: string }>((tie) => ({
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('text', ' ', '\n', '}}', 'é😀', '{{/* note */}}'),
    pipe.map((text) => `{{${text}}}`),
    pipe.map((text) => `{{$v = ${text}}}`),
    pipe.map((text) => `{{- $w := ${text} -}}`),
    fc.tuple(pipe, tie('body'), tie('body')).map(([p, a, b]) => `{{if ${p}}}${a}{{else}}${b}{{end}}`),
    fc
      .tuple(pipe, pipe, tie('body'))
      .map(([p, q, a]) => `{{with ${p}}}${a}{{else with $x := ${q}}}${a}{{end}}`),
    fc.tuple(pipe, tie('body')).map(([p, a]) => `{{range $i, $e := ${p}}}${a}{{continue}}{{else}}{{end}}`),
    pipe.map((text) => `{{template "q\\"" ${text}}}`),
  ),
  body: fc.array(tie('statement'), { maxLength: 4 }).map((statements) => statements.join('')),
}));

describe('a tree printed back', () => {
  it('parses to a tree that prints the same', () => {
    fc.assert(
      fc.property(body, (text) => {
        const once = printed(`{{$v := .}}${text}`);
        expect(printed(once)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps its nodes, but for their positions', () => {
    const shape = (text: string): string =>
      JSON.stringify(trees(text).get('t')!.root, (key, value: unknown) =>
        key === 'at' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
      );
    fc.assert(
      fc.property(body, (text) => {
        const source = `{{$v := .}}${text}`;
        // neighbouring texts become one when what stood between them prints to nothing
        fc.pre(!source.includes('/*'));
        expect(shape(printed(source))).toBe(shape(source));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['{{ .a  |  print   1 }}', '{{.a | print 1}}'],
    ['{{if .a}}x{{else if .b}}y{{end}}', '{{if .a}}x{{else}}{{if .b}}y{{end}}{{end}}'],
    ['{{range $i,$e:=.l}}{{break}}{{end}}', '{{range $i, $e := .l}}{{break}}{{end}}'],
    ['{{template `a` (print 1).x}}', '{{template "a" (print 1).x}}'],
    ['a {{- /* c */ -}} b', 'ab'],
    ['{{block "b" .x}}in{{end}}', '{{template "b" .x}}'],
    ['{{with $x := 1}}{{end}}', '{{with $x := 1}}{{end}}'],
  ])('%s is %s', (text, expected) => {
    expect(printed(text)).toBe(expected);
  });

  it('keeps comments where they are asked for', () => {
    const text = 'a{{/* one\n two */}}{{if 1}}{{- /* three */}}{{end}}';
    const kept = parse('t', text, { hasFunction: () => false, comments: true });
    expect(nodeText(kept.get('t')!.root)).toBe('a{{/* one\n two */}}{{if 1}}{{/* three */}}{{end}}');
    expect(printed(text)).toBe('a{{if 1}}{{end}}');
  });
});
