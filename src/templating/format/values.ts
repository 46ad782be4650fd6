/**
 * The default format of a value (`%v`), and Go's print and println (spec go-template §9.2). Maps are
 * printed in key order. A value that contains itself or shares parts many times over can be endless
 * on paper: the budget, or else a bound of our own, ends it.
 */

import { compareBytes } from '../../support/byte-strings.ts';
import { LIMITS } from '../../support/limits.ts';
import {
  GoError,
  GoInt,
  type GoKey,
  GoMap,
  GoObject,
  GoSlice,
  type GoValue,
  type WorkBudget,
} from '../values.ts';
import { namedIntText } from './durations.ts';
import { floatText } from './floats.ts';

/** What an action prints for nil and for no value at all. */
export const NO_VALUE = '<no value>';
export const NIL_TEXT = '<nil>';
/** Go prints the address of a function, which says nothing; ours is the same everywhere. */
export const FUNCTION_ADDRESS = '0xc000000000';

/** A budget for callers without one: what passes it is a Go error. */
export function ownBudget(): WorkBudget {
  let steps = 0;
  return {
    spend(count) {
      steps += count;
      if (steps > LIMITS.templateSteps) throw new GoError('value is too large to print');
    },
    grow() {},
  };
}

/** A value's own text where its type has a String or Error method, and strings; undefined for everything else. */
export function methodText(value: GoValue): string | undefined {
  if (value instanceof GoInt) return namedIntText(value);
  return value instanceof GoObject ? value.format() : undefined;
}

const RANK = { bigint: 0, number: 1, string: 2, boolean: 3 } as const;

/** Order of map keys: numbers by value, strings by bytes, false before true; mixed types by type first. */
export function compareKeys(a: GoKey, b: GoKey): number {
  if (typeof a === 'string' && typeof b === 'string') return compareBytes(a, b);
  if (typeof a !== typeof b) return RANK[typeof a as keyof typeof RANK] - RANK[typeof b as keyof typeof RANK];
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The entries in Go's key order; a snapshot. */
export function sortedEntries(map: GoMap): [GoKey, GoValue][] {
  return [...map.entries].sort((a, b) => compareKeys(a[0], b[0]));
}

/** A map key as a value of the map's key type. */
export function keyValue(map: GoMap, key: GoKey): GoValue {
  if (typeof key !== 'bigint') return key;
  return new GoInt(isIntKind(map.key) ? map.key : 'int', key);
}

const INT_KINDS = new Set([
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'uintptr',
]);
export const isIntKind = (type: string): type is GoInt['kind'] => INT_KINDS.has(type);

/** Size from which a text being put together is announced as a whole, each time it has doubled. */
export const MARK = 4_096;

/** Announces a text that grew past its mark; the next mark. */
export function announce(text: string, budget: WorkBudget): number {
  budget.grow(text.length);
  return text.length * 2;
}

function write(value: GoValue, budget: WorkBudget, depth: number): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return floatText(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
  }
  if (value === null) return NIL_TEXT;
  if (value instanceof GoInt) return namedIntText(value) ?? value.v.toString();
  if (depth > LIMITS.valueDepth) throw new GoError('value is nested too deeply to print');
  if (value instanceof GoMap) {
    budget.spend(value.size);
    let out = 'map[';
    let first = true;
    let mark = MARK;
    for (const [key, item] of sortedEntries(value)) {
      if (!first) out += ' ';
      first = false;
      const name = typeof key === 'string' ? key : typeof key === 'number' ? floatText(key) : String(key);
      const text = write(item, budget, depth + 1);
      budget.grow(name.length + text.length + 2);
      out += `${name}:${text}`;
      if (out.length > mark) mark = announce(out, budget);
    }
    return `${out}]`;
  }
  if (value instanceof GoSlice) {
    budget.spend(value.items.length);
    let out = '[';
    let mark = MARK;
    for (let i = 0; i < value.items.length; i++) {
      const text = write(value.items[i] as GoValue, budget, depth + 1);
      budget.grow(text.length + 1);
      out += i === 0 ? text : ` ${text}`;
      if (out.length > mark) mark = announce(out, budget);
    }
    return `${out}]`;
  }
  return value instanceof GoObject ? value.format() : FUNCTION_ADDRESS;
}

/**
 * `%v`: nil is `<nil>`.
 * @param budget counts the work; without one a value of millions of parts is a GoError
 */
export function formatValue(value: GoValue, budget?: WorkBudget): string {
  if (typeof value === 'string') return value;
  return write(value, budget ?? ownBudget(), 0);
}

/** Go's Sprint: a space between two operands of which neither is a string. */
export function sprint(values: readonly GoValue[], budget?: WorkBudget): string {
  let out = '';
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as GoValue;
    if (i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string') out += ' ';
    const text = formatValue(value, budget);
    budget?.grow(out.length + text.length);
    out += text;
  }
  return out;
}

/** Go's Sprintln: spaces between all, a newline at the end. */
export function sprintln(values: readonly GoValue[], budget?: WorkBudget): string {
  const texts = values.map((value) => formatValue(value, budget));
  budget?.grow(texts.reduce((size, text) => size + text.length, 0));
  return `${texts.join(' ')}\n`;
}
