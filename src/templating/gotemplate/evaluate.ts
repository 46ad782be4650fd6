/**
 * Evaluates pipelines, commands and operands (spec go-template §5.3, §5.4, §6). Every step marks the
 * node it works on, exactly as Go does, because an error names the node marked last. Each function
 * leaves in `run.isInterface` whether the static type of its answer is `interface {}`.
 */
import { goQuote } from '../../support/go-quote.ts';
import { ANY, GoError, GoInt, GoMap, GoObject, type GoValue, typeOf } from '../values.ts';
import { idealConstant, literalArgument, validate } from './arguments.ts';
import { type Callable, callableOf } from './function-table.ts';
import { namedIntMethod } from './named-ints.ts';
import {
  type AnyNode,
  type ChainNode,
  type CommandNode,
  type FieldNode,
  type IdentifierNode,
  nodeText,
  type Operand,
  type PipeNode,
  type VariableNode,
} from './nodes.ts';
import type { Run } from './run.ts';
import { canBeNil, describeType, type Evaluated, isTrue, type TypeDescription, zeroOf } from './types.ts';

/** No value is piped into a command. */
const ABSENT = Symbol('absent');
type Final = Evaluated | typeof ABSENT;

const NO_ARGS: readonly Operand[] = [];

/** The value of a pipeline, declared or assigned to its variables; undefined for no value and for nil. */
export function evaluatePipeline(run: Run, pipe: PipeNode): Evaluated {
  run.node = pipe;
  let value: Final = ABSENT;
  for (const command of pipe.commands) {
    value = evaluateCommand(run, command, value) ?? undefined;
  }
  const result: Evaluated = value === ABSENT ? undefined : value;
  for (const { name } of pipe.declares) {
    if (pipe.isAssign) run.assign(name, result, false);
    else run.declare(name, result);
  }
  run.isInterface = false;
  return result;
}

function evaluateCommand(run: Run, command: CommandNode, final: Final): Evaluated {
  run.step();
  const first = command.args[0] as Operand;
  switch (first.kind) {
    case 'field':
      return evaluateField(run, first, command.args, final);
    case 'identifier':
      return evaluateFunction(run, first, command, command.args, final);
    case 'variable':
      return evaluateVariable(run, first, command.args, final);
    case 'chain':
      return evaluateChain(run, first, command.args, final);
    case 'pipe':
      refuseArguments(run, command.args, final);
      return evaluatePipeline(run, first);
    default:
  }
  run.node = first;
  refuseArguments(run, command.args, final);
  run.isInterface = false;
  switch (first.kind) {
    case 'bool':
    case 'string':
      return first.value;
    case 'dot':
      run.isInterface = run.dotIsInterface;
      return run.dot;
    case 'number':
      return idealConstant(run, first);
    default:
      return run.fail('nil is not a command');
  }
}

function refuseArguments(run: Run, args: readonly Operand[], final: Final): void {
  if (args.length > 1 || final !== ABSENT) {
    run.fail(`can't give argument to non-function ${nodeText(args[0] as Operand, run.tree.delimiters)}`);
  }
}

function evaluateField(run: Run, node: FieldNode, args: readonly Operand[], final: Final): Evaluated {
  run.node = node;
  return evaluatePath(run, run.dot, run.dotIsInterface, node, node.path, args, final);
}

function evaluateVariable(run: Run, node: VariableNode, args: readonly Operand[], final: Final): Evaluated {
  run.node = node;
  const { value, isInterface } = run.find(node.name);
  if (node.path.length > 0) return evaluatePath(run, value, isInterface, node, node.path, args, final);
  if (args.length > 1 || final !== ABSENT) {
    run.fail(`can't give argument to non-function ${node.name}`);
  }
  run.isInterface = isInterface;
  return value;
}

function evaluateChain(run: Run, node: ChainNode, args: readonly Operand[], final: Final): Evaluated {
  run.node = node;
  const value = evaluateTerm(run, node.term);
  return evaluatePath(run, value, run.isInterface, node, node.path, args, final);
}

/** What stands before the fields of a chain: a parenthesised pipe or a function name. */
function evaluateTerm(run: Run, term: Operand): Evaluated {
  run.node = term;
  switch (term.kind) {
    case 'pipe':
      return evaluatePipeline(run, term);
    case 'identifier':
      return evaluateFunction(run, term, term, NO_ARGS, ABSENT);
    default:
      return evaluateValue(run, term);
  }
}

/** The fields of a path one after the other; only the last gets the arguments. */
function evaluatePath(
  run: Run,
  receiver: Evaluated,
  isInterface: boolean,
  node: FieldNode | VariableNode | ChainNode,
  path: readonly string[],
  args: readonly Operand[],
  final: Final,
): Evaluated {
  let value = receiver;
  run.isInterface = isInterface;
  const last = path.length - 1;
  for (let at = 0; at < last; at++) value = step(run, value, path[at] as string, node, NO_ARGS, ABSENT);
  return step(run, value, path[last] as string, node, args, final);
}

