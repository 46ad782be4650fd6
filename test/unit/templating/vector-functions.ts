/**
 * The functions the golden vectors of both template specs register beside the product's own (spec
 * go-template §16), and how a vector is run.
 */

import type { Json } from '../../../src/api/objects.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { seededRandom } from '../../../src/support/random.ts';
import type { RenderContext } from '../../../src/templating/contract.ts';
import { GoTemplateError } from '../../../src/templating/gotemplate/errors.ts';
import { compileGoTemplate, formatValue } from '../../../src/templating/gotemplate/index.ts';
import {
  ANY,
  type FunctionMap,
  fromJson,
  GoError,
  GoErrorValue,
  type GoFunction,
  GoInt,
  type GoKey,
  GoMap,
  GoSlice,
  type GoType,
  type GoValue,
  goInt,
  goInt64,
  goMap,
  goSlice,
  goStringMap,
  goStringSlice,
  MAP_ANY,
  MAP_STRING,
  SLICE_ANY,
  SLICE_STRING,
  toByteSlice,
  typeOf,
} from '../../../src/templating/values.ts';

export interface Vector {
  readonly t: string;
  readonly d?: Json;
  readonly o?: readonly string[];
  readonly raw?: boolean;
  readonly out?: string;
  readonly err?: string;
  readonly perr?: string;
}

type Body = (...args: GoValue[]) => GoValue;

const define = (
  name: string,
  params: GoType[],
  result: GoType,
  body: Body,
  variadic = false,
): GoFunction => ({
  name,
  params,
  result,
  variadic,
  call: (args) => body(...args),
});

const pairs = (args: readonly GoValue[]): [string, GoValue][] => {
  const out: [string, GoValue][] = [];
  for (let i = 0; i + 1 < args.length; i += 2) out.push([args[i] as string, args[i + 1] as GoValue]);
  return out;
};

const int = (value: GoValue | undefined): bigint => (value instanceof GoInt ? value.v : 0n);
const asIs: Body = (value) => value ?? null;

const HELPERS: readonly GoFunction[] = [
  define('i64', ['int'], 'int64', (n) => goInt64(int(n))),
  define('u', ['int'], 'uint', (n) => new GoInt('uint', BigInt.asUintN(64, int(n)))),
  define('f', ['float64'], 'float64', asIs),
  define('dur', ['int64'], 'time.Duration', (n) => new GoInt('int64', int(n), 'time.Duration')),
  define('strs', ['string'], SLICE_STRING, (...texts) => goStringSlice(texts as string[]), true),
  define('bytes', ['string'], '[]uint8', (text) => toByteSlice(text as string)),
  define('smap', ['string'], MAP_STRING, (...args) => goStringMap(pairs(args) as [string, string][]), true),
  define('imap', [], 'map[int]string', () => {
    const entries: [GoKey, GoValue][] = [
      [2n, 'b'],
      [10n, 'c'],
      [1n, 'a'],
    ];
    return new GoMap(new Map(entries), 'string', 'int');
  }),
  define('amap', [], `map[${ANY}]${ANY}`, () => {
    const entries: [GoKey, GoValue][] = [
      ['b', goInt(1)],
      [2n, 'x'],
      ['a', goInt(3)],
      [1.5, goInt(0)],
      [true, goInt(1)],
    ];
    return new GoMap(new Map(entries), ANY, ANY);
  }),
  define('list2', [ANY], SLICE_ANY, (...items) => goSlice(items), true),
  define('dict2', [ANY], MAP_ANY, (...args) => goMap(pairs(args)), true),
  define('nilmap', [], MAP_ANY, () => new GoMap(new Map(), ANY, 'string', true)),
  define('nilslice', [], SLICE_ANY, () => new GoSlice([], ANY, true)),
  define('nilany', [], ANY, () => null),
  define('mkerr', ['string'], 'error', (text) => new GoErrorValue(text as string)),
  define('errf', [], 'string', () => {
    throw new GoError('boom %d');
  }),
  define('panicf', [], 'string', () => {
    throw new GoError('pan');
  }),
  define('fn', [], 'func(int, string) string', () =>
    define('', ['int', 'string'], 'string', (n, text) => formatValue(n ?? null) + text),
  ),
  define('takesInt', ['int'], 'int', asIs),
  define('takesStr', ['string'], 'string', asIs),
  define('takesF', ['float64'], 'float64', asIs),
  define('takesBool', ['bool'], 'bool', asIs),
  define('takesU32', ['uint32'], 'uint32', asIs),
  define('takesMap', [MAP_ANY], 'int', (map) => goInt((map as GoMap).size)),
  define('takesList', [SLICE_ANY], 'int', (list) => goInt((list as GoSlice).items.length)),
  define('takesAny', [ANY], 'string', (value) => typeOf(value ?? null)),
];

/** The helpers beside the functions given; `raw` vectors get only the helpers. */
export function vectorFunctions(
  given: FunctionMap = new Map(),
  more: readonly GoFunction[] = [],
): FunctionMap {
  const all = new Map(given);
  for (const helper of [...HELPERS, ...more]) all.set(helper.name, helper);
  return all;
}

export function testContext(bounds: Partial<RenderContext> = {}): RenderContext {
  return {
    clock: new ManualClock(),
    random: seededRandom(1),
    maxSteps: LIMITS.templateSteps,
    maxOutputBytes: LIMITS.templateOutputBytes,
    maxRecursion: LIMITS.templateRecursion,
    ...bounds,
  };
}

/** What a vector gives, in the form it is written in. A byte that is no text shows as U+FFFD. */
export function runVector(
  { t, d, o = [] }: Vector,
  functions: FunctionMap,
  context = testContext(),
): Pick<Vector, 'out' | 'err' | 'perr'> {
  try {
    const template = compileGoTemplate(t, { name: 't', functions, missingKeyOptions: o });
    return { out: template.execute(d === undefined ? null : fromJson(d), context).toWellFormed() };
  } catch (error) {
    if (!(error instanceof GoTemplateError)) throw error;
    return error.stage === 'parse' ? { perr: error.message } : { err: error.message };
  }
}
