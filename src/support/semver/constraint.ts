/**
 * Version constraints as Masterminds semver 3.4 reads and checks them (spec sprig-functions §12.2):
 * alternatives split by `||`, items joined by white space or commas, `A - B` for a range, `x` or a
 * missing part for "any". A pre-release only passes a group in which some item names one. Read by a
 * scanner of its own and by RE2, because backtracking over user text can take for ever.
 */
import { RE2JS } from 're2js';
import {
  comparePrereleases,
  compareVersions,
  parseVersion,
  SemverError,
  type SemverVersion,
} from './version.ts';

type Operator = '=' | '!=' | '>' | '<' | '>=' | '<=' | '~' | '^';

interface Item {
  readonly operator: Operator;
  readonly version: SemverVersion;
  /** which part was left open; the parts after it are too */
  readonly open: 'none' | 'major' | 'minor' | 'patch';
}

/** A compiled constraint: alternatives of items that must all hold. */
export type Constraint = readonly (readonly Item[])[];

const OPERATORS: Readonly<Record<string, Operator>> = {
  '': '=',
  '=': '=',
  '!=': '!=',
  '>': '>',
  '<': '<',
  '>=': '>=',
  '=>': '>=',
  '<=': '<=',
  '=<': '<=',
  '~': '~',
  '~>': '~',
  '^': '^',
};

const PART = '[0-9xX*|]+';
const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const VERSION = `(v?(${PART})(\\.${PART})?(\\.${PART})?(-${IDENTIFIERS})?(?:\\+${IDENTIFIERS})?)`;
const SPACE = '[\\t\\n\\f\\r ]';
const STICKY = {
  operator: /(?:[!><]=|=[><]|~>|[=><~^])?/y,
  version: new RegExp(VERSION, 'y'),
  space: new RegExp(`${SPACE}*`, 'y'),
};
/** The part of a range is found wherever it may begin, which a scanner cannot do; RE2 takes linear time. */
const RANGE = RE2JS.compile(`${SPACE}*${VERSION}${SPACE}+-${SPACE}+${VERSION}${SPACE}*`);
/** groups of one version, and one */
const HIGH_GROUP = 6;

/** Reads a text from left to right, one piece at a time. */
class Reader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.at >= this.#text.length;
  }

  /** The match of a sticky pattern here, stepped over. */
  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.at += match[0].length;
    return match;
  }

  takeText(text: string): boolean {
    const found = this.#text.startsWith(text, this.at);
    if (found) this.at += text.length;
    return found;
  }
}

/** `A - B` becomes `>= A, <= B`, wherever it stands. */
function withoutRanges(text: string): string {
  let out = text;
  const matcher = RANGE.matcher(text);
  for (let at = 0; at < text.length && matcher.find(at); at = matcher.end()) {
    const [low, high] = [matcher.group(1), matcher.group(HIGH_GROUP)];
    out = out.replace(matcher.group(0) ?? '', () => `>= ${low}, <= ${high} `);
  }
  return out;
}

const isAny = (part: string): boolean => /^\.?[xX*]?$/.test(part);

function itemOf(operator: Operator, match: RegExpExecArray): Item {
  const [, whole = '', major = '', minor = '', patch = '', prerelease = ''] = match;
  let text = whole;
  let open: Item['open'] = 'none';
  if (isAny(major)) [text, open] = [`0.0.0${prerelease}`, 'major'];
  else if (isAny(minor)) [text, open] = [`${major}.0.0${prerelease}`, 'minor'];
  else if (isAny(patch)) [text, open] = [`${major}${minor}.0${prerelease}`, 'patch'];
  try {
    return { operator, version: parseVersion(text), open };
  } catch (error) {
    if (error instanceof SemverError) throw new SemverError('constraint parser error');
    throw error;
  }
}

function groupOf(text: string): Item[] {
  const reader = new Reader(text);
  const found: { operator: Operator; version: RegExpExecArray }[] = [];
  const improper = (): never => {
    throw new SemverError(`improper constraint: ${text}`);
  };
  reader.take(STICKY.space);
  for (;;) {
    const operator = OPERATORS[reader.take(STICKY.operator)?.[0] ?? ''] ?? '=';
    reader.take(STICKY.space);
    const version = reader.take(STICKY.version);
    if (version === null) return improper();
    found.push({ operator, version });
    const end = reader.at;
    reader.take(STICKY.space);
    if (reader.atEnd) return found.map((item) => itemOf(item.operator, item.version));
    const comma = reader.takeText(',');
    if (comma) reader.take(STICKY.space);
    if (reader.at === end) return improper();
  }
}

/** @throws SemverError `improper constraint: TEXT` */
export function parseConstraint(text: string): Constraint {
  return withoutRanges(text).split('||').map(groupOf);
}

function passesNotEqual(version: SemverVersion, item: Item): boolean {
  const { version: other, open } = item;
  if (open === 'none') return compareVersions(version, other) !== 0;
  if (version.major !== other.major) return true;
  if (open === 'minor') return false;
  if (version.minor !== other.minor) return true;
  if (open === 'patch') return comparePrereleases(version.prerelease, other.prerelease) !== 0;
  return version.patch !== other.patch || compareVersions(version, other) !== 0;
}

function passesGreater(version: SemverVersion, item: Item): boolean {
  const { version: other, open } = item;
  if (open !== 'none') {
    if (version.major !== other.major) return version.major > other.major;
    if (open === 'minor') return false;
    if (open === 'patch') return version.minor > other.minor;
  }
  return compareVersions(version, other) > 0;
}

function passesAtMost(version: SemverVersion, item: Item): boolean {
  const { version: other, open } = item;
  if (open === 'none') return compareVersions(version, other) <= 0;
  if (version.major !== other.major) return version.major < other.major;
  return open === 'minor' || version.minor <= other.minor;
}

function passesTilde(version: SemverVersion, item: Item): boolean {
  const { version: other, open } = item;
  if (compareVersions(version, other) < 0) return false;
  const isZero = other.major === 0n && other.minor === 0n && other.patch === 0n;
  if (isZero && open !== 'minor' && open !== 'patch') return true;
  return version.major === other.major && (open === 'minor' || version.minor === other.minor);
}

function passesCaret(version: SemverVersion, item: Item): boolean {
  const { version: other, open } = item;
  if (compareVersions(version, other) < 0 || version.major !== other.major) return false;
  if (other.major > 0n || open === 'minor') return true;
  if (version.minor !== other.minor) return false;
  return other.minor > 0n || open === 'patch' || version.patch === other.patch;
}

function passes(version: SemverVersion, item: Item): boolean {
  switch (item.operator) {
    case '=':
      return item.open === 'none' ? compareVersions(version, item.version) === 0 : passesTilde(version, item);
    case '!=':
      return passesNotEqual(version, item);
    case '>':
      return passesGreater(version, item);
    case '<':
      return compareVersions(version, item.version) < 0;
    case '>=':
      return compareVersions(version, item.version) >= 0;
    case '<=':
      return passesAtMost(version, item);
    case '~':
      return passesTilde(version, item);
    default:
      return passesCaret(version, item);
  }
}

/** Whether the version is within the constraint. */
export function satisfies(version: SemverVersion, constraint: Constraint): boolean {
  return constraint.some((items) => {
    if (version.prerelease !== '' && !items.some((item) => item.version.prerelease !== '')) return false;
    return items.every((item) => passes(version, item));
  });
}
