/**
 * Templates written to hurt: each must end soon, with an error that says why or with harmless output,
 * and must not reach anything but its data. A row that runs on for seconds is a failure.
 */
import { describe, expect, it } from 'vitest';
import { AppsetError } from '../../../src/support/errors.ts';
import { compileGoString } from '../../../src/templating/go-strings.ts';
import { fromJson, type GoMap } from '../../../src/templating/values.ts';
import { testContext } from './vector-functions.ts';

const many = (text: string, count: number): string => text.repeat(count);
const each = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join('');
const doubled = (start: string, step: string, end = ''): string =>
  `{{$x := ${start}}}${many(`{{$x = ${step}}}`, 64)}${end}`;

const LIMIT = 'APPSET_E0303';
const PARSE = 'APPSET_E0301';
const EXEC = 'APPSET_E0302';
const STEPS = 'takes more than 2000000 steps';
const BYTES = 'over the bound of 1048576 bytes';
const DEEP = 'nested too deeply';

/** name, template, what its error ends in or its output (`=`), data */
type Row = readonly [
  name: string,
  template: string,
  code: string,
  text: string | RegExp,
  data?: object | undefined,
];

const NESTING: readonly Row[] = [
  ['parentheses', `{{${many('(', 100_000)}1${many(')', 100_000)}}}`, LIMIT, 'max expression depth exceeded'],
  ['parentheses that never close', `{{${many('(', 1_000_000)}`, LIMIT, 'max expression depth exceeded'],
  [
    'calls in parentheses',
    `{{${many('(print ', 5_000)}1${many(')', 5_000)}}}`,
    LIMIT,
    'max expression depth exceeded',
  ],
  ['ifs', many('{{if true}}', 100_000), LIMIT, 'max expression depth exceeded'],
  ['else ifs', `{{if 0}}${many('{{else if 0}}', 50_000)}{{end}}`, LIMIT, 'max expression depth exceeded'],
  ['blocks', each(5_000, (i) => `{{block "b${i}" .}}`), LIMIT, 'max expression depth exceeded'],
  ['ranges', many('{{range 2}}', 5_000), LIMIT, 'max expression depth exceeded'],
  ['parentheses as deep as they may be', `{{${many('(print ', 240)}1${many(')', 240)}}}`, '=', '1'],
  ['ifs as deep as they may be', `${many('{{if 1}}', 490)}x${many('{{end}}', 490)}`, '=', 'x'],
  ['else ifs as many as they may be', `{{if 0}}${many('{{else if 0}}', 990)}{{else}}x{{end}}`, '=', 'x'],
  ['a chain of parentheses and fields', `{{${many('(', 240)}.${many(').a', 240)}}}`, '=', '<no value>'],
];

const SIZE: readonly Row[] = [
  ['a huge repeat', '{{repeat 1000000000 "x"}}', LIMIT, BYTES],
  ['a repeat of a repeat', '{{repeat 1000000 (repeat 1000000 "x")}}', LIMIT, BYTES],
  ['text thrown away without end', '{{range 100000}}{{$x := repeat 1000000 "a"}}{{end}}', LIMIT, STEPS],
  ['a wide number', '{{printf "%9999999d" 1}}', LIMIT, BYTES],
  ['a width beyond what Go reads', '{{printf "%99999999999d" 1}}', '=', '%!(NOVERB)%!(EXTRA int=1)'],
  ['many wide numbers', `{{printf "${many('%999999[1]d', 200)}" 1}}`, LIMIT, BYTES],
  ['a width by argument', '{{printf "%*d%*d" 999999 1 999999 1}}', LIMIT, BYTES],
  ['a precision for hexadecimal', '{{printf "%.9999999x" 1}}', LIMIT, BYTES],
  ['an index beyond the arguments', '{{printf "%[999999]d" 1}}', '=', '%!d(BADINDEX)'],
  ['an escaped text of four times the size', '{{printf "%q" (repeat 500000 "\\x00")}}', LIMIT, BYTES],
  ['until a billion', '{{until 1000000000}}', LIMIT, STEPS],
  ['seq to a billion', '{{seq 1 1000000000}}', LIMIT, STEPS],
  ['a string that doubles', doubled('"ab"', 'print $x $x'), LIMIT, BYTES],
  ['a string that doubles by println', doubled('"ab"', 'println $x $x'), LIMIT, BYTES],
  ['a string that doubles by printf', doubled('"ab"', 'printf "%s%s" $x $x'), LIMIT, BYTES],
  ['a string that doubles by cat', doubled('"ab"', 'cat $x $x'), LIMIT, BYTES],
  ['a string that doubles by join', doubled('"ab"', 'join "" (list $x $x)'), LIMIT, BYTES],
  ['a string that doubles by replace', doubled('"aa"', 'replace "a" "aa" $x'), LIMIT, BYTES],
  ['a list that doubles', doubled('list 1', 'concat $x $x'), LIMIT, STEPS],
  ['a shared list that is printed', doubled('list 1', 'list $x $x', '{{$x}}'), LIMIT, BYTES],
  [
    'a shared list under printf',
    doubled('list 1', 'list $x $x', '{{printf "%d" $x}}'),
    LIMIT,
    /bound of 1048576 bytes|2000000 steps/,
  ],
  ['a shared list as JSON', doubled('list 1', 'list $x $x', '{{toJson $x}}'), LIMIT, BYTES],
  ['a shared list copied', doubled('list 1', 'list $x $x', '{{$y := deepCopy $x}}'), LIMIT, STEPS],
  [
    'output without end',
    '{{range 10000000}}0123456789{{end}}',
    LIMIT,
    'output is over the bound of 1048576 bytes',
  ],
  ['a list grown one by one', '{{$l := list}}{{range 1000000}}{{$l = append $l .}}{{end}}', LIMIT, STEPS],
];

