/**
 * One text compiled to be rendered many times: parsed once, with the short way where the text is
 * simple, and what its functions say about it known beforehand.
 */
import type { RenderContext } from '../contract.ts';
import type { FunctionMap, GoFunction, GoValue } from '../values.ts';
import type { AnyNode, ListNode } from './nodes.ts';
import { renderSimple, simpleSegments } from './simple.ts';
import { Template } from './template-set.ts';

export interface GoTemplateOptions {
  /** the name error texts show; `t` when it is left out */
  readonly name?: string;
  readonly functions: FunctionMap;
  /** such as `missingkey=error`; the last one wins */
  readonly missingKeyOptions: readonly string[];
}

export interface GoTemplate {
  readonly text: string;
  /** holds no action: renders to itself */
  readonly literal: boolean;
  /** two renderings with the same data may differ */
  readonly nondeterministic: boolean;
  /** may change the data it is given */
  readonly mutates: boolean;
  /** the main body; `nodeText` prints it back */
  readonly root: ListNode;
  /**
   * A Go string: see `bytes.ts` for bytes that are no text.
   * @throws GoTemplateError with Go's text
   */
  execute(data: GoValue, context: RenderContext): string;
}

/** Calls `visit` for the name of each function used below a node. */
function visitFunctions(node: AnyNode, visit: (name: string) => void): void {
  const inner = (other: AnyNode | undefined): void => {
    if (other !== undefined) visitFunctions(other, visit);
  };
  switch (node.kind) {
    case 'list':
      node.nodes.forEach(inner);
      return;
    case 'action':
    case 'template':
      inner(node.pipe);
      return;
    case 'if':
    case 'range':
    case 'with':
      inner(node.pipe);
      inner(node.list);
      inner(node.elseList);
      return;
    case 'pipe':
      node.commands.forEach(inner);
      return;
    case 'command':
      node.args.forEach(inner);
      return;
    case 'chain':
      inner(node.term);
      return;
    case 'identifier':
      visit(node.name);
      return;
    default:
  }
}

function literalTemplate(text: string): GoTemplate {
  return {
    text,
    literal: true,
    nondeterministic: false,
    mutates: false,
    root: { kind: 'list', at: 0, nodes: [{ kind: 'text', at: 0, text }] },
    execute: () => text,
  };
}

/**
 * Compiles a text.
 *
 * @throws GoTemplateError with Go's text when it cannot be parsed
 */
export function compileGoTemplate(text: string, options: GoTemplateOptions): GoTemplate {
  const { functions, missingKeyOptions, name = 't' } = options;
  const template = Template.create(name, functions).option(...missingKeyOptions);
  if (!text.includes('{{')) return literalTemplate(text);
  template.parse(text);
  const used: GoFunction[] = [];
  for (const tree of template.trees.values()) {
    visitFunctions(tree.root, (called) => {
      const given = functions.get(called);
      if (given !== undefined) used.push(given);
    });
  }
  const root: ListNode = template.tree?.root ?? { kind: 'list', at: 0, nodes: [] };
  const segments = simpleSegments(root);
  return {
    text,
    literal: false,
    nondeterministic: used.some((given) => given.nondeterministic === true),
    mutates: used.some((given) => given.mutates === true),
    root,
    execute(data, context) {
      if (segments !== undefined && segments.length * 4 <= context.maxSteps) {
        const out = renderSimple(segments, data, context.maxOutputBytes);
        if (out !== undefined) return out;
      }
      return template.execute(data, context);
    },
  };
}
