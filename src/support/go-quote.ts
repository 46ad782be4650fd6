/**
 * Go's quoted text (spec go-template §12.2): what `%q`, `quote` and the reference's error texts use.
 * Printable runes stand as themselves, bytes that are not UTF-8 as `\xHH`, everything else as `\uHHHH`
 * or `\UHHHHHHHH`. A byte is one lone surrogate U+DC00+byte (see `templating/bytes.ts`).
 */

const PRINTABLE = /^[ \p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const PLAIN = /^[ !#-[\]-~]*$/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrintable(codePoint: number): boolean {
  if (codePoint < 0x7f) return codePoint >= 0x20;
  return PRINTABLE.test(String.fromCodePoint(codePoint));
}

const hex = (value: number, width: number): string => value.toString(16).padStart(width, '0');

function escapeRune(char: string, quote: string, ascii: boolean): string {
  const code = char.codePointAt(0) as number;
  if (char === quote) return `\\${quote}`;
  const known = ESCAPES[char];
  if (known !== undefined) return known;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code & 0xff, 2)}`;
  if ((code < 0x80 || !ascii) && isPrintable(code)) return char;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** A Go string literal of the text; `ascii` escapes everything beyond ASCII (`%+q`). */
export function goQuote(text: string, ascii = false): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) out += escapeRune(char, '"', ascii);
  return `${out}"`;
}

/** A Go character literal; anything that is no code point becomes U+FFFD. */
export function goQuoteRune(codePoint: number, ascii = false): string {
  return `'${escapeRune(runeText(codePoint), "'", ascii)}'`;
}

/** The text of a code point as Go's string(rune) gives it: surrogates and what lies beyond are U+FFFD. */
export function runeText(codePoint: number): string {
  const valid = codePoint >= 0 && codePoint <= 0x10ffff && !(codePoint >= 0xd800 && codePoint <= 0xdfff);
  return valid ? String.fromCodePoint(codePoint) : '\ufffd';
}

/** Whether the text can stand between backquotes unchanged (`%#q`). */
export function canBackquote(text: string): boolean {
  return text.isWellFormed() && !/[\0-\x08\x0a-\x1f`\x7f\ufeff]/.test(text);
}

/** `U+201C '“'`, the character only where it is printable (`%#U`). */
export function unicodeName(codePoint: number): string {
  const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrintable(codePoint) ? `${name} '${String.fromCodePoint(codePoint)}'` : name;
}
