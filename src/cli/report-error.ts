/**
 * How an error or a note reads on a terminal: code and message, where it happened, the excerpt with a
 * caret where there is a position, and what to do. A message of several lines goes on beside and below
 * the caret. A defect shows its stack, because we want the report.
 */
import { CATALOGUE } from '../support/catalogue.ts';
import { AppsetError, messageOf, placeText } from '../support/errors.ts';
import { caretExcerpt } from '../support/excerpt.ts';
import { LIMITS } from '../support/limits.ts';
import { colours, count, printable, type Style } from './terminal.ts';

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

/**
 * Many errors as texts, in order: those that differ in their element only are one, and of very many of one
 * kind at one place the first are told and the others counted.
 */
export function describeErrors(errors: readonly AppsetError[], style: Style): readonly string[] {
  const kinds = Map.groupBy(alikeAsOne(errors), (error) => `${error.code} ${placeKey(error)}`);
  return [...kinds.values()].flatMap((alike) => {
    const told = alike.slice(0, LIMITS.namesShown).map((error) => describeError(error, style));
    const more = alike.length - told.length;
    if (more === 0) return told;
    const remark = `${count(more, 'more error')} ${alike[0]?.code} like the last; -o json lists all`;
    return [...told, describeRemark(remark, style)];
  });
}

/** Errors of one text at one place, once, with all their elements. */
function alikeAsOne(errors: readonly AppsetError[]): readonly AppsetError[] {
  const alike = Map.groupBy(errors, (error) => `${error.code} ${placeKey(error)} ${error.message}`);
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    const elements = [...new Set(same.flatMap(({ place }) => place.element ?? []))];
    if (first === undefined) return [];
    if (elements.length < 2) return [first];
    const more = elements.length - LIMITS.namesShown;
    const named = elements.slice(0, LIMITS.namesShown).join(', ');
    const element = more > 0 ? `${named} and ${more} more` : named;
    const { code, message, cause, retryable } = first;
    return [new AppsetError(code, message, { place: { ...first.place, element }, cause, retryable })];
  });
}

function placeKey({ place: { set, generator, field, position } }: AppsetError): string {
  return [set, generator, field, position?.file, position?.line, position?.column].join(' ');
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
