/**
 * The functions random templates call: parameter kinds and what they give. Left out are those that draw
 * random values or read the clock, and `keys` and `values`, whose order is random upstream. A count that
 * multiplies output is of kind `small`, and what is changed in place is `fresh` or gets a `scalar`, so
 * that no data comes to hold itself.
 */

/** Kinds with operands of their own; what is no kind of Go's is a string with texts to the point. */
export type Kind =
  | 'any'
  | 'b32'
  | 'b64'
  | 'bool'
  | 'constraint'
  | 'duration'
  | 'float'
  | 'fresh'
  | 'int'
  | 'int64'
  | 'json'
  | 'kind'
  | 'layout'
  | 'list'
  | 'map'
  | 'object'
  | 'regex'
  | 'repl'
  | 'scalar'
  | 'semver'
  | 'small'
  | 'string'
  | 'strings'
  | 'time'
  | 'timetext'
  | 'type'
  | 'url'
  | 'version'
  | 'yaml'
  | 'zone';

export interface Signature {
  readonly name: string;
  readonly params: readonly Kind[];
  readonly gives: Kind;
}

/** One a line: name, parameters, what it gives. */
const TABLE = `
upper string > string
lower string > string
trim string > string
title string > string
untitle string > string
nospace string > string
initials string > string
swapcase string > string
snakecase string > string
kebabcase string > string
camelcase string > string
quote any > string
quote any any > string
squote any > string
squote > string
trunc int string > string
substr int int string > string
abbrev int string > string
abbrevboth int int string > string
wrap small string > string
wrapWith small string string > string
trimSuffix string string > string
trimPrefix string string > string
trimAll string string > string
trimall string string > string
replace string string string > string
contains string string > bool
hasPrefix string string > bool
hasSuffix string string > bool
repeat small string > string
indent small string > string
nindent small string > string
cat any any > string
cat any any any > string
plural string string int > string
hello > string
fail string > string
toString any > string
toString object > string
toStrings list > strings
join string list > string
join string any > string
splitList string string > strings
split string string > any
splitn string small string > any
sortAlpha list > strings
sortAlpha any > strings
atoi string > int
int any > int
int64 any > any
float64 any > float
toDecimal any > any
until small > list
untilStep small small small > list
seq small small > string
seq small > string
seq small small small > string
add any any > any
add any any any > any
add1 any > any
sub any any > any
mul any any > any
div any any > any
mod any any > any
max any any > any
min any any > any
biggest any any > any
add1f any > float
addf any any > float
subf any any > float
mulf any any > float
divf any any > float
maxf any any > float
minf any any > float
floor any > float
ceil any > float
round any small > float
round any small float > float
default any any > any
empty any > bool
empty object > bool
coalesce any any > any
coalesce any any any > any
all any any > bool
any any any > bool
ternary any any bool > any
fromJson json > any
mustFromJson json > any
toJson any > string
toJson object > string
mustToJson any > string
toRawJson any > string
mustToRawJson any > string
toPrettyJson any > string
mustToPrettyJson any > string
toYaml any > string
toYaml object > string
fromYaml yaml > map
fromYaml string > map
fromYamlArray yaml > list
dict string any string any > map
dict any any > map
dict > map
get map string > any
hasKey map string > bool
pick map string > map
pick map string string > map
omit map string > map
pluck string map map > list
merge fresh map > map
mustMerge fresh map > map
mergeOverwrite fresh map > map
mergeOverwrite fresh fresh map > map
mustMergeOverwrite fresh map > map
set fresh string any > map
set map string scalar > map
unset map string > map
dig string any map > any
dig string string any map > any
deepCopy any > any
mustDeepCopy any > any
list any any > list
list > list
tuple any any > list
list object any > list
first list > any
mustFirst list > any
last list > any
rest list > list
initial list > list
append list any > list
mustAppend list any > list
push list any > list
mustPush list any > list
mustPrepend list any > list
mustLast list > any
mustRest list > list
mustInitial list > list
mustReverse list > list
mustUniq list > list
mustWithout list any > list
mustHas any list > bool
mustSlice list small small > list
mustChunk small list > list
prepend list any > list
concat list list > list
concat list list any > list
reverse list > list
uniq list > list
without list any > list
without list any any > list
has any list > bool
compact list > list
mustCompact list > list
slice list small > list
slice list small small > list
slice list > list
chunk small list > list
index list small > any
index map string > any
index any any > any
len any > int
len list > int
kindOf any > string
kindOf object > string
typeOf any > string
typeOf object > string
kindIs kind any > bool
typeIs type any > bool
typeIsLike type any > bool
deepEqual any any > bool
regexMatch regex string > bool
mustRegexMatch regex string > bool
regexReplaceAll regex string repl > string
mustRegexReplaceAll regex string repl > string
regexReplaceAllLiteral regex string repl > string
mustRegexReplaceAllLiteral regex string repl > string
regexFind regex string > string
mustRegexFind regex string > string
regexFindAll regex string small > strings
mustRegexFindAll regex string small > strings
regexSplit regex string small > strings
mustRegexSplit regex string small > strings
regexQuoteMeta string > string
semverCompare constraint version > bool
semver version > semver
sha1sum string > string
sha256sum string > string
sha512sum string > string
adler32sum string > string
derivePassword small string string string string > string
decryptAES string b64 > string
buildCustomCert b64 b64 > any
b64enc string > string
b64dec b64 > string
b32enc string > string
b32dec b32 > string
base string > string
dir string > string
ext string > string
clean string > string
isAbs string > bool
osBase string > string
osDir string > string
osExt string > string
osClean string > string
osIsAbs string > bool
urlParse url > map
urlParse string > map
urlJoin map > string
normalize string > string
slugify string > string
slugify int string > string
slugify small bool string > string
slugify any > string
print any any > string
print any any any > string
print object > string
println any > string
println any any > string
html any > string
js any > string
urlquery any > string
eq any any > bool
eq any any any > bool
eq string string > bool
ne any any > bool
ne object object > bool
lt any any > bool
lt int int > bool
lt string string > bool
le any any > bool
gt any any > bool
gt float float > bool
ge any any > bool
and any any > any
and bool bool any > any
or any any > any
or any any any > any
not any > bool
call any > any
duration any > string
duration duration > string
duration int64 > string
durationRound duration > string
durationRound int64 > string
date layout int64 > string
date layout time > string
dateInZone layout time zone > string
date_in_zone layout int64 zone > string
dateModify duration time > time
date_modify duration time > time
mustDateModify duration time > time
must_date_modify duration time > time
toDate layout timetext > time
mustToDate layout timetext > time
htmlDate int64 > string
htmlDate time > string
htmlDateInZone time zone > string
unixEpoch time > string
`;

