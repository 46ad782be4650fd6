/**
 * Random Go templates over random data: mostly sensible, sometimes wrong in type, arity or syntax, so
 * that values and error texts are compared alike. Everything is drawn from one `Random`. Ranges and
 * counts never get large numbers: Go would fill the memory before anybody could compare.
 */
import type { Random } from '../../src/support/random.ts';
import { CALLS, type Kind, METHODS, type Signature, TEXTS } from './template-functions.ts';

/** Data in the oracle's form: objects may carry `{"$type", "value"}` for Go types JSON lacks. */
export type OracleData = unknown;

const pick = <T>(random: Random, items: readonly T[]): T => items[random.int(0, items.length)] as T;
const times = (count: number, make: () => string): string => Array.from({ length: count }, make).join('');

const WORDS = [
  '',
  'a',
  'web',
  'Hello World',
  'eu-west-1',
  'FooBar_baz',
  '  padded ',
  'héllo',
  '日本',
  'a,b,c',
  '1',
  '0x1F',
  '10',
  '3.5',
  'true',
  'x/y/z.tar.gz',
  '"q"',
  "it's",
  'line1\nline2',
  '<a&b>',
  '😀',
  'v1.2.3',
  '{{x}}',
  'a b  c',
  'apps/../web',
  '08',
  '\t\u00a0x\u200b',
  'ǅ ŉ ß İ',
  'e\u0301',
  'null',
  '- x',
  'longer text with many words in it, to be wrapped and cut',
];
const NUMBERS = [
  0,
  1,
  -1,
  2,
  3,
  5,
  10,
  1.5,
  -2.25,
  100,
  1000000,
  123456789,
  0.00001,
  1e21,
  255,
  12345.678,
  2 ** 53,
  -(2 ** 63),
  1e-7,
  0.1,
];

export function randomData(random: Random): Record<string, OracleData> {
  const word = () => pick(random, WORDS);
  const number = () => pick(random, NUMBERS);
  const any = (depth: number): OracleData => {
    switch (random.int(0, depth > 2 ? 5 : 8)) {
      case 0:
        return null;
      case 1:
        return random.int(0, 2) === 1;
      case 2:
      case 3:
        return word();
      case 4:
        return number();
      case 5:
        return Array.from({ length: random.int(0, 4) }, () => any(depth + 1));
      case 6:
        return Object.fromEntries(
          Array.from({ length: random.int(0, 4) }, () => [
            pick(random, ['a', 'b', 'c', 'x', 'y-z', 'Key', '1', 'é']),
            any(depth + 1),
          ]),
        );
      default:
        return { $type: 'map[string]string', value: { env: word(), region: word() } };
    }
  };
  return {
    s: word(),
    t: word(),
    n: number(),
    m: number(),
    b: random.int(0, 2) === 1,
    nul: null,
    l: Array.from({ length: random.int(0, 5) }, () => any(1)),
    words: Array.from({ length: random.int(0, 5) }, word),
    nums: Array.from({ length: random.int(0, 5) }, number),
    o: { a: any(1), b: word(), c: { d: word(), n: number() }, 'k-x': any(2) },
    labels: { $type: 'map[string]string', value: { env: word(), 'app.kubernetes.io/name': word() } },
    segments: { $type: '[]string', value: Array.from({ length: random.int(1, 4) }, word) },
    any: any(0),
  };
}

const FIELDS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  string: ['.s', '.t', '.o.b', '.o.c.d', '.labels.env', '$.s', '(.o).b', '$.o.c.d'],
  int: ['(len .words)', '(int .n)', '(len .s)'],
  float: ['.n', '.m', '.o.c.n'],
  bool: ['.b', '(not .b)'],
  list: ['.l', '.words', '.nums', '(list 1 "a" nil)', '(list)'],
  strings: ['.segments', '(splitList "," .s)', '(toStrings .l)', '(keys .o | sortAlpha)'],
  map: ['.o', '.o.c', '.', '$', '(dict "a" 1)'],
  fresh: [
    '(dict)',
    '(dict "a" 1)',
    '(dict "a" .s "c" nil)',
    '(deepCopy .o)',
    '(deepCopy .)',
    '(dict "c" (dict "n" 7))',
  ],
  int64: ['(int64 1700000000)', '(int64 0)', '(int64 -5)', '(int64 95)', '(int64 "86399")'],
  any: [
    '.any',
    '.o.a',
    '.nul',
    '.missing',
    '.o.nope',
    '.missing.x',
    '.o.c',
    '(index .o "k-x")',
    '(index .labels "env")',
    '.labels',
    '.s.x',
    '.nul.x',
    '.any.x',
    'nil',
  ],
};

