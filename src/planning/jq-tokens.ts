/**
 * The words of jq's language as far as path expressions of ignore rules use it. What is none is
 * refused with its place.
 */
import { AppsetError } from '../support/errors.ts';

export type Token =
  | { readonly kind: 'name' | 'field' | 'string' | 'symbol'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly value: number; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly text: string; readonly at: number };

const SYMBOLS = [
  '==',
  '!=',
  '<=',
  '>=',
  '//',
  '..',
  '|',
  ',',
  '<',
  '>',
  '(',
  ')',
  '[',
  ']',
  ':',
  '?',
  ';',
  '.',
  '-',
  '+',
];
/** The expression cannot be used: what was met, and where. */
export function refuse(source: string, at: number, what: string): AppsetError {
  const position = { line: 1, column: at + 1, source };
  return new AppsetError('APPSET_E0511', what, { place: { position } });
}

export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const space = /^(\s+|#[^\n]*)/.exec(rest);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const field = /^\.([A-Za-z_][A-Za-z0-9_]*)/.exec(rest);
    if (field !== null) {
      tokens.push({ kind: 'field', text: field[1] ?? '', at });
      at += field[0].length;
      continue;
    }
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(rest);
    if (name !== null) {
      tokens.push({ kind: 'name', text: name[0], at });
      at += name[0].length;
      continue;
    }
    const number = /^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/.exec(rest);
    if (number !== null) {
      tokens.push({ kind: 'number', value: Number(number[0]), text: number[0], at });
      at += number[0].length;
      continue;
    }
    if (rest.startsWith('"')) {
      const [text, length] = readString(source, at);
      tokens.push({ kind: 'string', text, at });
      at += length;
      continue;
    }
    const symbol = SYMBOLS.find((candidate) => rest.startsWith(candidate));
    if (symbol === undefined) throw refuse(source, at, `unexpected token ${JSON.stringify(rest[0])}`);
    tokens.push({ kind: 'symbol', text: symbol, at });
    at += symbol.length;
  }
  // the reference parses del(EXPRESSION): what it meets at the end is the bracket
  tokens.push({ kind: 'end', text: ')', at: source.length });
  return tokens;
}

function readString(source: string, start: number): readonly [string, number] {
  let at = start + 1;
  for (; at < source.length; at++) {
    const char = source[at];
    if (char === '"') {
      const literal = source.slice(start, at + 1);
      try {
        return [JSON.parse(literal) as string, literal.length];
      } catch {
        throw refuse(source, start, 'a string that cannot be read');
      }
    }
    if (char === '\\') {
      if (source[at + 1] === '(') throw refuse(source, at, 'string interpolation is not supported');
      at++;
    }
  }
  throw refuse(source, start, 'a string without end');
}
