/**
 * What ApplicationSets add to the function library (spec sprig-functions §18, generators §4.4):
 * normalize, slugify and YAML. YAML goes through JSON, as in the reference.
 */
import type { Json } from '../../api/objects.ts';
import { AppsetError } from '../../support/errors.ts';
import { normalizeName, SLUG_LENGTH, slugifyName } from '../../support/slug.ts';
import { emitGoYaml, unmarshalYaml, type YamlValue } from '../../support/yaml.ts';
import {
  type CallContext,
  fromJson,
  GoError,
  GoInt,
  GoMap,
  GoSlice,
  type GoValue,
  goMap,
  goSlice,
  typeOf,
} from '../values.ts';
import { define, fail } from './define.ts';
import { encodeJson } from './json-encode.ts';

/** JSON text as a value in which integers too large for a float keep their digits. */
function yamlValueOf(json: string): YamlValue {
  if (!/[0-9]{16}/.test(json)) return JSON.parse(json) as YamlValue;
  return JSON.parse(json, (_key, value: unknown, context?: { source?: string }) => {
    const source = context?.source ?? '';
    if (typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?[0-9]+$/.test(source)) return value;
    const exact = BigInt(source);
    return exact < 2n ** 64n && exact >= -(2n ** 63n) ? exact : value;
  }) as YamlValue;
}

/** Runs YAML code; its errors become Go errors with the same text. */
function translated<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof AppsetError && error.kind === 'input') return fail(error.message);
    throw error;
  }
}

function toYaml(value: GoValue, context: CallContext): string {
  let json: string;
  try {
    json = encodeJson(value, context);
  } catch (error) {
    if (error instanceof GoError) return fail(`error marshaling into JSON: ${error.message}`);
    throw error;
  }
  const yaml = translated(() => emitGoYaml(yamlValueOf(json)));
  return yaml.endsWith('\n') ? yaml.slice(0, -1) : yaml;
}

/** What is read as YAML, and not as JSON, takes microseconds a character. */
const STEPS_PER_CHARACTER = 8;

/** YAML text as JSON; bytes that are no UTF-8 end the reading. */
function fromYaml(text: string, context: CallContext): Json {
  context.spend(text.length >> 2);
  if (!text.isWellFormed()) {
    const first = /\p{Surrogate}/u.exec(text)?.[0] ?? '';
    const starts = /^[\udcc0-\udcf7]$/.test(first);
    fail(
      `error converting YAML to JSON: yaml: ${starts ? 'incomplete UTF-8 octet sequence' : 'invalid leading UTF-8 octet'}`,
    );
  }
  return translated(() => unmarshalYaml(text, () => context.spend(text.length * STEPS_PER_CHARACTER)));
}

function jsonKind(json: Json): string {
  if (Array.isArray(json)) return 'array';
  if (typeof json === 'boolean') return 'bool';
  return typeof json;
}

function wrongRoot(json: Json, wanted: string): never {
  return fail(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(json)} into Go value of type ${wanted}`,
  );
}

function intOf(value: GoValue, wanted: 'int' | 'bool' | 'string'): never {
  return fail(
    `interface conversion: interface {} is ${value === null ? 'nil' : typeOf(value)}, not ${wanted}`,
  );
}

/** The name last, before it the length and whether the cut is smart. */
function slugify(args: readonly GoValue[]): string {
  if (args.length === 0) return '';
  let max = SLUG_LENGTH;
  let smart = true;
  if (args.length > 1) {
    const [first = null] = args;
    max = first instanceof GoInt && typeOf(first) === 'int' ? Number(first.v) : intOf(first, 'int');
  }
  if (args.length > 2) {
    const second = args[1] ?? null;
    smart = typeof second === 'boolean' ? second : intOf(second, 'bool');
  }
  const name = args.at(-1) ?? null;
  const text = typeof name === 'string' ? name : intOf(name, 'string');
  return slugifyName(text, max, smart) ?? fail(`runtime error: slice bounds out of range [:${max}]`);
}

export const ARGOCD_FUNCTIONS = [
  define('normalize', ['string'], 'string', ([text]) => normalizeName(text)),
  define('slugify', ['...any'], 'string', slugify),
  define('toYaml', ['any'], 'string', ([value], context) => {
    const yaml = toYaml(value, context);
    context.grow(yaml.length);
    return yaml;
  }),
  define('fromYaml', ['string'], 'map', ([text], context) => {
    const json = fromYaml(text, context);
    if (json === null) return goMap();
    const value = fromJson(json);
    return value instanceof GoMap ? value : wrongRoot(json, 'map[string]interface {}');
  }),
  define('fromYamlArray', ['string'], 'list', ([text], context) => {
    const json = fromYaml(text, context);
    if (json === null) return goSlice();
    const value = fromJson(json);
    return value instanceof GoSlice ? value : wrongRoot(json, '[]interface {}');
  }),
];