/** What functions that draw random values give where nothing is left to chance. */
const CERTAIN = [
  '(randAlpha 0)',
  '(randNumeric -1)',
  '(randInt 3 3)',
  '(shuffle "a")',
  '(genPrivateKey "x")',
  '(htpasswd "a:b" .s)',
  '(encryptAES "k" "")',
  '(genCAWithKey .s 1 "bad")',
  '(genSelfSignedCert "a" (list "bad") nil 1)',
  '(bcrypt (repeat 73 "x"))',
  '(values (dict "a" .s))',
];

const INTS = [
  '0x1F',
  '1_000',
  "'a'",
  '010',
  '0b11',
  '-7',
  "'\\n'",
  '+3',
  '2147483648',
  '9223372036854775807',
];
const FLOATS = ['1.5', '2.0', '1e3', '-0.5', '1e-7', '.5', '0x1p4', '1e100', '1i'];
const GENERAL = ['string', 'int', 'float', 'bool', 'list', 'map', 'any', 'strings'] as const;
/** Kinds that must be what they are: a number among them would mean the clock, or a very long text. */
const STRICT: readonly Kind[] = ['small', 'fresh', 'scalar', 'int64', 'time', 'semver', 'object', 'duration'];
/** Functions that make an integer of a number: never below a range, nor what gives a time in seconds. */
const COUNTING = new Set('atoi int int64 add add1 sub mul div mod max min biggest toDecimal'.split(' '));

interface Scope {
  readonly random: Random;
  /** below a range: no integers but small ones */
  readonly tame: boolean;
  readonly depth: number;
  /** variables declared so far */
  readonly variables: readonly string[];
}

/** An expression of roughly the kind asked for; one in twelve is of another kind. */
function expression(scope: Scope, wanted: Kind): string {
  const { random, depth, tame } = scope;
  const kind = !STRICT.includes(wanted) && random.int(0, 12) === 0 ? pick(random, GENERAL) : wanted;
  if (kind === 'object') return object(scope);
  if (kind === 'semver' || kind === 'time') return receiver(scope, kind);
  if (depth > 3 || random.int(0, 5) < 2) return operand(scope, kind);
  const fitting = CALLS.filter(
    ({ name, params, gives }) =>
      !(tame && (COUNTING.has(name) || params.includes('object'))) &&
      (gives === kind ||
        (kind === 'any' && gives !== 'time' && gives !== 'semver') ||
        (kind === 'list' && gives === 'strings')),
  );
  const called = fitting.length === 0 ? undefined : pick(random, fitting);
  if (called === undefined || (called.name === 'derivePassword' && random.int(0, 8) > 0)) {
    return operand(scope, kind);
  }
  return call(scope, called);
}

function call(scope: Scope, { name, params }: Signature): string {
  const { random, depth } = scope;
  const args = params.map((param) => expression({ ...scope, depth: depth + 1 }, param));
  if (random.int(0, 40) === 0) args.pop();
  if (args.length > 0 && random.int(0, 4) === 0) {
    const last = args.pop();
    return `(${last} | ${[name, ...args].join(' ')})`;
  }
  return `(${[name, ...args].join(' ')})`;
}

/** A version or a time. */
function receiver(scope: Scope, kind: 'semver' | 'time'): string {
  const fitting = CALLS.filter(({ gives }) => gives === kind);
  const plain = kind === 'semver' ? fitting : fitting.filter(({ name }) => name === 'toDate');
  return call(scope, pick(scope.random, scope.depth > 2 ? plain : fitting));
}

/** A version, a time, or what one of their methods gives. */
function object(scope: Scope): string {
  const { random } = scope;
  const kind = pick(random, ['semver', 'time'] as const);
  const value = receiver({ ...scope, depth: scope.depth + 1 }, kind);
  if (random.int(0, 3) === 0) return value;
  const { name, params } = pick(random, METHODS[kind]);
  const args = params.map((param) => ` ${expression({ ...scope, depth: scope.depth + 1 }, param)}`);
  return `(${value}.${name}${args.join('')})`;
}

