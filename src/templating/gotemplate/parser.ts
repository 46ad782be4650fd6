/**
 * Builds the trees of one template text (spec go-template §3): text, actions, branches, and the bodies
 * that define and block give a name. What stands inside delimiters is the pipeline parser's.
 */
import { goQuote } from '../../support/go-quote.ts';
import { isAlphanumeric, Lexer } from './lexer.ts';
import { unquoteString } from './literals.ts';
import {
  type ActionNode,
  type BranchNode,
  DEFAULT_DELIMITERS,
  type EndNode,
  isEmptyTree,
  type ListNode,
  type LoopExitNode,
  type Node,
  type PipeNode,
  type TemplateNode,
  type TextNode,
} from './nodes.ts';
import { type ParseOptions, PipelineParser, type Shared, type Tree, WEIGHT } from './pipeline-parser.ts';
import type { Token } from './tokens.ts';

export type { ParseOptions, Tree } from './pipeline-parser.ts';

type Statement = Node | EndNode;

/** One body: the main text, a define or a block; each has look-ahead and scope of its own. */
class Body extends PipelineParser {
  #rangeDepth = 0;

  main(): ListNode {
    const nodes: Node[] = [];
    const at = this.tokens.peek().at;
    while (this.tokens.peek().kind !== 'eof') {
      if (this.tokens.peek().kind === 'leftDelim') {
        const delimiter = this.tokens.next();
        if (this.tokens.nextNonSpace().kind === 'define') {
          new Body(this.shared).define();
          continue;
        }
        this.tokens.backup2(delimiter);
      }
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') return this.fail(`unexpected {{${node.kind}}}`);
      nodes.push(node);
    }
    return { kind: 'list', at, nodes };
  }

  define(): void {
    const context = 'define clause';
    const name = this.#templateName(this.tokens.nextNonSpace(), context);
    this.expect('rightDelim', context);
    const { list, end } = this.#itemList();
    if (end.kind !== 'end') this.fail(`unexpected {{${end.kind}}} in ${context}`);
    this.add(name, list);
  }

  /** Puts a tree among those of the text (spec go-template §3.6). */
  add(name: string, root: ListNode): void {
    const { trees, source, delimiters } = this.shared;
    const known = trees.get(name);
    if (known === undefined || isEmptyTree(known.root)) {
      trees.set(name, { name, parseName: this.shared.name, source, delimiters, root });
    } else if (!isEmptyTree(root)) {
      this.fail(`template: multiple definition of template ${goQuote(name)}`);
    }
  }

  #itemList(): { list: ListNode; end: EndNode } {
    const at = this.tokens.peekNonSpace().at;
    const nodes: Node[] = [];
    while (this.tokens.peekNonSpace().kind !== 'eof') {
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else')
        return { list: { kind: 'list', at, nodes }, end: node };
      nodes.push(node);
    }
    return this.fail('unexpected EOF');
  }

  #textOrAction(): Statement {
    const token = this.tokens.nextNonSpace();
    switch (token.kind) {
      case 'text':
        return { kind: 'text', at: token.at, text: token.text } satisfies TextNode;
      case 'comment':
        return { kind: 'comment', at: token.at, text: token.text };
      case 'leftDelim': {
        this.actionAt = token.at;
        const node = this.#action();
        this.actionAt = undefined;
        return node;
      }
      default:
        return this.unexpected(token, 'input');
    }
  }

  #action(): Statement {
    const token = this.tokens.nextNonSpace();
    switch (token.kind) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#loopExit(token, token.kind);
      case 'else':
        return this.#else();
      case 'end':
        return { kind: 'end', at: this.expect('rightDelim', 'end').at };
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.kind);
      case 'template':
        return this.#template();
      default:
    }
    this.tokens.backup();
    const at = this.tokens.peek().at;
    return { kind: 'action', at, pipe: this.pipeline('command', 'rightDelim') } satisfies ActionNode;
  }

  #loopExit(token: Token, kind: 'break' | 'continue'): LoopExitNode {
    const next = this.tokens.nextNonSpace();
    if (next.kind !== 'rightDelim') this.unexpected(next, `{{${kind}}}`);
    if (this.#rangeDepth === 0) this.fail(`{{${kind}}} outside {{range}}`);
    return { kind, at: token.at };
  }

  #else(): EndNode {
    const next = this.tokens.peekNonSpace();
    if (next.kind === 'if' || next.kind === 'with') return { kind: 'else', at: next.at };
    return { kind: 'else', at: this.expect('rightDelim', 'else').at };
  }

  #branch(kind: BranchNode['kind'], weight: number = WEIGHT.block): BranchNode {
    const leave = this.enter(weight);
    const height = this.scope.height;
    const pipe = this.pipeline(kind, 'rightDelim');
    if (kind === 'range') this.#rangeDepth++;
    const { list, end } = this.#itemList();
    if (kind === 'range') this.#rangeDepth--;
    let elseList: ListNode | undefined;
    if (end.kind === 'else') {
      if (kind !== 'range' && this.tokens.peek().kind === kind) {
        this.tokens.next();
        elseList = { kind: 'list', at: end.at, nodes: [this.#branch(kind, WEIGHT.elseIf)] };
      } else {
        const rest = this.#itemList();
        if (rest.end.kind !== 'end') this.fail(`expected end; found {{${rest.end.kind}}}`);
        elseList = rest.list;
      }
    }
    this.scope.cut(height);
    leave();
    return { kind, at: pipe.at, pipe, list, elseList };
  }

  #template(): TemplateNode {
    const context = 'template clause';
    const token = this.tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    let pipe: PipeNode | undefined;
    if (this.tokens.nextNonSpace().kind !== 'rightDelim') {
      this.tokens.backup();
      pipe = this.pipeline(context, 'rightDelim');
    }
    return { kind: 'template', at: token.at, name, pipe };
  }

  #block(): TemplateNode {
    const leave = this.enter(WEIGHT.block);
    const context = 'block clause';
    const token = this.tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.pipeline(context, 'rightDelim');
    const body = new Body(this.shared);
    const { list, end } = body.#itemList();
    if (end.kind !== 'end') this.fail(`unexpected {{${end.kind}}} in ${context}`);
    body.add(name, list);
    leave();
    return { kind: 'template', at: token.at, name, pipe };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'rawString') this.unexpected(token, context);
    return unquoteString(token.text) ?? this.fail('invalid syntax');
  }
}

/** Whether a name can be called in a template: letters, digits and `_`, no digit first. */
export function isFunctionName(name: string): boolean {
  return name !== '' && !/^\p{Nd}/u.test(name) && Array.from(name).every(isAlphanumeric);
}

/**
 * The trees of a text by name, that of the text itself included.
 *
 * @throws GoTemplateError with Go's text
 */
export function parse(name: string, source: string, options: ParseOptions): Map<string, Tree> {
  const delimiters = options.delimiters ?? DEFAULT_DELIMITERS;
  const lexer = new Lexer(source, {
    leftDelimiter: delimiters.left,
    rightDelimiter: delimiters.right,
    breakIsName: options.hasFunction('break'),
    continueIsName: options.hasFunction('continue'),
    comments: options.comments === true,
  });
  const shared: Shared = { name, source, delimiters, options, lexer, trees: new Map(), depth: 0 };
  const body = new Body(shared);
  body.add(name, body.main());
  return shared.trees;
}
