/**
 * eq and its family (spec go-template §7): basic values compare within their kind, integers across
 * sizes and signs, and nil with anything; what cannot be compared is an error.
 */
import { compareBytes } from '../../support/byte-strings.ts';
import { sprintf } from '../format/index.ts';
import { GoComplex, GoError, GoInt, GoMap, GoObject, GoSlice, type GoValue, typeOf } from '../values.ts';
import { type Evaluated, isFunction } from './types.ts';

type Basic = 'bool' | 'complex' | 'float' | 'int' | 'string' | 'uint';

function basicKind(value: Evaluated): Basic | undefined {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float';
    case 'string':
      return 'string';
    default:
      if (value instanceof GoInt) return value.kind.startsWith('u') ? 'uint' : 'int';
      return value instanceof GoComplex ? 'complex' : undefined;
  }
}

const areIntegers = (a: Basic | undefined, b: Basic | undefined): boolean =>
  (a === 'int' || a === 'uint') && (b === 'int' || b === 'uint');

function isNil(value: Evaluated): boolean {
  if (value === undefined || value === null) return true;
  return (value instanceof GoMap || value instanceof GoSlice) && value.isNil;
}

/** Go's kind of a value that is not basic. */
function kindOf(value: GoValue): string {
  if (value instanceof GoMap) return 'map';
  if (value instanceof GoSlice) return 'slice';
  return value instanceof GoObject ? value.kind : 'func';
}

const incompatible = (a: GoValue, b: GoValue): GoError =>
  new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);

/** Values of one basic kind, or two integers. */
function sameBasic(a: Evaluated, b: Evaluated): boolean {
  if (a instanceof GoInt && b instanceof GoInt) return a.v === b.v;
  if (a instanceof GoComplex && b instanceof GoComplex) return a.equals(b);
  return a === b;
}

function equalOthers(a: Evaluated, b: Evaluated): boolean {
  const [left, right] = [a ?? null, b ?? null];
  if (left !== null && right !== null && kindOf(left) !== kindOf(right)) {
    throw new GoError(
      sprintf('non-comparable types %s: %s, %s: %v', [left, typeOf(left), typeOf(right), right]),
    );
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  if (right instanceof GoMap || right instanceof GoSlice || isFunction(b)) {
    throw new GoError(sprintf('non-comparable type %s: %s', [right, typeOf(right)]));
  }
  return (
    left instanceof GoObject && right instanceof GoObject && left.type === right.type && left.equals(right)
  );
}

/** True when the first equals any of the others; stops at the first that does. */
export function equal(first: Evaluated, others: readonly Evaluated[]): boolean {
  if (others.length === 0) throw new GoError('missing argument for comparison');
  const kind = basicKind(first);
  for (const other of others) {
    const otherKind = basicKind(other);
    let same = false;
    if (kind === otherKind) same = kind === undefined ? equalOthers(first, other) : sameBasic(first, other);
    else if (areIntegers(kind, otherKind)) same = sameBasic(first, other);
    else if (first !== undefined && first !== null && other !== undefined && other !== null) {
      throw incompatible(first, other);
    }
    if (same) return true;
  }
  return false;
}

export function less(a: Evaluated, b: Evaluated): boolean {
  const kind = basicKind(a);
  const otherKind = basicKind(b);
  if (kind === undefined || otherKind === undefined) throw new GoError('invalid type for comparison');
  if (a instanceof GoInt && b instanceof GoInt) return a.v < b.v;
  if (kind !== otherKind) throw incompatible(a as GoValue, b as GoValue);
  if (typeof a === 'string' && typeof b === 'string') return compareBytes(a, b) < 0;
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  throw new GoError('invalid type for comparison');
}

export const lessOrEqual = (a: Evaluated, b: Evaluated): boolean => less(a, b) || equal(a, [b]);
