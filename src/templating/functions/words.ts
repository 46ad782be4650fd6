/**
 * Splitting identifiers into words (spec sprig-functions §3.1, §3.2): snake_case, kebab-case and
 * UpperCamelCase. A text is first cut into runs of one kind, then written with one connector between
 * words; numbers stick to the word before them unless lower-case letters follow.
 */
import { define } from './define.ts';
import { isLetter, isNumber, isPunct, isSpace, isUpper, lower, lowerRune, upperRune } from './runes.ts';

type Kind = 'connector' | 'punctuation' | 'upper' | 'letters' | 'number' | 'other' | 'invalid';

interface Word {
  readonly kind: Kind;
  readonly text: string;
}

const isConnector = (char: string): boolean => char === '-' || char === '_' || isSpace(char);

function isIdeograph(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return (
    (code >= 0x3400 && code <= 0x4d85) ||
    (code >= 0x4e00 && code <= 0x9fcc) ||
    (code >= 0x20000 && code <= 0x2b81d)
  );
}

const isAlphabet = (char: string): boolean => isLetter(char) && !isIdeograph(char);
const isSmall = (char: string): boolean => isAlphabet(char) && !isUpper(char);

function kindOf(char: string): Kind {
  if (isInvalid(char)) return 'invalid';
  if (isConnector(char)) return 'connector';
  if (isPunct(char)) return 'punctuation';
  if (isUpper(char)) return 'upper';
  if (isAlphabet(char)) return 'letters';
  if (isNumber(char)) return 'number';
  return 'other';
}

const CONTINUES: Record<Exclude<Kind, 'upper' | 'invalid'>, (char: string) => boolean> = {
  connector: isConnector,
  punctuation: isPunct,
  letters: isSmall,
  number: isNumber,
  other: (char) => !isConnector(char) && !isAlphabet(char) && !isNumber(char) && !isPunct(char),
};

/**
 * The characters, each with the bytes before it that are no text: those are carried along by the next
 * character. At the end they are carried by the one before, and alone they are a word of their own.
 */
const CARRYING = /[\udc80-\udcff\ufffd]*[^\udc80-\udcff\ufffd]|[\udc80-\udcff\ufffd]+$/gu;

const isInvalid = (char: string): boolean => !char.isWellFormed() || char === '\ufffd';

function wordsOf(text: string): Word[] {
  const units = text.match(CARRYING) ?? [];
  const chars = units.map((unit) => [...unit].at(-1) ?? '');
  // bytes at the end take after what they follow
  if (chars.length > 1 && isInvalid(chars.at(-1) ?? '')) chars[chars.length - 1] = chars.at(-2) ?? '';
  const words: Word[] = [];
  const runFrom = (start: number, belongs: (char: string) => boolean): number => {
    let end = start;
    while (end < chars.length && belongs(chars[end] ?? '')) end++;
    return end;
  };
  for (let at = 0; at < chars.length; ) {
    const kind = kindOf(chars[at] ?? '');
    let end = at + 1;
    if (kind === 'upper') {
      const capitals = runFrom(end, isUpper);
      if (capitals > end)
        end = capitals < chars.length && isAlphabet(chars[capitals] ?? '') ? capitals - 1 : capitals;
      else end = runFrom(end, isSmall);
    } else if (kind !== 'invalid') {
      end = runFrom(end, CONTINUES[kind]);
    }
    words.push({ kind, text: units.slice(at, end).join('') });
    at = end;
  }
  return words;
}

/** Lower-case words of `text` joined by `connector`. */
function connect(text: string, connector: string): string {
  const words = wordsOf(text);
  let out = '';
  let at = 0;
  const write = (): void => {
    const word = words[at++];
    if (word === undefined) return;
    if (word.kind === 'connector') {
      for (const char of word.text) out += isConnector(char) ? connector : lowerRune(char);
    } else out += word.kind === 'upper' ? lower(word.text) : word.text;
  };
  const next = (): Kind | undefined => words[at]?.kind;
  const isRun = (kind: Kind | undefined): boolean => kind === 'letters' || kind === 'number';
  const separate = (): void => {
    const kind = next();
    if (kind !== undefined && kind !== 'connector' && kind !== 'punctuation') out += connector;
  };
  while (at < words.length) {
    const kind = next();
    write();
    if (kind === 'connector' || kind === 'punctuation') continue;
    if (kind === 'number') {
      while (isRun(next())) write();
      if (next() !== 'invalid') separate();
      continue;
    }
    if (next() !== 'number') {
      separate();
      continue;
    }
    if (at + 1 >= words.length) continue;
    if (words[at + 1]?.kind === 'letters') {
      out += connector;
      while (isRun(next())) write();
      if (next() !== 'invalid') separate();
    } else {
      write();
      separate();
    }
  }
  return out;
}

/** UpperCamelCase; connectors go, the character after one becomes upper case. */
function camelCase(text: string): string {
  const chars = [...text.toWellFormed()];
  let at = 0;
  let out = '';
  while (at < chars.length && isConnector(chars[at] ?? '')) out += chars[at++];
  if (at >= chars.length) return text === '' ? '' : out + (out.at(-1) ?? '');
  let capitals = isUpper(chars[at] ?? '');
  out += upperRune(chars[at++] ?? '');
  for (; at < chars.length; at++) {
    const char = chars[at] ?? '';
    const after = chars[at + 1];
    if (isConnector(char)) {
      if (after === undefined || isConnector(after)) {
        out += char;
        continue;
      }
      capitals = isUpper(after);
      out += upperRune(after);
      at++;
      continue;
    }
    if (capitals && isUpper(char)) {
      out += lowerRune(char);
    } else {
      capitals = false;
      out += char;
    }
  }
  return out;
}

export const WORD_FUNCTIONS = [
  define('snakecase', ['string'], 'string', ([text]) => connect(text, '_')),
  define('kebabcase', ['string'], 'string', ([text]) => connect(text, '-')),
  define('camelcase', ['string'], 'string', ([text]) => camelCase(text)),
];
