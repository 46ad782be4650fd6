/**
 * The parser's view of the tokens: one ahead, and up to three given back, exactly as in Go, because
 * the line of a parse error is that of the token read last (spec go-template §3.4).
 */
import type { Lexer } from './lexer.ts';
import type { Token } from './tokens.ts';

const NONE: Token = { kind: 'eof', at: 0, text: '' };

export class LookAhead {
  readonly #lexer: Lexer;
  /** the token read last is the first; those given back stand behind it, the next one last */
  readonly #tokens: Token[] = [NONE, NONE, NONE];
  #peeked = 0;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
  }

  /** The token whose line an error names. */
  get latest(): Token {
    return this.#tokens[0] as Token;
  }

  next(): Token {
    if (this.#peeked > 0) this.#peeked--;
    else this.#tokens[0] = this.#lexer.next();
    return this.#tokens[this.#peeked] as Token;
  }

  backup(): void {
    this.#peeked++;
  }

  /** Gives back the token read last, and `before` it. */
  backup2(before: Token): void {
    this.#tokens[1] = before;
    this.#peeked = 2;
  }

  backup3(first: Token, second: Token): void {
    this.#tokens[1] = second;
    this.#tokens[2] = first;
    this.#peeked = 3;
  }

  peek(): Token {
    if (this.#peeked > 0) return this.#tokens[this.#peeked - 1] as Token;
    this.#peeked = 1;
    this.#tokens[0] = this.#lexer.next();
    return this.#tokens[0];
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === 'space') token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.backup();
    return token;
  }
}
