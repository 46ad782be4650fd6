/** Data of the oracle's form (`{"$type", "value"}` for Go types JSON lacks) as the engine's values. */
import {
  GoMap,
  GoSlice,
  type GoValue,
  goInt,
  goInt64,
  goStringMap,
  goStringSlice,
} from '../../src/templating/values.ts';

export function asValue(data: unknown): GoValue {
  if (data === null || data === undefined) return null;
  if (typeof data === 'string' || typeof data === 'boolean' || typeof data === 'number') return data;
  if (Array.isArray(data)) return new GoSlice(data.map(asValue));
  const object = data as Record<string, unknown>;
  const value = object['value'];
  switch (object['$type']) {
    case 'map[string]string':
      return goStringMap(Object.entries(value as Record<string, string>));
    case '[]string':
      return goStringSlice(value as string[]);
    case 'int':
      return goInt(value as number);
    case 'int64':
      return goInt64(value as number);
    default:
      return new GoMap(new Map(Object.entries(object).map(([key, item]) => [key, asValue(item)])));
  }
}
