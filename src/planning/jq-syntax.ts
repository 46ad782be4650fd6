/**
 * The part of jq's language that path expressions of ignore rules use: paths, pipes, commas,
 * alternatives, comparisons, `and`/`or`, `if`, literals and calls of known functions. The parser
 * gives a tree or an APPSET_E0511 that says what it met, and where in its place; it never guesses.
 */
import { AppsetError } from '../support/errors.ts';

export type JqNode =
  | { readonly is: 'identity' }
  | { readonly is: 'recurse' }
  | { readonly is: 'literal'; readonly value: null | boolean | number | string }
  | { readonly is: 'index'; readonly target: JqNode; readonly key: JqNode }
  | { readonly is: 'slice'; readonly target: JqNode; readonly from?: JqNode; readonly to?: JqNode }
  | { readonly is: 'iterate'; readonly target: JqNode }
  | { readonly is: 'try'; readonly body: JqNode }
  | {
      readonly is: 'pipe' | 'comma' | 'alternative' | 'and' | 'or';
      readonly left: JqNode;
      readonly right: JqNode;
    }
  | { readonly is: 'compare'; readonly operator: Comparison; readonly left: JqNode; readonly right: JqNode }
  | { readonly is: 'if'; readonly test: JqNode; readonly then: JqNode; readonly else: JqNode }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly JqNode[] }
  | { readonly is: 'array'; readonly body: JqNode | undefined };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

type Token =
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
];
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'if', 'then', 'elif', 'else', 'end']);

function refuse(source: string, at: number, what: string): AppsetError {
  const position = { line: 1, column: at + 1, source };
  return new AppsetError('APPSET_E0511', what, { place: { position } });
}

function tokenize(source: string): readonly Token[] {
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

/**
 * The tree of an expression.
 *
 * @throws AppsetError APPSET_E0511 when it is no jq, or uses what is not supported
 */
export function parseJq(source: string): JqNode {
  const tokens = tokenize(source);
  let position = 0;
  const peek = (): Token => tokens[position] as Token;
  const next = (): Token => tokens[position++] as Token;
  const isSymbol = (text: string): boolean => peek().kind === 'symbol' && peek().text === text;
  const isWord = (text: string): boolean => peek().kind === 'name' && peek().text === text;
  const unexpected = (): AppsetError =>
    refuse(source, peek().at, `unexpected token ${JSON.stringify(peek().text)}`);
  const expect = (text: string): void => {
    if (!isSymbol(text)) throw unexpected();
    position++;
  };
  const expectWord = (text: string): void => {
    if (!isWord(text)) throw unexpected();
    position++;
  };

  function pipe(): JqNode {
    const left = comma();
    if (!isSymbol('|')) return left;
    next();
    return { is: 'pipe', left, right: pipe() };
  }
  function comma(): JqNode {
    let left = alternative();
    while (isSymbol(',')) {
      next();
      left = { is: 'comma', left, right: alternative() };
    }
    return left;
  }
  function alternative(): JqNode {
    const left = disjunction();
    if (!isSymbol('//')) return left;
    next();
    return { is: 'alternative', left, right: alternative() };
  }
  function disjunction(): JqNode {
    let left = conjunction();
    while (isWord('or')) {
      next();
      left = { is: 'or', left, right: conjunction() };
    }
    return left;
  }
  function conjunction(): JqNode {
    let left = comparison();
    while (isWord('and')) {
      next();
      left = { is: 'and', left, right: comparison() };
    }
    return left;
  }
  function comparison(): JqNode {
    const left = postfix();
    const token = peek();
    if (token.kind !== 'symbol' || !COMPARISONS.has(token.text)) return left;
    next();
    return { is: 'compare', operator: token.text as Comparison, left, right: postfix() };
  }
  function postfix(): JqNode {
    let node = primary();
    for (;;) {
      const token = peek();
      if (token.kind === 'field') {
        next();
        node = { is: 'index', target: node, key: { is: 'literal', value: token.text } };
      } else if (isSymbol('.')) {
        next();
        if (peek().kind === 'string') {
          node = { is: 'index', target: node, key: { is: 'literal', value: next().text } };
        } else if (isSymbol('[')) node = bracket(node);
        else throw unexpected();
      } else if (isSymbol('[')) node = bracket(node);
      else if (isSymbol('?')) {
        next();
        node = { is: 'try', body: node };
      } else return node;
    }
  }
  function bracket(target: JqNode): JqNode {
    expect('[');
    if (isSymbol(']')) {
      next();
      return { is: 'iterate', target };
    }
    if (isSymbol(':')) {
      next();
      const to = pipe();
      expect(']');
      return { is: 'slice', target, to };
    }
    const from = pipe();
    if (isSymbol(':')) {
      next();
      if (isSymbol(']')) {
        next();
        return { is: 'slice', target, from };
      }
      const to = pipe();
      expect(']');
      return { is: 'slice', target, from, to };
    }
    expect(']');
    return { is: 'index', target, key: from };
  }
  function primary(): JqNode {
    const token = next();
    switch (token.kind) {
      case 'field':
        return { is: 'index', target: { is: 'identity' }, key: { is: 'literal', value: token.text } };
      case 'string':
        return { is: 'literal', value: token.text };
      case 'number':
        return { is: 'literal', value: token.value };
      case 'name':
        return word(token.text);
      case 'symbol':
        break;
      case 'end':
        position--;
        throw unexpected();
    }
    switch (token.text) {
      case '..':
        return { is: 'recurse' };
      case '.':
        if (peek().kind === 'string') {
          return { is: 'index', target: { is: 'identity' }, key: { is: 'literal', value: next().text } };
        }
        return { is: 'identity' };
      case '(': {
        const body = pipe();
        expect(')');
        return body;
      }
      case '[': {
        if (isSymbol(']')) {
          next();
          return { is: 'array', body: undefined };
        }
        const body = pipe();
        expect(']');
        return { is: 'array', body };
      }
      case '-': {
        const number = peek();
        if (number.kind !== 'number') throw unexpected();
        next();
        return { is: 'literal', value: -number.value };
      }
      default:
        position--;
        throw unexpected();
    }
  }
  function word(name: string): JqNode {
    switch (name) {
      case 'true':
        return { is: 'literal', value: true };
      case 'false':
        return { is: 'literal', value: false };
      case 'null':
        return { is: 'literal', value: null };
      case 'if':
        return condition();
      default:
        break;
    }
    if (KEYWORDS.has(name)) {
      position--;
      throw unexpected();
    }
    const args: JqNode[] = [];
    if (isSymbol('(')) {
      next();
      args.push(pipe());
      while (isSymbol(';')) {
        next();
        args.push(pipe());
      }
      expect(')');
    }
    return { is: 'call', name, args };
  }
  function condition(): JqNode {
    const test = pipe();
    expectWord('then');
    const then = pipe();
    if (isWord('elif')) {
      next();
      return { is: 'if', test, then, else: condition() };
    }
    if (isWord('else')) {
      next();
      const otherwise = pipe();
      expectWord('end');
      return { is: 'if', test, then, else: otherwise };
    }
    expectWord('end');
    return { is: 'if', test, then, else: { is: 'identity' } };
  }

  const tree = pipe();
  if (peek().kind !== 'end') throw unexpected();
  return tree;
}
