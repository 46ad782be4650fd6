/**
 * How an error or a note reads on a terminal: code and message, where it happened, the excerpt with a
 * caret where there is a position, and what to do. A message of several lines goes on beside and below
 * the caret. A defect shows its stack, because we want the report.
 */
import { CATALOGUE } from '../support/catalogue.ts';
import { AppsetError, messageOf, placeText } from '../support/errors.ts';
import { caretExcerpt } from '../support/excerpt.ts';
import { colours, printable, type Style } from './terminal.ts';

/** The error as text that ends in a newline. */
export function describeError(error: unknown, style: Style): string {
  const paint = colours(style);
  if (!(error instanceof AppsetError)) {
    const stack = error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
    const { help } = CATALOGUE.APPSET_E9999;
    return `${paint.red('Error APPSET_E9999:')} a defect of appset: ${printable(stack)}\n  ${paint.dim(help)}\n`;
  }
  const [title = '', ...rest] = printable(messageFor(error)).trimEnd().split('\n');
  const lines = [`${paint.red(`Error ${error.code}:`)} ${title}`];
  const { position } = error.place;
  const told = rest.length > 0 && error.kind === 'validation';
  const where = told && position?.file !== undefined ? '' : placeLine(error);
  if (where !== '') lines.push(`  at ${printable(where)}`);
  if (position?.file !== undefined)
    lines.push('', `  ${printable(position.file)}:${position.line}:${position.column}`);
  if (position?.source === undefined) lines.push(...rest.map((line) => `  ${line}`.trimEnd()));
  else lines.push(...excerpt(printable(position.source), position, rest));
  if (!endsInAdvice(rest)) lines.push(`  ${paint.dim(CATALOGUE[error.code].help)}`);
  return `${lines.join('\n')}\n`;
}

/** A template's error repeats the template; where an excerpt shows it, its lines are left out. */
function messageFor({ kind, message, place }: AppsetError): string {
  if (kind !== 'template' || place.position?.source === undefined) return message;
  const lines = message.trimEnd().split('\n');
  return lines.length < 3 ? message : `${lines[0]} …${lines.at(-1)?.trimStart()}`;
}

/** What a reader should know and what fails nothing: short, without an excerpt. */
export function describeNote(note: AppsetError, style: Style): string {
  const paint = colours(style);
  const { position } = note.place;
  const where =
    position?.file === undefined ? placeLine(note) : `${position.file}:${position.line}:${position.column}`;
  const lines = [
    `${paint.yellow(`Note ${note.code}:`)} ${printable(note.message).replaceAll('\n', '\n  ')}`,
    ...(where === '' ? [] : [`  at ${printable(where)}`]),
    `  ${paint.dim(CATALOGUE[note.code].help)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** A remark of the command itself, one line. */
export function describeRemark(text: string, style: Style): string {
  return `${colours(style).yellow('Note:')} ${printable(text)}\n`;
}

/** A list under the message whose last line is no item any more says what to do. */
const endsInAdvice = (rest: readonly string[]): boolean => rest.length > 1 && !/^\s/.test(rest.at(-1) ?? ' ');

/** Set, generator and element; the field only where no line of a file shows it. */
function placeLine(error: AppsetError): string {
  const { field, ...place } = error.place;
  if (place.position?.file === undefined) return placeText(error.place);
  return place.generator === undefined && place.element === undefined ? '' : placeText(place);
}

/** The excerpt with the rest of the message beside and below the caret. */
function excerpt(
  source: string,
  at: { readonly line: number; readonly column: number },
  rest: readonly string[],
): string[] {
  const [beside, ...below] = rest;
  const text = caretExcerpt(source, at.line, at.column);
  return [
    ...`${text}${beside === undefined ? '' : ` ${beside}`}`.split('\n').map((line) => `  ${line}`.trimEnd()),
    ...below.map((line) => (line.startsWith(' ') ? `        ${line}` : `  ${line}`).trimEnd()),
  ];
}
