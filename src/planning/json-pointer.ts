/**
 * JSON pointers (RFC 6901) of ignore rules, resolved as RFC 6902 `remove` would: what is not there is
 * nowhere, and a pointer without leading slash has no effect (spec controller-and-operations §15 #9).
 */
import type { Json } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import type { PlainPath } from './json-path.ts';

/** The existing place a pointer names, undefined when it names none. The empty pointer is refused: it is the whole document. */
export function pointerPath(document: Json, pointer: string): PlainPath | undefined {
  if (!pointer.startsWith('/')) return undefined;
  const path: (string | number)[] = [];
  let value: Json | undefined = document;
  for (const token of pointer.slice(1).split('/')) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) {
      const index = arrayIndex(name, value.length);
      if (index === undefined) return undefined;
      path.push(index);
      value = value[index] as Json;
    } else if (isJsonObject(value) && Object.hasOwn(value, name) && value[name] !== undefined) {
      path.push(name);
      value = value[name];
    } else return undefined;
  }
  return path;
}

/** Negative indexes count from the end, as the reference's patch library has it. */
function arrayIndex(token: string, length: number): number | undefined {
  if (!/^-?\d+$/.test(token)) return undefined;
  const index = Number(token) < 0 ? Number(token) + length : Number(token);
  return index >= 0 && index < length ? index : undefined;
}
