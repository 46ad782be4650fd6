/**
 * From the nodes of one YAML document to JSON, by go-yaml's rules: types of scalars, text for keys,
 * anchors, merge keys in their order, last of duplicate keys. Values of aliases are shared, not copied,
 * and go-yaml's own bound on what aliases may multiply is kept. Throws `YamlProblem` with Go's words.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import { type Json, setKey } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { goFloat, goSyntax } from './go-syntax.ts';
import { resolveNumber, resolvePlain, type ScalarTag } from './scalars.ts';

/** A mistake in a document: Go's words, and where (offset into the text). */
export class YamlProblem extends Error {
  override readonly name = 'YamlProblem';
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const CORE = 'tag:yaml.org,2002:';
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^uU]))/gs;

/** A scanner's words with its line, which the first line has not. */
function scannerText(source: string, offset: number, words: string): string {
  const line = source.slice(0, offset).split('\n').length;
  return `yaml: ${line === 1 ? '' : `line ${line}: `}${words}`;
}

interface Anchored {
  readonly value: Json;
  /** nodes the value stands for, aliases expanded */
  readonly nodes: number;
  readonly isMap: boolean;
}

/** A key before it becomes text: null and integers beyond int64 cannot be one. */
type Key = { readonly text: string } | { readonly refused: string };

export class Decoder {
  readonly #anchors = new Map<string, Anchored | 'open'>();
  #decoded = 0;
  #aliased = 0;
  /** json problems come after all yaml problems, as the reference converts in two steps */
  #late: YamlProblem | undefined;
  readonly #source: string;

  /** @param source the text the nodes were composed from */
  constructor(source: string) {
    this.#source = source;
  }

  /** The value of a document's root node. */
  decode(root: Node | null): Json {
    const value = root === null ? null : this.#value(root, 0);
    if (this.#late !== undefined) throw this.#late;
    return value;
  }

  #node(node: Node, depth: number): Json {
    if (depth > LIMITS.yamlDepth) {
      throw new YamlProblem(`yaml: exceeded max depth of ${LIMITS.yamlDepth}`, offsetOf(node));
    }
    this.#count(1, 0, node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    this.#checkName(isAlias(node) ? node.source : anchor, node);
    if (isAlias(node)) return this.#alias(node.source, node).value;
    const before = this.#decoded;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const value = this.#content(node, depth);
    if (anchor !== undefined) {
      this.#anchors.set(anchor, { value, nodes: this.#decoded - before + 1, isMap: isMap(node) });
    }
    return value;
  }

