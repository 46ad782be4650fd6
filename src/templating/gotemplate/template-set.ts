/**
 * Named templates that call each other (spec go-template §4): the API of Go's package. A set shares
 * its trees, functions and options between its templates; delimiters belong to each.
 */
import { goQuote } from '../../support/go-quote.ts';
import type { RenderContext } from '../contract.ts';
import { type FunctionMap, GoError, type GoFunction, type GoValue } from '../values.ts';
import { GoTemplateError } from './errors.ts';
import { FunctionTable } from './function-table.ts';
import { DEFAULT_DELIMITERS, type Delimiters, isEmptyTree } from './nodes.ts';
import { type MissingKey, readOptions } from './options.ts';
import { isFunctionName, parse, type Tree } from './parser.ts';
import { Run } from './run.ts';
import { walk } from './walk.ts';

interface Common {
  trees: Map<string, Tree>;
  functions: FunctionTable;
  missingKey: MissingKey;
}

/**
 * The bound that was hit where no node knew: V8's own, where none of ours came first (the stack, the
 * size of a text or list), or that of printing a value.
 */
function boundOf(error: unknown): string | undefined {
  if (error instanceof GoError) return error.message;
  if (!(error instanceof RangeError)) return undefined;
  return error.message.startsWith('Maximum call stack')
    ? 'template or data is nested too deeply'
    : 'text or data is too large';
}

export class Template {
  readonly name: string;
  readonly #common: Common;
  #delimiters: Delimiters;

  private constructor(name: string, common: Common, delimiters: Delimiters) {
    this.name = name;
    this.#common = common;
    this.#delimiters = delimiters;
  }

  /** A fresh set with one template that has no body yet. */
  static create(name: string, functions: FunctionMap = new Map()): Template {
    const common = {
      trees: new Map(),
      functions: new FunctionTable(functions),
      missingKey: 'invalid' as const,
    };
    return new Template(name, common, DEFAULT_DELIMITERS);
  }

  /** Another template of the same set. */
  create(name: string): Template {
    return new Template(name, this.#common, this.#delimiters);
  }

  /** Parses a text and adds every tree in it; a tree without content never replaces one. */
  parse(text: string): this {
    const { trees, functions } = this.#common;
    const options = { hasFunction: (name: string) => functions.has(name), delimiters: this.#delimiters };
    const parsed = parse(this.name, text, options);
    for (const tree of parsed.values()) this.#add(tree, trees);
    return this;
  }

  #add(tree: Tree, trees: Map<string, Tree>): void {
    if (!trees.has(tree.name) || !isEmptyTree(tree.root)) trees.set(tree.name, tree);
  }

  /** Adds a tree under a name. */
  addParseTree(name: string, tree: Tree): Template {
    this.#add({ ...tree, name }, this.#common.trees);
    return this.create(name);
  }

  get tree(): Tree | undefined {
    return this.#common.trees.get(this.name);
  }

  /** every tree of the set by name */
  get trees(): ReadonlyMap<string, Tree> {
    return this.#common.trees;
  }

  lookup(name: string): Template | undefined {
    return this.#common.trees.has(name) ? this.create(name) : undefined;
  }

  templates(): Template[] {
    return [...this.#common.trees.keys()].map((name) => this.create(name));
  }

  /** `; defined templates are: "a", "b"`, or nothing. */
  definedTemplates(): string {
    const names = [...this.#common.trees.keys()].map((name) => goQuote(name));
    return names.length === 0 ? '' : `; defined templates are: ${names.join(', ')}`;
  }

  /** A copy; what is parsed into it later does not show in the original. */
  clone(): Template {
    return new Template(this.name, { ...this.#common, trees: new Map(this.#common.trees) }, this.#delimiters);
  }

  /** Adds functions; must come before the text that uses them. */
  functions(map: Iterable<readonly [string, GoFunction]>): this {
    const all = new Map(this.#common.functions.given);
    for (const [name, given] of map) {
      if (!isFunctionName(name)) {
        throw new GoTemplateError(
          'parse',
          `function name ${goQuote(name)} is not a valid identifier`,
          '',
          undefined,
        );
      }
      all.set(name, given);
    }
    this.#common.functions = new FunctionTable(all);
    return this;
  }

  option(...options: readonly string[]): this {
    this.#common.missingKey = readOptions(options, this.#common.missingKey);
    return this;
  }

  /** Delimiters of later parses; '' is the default. */
  delimiters(left: string, right: string): this {
    this.#delimiters = { left: left || DEFAULT_DELIMITERS.left, right: right || DEFAULT_DELIMITERS.right };
    return this;
  }

  /** @throws GoTemplateError with Go's text */
  execute(data: GoValue, context: RenderContext): string {
    const { tree } = this;
    if (tree === undefined) {
      const name = goQuote(this.name);
      const message = `template: ${this.name}: ${name} is an incomplete or empty template`;
      throw new GoTemplateError('exec', message, '', undefined);
    }
    const { trees, functions, missingKey } = this.#common;
    const run = new Run(tree, trees, functions, missingKey, context);
    run.dot = data ?? undefined;
    run.declare('$', run.dot);
    try {
      walk(run, tree.root);
    } catch (error) {
      const bound = boundOf(error);
      throw bound === undefined ? error : run.limitError(bound, error);
    } finally {
      context.budget?.worked(run.steps);
    }
    return run.output();
  }

  executeTemplate(name: string, data: GoValue, context: RenderContext): string {
    const template = this.lookup(name);
    if (template !== undefined) return template.execute(data, context);
    const message = `template: no template ${goQuote(name)} associated with template ${goQuote(this.name)}`;
    throw new GoTemplateError('exec', message, '', undefined);
  }
}
