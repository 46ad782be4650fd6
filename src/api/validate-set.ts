/**
 * Checks an ApplicationSet as its author wrote it, before anything runs: fields nobody reads with the
 * place where they belong, values the schema refuses, and entries of `spec.generators` that name no
 * generator or an unknown one. What the schema says is worded as the API server words it.
 */
import { AppsetError, type ErrorCode } from '../support/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../support/json.ts';
import { schemaOf } from './crds.ts';
import { inspectStruct } from './decode-struct.ts';
import { GENERATOR_FIELDS } from './generator-fields.ts';
import { problemText, type Schema, validateSchema } from './schema.ts';
import { structFields } from './struct-tables.ts';
import { adviseField, nearest } from './unknown-fields.ts';

const COMBINED: Readonly<Record<string, string>> = { matrix: 'MatrixGenerator', merge: 'MergeGenerator' };
const NESTED = 'ApplicationSetNestedGenerator';

let schema: Schema | undefined;

/**
 * All mistakes, in order of the object; empty when there are none. Codes: APPSET_E0103 an unknown field,
 * APPSET_E0102 a value that does not fit the schema, APPSET_E0201 an entry that is no generator.
 * `place.field` is the path.
 *
 * @param set the object as parsed, whatever it is
 */
export function validateSet(set: JsonObject): readonly AppsetError[] {
  return new SetCheck().run(set);
}

class SetCheck {
  readonly #errors: AppsetError[] = [];

  run(set: JsonObject): readonly AppsetError[] {
    schema ??= schemaOf('ApplicationSet');
    const problems = validateSchema(schema, set);
    for (const problem of problems) this.#add('APPSET_E0102', problem.path, problemText(problem));
    this.#unknown(set);
    const spec = isJsonObject(set.spec) ? set.spec : {};
    if (Array.isArray(spec.generators)) {
      this.#entries(spec.generators, 'spec.generators', 'ApplicationSetGenerator');
    }
    return this.#errors;
  }

  #add(code: ErrorCode, path: string, message: string): void {
    this.#errors.push(new AppsetError(code, message, path === '' ? {} : { place: { field: path } }));
  }

  /** Fields the structs do not know; entries of generators are told on their own. */
  #unknown(set: JsonObject): void {
    for (const path of inspectStruct('ApplicationSet', set, { exactNames: true }).unknownFields) {
      if (/^spec\.generators\[\d+\](?:\.(?:matrix|merge)\.generators\[\d+\])?\.[^.[]+$/.test(path)) continue;
      this.#unknownField(path, adviseField('ApplicationSet', path).text);
    }
  }

  #unknownField(path: string, advice: string): void {
    this.#add('APPSET_E0103', path, `unknown field "${path}"${advice === '' ? '' : `: ${advice}`}`);
  }

  #entries(entries: readonly Json[], path: string, struct: string): void {
    for (const [index, entry] of entries.entries()) {
      if (isJsonObject(entry)) this.#entry(entry, `${path}[${index}]`, struct);
    }
  }

  #entry(entry: JsonObject, path: string, struct: string): void {
    const known = new Set(structFields(struct).map((field) => field.json));
    const unknown = Object.keys(entry).filter((key) => !known.has(key));
    for (const key of unknown) this.#unknownKey(key, `${path}.${key}`, struct);
    const named = GENERATOR_FIELDS.filter((field) => entry[field] !== undefined && entry[field] !== null);
    if (named.length === 0 && unknown.length === 0) {
      this.#add(
        'APPSET_E0201',
        path,
        `${path} names no generator: one of ${GENERATOR_FIELDS.join(', ')} is needed`,
      );
    }
    for (const field of named) {
      if (COMBINED[field] !== undefined)
        this.#children(entry[field] as Json, `${path}.${field}`, COMBINED[field], struct);
    }
  }

  #unknownKey(key: string, path: string, struct: string): void {
    const meant = nearest(key, GENERATOR_FIELDS);
    if (meant !== undefined) {
      this.#add('APPSET_E0201', path, `${path}: there is no generator "${key}": did you mean "${meant}"?`);
      return;
    }
    const advice = adviseField(struct, key);
    const place = path.slice(0, -key.length - 1);
    const text = advice.belongs === undefined ? advice.text : `it belongs in ${place}.${advice.belongs}`;
    if (text !== '') this.#unknownField(path, text);
    else {
      const list = GENERATOR_FIELDS.join(', ');
      this.#add('APPSET_E0201', path, `${path}: there is no generator "${key}": there are ${list}`);
    }
  }

  /** Children of a matrix or merge; from the second level on the API server takes them as they come. */
  #children(value: Json, path: string, struct: string, parent: string): void {
    if (!isJsonObject(value)) {
      // The outer levels are described by the schema, which has told already.
      if (parent === NESTED) this.#add('APPSET_E0102', path, `${path}: must be an object`);
      return;
    }
    if (parent === NESTED) this.#deepStruct(value, path, struct);
    if (Array.isArray(value.generators)) {
      this.#entries(value.generators, `${path}.generators`, NESTED);
    } else if (parent === NESTED && value.generators === undefined) {
      this.#add('APPSET_E0102', `${path}.generators`, `${path}.generators: Required value`);
    }
  }

  #deepStruct(value: JsonObject, path: string, struct: string): void {
    const { unknownFields, problem } = inspectStruct(struct, value, { exactNames: true, path });
    if (problem !== undefined) this.#errors.push(problem);
    for (const field of unknownFields) {
      const local = field.slice(path.length + 1);
      if (/^generators\[\d+\]\.[^.[]+$/.test(local)) continue;
      const advice = adviseField(struct, local);
      const text = advice.belongs === undefined ? advice.text : `it belongs in ${path}.${advice.belongs}`;
      this.#unknownField(field, text);
    }
  }
}
