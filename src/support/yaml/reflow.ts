/**
 * go-yaml lets the lines of a flow collection or a quoted scalar stand anywhere, even left of their
 * parent (as `toPrettyJson` in a template leaves them); the library wants them indented. Their
 * indentation means nothing, so a text that was refused is tried again with those lines moved right.
 * The scan here is rough: what it gets wrong is refused again.
 */
import { LIMITS } from '../limits.ts';

export interface Reflowed {
  readonly text: string;
  /** the offset in the original text for one in this */
  readonly original: (offset: number) => number;
}

/** The text with continuation lines indented; undefined when there are none, or a document ends within one. */
export function reflow(text: string): Reflowed | undefined {
  const scan = new Scan(text);
  scan.run();
  const at = scan.continuations;
  const deepest = Math.max(
    ...(text.match(/^ +/gm) ?? ['']).slice(0, LIMITS.yamlDepth).map((run) => run.length),
  );
  const pad = ' '.repeat(deepest + 2);
  if (at.length === 0 || scan.broken || text.length + at.length * pad.length > LIMITS.yamlFileBytes)
    return undefined;
  const pieces: string[] = [];
  let from = 0;
  for (const offset of at) {
    pieces.push(text.slice(from, offset), pad);
    from = offset;
  }
  pieces.push(text.slice(from));
  return { text: pieces.join(''), original: (offset) => originalOf(offset, at, pad.length) };
}

function originalOf(offset: number, insertions: readonly number[], size: number): number {
  let shift = 0;
  for (const at of insertions) {
    if (at + shift >= offset) break;
    shift += Math.min(size, offset - at - shift);
  }
  return offset - shift;
}

class Scan {
  /** offsets at which continuation lines begin */
  readonly continuations: number[] = [];
  broken = false;
  readonly #text: string;
  #at = 0;
  /** a value may begin here */
  #fresh = true;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    while (this.#at < this.#text.length && !this.broken) this.#block();
  }

  #block(): void {
    const char = this.#text[this.#at] as string;
    const next = this.#text[this.#at + 1];
    if (char === '\n') this.#fresh = true;
    if (char === '#' && this.#afterSpace()) this.#toLineEnd();
    else if (this.#fresh && /["'[{|>&!]/.test(char)) this.#value(char);
    else {
      if (!this.#fresh) this.#fresh = char === ':' && isSpace(next);
      else if (!isSpace(char) && !(/[-?:]/.test(char) && isSpace(next))) this.#fresh = false;
      this.#at++;
    }
  }

  #value(char: string): void {
    if (char === '&' || char === '!') this.#word();
    else if (char === '|' || char === '>') this.#literal();
    else {
      this.#fresh = false;
      if (char === '[' || char === '{') this.#flow();
      else this.#quoted(char);
    }
  }

  #flow(): void {
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at] as string;
      if (char === '\n') this.#continues();
      else if (char === '[' || char === '{') depth++;
      else if (char === ']' || char === '}') {
        if (--depth === 0) {
          this.#at++;
          return;
        }
      } else if (char === '#' && this.#afterSpace()) {
        this.#toLineEnd();
        this.#at--;
      } else if ((char === '"' || char === "'") && /[\s[{,:]/.test(this.#text[this.#at - 1] ?? ' ')) {
        this.#quoted(char);
        this.#at--;
      }
    }
  }

  #quoted(quote: string): void {
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at];
      if (char === '\n') this.#continues();
      else if (char === '\\' && quote === '"') {
        if (this.#text[this.#at + 1] !== '\n') this.#at++;
      } else if (char === quote) {
        this.#at++;
        if (quote === '"' || this.#text[this.#at] !== quote) return;
      }
    }
  }

  /** A block scalar: its lines are those indented deeper than the line it begins on. */
  #literal(): void {
    const lineStart = this.#text.lastIndexOf('\n', this.#at) + 1;
    const indent = /^ */.exec(this.#text.slice(lineStart, this.#at))?.[0].length ?? 0;
    this.#toLineEnd();
    while (this.#at < this.#text.length) {
      const end = this.#text.indexOf('\n', this.#at + 1);
      const line = this.#text.slice(this.#at + 1, end === -1 ? this.#text.length : end);
      const deeper = line.trim() === '' || (/^ */.exec(line)?.[0].length ?? 0) > indent;
      if (!deeper) return;
      this.#at = end === -1 ? this.#text.length : end;
    }
  }

  #continues(): void {
    const begin = this.#at + 1;
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(this.#text.slice(begin, begin + 4))) this.broken = true;
    this.continuations.push(begin);
  }

  #afterSpace(): boolean {
    return this.#at === 0 || /\s/.test(this.#text[this.#at - 1] ?? '');
  }

  #toLineEnd(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #word(): void {
    while (this.#at < this.#text.length && !isSpace(this.#text[this.#at])) this.#at++;
  }
}

const isSpace = (char: string | undefined): boolean => char === undefined || /\s/.test(char);
