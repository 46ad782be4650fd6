/**
 * Long YAML read piece by piece: a composed document takes a hundred times its text in memory, so that of
 * a large one a few items at a time are composed, and only their values kept. It is done where a block
 * list or map ends each item before the next begins in its column, told by plain keys and dashes, and
 * nothing of one item reaches into another (aliases). Whatever else there is, or fails, is left to whoever
 * reads the text as a whole: a value that comes from here is the one that comes from there.
 */
import { type Json, setKey } from '../json.ts';
import { LIMITS } from '../limits.ts';

/** An alias, or text that may be one. */
const ALIAS = /(?:^|[\s[{,:-])\*[^\s*]/;
/** Line breaks that YAML 1.1 knows beside \n and \r\n. */
const OTHER_BREAKS = /[\u0085\u2028\u2029]|\r(?!\n)/;
const DOCUMENT_START = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*---[ \t]*\r?\n/;
const DASH = /-(?=[ \r\n]|$)/y;
const KEY = /(?:[A-Za-z0-9_.][\w ./@-]*|"[^"\\\r\n]*"|'[^'\r\n]*'):(?=[ \r\n]|$)/y;
/** What is behind the key of a block that stands on lines of its own. */
const REST_OF_KEY = /[ \t]*(?:[ \t]#[^\n]*)?\r?\n/y;

interface Line {
  readonly start: number;
  /** of its first character that is no space */
  readonly text: number;
  /** behind its line break */
  readonly end: number;
}

interface Item {
  readonly start: number;
  end: number;
  /** of a key whose value stands on the lines below: the key as written, and where they begin */
  readonly below?: { readonly key: string; readonly start: number };
}

class Whole extends Error {}

function* linesOf(text: string, from: number, to: number): Generator<Line> {
  for (let start = from; start < to; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 || found >= to ? to : found + 1;
    let at = start;
    while (at < end && text.charCodeAt(at) === 0x20) at++;
    yield { start, text: at, end };
    start = end;
  }
}

const isBlank = (text: string, { text: at, end }: Line): boolean =>
  at >= end || text[at] === '\n' || text[at] === '\r' || text[at] === '#';

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

/** The items of a block, each from its first line to the first of the next. */
function itemsOf(
  text: string,
  from: number,
  to: number,
): { readonly items: Item[]; readonly isList: boolean } {
  const items: Item[] = [];
  let column = -1;
  let isList = false;
  for (const line of linesOf(text, from, to)) {
    if (isBlank(text, line)) continue;
    const at = line.text - line.start;
    const dash = matchAt(DASH, text, line.text);
    if (column < 0) {
      column = at;
      isList = dash !== undefined;
    }
    if (at < column) throw new Whole();
    if (at > column) continue;
    const last = items.at(-1);
    if (dash !== undefined) {
      // a list may stand in the column of its key
      if (!isList && last?.below !== undefined) continue;
      if (!isList) throw new Whole();
      if (last !== undefined) last.end = line.start;
      items.push({ start: line.start, end: to });
      continue;
    }
    const key = isList ? undefined : matchAt(KEY, text, line.text);
    if (key === undefined) throw new Whole();
    if (last !== undefined) last.end = line.start;
    const behind = line.text + key.length;
    const rest = matchAt(REST_OF_KEY, text, behind);
    const below = rest === undefined ? {} : { below: { key, start: behind + rest.length } };
    items.push({ start: line.start, end: to, ...below });
  }
  return { items, isList };
}

interface Reading {
  readonly text: string;
  /** reads one text as a whole */
  readonly read: (piece: string) => Json;
  /** characters read at once */
  readonly size: number;
}

function add(into: Json[] | { [key: string]: Json }, piece: Json): void {
  if (Array.isArray(into)) {
    if (!Array.isArray(piece)) throw new Whole();
    for (const item of piece) into.push(item);
    return;
  }
  if (typeof piece !== 'object' || piece === null || Array.isArray(piece)) throw new Whole();
  for (const [key, value] of Object.entries(piece)) {
    if (Object.hasOwn(into, key)) throw new Whole();
    setKey(into, key, value as Json);
  }
}

function block({ text, read, size }: Reading, from: number, to: number, depth: number): Json {
  if (depth > LIMITS.yamlPieceNesting) throw new Whole();
  const { items, isList } = itemsOf(text, from, to);
  if (items.length === 0) throw new Whole();
  const value: Json[] | { [key: string]: Json } = isList ? [] : {};
  for (let index = 0; index < items.length; ) {
    const first = items[index] as Item;
    if (first.end - first.start > size && first.below !== undefined) {
      add(value, belowKey({ text, read, size }, first, first.below, depth));
      index++;
      continue;
    }
    let last = first;
    for (index++; index < items.length; index++) {
      const next = items[index] as Item;
      if (next.end - first.start > size) break;
      last = next;
    }
    add(value, read(text.slice(first.start, last.end)));
  }
  return value;
}

/** A long value below its key, in pieces of its own where it is a block. */
function belowKey(
  reading: Reading,
  item: Item,
  { key, start }: NonNullable<Item['below']>,
  depth: number,
): Json {
  const { text, read } = reading;
  let value: Json;
  try {
    value = block(reading, start, item.end, depth + 1);
  } catch (error) {
    if (!(error instanceof Whole)) throw error;
    return read(text.slice(item.start, item.end));
  }
  const named = read(`${key} 0\n`);
  const [name] = Object.keys(named as object);
  if (name === undefined) throw new Whole();
  const entry: { [key: string]: Json } = {};
  setKey(entry, name, value);
  return entry;
}

/**
 * The value of a text, when it can be read in pieces; undefined when it has to be read as a whole, be it
 * for the words of its error.
 *
 * @param read reads one text as a whole; what it throws ends the attempt
 * @param size characters read at once
 */
export function readInPieces(
  text: string,
  read: Reading['read'],
  size: number = LIMITS.yamlPiece,
): Json | undefined {
  if (ALIAS.test(text) || OTHER_BREAKS.test(text)) return undefined;
  const start = DOCUMENT_START.exec(text)?.[0].length ?? 0;
  try {
    return block({ text, read, size }, start, text.length, 0);
  } catch {
    return undefined;
  }
}
