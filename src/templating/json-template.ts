/**
 * Templates in JSON of any shape: `helm.valuesObject`, list elements, plugin parameters (spec
 * generators §2.4.3, §4.1). Strings and keys are rendered at any depth; what is no string is kept, and
 * a rendered string stays a string. Null entries of maps vanish where the reference decodes and encodes
 * again, null items of lists stay. Keys come out in bytewise order.
 */

import type { Json, JsonObject } from '../api/objects.ts';
import { compareBytes } from '../support/byte-strings.ts';
import { asAppsetError } from '../support/errors.ts';
import { memberPath } from '../support/json.ts';
import { type Compilation, type Compiled, listOf, literal, mapOf } from './compiled.ts';
import type { ObjectTemplate } from './contract.ts';

/** The template of a JSON value inside a larger compilation; `field` is its path for messages. */
export function compileJson(
  value: Json,
  compilation: Compilation,
  field: string,
  dropNulls = true,
): Compiled {
  if (typeof value === 'string') return compilation.text(value, field);
  if (value === null || typeof value !== 'object') return literal(value);
  if (Array.isArray(value)) {
    return listOf(
      value.map((item: Json, index) => compileJson(item, compilation, `${field}[${index}]`, dropNulls)),
    );
  }
  const object = value as JsonObject;
  const entries: [Compiled<string>, Compiled][] = [];
  for (const key of Object.keys(object).sort(compareBytes)) {
    const item = object[key];
    if (item === undefined || (dropNulls && item === null)) continue;
    const path = memberPath(field, key);
    entries.push([compilation.text(key, path), compileJson(item, compilation, path, dropNulls)]);
  }
  return mapOf(entries);
}

/** The template of a field that is JSON of any shape to Go; its errors say so. */
export function compileJsonField(value: Json, compilation: Compilation, field: string): Compiled {
  const compiled = compileJson(value, compilation, field);
  if (compiled.literal) return compiled;
  return {
    literal: false,
    render: (params, context) => {
      try {
        return compiled.render(params, context);
      } catch (error) {
        throw asAppsetError(error).prefixed('failed to deeply replace JSON field contents: ');
      }
    },
  };
}

/** A compiled piece as a template of its own. */
export function asTemplate<T extends Json>(
  compiled: Compiled<T>,
  compilation: Compilation,
): ObjectTemplate & { render(...args: Parameters<ObjectTemplate['render']>): T } {
  return {
    nondeterministic: compilation.nondeterministic,
    mutates: compilation.mutates,
    render: compiled.literal ? () => compiled.value : compiled.render,
  };
}
