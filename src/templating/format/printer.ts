/**
 * One operand of a printf under one verb (spec go-template §10.3). The flags of the directive hold for
 * every element of a list or map inside it, as in Go. Padding counts runes; sizes are announced to
 * the budget before text is made.
 */

import { canBackquote, goQuote, goQuoteRune, isPrintable, runeText } from '../../support/go-quote.ts';
import { LIMITS } from '../../support/limits.ts';
import { byteLength, runeCount, sliceBytes, takeRunes, toBytes } from '../bytes.ts';
import {
  ANY,
  fromByteSlice,
  GoComplex,
  GoError,
  GoErrorValue,
  GoInt,
  GoMap,
  GoObject,
  GoSlice,
  type GoValue,
  typeOf,
  type WorkBudget,
} from '../values.ts';
import { type FloatFormat, formatFloat } from './floats.ts';
import { announce, FUNCTION_ADDRESS, keyValue, MARK, methodText, NIL_TEXT, sortedEntries } from './values.ts';

export interface Flags {
  plus: boolean;
  minus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%#v`: the hash asks for Go syntax there (and the plus of `%+v` for nothing a template could see) */
  sharpV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

export const noFlags = (): Flags => ({
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  sharpV: false,
  width: undefined,
  precision: undefined,
});

const TEXT_VERBS = 'vsqxX';

export class Printer {
  out = '';
  flags: Flags = noFlags();
  readonly #budget: WorkBudget;
  #depth = 0;
  #complaining = false;
  #mark = MARK;

  constructor(budget: WorkBudget) {
    this.#budget = budget;
  }

  write(text: string): void {
    this.#budget.grow(text.length);
    this.out += text;
    if (this.out.length > this.#mark) this.#mark = announce(this.out, this.#budget);
  }

  #padding(count: number, zero: boolean): string {
    if (count <= 0) return '';
    this.#budget.grow(count);
    return (zero && !this.flags.minus ? '0' : ' ').repeat(count);
  }

  /** Writes text at the width of the directive. */
  #pad(text: string, zero = this.flags.zero): void {
    const { width } = this.flags;
    if (width === undefined || width === 0) {
      this.write(text);
      return;
    }
    const padding = this.#padding(width - runeCount(text), zero);
    this.write(this.flags.minus ? text + padding : padding + text);
  }

  /** A whole operand: nil, `%T` and `%p` are settled here. */
  operand(value: GoValue, verb: string): void {
    if (value === null) {
      if (verb === 'v' || verb === 'T') this.#pad(NIL_TEXT);
      else this.#bad(value, verb);
    } else if (verb === 'T') this.#string(typeOf(value), 's', value);
    else if (verb === 'p') this.#pointer(value, verb);
    else this.#value(value, verb);
  }

