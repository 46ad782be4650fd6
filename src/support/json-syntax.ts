/**
 * Why a text is no JSON, in the words of Go's scanner (spec sprig-functions §8). Works on bytes, since
 * the character it names is a byte read as Latin-1, and feeds one space after the end, as the scanner
 * does: a number or literal that is cut off complains about that space.
 */
import { goQuote } from './go-quote.ts';

const MAX_DEPTH = 10_000;
const END = 'unexpected end of JSON input';
const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

class SyntaxScanner {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The character here; one space stands after the end. */
  #char(): string {
    return String.fromCharCode(this.#bytes[this.#at] ?? 32);
  }

  #is(chars: string): boolean {
    return chars.includes(this.#char());
  }

  #unexpected(where: string): string {
    const char = this.#char();
    const quoted = char === "'" ? "\\'" : char === '"' ? '"' : goQuote(char).slice(1, -1);
    return `invalid character '${quoted}' ${where}`;
  }

  /** Skips white space; false at the end of the text. */
  #skip(): boolean {
    while (this.#at < this.#bytes.length && this.#is(' \t\r\n')) this.#at++;
    return this.#at < this.#bytes.length;
  }

  #string(): string | undefined {
    this.#at++;
    for (;;) {
      if (this.#at >= this.#bytes.length) return END;
      const char = this.#char();
      if (char === '"') {
        this.#at++;
        return undefined;
      }
      if (char < ' ') return this.#unexpected('in string literal');
      this.#at++;
      if (char !== '\\') continue;
      if (!this.#is('"\\/bfnrtu')) return this.#unexpected('in string escape code');
      const unicode = this.#is('u');
      this.#at++;
      for (let digit = 0; unicode && digit < 4; digit++, this.#at++) {
        if (!this.#is('0123456789abcdefABCDEF'))
          return this.#unexpected('in \\u hexadecimal character escape');
      }
    }
  }

  #digits(where: string): string | undefined {
    if (!this.#is('0123456789')) return this.#unexpected(where);
    while (this.#is('0123456789')) this.#at++;
    return undefined;
  }

  #number(): string | undefined {
    if (this.#is('-')) this.#at++;
    if (this.#is('0')) {
      this.#at++;
    } else {
      const wrong = this.#digits('in numeric literal');
      if (wrong !== undefined) return wrong;
    }
    if (this.#is('.')) {
      this.#at++;
      const wrong = this.#digits('after decimal point in numeric literal');
      if (wrong !== undefined) return wrong;
    }
    if (!this.#is('eE')) return undefined;
    this.#at++;
    if (this.#is('+-')) this.#at++;
    return this.#digits('in exponent of numeric literal');
  }

  #literal(word: string): string | undefined {
    for (const letter of word) {
      if (!this.#is(letter)) return this.#unexpected(`in literal ${word} (expecting '${letter}')`);
      this.#at++;
    }
    return undefined;
  }

  /** A key and its colon. */
  #key(): string | undefined {
    if (!this.#skip()) return END;
    if (!this.#is('"')) return this.#unexpected('looking for beginning of object key string');
    const wrong = this.#string();
    if (wrong !== undefined) return wrong;
    if (!this.#skip()) return END;
    if (!this.#is(':')) return this.#unexpected('after object key');
    this.#at++;
    return undefined;
  }

  /** What is wrong with the text; undefined when it is one JSON value. */
  complaint(): string | undefined {
    const open: string[] = [];
    for (;;) {
      if (!this.#skip()) return END;
      const char = this.#char();
      let wrong: string | undefined;
      if (char === '{' || char === '[') {
        this.#at++;
        open.push(char);
        if (open.length > MAX_DEPTH) return 'exceeded max depth';
        if (!this.#skip()) return END;
        if (!this.#is(char === '{' ? '}' : ']')) {
          if (char === '[') continue;
          wrong = this.#key();
          if (wrong !== undefined) return wrong;
          continue;
        }
        this.#at++;
        open.pop();
      } else {
        if (char === '"') wrong = this.#string();
        else if (/[-0-9]/.test(char)) wrong = this.#number();
        else if (LITERALS[char] !== undefined) wrong = this.#literal(LITERALS[char]);
        else wrong = this.#unexpected('looking for beginning of value');
        if (wrong !== undefined) return wrong;
      }
      const after = this.#afterValue(open);
      if (after !== 'more') return after;
    }
  }

  /** Closes what ends here: 'more' when another value must follow, undefined at the good end of the text. */
  #afterValue(open: string[]): 'more' | string | undefined {
    for (;;) {
      const inside = open.at(-1);
      const ended = !this.#skip();
      if (inside === undefined) return ended ? undefined : this.#unexpected('after top-level value');
      if (ended) return END;
      if (this.#is(',')) {
        this.#at++;
        return inside === '[' ? 'more' : (this.#key() ?? 'more');
      }
      if (!this.#is(inside === '[' ? ']' : '}')) {
        return this.#unexpected(inside === '[' ? 'after array element' : 'after object key:value pair');
      }
      this.#at++;
      open.pop();
    }
  }
}

/** The scanner's complaint about the bytes of a text; undefined when they are one JSON value. */
export const jsonComplaint = (bytes: Uint8Array): string | undefined => new SyntaxScanner(bytes).complaint();
