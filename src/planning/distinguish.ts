/**
 * An expression that tells colliding elements apart: when several param sets generate one name, the
 * message offers a parameter, or an item of a list in one, whose text differs in each of them. What
 * would do as a part of a name is preferred, then what is short.
 */
import type { GoMap, GoValue } from '../templating/values.ts';
import { GoInt, GoMap as GoMapClass, GoSlice } from '../templating/values.ts';

export interface Distinction {
  /** a template such as `{{index .path.segments 1}}` */
  readonly expression: string;
  /** what it gives for each element, in their order */
  readonly values: readonly string[];
}

const IDENTIFIER = /^[\p{L}_][\p{L}\p{Nd}_]*$/u;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
/** How deep parameters are looked into. */
const MAX_DEPTH = 5;

function scalarText(value: GoValue): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : undefined;
  return value instanceof GoInt ? String(value.v) : undefined;
}

/** A reference below `base`, written with fields where Go allows it and with `index` where it does not. */
function step(base: string, key: string | number): string {
  if (typeof key === 'string' && IDENTIFIER.test(key)) {
    return base.startsWith('index ') ? `(${base}).${key}` : `${base === '.' ? '' : base}.${key}`;
  }
  const argument = typeof key === 'number' ? String(key) : JSON.stringify(key);
  return base.startsWith('index ') ? `${base} ${argument}` : `index ${base} ${argument}`;
}

function collect(value: GoValue, expression: string, depth: number, out: Map<string, string>): void {
  const text = scalarText(value);
  if (text !== undefined) {
    out.set(expression, text);
  } else if (depth < MAX_DEPTH && value instanceof GoMapClass) {
    for (const [key, item] of value.entries) {
      if (typeof key === 'string') collect(item, step(expression, key), depth + 1, out);
    }
  } else if (depth < MAX_DEPTH && value instanceof GoSlice) {
    value.items.forEach((item, index) => {
      collect(item, step(expression, index), depth + 1, out);
    });
  }
}

function candidates(params: GoMap, goTemplate: boolean): Map<string, string> {
  const out = new Map<string, string>();
  if (goTemplate) collect(params, '.', 0, out);
  else for (const [key, value] of params.entries) if (typeof value === 'string') out.set(String(key), value);
  return out;
}

/**
 * @param sets param sets that collide, at least two
 * @returns undefined when no parameter differs in all of them
 */
export function distinguish(sets: readonly GoMap[], goTemplate: boolean): Distinction | undefined {
  const all = sets.map((params) => candidates(params, goTemplate));
  const first = all[0];
  if (first === undefined) return undefined;
  let best: { expression: string; values: string[]; rank: readonly number[] } | undefined;
  for (const expression of first.keys()) {
    const values = all.flatMap((candidate) => candidate.get(expression) ?? []);
    if (values.length !== sets.length || new Set(values).size !== values.length) continue;
    const rank = [
      values.every((value) => DNS_LABEL.test(value)) ? 0 : 1,
      values.join('').length,
      expression.length,
    ];
    if (best === undefined || isLess(rank, best.rank)) best = { expression, values, rank };
  }
  return best && { expression: `{{${best.expression}}}`, values: best.values };
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
