/**
 * Evaluates the supported part of jq for the places it names, which is all that `del(EXPRESSION)`
 * needs. Steps are counted: an expression that runs away is stopped, as the reference stops one after
 * a second. A failure while running is APPSET_E0512; one that names no place is such a failure too.
 */
import type { Json } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { isJsonObject, jsonEqual } from './compare.ts';
import { compareJson, JQ_FUNCTIONS, jqFailure, truthy, typeName } from './jq-functions.ts';
import type { Comparison, JqNode } from './jq-syntax.ts';
import {
  type Path,
  type PathStep,
  type PlainPath,
  plainPaths,
  type Slice,
  sliceBounds,
} from './json-path.ts';

/** A value, and where it stands in the document; without a path it was computed. */
interface Entry {
  readonly value: Json;
  readonly path: Path | undefined;
}
type Entries = Generator<Entry, void, undefined>;

const computed = (value: Json): Entry => ({ value, path: undefined });
const TYPE_FILTERS: ReadonlyMap<string, (value: Json) => boolean> = new Map<string, (value: Json) => boolean>(
  [
    ['values', (value) => value !== null],
    ['nulls', (value) => value === null],
    ['booleans', (value) => typeof value === 'boolean'],
    ['numbers', (value) => typeof value === 'number'],
    ['strings', (value) => typeof value === 'string'],
    ['arrays', (value) => Array.isArray(value)],
    ['objects', (value) => isJsonObject(value)],
    ['iterables', (value) => Array.isArray(value) || isJsonObject(value)],
    ['scalars', (value) => !Array.isArray(value) && !isJsonObject(value)],
  ],
);
/** calls that pass places on, by name and number of arguments */
const PATH_CALLS: ReadonlySet<string> = new Set([
  'select/1',
  'empty/0',
  'recurse/0',
  'first/0',
  'last/0',
  'first/1',
  'any/1',
  'all/1',
  'map/1',
  ...[...TYPE_FILTERS.keys()].map((name) => `${name}/0`),
]);

/** Every call of the tree is one we know. @throws AppsetError APPSET_E0511 */
export function checkCalls(node: JqNode, source: string): void {
  for (const part of Object.values(node)) {
    for (const child of Array.isArray(part) ? part : [part]) {
      if (typeof child === 'object' && child !== null && 'is' in child) checkCalls(child as JqNode, source);
    }
  }
  if (node.is !== 'call') return;
  const signature = `${node.name}/${node.args.length}`;
  if (!PATH_CALLS.has(signature) && !JQ_FUNCTIONS.has(signature)) {
    throw new AppsetError('APPSET_E0511', `function not supported: ${signature}`, {
      place: { position: { line: 1, column: 1 + Math.max(0, source.indexOf(node.name)), source } },
    });
  }
}

/**
 * The existing places of `document` that the expression names.
 *
 * @throws AppsetError APPSET_E0512 when the expression fails on this document
 */
export function jqPlaces(tree: JqNode, document: Json): readonly PlainPath[] {
  const evaluation = new Evaluation();
  const places: PlainPath[] = [];
  for (const entry of evaluation.run(tree, { value: document, path: [] })) {
    if (entry.path === undefined)
      throw jqFailure(`invalid path expression with result ${JSON.stringify(entry.value)}`);
    if (entry.path.length === 0) throw jqFailure('the expression names the whole document');
    places.push(...plainPaths(document, entry.path));
  }
  return places;
}

class Evaluation {
  #steps = 0;

  *run(node: JqNode, input: Entry): Entries {
    if (++this.#steps > LIMITS.jqSteps) throw jqFailure('the expression takes too many steps');
    switch (node.is) {
      case 'identity':
        yield input;
        return;
      case 'recurse':
        yield* this.#recurse(input);
        return;
      case 'literal':
        yield computed(node.value);
        return;
      case 'array': {
        const items =
          node.body === undefined ? [] : [...this.run(node.body, input)].map(({ value }) => value);
        yield computed(items);
        return;
      }
      case 'index':
        for (const target of this.run(node.target, input)) {
          for (const key of this.run(node.key, input)) yield indexed(target, key.value);
        }
        return;
      case 'slice':
        for (const target of this.run(node.target, input)) yield this.#slice(node, target, input);
        return;
      case 'iterate':
        for (const target of this.run(node.target, input)) yield* children(target);
        return;
      case 'try':
        try {
          yield* this.run(node.body, input);
        } catch (error) {
          if (!(error instanceof AppsetError) || error.code !== 'APPSET_E0512') throw error;
        }
        return;
      case 'pipe':
        for (const left of this.run(node.left, input)) yield* this.run(node.right, left);
        return;
      case 'comma':
        yield* this.run(node.left, input);
        yield* this.run(node.right, input);
        return;
      case 'alternative': {
        const left: Entry[] = [];
        try {
          for (const entry of this.run(node.left, input)) if (truthy(entry.value)) left.push(entry);
        } catch (error) {
          if (!(error instanceof AppsetError) || error.code !== 'APPSET_E0512') throw error;
        }
        if (left.length > 0) yield* left;
        else yield* this.run(node.right, input);
        return;
      }
      case 'and':
      case 'or':
        for (const left of this.run(node.left, input)) {
          if (truthy(left.value) === (node.is === 'or')) yield computed(node.is === 'or');
          else for (const right of this.run(node.right, input)) yield computed(truthy(right.value));
        }
        return;
      case 'compare':
        for (const right of this.run(node.right, input)) {
          for (const left of this.run(node.left, input)) {
            yield computed(holds(node.operator, left.value, right.value));
          }
        }
        return;
      case 'if':
        for (const test of this.run(node.test, input)) {
          yield* this.run(truthy(test.value) ? node.then : node.else, input);
        }
        return;
      case 'call':
        yield* this.#call(node.name, node.args, input);
        return;
    }
  }

  *#recurse(input: Entry): Entries {
    yield input;
    if (Array.isArray(input.value) || isJsonObject(input.value)) {
      for (const child of children(input)) {
        if (++this.#steps > LIMITS.jqSteps) throw jqFailure('the expression takes too many steps');
        yield* this.#recurse(child);
      }
    }
  }

  #bound(node: JqNode | undefined, input: Entry): number | undefined {
    if (node === undefined) return undefined;
    for (const { value } of this.run(node, input)) {
      if (value === null) return undefined;
      if (typeof value !== 'number') throw jqFailure('start and end of a slice must be numbers');
      return value;
    }
    return undefined;
  }

