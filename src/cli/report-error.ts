/**
 * How an error reads on a terminal: code and message, where it happened, the excerpt with a caret
 * where there is a position, and what to do. A defect shows its stack, because we want the report.
 */
import { CATALOGUE } from '../support/catalogue.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { caretExcerpt } from '../support/excerpt.ts';
import { colours, printable, type Style } from './terminal.ts';

/** The error as text that ends in a newline. */
export function describeError(error: unknown, style: Style): string {
  const paint = colours(style);
  if (!(error instanceof AppsetError)) {
    const stack = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
    return `${paint.red('Error APPSET_E9999:')} a defect of appset: ${stack}\n`;
  }
  const [title = '', ...rest] = printable(error.message).split('\n');
  const lines = [`${paint.red(`Error ${error.code}:`)} ${title}`];
  const where = placeLine(error);
  if (where !== '') lines.push(`  at ${printable(where)}`);
  const position = error.place.position;
  if (position === undefined) lines.push(...rest.map((line) => `  ${line}`.trimEnd()));
  else {
    if (position.file !== undefined)
      lines.push('', `  ${printable(position.file)}:${position.line}:${position.column}`);
    if (position.source !== undefined) lines.push(excerpt(position.source, position, rest));
    else lines.push(...rest.map((line) => `  ${line}`.trimEnd()));
  }
  const help = CATALOGUE[error.code].help;
  if (help !== '') lines.push(`  ${paint.dim(help)}`);
  return `${lines.join('\n')}\n`;
}

function placeLine(error: AppsetError): string {
  const { set, generator, element, field } = error.place;
  return [
    set === undefined ? '' : `set ${set}`,
    generator ?? '',
    element === undefined ? '' : `element ${element}`,
    field ?? '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** The excerpt with the rest of the message beside and below the caret. */
function excerpt(
  source: string,
  at: { readonly line: number; readonly column: number },
  rest: readonly string[],
): string {
  const [beside, ...below] = rest;
  const text = caretExcerpt(printable(source), at.line, at.column);
  return [
    ...`${text}${beside === undefined ? '' : ` ${beside}`}`.split('\n').map((line) => `  ${line}`.trimEnd()),
    ...below.map((line) => (line.startsWith(' ') ? `        ${line}` : `  ${line}`)),
  ].join('\n');
}
