/**
 * The state of one execution: where it is, its variables, what it wrote, what it may still spend (spec
 * go-template §5.1). `node` is what the walk touched last and is never restored: an error reports it.
 * Functions get the run itself as their context.
 */
import { goQuote } from '../../support/go-quote.ts';
import { byteLength, redecode } from '../bytes.ts';
import type { RenderContext } from '../contract.ts';
import { type CallContext, GoSlice, type GoValue } from '../values.ts';
import { GoTemplateError, positionOf, type Stage } from './errors.ts';
import type { FunctionTable } from './function-table.ts';
import { type AnyNode, nodeText } from './nodes.ts';
import type { MissingKey } from './options.ts';
import type { Tree } from './parser.ts';
import type { Evaluated } from './types.ts';

interface Variable {
  readonly name: string;
  value: Evaluated;
  isInterface: boolean;
}

/** Bytes of text that count as one step: a template cannot make text without end by throwing it away. */
const BYTES_PER_STEP = 64;
/** Items of a list given by a function that count as one step. */
const ITEMS_PER_STEP = 64;
/** Variables passed over in a look-up that count as one step. */
const VARIABLES_PER_STEP = 16;
/** Text of a node that an error of ours shows at most. */
const SNIPPET = 200;

export class Run implements CallContext {
  readonly trees: ReadonlyMap<string, Tree>;
  readonly functions: FunctionTable;
  readonly missingKey: MissingKey;
  readonly clock: RenderContext['clock'];
  readonly random: RenderContext['random'];
  readonly #context: RenderContext;

  tree: Tree;
  node: AnyNode | undefined = undefined;
  dot: Evaluated = undefined;
  /** whether the static type of dot is `interface {}` */
  dotIsInterface = false;
  /** the same of what was evaluated last */
  isInterface = false;
  depth = 0;
  variables: Variable[] = [];

  #steps = 0;
  readonly #maxSteps: number;
  /** the bound of steps is that of the element, not of the string */
  readonly #shared: boolean;
  #out = '';
  #counted = 0;
  #countedBytes = 0;

  constructor(
    tree: Tree,
    trees: ReadonlyMap<string, Tree>,
    functions: FunctionTable,
    missingKey: MissingKey,
    context: RenderContext,
  ) {
    this.tree = tree;
    this.trees = trees;
    this.functions = functions;
    this.missingKey = missingKey;
    this.#context = context;
    const left = context.budget?.stepsLeft ?? context.maxSteps;
    this.#shared = left < context.maxSteps;
    this.#maxSteps = this.#shared ? left : context.maxSteps;
    this.clock = context.clock;
    this.random = context.random;
  }

  get maxRecursion(): number {
    return this.#context.maxRecursion;
  }

  // budget

  get steps(): number {
    return this.#steps;
  }

  step(): void {
    if (++this.#steps > this.#maxSteps) this.#exhausted();
  }

  spend(steps: number): void {
    this.#steps += steps;
    if (!(this.#steps <= this.#maxSteps)) this.#exhausted();
  }

  grow(bytes: number): void {
    const most = this.#context.maxOutputBytes;
    if (!(this.#out.length + bytes <= most)) this.limit(`text is over the bound of ${most} bytes`);
    this.#steps += Math.floor(bytes / BYTES_PER_STEP);
    if (this.#steps > this.#maxSteps) this.#exhausted();
  }

  /** What a function gave: a net for those that do not count on their own. */
  received(result: GoValue): void {
    if (typeof result === 'string') {
      if (result.length > BYTES_PER_STEP) this.grow(result.length);
    } else if (result instanceof GoSlice && result.items.length >= ITEMS_PER_STEP) {
      this.spend(Math.floor(result.items.length / ITEMS_PER_STEP));
    }
  }

  #exhausted(): never {
    return this.limit(
      this.#shared
        ? 'templates of one element take more steps together than they may'
        : `template takes more than ${this.#maxSteps} steps`,
    );
  }

  // output

  write(text: string): void {
    const out = this.#out + text;
    this.#out = out;
    const most = this.#context.maxOutputBytes;
    // a UTF-16 unit is at most three bytes: count exactly only where that could matter
    if (this.#countedBytes + 3 * (out.length - this.#counted) <= most) return;
    this.#countedBytes += byteLength(out.slice(this.#counted));
    this.#counted = out.length;
    if (this.#countedBytes > most) this.limit(`output is over the bound of ${most} bytes`);
  }

  /** What was written; a character cut in two by two actions is whole. */
  output(): string {
    return redecode(this.#out);
  }

  // variables

  declare(name: string, value: Evaluated): void {
    this.variables.push({ name, value, isInterface: false });
  }

  find(name: string): Variable {
    const { variables } = this;
    for (let at = variables.length - 1; at >= 0; at--) {
      const variable = variables[at] as Variable;
      if (variable.name === name) {
        const passed = variables.length - at;
        if (passed > VARIABLES_PER_STEP) this.spend(Math.floor(passed / VARIABLES_PER_STEP));
        return variable;
      }
    }
    return this.fail(`undefined variable: ${name}`);
  }

  assign(name: string, value: Evaluated, isInterface: boolean): void {
    const variable = this.find(name);
    variable.value = value;
    variable.isInterface = isInterface;
  }

  /** The variable declared last is 1, the one before it 2. */
  setTop(position: number, value: Evaluated, isInterface: boolean): void {
    const variable = this.variables[this.variables.length - position] as Variable;
    variable.value = value;
    variable.isInterface = isInterface;
  }

  // errors

  /** An error of Go's at the node marked last. */
  failure(message: string, cause?: unknown): GoTemplateError {
    return this.#error('exec', message, cause);
  }

  /** Ends the execution with an error of Go's. */
  fail(message: string, cause?: unknown): never {
    throw this.failure(message, cause);
  }

  /** Ends the execution because of a bound of ours. */
  limit(message: string): never {
    throw this.limitError(message);
  }

  limitError(message: string, cause?: unknown): GoTemplateError {
    return this.#error('limit', message, cause);
  }

  #error(stage: Stage, message: string, cause?: unknown): GoTemplateError {
    const { tree, node } = this;
    if (node === undefined) {
      return new GoTemplateError(stage, `template: ${tree.name}: ${message}`, tree.source, undefined, cause);
    }
    const position = positionOf(tree.source, node.at);
    const place = `${tree.parseName}:${position.line}:${position.byteColumn}`;
    let snippet = nodeText(node, tree.delimiters);
    if (stage === 'limit' && snippet.length > SNIPPET)
      snippet = `${snippet.slice(0, SNIPPET).toWellFormed()}…`;
    const text = `template: ${place}: executing ${goQuote(tree.name)} at <${snippet}>: ${message}`;
    return new GoTemplateError(stage, text, tree.source, position, cause);
  }
}
