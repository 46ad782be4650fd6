/**
 * Regular expressions (spec sprig-functions §12.1): RE2 through `re2js`, so no text of a user can make
 * matching take for ever. Which matches there are, how replacements expand and how texts split is Go's.
 * Texts longer than the product's bound are refused; a template pays for what is read of the others.
 */
import { AppsetError } from '../../support/errors.ts';
import { LIMITS } from '../../support/limits.ts';
import {
  type CallContext,
  GoError,
  type GoFunction,
  GoSlice,
  type GoValue,
  goStringSlice,
} from '../values.ts';
import { CountedText } from './counted-text.ts';
import { define } from './define.ts';
import { Growth } from './growth.ts';
import { compilePattern, mustCompilePattern, type Pattern } from './patterns.ts';

/** Where the groups of one match stand; group 0 is the match. Undefined: took no part. */
interface Match {
  readonly start: number;
  readonly end: number;
  group(index: number): string | undefined;
}

function announce(text: string, context: CallContext): void {
  if (text.length > LIMITS.regexInput) {
    throw new AppsetError(
      'APPSET_E0303',
      `a regular expression is run over ${text.length} characters; the bound is ${LIMITS.regexInput}`,
    );
  }
  context.spend(text.length >> 3);
}

/** Steps that reading a character costs for each so many instructions of the expression: where matches are has to be told, or only whether. */
const STEPS_TO_FIND = 0.125;
const STEPS_TO_TEST = 0.0625;
const INSTRUCTIONS = 32;

/** The text as an input whose reads are charged. */
function counted(text: string, { regex }: Pattern, context: CallContext, steps: number): CountedText {
  const price = steps * (1 + Math.floor(regex.programSize() / INSTRUCTIONS));
  return new CountedText(text, (reads) => context.spend(Math.floor(reads * price)));
}

/** `re2js` takes a String for a string; its types do not say so. */
const asInput = (text: CountedText): string => text as unknown as string;

/** Whether there is a match. */
function test(pattern: Pattern, text: string, context: CallContext): boolean {
  const input = counted(text, pattern, context, STEPS_TO_TEST);
  const matches = pattern.regex.test(asInput(input));
  input.settle();
  return matches;
}

/** Up to `limit` matches (negative: all). An empty match right after another match does not count. */
function* matchesOf(pattern: Pattern, text: string, limit: number, context: CallContext): Generator<Match> {
  announce(text, context);
  const input = counted(text, pattern, context, STEPS_TO_FIND);
  const matcher = pattern.regex.matcher(asInput(input));
  let before = -1;
  for (let at = 0, found = 0; found !== limit && at <= text.length; ) {
    const isFound = matcher.find(at);
    input.settle();
    if (!isFound) return;
    context.spend(1);
    const start = matcher.start();
    const end = matcher.end();
    if (end > start || start !== before) {
      found++;
      yield { start, end, group: (index) => matcher.group(index) ?? undefined };
    }
    before = end;
    at = end > at ? end : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
  }
}

type Piece = string | { readonly name: string; readonly number: number };

/** `$1`, `${name}` and `$$` in a replacement; a name takes every letter, digit and underscore it can get. */
function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of template.matchAll(/\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu)) {
    pieces.push(template.slice(at, match.index));
    at = match.index + match[0].length;
    const name = match[1] ?? match[2];
    if (name === undefined) pieces.push('$');
    else pieces.push({ name, number: /^(?:0|[1-9][0-9]{0,8})$/.test(name) ? Number(name) : -1 });
  }
  pieces.push(template.slice(at));
  return pieces;
}

function expand(pieces: readonly Piece[], pattern: Pattern, match: Match): string {
  const groups = pattern.regex.groupCount();
  let out = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      out += piece;
      continue;
    }
    const indexes = piece.number >= 0 ? [piece.number] : (pattern.groups.get(piece.name) ?? []);
    const found = indexes.filter((index) => index <= groups).map((index) => match.group(index));
    out += found.find((text) => text !== undefined) ?? '';
  }
  return out;
}

function replace(pattern: Pattern, text: string, by: (match: Match) => string, context: CallContext): string {
  const growth = new Growth(context);
  let out = '';
  let at = 0;
  for (const match of matchesOf(pattern, text, -1, context)) {
    out += growth.add(text.slice(at, match.start) + by(match));
    at = match.end;
  }
  growth.end();
  return out + text.slice(at);
}

function split(pattern: Pattern, text: string, limit: number, context: CallContext): GoSlice {
  if (limit === 0) return new GoSlice([], 'string', true);
  if (pattern.regex.pattern() !== '' && text === '') return goStringSlice(['']);
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const match of matchesOf(pattern, text, limit, context)) {
    if (limit > 0 && parts.length === limit - 1) break;
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(start, end));
    start = match.end;
  }
  if (end !== text.length) parts.push(text.slice(start));
  return goStringSlice(parts);
}

/** A function and its `must` form, which differ in the text of a bad pattern. */
function both<const P extends readonly ('string' | 'int')[]>(
  name: string,
  parameters: P,
  result: 'string' | 'strings',
  body: (
    compile: (pattern: string) => Pattern,
    args: readonly (string | number)[],
    context: CallContext,
  ) => GoValue,
): GoFunction[] {
  return [
    define(name, parameters, result, (args, context) =>
      body((pattern) => mustCompilePattern(pattern, context), args as (string | number)[], context),
    ),
    define(`mustR${name.slice(1)}`, parameters, result, (args, context) =>
      body((pattern) => compilePattern(pattern, context), args as (string | number)[], context),
    ),
  ];
}

export const REGEX_FUNCTIONS: GoFunction[] = [
  define('regexMatch', ['string', 'string'], 'bool', ([pattern, text], context) => {
    announce(text, context);
    try {
      return test(compilePattern(pattern, context), text, context);
    } catch (error) {
      if (error instanceof GoError) return false;
      throw error;
    }
  }),
  define('mustRegexMatch', ['string', 'string'], 'bool', ([pattern, text], context) => {
    announce(text, context);
    return test(compilePattern(pattern, context), text, context);
  }),
  ...both('regexFind', ['string', 'string'], 'string', (compiled, [pattern, text], context) => {
    for (const match of matchesOf(compiled(String(pattern)), String(text), 1, context))
      return match.group(0) ?? '';
    return '';
  }),
  ...both(
    'regexFindAll',
    ['string', 'string', 'int'],
    'strings',
    (compiled, [pattern, text, limit], context) => {
      const found = [...matchesOf(compiled(String(pattern)), String(text), Number(limit), context)].map(
        ({ start, end }) => String(text).slice(start, end),
      );
      return new GoSlice(found, 'string', found.length === 0);
    },
  ),
  ...both(
    'regexReplaceAll',
    ['string', 'string', 'string'],
    'string',
    (compiled, [pattern, text, by], context) => {
      const regex = compiled(String(pattern));
      const pieces = piecesOf(String(by));
      return replace(regex, String(text), (match) => expand(pieces, regex, match), context);
    },
  ),
  ...both(
    'regexReplaceAllLiteral',
    ['string', 'string', 'string'],
    'string',
    (compiled, [pattern, text, by], context) =>
      replace(compiled(String(pattern)), String(text), () => String(by), context),
  ),
  ...both('regexSplit', ['string', 'string', 'int'], 'strings', (compiled, [pattern, text, limit], context) =>
    split(compiled(String(pattern)), String(text), Number(limit), context),
  ),
  define('regexQuoteMeta', ['string'], 'string', ([text]) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
];
