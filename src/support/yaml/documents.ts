/**
 * Files of the command line: every document of a stream, its value as the cluster would read it, and
 * where in the file each part of it stands, for lint and error messages.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Json } from '../json.ts';
import { isMergeKey, YamlProblem } from './decode.ts';
import { asPlaced, bounded, checkCharacters, decodeDocument, documentsOf, withReflow } from './parse.ts';
import type { Reflowed } from './reflow.ts';

/** 1-based. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

export interface YamlDocument {
  readonly value: Json;
  /** where the document's content begins */
  readonly start: SourcePosition;
  /**
   * Where the value at a path stands, or its key when `of` is `key`. A path is a list, or text such as
   * `spec.generators[0].git`. What is not there answers with the value, or key, of its nearest parent that is.
   */
  position(path: string | readonly (string | number)[], of?: 'key' | 'value'): SourcePosition;
}

/**
 * All documents of a stream; empty ones are left out.
 * @param file name for error messages
 * @throws AppsetError APPSET_E0101, as `parseYaml`, for the first document that is not valid
 */
export function parseYamlDocuments(text: string, file?: string): YamlDocument[] {
  try {
    bounded(text);
    checkCharacters(text);
    return withReflow(text, (readable, reflowed) => documents(text, readable, reflowed));
  } catch (error) {
    if (error instanceof YamlProblem) throw asPlaced(error, text, file);
    throw error;
  }
}

function documents(text: string, readable: string, reflowed: Reflowed | undefined): YamlDocument[] {
  const lines = lineStarts(text);
  const place = (offset: number) => positionOf(lines, reflowed?.original(offset) ?? offset);
  const found: YamlDocument[] = [];
  for (const composed of documentsOf(readable)) {
    const value = decodeDocument(composed, readable);
    const root = composed.contents as Node | null;
    if (root === null || (value === null && root.range?.[0] === root.range?.[1])) continue;
    let anchors: ReadonlyMap<string, Node> | undefined;
    found.push({
      value,
      start: place(root.range?.[0] ?? 0),
      position: (path, of = 'value') => {
        anchors ??= anchorsOf(root);
        return place(find(root, anchors, pathOf(path), of));
      },
    });
  }
  return found;
}

/** Offset of the node at a path, or of the nearest parent. */
function find(
  root: Node,
  anchors: ReadonlyMap<string, Node>,
  path: readonly (string | number)[],
  of: 'key' | 'value',
): number {
  const follow = (node: Node | null): Node | null =>
    isAlias(node) ? (anchors.get(node.source) ?? node) : node;
  let node: Node | null = root;
  let offset = root.range?.[0] ?? 0;
  let parent = offset;
  const missing = () => (of === 'key' ? parent : offset);
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    const container: Node | null = follow(node);
    if (isSeq(container) && typeof step === 'number') {
      node = (container.items[step] as Node | undefined) ?? null;
      if (node === null) return missing();
      offset = node.range?.[0] ?? offset;
      parent = offset;
    } else if (isMap(container)) {
      const pair = pairOf(container.items as Pair<Node, Node | null>[], String(step), follow);
      if (pair === undefined) return missing();
      node = pair.value;
      const key = pair.key.range?.[0] ?? offset;
      offset = last && of === 'key' ? key : empty(node) ? key : (node?.range?.[0] ?? key);
      parent = key;
    } else {
      return missing();
    }
  }
  return offset;
}

const empty = (node: Node | null): boolean =>
  node === null || node === undefined || (isScalar(node) && node.range?.[0] === node.range?.[1]);

/** The pair of a key: the last of duplicates; else from what is merged in. */
function pairOf(
  items: readonly Pair<Node, Node | null>[],
  key: string,
  follow: (node: Node | null) => Node | null,
): Pair<Node, Node | null> | undefined {
  const direct = items.findLast(
    (pair) => isScalar(pair.key) && !isMergeKey(pair.key) && keyIs(pair.key, key),
  );
  if (direct !== undefined) return direct;
  for (const pair of items) {
    if (!isMergeKey(pair.key)) continue;
    const merged = follow(pair.value);
    const sources = isSeq(merged) ? merged.items.map((item) => follow(item as Node)) : [merged];
    for (const source of sources) {
      if (!isMap(source)) continue;
      const found = pairOf(source.items as Pair<Node, Node | null>[], key, follow);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const keyIs = (node: Node, key: string): boolean => isScalar(node) && String(node.value) === key;

function anchorsOf(root: Node): ReadonlyMap<string, Node> {
  const anchors = new Map<string, Node>();
  collectAnchors(root, anchors);
  return anchors;
}

function collectAnchors(node: Node | null, anchors: Map<string, Node>): void {
  if (node === null || node === undefined) return;
  if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
    anchors.set(node.anchor, node);
  }
  if (isSeq(node)) for (const item of node.items) collectAnchors(item as Node, anchors);
  if (isMap(node)) {
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      collectAnchors(pair.key, anchors);
      collectAnchors(pair.value, anchors);
    }
  }
}

function pathOf(path: string | readonly (string | number)[]): readonly (string | number)[] {
  if (typeof path !== 'string') return path;
  const steps: (string | number)[] = [];
  for (const match of path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)) {
    if (match[1] !== undefined) steps.push(Number(match[1]));
    else steps.push(match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '');
  }
  return steps;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function positionOf(starts: readonly number[], offset: number): SourcePosition {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}
