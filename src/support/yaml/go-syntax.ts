/** Go's own words for values, as they stand in error texts and keys: `%g` floats and `%#v` values. */
import type { Json } from '../json.ts';

/**
 * A float as Go's `strconv.FormatFloat(x, 'g', -1, …)` prints it: shortest digits, an exponent of two
 * digits and a sign below 1e-4 and from 1e6 on.
 * @param digits gives the shortest exponential form; that of a double by default
 */
export function goFloat(
  value: number,
  digits: (value: number) => string = (number) => number.toExponential(),
): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', power = '0'] = digits(value).split('e');
  const exponent = Number(power);
  const significant = mantissa.replace(/[-.]/g, '').replace(/0+$/, '');
  const sign = value < 0 ? '-' : '';
  if (exponent < -4 || exponent >= 6) {
    const fraction = significant.length > 1 ? `.${significant.slice(1)}` : '';
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${significant[0]}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${significant}`;
  if (significant.length <= exponent + 1) return sign + significant.padEnd(exponent + 1, '0');
  return `${sign}${significant.slice(0, exponent + 1)}.${significant.slice(exponent + 1)}`;
}

/** `%#v` of decoded YAML. */
export function goSyntax(value: Json): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : goFloat(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const inner = entries.map(([key, item]) => `${JSON.stringify(key)}:${goSyntax(item ?? null)}`);
  return `map[interface {}]interface {}{${inner.join(', ')}}`;
}
