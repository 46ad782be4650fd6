/**
 * Go-shaped values (spec go-template §1): what params are made of and what template functions take
 * and give. JavaScript's own string, boolean, null and number stand for Go's string, bool, nil and
 * float64; integers of declared size, typed maps and typed slices have classes, because templates can
 * observe the difference. Strings are Go byte strings: a byte that is not part of valid UTF-8 is one
 * lone surrogate U+DC00+byte (see `bytes.ts`).
 *
 * Values are shared, never copied, on their way through generators; a template that mutates its
 * params gets a copy of its own first (`deepCopyValue`).
 */
import type { Json, JsonObject } from '../api/objects.ts';
import { toBytes } from '../support/byte-strings.ts';
import { goQuote } from '../support/go-quote.ts';
import { fromBytes } from './bytes.ts';
import { floatText } from './format/floats.ts';

/** Exact Go type strings as `%T` and error texts print them. */
export type GoType = string;

export type GoIntKind =
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'uintptr';

/** An integer with a Go type; `named` is a defined type such as `time.Duration`. */
export class GoInt {
  readonly kind: GoIntKind;
  readonly v: bigint;
  readonly named: string | undefined;
  constructor(kind: GoIntKind, v: bigint, named?: string) {
    this.kind = kind;
    this.v = v;
    this.named = named;
  }
}

export type GoKey = string | number | boolean | bigint;

/** A Go map. `elem` is the element type: `interface {}` for data, `string` for labels, annotations and generator values. */
export class GoMap {
  readonly key: GoType;
  readonly elem: GoType;
  readonly entries: Map<GoKey, GoValue>;
  readonly isNil: boolean;
  constructor(entries: Map<GoKey, GoValue>, elem: GoType = ANY, key: GoType = 'string', isNil = false) {
    this.key = key;
    this.elem = elem;
    this.entries = entries;
    this.isNil = isNil;
  }
  get(key: GoKey): GoValue | undefined {
    return this.entries.get(key);
  }
  set(key: GoKey, value: GoValue): void {
    this.entries.set(key, value);
  }
  has(key: GoKey): boolean {
    return this.entries.has(key);
  }
  get size(): number {
    return this.entries.size;
  }
}

/** A Go slice; `elem` as for maps: `interface {}`, `string`, `int`, `uint8`, `[]interface {}`, `map[string]interface {}`. */
export class GoSlice {
  readonly elem: GoType;
  readonly items: GoValue[];
  readonly isNil: boolean;
  constructor(items: GoValue[], elem: GoType = ANY, isNil = false) {
    this.items = items;
    this.elem = elem;
    this.isNil = isNil;
  }
}

/**
 * A Go struct or pointer with fields and methods: time.Time, *semver.Version, a certificate, the raw
 * JSON of plugin parameters. Subclasses give their type, text and methods; identity is by reference.
 */
export abstract class GoObject {
  /** such as `time.Time` */
  abstract readonly type: GoType;
  abstract readonly kind: 'struct' | 'ptr' | 'complex128';
  /** what `%v` prints */
  abstract format(): string;
  /** what `%#v` prints */
  goSyntax(): string {
    return this.format();
  }
  /** the fields in order, hidden ones too: what verbs that are no text show; undefined where nobody needs to know */
  parts(): readonly GoValue[] | undefined {
    return undefined;
  }
  /** Go's `==`: structs compare by value, pointers by identity */
  equals(other: GoObject): boolean {
    return this === other;
  }
  /** a struct field, undefined when there is none */
  field(_name: string): GoValue | undefined {
    return undefined;
  }
  /** whether Go declares a field of this name that no template may read */
  hidden(_name: string): boolean {
    return false;
  }
  /** a method, undefined when there is none */
  method(_name: string): GoFunction | undefined {
    return undefined;
  }
  /** what JSON encoding gives; undefined: an object of its exported fields, none */
  toJson(): Json | undefined {
    return undefined;
  }
}

/** A Go error as a value, which a function may return among its data. */
export class GoErrorValue extends GoObject {
  readonly type = '*errors.errorString';
  readonly kind = 'ptr';
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
  format(): string {
    return this.text;
  }
  override goSyntax(): string {
    return `&errors.errorString{s:${goQuote(this.text)}}`;
  }
  override parts(): readonly GoValue[] {
    return [this.text];
  }
}

/** A complex constant: it can be printed and compared, no function takes it. */
export class GoComplex extends GoObject {
  readonly type = 'complex128';
  readonly kind = 'complex128';
  readonly real: number;
  readonly imaginary: number;
  constructor(real: number, imaginary: number) {
    super();
    this.real = real;
    this.imaginary = imaginary;
  }
  format(): string {
    const imaginary = floatText(this.imaginary);
    return `(${floatText(this.real)}${/^[+-]/.test(imaginary) ? '' : '+'}${imaginary}i)`;
  }
  override equals(other: GoObject): boolean {
    return other instanceof GoComplex && other.real === this.real && other.imaginary === this.imaginary;
  }
}