  #bad(value: GoValue, verb: string): void {
    this.write(`%!${verb}(`);
    if (value === null) this.write(NIL_TEXT);
    else {
      // inside a complaint no method speaks for its value
      const before = this.#complaining;
      this.#complaining = true;
      this.write(`${typeOf(value)}=`);
      this.#value(value, 'v');
      this.#complaining = before;
    }
    this.write(')');
  }

  #value(value: GoValue, verb: string): void {
    switch (typeof value) {
      case 'boolean':
        if (verb === 't' || verb === 'v') this.#pad(String(value));
        else this.#bad(value, verb);
        return;
      case 'number':
        this.#float(value, verb);
        return;
      case 'string':
        this.#string(value, verb, value);
        return;
      default:
    }
    if (value === null) {
      this.write(this.flags.sharpV ? `${ANY}(nil)` : NIL_TEXT);
      return;
    }
    // what wraps an error elsewhere has no meaning here; the bytes of a []byte are refused one by one
    if (verb === 'w' && !(value instanceof GoSlice && value.elem === 'uint8')) {
      this.#bad(value, verb);
      return;
    }
    if (
      TEXT_VERBS.includes(verb) &&
      !this.flags.sharpV &&
      !this.#complaining &&
      !(value instanceof GoComplex)
    ) {
      const text = methodText(value);
      if (text !== undefined) {
        this.#string(text, verb, value);
        return;
      }
    }
    if (value instanceof GoInt) this.#integer(value, verb);
    else if (value instanceof GoMap) this.#nested(() => this.#map(value, verb));
    else if (value instanceof GoSlice) this.#nested(() => this.#slice(value, verb));
    else if (value instanceof GoObject) this.#object(value, verb);
    else this.#pointer(value, verb);
  }

  #object(value: GoObject, verb: string): void {
    if (value instanceof GoComplex) this.#complex(value, verb);
    else if (verb !== 'v') this.#bad(value, verb);
    else if (value instanceof GoErrorValue) {
      this.#pad(this.flags.sharpV ? `&errors.errorString{s:${goQuote(value.text)}}` : `&{${value.text}}`);
    } else this.#pad(this.flags.sharpV ? value.goSyntax() : value.format());
  }

  /** Both parts under the verb, the second always with its sign. */
  #complex(value: GoComplex, verb: string): void {
    if (!'vbgGxXfFeE'.includes(verb)) {
      this.#bad(value, verb);
      return;
    }
    const { plus } = this.flags;
    this.write('(');
    this.#float(value.real, verb);
    this.flags.plus = true;
    this.#float(value.imaginary, verb);
    this.flags.plus = plus;
    this.write('i)');
  }

  #nested(write: () => void): void {
    if (++this.#depth > LIMITS.valueDepth) throw new GoError('value is nested too deeply to print');
    write();
    this.#depth--;
  }

  #pointer(value: GoValue, verb: string): void {
    const hasAddress =
      value instanceof GoMap ||
      value instanceof GoSlice ||
      (value instanceof GoObject && value.kind === 'ptr') ||
      (typeof value === 'object' && value !== null && 'call' in value);
    if (hasAddress && (verb === 'p' || verb === 'v')) this.#pad(FUNCTION_ADDRESS);
    else this.#bad(value, verb);
  }

  #map(map: GoMap, verb: string): void {
    this.#budget.spend(map.size);
    const go = this.flags.sharpV;
    if (go && map.isNil) {
      this.write(`${typeOf(map)}(nil)`);
      return;
    }
    this.write(go ? `${typeOf(map)}{` : 'map[');
    sortedEntries(map).forEach(([key, item], position) => {
      if (position > 0) this.write(go ? ', ' : ' ');
      this.#value(keyValue(map, key), verb);
      this.write(':');
      this.#value(item, verb);
    });
    this.write(go ? '}' : ']');
  }

  #slice(slice: GoSlice, verb: string): void {
    this.#budget.spend(slice.items.length);
    const go = this.flags.sharpV;
    if (slice.elem === 'uint8' && 'sqxX'.includes(verb)) {
      this.#string(fromByteSlice(slice), verb, slice);
      return;
    }
    if (go && slice.isNil) {
      this.write(`${typeOf(slice)}(nil)`);
      return;
    }
    this.write(go ? `${verb === 'v' ? typeOf(slice).replace('[]uint8', '[]byte') : typeOf(slice)}{` : '[');
    // the bytes of a []byte are plain numbers under %d and %v
    const itemVerb = slice.elem === 'uint8' && verb === 'v' && !go ? 'd' : verb;
    slice.items.forEach((item, position) => {
      if (position > 0) this.write(go ? ', ' : ' ');
      this.#value(item, itemVerb);
    });
    this.write(go ? '}' : ']');
  }

  #string(text: string, verb: string, value: GoValue): void {
    const { flags } = this;
    switch (verb) {
      case 'v':
        if (flags.sharpV) this.#quoted(text);
        else this.#pad(this.#truncated(text));
        return;
      case 's':
        this.#pad(this.#truncated(text));
        return;
      case 'q':
        this.#quoted(text);
        return;
      case 'x':
      case 'X':
        this.#hexText(text, verb);
        return;
      default:
        this.#bad(value, verb);
    }
  }

  #truncated(text: string): string {
    const { precision } = this.flags;
    return precision === undefined ? text : takeRunes(text, precision);
  }

  #quoted(text: string): void {
    const cut = this.#truncated(text);
    if (this.flags.sharp && canBackquote(cut)) this.#pad(`\`${cut}\``);
    else this.#pad(goQuote(cut, this.flags.plus));
  }

  #hexText(text: string, verb: string): void {
    const { precision, sharp, space, minus } = this.flags;
    const size = byteLength(text);
    const bytes = toBytes(
      precision !== undefined && precision < size ? sliceBytes(text, 0, precision) : text,
    );
    this.#budget.grow(bytes.length * 5);
    let digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
    if (verb === 'X') digits = digits.map((pair) => pair.toUpperCase());
    const prefix = `0${verb}`;
    let out = '';
    if (digits.length > 0) {
      if (space) out = digits.map((pair) => (sharp ? prefix + pair : pair)).join(' ');
      else out = (sharp ? prefix : '') + digits.join('');
    }
    const padding = this.#padding((this.flags.width ?? 0) - out.length, this.flags.zero);
    this.write(minus ? out + padding : padding + out);
  }

  #integer(value: GoInt, verb: string): void {
    const unsigned = value.kind.startsWith('u');
    switch (verb) {
      case 'v':
        if (this.flags.sharpV && unsigned) this.#hexLiteral(value.v);
        else this.#digits(value.v, 10, verb);
        return;
      case 'd':
        this.#digits(value.v, 10, verb);
        return;
      case 'b':
        this.#digits(value.v, 2, verb);
        return;
      case 'o':
      case 'O':
        this.#digits(value.v, 8, verb);
        return;
      case 'x':
      case 'X':
        this.#digits(value.v, 16, verb);
        return;
      case 'c':
        this.#pad(runeText(rune(value.v)));
        return;
      case 'q':
        this.#pad(goQuoteRune(rune(value.v), this.flags.plus));
        return;
      case 'U':
        this.#unicode(BigInt.asUintN(64, value.v));
        return;
      default:
        this.#bad(value, verb);
    }
  }

  #hexLiteral(value: bigint): void {
    const { sharp } = this.flags;
    this.flags.sharp = true;
    this.#digits(value, 16, 'v');
    this.flags.sharp = sharp;
  }

  #sign(negative: boolean): string {
    if (negative) return '-';
    return this.flags.plus ? '+' : this.flags.space ? ' ' : '';
  }

  #digits(value: bigint, base: number, verb: string): void {
    const { flags } = this;
    const negative = value < 0n;
    const sign = this.#sign(negative);
    let minimum = 0;
    if (flags.precision !== undefined) {
      minimum = flags.precision;
      if (minimum === 0 && value === 0n) {
        this.write(this.#padding(flags.width ?? 0, false));
        return;
      }
    } else if (flags.zero && !flags.minus && flags.width !== undefined) {
      minimum = flags.width - sign.length;
    }
    let digits = (negative ? -value : value).toString(base);
    if (verb === 'X') digits = digits.toUpperCase();
    if (digits.length < minimum) {
      this.#budget.grow(minimum);
      digits = digits.padStart(minimum, '0');
    }
    if (flags.sharp) {
      if (base === 2) digits = `0b${digits}`;
      else if (base === 8 && !digits.startsWith('0')) digits = `0${digits}`;
      else if (base === 16) digits = `${verb === 'X' ? '0X' : '0x'}${digits}`;
    }
    if (verb === 'O') digits = `0o${digits}`;
    this.#pad(sign + digits, false);
  }

  #unicode(value: bigint): void {
    const { precision, sharp } = this.flags;
    const minimum = Math.max(precision ?? 4, 4);
    this.#budget.grow(minimum);
    let text = `U+${value.toString(16).toUpperCase().padStart(minimum, '0')}`;
    if (sharp && value <= 0x10ffffn && isPrintable(Number(value))) text += ` '${runeText(Number(value))}'`;
    this.#pad(text, false);
  }

  #float(value: number, verb: string): void {
    let precision = -1;
    let format: FloatFormat;
    switch (verb) {
      case 'v':
        format = 'g';
        break;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
        format = verb;
        precision = 6;
        break;
      case 'b':
      case 'g':
      case 'G':
      case 'x':
      case 'X':
        format = verb;
        break;
      default:
        this.#bad(value, verb);
        return;
    }
    if (this.flags.precision !== undefined) precision = this.flags.precision;
    this.#budget.grow(Math.max(precision, 0));
    let text = formatFloat(value, format, precision, 64);
    let sign = text.startsWith('-') ? '-' : this.#sign(false);
    if (text.startsWith('-') || text.startsWith('+')) text = text.slice(1);
    if (!Number.isFinite(value)) {
      if (value === Infinity && sign === '') sign = '+';
      this.#pad(sign + text, false);
      return;
    }
    if (this.flags.sharp && verb !== 'b') text = withPoint(text, verb, precision);
    const { width, zero, minus } = this.flags;
    if (sign !== '' && zero && !minus && width !== undefined && width > text.length + sign.length) {
      this.write(sign + this.#padding(width - text.length - sign.length, true) + text);
    } else this.#pad(sign + text);
  }
}

/** What `%#g` and the like show: always a point, and zeros up to the precision. */
function withPoint(text: string, verb: string, precision: number): string {
  const hexadecimal = verb === 'x' || verb === 'X';
  let missing = 0;
  if ('vgGx'.includes(verb)) missing = precision === -1 ? 6 : precision;
  const tailAt = text.search(hexadecimal ? /[pP]/ : /[eE]/);
  let body = tailAt < 0 ? text : text.slice(0, tailAt);
  const tail = tailAt < 0 ? '' : text.slice(tailAt);
  let significant = false;
  for (const char of body) {
    if (char === '.') continue;
    if (char !== '0') significant = true;
    if (significant) missing--;
  }
  if (!body.includes('.')) {
    if (body === '0') missing--;
    body += '.';
  }
  return body + '0'.repeat(Math.max(missing, 0)) + tail;
}

const rune = (value: bigint): number => (value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd);