  #content(node: Node, depth: number): Json {
    if (isMap(node)) return this.#map(node.items as Pair<Node, Node | null>[], depth);
    if (isSeq(node)) {
      return node.items.map((item) => (item === null ? null : this.#value(item as Node, depth + 1)));
    }
    this.#checkEscapes(node as Scalar);
    return scalarValue(node as Scalar).value;
  }

  /** go-yaml knows fewer escapes than the library: not `\\/`, and no halves of surrogate pairs. */
  #checkEscapes(node: Scalar): void {
    if (node.type !== 'QUOTE_DOUBLE') return;
    const [start, end] = node.range ?? [0, 0];
    for (const match of this.#source.slice(start, end).matchAll(ESCAPE)) {
      const at = start + match.index;
      if (match[3] === '/')
        throw new YamlProblem(scannerText(this.#source, at, 'found unknown escape character'), at);
      const code = Number.parseInt(match[1] ?? match[2] ?? '0', 16);
      if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
        const words = 'found invalid Unicode character escape code';
        throw new YamlProblem(scannerText(this.#source, at, words), at);
      }
    }
  }

  /** A node whose value ends in the result: what JSON cannot carry is refused. */
  #value(node: Node, depth: number): Json {
    const value = this.#node(node, depth);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#late ??= new YamlProblem(`json: unsupported value: ${goFloat(value)}`, offsetOf(node));
    }
    return value;
  }

  /** Names of anchors end sooner for go-yaml, and only some characters may follow one. */
  #checkName(name: string | undefined, node: Node): void {
    if (name === undefined || /^[\w-]+(?:$|[?:,\]}%@`])/.test(name)) return;
    const at = offsetOf(node);
    const words = 'did not find expected alphabetic or numeric character';
    throw new YamlProblem(scannerText(this.#source, at, words), at);
  }

  #alias(name: string, node: Node): Anchored {
    const anchored = this.#anchors.get(name);
    if (anchored === undefined) {
      throw new YamlProblem(`yaml: unknown anchor '${name}' referenced`, offsetOf(node));
    }
    if (anchored === 'open') {
      throw new YamlProblem(`yaml: anchor '${name}' value contains itself`, offsetOf(node));
    }
    this.#count(anchored.nodes, anchored.nodes, node);
    return anchored;
  }

  /** go-yaml's bound: past a small start, aliases may not make up nearly all of what is decoded. */
  #count(nodes: number, fromAliases: number, node: Node): void {
    this.#decoded += nodes;
    this.#aliased += fromAliases;
    if (
      this.#aliased > LIMITS.yamlAliases &&
      this.#decoded > 1_000 &&
      this.#aliased / this.#decoded > allowedAliasRatio(this.#decoded)
    ) {
      throw new YamlProblem('yaml: document contains excessive aliasing', offsetOf(node));
    }
  }

  #map(items: readonly Pair<Node, Node | null>[], depth: number): Json {
    const map: Record<string, Json | undefined> = {};
    for (const { key, value } of items) {
      if (isMergeKey(key)) {
        if (value !== null) this.#merge(value, map, depth, true);
        continue;
      }
      const name = this.#key(key, depth);
      const item = value === null || value === undefined ? null : this.#value(value, depth + 1);
      if ('text' in name) setKey(map, name.text, item);
      else {
        const shown = item === null ? '<nil>' : goSyntax(item);
        this.#late ??= new YamlProblem(`${name.refused}, value: ${shown}`, offsetOf(key));
      }
    }
    return map;
  }

  #key(key: Node, depth: number): Key {
    if (key === null) return { text: '' };
    let resolved: { tag: ScalarTag; value: Json; integer?: bigint };
    if (isAlias(key) || !isScalar(key)) {
      const value = this.#node(key, depth + 1);
      if (typeof value === 'object' && value !== null) {
        throw new YamlProblem(`yaml: invalid map key: ${goSyntax(value)}`, offsetOf(key));
      }
      resolved = { tag: value === null ? 'null' : typeof value === 'number' ? 'float' : 'str', value };
    } else {
      this.#node(key, depth + 1);
      resolved = scalarValue(key);
    }
    return keyText(resolved);
  }

  #merge(node: Node, map: Record<string, Json | undefined>, depth: number, lists: boolean): void {
    if (isSeq(node) && lists) {
      for (const item of [...node.items].reverse()) this.#merge(item as Node, map, depth, false);
      return;
    }
    const wrong = () =>
      new YamlProblem('yaml: map merge requires map or sequence of maps as the value', offsetOf(node));
    if (isAlias(node)) {
      this.#count(1, 0, node);
      const anchored = this.#alias(node.source, node);
      if (!anchored.isMap) throw wrong();
      for (const [key, value] of Object.entries(anchored.value as object)) setKey(map, key, value as Json);
      return;
    }
    if (!isMap(node)) throw wrong();
    for (const [key, value] of Object.entries(this.#node(node, depth + 1) as object)) {
      setKey(map, key, value as Json);
    }
  }
}

function keyText(resolved: { tag: ScalarTag; value: Json; integer?: bigint }): Key {
  const { value, integer } = resolved;
  if (value === null) return { refused: 'unsupported map key of type: %!s(<nil>), key: <nil>' };
  if (integer !== undefined) {
    if (integer >= 2n ** 63n) {
      return { refused: `unsupported map key of type: uint64, key: 0x${integer.toString(16)}` };
    }
    return { text: integer.toString() };
  }
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return { text: '.nan' };
    if (!Number.isFinite(value)) return { text: value > 0 ? '.inf' : '-.inf' };
    return { text: goFloat(Math.fround(value), shortest32) };
  }
  return { text: String(value) };
}

/** Shortest digits that give the same single-precision number back. */
function shortest32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toExponential(digits - 1);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential(8);
}

export function isMergeKey(key: Node | null): boolean {
  return (
    isScalar(key) &&
    key.value === '<<' &&
    (key.tag === `${CORE}merge` || ((key.tag === undefined || key.tag === '!') && key.type === 'PLAIN'))
  );
}

/** The typed value of a scalar node, its tag taken into account. */
export function scalarValue(node: Scalar): { tag: ScalarTag; value: Json; integer?: bigint } {
  const text = typeof node.value === 'string' ? node.value : '';
  const tag = node.tag;
  if (tag === undefined) return node.type === 'PLAIN' ? resolvePlain(text) : { tag: 'str', value: text };
  if (!tag.startsWith(CORE)) return { tag: 'str', value: text };
  const wanted = tag.slice(CORE.length);
  if (wanted === 'str') return { tag: 'str', value: text };
  if (wanted === 'binary') return { tag: 'str', value: binary(text, node) };
  if (!['null', 'bool', 'int', 'float', 'timestamp', 'merge'].includes(wanted)) {
    return { tag: 'str', value: text };
  }
  const resolved = wanted === 'timestamp' ? resolvePlain(text) : resolveTagged(text);
  if (resolved.tag === wanted || (wanted === 'float' && resolved.tag === 'int')) {
    return wanted === 'float' ? { tag: 'float', value: resolved.value } : resolved;
  }
  throw new YamlProblem(`yaml: cannot decode !!${resolved.tag} \`${text}\` as a !!${wanted}`, offsetOf(node));
}

/** As a plain scalar, but a date is only one under its own tag. */
function resolveTagged(text: string): ReturnType<typeof resolvePlain> {
  const resolved = resolvePlain(text);
  if (resolved.tag !== 'timestamp') return resolved;
  return resolveNumber(text) ?? { tag: 'str', value: text };
}

function binary(text: string, node: Node): string {
  const compact = text.replace(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    throw new YamlProblem('yaml: !!binary value contains invalid base64 data', offsetOf(node));
  }
  return Buffer.from(compact, 'base64').toString('utf8');
}

function allowedAliasRatio(decoded: number): number {
  if (decoded <= 400_000) return 0.99;
  if (decoded >= 4_000_000) return 0.1;
  return 0.99 - 0.89 * ((decoded - 400_000) / 3_600_000);
}

export function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
