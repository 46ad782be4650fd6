/**
 * The Application template of a set compiled once and rendered for each param set (spec generators
 * §4.1). The walk follows the Go structs of the template in declaration order, which is the order of
 * rendering (§13 #26): every string, and every key of a map, is a template of its own; numbers,
 * booleans and times are copied; `helm.valuesObject` is JSON of any shape. Fields the structs do not
 * know never come out; what is empty vanishes where Go leaves it out and stands where Go writes it.
 */
import type { ApplicationTemplate, Json, JsonObject } from '../api/objects.ts';
import { encodeStruct, type StructField, structFields } from '../api/structs.ts';
import { BoundedCache } from '../support/bounded-cache.ts';
import { compareBytes } from '../support/byte-strings.ts';
import { isJsonObject, memberPath } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { Compilation, type Compiled, listOf, literal, type Member, mapOf, objectOf } from './compiled.ts';
import type { ObjectTemplate, TemplateMode } from './contract.ts';
import { asTemplate, compileJsonField } from './json-template.ts';
import { modeKey } from './strings.ts';

function compileStruct(value: JsonObject, type: string, compilation: Compilation, path: string): Compiled {
  const members: Member[] = [];
  for (const field of structFields(type)) {
    const item = Object.hasOwn(value, field.json) ? value[field.json] : undefined;
    if (item === undefined || item === null) continue;
    members.push(compileField(item, field, compilation, path));
  }
  return objectOf(members);
}

function compileField(item: Json, field: StructField, compilation: Compilation, path: string): Member {
  const value = compileTyped(item, field.type, compilation, `${path}.${field.json}`);
  return { key: field.json, value, omitEmpty: field.omitEmpty && field.type === 'string' };
}

/** A value of a Go type as the tables write it: `*T`, `[]T`, `map[string]T`, a struct's name, a basic type. */
function compileTyped(value: Json, written: string, compilation: Compilation, path: string): Compiled {
  const type = written.startsWith('*') ? written.slice(1) : written;
  if (value === null) return literal(value);
  if (type === 'RawExtension' || type === 'JSON') return compileJsonField(value, compilation, path);
  if (typeof value === 'string') {
    return type === 'Time' ? literal(value) : compilation.text(value, path);
  }
  if (Array.isArray(value)) {
    const element = type.startsWith('[]') ? type.slice(2) : 'string';
    return listOf(
      value.map((item: Json, index) => compileTyped(item, element, compilation, `${path}[${index}]`)),
    );
  }
  if (!isJsonObject(value)) return literal(value);
  if (type.startsWith('map[string]')) {
    return compileMap(value, type.slice('map[string]'.length), compilation, path);
  }
  return compileStruct(value, type, compilation, path);
}

function compileMap(value: JsonObject, element: string, compilation: Compilation, path: string): Compiled {
  const entries: [Compiled<string>, Compiled][] = [];
  for (const key of Object.keys(value).sort(compareBytes)) {
    const item = value[key];
    if (item === undefined) continue;
    const place = memberPath(path, key);
    entries.push([compilation.text(key, place), compileTyped(item, element, compilation, place)]);
  }
  return mapOf(entries);
}

const cache = new BoundedCache<string, ObjectTemplate>(LIMITS.compiledObjects);

/**
 * The compiled Application template: `metadata` (name, namespace, labels, annotations, finalizers) and
 * the whole `spec`. Strings that cannot be parsed fail when their turn to be rendered comes. Compiled
 * templates are kept by content with a bound.
 *
 * @param template as decoded: of the shape of the structs, unknown fields are dropped
 * @example compileObjectTemplate({ metadata: { name: '{{.app}}' }, spec: {} }, mode).render(params, context)
 */
export function compileObjectTemplate(template: ApplicationTemplate, mode: TemplateMode): ObjectTemplate {
  return cache.getOrMake(`${modeKey(mode)}\0\0${JSON.stringify(template)}`, () => {
    const compilation = new Compilation(mode);
    const value = encodeStruct('ApplicationSetTemplate', template as JsonObject);
    const compiled = compileStruct(value, 'ApplicationSetTemplate', compilation, 'spec.template');
    return asTemplate(compiled, compilation);
  });
}
