/**
 * Params as plain text (spec generators §0.3 A): what selectors compare and what legacy mode makes of
 * values that are no strings. Nested maps and lists are levels joined by dots; lists whose items are
 * declared to be strings or maps are one text, as in the reference. Empty maps and lists give nothing.
 */
import { formatValue } from '../templating/format/index.ts';
import { ANY, GoMap, GoSlice, type GoValue } from '../templating/values.ts';

/** The text of any value; null is `<nil>`. */
export const plainText = (value: GoValue): string => (typeof value === 'string' ? value : formatValue(value));

const isLevel = (value: GoValue): value is GoMap | GoSlice =>
  value instanceof GoMap || (value instanceof GoSlice && value.elem === ANY);

/**
 * The text that a flattened param set has under `key`, without flattening it: `a.b.0` finds `{a: {b:
 * [x]}}` as well as `{"a.b": [x]}`. Undefined when there is none.
 */
export function flatLookup(value: GoMap | GoSlice, key: string): string | undefined {
  const exact = member(value, key);
  if (exact !== undefined && !isLevel(exact)) return plainText(exact);
  for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
    const inner = member(value, key.slice(0, dot));
    if (inner === undefined || !isLevel(inner)) continue;
    const found = flatLookup(inner, key.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function member(value: GoMap | GoSlice, key: string): GoValue | undefined {
  if (value instanceof GoMap) return value.get(key);
  return /^(?:0|[1-9][0-9]*)$/.test(key) ? value.items[Number(key)] : undefined;
}

/** Adds every leaf of `value` to `target` under its flattened name. Of two leaves with one name the later stays. */
export function flattenInto(target: GoMap, value: GoMap | GoSlice, prefix = ''): void {
  const levels: Iterable<readonly [string | number | boolean | bigint, GoValue]> =
    value instanceof GoMap ? value.entries : value.items.entries();
  for (const [key, item] of levels) {
    const name = `${prefix}${String(key)}`;
    if (isLevel(item)) flattenInto(target, item, `${name}.`);
    else target.set(name, plainText(item));
  }
}
