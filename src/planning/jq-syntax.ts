/**
 * The part of jq's language that path expressions of ignore rules use: paths, pipes, commas,
 * alternatives, comparisons, sums, `and`/`or`, `if`, literals and calls of known functions. The parser
 * gives a tree or an APPSET_E0511 that says what it met, and where in its place; it never guesses.
 */
import type { AppsetError } from '../support/errors.ts';
import { refuse, type Token, tokenize } from './jq-tokens.ts';

export type JqNode =
  | { readonly is: 'identity' }
  | { readonly is: 'recurse' }
  | { readonly is: 'literal'; readonly value: null | boolean | number | string }
  | (Suffix & { readonly is: 'index'; readonly key: JqNode })
  | (Suffix & { readonly is: 'slice'; readonly from?: JqNode; readonly to?: JqNode })
  | (Suffix & { readonly is: 'iterate' })
  | { readonly is: 'try'; readonly body: JqNode }
  | {
      readonly is: 'pipe' | 'comma' | 'alternative' | 'and' | 'or';
      readonly left: JqNode;
      readonly right: JqNode;
    }
  | { readonly is: 'compare'; readonly operator: Comparison; readonly left: JqNode; readonly right: JqNode }
  | { readonly is: 'add' | 'subtract'; readonly left: JqNode; readonly right: JqNode }
  | { readonly is: 'if'; readonly test: JqNode; readonly then: JqNode; readonly else: JqNode }
  | { readonly is: 'call'; readonly name: string; readonly args: readonly JqNode[] }
  | { readonly is: 'array'; readonly body: JqNode | undefined };

/** What is taken out of a target; with `optional`, a target that does not have it gives nothing. */
interface Suffix {
  readonly target: JqNode;
  readonly optional?: true;
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'if', 'then', 'elif', 'else', 'end']);

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
    const left = sum();
    const token = peek();
    if (token.kind !== 'symbol' || !COMPARISONS.has(token.text)) return left;
    next();
    return { is: 'compare', operator: token.text as Comparison, left, right: sum() };
  }
  function sum(): JqNode {
    let left = postfix();
    while (isSymbol('+') || isSymbol('-')) {
      const is = next().text === '+' ? 'add' : 'subtract';
      left = { is, left, right: postfix() };
    }
    return left;
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
        if (node.is === 'index' || node.is === 'slice' || node.is === 'iterate') {
          node = { ...node, optional: true };
        } else node = { is: 'try', body: node };
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
