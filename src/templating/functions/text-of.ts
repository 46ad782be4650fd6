/**
 * The text of a value as `toString` gives it (spec sprig-functions §4): strings as they are, bytes as
 * text, everything else as it is printed.
 */
import { fromBytes } from '../bytes.ts';
import { formatValue } from '../format/index.ts';
import { GoInt, GoSlice, type GoValue, type WorkBudget } from '../values.ts';

export function textOf(value: GoValue, budget: WorkBudget): string {
  if (typeof value === 'string') return value;
  if (value instanceof GoSlice && value.elem === 'uint8') return fromBytes(bytesOf(value));
  return formatValue(value, budget);
}

/** The bytes a `[]uint8` holds. */
export function bytesOf(slice: GoSlice): Uint8Array {
  return Uint8Array.from(slice.items, (item) => (item instanceof GoInt ? Number(item.v) : 0));
}