/** One field or method of a receiver whose static type `run.isInterface` tells. */
function step(
  run: Run,
  receiver: Evaluated,
  name: string,
  node: AnyNode,
  args: readonly Operand[],
  final: Final,
): Evaluated {
  if (receiver === undefined) {
    if (run.missingKey === 'error') run.fail(`nil data; no entry for key ${goQuote(name)}`);
    run.isInterface = false;
    return undefined;
  }
  if (receiver === null) return run.fail(`nil pointer evaluating ${ANY}.${name}`);
  const hasArguments = args.length > 1 || final !== ABSENT;
  if (receiver instanceof GoMap) {
    if (receiver.key === 'string' || receiver.key === ANY) {
      if (hasArguments) run.fail(`${name} is not a method but has arguments`);
      const found = receiver.entries.get(name);
      if (found === undefined) return missing(run, receiver, name);
      run.isInterface = receiver.elem === ANY;
      return found;
    }
  } else if (receiver instanceof GoObject) {
    const method = receiver.method(name);
    if (method !== undefined) return call(run, callableOf(method), name, node, args, final);
    const field = receiver.field(name);
    if (field !== undefined) {
      if (hasArguments) run.fail(`${name} has arguments but cannot be invoked as function`);
      run.isInterface = false;
      return field;
    }
    if (receiver.hidden(name)) {
      run.fail(`${name} is an unexported field of struct type ${typeOf(receiver)}`);
    }
  } else if (receiver instanceof GoInt) {
    const method = namedIntMethod(receiver, name);
    if (method !== undefined) return call(run, callableOf(method), name, node, args, final);
  }
  return run.fail(`can't evaluate field ${name} in type ${run.isInterface ? ANY : typeOf(receiver)}`);
}

/** A key a map does not have (spec go-template §8). */
function missing(run: Run, map: GoMap, name: string): Evaluated {
  switch (run.missingKey) {
    case 'error':
      return run.fail(`map has no entry for key ${goQuote(name)}`);
    case 'zero':
      run.isInterface = map.elem === ANY;
      return zeroOf(describeType(map.elem));
    default:
      run.isInterface = false;
      return undefined;
  }
}

function evaluateFunction(
  run: Run,
  node: IdentifierNode,
  command: AnyNode,
  args: readonly Operand[],
  final: Final,
): Evaluated {
  run.node = node;
  const callable = run.functions.find(node.name);
  if (callable === undefined) return run.fail(`${goQuote(node.name)} is not a defined function`);
  return call(run, callable, node.name, command, args, final);
}

/** Calls a function or method; `args[0]` is its own name, `node` what an error of its own is put on. */
function call(
  run: Run,
  callable: Callable,
  name: string,
  node: AnyNode,
  args: readonly Operand[],
  final: Final,
): Evaluated {
  const { params, fixed, variadic, target } = callable;
  const written = Math.max(args.length - 1, 0);
  const count = written + (final === ABSENT ? 0 : 1);
  if (variadic) {
    if (count < fixed) run.fail(`wrong number of args for ${name}: want at least ${fixed} got ${written}`);
  } else if (count !== params.length) {
    run.fail(`wrong number of args for ${name}: want ${params.length} got ${count}`);
  }
  const { builtin, given } = target;
  if (builtin !== undefined && (name === 'and' || name === 'or')) {
    return shortCircuit(run, name === 'or', params[0] as TypeDescription, args, final);
  }
  const values: Evaluated[] = [];
  let interfaces = 0;
  for (let at = 0; at < written; at++) {
    values.push(
      evaluateArgument(
        run,
        args[at + 1] as Operand,
        params[at < fixed ? at : params.length - 1] as TypeDescription,
      ),
    );
    if (run.isInterface && at < 31) interfaces |= 1 << at;
  }
  if (final !== ABSENT) {
    const at = written < fixed ? written : params.length - 1;
    values.push(validate(run, final, params[at] as TypeDescription));
  }
  try {
    if (builtin !== undefined) {
      const first = args[1];
      const text = name === 'call' && first !== undefined ? nodeText(first, run.tree.delimiters) : '';
      const result = builtin.call(values, run, { first: text, interfaces });
      run.isInterface = false;
      if (typeof result === 'string') run.received(result);
      return result;
    }
    if (given.unusable !== undefined) return run.fail(given.unusable);
    const result = given.call(values as GoValue[], run);
    run.isInterface = callable.resultIsInterface;
    run.received(result);
    return result;
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    run.node = node;
    return run.fail(`error calling ${name}: ${error.message}`, error);
  }
}

function shortCircuit(
  run: Run,
  stopAt: boolean,
  type: TypeDescription,
  args: readonly Operand[],
  final: Final,
): Evaluated {
  let value: Evaluated;
  for (let at = 1; at < args.length; at++) {
    value = evaluateArgument(run, args[at] as Operand, type);
    if (isTrue(value) === stopAt) return value;
  }
  if (final !== ABSENT) value = validate(run, final, type);
  return value;
}

/** An argument, checked against the type of its parameter. */
function evaluateArgument(run: Run, node: Operand, type: TypeDescription): Evaluated {
  run.step();
  run.node = node;
  run.isInterface = false;
  switch (node.kind) {
    case 'bool':
    case 'number':
    case 'string':
      return literalArgument(run, node, type);
    case 'nil':
      return canBeNil(type) ? zeroOf(type) : run.fail(`cannot assign nil to ${type.type}`);
    default:
      return validate(run, evaluateValue(run, node), type);
  }
}

/** The value of an operand that stands for itself. */
function evaluateValue(run: Run, node: Operand): Evaluated {
  switch (node.kind) {
    case 'dot':
      run.isInterface = run.dotIsInterface;
      return run.dot;
    case 'field':
      return evaluateField(run, node, NO_ARGS, ABSENT);
    case 'variable':
      return evaluateVariable(run, node, NO_ARGS, ABSENT);
    case 'pipe':
      return evaluatePipeline(run, node);
    case 'identifier':
      return evaluateFunction(run, node, node, NO_ARGS, ABSENT);
    case 'chain':
      return evaluateChain(run, node, NO_ARGS, ABSENT);
    default:
      return run.fail(`can't handle ${nodeText(node, run.tree.delimiters)}`);
  }
}
