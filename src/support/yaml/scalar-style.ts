/**
 * How a text may be written (spec sprig §18.2 rules 5-7): plain where it reads back as text, single
 * quotes where characters forbid that, a literal block for several lines, double quotes where nothing
 * else can carry it.
 */
import { isBase60, resolvePlain } from './scalars.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

export interface Analysis {
  readonly style: ScalarStyle;
  readonly multiline: boolean;
}

const BREAK = /[\n\r\u0085\u2028\u2029]/;
const UNPRINTABLE = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;
const UNPRINTABLE_BUT_ASTRAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

/** Whether a character has to be written as an escape. */
export function needsEscape(char: string, people: boolean): boolean {
  return (people ? UNPRINTABLE_BUT_ASTRAL : UNPRINTABLE).test(char) || BREAK.test(char);
}

/**
 * @param simpleKey the text is a key on one line
 * @param people read back alike whatever it is; characters beyond the basic plane (emoji) stand as they are
 */
export function analyse(text: string, simpleKey: boolean, people: boolean): Analysis {
  const multiline = BREAK.test(text);
  return { style: choose(text, simpleKey, multiline, people), multiline };
}

function choose(text: string, simpleKey: boolean, multiline: boolean, people: boolean): ScalarStyle {
  if (text === '') return 'double';
  const special =
    (people ? UNPRINTABLE_BUT_ASTRAL : UNPRINTABLE).test(text) || / [\n\r\u0085\u2028\u2029]/.test(text);
  if (text.includes('\n')) {
    return special || text.endsWith(' ') || simpleKey ? 'double' : 'literal';
  }
  // go-yaml writes `<<` as it is, and reads it as a merge key.
  if (resolvePlainly(text) || (people && text === '<<') || (simpleKey && multiline) || special)
    return 'double';
  const plain = !multiline && !/^ | $/.test(text) && !hasIndicator(text);
  if (plain) return 'plain';
  return /[\r\u0085\u2028\u2029] /.test(text) ? 'double' : 'single';
}

/** Whether a reader would take the plain text for something else than text. */
function resolvePlainly(text: string): boolean {
  const { tag } = resolvePlain(text);
  return (tag !== 'str' && tag !== 'merge') || isBase60(text);
}

function hasIndicator(text: string): boolean {
  return (
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^(?:---|\.\.\.)/.test(text) ||
    /^[?:-](?:[ \t]|$)/.test(text) ||
    /:(?:[ \t]|$)/.test(text) ||
    /[ \t]#/.test(text)
  );
}