export type GoValue = null | boolean | string | number | GoInt | GoMap | GoSlice | GoObject | GoFunction;

export const ANY: GoType = 'interface {}';
export const MAP_ANY: GoType = 'map[string]interface {}';
export const MAP_STRING: GoType = 'map[string]string';
export const SLICE_ANY: GoType = '[]interface {}';
export const SLICE_STRING: GoType = '[]string';

/** Counts what a template costs. */
export interface WorkBudget {
  /** Counts work against the step bound; throws when it is passed. */
  spend(steps: number): void;
  /** Announces `bytes` of text about to be made; throws when the output bound would be passed. */
  grow(bytes: number): void;
}

/** For work that is not a template's: its input is bounded elsewhere. */
export const UNCOUNTED: WorkBudget = { spend: () => {}, grow: () => {} };

/** What a function may use beside its arguments; nothing else, so that rendering is repeatable. */
export interface CallContext extends WorkBudget {
  readonly clock: import('../support/clock.ts').Clock;
  readonly random: import('../support/random.ts').Random;
}

/**
 * A function a template can call. The engine checks arguments against `params` before it calls
 * (spec go-template §6): a parameter of type `interface {}` gets any value, nil included.
 */
export interface GoFunction {
  readonly name: string;
  /** declared parameter types; with `variadic` the last one is the element type and may occur any number of times */
  readonly params: readonly GoType[];
  readonly variadic?: boolean;
  /** declared result type; `interface {}` when the function returns any */
  readonly result: GoType;
  /** Arguments have been checked and converted. Throw `GoError` for a Go error or panic text. */
  call(args: readonly GoValue[], context: CallContext): GoValue;
  /** another run may give another result */
  readonly nondeterministic?: boolean;
  /** may change one of its arguments in place */
  readonly mutates?: boolean;
  /** a method no template can call; the text of the error (spec go-template §5.4) */
  readonly unusable?: string;
}

export type FunctionMap = ReadonlyMap<string, GoFunction>;

/** The error a Go function returns or panics with: text only; the engine adds `error calling NAME: `. */
export class GoError extends Error {
  override readonly name = 'GoError';
}

export const goInt = (v: number | bigint): GoInt => new GoInt('int', BigInt(v));
export const goInt64 = (v: number | bigint): GoInt => new GoInt('int64', BigInt.asIntN(64, BigInt(v)));

/** map[string]interface {} of the entries given */
export const goMap = (entries: Iterable<readonly [string, GoValue]> = []): GoMap =>
  new GoMap(new Map<GoKey, GoValue>(entries));
/** map[string]string */
export const goStringMap = (entries: Iterable<readonly [string, string]> = []): GoMap =>
  new GoMap(new Map<GoKey, GoValue>(entries), 'string');
export const goSlice = (items: GoValue[] = []): GoSlice => new GoSlice(items);
export const goStringSlice = (items: readonly string[]): GoSlice => new GoSlice([...items], 'string');

/** A []byte as the string of its bytes. */
export function fromByteSlice(slice: GoSlice): string {
  return fromBytes(Uint8Array.from(slice.items, (item) => (item instanceof GoInt ? Number(item.v) : 0)));
}

/** A string as a []byte. */
export function toByteSlice(text: string): GoSlice {
  return new GoSlice(
    Array.from(toBytes(text), (byte) => new GoInt('uint8', BigInt(byte))),
    'uint8',
  );
}

/** JSON as Go decodes it into `interface {}`: every number is a float64. Lone surrogates become U+FFFD. */
export function fromJson(value: Json | undefined): GoValue {
  if (value === undefined || value === null) return null;
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : value.toWellFormed();
    case 'number':
    case 'boolean':
      return value;
    default:
      if (Array.isArray(value)) return new GoSlice(value.map(fromJson));
      return goMap(Object.entries(value as JsonObject).map(([key, item]) => [key, fromJson(item)] as const));
  }
}

/** The exact Go type string of a value; `nil` has none and answers `<nil>`. */
export function typeOf(value: GoValue): GoType {
  if (value === null) return '<nil>';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float64';
    default:
      if (value instanceof GoInt) return value.named ?? value.kind;
      if (value instanceof GoMap) return `map[${value.key}]${value.elem}`;
      if (value instanceof GoSlice) return `[]${value.elem}`;
      if (value instanceof GoObject) return value.type;
      return `func(${value.params.join(', ')}) ${value.result}`;
  }
}

/** A copy that shares no map and no slice with the original; objects and functions are shared, they do not change. */
export function deepCopyValue<T extends GoValue>(value: T): T {
  if (value instanceof GoMap) {
    const entries = new Map<GoKey, GoValue>();
    for (const [key, item] of value.entries) entries.set(key, deepCopyValue(item));
    return new GoMap(entries, value.elem, value.key, value.isNil) as unknown as T;
  }
  if (value instanceof GoSlice) {
    return new GoSlice(
      value.items.map((item) => deepCopyValue(item)),
      value.elem,
      value.isNil,
    ) as unknown as T;
  }
  return value;
}
