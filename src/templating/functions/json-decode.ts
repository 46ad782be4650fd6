/**
 * Reading JSON as Go does into an `interface {}` (spec sprig-functions §8): every number a float64, the
 * last of equal keys wins, unpaired surrogates become U+FFFD. A number beyond the floats becomes nil and
 * is reported, while the rest is still decoded; a syntax error leaves nothing.
 */
import type { Json } from '../../api/objects.ts';
import { type GoKey, GoMap, GoSlice, type GoValue } from '../values.ts';
import { jsonComplaint } from './json-syntax.ts';

export interface Decoded {
  readonly value: GoValue;
  /** Go's error text */
  readonly error?: string;
}

/** Beyond this depth Go refuses to read. */
const MAX_DEPTH = 10_000;

const isDeep = (text: string): boolean =>
  text.length > MAX_DEPTH && jsonComplaint(text) === 'exceeded max depth';

function convert(json: Json, onRange: () => void): GoValue {
  if (typeof json === 'string') return json.toWellFormed();
  if (typeof json === 'number') {
    if (Number.isFinite(json)) return json;
    onRange();
    return null;
  }
  if (json === null || typeof json === 'boolean') return json;
  if (Array.isArray(json)) {
    const items: GoValue[] = [];
    for (const item of json) items.push(convert(item, onRange));
    return new GoSlice(items);
  }
  const entries = new Map<GoKey, GoValue>();
  for (const key of Object.keys(json))
    entries.set(key.toWellFormed(), convert((json as Record<string, Json>)[key] ?? null, onRange));
  return new GoMap(entries);
}

/** The first number in the text that no float can hold, as it is written. */
function rangeError(text: string): string {
  let literal = '';
  JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    if (literal === '' && typeof value === 'number' && !Number.isFinite(value))
      literal = context?.source ?? '';
    return value;
  });
  return `json: cannot unmarshal number ${literal} into Go value of type float64`;
}

/** Never throws. */
export function decodeJson(text: string): Decoded {
  let json: Json;
  try {
    json = JSON.parse(text);
  } catch {
    return { value: null, error: jsonComplaint(text) ?? 'unexpected end of JSON input' };
  }
  if (isDeep(text)) return { value: null, error: 'exceeded max depth' };
  let outOfRange = false;
  const value = convert(json, () => {
    outOfRange = true;
  });
  return outOfRange ? { value, error: rangeError(text) } : { value };
}
