/**
 * Random Go templates over a fixed kind of data: mostly sensible, sometimes wrong in type or arity, so
 * that values and error texts are compared alike. Everything is drawn from one `Random`.
 */
import type { Random } from '../../src/support/random.ts';

/** Data in the oracle's form: objects may carry `{"$type", "value"}` for Go types JSON lacks. */
export type OracleData = unknown;

const pick = <T>(random: Random, items: readonly T[]): T => items[random.int(0, items.length)] as T;

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
];
const NUMBERS = [0, 1, -1, 2, 3, 5, 10, 1.5, -2.25, 100, 1000000, 123456789, 0.00001, 1e21, 255, 12345.678];

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
            pick(random, ['a', 'b', 'c', 'x', 'y-z', 'Key']),
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

type Kind = 'string' | 'int' | 'float' | 'bool' | 'list' | 'strings' | 'map' | 'any';

const FIELDS: Record<Kind, readonly string[]> = {
  string: ['.s', '.t', '.o.b', '.o.c.d', '.labels.env', '$.s'],
  int: ['(len .words)', '(int .n)', '(len .s)'],
  float: ['.n', '.m', '.o.c.n'],
  bool: ['.b'],
  list: ['.l', '.words', '.nums'],
  strings: ['.segments', '(splitList "," .s)', '(toStrings .l)'],
  map: ['.o', '.o.c', '.'],
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
  ],
};

