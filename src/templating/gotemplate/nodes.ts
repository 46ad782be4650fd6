/**
 * The tree of a template (spec go-template §3.5). Nodes carry the position error texts name, in UTF-16
 * units of the source, and can be printed back: the text of a node is what stands between `<` and `>`
 * in an error, and parsing the text of a tree gives the same tree.
 */
import { goQuote } from '../../support/go-quote.ts';
import type { NumberConstant } from './numbers.ts';

interface Positioned {
  /** UTF-16 index in the source of its tree */
  readonly at: number;
}

export interface ListNode extends Positioned {
  readonly kind: 'list';
  readonly nodes: Node[];
}
export interface TextNode extends Positioned {
  readonly kind: 'text';
  readonly text: string;
}
export interface CommentNode extends Positioned {
  readonly kind: 'comment';
  readonly text: string;
}
export interface ActionNode extends Positioned {
  readonly kind: 'action';
  readonly pipe: PipeNode;
}
/** if, range and with: all three have a pipe, a body and perhaps an else part. */
export interface BranchNode extends Positioned {
  readonly kind: 'if' | 'range' | 'with';
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}
export interface TemplateNode extends Positioned {
  readonly kind: 'template';
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
export interface LoopExitNode extends Positioned {
  readonly kind: 'break' | 'continue';
}
interface ListEnd<K extends string> extends Positioned {
  readonly kind: K;
}
/** Ends a list; never part of a finished tree. */
export type EndNode = ListEnd<'else'> | ListEnd<'end'>;

export interface PipeNode extends Positioned {
  readonly kind: 'pipe';
  readonly isAssign: boolean;
  readonly declares: VariableNode[];
  readonly commands: CommandNode[];
}
export interface CommandNode extends Positioned {
  readonly kind: 'command';
  readonly args: Operand[];
}

export interface IdentifierNode extends Positioned {
  readonly kind: 'identifier';
  readonly name: string;
}
export interface DotNode extends Positioned {
  readonly kind: 'dot';
}
export interface NilNode extends Positioned {
  readonly kind: 'nil';
}
export interface BoolNode extends Positioned {
  readonly kind: 'bool';
  readonly value: boolean;
}
export interface StringNode extends Positioned {
  readonly kind: 'string';
  /** as written, with its quotes */
  readonly quoted: string;
  readonly value: string;
}
export interface NumberNode extends Positioned {
  readonly kind: 'number';
  readonly text: string;
  readonly constant: NumberConstant;
}
export interface FieldNode extends Positioned {
  readonly kind: 'field';
  /** names without their dots */
  readonly path: readonly string[];
}
export interface VariableNode extends Positioned {
  readonly kind: 'variable';
  /** `$x`, `$` */
  readonly name: string;
  readonly path: readonly string[];
}
export interface ChainNode extends Positioned {
  readonly kind: 'chain';
  readonly term: Operand;
  readonly path: readonly string[];
}

export type Operand =
  | BoolNode
  | ChainNode
  | DotNode
  | FieldNode
  | IdentifierNode
  | NilNode
  | NumberNode
  | PipeNode
  | StringNode
  | VariableNode;

export type Node = ActionNode | BranchNode | CommentNode | ListNode | LoopExitNode | TemplateNode | TextNode;

export type AnyNode = CommandNode | Node | Operand;

export interface Delimiters {
  readonly left: string;
  readonly right: string;
}
export const DEFAULT_DELIMITERS: Delimiters = { left: '{{', right: '}}' };

const dotted = (path: readonly string[]): string => (path.length === 0 ? '' : `.${path.join('.')}`);

/** The text of a node; for a tree, a template that parses to the same tree. */
export function nodeText(node: AnyNode, delimiters: Delimiters = DEFAULT_DELIMITERS): string {
  const { left, right } = delimiters;
  const inner = (other: AnyNode): string => nodeText(other, delimiters);
  switch (node.kind) {
    case 'list':
      return node.nodes.map(inner).join('');
    case 'text':
      return node.text;
    case 'comment':
      return `${left}${node.text}${right}`;
    case 'action':
      return `${left}${inner(node.pipe)}${right}`;
    case 'if':
    case 'range':
    case 'with': {
      const otherwise = node.elseList === undefined ? '' : `${left}else${right}${inner(node.elseList)}`;
      return `${left}${node.kind} ${inner(node.pipe)}${right}${inner(node.list)}${otherwise}${left}end${right}`;
    }
    case 'template': {
      const pipe = node.pipe === undefined ? '' : ` ${inner(node.pipe)}`;
      return `${left}template ${goQuote(node.name)}${pipe}${right}`;
    }
    case 'break':
    case 'continue':
      return `${left}${node.kind}${right}`;
    case 'pipe': {
      const names = node.declares.map((variable) => variable.name).join(', ');
      const declares = names === '' ? '' : `${names} ${node.isAssign ? '=' : ':='} `;
      return declares + node.commands.map(inner).join(' | ');
    }
    case 'command':
      return node.args.map((arg) => (arg.kind === 'pipe' ? `(${inner(arg)})` : inner(arg))).join(' ');
    case 'identifier':
      return node.name;
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'string':
      return node.quoted;
    case 'number':
      return node.text;
    case 'field':
      return dotted(node.path);
    case 'variable':
      return node.name + dotted(node.path);
    case 'chain':
      return (node.term.kind === 'pipe' ? `(${inner(node.term)})` : inner(node.term)) + dotted(node.path);
  }
}

/** Only white space and comments (spec go-template §3.6). */
export function isEmptyTree(node: Node): boolean {
  switch (node.kind) {
    case 'list':
      return node.nodes.every(isEmptyTree);
    case 'text':
      return /^[\s\u0085]*$/.test(node.text.replaceAll('\ufeff', 'x'));
    case 'comment':
      return true;
    default:
      return false;
  }
}
