/**
 * ApplicationSets out of files: every document of every `-f`, with where in the file each part of a set
 * stands, so that errors can point at the line a person has to mend.
 */
import type { ApplicationSet } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { parseYamlDocuments, type YamlDocument } from '../support/yaml.ts';
import { readText } from './facts.ts';

export interface SetFile {
  readonly file: string;
  readonly text: string;
  readonly document: YamlDocument;
  readonly set: ApplicationSet;
}

/**
 * The ApplicationSets of files, in order; documents of other kinds are passed over.
 *
 * @param files paths; `-` is standard input
 * @throws AppsetError APPSET_E0101 for YAML that cannot be read, APPSET_E0104 when there is no set at all
 */
export function readSets(files: readonly string[]): SetFile[] {
  const sets = files.flatMap((file) => {
    const text = readText(file);
    return parseYamlDocuments(text, file)
      .filter(({ value }) => isJsonObject(value) && value.kind === 'ApplicationSet')
      .map((document) => ({ file, text, document, set: withMetadata(document, file) }));
  });
  if (sets.length === 0)
    throw new AppsetError('APPSET_E0104', `${files.join(', ')}: no object of kind ApplicationSet`);
  return sets;
}

function withMetadata(document: YamlDocument, file: string): ApplicationSet {
  const set = document.value as unknown as ApplicationSet;
  if (
    !isJsonObject(set.metadata as never) ||
    typeof set.metadata.name !== 'string' ||
    set.metadata.name === ''
  ) {
    const { line, column } = document.position('metadata');
    throw new AppsetError('APPSET_E0102', 'metadata.name: Required value', {
      place: { position: { file, line, column } },
    });
  }
  return set.metadata.namespace === undefined
    ? { ...set, metadata: { ...set.metadata, namespace: 'argocd' } }
    : set;
}

/**
 * The error with its position in the file: a field becomes the line it stands on, and a position inside
 * a field's text moves along with it.
 */
export function placeInFile(error: AppsetError, { file, text, document }: SetFile): AppsetError {
  const { field, generator, position } = error.place;
  const path = field ?? (generator === undefined ? undefined : `spec.${generator}`);
  if (path === undefined || position?.file !== undefined) return error;
  const start = document.position(path, position === undefined ? 'key' : 'value');
  const lines = text.split('\n');
  const opening = lines[start.line - 1]?.[start.column - 1] ?? '';
  let { line, column } = start;
  if (position !== undefined) {
    if (opening === '|' || opening === '>') {
      line = start.line + position.line;
      column = (/^ */.exec(lines[start.line] ?? '')?.[0].length ?? 0) + position.column;
    } else if (position.line === 1) {
      column = start.column + position.column - 1 + (opening === "'" || opening === '"' ? 1 : 0);
    }
  }
  return new AppsetError(error.code, error.message, {
    place: { ...error.place, position: { file, line, column, source: text } },
    cause: error.cause ?? error,
    retryable: error.retryable,
  });
}
