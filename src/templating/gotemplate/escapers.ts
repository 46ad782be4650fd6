/** The escapers of html, js and urlquery (spec go-template §12.4). They work on Go strings. */

import { toBytes } from '../../support/byte-strings.ts';
import { isPrintable } from '../../support/go-quote.ts';

const HTML: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\ufffd',
};

export const escapeHtml = (text: string): string =>
  text.replace(/["'&<>\0]/g, (char) => HTML[char] as string);

const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

export function escapeJs(text: string): string {
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    const isByte = code >= 0xdc80 && code <= 0xdcff;
    out +=
      JS[char] ??
      (isByte || isPrintable(code) ? char : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`);
  }
  return out;
}

export function escapeQuery(text: string): string {
  let out = '';
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9_.~-]/.test(char)) out += char;
    else out += char === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
