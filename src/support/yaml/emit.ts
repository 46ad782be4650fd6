/**
 * Writing YAML as go-yaml v2 does (spec sprig §18.2): block style, indent 2, lists inside maps not
 * indented, its quoting and its folding at column 80. One writer, two profiles: exact (`emitGoYaml`),
 * and for people (`emitYaml`), which keeps the order of keys, folds nothing and shows emoji as they are.
 */
import { AppsetError } from '../errors.ts';
import { goFloat } from './go-syntax.ts';
import { compareKeys } from './key-order.ts';
import { analyse, needsEscape, type ScalarStyle } from './scalar-style.ts';

/** JSON, and integers of any size as bigint. */
export type YamlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue | undefined };

interface Profile {
  readonly sortKeys: boolean;
  /** column at which a space becomes a line break */
  readonly width: number;
  /** see `analyse` */
  readonly people: boolean;
  /** what the reference's way through JSON does to text is done here too */
  readonly throughJson: boolean;
}

const GO: Profile = { sortKeys: true, width: 80, people: false, throughJson: true };
const PEOPLE: Profile = {
  sortKeys: false,
  width: Number.POSITIVE_INFINITY,
  people: true,
  throughJson: false,
};

/**
 * What Go's `yaml.Marshal` of sigs.k8s.io/yaml writes for a JSON value, final newline included.
 * @throws AppsetError APPSET_E0101 `yaml: control characters are not allowed` for U+007F,
 *   `error marshaling into JSON: json: unsupported value: NaN` for what is no JSON number
 */
export function emitGoYaml(value: YamlValue): string {
  return new Writer(GO).document(value);
}

/**
 * Documents for people, `---` between them. What kubectl reads back is what was written.
 * @example emitYaml([{ kind: 'A' }, { kind: 'B' }]) // 'kind: A\n---\nkind: B\n'
 */
export function emitYaml(values: readonly YamlValue[]): string {
  return values.map((value) => new Writer(PEOPLE).document(value)).join('---\n');
}

