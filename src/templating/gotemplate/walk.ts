/**
 * Walks the statements of a template (spec go-template §5.2, §5.6) and writes what they print. break
 * and continue travel as answers of the walk, not as exceptions, so that nothing between can catch them.
 */

import { goQuote } from '../../support/go-quote.ts';
import { formatValue, keyValue, NO_VALUE, sortedEntries } from '../format/index.ts';
import { ANY, GoInt, GoMap, GoSlice, type GoValue, goInt, typeOf } from '../values.ts';
import { evaluatePipeline } from './evaluate.ts';
import {
  type ActionNode,
  type BranchNode,
  type ListNode,
  type Node,
  nodeText,
  type TemplateNode,
} from './nodes.ts';
import type { Run } from './run.ts';
import { type Evaluated, isFunction, isTrue } from './types.ts';

/** How a walk ended: by itself, or on the way to the range around it. */
type Exit = 'break' | 'continue' | undefined;

export function walk(run: Run, node: Node): Exit {
  run.step();
  run.node = node;
  switch (node.kind) {
    case 'list':
      for (const child of node.nodes) {
        const exit = walk(run, child);
        if (exit !== undefined) return exit;
      }
      return undefined;
    case 'text':
      run.write(node.text);
      return undefined;
    case 'action': {
      const value = evaluatePipeline(run, node.pipe);
      if (node.pipe.declares.length === 0) print(run, node, value);
      return undefined;
    }
    case 'if':
    case 'with':
      return choose(run, node);
    case 'range':
      return range(run, node);
    case 'template':
      template(run, node);
      return undefined;
    case 'comment':
      return undefined;
    default:
      return node.kind;
  }
}

function print(run: Run, node: ActionNode, value: Evaluated): void {
  run.node = node;
  if (typeof value === 'string') run.write(value);
  else if (value === undefined || value === null) run.write(NO_VALUE);
  else if (isFunction(value))
    run.fail(`can't print ${nodeText(node, run.tree.delimiters)} of type ${typeOf(value)}`);
  else run.write(formatValue(value, run));
}

function choose(run: Run, node: BranchNode): Exit {
  const height = run.variables.length;
  const value = evaluatePipeline(run, node.pipe);
  let exit: Exit;
  if (isTrue(value)) {
    exit = node.kind === 'with' ? withDot(run, value, false, node.list) : walk(run, node.list);
  } else if (node.elseList !== undefined) exit = walk(run, node.elseList);
  run.variables.length = height;
  return exit;
}

function withDot(run: Run, dot: Evaluated, isInterface: boolean, list: ListNode): Exit {
  const outer = run.dot;
  const outerIsInterface = run.dotIsInterface;
  run.dot = dot;
  run.dotIsInterface = isInterface;
  const exit = walk(run, list);
  run.dot = outer;
  run.dotIsInterface = outerIsInterface;
  return exit;
}

function template(run: Run, node: TemplateNode): void {
  const tree = run.trees.get(node.name);
  if (tree === undefined) throw run.failure(`template ${goQuote(node.name)} not defined`);
  if (run.depth >= run.maxRecursion) run.limit(`exceeded maximum template depth (${run.maxRecursion})`);
  const value = node.pipe === undefined ? undefined : evaluatePipeline(run, node.pipe);
  const outer = { tree: run.tree, variables: run.variables, node: run.node };
  run.depth++;
  run.tree = tree;
  run.variables = [{ name: '$', value, isInterface: false }];
  withDot(run, value, false, tree.root);
  run.depth--;
  run.tree = outer.tree;
  run.variables = outer.variables;
  run.node = outer.node;
}

/** One turn: binds the variables, walks the body, drops what the body declared. */
function turn(
  run: Run,
  node: BranchNode,
  height: number,
  key: Evaluated,
  keyIsInterface: boolean,
  item: Evaluated,
  isInterface: boolean,
): Exit {
  const { declares, isAssign } = node.pipe;
  const [first, second] = declares;
  if (first !== undefined) {
    if (!isAssign) {
      run.setTop(1, item, isInterface);
      if (second !== undefined) run.setTop(2, key, keyIsInterface);
    } else if (second === undefined) run.assign(first.name, item, isInterface);
    else {
      run.assign(first.name, key, keyIsInterface);
      run.assign(second.name, item, isInterface);
    }
  }
  const exit = withDot(run, item, isInterface, node.list);
  run.variables.length = height;
  return exit;
}

function range(run: Run, node: BranchNode): Exit {
  const outerHeight = run.variables.length;
  const value = evaluatePipeline(run, node.pipe);
  const height = run.variables.length;
  let ran = false;
  if (value instanceof GoSlice) {
    const isInterface = value.elem === ANY;
    const { items } = value;
    const size = items.length;
    const needsIndex = node.pipe.declares.length > 1;
    for (let at = 0; at < size; at++) {
      ran = true;
      const index = needsIndex ? goInt(at) : undefined;
      if (turn(run, node, height, index, false, items[at] as GoValue, isInterface) === 'break') break;
    }
  } else if (value instanceof GoMap) {
    run.spend(value.size);
    const isInterface = value.elem === ANY;
    for (const [key, item] of sortedEntries(value)) {
      ran = true;
      const exit = turn(run, node, height, keyValue(value, key), value.key === ANY, item, isInterface);
      if (exit === 'break') break;
    }
  } else if (value instanceof GoInt) {
    if (node.pipe.declares.length > 1) {
      run.fail(`can't use ${formatValue(value)} to iterate over more than one variable`);
    }
    for (let at = 0n; at < value.v; at++) {
      ran = true;
      const item = new GoInt(value.kind, at, value.named);
      if (turn(run, node, height, undefined, false, item, false) === 'break') break;
    }
  } else if (value !== undefined && value !== null) {
    run.fail(`range can't iterate over ${formatValue(value, run)}`);
  }
  let exit: Exit;
  if (!ran && node.elseList !== undefined) {
    // a break in the else part ends this range and no other
    if (walk(run, node.elseList) === 'continue') exit = 'continue';
  }
  run.variables.length = outerHeight;
  return exit;
}
