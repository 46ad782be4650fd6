/**
 * Evaluates the supported part of jq for the places it names, which is all that `del(EXPRESSION)`
 * needs. Steps are counted: an expression that runs away is stopped, as the reference stops one after
 * a second. A failure while running is APPSET_E0512; one that names no place is such a failure too.
 */
import type { Json } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject, jsonEqual } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import {
  below,
  children,
  computed,
  type Entries,
  type Entry,
  indexed,
  isFailure,
  type Place,
  pathOf,
  ROOT,
  suffix,
} from './jq-entries.ts';
import { compareJson, JQ_FUNCTIONS, jqFailure, sumOf, truthy, typeName } from './jq-functions.ts';
import type { Comparison, JqNode } from './jq-syntax.ts';
import { type PlainPath, plainPaths, type Slice, sliceBounds } from './json-path.ts';

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
  'any/2',
  'all/2',
  'IN/1',
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
  const places = new Set<Place>();
  for (const entry of evaluation.run(tree, { value: document, place: ROOT })) {
    if (entry.place === undefined) {
      throw jqFailure(`invalid path expression with result ${JSON.stringify(entry.value)}`);
    }
    if (entry.place === ROOT) throw jqFailure('the expression names the whole document');
    places.add(entry.place);
  }
  return [...places].flatMap((place) => plainPaths(document, pathOf(place)));
}

class Evaluation {
  #steps = 0;

  *run(node: JqNode, input: Entry): Entries {
    this.#count();
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
          for (const key of this.run(node.key, input)) {
            yield* suffix(node.optional, () => [indexed(target, key.value)]);
          }
        }
        return;
      case 'slice':
        for (const target of this.run(node.target, input)) {
          yield* suffix(node.optional, () => [this.#slice(node, target, input)]);
        }
        return;
      case 'iterate':
        for (const target of this.run(node.target, input)) {
          yield* suffix(node.optional, () => children(target));
        }
        return;
      case 'try':
        try {
          yield* this.run(node.body, input);
        } catch (error) {
          if (!isFailure(error)) throw error;
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
          if (!isFailure(error)) throw error;
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
      case 'add':
      case 'subtract':
        for (const right of this.run(node.right, input)) {
          for (const left of this.run(node.left, input)) {
            yield computed(sumOf(node.is, left.value, right.value));
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

  /** Everything below, from the top down; without recursion, because every level would pass on every entry. */
  *#recurse(input: Entry): Entries {
    const stack = [input];
    for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
      this.#count();
      yield entry;
      if (Array.isArray(entry.value) || isJsonObject(entry.value))
        stack.push(...[...children(entry)].reverse());
    }
  }

  #count(): void {
    if (++this.#steps > LIMITS.jqSteps) throw jqFailure('the expression takes too many steps');
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
    const place = below(target.place, slice);
    if (target.value === null) return { value: null, place };
    if (!Array.isArray(target.value)) throw jqFailure(`cannot take a slice of ${typeName(target.value)}`);
    return { value: target.value.slice(...sliceBounds(slice, target.value.length)), place };
  }

  *#call(name: string, args: readonly JqNode[], input: Entry): Entries {
    const [first, second] = args;
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
      case 'all/1':
        yield computed(this.#holdsFor(name === 'any', children(input), first as JqNode));
        return;
      case 'any/2':
      case 'all/2':
        yield computed(this.#holdsFor(name === 'any', this.run(first as JqNode, input), second as JqNode));
        return;
      case 'IN/1':
        yield computed(
          [...this.run(first as JqNode, input)].some(({ value }) => jsonEqual(value, input.value)),
        );
        return;
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

  /** any: some entry meets the test; all: none fails it. */
  #holdsFor(any: boolean, entries: Iterable<Entry>, test: JqNode): boolean {
    for (const entry of entries) {
      for (const { value } of this.run(test, entry)) if (truthy(value) === any) return any;
    }
    return !any;
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

function holds(operator: Comparison, left: Json, right: Json): boolean {
  if (operator === '==') return jsonEqual(left, right);
  if (operator === '!=') return !jsonEqual(left, right);
  const order = compareJson(left, right);
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}