export const CALLS: readonly Signature[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [call, gives] = line.split('>').map((part) => part.trim()) as [string, Kind];
    const [name, ...params] = call.split(' ') as [string, ...Kind[]];
    return { name, params, gives };
  });

/** Methods of what `semver` and `toDate` give. */
export const METHODS: Readonly<Record<'semver' | 'time', readonly Signature[]>> = {
  semver: ['Major', 'Minor', 'Patch', 'Prerelease', 'Metadata', 'Original', 'String', 'Nope']
    .map((name): Signature => ({ name, params: [], gives: 'any' }))
    .concat(
      ['IncMajor', 'IncMinor', 'IncPatch'].map((name) => ({ name, params: [], gives: 'any' })),
      ['Compare', 'LessThan', 'GreaterThan', 'Equal'].map((name) => ({
        name,
        params: ['semver'],
        gives: 'any',
      })),
      [{ name: 'SetPrerelease', params: ['string'], gives: 'any' }],
    ),
  time: ['Year', 'Month', 'Day', 'Weekday', 'YearDay', 'Hour', 'Minute', 'Unix', 'UnixNano', 'String']
    .map((name): Signature => ({ name, params: [], gives: 'any' }))
    .concat(
      ['IsZero', 'UTC', 'Nanosecond', 'Location', 'wall'].map((name) => ({ name, params: [], gives: 'any' })),
      [
        { name: 'Format', params: ['layout'], gives: 'string' },
        { name: 'AddDate', params: ['small', 'small', 'small'], gives: 'time' },
        { name: 'Before', params: ['time'], gives: 'bool' },
        { name: 'After', params: ['time'], gives: 'bool' },
        { name: 'Equal', params: ['time'], gives: 'bool' },
        { name: 'Sub', params: ['time'], gives: 'any' },
        { name: 'Truncate', params: ['small'], gives: 'time' },
      ],
    ),
};

