/**
 * ApplicationSets out of files: every document of every `-f`, with where in the file each part of a set
 * stands, so that errors can point at the line a person has to mend. A List, as `kubectl get -o yaml`
 * prints it, is its items.
 */
import type { ApplicationSet } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
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
 * a field's text moves along with it.
 */
export function placeInFile(error: AppsetError, file: SetFile): AppsetError {
  const { field, generator, position } = error.place;
  const path = field ?? (generator === undefined ? undefined : `spec.${generator}`);
  if (path === undefined || position?.file !== undefined) return error;
  // What is wrong with a whole value is shown at the value, whatever part of its text is named.
  const inText = error.kind === 'validation' ? undefined : position;
  const key = positionIn(file, path, 'key');
  const value = positionIn(file, path, 'value');
  const isScalar =
    value.line === key.line && !/[[{]/.test(file.text.split('\n')[value.line - 1]?.[value.column - 1] ?? '');
  const start = inText !== undefined || (error.kind === 'validation' && isScalar) ? value : key;
  return new AppsetError(error.code, error.message, {
    place: { ...error.place, position: inText === undefined ? start : moved(start, inText, file.text) },
    cause: error.cause ?? error,
    retryable: error.retryable,
  });
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
