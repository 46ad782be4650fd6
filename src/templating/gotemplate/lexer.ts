/**
 * Splits a template into tokens (spec go-template §2), one at a time as the parser asks, because which
 * of two mistakes is reported depends on it. Trim markers and comments are settled here: the parser
 * never sees them. The first error token is the last token that means anything.
 */
import { goQuote, isPrintable, unicodeName } from '../../support/go-quote.ts';
import { KEYWORDS, type Keyword, type Token, type TokenKind } from './tokens.ts';

export interface LexerOptions {
  readonly leftDelimiter?: string;
  readonly rightDelimiter?: string;
  /** `break` and `continue` are ordinary names where functions are called so */
  readonly breakIsName?: boolean;
  readonly continueIsName?: boolean;
  /** hand comments on as tokens */
  readonly comments?: boolean;
}

const LETTER_OR_DIGIT = /^[_\p{L}\p{Nd}]$/u;
const SPACES = /[ \t\r\n]*/y;
const TRAILING_SPACES = ' \t\r\n';

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n';
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

/** `_`, letters and decimal digits; a whole code point. */
export function isAlphanumeric(char: string): boolean {
  if (char.length === 1 && char < '\x80') {
    return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || isDigit(char) || char === '_';
  }
  return LETTER_OR_DIGIT.test(char);
}

export class Lexer {
  readonly source: string;
  readonly #left: string;
  readonly #right: string;
  readonly #options: LexerOptions;
  #at = 0;
  #start = 0;
  #inAction = false;
  #parens = 0;
  #ended: Token | undefined;

  constructor(source: string, options: LexerOptions = {}) {
    this.source = source;
    this.#left = options.leftDelimiter || '{{';
    this.#right = options.rightDelimiter || '}}';
    this.#options = options;
  }

