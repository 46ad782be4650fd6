/**
 * Go's JSON encoding of template values (spec sprig-functions §8, generators §0.3 B): keys in byte
 * order, floats in plain digits between 1e-6 and 1e21, `<`, `>`, `&` escaped unless asked otherwise.
 * Refuses NaN, infinities, functions and maps that contain themselves, with Go's texts.
 */
import type { Json } from '../../api/objects.ts';
import { compareBytes } from '../../support/byte-strings.ts';
import {
  GoComplex,
  GoInt,
  GoMap,
  GoObject,
  GoSlice,
  type GoValue,
  typeOf,
  type WorkBudget,
} from '../values.ts';
import { fail } from './define.ts';
import { Growth } from './growth.ts';
import { bytesOf } from './text-of.ts';

export interface JsonStyle {
  /** escape `<`, `>` and `&`; the default */
  readonly html?: boolean;
  /** one member a line, indented by two spaces */
  readonly pretty?: boolean;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

const hex = (char: string): string => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
const escapeChar = (char: string): string => SHORT[char] ?? (char.isWellFormed() ? hex(char) : '\\ufffd');

const PLAIN = /["\\\0-\x1f\u2028\u2029]|\p{Surrogate}/gu;
const HTML = /["\\<>&\0-\x1f\u2028\u2029]|\p{Surrogate}/gu;

export const jsonString = (text: string, html = true): string =>
  `"${text.replace(html ? HTML : PLAIN, escapeChar)}"`;

/** A float as Go's encoder writes it; JavaScript's own text is the same but for negative zero. */
export function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) {
    fail(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

class Encoder {
  readonly #html: boolean;
  readonly #pretty: boolean;
  readonly #open = new Set<GoMap | GoSlice>();
  readonly #budget: WorkBudget;
  readonly #growth: Growth;

  constructor(style: JsonStyle, budget: WorkBudget) {
    this.#budget = budget;
    this.#growth = new Growth(budget);
    this.#html = style.html ?? true;
    this.#pretty = style.pretty ?? false;
  }

  #leaf(text: string): string {
    this.#budget.spend(1);
    return this.#growth.add(text);
  }

  /** Brackets, commas and indentation count too: lists may hold nothing but lists, and lie deep. */
  #block(open: string, members: readonly string[], close: string, indent: string): string {
    this.#budget.spend(1);
    const between = this.#pretty ? indent.length + 4 : 1;
    this.#growth.count(between * (members.length + 1));
    if (members.length === 0) return open + close;
    if (!this.#pretty) return open + members.join(',') + close;
    return `${open}\n${indent}  ${members.join(`,\n${indent}  `)}\n${indent}${close}`;
  }

  #member(key: string, value: string): string {
    return `${this.#leaf(jsonString(key, this.#html))}:${this.#pretty ? ' ' : ''}${value}`;
  }

  #map(map: GoMap, indent: string): string {
    if (map.isNil) return 'null';
    if (map.key !== 'string' && !/^u?int/.test(map.key)) fail(`json: unsupported type: ${typeOf(map)}`);
    const members = [...map.entries]
      .map(([key, value]) => [String(key), value] as const)
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([key, value]) => this.#member(key, this.#value(value, `${indent}  `)));
    return this.#block('{', members, '}', indent);
  }

  #slice(slice: GoSlice, indent: string): string {
    if (slice.isNil) return 'null';
    if (slice.elem === 'uint8') return `"${Buffer.from(bytesOf(slice)).toString('base64')}"`;
    return this.#block(
      '[',
      slice.items.map((item) => this.#value(item, `${indent}  `)),
      ']',
      indent,
    );
  }

  #plain(json: Json | undefined, indent: string): string {
    if (json === undefined) return '{}';
    if (json === null || typeof json === 'boolean') return String(json);
    if (typeof json === 'string') return this.#leaf(jsonString(json, this.#html));
    if (typeof json === 'number') return this.#leaf(jsonNumber(json));
    const deeper = `${indent}  `;
    if (Array.isArray(json))
      return this.#block(
        '[',
        json.map((item) => this.#plain(item, deeper)),
        ']',
        indent,
      );
    const members = Object.entries(json).map(([key, item]) => this.#member(key, this.#plain(item, deeper)));
    return this.#block('{', members, '}', indent);
  }

  encode(value: GoValue): string {
    const text = this.#value(value, '');
    this.#growth.end();
    return text;
  }

  #value(value: GoValue, indent: string): string {
    if (value === null || typeof value === 'boolean') return this.#leaf(String(value));
    if (typeof value === 'string') return this.#leaf(jsonString(value, this.#html));
    if (typeof value === 'number') return this.#leaf(jsonNumber(value));
    if (value instanceof GoInt) return this.#leaf(String(value.v));
    if (value instanceof GoComplex) return fail(`json: unsupported type: ${typeOf(value)}`);
    if (value instanceof GoObject) return this.#plain(value.toJson(), indent);
    if (!(value instanceof GoMap || value instanceof GoSlice))
      return fail(`json: unsupported type: ${typeOf(value)}`);
    if (this.#open.has(value)) fail(`json: unsupported value: encountered a cycle via ${typeOf(value)}`);
    this.#open.add(value);
    const text = value instanceof GoMap ? this.#map(value, indent) : this.#slice(value, indent);
    this.#open.delete(value);
    return text;
  }
}

/**
 * JSON text of a value.
 *
 * @throws GoError with the encoder's text when it has none
 */
export const encodeJson = (value: GoValue, budget: WorkBudget, style: JsonStyle = {}): string =>
  new Encoder(style, budget).encode(value);
