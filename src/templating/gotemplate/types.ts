/**
 * Declared types of function parameters, read once from their Go type text: what fits, what nil
 * becomes, what a zero value is (spec go-template §6.3). No value is ever converted.
 */
import { isIntKind } from '../format/index.ts';
import {
  ANY,
  type GoFunction,
  GoInt,
  type GoIntKind,
  GoMap,
  GoObject,
  GoSlice,
  type GoType,
  type GoValue,
  typeOf,
} from '../values.ts';

/**
 * What the evaluator works with: a value, or undefined for "no value at all" (spec go-template §1.2).
 * That the static type is `interface {}` is kept beside it, in the run.
 */
export type Evaluated = GoValue | undefined;

/** The parameter type of builtins: takes "no value at all" as it is. */
export const VALUE: GoType = 'reflect.Value';

export type TypeDescription =
  | {
      readonly kind: 'any' | 'value' | 'string' | 'bool' | 'float' | 'func' | 'struct' | 'ptr';
      readonly type: GoType;
    }
  | {
      readonly kind: 'int' | 'uint';
      readonly type: GoType;
      readonly int: GoIntKind;
      readonly named: string | undefined;
    }
  | { readonly kind: 'map'; readonly type: GoType; readonly key: GoType; readonly elem: GoType }
  | { readonly kind: 'slice'; readonly type: GoType; readonly elem: GoType };

const NAMED_INTS: ReadonlyMap<string, GoIntKind> = new Map([
  ['time.Duration', 'int64'],
  ['time.Month', 'int'],
  ['time.Weekday', 'int'],
]);

function read(type: GoType): TypeDescription {
  switch (type) {
    case ANY:
      return { kind: 'any', type };
    case VALUE:
      return { kind: 'value', type };
    case 'string':
    case 'bool':
      return { kind: type, type };
    case 'float64':
      return { kind: 'float', type };
    default:
  }
  const int = isIntKind(type) ? type : NAMED_INTS.get(type);
  if (int !== undefined) {
    return { kind: int.startsWith('u') ? 'uint' : 'int', type, int, named: int === type ? undefined : type };
  }
  if (type.startsWith('map[')) {
    const close = type.indexOf(']');
    return { kind: 'map', type, key: type.slice(4, close), elem: type.slice(close + 1) };
  }
  if (type.startsWith('[]')) return { kind: 'slice', type, elem: type.slice(2) };
  if (type.startsWith('func(')) return { kind: 'func', type };
  return { kind: type.startsWith('*') ? 'ptr' : 'struct', type };
}

const known = new Map<GoType, TypeDescription>();

/** The description of a Go type text; there are few of them, so they are kept. */
export function describeType(type: GoType): TypeDescription {
  let description = known.get(type);
  if (description === undefined) {
    description = read(type);
    known.set(type, description);
  }
  return description;
}

export function isFunction(value: Evaluated): value is GoFunction {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(
      value instanceof GoMap ||
      value instanceof GoSlice ||
      value instanceof GoInt ||
      value instanceof GoObject
    )
  );
}

export function canBeNil({ kind }: TypeDescription): boolean {
  return (
    kind === 'any' ||
    kind === 'value' ||
    kind === 'map' ||
    kind === 'slice' ||
    kind === 'func' ||
    kind === 'ptr'
  );
}

/** Go's zero value of a type. */
export function zeroOf(description: TypeDescription): Evaluated {
  switch (description.kind) {
    case 'value':
      return undefined;
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'float':
      return 0;
    case 'int':
    case 'uint':
      return new GoInt(description.int, 0n, description.named);
    case 'map':
      return new GoMap(new Map(), description.elem, description.key, true);
    case 'slice':
      return new GoSlice([], description.elem, true);
    default:
      return null;
  }
}

/** Whether a value is of exactly the type; everything fits `interface {}`. */
export function fits(value: Evaluated, description: TypeDescription): boolean {
  switch (description.kind) {
    case 'any':
    case 'value':
      return true;
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'float':
      return typeof value === 'number';
    case 'int':
    case 'uint':
      return value instanceof GoInt && value.kind === description.int && value.named === description.named;
    case 'map':
      return value instanceof GoMap && value.elem === description.elem && value.key === description.key;
    case 'slice':
      return value instanceof GoSlice && value.elem === description.elem;
    case 'func':
      return isFunction(value) && typeOf(value) === description.type;
    default:
      return value instanceof GoObject && value.type === description.type;
  }
}

/** Truth as `if` sees it (spec go-template §5.5). */
export function isTrue(value: Evaluated): boolean {
  switch (typeof value) {
    case 'undefined':
      return false;
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    default:
      if (value === null) return false;
      if (value instanceof GoMap) return value.size > 0;
      if (value instanceof GoSlice) return value.items.length > 0;
      if (value instanceof GoInt) return value.v !== 0n;
      return true;
  }
}
