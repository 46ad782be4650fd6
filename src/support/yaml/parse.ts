/**
 * Reading YAML as the reference does (sigs.k8s.io/yaml over go-yaml v2; spec generators §0.4): text to
 * JSON, first document only. Text that is plain JSON takes the short way through `JSON.parse` wherever
 * that gives the same. Refuses what the reference refuses, with its words, and bounds size and depth.
 */
import { Composer, type Document, isCollection, type Node, Parser } from 'yaml';
import { AppsetError } from '../errors.ts';
import type { Json } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { Decoder, YamlProblem } from './decode.ts';
import { readInPieces } from './pieces.ts';
import { type ParseMistake, problemOf } from './problems.ts';
import { type Reflowed, reflow } from './reflow.ts';

/** Every scalar comes as its text; types, tags and merge keys are this module's business. */
const OPTIONS = {
  version: '1.1',
  schema: 'failsafe',
  merge: false,
  resolveKnownTags: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
  keepSourceTokens: false,
  stringKeys: false,
} as const;

/** Characters go-yaml's reader refuses anywhere, in comments too. */
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;
/** A tab before the first token, which the library lets pass. */
const LEADING_TAB = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)* *\t[ \t]*[^\s#]/;
/** Line breaks and controls of YAML, which JSON strings may hold as they are. */
const YAML_ONLY = /[\x7f-\x9f\u2028\u2029\ufeff-\uffff]/;
/** Halves of surrogate pairs, and the slash, which go-yaml does not take as escapes. */
const FOREIGN_ESCAPE = /\\(?:u[dD][89a-fA-F]|\/)/;
/** Numbers that may be too large for a double. */
const HUGE_NUMBER = /[[:,\s]-?\d[\d.]*[eE]\+?\d{3}|\d{300}/;
const NEGATIVE_ZERO = /[[:,\s]-0(?![.eE])/;

/** Where JSON and YAML part: such text is read as YAML. */
const readsOtherwise = (text: string): boolean =>
  YAML_ONLY.test(text) ||
  (text.includes('\\') && FOREIGN_ESCAPE.test(text)) ||
  (text.includes('-0') && NEGATIVE_ZERO.test(text)) ||
  HUGE_NUMBER.test(text);

/**
 * The first document of `text` as JSON. Integers beyond 2^53 become the nearest double, as they do in
 * the reference once they are params. An empty or comment-only text is null.
 * @throws AppsetError APPSET_E0101 with the text of Go's `yaml.YAMLToJSON`, such as
 *   `yaml: line 2: did not find expected key`, and the position in `place.position`
 * @example parseYaml('y: 010') // { true: 8 }
 */
export function parseYaml(text: string): Json {
  try {
    return decodeFirst(text);
  } catch (error) {
    throw asPlaced(error, text);
  }
}

/**
 * As `parseYaml`, with the words of Go's `yaml.Unmarshal`: its errors begin with
 * `error converting YAML to JSON: `.
 *
 * @param onYaml called before a text that is no plain JSON is read, which takes many times as long
 */
export function unmarshalYaml(text: string, onYaml?: () => void): Json {
  try {
    return decodeFirst(text, onYaml);
  } catch (error) {
    throw asPlaced(error, text).prefixed('error converting YAML to JSON: ');
  }
}

function decodeFirst(text: string, onYaml?: () => void): Json {
  bounded(text);
  const json = plainJson(text);
  if (json !== undefined) return json;
  onYaml?.();
  checkCharacters(text);
  return decodeWhole(text);
}

function decodeWhole(text: string): Json {
  return withReflow(text, (readable) => {
    for (const document of documentsOf(readable)) return decodeDocument(document, readable);
    return null;
  });
}

/**
 * As `unmarshalYaml`, in little memory: a long text is read in pieces where that comes to the same.
 *
 * @param size characters read at once
 * @throws AppsetError as `unmarshalYaml`
 */
export function unmarshalLongYaml(text: string, size?: number): Json {
  const isRefused = text.length > LIMITS.yamlFileBytes || CONTROL.test(text) || LEADING_TAB.test(text);
  const value = isRefused ? undefined : readInPieces(text, decodeWhole, size);
  return value ?? unmarshalYaml(text);
}

/** Reads a text, and once more with its continuation lines indented where it was refused. */
export function withReflow<T>(text: string, read: (readable: string, reflowed?: Reflowed) => T): T {
  try {
    return read(text);
  } catch (error) {
    const again = error instanceof YamlProblem ? reflow(text) : undefined;
    if (again === undefined) throw error;
    try {
      return read(again.text, again);
    } catch (second) {
      throw second instanceof YamlProblem ? error : second;
    }
  }
}

/** The documents of a stream as the library composes them, one at a time. */
export function* documentsOf(text: string): Generator<Document.Parsed> {
  const composer = new Composer(OPTIONS);
  try {
    yield* composer.compose(new Parser().parse(text), true, text.length) as Iterable<Document.Parsed>;
  } catch (error) {
    throw error instanceof RangeError ? tooDeep(0) : error;
  }
}

/** Deeper than is read, or than the stack bears where this is called. */
const tooDeep = (offset: number): YamlProblem =>
  new YamlProblem(`yaml: exceeded max depth of ${LIMITS.yamlDepth}`, offset);

/** The value of one composed document; throws `YamlProblem`. */
export function decodeDocument(document: Document.Parsed, text: string): Json {
  const error = document.errors.find((found) => !isBeyond(found, document, text));
  if (error?.code === 'RESOURCE_EXHAUSTION') throw tooDeep(error.pos[0]);
  if (error !== undefined) throw problemOf(error, text);
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== '1.1') {
    throw new YamlProblem('yaml: found incompatible YAML document', 0);
  }
  return new Decoder(text).decode(document.contents as Node | null);
}

/** Whether a mistake lies where go-yaml has stopped reading: behind a root that ends by itself, or in another document. */
function isBeyond(error: ParseMistake, document: Document.Parsed, text: string): boolean {
  const root = document.contents as Node | null;
  const end = root?.range?.[1];
  const offset = error.pos[0];
  if (root === null || end === undefined || offset < end || error.code === 'RESOURCE_EXHAUSTION')
    return false;
  if (/^---(?:\s|$)/m.test(text.slice(end, offset + 1))) return true;
  const closed = isCollection(root) ? /[\]}]$/.test(text.slice(0, end)) : true;
  return closed && /at node end|doc-start/.test(error.message);
}

