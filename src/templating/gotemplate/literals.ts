/**
 * Quoted strings and characters of the template language (spec go-template §12.1). `\xHH` and octal
 * escapes are bytes.
 */
import { redecode } from '../bytes.ts';

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
};
const HEX_WIDTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

interface Unit {
  readonly value: number;
  /** a byte (`\xHH`, octal) and not a code point */
  readonly isByte: boolean;
  readonly next: number;
}

/** One character or escape sequence between quotes of the kind given. */
function readUnit(text: string, at: number, quote: string): Unit | undefined {
  const char = text[at];
  if (char === undefined || char === quote) return undefined;
  if (char !== '\\') {
    const value = text.codePointAt(at) as number;
    return { value, isByte: false, next: at + (value > 0xffff ? 2 : 1) };
  }
  const letter = text[at + 1];
  if (letter === undefined) return undefined;
  if (letter === quote) return { value: quote.charCodeAt(0), isByte: false, next: at + 2 };
  const simple = Object.hasOwn(SIMPLE, letter) ? SIMPLE[letter] : undefined;
  if (simple !== undefined) return { value: simple, isByte: false, next: at + 2 };
  const width = Object.hasOwn(HEX_WIDTH, letter) ? HEX_WIDTH[letter] : undefined;
  if (width !== undefined) {
    const digits = text.slice(at + 2, at + 2 + width);
    if (digits.length !== width || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
    const value = Number.parseInt(digits, 16);
    const isByte = letter === 'x';
    if (!isByte && (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))) return undefined;
    return { value, isByte, next: at + 2 + width };
  }
  const octal = text.slice(at + 1, at + 4);
  if (!/^[0-7]{3}$/.test(octal)) return undefined;
  const value = Number.parseInt(octal, 8);
  return value > 0xff ? undefined : { value, isByte: true, next: at + 4 };
}

/** The text of a string literal with its quotes (`"…"` or backquotes); undefined: invalid syntax. */
export function unquoteString(literal: string): string | undefined {
  const quote = literal[0];
  const end = literal.length - 1;
  if (end < 1 || literal[end] !== quote) return undefined;
  const body = literal.slice(1, end);
  if (quote === '`') return body.includes('`') ? undefined : body.replaceAll('\r', '');
  if (quote !== '"') return undefined;
  if (!/[\\"\n]/.test(body)) return body;
  let out = '';
  let at = 0;
  while (at < body.length) {
    if (body[at] === '\n') return undefined;
    const unit = readUnit(body, at, '"');
    if (unit === undefined) return undefined;
    out +=
      unit.isByte && unit.value >= 0x80
        ? String.fromCharCode(0xdc00 + unit.value)
        : String.fromCodePoint(unit.value);
    at = unit.next;
  }
  return redecode(out);
}

/** The value of a character constant with its quotes; the error is Go's. */
export function unquoteCharacter(literal: string): number | { readonly error: string } {
  const unit = readUnit(literal, 1, "'");
  if (unit === undefined) return { error: 'invalid syntax' };
  if (literal.slice(unit.next) !== "'") return { error: `malformed character constant: ${literal}` };
  return unit.value;
}