const TIME: readonly Row[] = [
  ['a range over a trillion', '{{range 1000000000000}}{{end}}', LIMIT, STEPS],
  ['a range over the largest integer', '{{range 9223372036854775807}}{{continue}}{{end}}', LIMIT, STEPS],
  ['ranges in ranges', '{{range 10000}}{{range 10000}}{{end}}{{end}}', LIMIT, STEPS],
  [
    'a template that calls itself',
    '{{define "a"}}{{template "a"}}{{end}}{{template "a"}}',
    LIMIT,
    'exceeded maximum template depth (100)',
  ],
  [
    'templates that call each other',
    '{{define "a"}}{{template "b"}}{{end}}{{define "b"}}{{template "a"}}{{end}}{{template "a"}}',
    LIMIT,
    'exceeded maximum template depth (100)',
  ],
  [
    'templates that double',
    `{{define "t0"}}{{end}}${each(60, (i) => `{{define "t${i + 1}"}}{{template "t${i}"}}{{template "t${i}"}}{{end}}`)}{{template "t60"}}`,
    LIMIT,
    STEPS,
  ],
  [
    'variables looked up from far away',
    each(40_000, (i) => `{{$v${i} := 1}}`) + many('{{$v0}}', 40_000),
    LIMIT,
    STEPS,
  ],
  ['a pattern that makes others hang', '{{regexMatch "(a+)+$" (print (repeat 5000 "a") "!")}}', '=', 'false'],
  ['many stages', `{{1${many(' | print', 100_000)}}}`, '=', '1'],
  ['many fields', `{{${many('.a', 200_000)}}}`, '=', '<no value>'],
  ['many definitions', each(20_000, (i) => `{{define "d${i}"}}x{{end}}`), '=', ''],
];

const LITERALS: readonly Row[] = [
  ['an integer of a million digits', `{{${many('9', 1_000_000)}}}`, PARSE, /illegal number syntax: "9+"$/],
  ['a float of a million digits', `{{0.${many('9', 1_000_000)}}}`, '=', '1'],
  ['a hexadecimal float of a million digits', `{{0x0.${many('f', 1_000_000)}p0}}`, '=', '1'],
  ['a huge exponent', '{{1e999999999}}', PARSE, 'illegal number syntax: "1e999999999"'],
  ['a huge binary exponent', '{{0x1p999999999999}}', PARSE, 'illegal number syntax: "0x1p999999999999"'],
  ['a tiny exponent', '{{1e-999999999}} {{0x1p-999999999}}', '=', '0 0'],
  ['a comment of a million stars', `{{/*${many('*', 1_000_000)}*/}}x`, '=', 'x'],
  ['a name of a million letters', `{{${many('a', 1_000_000)}}}`, PARSE, /function "a+" not defined$/],
  ['a million opening braces', many('{', 1_000_001), PARSE, 'unexpected "{" in command'],
  ['a lone surrogate in the text', '\ud800{{"a"}}\udc80', '=', '\ufffda\ufffd'],
  ['a NUL', 'a\0{{"\\x00"}}', '=', 'a\0\0'],
];

