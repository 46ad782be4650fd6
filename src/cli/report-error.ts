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
  const lines = [`${paint.red(`Error ${error.code}:`)} ${printable(error.message)}`];
  const where = placeLine(error);
  if (where !== '') lines.push(`  at ${printable(where)}`);
  const position = error.place.position;
  if (position !== undefined) {
    if (position.file !== undefined)
      lines.push(`  ${printable(position.file)}:${position.line}:${position.column}`);
    if (position.source !== undefined)
      lines.push('', indent(printable(caretExcerpt(position.source, position.line, position.column))));
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

const indent = (text: string) =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