function operand(scope: Scope, kind: Kind): string {
  const { random, tame, variables } = scope;
  const texts = TEXTS[kind];
  if (texts !== undefined) return goString(random, pick(random, texts));
  const fields = FIELDS[kind] ?? [];
  if (variables.length > 0 && !STRICT.includes(kind) && !tame && random.int(0, 6) === 0)
    return pick(random, variables);
  switch (kind) {
    case 'string':
      if (random.int(0, 60) === 0) return pick(random, CERTAIN);
      return random.int(0, 2) === 0 ? goString(random, pick(random, WORDS)) : pick(random, fields);
    case 'small':
      return random.int(0, 5) === 0
        ? pick(random, ['(len .words)', '"2"', '1.0'])
        : String(random.int(-2, 7));
    case 'int':
      if (tame) return pick(random, ['(len .words)', '3', '0', '-1']);
      if (random.int(0, 6) === 0) return pick(random, INTS);
      return random.int(0, 2) === 0 ? String(random.int(-3, 12)) : pick(random, fields);
    case 'float':
      return random.int(0, 2) === 0 ? pick(random, FLOATS) : pick(random, fields);
    case 'bool':
      return random.int(0, 2) === 0 ? pick(random, ['true', 'false']) : pick(random, fields);
    case 'scalar':
      return pick(random, ['"x"', '1', 'true', 'nil', '2.5', '`é`']);
    case 'any':
      return random.int(0, 3) === 0 ? operand(scope, pick(random, GENERAL)) : pick(random, fields);
    default:
      return pick(random, fields);
  }
}

const goString = (random: Random, text: string): string =>
  text.includes('`') || text.includes('{{') || random.int(0, 2) === 0 ? JSON.stringify(text) : `\`${text}\``;

const VERBS = [
  '%v',
  '%d',
  '%s',
  '%q',
  '%5d',
  '%-8s|',
  '%05d',
  '%+v',
  '%#v',
  '%T',
  '%t',
  '%x',
  '%X',
  '%e',
  '%.2f',
  '%g',
  '%6.2f',
  '%c',
  '%U',
  '%b',
  '%o',
  '%O',
  '%%',
  '%!',
  '%[2]v',
  '%[1]d',
  '%[9]d',
  '%z',
  '% x',
  '%#x',
  '%+q',
  '%#q',
  '%.3s',
  '%-6.2q|',
  '% d',
  '%+.3e',
  '%08.3f',
  '%#o',
  '%#U',
  '%G',
  '%5t',
  '%6v',
  '%.1v',
  '%-5v|',
  '%w',
  '%',
  '%.',
  'é%v',
];
const STAR_VERBS = ['%*d', '%-*d|', '%.*f', '%[2]*[1]d', '%*s', '%0*d'];

function printf(scope: Scope): string {
  const { random } = scope;
  const star = random.int(0, 10) === 0;
  const verbs = Array.from({ length: random.int(1, 3) }, () => pick(random, star ? STAR_VERBS : VERBS)).join(
    ' ',
  );
  // a star takes its width from the arguments: they stay small
  const kinds: readonly Kind[] = star ? ['small', 'small', 'string'] : [...GENERAL, 'object'];
  const args = times(random.int(0, 4), () => ` ${expression({ ...scope, depth: 3 }, pick(random, kinds))}`);
  return `printf ${JSON.stringify(verbs)}${args}`;
}

/** One template text. */
export function randomTemplate(random: Random): string {
  const scope: Scope = { random, tame: false, depth: 0, variables: [] };
  const defined =
    random.int(0, 12) === 0
      ? `{{define "T"}}${pick(random, ['<{{.}}>', '<{{.x}}>', '{{- . -}} ', '{{if .}}{{template "U" .}}{{end}}', ''])}{{end}}`
      : '';
  const text = `${defined}${body(scope, 0)}`;
  return random.int(0, 12) === 0 ? broken(random, text) : text;
}