/** go-yaml's emitter state: where the line stands decides whether a block continues on it. */
class Writer {
  readonly #profile: Profile;
  #out: string[] = [];
  #column = 0;
  /** the last thing written was white space or an indicator that ends in it */
  #whitespace = true;
  /** nothing but indentation and indicators stands on this line yet */
  #indention = true;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  document(value: YamlValue): string {
    this.#node(value, -1, false, false);
    this.#lineTo(0);
    return this.#out.join('');
  }

  #node(value: YamlValue, indent: number, inMap: boolean, simpleKey: boolean): void {
    if (Array.isArray(value)) {
      if (value.length === 0) this.#word('[]');
      else this.#sequence(value as readonly YamlValue[], indent, inMap);
    } else if (typeof value === 'object' && value !== null) {
      this.#map(value as Record<string, YamlValue | undefined>, indent);
    } else if (typeof value === 'string') {
      this.#text(this.#readBack(value), indent, simpleKey);
    } else {
      this.#word(scalarText(value));
    }
  }

  #sequence(items: readonly YamlValue[], indent: number, inMap: boolean): void {
    const inner = inMap && !this.#indention ? indent : deeper(indent);
    for (const item of items) {
      this.#lineTo(inner);
      this.#indicator('-', true, false, true);
      this.#node(item, inner, false, false);
    }
  }

  #map(map: Record<string, YamlValue | undefined>, indent: number): void {
    const entries = Object.entries(map)
      .filter((entry): entry is [string, YamlValue] => entry[1] !== undefined)
      .map(([key, item]): [string, YamlValue] => [this.#readBackKey(key), item]);
    if (entries.length === 0) {
      this.#word('{}');
      return;
    }
    if (this.#profile.sortKeys) entries.sort(([a], [b]) => compareKeys(a, b));
    const inner = deeper(indent);
    for (const [key, item] of entries) {
      this.#lineTo(inner);
      const simple = Buffer.byteLength(key) <= 128 && !analyse(key, false, this.#profile.people).multiline;
      if (simple) {
        this.#node(key, inner, true, true);
        this.#indicator(':', false, false, false);
      } else {
        this.#indicator('?', true, false, true);
        this.#node(key, inner, true, false);
        this.#lineTo(inner);
        this.#indicator(':', true, false, true);
      }
      this.#node(item, inner, true, false);
    }
  }

  /**
   * The reference writes JSON and reads it as YAML before it emits: U+007F does not survive that, and
   * U+0085, a line break to YAML, is folded.
   */
  #readBack(value: string): string {
    const text = value.isWellFormed() ? value : value.toWellFormed();
    if (!this.#profile.throughJson) return text;
    if (text.includes('\x7f')) {
      throw new AppsetError('APPSET_E0101', 'yaml: control characters are not allowed');
    }
    if (!text.includes('\x85')) return text;
    return text.replace(/ *\x85(?: *\x85)* */g, (run) => '\n'.repeat(run.split('\x85').length - 2) || ' ');
  }

  /** A key may not stretch over lines in the JSON that is read back. */
  #readBackKey(key: string): string {
    if (this.#profile.throughJson && key.includes('\x85')) {
      throw new AppsetError('APPSET_E0101', "yaml: line 1: did not find expected ',' or '}'");
    }
    return this.#readBack(key);
  }

  #text(text: string, parent: number, simpleKey: boolean): void {
    const indent = parent < 0 ? 2 : parent + 2;
    const style: ScalarStyle = analyse(text, simpleKey, this.#profile.people).style;
    const fold = !simpleKey;
    if (style === 'literal') this.#literal(text, indent);
    else if (style === 'double') this.#double(text, indent, fold);
    else if (style === 'single') this.#single(text, indent, fold);
    else this.#plain(text, indent, fold);
  }

  #plain(text: string, indent: number, fold: boolean): void {
    if (!this.#whitespace) this.#put(' ');
    let spaces = false;
    const chars = Array.from(text);
    for (const [at, char] of chars.entries()) {
      if (char === ' ') {
        if (fold && !spaces && this.#column > this.#profile.width && chars[at + 1] !== ' ')
          this.#lineTo(indent);
        else this.#put(' ');
        spaces = true;
      } else {
        this.#put(char);
        this.#indention = false;
        spaces = false;
      }
    }
    this.#whitespace = false;
    this.#indention = false;
  }

  #single(text: string, indent: number, fold: boolean): void {
    this.#indicator("'", true, false, false);
    let spaces = false;
    let breaks = false;
    const chars = Array.from(text);
    for (const [at, char] of chars.entries()) {
      const inside = at > 0 && at < chars.length - 1;
      if (char === ' ') {
        if (fold && !spaces && this.#column > this.#profile.width && inside && chars[at + 1] !== ' ') {
          this.#lineTo(indent);
        } else this.#put(' ');
        spaces = true;
      } else if (isBreak(char)) {
        this.#break(char);
        this.#indention = true;
        breaks = true;
      } else {
        if (breaks) this.#lineTo(indent);
        this.#put(char === "'" ? "''" : char);
        this.#indention = false;
        spaces = false;
        breaks = false;
      }
    }
    this.#indicator("'", false, false, false);
    this.#whitespace = false;
    this.#indention = false;
  }

  #double(text: string, indent: number, fold: boolean): void {
    this.#indicator('"', true, false, false);
    // go-yaml looks for a byte order mark at the start of the text, whichever character it is at.
    const escapeAll = this.#profile.throughJson && text.startsWith('\ufeff');
    let spaces = false;
    const chars = Array.from(text);
    for (const [at, char] of chars.entries()) {
      if (escapeAll || char === '"' || char === '\\' || needsEscape(char, this.#profile.people)) {
        this.#put(escapeOf(char));
        spaces = false;
      } else if (char === ' ') {
        const inside = at > 0 && at < chars.length - 1;
        if (fold && !spaces && this.#column > this.#profile.width && inside) {
          this.#lineTo(indent);
          if (chars[at + 1] === ' ') this.#put('\\');
        } else this.#put(' ');
        spaces = true;
      } else {
        this.#put(char);
        spaces = false;
      }
    }
    this.#indicator('"', false, false, false);
    this.#whitespace = false;
    this.#indention = false;
  }

  #literal(text: string, indent: number): void {
    this.#indicator('|', true, false, false);
    if (/^[ \n\r\u0085\u2028\u2029]/.test(text)) this.#indicator('2', false, false, false);
    const chars = Array.from(text);
    if (!isBreak(chars.at(-1))) this.#indicator('-', false, false, false);
    else if (chars.length === 1 || isBreak(chars.at(-2))) this.#indicator('+', false, false, false);
    this.#break('\n');
    this.#indention = true;
    this.#whitespace = true;
    let breaks = true;
    for (const char of chars) {
      if (isBreak(char)) {
        this.#break(char);
        this.#indention = true;
        breaks = true;
      } else {
        if (breaks) this.#lineTo(indent);
        this.#put(char);
        this.#indention = false;
        breaks = false;
      }
    }
  }

  #word(text: string): void {
    if (!this.#whitespace) this.#put(' ');
    this.#put(text);
    this.#whitespace = false;
    this.#indention = false;
  }

  #indicator(text: string, needsSpace: boolean, isSpace: boolean, isIndention: boolean): void {
    if (needsSpace && !this.#whitespace) this.#put(' ');
    this.#put(text);
    this.#whitespace = isSpace;
    this.#indention = this.#indention && isIndention;
  }

  /** Moves to a column of a fresh line, or of this one when only indentation stands on it. */
  #lineTo(indent: number): void {
    const column = Math.max(indent, 0);
    if (!this.#indention || this.#column > column || (this.#column === column && !this.#whitespace)) {
      this.#break('\n');
    }
    if (this.#column < column) this.#put(' '.repeat(column - this.#column));
    this.#whitespace = true;
    this.#indention = true;
  }

  #put(text: string): void {
    this.#out.push(text);
    this.#column += text.length === 2 && text > '\ud7ff' && text < '\ue000' ? 1 : text.length;
  }

  #break(char: string): void {
    this.#out.push(char);
    this.#column = 0;
  }
}

const deeper = (indent: number): number => (indent < 0 ? 0 : indent + 2);

const isBreak = (char: string | undefined): boolean =>
  char !== undefined && /^[\n\r\u0085\u2028\u2029]$/.test(char);

function scalarText(value: null | boolean | number | bigint): string {
  if (typeof value !== 'number') return String(value);
  if (!Number.isFinite(value)) {
    throw new AppsetError(
      'APPSET_E0101',
      `error marshaling into JSON: json: unsupported value: ${goFloat(value)}`,
    );
  }
  const json = String(value);
  if (!/^-?\d+$/.test(json)) return goFloat(value);
  const integer = BigInt(json);
  return integer < 2n ** 64n && integer >= -(2n ** 63n) ? integer.toString() : goFloat(value);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escapeOf(char: string): string {
  const short = ESCAPES[char];
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
