/**
 * The lines around a position with a caret below it, as every error with a position is shown:
 *
 *     18 |     metadata:
 *     19 |       name: '{{.path.basename}}'
 *        |             ^
 *
 * Lines too long for a terminal are cut around the caret. Tabs stand as they are, also below, so that
 * the caret stays in its column.
 */
import { LIMITS } from './limits.ts';

/** The part of a line around a column, and where the column is in it. */
function window(line: readonly string[], column: number): { readonly text: string; readonly before: string } {
  const width = LIMITS.excerptColumns;
  const at = Math.min(Math.max(column - 1, 0), line.length);
  const start = line.length <= width ? 0 : Math.max(0, Math.min(at - width / 2, line.length - width));
  const end = Math.min(line.length, start + width);
  const lead = start > 0 ? '…' : '';
  const before = lead + line.slice(start, at).join('');
  return { text: `${before}${line.slice(at, end).join('')}${end < line.length ? '…' : ''}`, before };
}

/** A line, or the last one, and the line above it: a text may be long, and asked about often. */
function lineAt(source: string, line: number): { number: number; shown: string; above: string } {
  let above = 0;
  let start = 0;
  let number = 1;
  for (let end = source.indexOf('\n'); end >= 0 && number < line; end = source.indexOf('\n', start)) {
    above = start;
    start = end + 1;
    number++;
  }
  const end = source.indexOf('\n', start);
  return {
    number,
    shown: source.slice(start, end < 0 ? undefined : end).replace(/\r$/, ''),
    above: source.slice(above, Math.max(above, start - 1)).replace(/\r$/, ''),
  };
}

/**
 * @param line 1-based; beyond the text the last line is shown
 * @param column 1-based, in characters; one behind the last character is the end of the line
 * @example caretExcerpt("a\n{{.x", 2, 3) // " 1 | a\n 2 | {{.x\n   |   ^"
 */
export function caretExcerpt(source: string, line: number, column: number): string {
  const { number, shown, above } = lineAt(source, Math.max(line, 1));
  const gutter = String(number).length;
  const numbered = (n: number, text: string): string => ` ${String(n).padStart(gutter)} | ${text}`.trimEnd();
  const { text, before } = window(Array.from(shown), column);
  const out: string[] = [];
  if (number > 1) out.push(numbered(number - 1, window(Array.from(above), 1).text));
  out.push(numbered(number, text));
  out.push(` ${' '.repeat(gutter)} | ${before.replace(/[^\t]/gu, ' ')}^`);
  return out.join('\n');
}
