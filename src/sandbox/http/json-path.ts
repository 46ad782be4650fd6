/**
 * The JSON paths of printer columns (a small part of kubectl's JSONPath): fields, indexes, `[*]`, and
 * filters that compare one field with a text, as in `.status.conditions[?(@.type=="Ready")].status`.
 * A path that cannot be read finds nothing.
 */
import { isJsonObject } from '../../support/json.ts';

type Step = (value: unknown) => unknown[];

const field =
  (name: string): Step =>
  (value) =>
    isJsonObject(value) && value[name] !== undefined && value[name] !== null ? [value[name]] : [];

function bracket(text: string): Step {
  const inner = text.trim();
  const quoted = /^(['"])(.*)\1$/.exec(inner);
  if (quoted !== null) return field(quoted[2] ?? '');
  if (inner === '*') {
    return (value) => (Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : []);
  }
  if (/^-?\d+$/.test(inner)) {
    return (value) => {
      const item: unknown = Array.isArray(value) ? value.at(Number(inner)) : undefined;
      return item === undefined ? [] : [item];
    };
  }
  const filter = /^\?\(\s*@\.([A-Za-z0-9_-]+)\s*==\s*(['"])(.*)\2\s*\)$/.exec(inner);
  if (filter === null) return () => [];
  const [, name = '', , wanted] = filter;
  return (value) =>
    Array.isArray(value) ? value.filter((item) => isJsonObject(item) && String(item[name]) === wanted) : [];
}

/** Compiles a path; what it answers finds the values, in order. */
export function jsonPath(path: string): (value: unknown) => unknown[] {
  const steps: Step[] = [];
  const text = path.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '');
  const token = /\.((?:\\.|[^.[\\])+)|\[((?:[^\]"']|"[^"]*"|'[^']*')*)\]/gy;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return () => [];
    const [, name, inner = ''] = match;
    steps.push(name === undefined ? bracket(inner) : field(name.replaceAll(/\\(.)/g, '$1')));
  }
  return (value) => steps.reduce<unknown[]>((found, step) => found.flatMap(step), [value]);
}
