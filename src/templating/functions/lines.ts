/**
 * Breaking and indenting lines (spec sprig-functions §3, §3.3). Widths are bytes; existing newlines
 * mean nothing to wrapping.
 */
import { toBytes } from '../../support/byte-strings.ts';
import { fromBytes } from '../bytes.ts';
import { define } from './define.ts';
import { repeat } from './strings.ts';

const SPACE = 32;

function wrap(width: number, separator: string, text: string, cutsWords: boolean): string {
  const bytes = toBytes(text);
  const { length } = bytes;
  const columns = Math.max(1, width);
  let out = '';
  let at = 0;
  const take = (end: number): void => {
    out += fromBytes(bytes.subarray(at, end)) + separator;
    at = end;
  };
  while (length - at > columns) {
    if (bytes[at] === SPACE) {
      at++;
      continue;
    }
    const space = bytes.subarray(at, at + columns + 1).lastIndexOf(SPACE);
    if (space >= 0) {
      take(at + space);
      at++;
    } else if (cutsWords) {
      take(at + columns);
    } else {
      const next = bytes.indexOf(SPACE, at + columns);
      if (next < 0) break;
      take(next);
      at++;
    }
  }
  return out + fromBytes(bytes.subarray(at));
}

function indent(count: number, text: string, context: { grow(bytes: number): void }): string {
  const lines = text.split('\n');
  const pad = repeat(' ', count, context);
  context.grow(text.length + lines.length * count);
  return pad + lines.join(`\n${pad}`);
}

export const LINE_FUNCTIONS = [
  define('wrap', ['int', 'string'], 'string', ([width, text], context) => {
    context.grow(text.length * 2);
    return wrap(width, '\n', text, false);
  }),
  define('wrapWith', ['int', 'string', 'string'], 'string', ([width, separator, text], context) => {
    context.grow(text.length * (1 + separator.length));
    return wrap(width, separator === '' ? '\n' : separator, text, true);
  }),
  define('indent', ['int', 'string'], 'string', ([count, text], context) => indent(count, text, context)),
  define(
    'nindent',
    ['int', 'string'],
    'string',
    ([count, text], context) => `\n${indent(count, text, context)}`,
  ),
];
