/**
 * Reading the list argument of a function (spec sprig-functions §1.6): every kind of slice is a list,
 * nil is a followed nil pointer, anything else an error that names its kind.
 */
import { GoInt, GoMap, GoObject, GoSlice, type GoValue } from '../values.ts';
import { fail, NIL_POINTER } from './define.ts';

/** Kind of a value as Go's reflection names it; nil is `invalid`. */
export function kindOf(value: GoValue): string {
  if (value === null) return 'invalid';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float64';
    default:
      if (value instanceof GoInt) return value.kind;
      if (value instanceof GoMap) return 'map';
      if (value instanceof GoSlice) return 'slice';
      return value instanceof GoObject ? value.kind : 'func';
  }
}

/** @param complaint error text with `%` where the kind goes */
export function sliceOf(value: GoValue, complaint: string): GoSlice {
  if (value === null) fail(NIL_POINTER);
  if (value instanceof GoSlice) return value;
  return fail(complaint.replace('%', kindOf(value)));
}

export const itemsOf = (value: GoValue, complaint: string): GoValue[] => sliceOf(value, complaint).items;