/** The text with a small mistake. */
function broken(random: Random, text: string): string {
  const at = random.int(0, text.length + 1);
  const rest = text.slice(at);
  switch (random.int(0, 4)) {
    case 0:
      return (text.slice(0, at) + rest.slice(random.int(1, 4))).toWellFormed();
    case 1:
      return text.slice(0, at);
    default: {
      const piece = pick(random, [
        '{{',
        '}}',
        '|',
        '(',
        ')',
        '"',
        '`',
        '$',
        '.',
        ',',
        ':=',
        '=',
        ' ',
        '\n',
        '-',
        '{{end}}',
        '{{else}}',
        '/*',
        '*/',
        '@',
        'é',
        'x',
        '{{break}}',
        'nil',
        "'",
        '\\',
        '{{- ',
        ' -}}',
        '{{else if .b}}',
        '{{/**/}}',
      ]);
      return (text.slice(0, at) + piece + rest).toWellFormed();
    }
  }
}

function body(scope: Scope, level: number): string {
  return times(scope.random.int(1, level === 0 ? 4 : 3), () => node(scope, level));
}

function node(scope: Scope, level: number): string {
  const { random } = scope;
  const open = pick(random, ['{{', '{{', '{{', '{{ ', '{{- ']);
  const close = pick(random, ['}}', '}}', '}}', ' }}', ' -}}']);
  const action = (text: string) => `${open}${text}${close}`;
  const bare = (text: string) => (random.int(0, 3) === 0 ? withoutParentheses(text) : text);
  const any = () => bare(expression(scope, 'any'));
  const inner = (more: readonly string[] = []) =>
    body({ ...scope, variables: [...scope.variables, ...more] }, level + 1);
  const tame: Scope = { ...scope, tame: true, depth: 1 };
  const end = pick(random, ['{{end}}', '{{end}}', '{{- end }}', '{{ end -}}']);
  const otherwise = () => (random.int(0, 2) === 0 ? `{{else}}${inner()}` : '');
  switch (random.int(0, level > 2 ? 8 : 16)) {
    case 0:
    case 1:
      return pick(random, [' ', 'text', '\n', '-', ' x ', '{', '}', 'é ', '\t\n', '{ {']);
    case 2:
    case 3:
    case 4:
      return action(bare(expression(scope, pick(random, [...GENERAL, 'string', 'object'] as const))));
    case 5:
      return action(printf(scope));
    case 6:
      return random.int(0, 4) === 0
        ? pick(random, ['{{/* note */}}', '{{- /* note */ -}}', '{{/* a\nb */}}', ' {{- /**/}} '])
        : action(any());
    case 7:
      return pick(random, [
        () => `${action(`$v := ${any()}`)}{{ $v }}`,
        () => `{{ $v := ${any()} }}{{ if .b }}{{ $v = ${any()} }}{{ end }}{{ $v }}`,
        () => `{{ $v := ${any()} }}{{ with .o }}{{ $v := .b }}{{ $v }}{{ end }}{{ $v.x }}`,
        () => `{{ $v := ${any()} }}${inner(['$v'])}`,
      ])();
    case 8:
    case 9:
      return `${action(`if ${any()}`)}${inner()}${otherwise()}${end}`;
    case 10:
      return `${action(`if ${any()}`)}${inner()}{{else if ${any()}}}${inner()}${otherwise()}${end}`;
    case 11:
      return `${action(`with ${pick(random, ['', '$w := '])}${any()}`)}[{{ . }}]${pick(random, ['', '{{else}}none', '{{else with .o}}{{.b}}', '{{.x}}'])}${end}`;
    case 12: {
      const over = expression(tame, pick(random, ['list', 'map', 'strings', 'any'] as const));
      const exit = pick(random, ['', '', '{{if $i}}{{break}}{{end}}', '{{continue}}x', '{{.}}']);
      return `${action(`range $i, $e := ${over}`)}{{ $i }}={{ $e }};${exit}{{else}}none${end}`;
    }
    case 13: {
      const over = expression(tame, pick(random, ['list', 'int', 'any', 'string'] as const));
      return `${action(`range ${pick(random, ['', '$e := '])}${over}`)}<{{ . }}>${pick(random, ['', '{{.x}}', '{{break}}'])}${otherwise()}${end}`;
    }
    case 14:
      return `{{block "B" ${any()}}}(${pick(random, ['{{.}}', '{{.s}}', 'x', '{{$}}'])})${end}`;
    default:
      return action(`template "T" ${any()}`);
  }
}

const withoutParentheses = (text: string): string =>
  text.startsWith('(') && text.endsWith(')') && text.indexOf(')') === text.length - 1
    ? text.slice(1, -1)
    : text;
