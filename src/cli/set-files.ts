/**
 * ApplicationSets out of files: every document of every `-f`, with where in the file each part of a set
 * stands, so that errors can point at the line a person has to mend. A List, as `kubectl get -o yaml`
 * prints it, is its items.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { schemaOf } from '../api/crds.ts';
import type { ApplicationSet } from '../api/objects.ts';
import { problemText, type SchemaProblem, validateSchema } from '../api/schema.ts';
import { AppsetError, type ErrorPlace } from '../support/errors.ts';
import { fileProblem } from '../support/file-problem.ts';
import { isJsonObject, type Json, type JsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { parseYamlDocuments, type YamlDocument } from '../support/yaml.ts';
import { readText, shownName } from './facts.ts';

export interface SetFile {
  readonly file: string;
  readonly text: string;
  /** of the text */
  readonly lines: readonly string[];
  readonly document: YamlDocument;
  /** before a path of the set in the document: '' or `items[3].` */
  readonly prefix: string;
  readonly set: ApplicationSet;
}

/**
 * The ApplicationSets of files, in order; objects of other kinds are passed over.
 *
 * @param files paths; `-` is standard input, a folder stands for the YAML and JSON files in it
 * @param namespace of sets that name none
 * @throws AppsetError APPSET_E0101 for YAML that cannot be read, APPSET_E0102 for a set without a name or
 *   not of the shape of one, APPSET_E0104 when there is no set at all, APPSET_E0804 for an unreadable file
 */
export function readSets(files: readonly string[], namespace = 'argocd'): SetFile[] {
  const others = new Set<string>();
  const sets = files.flatMap(filesOf).flatMap((name) => {
    const file = shownName(name);
    const text = readText(name);
    const lines = text.split('\n');
    return parseYamlDocuments(text, file).flatMap((document) => {
      for (const kind of kindsOf(document.value)) others.add(kind);
      return setsOf(document.value).map(({ value, prefix }) => {
        const place = { file, text, lines, document, prefix };
        return { ...place, set: asSet(value, place, namespace) };
      });
    });
  });
  if (sets.length === 0) {
    const shown = [...others].slice(0, LIMITS.namesShown).join(', ');
    const found =
      shown === '' ? '' : `, only ${shown}${others.size > LIMITS.namesShown ? ' and others' : ''}`;
    throw new AppsetError(
      'APPSET_E0104',
      `${files.map(shownName).join(', ')}: no object of kind ApplicationSet${found}`,
    );
  }
  return sets;
}

/** The files a path stands for: those of a folder in order of name, not of folders in it. */
function filesOf(path: string): readonly string[] {
  if (path === '-' || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.(?:ya?ml|json)$/.test(entry.name))
      .map((entry) => join(path, entry.name))
      .sort();
  } catch (error) {
    throw new AppsetError('APPSET_E0804', `${path} cannot be read: ${fileProblem(error)}`, { cause: error });
  }
}

/** Kinds of what is no set: one of them may be a misspelt set. */
function kindsOf(value: Json): readonly string[] {
  if (!isJsonObject(value)) return [];
  const { kind, items } = value;
  if (Array.isArray(items) && /List$/.test(String(kind))) return items.flatMap(kindsOf);
  return [typeof kind === 'string' && kind !== '' ? kind : 'an object without kind'];
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

const SHAPE = new Set(['spec', 'spec.generators', 'spec.goTemplateOptions']);

/** What keeps a set from being evaluated at all; whatever else is wrong is told beside what it generates. */
const misshapen = (value: JsonObject): SchemaProblem | undefined =>
  validateSchema(schemaOf('ApplicationSet'), value).find(
    ({ path, reason }) => path === 'spec' || (SHAPE.has(path) && reason === 'FieldValueTypeInvalid'),
  );

function asSet(value: JsonObject, place: Omit<SetFile, 'set'>, namespace: string): ApplicationSet {
  const metadata = isJsonObject(value.metadata) ? value.metadata : {};
  if (typeof metadata.name !== 'string' || metadata.name === '') {
    const field = 'metadata.name';
    const position = positionIn(place, field, 'key');
    throw new AppsetError('APPSET_E0102', `${field}: Required value`, { place: { field, position } });
  }
  const { name } = metadata;
  const own = typeof metadata.namespace === 'string' ? metadata.namespace : namespace;
  const problem = misshapen(value);
  if (problem !== undefined) {
    const { path: field } = problem;
    const position = positionIn(place, field, 'key');
    throw new AppsetError('APPSET_E0102', problemText(problem), {
      place: { set: `${own}/${name}`, field, position },
    });
  }
  return { ...value, metadata: { ...metadata, name, namespace: own } } as unknown as ApplicationSet;
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
      : moved(positionIn(file, path, 'value'), inside, file.lines);
  }
  if (own === undefined) return undefined;
  const key = positionIn(file, own, 'key');
  if (position?.source === undefined) return key;
  const found = findText(file.lines, position.source, key.line);
  if (found !== undefined) return moved({ ...key, ...found }, position, file.lines);
  return element === undefined ? key : { ...position, file: element };
}

/** Where a value is shown: at itself when that is asked for and it is a scalar, else at its key. */
function startOf(file: SetFile, path: string, atValue: boolean): Position {
  const key = positionIn(file, path, 'key');
  if (!atValue) return key;
  const value = positionIn(file, path, 'value');
  const opening = file.lines[value.line - 1]?.[value.column - 1] ?? '';
  return value.line === key.line && opening !== '{' && opening !== '[' ? value : key;
}

/** The place of a text of one line, from a line downwards. */
function findText(
  lines: readonly string[],
  wanted: string,
  from: number,
): { line: number; column: number } | undefined {
  if (wanted.includes('\n')) return undefined;
  for (let line = from; line <= lines.length; line++) {
    const at = (lines[line - 1] ?? '').indexOf(wanted);
    if (at >= 0) return { line, column: at + 1 };
  }
  return undefined;
}

type Position = ReturnType<typeof positionIn>;

/** A position inside the text of the scalar that begins at `start`. */
function moved(
  start: Position,
  inside: { readonly line: number; readonly column: number },
  lines: readonly string[],
): Position {
  const opening = lines[start.line - 1]?.[start.column - 1] ?? '';
  if (opening === '|' || opening === '>') {
    const indent = /^ */.exec(lines[start.line] ?? '')?.[0].length ?? 0;
    return { ...start, line: start.line + inside.line, column: indent + inside.column };
  }
  if (inside.line > 1) return start;
  const quote = opening === "'" || opening === '"' ? 1 : 0;
  return { ...start, column: start.column + inside.column - 1 + quote };
}
