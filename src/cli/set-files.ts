/**
 * ApplicationSets out of files: every document of every `-f`, with where in the file each part of a set
 * stands, so that errors can point at the line a person has to mend. A List, as `kubectl get -o yaml`
 * prints it, is its items.
 */
import type { ApplicationSet } from '../api/objects.ts';
import { AppsetError, type ErrorPlace } from '../support/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../support/json.ts';
import { parseYamlDocuments, type YamlDocument } from '../support/yaml.ts';
import { readText, shownName } from './facts.ts';

export interface SetFile {
  readonly file: string;
  readonly text: string;
  readonly document: YamlDocument;
  /** before a path of the set in the document: '' or `items[3].` */
  readonly prefix: string;
  readonly set: ApplicationSet;
}

/**
 * The ApplicationSets of files, in order; objects of other kinds are passed over.
 *
 * @param files paths; `-` is standard input
 * @throws AppsetError APPSET_E0101 for YAML that cannot be read, APPSET_E0102 for a set without a name,
 *   APPSET_E0104 when there is no set at all
 */
export function readSets(files: readonly string[]): SetFile[] {
  const sets = files.flatMap((name) => {
    const file = shownName(name);
    const text = readText(name);
    return parseYamlDocuments(text, file).flatMap((document) =>
      setsOf(document.value).map(({ value, prefix }) => {
        const place = { file, text, document, prefix };
        return { ...place, set: asSet(value, place) };
      }),
    );
  });
  if (sets.length === 0)
    throw new AppsetError(
      'APPSET_E0104',
      `${files.map(shownName).join(', ')}: no object of kind ApplicationSet`,
    );
  return sets;
}

function setsOf(value: Json): { readonly value: JsonObject; readonly prefix: string }[] {
  if (!isJsonObject(value)) return [];
  if (value.kind === 'ApplicationSet') return [{ value, prefix: '' }];
  if (!Array.isArray(value.items) || !/List$/.test(String(value.kind))) return [];
  return value.items.flatMap((item, index) =>
    isJsonObject(item) && (item.kind === 'ApplicationSet' || value.kind === 'ApplicationSetList')
      ? [{ value: item, prefix: `items[${index}].` }]
      : [],
  );
}

function asSet(value: JsonObject, place: Omit<SetFile, 'set'>): ApplicationSet {
  const metadata = isJsonObject(value.metadata) ? value.metadata : {};
  if (typeof metadata.name !== 'string' || metadata.name === '') {
    const field = 'metadata.name';
    const position = positionIn(place, field, 'key');
    throw new AppsetError('APPSET_E0102', `${field}: Required value`, { place: { field, position } });
  }
  const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : 'argocd';
  return { ...value, metadata: { ...metadata, name: metadata.name, namespace } } as unknown as ApplicationSet;
}

const positionIn = (place: Omit<SetFile, 'set'>, path: string, of: 'key' | 'value') => ({
  file: place.file,
  ...place.document.position(`${place.prefix}${path}`, of),
  source: place.text,
});

/**
 * The error with its position in the file: a field becomes the line it stands on, and a position inside
 * a field's text moves along with it. A position inside something else, such as a file of a repository,
 * stays what it is.
 */
export function placeInFile(error: AppsetError, file: SetFile): AppsetError {
  const position = positionOf(error, file);
  return position === undefined
    ? error
    : new AppsetError(error.code, error.message, {
        place: { ...error.place, position },
        cause: error.cause ?? error,
        retryable: error.retryable,
      });
}

function positionOf(error: AppsetError, file: SetFile): ErrorPlace['position'] {
  const { field, generator, element, position } = error.place;
  const own = generator === undefined ? undefined : `spec.${generator}`;
  // A generator names a field of its own by the field alone.
  const path = field === undefined || /^(?:spec|metadata)\b/.test(field) ? field : `${own}.${field}`;
  if (position?.file !== undefined) return undefined;
  if (path !== undefined) {
    // What is wrong with a whole value is shown at the value, whatever part of its text is named.
    const inside = error.kind === 'validation' ? undefined : position;
    return inside === undefined
      ? startOf(file, path, error.kind === 'validation')
      : moved(positionIn(file, path, 'value'), inside, file.text);
  }
  if (own === undefined) return undefined;
  const key = positionIn(file, own, 'key');
  if (position?.source === undefined) return key;
  const found = findText(file.text, position.source, key.line);
  if (found !== undefined) return moved({ ...key, ...found }, position, file.text);
  return element === undefined ? key : { ...position, file: element };
}

/** Where a value is shown: at itself when that is asked for and it is a scalar, else at its key. */
function startOf(file: SetFile, path: string, atValue: boolean): Position {
  const key = positionIn(file, path, 'key');
  if (!atValue) return key;
  const value = positionIn(file, path, 'value');
  const opening = file.text.split('\n')[value.line - 1]?.[value.column - 1] ?? '';
  return value.line === key.line && opening !== '{' && opening !== '[' ? value : key;
}

/** The place of a text of one line, from a line downwards. */
function findText(text: string, wanted: string, from: number): { line: number; column: number } | undefined {
  if (wanted.includes('\n')) return undefined;
  const lines = text.split('\n').slice(from - 1);
  const index = lines.findIndex((line) => line.includes(wanted));
  return index < 0 ? undefined : { line: from + index, column: (lines[index] ?? '').indexOf(wanted) + 1 };
}

type Position = ReturnType<typeof positionIn>;

/** A position inside the text of the scalar that begins at `start`. */
function moved(
  start: Position,
  inside: { readonly line: number; readonly column: number },
  text: string,
): Position {
  const lines = text.split('\n');
  const opening = lines[start.line - 1]?.[start.column - 1] ?? '';
  if (opening === '|' || opening === '>') {
    const indent = /^ */.exec(lines[start.line] ?? '')?.[0].length ?? 0;
    return { ...start, line: start.line + inside.line, column: indent + inside.column };
  }
  if (inside.line > 1) return start;
  const quote = opening === "'" || opening === '"' ? 1 : 0;
  return { ...start, column: start.column + inside.column - 1 + quote };
}
