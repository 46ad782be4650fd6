/**
 * Validation against a structural schema, with problems worded as a Kubernetes API server words them,
 * so that `appset lint`, the sandbox and a real cluster say the same. Patterns are RE2, linear in time.
 */
import { RE2JS } from 're2js';
import { isJsonObject, type Json, type JsonObject } from '../../support/json.ts';
import { LIMITS } from '../../support/limits.ts';
import { propertyOf } from './prune.ts';
import { isResource, OBJECT_FIELDS, type Schema } from './types.ts';

export interface SchemaProblem {
  /** such as `spec.generators[0].git.repoURL`; '' for the object itself */
  readonly path: string;
  /** reason of a StatusCause */
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueTypeInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueDuplicate';
  /** without the path: `Required value` */
  readonly message: string;
}

/** `spec.generators: Required value` */
export const problemText = ({ path, message }: SchemaProblem): string =>
  path === '' ? message : `${path}: ${message}`;

/** All problems, an object's required fields first; a value of the wrong type is not looked into. */
export function validateSchema(schema: Schema, value: Json): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  check(schema, value, '', true, problems);
  return problems;
}

type Report = SchemaProblem[];

function check(schema: Schema, value: Json, path: string, root: boolean, report: Report): void {
  if (value === null && schema.nullable === true) return;
  const fits = checkType(schema, value, path, report);
  checkEnum(schema, value, path, report);
  if (!fits) return;
  if (typeof value === 'string') checkString(schema, value, path, report);
  else if (typeof value === 'number') checkNumber(schema, value, path, report);
  else if (Array.isArray(value)) checkArray(schema, value, path, report);
  else if (isJsonObject(value)) checkObject(schema, value, path, root, report);
  checkCombined(schema, value, path, report);
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkType(schema: Schema, value: Json, path: string, report: Report): boolean {
  const given = typeName(value);
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const wanted = intOrString ? 'integer,string' : schema.type;
  if (wanted === undefined) return true;
  const fits = intOrString
    ? given === 'integer' || given === 'string'
    : given === wanted || (wanted === 'number' && given === 'integer');
  if (fits) return true;
  report.push({
    path,
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: "${given}": ${inBody(path)} must be of type ${wanted}: "${given}"`,
  });
  return false;
}

const inBody = (path: string): string => (path === '' ? 'in body' : `${path} in body`);

const shown = (value: Json): string => JSON.stringify(value);

function invalid(path: string, value: Json, words: string, report: Report): void {
  const message = `Invalid value: ${shown(value)}: ${inBody(path)} ${words}`;
  report.push({ path, reason: 'FieldValueInvalid', message });
}

function checkEnum(schema: Schema, value: Json, path: string, report: Report): void {
  if (schema.enum === undefined || schema.enum.some((one) => shown(one) === shown(value))) return;
  const supported = schema.enum.map(shown).join(', ');
  const message = `Unsupported value: ${shown(value)}: supported values: ${supported}`;
  report.push({ path, reason: 'FieldValueNotSupported', message });
}

const patterns = new Map<string, RE2JS>();

/** Of length and pattern the first that fails is told. */
function checkString(schema: Schema, value: string, path: string, report: Report): void {
  const length = Array.from(value).length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    const message = `Too long: may not be more than ${schema.maxLength} bytes`;
    report.push({ path, reason: 'FieldValueTooLong', message });
  } else if (schema.minLength !== undefined && length < schema.minLength) {
    invalid(path, value, `should be at least ${schema.minLength} chars long`, report);
  } else if (schema.pattern !== undefined && !matches(schema.pattern, value)) {
    invalid(path, value, `should match '${schema.pattern}'`, report);
  }
  if (schema.format === 'date-time' && !isDateTime(value)) {
    invalid(path, value, `must be of type date-time: ${shown(value)}`, report);
  }
}

function matches(pattern: string, value: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = RE2JS.compile(pattern);
    patterns.set(pattern, compiled);
  }
  return compiled.matcher(value.slice(0, LIMITS.regexInput)).find();
}

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[-+]\d\d:\d\d)$/;
const isDateTime = (value: string): boolean => DATE_TIME.test(value) && !Number.isNaN(Date.parse(value));

function checkNumber(schema: Schema, value: number, path: string, report: Report): void {
  const { minimum, maximum, multipleOf } = schema;
  const strictMinimum = schema.exclusiveMinimum === true;
  const strictMaximum = schema.exclusiveMaximum === true;
  if (minimum !== undefined && (strictMinimum ? value <= minimum : value < minimum)) {
    invalid(path, value, `should be greater than ${strictMinimum ? '' : 'or equal to '}${minimum}`, report);
  }
  if (maximum !== undefined && (strictMaximum ? value >= maximum : value > maximum)) {
    invalid(path, value, `should be less than ${strictMaximum ? '' : 'or equal to '}${maximum}`, report);
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    invalid(path, value, `should be a multiple of ${multipleOf}`, report);
  }
}

function checkArray(schema: Schema, value: readonly Json[], path: string, report: Report): void {
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    invalid(path, value.length, `should have at least ${schema.minItems} items`, report);
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    const message = `Too many: ${value.length}: must have at most ${schema.maxItems} items`;
    report.push({ path, reason: 'FieldValueTooMany', message });
  }
  const { items } = schema;
  if (items !== undefined) {
    for (const [index, item] of value.entries()) check(items, item, `${path}[${index}]`, false, report);
  }
  checkDuplicates(schema, value, path, report);
}

/** Items of a set, and the keys of a list that is a map, occur once. */
function checkDuplicates(schema: Schema, value: readonly Json[], path: string, report: Report): void {
  const kind = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (kind !== 'set' && kind !== 'map') return;
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const key = kind === 'set' ? item : keysOf(item, keys);
    const text = shown(key);
    if (seen.has(text)) {
      report.push({
        path: `${path}[${index}]`,
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${text}`,
      });
    }
    seen.add(text);
  }
}