/** Whether a text takes long: one that is not refused at once, and no plain JSON. */
export const isLongYaml = (text: string): boolean =>
  text.length > LIMITS.yamlInPlace && text.length <= LIMITS.yamlFileBytes && plainJson(text) === undefined;

/** Refuses a text larger than one file may be. */
export function bounded(text: string): void {
  if (text.length > LIMITS.yamlFileBytes) {
    throw new YamlProblem(`yaml: text of ${text.length} bytes is larger than ${LIMITS.yamlFileBytes}`, 0);
  }
}

export function checkCharacters(text: string): void {
  const control = CONTROL.exec(text);
  if (control !== null) throw new YamlProblem('yaml: control characters are not allowed', control.index);
  const tab = LEADING_TAB.exec(text);
  if (tab !== null) throw new YamlProblem('yaml: found character that cannot start any token', 0);
}

/** The value when the text is plain JSON that YAML reads alike; undefined when it has to be read as YAML. */
function plainJson(text: string): Json | undefined {
  if (!/^[ \r\n]*[{[]/.test(text) || readsOtherwise(text) || nestsDeep(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** May over-estimate, for brackets inside strings; the YAML reader then decides. */
function nestsDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at) | 0x20;
    if (char === 0x7b && ++depth > LIMITS.yamlDepth) return true;
    if (char === 0x7d) depth--;
  }
  return false;
}

/** A problem as an AppsetError with line and column; anything else is passed on. */
export function asPlaced(error: unknown, text: string, file?: string): AppsetError {
  if (!(error instanceof YamlProblem)) throw error;
  const before = text.slice(0, error.offset);
  const line = before.split('\n').length;
  const position = { line, column: error.offset - before.lastIndexOf('\n'), source: text };
  return new AppsetError('APPSET_E0101', error.message, {
    place: { position: file === undefined ? position : { file, ...position } },
    cause: error,
  });
}