/** Texts of the kinds that are strings to a purpose. */
export const TEXTS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  regex: [
    'a',
    '[a-z]+',
    '(l)(o)?',
    '^a',
    'o*',
    '',
    '(?i)HELLO',
    '(?P<n>[a-z])',
    '\\d+',
    '(',
    '[',
    'l{2,3}',
    '*',
    'é',
    '.',
    '\\s+',
    '(?s).',
    '\\bw',
    'a|b',
    '$',
    '[^a]',
    '\\pL',
    '(?!x)',
    '/',
  ],
  repl: ['', 'x', '$1', '${1}y', '$n', '${n}', '$$', '$1W', '$', '<$0>', '${', '$9'],
  layout: [
    '2006-01-02',
    '2006-01-02T15:04:05Z07:00',
    'Jan _2 06',
    'Mon, 02 Jan 2006 15:04:05 MST',
    '3:04PM',
    '15:04:05.000',
    '002 __2',
    'Monday January 2',
    '15:04:05.999',
    '',
    'x',
  ],
  timetext: [
    '2024-02-29',
    '2023-02-29',
    '2024-01-02T03:04:05Z',
    '2024-01-02T03:04:05+02:00',
    'Jan  2 06',
    'Tue, 02 Jan 2024 03:04:05 UTC',
    '3:04PM',
    '12:30:01.123',
    'bad',
    '',
    '2024-13-01',
  ],
  zone: ['UTC', 'America/New_York', 'Asia/Tokyo', '', 'Nowhere/X', 'Europe/Berlin'],
  duration: [
    '1h',
    '90m',
    '-5s',
    '1.5h',
    'x',
    '',
    '1d',
    '10',
    '1h30m10s',
    '300ms',
    '2us',
    '9000h',
    '0',
    '.5s',
    '24h1s',
  ],
  version: [
    '1.2.3',
    'v1.2',
    '1',
    '1.2.3-rc.1',
    '1.2.3+b1',
    'x',
    '',
    '1.2.3.4',
    '01.2.3',
    '2.0.0-alpha',
    '1.2.03',
  ],
  constraint: [
    '^1.2',
    '~1',
    '>=1.0.0',
    '1.x',
    '*',
    '>1 <3',
    '1.2.3 - 2',
    '!=1.2.3',
    '',
    'bad',
    '>=1.0-0',
    '^0.1 || 1.2',
  ],
  json: [
    '{"a":1}',
    '[1,2]',
    'nul',
    'null',
    '"x"',
    '{"a":{"b":[1,null]}}',
    '{bad',
    '1.5',
    '1e400',
    '"\\ud83d\\ude00"',
    '{"a":1,"a":2}',
    '12345678901234567890',
    ' true ',
    '[1,]',
    '"\\u00e9\\n"',
    '"\\ud800"',
    '',
  ],
  yaml: [
    'a: 1',
    '- 1\n- b',
    'x',
    '',
    'a: [1, 2',
    '{a: yes, b: 010}',
    'a: &x 1\nb: *x',
    'a: "é"',
    '[1.5, null, ~]',
    'a: 2001-01-01',
  ],
  b64: ['YQ==', 'aGVsbG8', '!!', '/+8=', 'aGVs\nbG8=', '', 'aGVsbG8gd29ybGQ=', 'YQ=', 'YR=='],
  b32: ['ME======', 'x', 'NBSWY3DP', '', 'me======'],
  url: [
    'https://u:p@h.example:80/p/a?q=1#f',
    'mailto:x@y',
    '/a b',
    'http://[::1]:80/',
    '%zz',
    'http://a b/',
    '//h/p',
    'HTTP://H/%41%2f',
    'http://h:x/',
    'a:b',
    '1:b',
    ':b',
    'http://é/ü?x=ä#ö',
    'x?y#z#w',
    'http://[::1',
  ],
  kind: ['string', 'map', 'slice', 'int', 'float64', 'invalid', 'bool', 'ptr', 'struct'],
  type: [
    'string',
    'float64',
    'map[string]interface {}',
    '[]interface {}',
    'int',
    '[]string',
    '*int',
    '<nil>',
  ],
};