function keysOf(item: Json, keys: readonly string[]): Json {
  if (!isJsonObject(item)) return item;
  return Object.fromEntries(keys.map((key) => [key, item[key] ?? null]));
}

function checkObject(schema: Schema, value: JsonObject, path: string, root: boolean, report: Report): void {
  const join = (key: string) => (path === '' ? key : `${path}.${key}`);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined) as [string, Json][];
  for (const key of schema.required ?? []) {
    if (value[key] === undefined || !Object.hasOwn(value, key)) {
      report.push({ path: join(key), reason: 'FieldValueRequired', message: 'Required value' });
    }
  }
  if (schema.minProperties !== undefined && entries.length < schema.minProperties) {
    invalid(path, entries.length, `should have at least ${schema.minProperties} properties`, report);
  }
  if (schema.maxProperties !== undefined && entries.length > schema.maxProperties) {
    const message = `Too many: ${entries.length}: must have at most ${schema.maxProperties} items`;
    report.push({ path, reason: 'FieldValueTooMany', message });
  }
  const resource = isResource(schema, root);
  for (const [key, item] of entries) {
    const property = propertyOf(schema, key);
    if (property === undefined) continue;
    // Of the fields every object has, only the types are this schema's business.
    if (resource && OBJECT_FIELDS.has(key)) checkType(property, item, join(key), report);
    else check(property, item, join(key), false, report);
  }
}

function checkCombined(schema: Schema, value: Json, path: string, report: Report): void {
  const valid = (one: Schema): boolean => {
    const inner: Report = [];
    check(one, value, path, false, inner);
    return inner.length === 0;
  };
  const refuse = (words: string) =>
    report.push({ path, reason: 'FieldValueInvalid', message: `Invalid value: "": "${path}" must ${words}` });
  for (const one of schema.allOf ?? []) check(one, value, path, false, report);
  if (schema.anyOf !== undefined && !schema.anyOf.some(valid)) {
    refuse('validate at least one schema (anyOf)');
  }
  const alternatives = schema.oneOf?.filter(valid).length;
  if (alternatives !== undefined && alternatives !== 1) {
    const found = alternatives === 0 ? 'none valid' : `${alternatives} valid alternatives`;
    refuse(`validate one and only one schema (oneOf). Found ${found}`);
  }
  if (schema.not !== undefined && valid(schema.not)) refuse('not validate the schema (not)');
}
