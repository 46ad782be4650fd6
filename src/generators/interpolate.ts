/**
 * Interpolation of a matrix's second child (spec generators §2.4.3): every string of its spec is
 * rendered with the params of the first. Compiled once for each child and rendered for each param set,
 * in the order in which the reference walks its structs, so that the first error is the same one.
 *
 * Two things are special. The entries of a generator's `values` are lenient: a value that needs what
 * only the child itself knows is kept as written. And list elements and plugin parameters are raw JSON:
 * their keys are rendered, and null entries of their maps vanish.
 */
import { GENERATOR_FIELDS } from '../api/generator-fields.ts';
import type { Json, JsonObject } from '../api/objects.ts';
import { compareBytes } from '../support/byte-strings.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import {
  Compilation,
  type Compiled,
  listOf,
  literal,
  type Member,
  mapOf,
  objectOf,
} from '../templating/compiled.ts';
import type { TemplateMode } from '../templating/contract.ts';
import { compileJson, compileJsonField } from '../templating/json-template.ts';
import { isCombinator } from './fields.ts';

/** Fields of the reference's structs in order of declaration; a generator that is not here is walked as it is written. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  list: ['elements', 'template', 'elementsYaml'],
  clusters: ['selector', 'template', 'values', 'flatList'],
  git: [
    'repoURL',
    'directories',
    'files',
    'revision',
    'requeueAfterSeconds',
    'template',
    'pathParamPrefix',
    'values',
  ],
  // combinators have no template of their own below another one
  matrix: ['generators'],
  merge: ['generators', 'mergeKeys'],
};
const ENTRY_ORDER = [
  'list',
  'clusters',
  'git',
  'scmProvider',
  'clusterDecisionResource',
  'pullRequest',
  'matrix',
  'merge',
  'selector',
  'plugin',
];
const LENIENT = new Set([
  'clusters',
  'git',
  'scmProvider',
  'clusterDecisionResource',
  'pullRequest',
  'plugin',
]);
const UNKNOWN_KEY = /map has no entry for key|can't evaluate field/;

export interface Interpolation {
  /** rendering changes the params it is given */
  readonly mutates: boolean;
  /** the same for all params */
  readonly literal?: JsonObject;
  render(...args: Parameters<Extract<Compiled<JsonObject>, { literal: false }>['render']>): JsonObject;
}

class Walk {
  readonly #compilation: Compilation;
  readonly #lenient: Compilation;

  constructor(mode: TemplateMode) {
    this.#compilation = new Compilation(mode);
    const options = mode.options.filter((option) => !option.startsWith('missingkey='));
    this.#lenient = new Compilation(mode.go ? { go: true, options: [...options, 'missingkey=error'] } : mode);
  }

  get mutates(): boolean {
    return this.#compilation.mutates || this.#lenient.mutates;
  }

  entry(entry: JsonObject): Compiled<JsonObject> {
    const members: Member[] = [];
    for (const key of ENTRY_ORDER) {
      const value = entry[key];
      if (value === undefined || value === null) continue;
      const isGenerator = (GENERATOR_FIELDS as readonly string[]).includes(key);
      const compiled =
        isGenerator && isJsonObject(value) ? this.#generator(key, value) : this.#any(value, key);
      members.push({ key, value: compiled });
    }
    return objectOf(members);
  }

  #generator(name: string, spec: JsonObject): Compiled {
    const members: Member[] = [];
    for (const key of ORDER[name] ?? Object.keys(spec)) {
      const value = spec[key];
      if (value === undefined) continue;
      members.push({ key, value: this.#field(name, key, value) });
    }
    return objectOf(members);
  }

  #field(name: string, key: string, value: Json): Compiled {
    const path = `${name}.${key}`;
    if (key === 'values' && LENIENT.has(name) && isJsonObject(value)) return this.#values(value, path);
    if (isCombinator(name) && key === 'generators' && Array.isArray(value)) {
      return listOf(value.map((child: Json) => (isJsonObject(child) ? this.entry(child) : literal(child))));
    }
    if (name === 'list' && key === 'elements' && Array.isArray(value)) {
      return listOf(value.map((element: Json, index) => this.#rawJson(element, `${path}[${index}]`)));
    }
    return this.#any(value, path);
  }

  #any(value: Json, path: string): Compiled {
    return compileJson(value, this.#compilation, path, false);
  }

  /** A null element is decoded to nothing at all and comes back as an object without entries (§13 #18). */
  #rawJson(element: Json, path: string): Compiled {
    if (element === null) return literal({});
    return compileJsonField(element, this.#compilation, path);
  }

  #values(values: JsonObject, path: string): Compiled<JsonObject> {
    const keys = Object.keys(values).sort(compareBytes);
    return mapOf(keys.map((key) => [literal(key), this.#value(key, values[key] ?? null, path)] as const));
  }

  #value(key: string, value: Json, path: string): Compiled {
    if (typeof value !== 'string') return literal(value);
    const compiled = this.#lenient.text(value, `${path}.${key}`);
    if (compiled.literal) return compiled;
    return {
      literal: false,
      render: (params, context) => {
        try {
          return compiled.render(params, context);
        } catch (error) {
          const failure = asAppsetError(error);
          if (UNKNOWN_KEY.test(failure.message)) return value;
          throw failure.prefixed(`failed to pre-resolve Values key ${JSON.stringify(key)}: `);
        }
      },
    };
  }
}

/**
 * Compiles one child entry, selector included; what the reference's decoder would drop is dropped.
 * Rendering throws AppsetErrors `failed to replace parameters in generator: …`; a code of the parsing
 * family (APPSET_E0301) means that it fails for all params.
 */
export function compileInterpolation(entry: JsonObject, mode: TemplateMode): Interpolation {
  const walk = new Walk(mode);
  const compiled = walk.entry(entry);
  if (compiled.literal) return { mutates: false, literal: compiled.value, render: () => compiled.value };
  return {
    mutates: walk.mutates,
    render(params, context) {
      try {
        return compiled.render(params, context);
      } catch (error) {
        const failure = error instanceof AppsetError ? error : asAppsetError(error);
        throw failure.prefixed('failed to replace parameters in generator: ');
      }
    },
  };
}
