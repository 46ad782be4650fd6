/**
 * Go's Sprintf (spec go-template §10): reads the directives of a format, takes each its operand and
 * hands both to a `Printer`. What does not fit shows in the text as `%!d(string=x)`, never as an error.
 */
import { GoInt, type GoValue, typeOf, type WorkBudget } from '../values.ts';
import { type Flags, noFlags } from './flags.ts';
import { Printer } from './printer.ts';
import { NIL_TEXT, ownBudget } from './values.ts';

/** Go gives up on widths, precisions and indices beyond this. */
const TOO_LARGE = 1_000_000;

interface Parsed {
  readonly value: number;
  readonly given: boolean;
  readonly next: number;
}

function parseNumber(format: string, start: number, end: number): Parsed {
  let value = 0;
  let at = start;
  while (at < end) {
    const digit = format.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) break;
    if (value > TOO_LARGE) return { value: 0, given: false, next: end };
    value = value * 10 + digit;
    at++;
  }
  return { value, given: at > start, next: at };
}

/** Reads one format; `index` is the operand the next directive takes. */
class Directives {
  readonly #format: string;
  readonly #operands: readonly GoValue[];
  readonly #printer: Printer;
  #at = 0;
  #index = 0;
  #reordered = false;
  #goodIndex = true;

  constructor(format: string, operands: readonly GoValue[], printer: Printer) {
    this.#format = format;
    this.#operands = operands;
    this.#printer = printer;
  }

  run(): void {
    const format = this.#format;
    while (this.#at < format.length) {
      const percent = format.indexOf('%', this.#at);
      const end = percent < 0 ? format.length : percent;
      if (end > this.#at) this.#printer.write(format.slice(this.#at, end));
      if (percent < 0) break;
      this.#at = percent + 1;
      this.#directive();
    }
    if (!this.#reordered && this.#index < this.#operands.length) this.#extra();
  }

  #flags(): Flags {
    const flags = noFlags();
    for (; this.#at < this.#format.length; this.#at++) {
      const char = this.#format[this.#at];
      if (char === '#') flags.sharp = true;
      else if (char === '0') flags.zero = true;
      else if (char === '+') flags.plus = true;
      else if (char === '-') flags.minus = true;
      else if (char === ' ') flags.space = true;
      else break;
    }
    return flags;
  }

  #directive(): void {
    const printer = this.#printer;
    this.#goodIndex = true;
    const flags = this.#flags();
    printer.flags = flags;
    let afterIndex = this.#argumentIndex();
    if (this.#format[this.#at] === '*') {
      this.#at++;
      const width = this.#star();
      if (width === undefined) printer.write('%!(BADWIDTH)');
      else {
        flags.width = Math.abs(width);
        if (width < 0) {
          flags.minus = true;
          flags.zero = false;
        }
      }
      afterIndex = false;
    } else {
      const width = this.#number();
      if (width.given) flags.width = width.value;
      if (afterIndex && width.given) this.#goodIndex = false;
    }
    // a point at the very end is taken for the verb
    if (this.#format[this.#at] === '.' && this.#at + 1 < this.#format.length) {
      this.#at++;
      if (afterIndex) this.#goodIndex = false;
      afterIndex = this.#argumentIndex();
      if (this.#format[this.#at] === '*') {
        this.#at++;
        const precision = this.#star();
        if (precision === undefined || precision < 0) printer.write('%!(BADPREC)');
        else flags.precision = precision;
        afterIndex = false;
      } else flags.precision = this.#number().value;
    }
    if (!afterIndex) this.#argumentIndex();
    if (this.#at >= this.#format.length) {
      printer.write('%!(NOVERB)');
      return;
    }
    const verb = String.fromCodePoint(this.#format.codePointAt(this.#at) as number);
    this.#at += verb.length;
    if (verb === '%') printer.write('%');
    else if (!this.#goodIndex) printer.write(`%!${verb}(BADINDEX)`);
    else if (this.#index >= this.#operands.length) printer.write(`%!${verb}(MISSING)`);
    else {
      if (verb === 'v' || verb === 'w') {
        flags.sharpV = flags.sharp;
        flags.sharp = false;
        flags.plus = false;
      }
      printer.operand(this.#operands[this.#index] as GoValue, verb);
      this.#index++;
    }
  }

  #number(): Parsed {
    const parsed = parseNumber(this.#format, this.#at, this.#format.length);
    this.#at = parsed.next;
    return parsed;
  }

  /** `[n]`: whether one was read. A bad one spoils the directive. */
  #argumentIndex(): boolean {
    const format = this.#format;
    if (format[this.#at] !== '[') return false;
    this.#reordered = true;
    const close = format.indexOf(']', this.#at + 1);
    if (close < 0 || format.length - this.#at < 3) {
      this.#goodIndex = false;
      this.#at++;
      return false;
    }
    const parsed = parseNumber(format, this.#at + 1, close);
    this.#at = close + 1;
    if (!parsed.given || parsed.next !== close) {
      this.#goodIndex = false;
      return false;
    }
    if (parsed.value < 1 || parsed.value > this.#operands.length) this.#goodIndex = false;
    else this.#index = parsed.value - 1;
    return true;
  }

  /** The operand a `*` takes; undefined when it is no integer of a sane size. */
  #star(): number | undefined {
    if (this.#index >= this.#operands.length) return undefined;
    const operand = this.#operands[this.#index++] as GoValue;
    if (!(operand instanceof GoInt)) return undefined;
    const value = Number(operand.v);
    return Math.abs(value) > TOO_LARGE ? undefined : value;
  }

  #extra(): void {
    const printer = this.#printer;
    printer.flags = noFlags();
    printer.write('%!(EXTRA ');
    this.#operands.slice(this.#index).forEach((operand, position) => {
      if (position > 0) printer.write(', ');
      if (operand === null) printer.write(NIL_TEXT);
      else {
        printer.write(`${typeOf(operand)}=`);
        printer.operand(operand, 'v');
      }
    });
    printer.write(')');
  }
}

/**
 * Go's fmt.Sprintf.
 * @param budget counts the work and the bytes made; without one a value of millions of parts is a GoError
 * @example sprintf('%05.1f|%-4d|', [3.14159, goInt(7)]) // '003.1|7   |'
 */
export function sprintf(format: string, operands: readonly GoValue[], budget?: WorkBudget): string {
  const printer = new Printer(budget ?? ownBudget());
  new Directives(format, operands, printer).run();
  return printer.out;
}
