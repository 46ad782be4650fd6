/**
 * One operand of a printf under one verb (spec go-template §10.3). The flags of the directive hold for
 * every element of a list or map inside it, as in Go. Padding counts runes; sizes are announced to
 * the budget before text is made.
 */

import { toBytes } from '../../support/byte-strings.ts';
import { canBackquote, goQuote } from '../../support/go-quote.ts';
import { LIMITS } from '../../support/limits.ts';
import { byteLength, runeCount, sliceBytes, takeRunes } from '../bytes.ts';
import {
  ANY,
  fromByteSlice,
  GoComplex,
  GoError,
  GoInt,
  GoMap,
  GoObject,
  GoSlice,
  type GoValue,
  typeOf,
  type WorkBudget,
} from '../values.ts';
import { type Flags, noFlags } from './flags.ts';
import { floatParts, integerText } from './numbers.ts';
import { announce, FUNCTION_ADDRESS, keyValue, MARK, methodText, NIL_TEXT, sortedEntries } from './values.ts';

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
      const [complaining, depth] = [this.#complaining, this.#depth];
      this.#complaining = true;
      this.#depth = 0;
      this.write(`${typeOf(value)}=`);
      this.#value(value, 'v');
      this.#complaining = complaining;
      this.#depth = depth;
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
    const parts = value.parts();
    if (value instanceof GoComplex) this.#complex(value, verb);
    else if (parts !== undefined && value.kind === 'ptr' && this.#depth > 0) this.#inner(value, verb);
    else if (parts !== undefined && !this.flags.sharpV) this.#struct(value.kind === 'ptr', parts, verb);
    else if (verb !== 'v') this.#bad(value, verb);
    else this.#pad(this.flags.sharpV ? value.goSyntax() : value.format());
  }

  /** A pointer inside a list or map is not followed. */
  #inner(value: GoObject, verb: string): void {
    if (this.flags.sharpV) this.#pad(value.goSyntax());
    else if ('vdboxX'.includes(verb)) this.#pad(FUNCTION_ADDRESS);
    else this.#bad(value, verb);
  }

  #struct(isPointer: boolean, parts: readonly GoValue[], verb: string): void {
    this.write(isPointer ? '&{' : '{');
    parts.forEach((part, position) => {
      if (position > 0) this.write(' ');
      this.#value(part, verb);
    });
    this.write('}');
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
    this.#announceDigits();
    const text = integerText(value, verb, this.flags);
    if (text === undefined) this.#bad(value, verb);
    // a character is padded like text, digits have their zeros already
    else this.#pad(text, this.flags.zero && (verb === 'c' || verb === 'q'));
  }

  #float(value: number, verb: string): void {
    this.#announceDigits();
    const number = floatParts(value, verb, this.flags);
    if (number === undefined) {
      this.#bad(value, verb);
      return;
    }
    const { sign, digits, finite } = number;
    const { width = 0, zero, minus } = this.flags;
    const missing = width - digits.length - sign.length;
    if (finite && sign !== '' && zero && !minus && missing > 0) {
      this.write(sign + this.#padding(missing, true) + digits);
    } else this.#pad(sign + digits, finite && zero);
  }

  #announceDigits(): void {
    const { width = 0, precision = 0 } = this.flags;
    if (width + precision > 0) this.#budget.grow(Math.max(width, precision));
  }
}
