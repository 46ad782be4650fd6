/**
 * How a template function is declared: a name, its Go parameter types, its result and a body whose
 * arguments arrive as ready TypeScript values. The engine has matched arguments against the
 * parameter types before; here `int` becomes a number and a nil map or list its typed nil, and the
 * length of text arguments is charged. A string result in which a character was cut in two and joined
 * again is put together here, once for all.
 */
import { toBytes } from '../../support/byte-strings.ts';
import { fromBytes } from '../bytes.ts';
import {
  ANY,
  type CallContext,
  GoError,
  type GoFunction,
  GoInt,
  GoMap,
  type GoObject,
  GoSlice,
  type GoType,
  type GoValue,
  MAP_ANY,
  SLICE_ANY,
  SLICE_STRING,
} from '../values.ts';

/** What a body gets for each short type name. */
interface Arguments {
  any: GoValue;
  string: string;
  bool: boolean;
  /** as a number; beyond 2^53 it is no longer exact, which no length or count needs */
  int: number;
  /** an int whose every bit counts */
  exactInt: bigint;
  float: number;
  uint32: number;
  map: GoMap;
  list: GoSlice;
  time: GoObject;
  certificate: GoObject;
  version: GoObject;
  /** nanoseconds */
  duration: bigint;
  location: GoObject;
}

type Kind = keyof Arguments;
export type Parameter = Kind | `...${Kind}`;

type Body<P extends readonly Parameter[]> = P extends readonly [infer Head, ...infer Rest]
  ? Rest extends readonly Parameter[]
    ? Head extends `...${infer K extends Kind}`
      ? Arguments[K][]
      : Head extends Kind
        ? [Arguments[Head], ...Body<Rest>]
        : never
    : never
  : [];

const GO_TYPES: Record<Kind, GoType> = {
  any: ANY,
  string: 'string',
  bool: 'bool',
  int: 'int',
  exactInt: 'int',
  float: 'float64',
  uint32: 'uint32',
  map: MAP_ANY,
  list: SLICE_ANY,
  time: 'time.Time',
  certificate: 'sprig.certificate',
  version: '*semver.Version',
  duration: 'time.Duration',
  location: '*time.Location',
};

export type Result =
  | Kind
  | 'int64'
  | 'strings'
  | 'ints'
  | 'lists'
  | 'stringMap'
  | 'uint64'
  | 'bytes'
  | 'versionValue';

const RESULT_TYPES: Record<Exclude<Result, Kind>, GoType> = {
  int64: 'int64',
  strings: SLICE_STRING,
  ints: '[]int',
  lists: '[][]interface {}',
  stringMap: 'map[string]string',
  uint64: 'uint64',
  bytes: '[]uint8',
  versionValue: 'semver.Version',
};

/** What else is true of a function (values.ts, `GoFunction`). */
export interface Traits {
  readonly nondeterministic?: boolean;
  readonly mutates?: boolean;
}

/** Kinds whose values need no change on the way to a body. */
const AS_THEY_ARE: ReadonlySet<Kind> = new Set(['any', 'string', 'bool', 'float', 'time', 'certificate']);

const NIL_MAP = (): GoMap => new GoMap(new Map(), ANY, 'string', true);
const NIL_LIST = (): GoSlice => new GoSlice([], ANY, true);

function native(kind: Kind, value: GoValue | undefined): unknown {
  switch (kind) {
    case 'int':
    case 'uint32':
      return value instanceof GoInt ? Number(value.v) : value;
    case 'exactInt':
    case 'duration':
      return value instanceof GoInt ? value.v : value;
    case 'map':
      return value === null || value === undefined ? NIL_MAP() : value;
    case 'list':
      return value === null || value === undefined ? NIL_LIST() : value;
    default:
      return value;
  }
}

/** Characters of an argument that count as one step: reading text without end takes time without end. */
const CHARACTERS_PER_STEP = 16;

function charge(args: readonly GoValue[], context: CallContext): void {
  let length = 0;
  for (const value of args) if (typeof value === 'string') length += value.length;
  if (length > CHARACTERS_PER_STEP) context.spend(Math.floor(length / CHARACTERS_PER_STEP));
}

/**
 * Declares one function.
 *
 * @example define('trunc', ['int', 'string'], 'string', ([length, text]) => text.slice(0, length))
 */
export function define<const P extends readonly Parameter[]>(
  name: string,
  parameters: P,
  result: Result,
  body: (args: Body<P>, context: CallContext) => GoValue,
  traits: Traits = {},
): GoFunction {
  const last = parameters.at(-1);
  const variadic = last?.startsWith('...') === true;
  const kinds = parameters.map((parameter) => parameter.replace('...', '') as Kind);
  const rest = kinds.at(-1) ?? 'any';
  const asTheyAre = kinds.every((kind) => AS_THEY_ARE.has(kind));
  return {
    name,
    params: kinds.map((kind) => GO_TYPES[kind]),
    ...(variadic ? { variadic } : {}),
    result: result in GO_TYPES ? GO_TYPES[result as Kind] : RESULT_TYPES[result as keyof typeof RESULT_TYPES],
    call(args, context) {
      charge(args, context);
      const values = asTheyAre ? args : args.map((value, i) => native(kinds[i] ?? rest, value));
      const answer = body(values as unknown as Body<P>, context);
      return typeof answer === 'string' && !answer.isWellFormed() ? fromBytes(toBytes(answer)) : answer;
    },
    ...traits,
  };
}

/** The same function under another name. */
export function alias(name: string, target: GoFunction): GoFunction {
  return { ...target, name };
}

/** The Go text of a nil that was followed. */
export const NIL_POINTER = 'runtime error: invalid memory address or nil pointer dereference';

/** Ends the call with a Go error text. */
export function fail(text: string): never {
  throw new GoError(text);
}