const REACH: readonly Row[] = [
  [
    'names of the prototype',
    '{{.__proto__}} {{.constructor}} {{.toString}} {{.hasOwnProperty}}',
    '=',
    '<no value> <no value> <no value> <no value>',
    {},
  ],
  [
    'a chain through the prototype',
    '{{.a.constructor.constructor}} {{.a.__proto__.polluted}}',
    '=',
    '<no value> <no value>',
    { a: {} },
  ],
  [
    'members of our own classes',
    '{{.entries}} {{.size}} {{.get}} {{.key}}',
    '=',
    '<no value> <no value> <no value> <no value>',
    {},
  ],
  [
    'the prototype by index and get',
    '{{index . "__proto__"}}|{{get . "constructor"}}|{{hasKey . "toString"}}',
    '=',
    '<no value>||false',
    {},
  ],
  [
    'the length of a string',
    '{{.s.length}}',
    EXEC,
    "can't evaluate field length in type interface {}",
    { s: 'x' },
  ],
  [
    'the items of a list',
    '{{.l.items}}',
    EXEC,
    "can't evaluate field items in type interface {}",
    { l: [1] },
  ],
  ['the bits of an integer', '{{$i := 1}}{{$i.v}}', EXEC, "can't evaluate field v in type int"],
  [
    'the call of a method',
    '{{$t := now}}{{$t.constructor}}',
    EXEC,
    "can't evaluate field constructor in type time.Time",
  ],
  ['a function named constructor', '{{constructor}}', PARSE, 'function "constructor" not defined'],
  ['a function named __proto__', '{{__proto__ 1}}', PARSE, 'function "__proto__" not defined'],
  [
    'a function named hasOwnProperty',
    '{{hasOwnProperty "a"}}',
    PARSE,
    'function "hasOwnProperty" not defined',
  ],
  ['a template named __proto__', '{{template "__proto__"}}', EXEC, 'template "__proto__" not defined'],
  ['a definition of __proto__', '{{define "__proto__"}}x{{end}}{{template "__proto__"}}', '=', 'x'],
  ['a variable named __proto__', '{{$__proto__ := 1}}{{$__proto__}}', '=', '1'],
  ['a variable nobody declared', '{{$constructor}}', PARSE, 'undefined variable "$constructor"'],
  [
    'a key __proto__ of its own',
    '{{$d := dict "__proto__" (dict "polluted" 1)}}{{$d.polluted}}|{{toJson $d}}',
    '=',
    '<no value>|{"__proto__":{"polluted":1}}',
  ],
  ['a verb from the prototype', '{{printf "%constructor" 1}}', '=', '\u0001onstructor'],
  ['the environment', '{{env "PATH"}}', PARSE, 'function "env" not defined'],
  ['the network', '{{getHostByName "localhost"}}', PARSE, 'function "getHostByName" not defined'],
];

const CYCLES: readonly Row[] = [
  ['printed', '{{$_ := set . "self" .}}{{.}}', LIMIT, DEEP, {}],
  ['under printf', '{{$_ := set . "self" .}}{{printf "%#v" .}}', EXEC, /nested too deeply/, {}],
  ['copied', '{{$_ := set . "self" .}}{{deepCopy .}}', LIMIT, DEEP, {}],
  ['merged', '{{$_ := set . "self" .}}{{merge . (dict "self" .)}}', LIMIT, DEEP, {}],
  [
    'in a list nested a hundred thousand times',
    '{{$x := list}}{{range 100000}}{{$x = list $x}}{{end}}{{$x}}',
    LIMIT,
    DEEP,
  ],
];

function outcome(
  template: string,
  data: object | undefined,
): { readonly code: string; readonly text: string } {
  try {
    const params = fromJson((data ?? null) as never) as GoMap;
    return {
      code: '=',
      text: compileGoString(template, { go: true, options: [] }).render(params, testContext()),
    };
  } catch (error) {
    if (!(error instanceof AppsetError)) throw error;
    return { code: error.code, text: error.message };
  }
}

describe.each([
  ['nesting', NESTING],
  ['size', SIZE],
  ['time', TIME],
  ['literals', LITERALS],
  ['reach', REACH],
  ['a value that contains itself', CYCLES],
] satisfies [string, readonly Row[]][])('a hostile template: %s', (_family, rows) => {
  it.each(rows.map((row) => [row[0], row] as const))('%s', (_name, [, template, code, text, data]) => {
    const actual = outcome(template, data);
    if (code === '=') expect(actual.text).toBe(text);
    else if (typeof text === 'string') expect(actual.text.slice(-text.length - 20)).toContain(text);
    else expect(actual.text).toMatch(text);
    expect(actual.code).toBe(code);
  });
});

it('leaves the prototypes of the program alone', () => {
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});