/** name → parameter kinds, and what it gives. */
const CALLS: readonly (readonly [string, readonly Kind[], Kind])[] = [
  ['upper', ['string'], 'string'],
  ['lower', ['string'], 'string'],
  ['trim', ['string'], 'string'],
  ['title', ['string'], 'string'],
  ['untitle', ['string'], 'string'],
  ['nospace', ['string'], 'string'],
  ['initials', ['string'], 'string'],
  ['swapcase', ['string'], 'string'],
  ['snakecase', ['string'], 'string'],
  ['kebabcase', ['string'], 'string'],
  ['camelcase', ['string'], 'string'],
  ['quote', ['any'], 'string'],
  ['squote', ['any'], 'string'],
  ['trunc', ['int', 'string'], 'string'],
  ['substr', ['int', 'int', 'string'], 'string'],
  ['abbrev', ['int', 'string'], 'string'],
  ['abbrevboth', ['int', 'int', 'string'], 'string'],
  ['wrap', ['int', 'string'], 'string'],
  ['trimSuffix', ['string', 'string'], 'string'],
  ['trimPrefix', ['string', 'string'], 'string'],
  ['trimAll', ['string', 'string'], 'string'],
  ['replace', ['string', 'string', 'string'], 'string'],
  ['contains', ['string', 'string'], 'bool'],
  ['hasPrefix', ['string', 'string'], 'bool'],
  ['hasSuffix', ['string', 'string'], 'bool'],
  ['repeat', ['int', 'string'], 'string'],
  ['indent', ['int', 'string'], 'string'],
  ['nindent', ['int', 'string'], 'string'],
  ['cat', ['any', 'any'], 'string'],
  ['plural', ['string', 'string', 'int'], 'string'],
  ['toString', ['any'], 'string'],
  ['join', ['string', 'list'], 'string'],
  ['join', ['string', 'any'], 'string'],
  ['splitList', ['string', 'string'], 'strings'],
  ['split', ['string', 'string'], 'any'],
  ['sortAlpha', ['list'], 'strings'],
  ['atoi', ['string'], 'int'],
  ['int', ['any'], 'int'],
  ['int64', ['any'], 'any'],
  ['float64', ['any'], 'float'],
  ['toDecimal', ['any'], 'any'],
  ['until', ['int'], 'list'],
  ['add', ['any', 'any'], 'any'],
  ['add1', ['any'], 'any'],
  ['sub', ['any', 'any'], 'any'],
  ['mul', ['any', 'any'], 'any'],
  ['div', ['any', 'any'], 'any'],
  ['mod', ['any', 'any'], 'any'],
  ['max', ['any', 'any'], 'any'],
  ['min', ['any', 'any'], 'any'],
  ['addf', ['any', 'any'], 'float'],
  ['subf', ['any', 'any'], 'float'],
  ['mulf', ['any', 'any'], 'float'],
  ['divf', ['any', 'any'], 'float'],
  ['maxf', ['any', 'any'], 'float'],
  ['floor', ['any'], 'float'],
  ['ceil', ['any'], 'float'],
  ['round', ['any', 'int'], 'float'],
  ['default', ['any', 'any'], 'any'],
  ['empty', ['any'], 'bool'],
  ['coalesce', ['any', 'any'], 'any'],
  ['all', ['any', 'any'], 'bool'],
  ['any', ['any', 'any'], 'bool'],
  ['ternary', ['any', 'any', 'bool'], 'any'],
  ['toJson', ['any'], 'string'],
  ['toRawJson', ['any'], 'string'],
  ['toPrettyJson', ['any'], 'string'],
  ['toYaml', ['any'], 'string'],
  ['fromYaml', ['string'], 'map'],
  ['dict', ['string', 'any', 'string', 'any'], 'map'],
  ['get', ['map', 'string'], 'any'],
  ['hasKey', ['map', 'string'], 'bool'],
  ['pick', ['map', 'string'], 'map'],
  ['omit', ['map', 'string'], 'map'],
  ['merge', ['map', 'map'], 'map'],
  ['mergeOverwrite', ['map', 'map'], 'map'],
  ['set', ['map', 'string', 'any'], 'map'],
  ['unset', ['map', 'string'], 'map'],
  ['dig', ['string', 'any', 'map'], 'any'],
  ['deepCopy', ['any'], 'any'],
  ['list', ['any', 'any'], 'list'],
  ['first', ['list'], 'any'],
  ['last', ['list'], 'any'],
  ['rest', ['list'], 'list'],
  ['initial', ['list'], 'list'],
  ['append', ['list', 'any'], 'list'],
  ['prepend', ['list', 'any'], 'list'],
  ['concat', ['list', 'list'], 'list'],
  ['reverse', ['list'], 'list'],
  ['uniq', ['list'], 'list'],
  ['without', ['list', 'any'], 'list'],
  ['has', ['any', 'list'], 'bool'],
  ['compact', ['list'], 'list'],
  ['slice', ['list', 'int'], 'list'],
  ['chunk', ['int', 'list'], 'list'],
  ['index', ['list', 'int'], 'any'],
  ['len', ['any'], 'int'],
  ['kindOf', ['any'], 'string'],
  ['typeOf', ['any'], 'string'],
  ['kindIs', ['string', 'any'], 'bool'],
  ['deepEqual', ['any', 'any'], 'bool'],
  ['regexMatch', ['string', 'string'], 'bool'],
  ['regexReplaceAll', ['string', 'string', 'string'], 'string'],
  ['regexFind', ['string', 'string'], 'string'],
  ['semverCompare', ['string', 'string'], 'bool'],
  ['sha256sum', ['string'], 'string'],
  ['adler32sum', ['string'], 'string'],
  ['b64enc', ['string'], 'string'],
  ['b64dec', ['string'], 'string'],
  ['b32enc', ['string'], 'string'],
  ['base', ['string'], 'string'],
  ['dir', ['string'], 'string'],
  ['ext', ['string'], 'string'],
  ['clean', ['string'], 'string'],
  ['isAbs', ['string'], 'bool'],
  ['urlParse', ['string'], 'map'],
  ['normalize', ['string'], 'string'],
  ['slugify', ['string'], 'string'],
  ['slugify', ['int', 'string'], 'string'],
  ['print', ['any', 'any'], 'string'],
  ['println', ['any'], 'string'],
  ['html', ['any'], 'string'],
  ['js', ['any'], 'string'],
  ['urlquery', ['any'], 'string'],
  ['eq', ['any', 'any'], 'bool'],
  ['ne', ['any', 'any'], 'bool'],
  ['lt', ['any', 'any'], 'bool'],
  ['le', ['any', 'any'], 'bool'],
  ['gt', ['any', 'any'], 'bool'],
  ['ge', ['any', 'any'], 'bool'],
  ['and', ['any', 'any'], 'any'],
  ['or', ['any', 'any'], 'any'],
  ['not', ['any'], 'bool'],
  ['eq', ['string', 'string'], 'bool'],
  ['lt', ['int', 'int'], 'bool'],
  ['seq', ['int', 'int'], 'string'],
  ['duration', ['any'], 'string'],
];

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
  '%%',
  '%!',
  '%[2]v',
  '%*d',
  '%z',
];

