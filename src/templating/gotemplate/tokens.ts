/**
 * What the lexer hands to the parser. Positions are UTF-16 indices into the source; they become lines
 * and byte columns only when an error is worded.
 */

import { goQuote } from '../../support/go-quote.ts';
import { byteLength, takeRunes } from '../bytes.ts';

export type Keyword =
  | '.'
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with';

export type TokenKind =
  | Keyword
  | 'assign'
  | 'bool'
  | 'char'
  | 'charConstant'
  | 'comment'
  | 'complex'
  | 'declare'
  | 'eof'
  | 'error'
  | 'field'
  | 'identifier'
  | 'leftDelim'
  | 'leftParen'
  | 'number'
  | 'pipe'
  | 'rawString'
  | 'rightDelim'
  | 'rightParen'
  | 'space'
  | 'string'
  | 'text'
  | 'variable';

export interface Token {
  readonly kind: TokenKind;
  /** UTF-16 index in the source */
  readonly at: number;
  /** the source text; of an error token, its message */
  readonly text: string;
}

export const KEYWORDS: ReadonlySet<string> = new Set<Keyword>([
  '.',
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
]);

/** A token as error texts show it (spec go-template §2.6). */
export function tokenText(token: Token): string {
  if (token.kind === 'eof') return 'EOF';
  if (token.kind === 'error') return token.text;
  if (KEYWORDS.has(token.kind)) return `<${token.text}>`;
  if (byteLength(token.text) > 10) return `${goQuote(takeRunes(token.text, 10))}...`;
  return goQuote(token.text);
}