  next(): Token {
    if (this.#ended !== undefined) return { ...this.#ended, kind: 'eof', text: 'EOF' };
    const token = this.#inAction ? this.#action() : this.#text();
    if (token.kind === 'error' || token.kind === 'eof') this.#ended = token;
    return token;
  }

  #token(kind: TokenKind): Token {
    const token: Token = { kind, at: this.#start, text: this.source.slice(this.#start, this.#at) };
    this.#start = this.#at;
    return token;
  }

  #error(message: string): Token {
    return { kind: 'error', at: this.#start, text: message };
  }

  /** The code point at the position, '' at the end. */
  #peek(): string {
    const code = this.source.codePointAt(this.#at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #text(): Token {
    for (;;) {
      const found = this.source.indexOf(this.#left, this.#at);
      const end = found < 0 ? this.source.length : found;
      const after = end + this.#left.length;
      const trims = found >= 0 && this.source[after] === '-' && isSpace(this.source[after + 1]);
      let textEnd = end;
      if (trims) {
        while (textEnd > this.#start && TRAILING_SPACES.includes(this.source[textEnd - 1] as string))
          textEnd--;
      }
      if (textEnd > this.#start) {
        this.#at = textEnd;
        const token = this.#token('text');
        this.#at = end;
        this.#start = end;
        return token;
      }
      this.#at = end;
      this.#start = end;
      if (found < 0) return this.#token('eof');
      const marker = trims ? 2 : 0;
      if (!this.source.startsWith('/*', after + marker)) {
        this.#at = after;
        const token = this.#token('leftDelim');
        this.#at += marker;
        this.#start = this.#at;
        this.#inAction = true;
        this.#parens = 0;
        return token;
      }
      this.#at = after + marker;
      this.#start = this.#at;
      const comment = this.#comment();
      if (comment !== undefined) return comment;
    }
  }

  #comment(): Token | undefined {
    const close = this.source.indexOf('*/', this.#at + 2);
    if (close < 0) return this.#error('unclosed comment');
    this.#at = close + 2;
    const delimiter = this.#delimiterWidth();
    if (delimiter === 0) return this.#error('comment ends before closing delimiter');
    const token = this.#token('comment');
    this.#closeDelimiter(delimiter);
    return this.#options.comments === true ? token : undefined;
  }

  /** Width of the right delimiter at the position with its trim marker, 0 when there is none. */
  #delimiterWidth(): number {
    const { source } = this;
    if (
      isSpace(source[this.#at]) &&
      source[this.#at + 1] === '-' &&
      source.startsWith(this.#right, this.#at + 2)
    ) {
      return 2 + this.#right.length;
    }
    return source.startsWith(this.#right, this.#at) ? this.#right.length : 0;
  }

  /** Moves behind the right delimiter and, with a trim marker, behind the spaces after it. */
  #closeDelimiter(width: number): void {
    this.#at += width;
    if (width > this.#right.length) {
      SPACES.lastIndex = this.#at;
      SPACES.test(this.source);
      this.#at = SPACES.lastIndex;
    }
    this.#start = this.#at;
  }

  #rightDelimiter(width: number): Token {
    const at = this.#at + width - this.#right.length;
    this.#closeDelimiter(width);
    this.#inAction = false;
    return { kind: 'rightDelim', at, text: this.#right };
  }

  #action(): Token {
    const delimiter = this.#delimiterWidth();
    if (delimiter > 0) {
      return this.#parens === 0 ? this.#rightDelimiter(delimiter) : this.#error('unclosed left paren');
    }
    const char = this.#peek();
    if (char === '') return this.#error('unclosed action');
    if (isSpace(char)) return this.#space();
    this.#at += char.length;
    switch (char) {
      case '=':
        return this.#token('assign');
      case ':':
        if (this.source[this.#at] !== '=') return this.#error('expected :=');
        this.#at++;
        return this.#token('declare');
      case '|':
        return this.#token('pipe');
      case '"':
        return this.#quoted('"', 'string', 'unterminated quoted string');
      case "'":
        return this.#quoted("'", 'charConstant', 'unterminated character constant');
      case '`':
        return this.#rawString();
      case '$':
        return this.#fieldOrVariable('variable');
      case '(':
        this.#parens++;
        return this.#token('leftParen');
      case ')':
        if (--this.#parens < 0) return this.#error('unexpected right paren');
        return this.#token('rightParen');
      case '.':
        if (this.#at < this.source.length && !isDigit(this.source[this.#at])) {
          return this.#fieldOrVariable('field');
        }
        return this.#number();
      default:
    }
    if (char === '+' || char === '-' || isDigit(char)) return this.#number();
    if (isAlphanumeric(char)) return this.#word();
    if (char < '\x80' && isPrintable(char.charCodeAt(0))) return this.#token('char');
    return this.#error(`unrecognized character in action: ${unicodeName(char.codePointAt(0) as number)}`);
  }

  /** A run of spaces; the last one may belong to a trim marker. */
  #space(): Token {
    SPACES.lastIndex = this.#at;
    SPACES.test(this.source);
    this.#at = SPACES.lastIndex;
    if (this.source[this.#at] === '-' && this.source.startsWith(this.#right, this.#at + 1)) {
      this.#at--;
      if (this.#at === this.#start) return this.#rightDelimiter(this.#delimiterWidth());
    }
    return this.#token('space');
  }

  #atTerminator(): boolean {
    const char = this.source[this.#at];
    if (char === undefined || isSpace(char) || '.,|:)('.includes(char)) return true;
    return this.source.startsWith(this.#right, this.#at);
  }

  #skipAlphanumerics(): void {
    for (let char = this.#peek(); char !== '' && isAlphanumeric(char); char = this.#peek())
      this.#at += char.length;
  }

  #badCharacter(): Token {
    return this.#error(`bad character ${unicodeName(this.source.codePointAt(this.#at) as number)}`);
  }

  #word(): Token {
    this.#skipAlphanumerics();
    if (!this.#atTerminator()) return this.#badCharacter();
    const word = this.source.slice(this.#start, this.#at);
    if (KEYWORDS.has(word)) {
      const isName =
        (word === 'break' && this.#options.breakIsName === true) ||
        (word === 'continue' && this.#options.continueIsName === true);
      return this.#token(isName ? 'identifier' : (word as Keyword));
    }
    return this.#token(word === 'true' || word === 'false' ? 'bool' : 'identifier');
  }

  #fieldOrVariable(kind: 'field' | 'variable'): Token {
    if (this.#atTerminator()) return this.#token(kind === 'field' ? '.' : 'variable');
    this.#skipAlphanumerics();
    return this.#atTerminator() ? this.#token(kind) : this.#badCharacter();
  }

  #quoted(quote: string, kind: TokenKind, unterminated: string): Token {
    for (;;) {
      const char = this.source[this.#at++];
      if (char === quote) return this.#token(kind);
      const escaped = char === '\\' ? this.source[this.#at++] : char;
      if (escaped === undefined || escaped === '\n') return this.#error(unterminated);
    }
  }

  #rawString(): Token {
    const close = this.source.indexOf('`', this.#at);
    if (close < 0) return this.#error('unterminated raw quoted string');
    this.#at = close + 1;
    return this.#token('rawString');
  }

  #number(): Token {
    this.#at = this.#start;
    if (!this.#scanNumber()) return this.#badNumber();
    const sign = this.source[this.#at];
    if (sign !== '+' && sign !== '-') return this.#token('number');
    if (!this.#scanNumber() || this.source[this.#at - 1] !== 'i') return this.#badNumber();
    return this.#token('complex');
  }

  #badNumber(): Token {
    return this.#error(`bad number syntax: ${goQuote(this.source.slice(this.#start, this.#at))}`);
  }

  #accept(chars: string): boolean {
    const char = this.source[this.#at];
    if (char === undefined || !chars.includes(char)) return false;
    this.#at++;
    return true;
  }

  #acceptRun(chars: string): void {
    while (this.#accept(chars));
  }

  /** Whether what was scanned can be a number; the parser looks closer. */
  #scanNumber(): boolean {
    this.#accept('+-');
    let digits = '0123456789_';
    let exponent = 'eE';
    if (this.#accept('0')) {
      if (this.#accept('xX')) {
        digits = '0123456789abcdefABCDEF_';
        exponent = 'pP';
      } else if (this.#accept('oO')) {
        digits = '01234567_';
        exponent = '';
      } else if (this.#accept('bB')) {
        digits = '01_';
        exponent = '';
      }
    }
    this.#acceptRun(digits);
    if (this.#accept('.')) this.#acceptRun(digits);
    if (exponent !== '' && this.#accept(exponent)) {
      this.#accept('+-');
      this.#acceptRun('0123456789_');
    }
    this.#accept('i');
    const next = this.#peek();
    if (next === '' || !isAlphanumeric(next)) return true;
    this.#at += next.length;
    return false;
  }
}