/** An expression of roughly the kind asked for; one in ten is of another kind. */
function expression(random: Random, kind: Kind, depth: number): string {
  if (random.int(0, 12) === 0)
    kind = pick(random, ['string', 'int', 'float', 'bool', 'list', 'map', 'any'] as const);
  if (depth > 3 || random.int(0, 5) < 2) return operand(random, kind);
  const fitting = CALLS.filter(
    ([, , gives]) => gives === kind || kind === 'any' || (kind === 'list' && gives === 'strings'),
  );
  if (fitting.length === 0) return operand(random, kind);
  const [name, params] = pick(random, fitting);
  const args = params.map((param) => expression(random, param, depth + 1));
  if (random.int(0, 30) === 0) args.pop();
  if (args.length > 0 && random.int(0, 4) === 0) {
    const last = args.pop();
    return `(${last} | ${[name, ...args].join(' ')})`;
  }
  return `(${[name, ...args].join(' ')})`;
}

function operand(random: Random, kind: Kind): string {
  switch (kind) {
    case 'string':
      return random.int(0, 2) === 0 ? goString(pick(random, WORDS)) : pick(random, FIELDS.string);
    case 'int':
      return random.int(0, 2) === 0 ? String(random.int(-3, 12)) : pick(random, FIELDS.int);
    case 'float':
      return random.int(0, 2) === 0
        ? pick(random, ['1.5', '2.0', '1e3', '-0.5'])
        : pick(random, FIELDS.float);
    case 'bool':
      return pick(random, ['true', 'false', '.b']);
    case 'any':
      return random.int(0, 3) === 0
        ? operand(random, pick(random, ['string', 'int', 'float', 'bool', 'list', 'map', 'strings'] as const))
        : pick(random, FIELDS.any);
    default:
      return pick(random, FIELDS[kind]);
  }
}

const goString = (text: string) =>
  text.includes('`') || random16(text) ? JSON.stringify(text) : `\`${text}\``;
const random16 = (text: string) => text.length % 2 === 0 || text.includes('{{');

/** One template text. */
export function randomTemplate(random: Random): string {
  return `${random.int(0, 12) === 0 ? '{{define "T"}}<{{.}}>{{end}}' : ''}${body(random, 0)}`;
}

function body(random: Random, depth: number): string {
  let text = '';
  for (let i = random.int(1, depth === 0 ? 4 : 3); i > 0; i--) text += node(random, depth);
  return text;
}

function node(random: Random, depth: number): string {
  const open = pick(random, ['{{', '{{', '{{', '{{ ', '{{- ']);
  const close = pick(random, ['}}', '}}', '}}', ' }}', ' -}}']);
  const any = () => expression(random, 'any', 0);
  const choice = random.int(0, depth > 2 ? 6 : 12);
  switch (choice) {
    case 0:
      return pick(random, [' ', 'text', '\n', '-', ' x ', '{', '}', 'é ']);
    case 1:
    case 2:
    case 3:
      return `${open}${unwrap(expression(random, pick(random, ['string', 'string', 'any', 'float', 'list', 'map', 'bool', 'int'] as const), 0))}${close}`;
    case 4: {
      const verbs = Array.from({ length: random.int(1, 3) }, () => pick(random, VERBS)).join(' ');
      return `${open}printf ${JSON.stringify(verbs)}${Array.from({ length: random.int(0, 4) }, () => ` ${operand(random, pick(random, ['string', 'int', 'float', 'any', 'list', 'bool', 'map'] as const))}`).join('')}${close}`;
    }
    case 5:
      return random.int(0, 3) === 0
        ? `${open}/* note */${close}`.replace(/\{\{ \//, '{{/').replace(/\/ \}\}/, '/}}')
        : `${open}$v := ${unwrap(any())}${close}{{ $v }}`;
    case 6:
    case 7:
      return `${open}if ${unwrap(any())}${close}${body(random, depth + 1)}${random.int(0, 2) === 0 ? `{{else}}${body(random, depth + 1)}` : ''}{{end}}`;
    case 8:
      return `${open}with ${unwrap(any())}${close}[{{ . }}]${random.int(0, 2) === 0 ? '{{else}}none' : ''}{{end}}`;
    case 9:
      return `${open}range $i, $e := ${unwrap(expression(random, pick(random, ['list', 'map', 'strings', 'any'] as const), 1))}${close}{{ $i }}={{ $e }};${pick(random, ['', '', '{{if $i}}{{break}}{{end}}', '{{continue}}x'])}{{else}}none{{end}}`;
    case 10:
      return `${open}range ${unwrap(expression(random, pick(random, ['list', 'int', 'any'] as const), 1))}${close}<{{ . }}>{{end}}`;
    default:
      return `${open}template "T" ${any()}${close}`;
  }
}

const unwrap = (text: string) => text;
