/**
 * Compiling regular expressions (spec sprig-functions §12.1): RE2 syntax through `re2js`, kept with a
 * bound, and Go's words for what is wrong with one. Go lets two groups share a name, `re2js` does not:
 * the later ones are renamed, and a name stands for all its groups. A template pays for each expression
 * once, whether it is kept or made: what it may do does not depend on what others did before.
 */
import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';
import { BoundedCache } from '../../support/bounded-cache.ts';
import { LIMITS } from '../../support/limits.ts';
import { canBackquote, goQuote } from '../format/index.ts';
import { type CallContext, GoError } from '../values.ts';
import { fail } from './define.ts';

export interface Pattern {
  readonly regex: RE2JS;
  /** indexes of the groups of each name */
  readonly groups: ReadonlyMap<string, readonly number[]>;
}

const cache = new BoundedCache<string, Pattern>(LIMITS.compiledPatterns);

/** What stands before the number of a renamed group; no name of a user holds it twice. */
const RENAMED = '__again__';

/** What has no groups of its own in it, or one named group's beginning. */
const PIECE = /\\Q(?:(?!\\E).)*|\\.|\[\^?\]?(?:\[:[^\]]*:\]|\\.|[^\]\\])*\]?|\(\?P?<([A-Za-z0-9_]+)>/gs;

function withOwnNames(pattern: string): string {
  const seen = new Map<string, number>();
  return pattern.replace(PIECE, (piece, name: string | undefined) => {
    if (name === undefined) return piece;
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 ? piece : piece.replace(`<${name}>`, `<${name}${RENAMED}${count}>`);
  });
}

function make(pattern: string, written: string): Pattern {
  const regex = RE2JS.compile(pattern);
  const groups = new Map<string, number[]>();
  for (const [name, index] of Object.entries(regex.namedGroups())) {
    const plain = pattern === written ? name : (name.split(RENAMED)[0] ?? name);
    groups.set(
      plain,
      [...(groups.get(plain) ?? []), index].sort((a, b) => a - b),
    );
  }
  return { regex, groups };
}

function compileOrComplain(pattern: string, written = pattern): Pattern {
  if (!pattern.isWellFormed()) return fail(`error parsing regexp: invalid UTF-8: \`${pattern}\``);
  try {
    return make(pattern, written);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) {
      const complaint = error.getDescription();
      if (complaint.includes('duplicate capture group name') && pattern === written) {
        return compileOrComplain(withOwnNames(pattern), written);
      }
      return fail(`error parsing regexp: ${complaint}: \`${error.getPattern() ?? ''}\``);
    }
    if (error instanceof RE2JSException)
      return fail(`error parsing regexp: expression too large: \`${written}\``);
    throw error;
  }
}

/** Steps that compiling costs for each character, for each Unicode class, and for each instruction made. */
const STEPS_PER_CHARACTER = 32;
const STEPS_PER_CLASS = 2_000;
const STEPS_PER_INSTRUCTION = 16;

const paid = new WeakMap<CallContext, Set<string>>();

/** @throws GoError `error parsing regexp: …` */
export function compilePattern(pattern: string, context: CallContext): Pattern {
  const known = paid.get(context) ?? new Set<string>();
  paid.set(context, known);
  const isNew = !known.has(pattern);
  known.add(pattern);
  if (isNew) {
    const classes = pattern.match(/\\[pP]/g)?.length ?? 0;
    context.spend(pattern.length * STEPS_PER_CHARACTER + classes * STEPS_PER_CLASS);
  }
  const compiled = cache.getOrMake(pattern, () => compileOrComplain(pattern));
  if (isNew) context.spend(compiled.regex.programSize() * STEPS_PER_INSTRUCTION);
  return compiled;
}

/** As `compilePattern`, with the text of the panic that Go's MustCompile ends in. */
export function mustCompilePattern(pattern: string, context: CallContext): Pattern {
  try {
    return compilePattern(pattern, context);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    const quoted = canBackquote(pattern) ? `\`${pattern}\`` : goQuote(pattern);
    return fail(`regexp: Compile(${quoted}): ${error.message}`);
  }
}
