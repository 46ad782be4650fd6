/**
 * One line a template function, by subject: docs/template-functions.md. A test holds that every function
 * there is has its line, and that no other has one. Arguments stand in the order of a call; what is piped
 * in comes last.
 */

type Lines = Readonly<Record<string, string>>;

const TEXT: Lines = {
  trim: 'text: without white space at both ends',
  trimAll: 'characters, text: without any of these characters at both ends',
  trimall: 'as `trimAll`',
  trimPrefix: 'prefix, text: without the prefix, once',
  trimSuffix: 'suffix, text: without the suffix, once',
  upper: 'text: in upper case',
  lower: 'text: in lower case',
  title: 'text: every word begins with a capital',
  untitle: 'text: every word begins with a small letter',
  swapcase: 'text: capitals and small letters changed over',
  snakecase: 'text: `first_name`',
  kebabcase: 'text: `first-name`',
  camelcase: 'text: `FirstName`',
  repeat: 'count, text: the text so many times',
  substr: 'start, end, text: bytes from start to before end',
  trunc: 'length, text: the first bytes; a negative length takes the last',
  abbrev: 'width, text: cut with `...` at the end',
  abbrevboth: 'left, width, text: cut with `...` at both ends',
  nospace: 'text: without white space; breaks text that is not ASCII',
  initials: 'text: the first byte of every word',
  plural: 'one, many, count: `one` where the count is 1, else `many`',
  wrap: 'width, text: lines broken at words',
  wrapWith: 'width, separator, text: lines broken with the separator',
  contains: 'part, text: whether it is in it',
  hasPrefix: 'prefix, text: whether it begins with it',
  hasSuffix: 'suffix, text: whether it ends with it',
  replace: 'old, new, text: every occurrence replaced',
  quote: 'values: each in double quotes',
  squote: 'values: each in single quotes, without escaping',
  cat: 'values: joined by spaces',
  indent: 'count, text: every line moved to the right',
  nindent: 'count, text: as `indent`, on a new line',
  hello: '`Hello!`',
  toString: 'value: as text',
};

const TEXT_LISTS: Lines = {
  toStrings: 'list: its items as text',
  join: 'separator, list: one text',
  split: 'separator, text: a map with keys `_0`, `_1`, …',
  splitn: 'separator, count, text: as `split`, at most so many parts',
  splitList: 'separator, text: a list',
  sortAlpha: 'list: as text, sorted by bytes',
};

const NAMES: Lines = {
  normalize: 'text: usable in names: small letters, digits, `-` and `.`',
  slugify: 'length, smart, text: a short name of letters, digits and `-` (50 and true where left out)',
};

const DEFAULTS: Lines = {
  default: 'fallback, value: the value, or the fallback where it is empty',
  empty: 'value: whether it is nil, false, 0, or has no content',
  coalesce: 'values: the first that is not empty',
  ternary: 'yes, no, condition: one of the two',
  all: 'values: whether none is empty',
  any: 'values: whether one is not empty',
  fail: 'text: ends the element with this error',
};

const NUMBERS: Lines = {
  int: 'value: as a whole number',
  int64: 'value: as a whole number of 64 bits',
  float64: 'value: as a floating-point number',
  atoi: 'text: a whole number, 0 where it is none',
  toDecimal: 'value: read as octal',
  add: 'values: the sum of whole numbers',
  add1: 'value: one more',
  sub: 'a, b: the difference',
  mul: 'values: the product',
  div: 'a, b: whole-number division',
  mod: 'a, b: the remainder',
  max: 'values: the greatest whole number',
  biggest: 'as `max`',
  min: 'values: the least whole number',
  addf: 'values: the sum, exact in decimals',
  add1f: 'value: one more, exact in decimals',
  subf: 'values: the difference, exact in decimals',
  mulf: 'values: the product, exact in decimals',
  divf: 'values: the quotient, to 16 decimals',
  maxf: 'values: the greatest',
  minf: 'values: the least',
  floor: 'value: rounded down',
  ceil: 'value: rounded up',
  round: 'value, places, threshold: rounded to places (0.5 where the threshold is left out)',
  until: 'count: the list 0, 1, … before count',
  untilStep: 'start, stop, step: a list of numbers',
  seq: 'first, step, last: numbers as one text',
};

