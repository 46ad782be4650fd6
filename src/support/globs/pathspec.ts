/**
 * Which tracked paths `git ls-files -- PATTERN` lists, asked from the root of a repository (spec
 * generators §2.3.2, old matcher): the pattern is tried literally first, as the path or a directory above
 * it; then as a pattern whose wildcards cross `/`. Magic (`:(glob)`, `:!x`) works as in git. Refuses, in
 * git's words, what git refuses.
 */
import { AppsetError } from '../errors.ts';
import { wildmatch } from './wildmatch.ts';

/**
 * Whether a tracked path is listed.
 * @param submodule the entry is a submodule, which a pattern with a trailing slash takes too
 */
export type Pathspec = (path: string, submodule?: boolean) => boolean;

interface Magic {
  readonly glob: boolean;
  readonly literal: boolean;
  readonly ignoreCase: boolean;
  readonly exclude: boolean;
}

/**
 * @param checkout how the working tree is called in the text of an error
 * @throws AppsetError APPSET_E0105 with what git says after `fatal: `
 * @example compilePathspec('some/*.yaml')('some/x/y.yaml') // true
 */
export function compilePathspec(pattern: string, checkout = '<checkout>'): Pathspec {
  if (pattern === '') {
    throw refuse(
      'empty string is not a valid pathspec. please use . instead if you meant to match all paths',
    );
  }
  const { magic, rest } = readMagic(pattern);
  const match = bytes(normalise(rest, pattern, checkout));
  const item = itemMatcher(match, magic);
  return magic.exclude
    ? (path, submodule = false) => !item(bytes(path), submodule)
    : (path, submodule = false) => item(bytes(path), submodule);
}

function itemMatcher(match: string, magic: Magic): (path: string, submodule: boolean) => boolean {
  const fold = (text: string) => (magic.ignoreCase ? text.toLowerCase() : text);
  const special = magic.literal ? -1 : match.search(/[*?[\\]/);
  const literal = special === -1 ? match : match.slice(0, special);
  const pattern = special === -1 ? undefined : match.slice(special);
  const options = { pathname: magic.glob, ignoreCase: magic.ignoreCase };
  const whole = fold(match);
  const head = fold(literal);
  return (given, submodule) => {
    if (match === '') return true;
    const path = fold(given);
    if (path.startsWith(whole)) {
      if (path.length === whole.length || whole.endsWith('/') || path[whole.length] === '/') return true;
    }
    if (submodule && whole.endsWith('/') && `${path}/` === whole) return true;
    if (pattern === undefined || !path.startsWith(head)) return false;
    return wildmatch(pattern, given.slice(literal.length), options);
  };
}

const SHORT = /[!"#%&',\-/:;<=>@_`~^]/;

function readMagic(pattern: string): { magic: Magic; rest: string } {
  const magic = { glob: false, literal: false, ignoreCase: false, exclude: false };
  if (!pattern.startsWith(':')) return { magic, rest: pattern };
  if (pattern.startsWith(':(')) return readLongMagic(pattern, magic);
  let at = 1;
  for (; at < pattern.length && pattern[at] !== ':'; at++) {
    const char = pattern[at] as string;
    if (char === '!' || char === '^') magic.exclude = true;
    else if (char === '/') continue;
    else if (SHORT.test(char)) throw refuse(`Unimplemented pathspec magic '${char}' in '${pattern}'`);
    else break;
  }
  if (pattern[at] === ':') at++;
  return { magic, rest: pattern.slice(at) };
}

function readLongMagic(pattern: string, magic: { -readonly [K in keyof Magic]: boolean }) {
  const end = pattern.indexOf(')');
  if (end === -1) throw refuse(`Missing ')' at the end of pathspec magic in '${pattern}'`);
  for (const word of pattern.slice(2, end).split(',')) {
    if (word === '' || word === 'top') continue;
    if (word === 'glob' || word === 'literal' || word === 'exclude') magic[word] = true;
    else if (word === 'icase') magic.ignoreCase = true;
    else throw refuse(`Invalid pathspec magic '${word}' in '${pattern}'`);
  }
  if (magic.glob && magic.literal) throw refuse(`${pattern}: 'literal' and 'glob' are incompatible`);
  return { magic, rest: pattern.slice(end + 1) };
}

/** Without `.`, inner `..` and double slashes; a trailing slash is kept. */
function normalise(path: string, pattern: string, checkout: string): string {
  const outside = () => refuse(`${pattern}: '${path}' is outside repository at '${checkout}'`);
  if (path.startsWith('/')) throw outside();
  const kept: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') kept.push(step);
    else if (kept.pop() === undefined) throw outside();
  }
  const directory = /(?:^|\/)(?:\.|\.\.)?$/.test(path) && kept.length > 0;
  return directory ? `${kept.join('/')}/` : kept.join('/');
}

/** One character a byte, as git sees names. */
function bytes(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

function refuse(message: string): AppsetError {
  return new AppsetError('APPSET_E0105', message);
}
