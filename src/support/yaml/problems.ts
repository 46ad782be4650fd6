/**
 * Go's words for what the YAML library found wrong. The reference's messages reach users in conditions,
 * so the text and its odd line numbers are kept: a scanner's mistake on the first line has no line,
 * later ones count from one; a parser's mistake counts one line less. Where the two parsers see a
 * mistake differently the nearest wording is used.
 */
import type { ErrorCode } from 'yaml';
import { YamlProblem } from './decode.ts';

/** What the library says of a mistake. */
export interface ParseMistake {
  readonly code: ErrorCode;
  readonly message: string;
  readonly pos: readonly [number, number];
}

type Stage = 'scanner' | 'parser';

const START = 'found character that cannot start any token';

/** The library's error as go-yaml would word it. */
export function problemOf(error: ParseMistake, text: string): YamlProblem {
  const [stage, words, offset] = wording(error, text);
  const line = lineAt(text, offset) - (words.endsWith('end of stream') && !text.endsWith('\n') ? 1 : 0);
  const shown = line === 0 ? 0 : stage === 'scanner' ? line + 1 : line;
  // The library stands at the beginning of what it could not read; a colon too many is the better place.
  const place = words.startsWith('mapping values') ? offset : error.pos[0];
  return new YamlProblem(`yaml: ${shown === 0 ? '' : `line ${shown}: `}${words}`, place);
}

/** 0-based line; the end of the text counts as a line of its own. */
function lineAt(text: string, offset: number): number {
  let line = 0;
  const end = Math.min(offset, text.length);
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) line++;
  return offset >= text.length && !text.endsWith('\n') ? line + 1 : line;
}

function wording(error: ParseMistake, text: string): [Stage, string, number] {
  const offset = error.pos[0];
  const message = error.message;
  switch (error.code) {
    case 'BAD_SCALAR_START':
    case 'TAB_AS_INDENT':
      return ['scanner', START, offset];
    case 'BAD_DQ_ESCAPE':
      return /\\[xuU]/.test(text.slice(offset, offset + 2))
        ? ['scanner', 'did not find expected hexdecimal number', offset]
        : ['scanner', 'found unknown escape character', offset];
    case 'BAD_DIRECTIVE':
      return ['parser', 'found incompatible YAML document', offset];
    case 'MULTILINE_IMPLICIT_KEY':
    case 'KEY_OVER_1024_CHARS':
      return ['scanner', 'mapping values are not allowed in this context', colonAfter(text, offset)];
    case 'BLOCK_AS_IMPLICIT_KEY':
      return message.includes('sequence')
        ? ['scanner', 'block sequence entries are not allowed in this context', offset]
        : ['scanner', 'mapping values are not allowed in this context', colonAfter(text, offset)];
    case 'MISSING_CHAR':
      return missing(message, text, offset);
    case 'BAD_INDENT':
      if (message.includes('sequence items'))
        return ['parser', "did not find expected '-' indicator", offset];
      if (message.includes('must be sufficiently indented and end')) return flowEnd(message, offset);
      return ['parser', 'did not find expected key', offset];
    case 'UNEXPECTED_TOKEN':
      if (/Unexpected (,|empty item)/.test(message))
        return ['parser', 'did not find expected node content', offset];
      if (message.includes('document')) return ['parser', 'did not find expected <document start>', offset];
      return ['parser', 'did not find expected key', offset];
    default:
      return ['parser', 'did not find expected key', offset];
  }
}

function missing(message: string, text: string, offset: number): [Stage, string, number] {
  if (/closing ["']quote/.test(message)) return ['scanner', 'found unexpected end of stream', text.length];
  if (message.startsWith('Implicit map keys')) {
    return ['scanner', "could not find expected ':'", nextToken(text, offset)];
  }
  if (message.includes('without - indicator'))
    return ['parser', "did not find expected '-' indicator", offset];
  if (/Missing , between|Missing , or :|must end with|sufficiently indented and end/.test(message)) {
    return flowEnd(message, offset);
  }
  if (message.includes('doc-start') || message.includes('directives-end')) {
    return ['parser', 'did not find expected <document start>', offset];
  }
  return ['parser', 'did not find expected key', offset];
}

function flowEnd(message: string, offset: number): [Stage, string, number] {
  const close = /map|}/i.test(message) && !/]/.test(message) ? '}' : ']';
  return ['parser', `did not find expected ',' or '${close}'`, offset];
}

function colonAfter(text: string, offset: number): number {
  const match = /:(?=[ \t\r\n]|$)/g;
  match.lastIndex = offset;
  return match.exec(text)?.index ?? offset;
}

/** Start of the token on the next lines. */
function nextToken(text: string, offset: number): number {
  const match = /\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ ]*(?=[^\s#])/g;
  match.lastIndex = offset;
  const found = match.exec(text);
  return found === null ? text.length : found.index + found[0].length;
}