const LISTS: Lines = {
  list: 'values: a list',
  tuple: 'as `list`',
  first: 'list: its first item',
  last: 'list: its last item',
  rest: 'list: all but the first item',
  initial: 'list: all but the last item',
  append: 'list, value: a longer list',
  push: 'as `append`',
  prepend: 'list, value: with the value in front',
  concat: 'lists: one list',
  reverse: 'list: in the other order',
  uniq: 'list: without repetitions',
  without: 'list, values: without these',
  has: 'value, list: whether it is in it',
  compact: 'list: without empty items',
  slice: 'list, from, to: a part of it',
  chunk: 'size, list: lists of that size',
};

const DICTS: Lines = {
  dict: 'key, value, …: a map',
  get: 'map, key: the value, or an empty text',
  set: 'map, key, value: changes the map and gives it back',
  unset: 'map, key: takes the key out and gives the map back',
  hasKey: 'map, key: whether it is there',
  pluck: 'key, maps: the values of that key',
  keys: 'maps: their keys',
  values: 'map: its values',
  pick: 'map, keys: only these',
  omit: 'map, keys: all but these',
  dig: 'keys, fallback, map: the value at a path of keys; fails on labels, annotations and `values`',
  merge: 'map, maps: what the first lacks is added to it',
  mergeOverwrite: 'map, maps: later maps win, in the first',
  deepCopy: 'value: a copy in which nothing is shared',
};

const TYPES: Lines = {
  typeOf: 'value: its Go type',
  kindOf: 'value: its Go kind',
  typeIs: 'type, value: whether it has this type',
  typeIsLike: 'type, value: the same, or a pointer to it',
  kindIs: 'kind, value: whether it has this kind',
  deepEqual: 'a, b: whether they are equal, types included',
};

const FORMATS: Lines = {
  toJson: 'value: JSON in one line',
  toPrettyJson: 'value: JSON with indentation',
  toRawJson: 'value: JSON with `<`, `>` and `&` as they are',
  fromJson: 'text: the value, nil where it cannot be read',
  toYaml: 'value: YAML',
  fromYaml: 'text: a map',
  fromYamlArray: 'text: a list',
  b64enc: 'text: base64',
  b64dec: 'text: out of base64; an error is the result',
  b32enc: 'text: base32',
  b32dec: 'text: out of base32; an error is the result',
};

const PATTERNS: Lines = {
  regexMatch: 'pattern, text: whether it matches',
  regexFind: 'pattern, text: the first match',
  regexFindAll: 'pattern, text, count: the matches, all where the count is negative',
  regexReplaceAll: 'pattern, text, replacement: with `${1}` for groups',
  regexReplaceAllLiteral: 'pattern, text, replacement: as it is',
  regexSplit: 'pattern, text, count: the parts between matches',
  regexQuoteMeta: 'text: as a pattern for itself',
  semver: 'text: a version with Major, Minor, Patch, Prerelease, Metadata',
  semverCompare: 'constraint, version: whether it satisfies it',
};

const PATHS: Lines = {
  base: 'path: its last element',
  dir: 'path: all but its last element',
  clean: 'path: without `.`, `..` and `//`',
  ext: 'path: its extension with the dot',
  isAbs: 'path: whether it begins with `/`',
  osBase: 'as `base`',
  osDir: 'as `dir`',
  osClean: 'as `clean`',
  osExt: 'as `ext`',
  osIsAbs: 'as `isAbs`',
  urlParse: 'text: a map with scheme, host, hostname, path, query, fragment, userinfo, opaque',
  urlJoin: 'map: the URL of such a map',
};