  #slice(node: JqNode & { is: 'slice' }, target: Entry, input: Entry): Entry {
    const slice: Slice = { from: this.#bound(node.from, input), to: this.#bound(node.to, input) };
    const path = extended(target.path, slice);
    if (target.value === null) return { value: null, path };
    if (!Array.isArray(target.value)) throw jqFailure(`cannot take a slice of ${typeName(target.value)}`);
    return { value: target.value.slice(...sliceBounds(slice, target.value.length)), path };
  }

  *#call(name: string, args: readonly JqNode[], input: Entry): Entries {
    const [first] = args;
    const signature = `${name}/${args.length}`;
    const filter = args.length === 0 ? TYPE_FILTERS.get(name) : undefined;
    if (filter !== undefined) {
      if (filter(input.value)) yield input;
      return;
    }
    switch (signature) {
      case 'empty/0':
        return;
      case 'recurse/0':
        yield* this.#recurse(input);
        return;
      case 'select/1':
        for (const test of this.run(first as JqNode, input)) if (truthy(test.value)) yield input;
        return;
      case 'first/0':
      case 'last/0':
        yield indexed(input, name === 'first' ? 0 : -1);
        return;
      case 'first/1':
        for (const entry of this.run(first as JqNode, input)) {
          yield entry;
          return;
        }
        return;
      case 'any/1':
      case 'all/1': {
        const wanted = name === 'any';
        for (const child of children(input)) {
          for (const test of this.run(first as JqNode, child)) {
            if (truthy(test.value) === wanted) {
              yield computed(wanted);
              return;
            }
          }
        }
        yield computed(!wanted);
        return;
      }
      case 'map/1': {
        const items: Json[] = [];
        for (const child of children(input)) {
          for (const entry of this.run(first as JqNode, child)) items.push(entry.value);
        }
        yield computed(items);
        return;
      }
      default:
        yield* this.#value(signature, args, input);
    }
  }

  *#value(signature: string, args: readonly JqNode[], input: Entry): Entries {
    const call = JQ_FUNCTIONS.get(signature);
    if (call === undefined) throw jqFailure(`function ${signature} is not defined`);
    const [first, second] = args;
    if (first === undefined) {
      yield computed(call(input.value));
      return;
    }
    for (const a of this.run(first, input)) {
      if (second === undefined) yield computed(call(input.value, a.value));
      else for (const b of this.run(second, input)) yield computed(call(input.value, a.value, b.value));
    }
  }
}

const extended = (path: Path | undefined, step: PathStep): Path | undefined =>
  path === undefined ? undefined : [...path, step];

function indexed(target: Entry, key: Json): Entry {
  const { value } = target;
  if (typeof key === 'string') {
    if (value !== null && !isJsonObject(value))
      throw jqFailure(`cannot index ${typeName(value)} with "${key}"`);
    return { value: (value === null ? undefined : value[key]) ?? null, path: extended(target.path, key) };
  }
  if (typeof key === 'number') {
    if (value !== null && !Array.isArray(value))
      throw jqFailure(`cannot index ${typeName(value)} with a number`);
    const index = Math.floor(key);
    const item = value === null ? undefined : (value as readonly Json[]).at(index);
    return { value: item ?? null, path: extended(target.path, index) };
  }
  throw jqFailure(`cannot index ${typeName(value)} with ${typeName(key)}`);
}

function* children(target: Entry): Entries {
  const { value, path } = target;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield { value: item as Json, path: extended(path, index) };
    return;
  }
  if (!isJsonObject(value)) throw jqFailure(`cannot iterate over ${typeName(value)}`);
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item !== undefined) yield { value: item, path: extended(path, key) };
  }
}

function holds(operator: Comparison, left: Json, right: Json): boolean {
  if (operator === '==') return jsonEqual(left, right);
  if (operator === '!=') return !jsonEqual(left, right);
  const order = compareJson(left, right);
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}
