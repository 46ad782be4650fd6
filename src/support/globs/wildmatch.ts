/**
 * The matching of git's pathspecs, byte by byte. Plain: `*`, `?` and classes take `/` too, `**` is `*`.
 * With `pathname` (git's `:(glob)`) they stop at `/`, and `**` between slashes takes any number of
 * directories. Both sides are byte strings: one character a byte. Steps already tried are remembered, so
 * that no pattern can make it exponential.
 */

export interface WildmatchOptions {
  readonly pathname: boolean;
  readonly ignoreCase: boolean;
}

/** Whether `text` as a whole matches; a class that is not closed matches nothing. */
export function wildmatch(pattern: string, text: string, options: WildmatchOptions): boolean {
  return new Matcher(pattern, text, options).matches(0, 0);
}

type OneChar = { readonly matched: boolean; readonly next: number } | undefined;

class Matcher {
  readonly #pattern: string;
  readonly #text: string;
  readonly #pathname: boolean;
  readonly #ignoreCase: boolean;
  readonly #failed = new Set<number>();

  constructor(pattern: string, text: string, options: WildmatchOptions) {
    this.#pattern = options.ignoreCase ? lower(pattern) : pattern;
    this.#text = options.ignoreCase ? lower(text) : text;
    this.#pathname = options.pathname;
    this.#ignoreCase = options.ignoreCase;
  }

  matches(from: number, at: number): boolean {
    const key = from * (this.#text.length + 1) + at;
    if (this.#failed.has(key)) return false;
    const matched = this.#run(from, at);
    if (!matched) this.#failed.add(key);
    return matched;
  }

  #run(from: number, start: number): boolean {
    let at = start;
    for (let p = from; p < this.#pattern.length; ) {
      const char = this.#pattern[p] as string;
      if (char === '*') return this.#star(p, at);
      const one = this.#one(p, at);
      if (one === undefined || !one.matched) return false;
      p = one.next;
      at++;
    }
    return at === this.#text.length;
  }

  /** One character against one piece of the pattern; undefined when the pattern is malformed. */
  #one(p: number, at: number): OneChar {
    const char = this.#pattern[p] as string;
    const given = this.#text[at];
    if (given === undefined) return { matched: false, next: p };
    if (char === '\\') return { matched: this.#pattern[p + 1] === given, next: p + 2 };
    if (char === '?') return { matched: !(this.#pathname && given === '/'), next: p + 1 };
    if (char === '[') return this.#class(p, given);
    return { matched: char === given, next: p + 1 };
  }

  #star(p: number, at: number): boolean {
    let end = p + 1;
    while (this.#pattern[end] === '*') end++;
    let crosses = !this.#pathname;
    if (this.#pathname && end - p > 1) {
      const opens = p === 0 || this.#pattern[p - 1] === '/';
      const closes = end === this.#pattern.length || /^\\?\//.test(this.#pattern.slice(end, end + 2));
      crosses = opens && closes;
      // Between slashes it may stand for no directory at all.
      if (crosses && this.#pattern[end] === '/' && this.matches(end + 1, at)) return true;
    }
    if (end === this.#pattern.length) return crosses || !this.#text.includes('/', at);
    for (let rest = at; rest <= this.#text.length; rest++) {
      if (this.matches(end, rest)) return true;
      if (!crosses && this.#text[rest] === '/') return false;
    }
    return false;
  }

  #class(p: number, given: string): OneChar {
    let at = p + 1;
    const negated = this.#pattern[at] === '!' || this.#pattern[at] === '^';
    if (negated) at++;
    let matched = false;
    let previous = '';
    let first = true;
    for (; first || this.#pattern[at] !== ']'; at++, first = false) {
      let char = this.#pattern[at];
      if (char === undefined) return undefined;
      if (
        char === '-' &&
        previous !== '' &&
        this.#pattern[at + 1] !== undefined &&
        this.#pattern[at + 1] !== ']'
      ) {
        char = this.#pattern[++at] as string;
        if (char === '\\') char = this.#pattern[++at];
        if (char === undefined) return undefined;
        matched ||= this.#inRange(previous, char, given);
        previous = '';
      } else if (char === '[' && this.#pattern[at + 1] === ':') {
        const close = this.#pattern.indexOf(']', at + 2);
        if (close === -1) return undefined;
        if (this.#pattern[close - 1] !== ':' || close - 1 < at + 2) {
          // No `:]`: the bracket stands for itself.
          matched ||= given === '[';
          previous = '[';
          continue;
        }
        const named = NAMED.get(this.#pattern.slice(at + 2, close - 1));
        if (named === undefined) return undefined;
        matched ||=
          named.test(given) ||
          (this.#ignoreCase && /:upper:$/.test(this.#pattern.slice(at, close)) && /[a-z]/.test(given));
        at = close;
        previous = '';
      } else {
        if (char === '\\') char = this.#pattern[++at];
        if (char === undefined) return undefined;
        matched ||= char === given;
        previous = char;
      }
    }
    return { matched: matched !== negated && !(this.#pathname && given === '/'), next: at + 1 };
  }

  #inRange(low: string, high: string, given: string): boolean {
    if (low <= given && given <= high) return true;
    const upper = given.toUpperCase();
    return this.#ignoreCase && /[a-z]/.test(given) && low <= upper && upper <= high;
  }
}

const NAMED: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /[0-9A-Za-z]/],
  ['alpha', /[A-Za-z]/],
  ['blank', /[ \t]/],
  ['cntrl', /[\x00-\x1f\x7f]/],
  ['digit', /[0-9]/],
  ['graph', /[\x21-\x7e]/],
  ['lower', /[a-z]/],
  ['print', /[\x20-\x7e]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['space', /[\t-\r ]/],
  ['upper', /[A-Z]/],
  ['xdigit', /[0-9A-Fa-f]/],
]);

const lower = (text: string): string => text.replace(/[A-Z]/g, (char) => char.toLowerCase());