const TIME: Lines = {
  now: 'the time',
  date: 'layout, time: as text, in the zone of the process',
  dateInZone: 'layout, time, zone: as text',
  date_in_zone: 'as `dateInZone`',
  htmlDate: 'time: `2006-01-02`',
  htmlDateInZone: 'time, zone: `2006-01-02`',
  dateModify: 'duration, time: a later time',
  date_modify: 'as `dateModify`',
  toDate: 'layout, text: the time',
  unixEpoch: 'time: seconds since 1970',
  ago: 'time: how long it is past',
  duration: 'seconds: as `1m35s`',
  durationRound: 'duration: its largest unit',
};

const CRYPTO: Lines = {
  sha1sum: 'text: SHA-1 in hexadecimal',
  sha256sum: 'text: SHA-256 in hexadecimal',
  sha512sum: 'text: SHA-512 in hexadecimal',
  adler32sum: 'text: Adler-32 in decimal',
  bcrypt: 'password: its hash',
  htpasswd: 'user, password: a line of a password file',
  derivePassword: 'counter, type, password, user, site: a password',
  encryptAES: 'password, text: encrypted, in base64',
  decryptAES: 'password, text: out of `encryptAES`',
  genPrivateKey: 'type: a key (rsa, dsa, ecdsa, ed25519)',
  genCA: 'name, days: an authority',
  genCAWithKey: 'name, days, key: an authority with a given key',
  genSelfSignedCert: 'name, addresses, names, days: a certificate',
  genSelfSignedCertWithKey: 'name, addresses, names, days, key: a certificate with a given key',
  genSignedCert: 'name, addresses, names, days, authority: a certificate',
  genSignedCertWithKey: 'name, addresses, names, days, authority, key: a certificate with a given key',
  buildCustomCert: 'certificate, key (both in base64): a certificate to sign with',
  randAlpha: 'count: random letters',
  randAlphaNum: 'count: random letters and digits',
  randNumeric: 'count: random digits',
  randAscii: 'count: random printable characters',
  randBytes: 'count: random bytes, in base64',
  randInt: 'least, most: a random number below `most`',
  shuffle: 'text: its characters in random order',
  uuidv4: 'a random UUID',
};

/** Functions whose `must` form is the same but for errors. */
const MUST = [
  'append',
  'chunk',
  'compact',
  'dateModify',
  'deepCopy',
  'first',
  'fromJson',
  'has',
  'initial',
  'last',
  'merge',
  'mergeOverwrite',
  'prepend',
  'push',
  'regexFind',
  'regexFindAll',
  'regexMatch',
  'regexReplaceAll',
  'regexReplaceAllLiteral',
  'regexSplit',
  'rest',
  'reverse',
  'slice',
  'toDate',
  'toJson',
  'toPrettyJson',
  'toRawJson',
  'uniq',
  'without',
] as const;

const MUST_FORMS: Lines = {
  ...Object.fromEntries(
    MUST.map((name) => [
      `must${name[0]?.toUpperCase()}${name.slice(1)}`,
      `as \`${name}\`, and an error where that would hide one`,
    ]),
  ),
  must_date_modify: 'as `mustDateModify`',
};

/** Heading → function → its line. */
export const FUNCTION_LINES: Readonly<Record<string, Lines>> = {
  'Names of Applications': NAMES,
  Text: TEXT,
  'Text and lists': TEXT_LISTS,
  'Defaults and choice': DEFAULTS,
  Numbers: NUMBERS,
  Lists: LISTS,
  Maps: DICTS,
  'JSON, YAML and encodings': FORMATS,
  'Regular expressions and versions': PATTERNS,
  'Paths and URLs': PATHS,
  Time: TIME,
  Types: TYPES,
  'Hashes, keys and chance': CRYPTO,
  'Forms that fail instead of hiding': MUST_FORMS,
};
