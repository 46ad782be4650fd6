/** Words of Go's JSON decoder for a value of the wrong kind; users know them from the reference's messages. */
import type { Json } from '../api/objects.ts';

export const JSON_MAP = 'map[string]interface {}';
export const JSON_MAPS = '[]map[string]interface {}';

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    default:
      return value === null ? 'null' : 'object';
  }
}

/** @example cannotUnmarshal('x', JSON_MAP) // 'json: cannot unmarshal string into Go value of type map[string]interface {}' */
export function cannotUnmarshal(value: Json, type: string): string {
  return `json: cannot unmarshal ${kindOf(value)} into Go value of type ${type}`;
}
