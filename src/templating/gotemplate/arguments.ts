/**
 * What may be passed to a parameter (spec go-template §6.3): a value of exactly its type, or a constant
 * written in place that can be one. Nothing is converted.
 */
import { ANY, GoInt, type GoValue, typeOf } from '../values.ts';
import { type NumberNode, nodeText, type Operand } from './nodes.ts';
import type { Run } from './run.ts';
import { canBeNil, type Evaluated, fits, type TypeDescription, zeroOf } from './types.ts';

/** A number where no type is asked for. */
export function idealConstant(run: Run, node: NumberNode): GoValue {
  run.node = node;
  return node.constant.ideal ?? run.fail(`${node.text} overflows int`);
}

/** Go's check of a value against a parameter; no conversion whatsoever. */
export function validate(run: Run, value: Evaluated, type: TypeDescription): Evaluated {
  if (value === undefined) {
    return canBeNil(type) ? zeroOf(type) : run.fail(`invalid value; expected ${type.type}`);
  }
  if (fits(value, type)) return value;
  const got = value === null ? ANY : typeOf(value);
  return run.fail(`wrong type for value; expected ${type.type}; got ${got}`);
}

/** A constant written directly as an argument takes the type of its parameter if it can (spec go-template §6.3). */
export function literalArgument(
  run: Run,
  node: Extract<Operand, { kind: 'bool' | 'number' | 'string' }>,
  type: TypeDescription,
): Evaluated {
  switch (type.kind) {
    case 'any':
    case 'value':
      return node.kind === 'number' ? idealConstant(run, node) : node.value;
    case 'string':
      return node.kind === 'string' ? node.value : expected(run, 'string', node);
    case 'bool':
      return node.kind === 'bool' ? node.value : expected(run, 'bool', node);
    case 'int': {
      const int = node.kind === 'number' ? node.constant.int : undefined;
      if (int === undefined) return expected(run, 'integer', node);
      return new GoInt(type.int, BigInt.asIntN(bitsOf(type.int), int), type.named);
    }
    case 'uint': {
      const uint = node.kind === 'number' ? node.constant.uint : undefined;
      if (uint === undefined) return expected(run, 'unsigned integer', node);
      return new GoInt(type.int, BigInt.asUintN(bitsOf(type.int), uint), type.named);
    }
    case 'float':
      return (node.kind === 'number' ? node.constant.float : undefined) ?? expected(run, 'float', node);
    default:
      return run.fail(`can't handle ${nodeText(node)} for arg of type ${type.type}`);
  }
}

const expected = (run: Run, what: string, node: Operand): never =>
  run.fail(`expected ${what}; found ${nodeText(node)}`);

const bitsOf = (kind: string): number => Number(/\d+$/.exec(kind)?.[0] ?? 64);
