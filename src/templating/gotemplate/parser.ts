/**
 * Builds the trees of one template text (spec go-template §3). The look-ahead is Go's, three tokens
 * deep, because the line of an error is that of the token read last. Names of functions are checked
 * here, variables as far as their scopes are known. Nesting is bounded: both the parser and the walker
 * recurse over it.
 */
import { goQuote } from '../../support/go-quote.ts';
import { LIMITS } from '../../support/limits.ts';
import { GoTemplateError, positionOf } from './errors.ts';
import { isAlphanumeric, Lexer } from './lexer.ts';
import { characterConstant, numberConstant, unquoteCharacter, unquoteString } from './literals.ts';
import {
  type ActionNode,
  type BranchNode,
  type ChainNode,
  type CommandNode,
  DEFAULT_DELIMITERS,
  type Delimiters,
  type EndNode,
  isEmptyTree,
  type ListNode,
  type LoopExitNode,
  type Node,
  type NumberNode,
  nodeText,
  type Operand,
  type PipeNode,
  type TemplateNode,
  type TextNode,
  type VariableNode,
} from './nodes.ts';
import { type Token, type TokenKind, tokenText } from './tokens.ts';

/** One named body. */
export interface Tree {
  readonly name: string;
  /** the name errors speak of: that of the text which was parsed */
  readonly parseName: string;
  readonly source: string;
  readonly delimiters: Delimiters;
  readonly root: ListNode;
}

export interface ParseOptions {
  readonly hasFunction: (name: string) => boolean;
  readonly delimiters?: Delimiters;
  /** keep comments as nodes */
  readonly comments?: boolean;
}

type Statement = Node | EndNode;

/** What the bodies of one text share. */
interface Shared {
  readonly name: string;
  readonly source: string;
  readonly delimiters: Delimiters;
  readonly options: ParseOptions;
  readonly lexer: Lexer;
  readonly trees: Map<string, Tree>;
  depth: number;
}

/** Names in scope; a name may be there several times. */
class Scope {
  readonly #stack: string[] = ['$'];
  readonly #counts = new Map<string, number>([['$', 1]]);

  get height(): number {
    return this.#stack.length;
  }
  push(name: string): void {
    this.#stack.push(name);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
  cut(height: number): void {
    while (this.#stack.length > height) {
      const name = this.#stack.pop() as string;
      this.#counts.set(name, (this.#counts.get(name) ?? 1) - 1);
    }
  }
  has(name: string): boolean {
    return (this.#counts.get(name) ?? 0) > 0;
  }
}

const CONSTANTS: ReadonlySet<Operand['kind']> = new Set(['bool', 'dot', 'nil', 'number', 'string']);
const OPERAND_STARTS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  '.',
  'bool',
  'charConstant',
  'complex',
  'field',
  'identifier',
  'leftParen',
  'nil',
  'number',
  'rawString',
  'string',
  'variable',
]);

/** What a level of nesting counts: about the frames of the stack it takes to walk it. */
const WEIGHT = { parenthesis: 4, block: 2, elseIf: 1 } as const;

/** One body: the main text, a define or a block; each has look-ahead and scope of its own. */
class Body {
  readonly #shared: Shared;
  readonly #scope = new Scope();
  #tokens: Token[];
  #peeked = 0;
  #rangeDepth = 0;
  /** where the action in hand began, for errors that cross lines */
  #actionAt: number | undefined;

  constructor(shared: Shared) {
    this.#shared = shared;
    const none: Token = { kind: 'eof', at: 0, text: '' };
    this.#tokens = [none, none, none];
  }

  // look-ahead

  #next(): Token {
    if (this.#peeked > 0) this.#peeked--;
    else this.#tokens[0] = this.#shared.lexer.next();
    return this.#tokens[this.#peeked] as Token;
  }

  #backup(): void {
    this.#peeked++;
  }

  /** Gives back one token, and `last` before it. */
  #backup2(last: Token): void {
    this.#tokens[1] = last;
    this.#peeked = 2;
  }

  #backup3(first: Token, second: Token): void {
    this.#tokens[1] = second;
    this.#tokens[2] = first;
    this.#peeked = 3;
  }

  #peek(): Token {
    if (this.#peeked > 0) return this.#tokens[this.#peeked - 1] as Token;
    this.#peeked = 1;
    this.#tokens[0] = this.#shared.lexer.next();
    return this.#tokens[0];
  }

  #nextNonSpace(): Token {
    let token = this.#next();
    while (token.kind === 'space') token = this.#next();
    return token;
  }

  #peekNonSpace(): Token {
    const token = this.#nextNonSpace();
    this.#backup();
    return token;
  }

  // errors

  #fail(message: string, stage: 'parse' | 'limit' = 'parse'): never {
    const { name, source } = this.#shared;
    const position = positionOf(source, (this.#tokens[0] as Token).at);
    throw new GoTemplateError(stage, `template: ${name}:${position.line}: ${message}`, source, position);
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.#fail(`unexpected ${tokenText(token)} in ${context}`);
    const { name, source } = this.#shared;
    let extra = '';
    if (this.#actionAt !== undefined) {
      const started = positionOf(source, this.#actionAt).line;
      if (started !== positionOf(source, token.at).line) {
        extra = `${token.text.endsWith(' action') ? '' : ' in action'} started at ${name}:${started}`;
      }
    }
    this.#fail(token.text + extra);
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.#nextNonSpace();
    if (token.kind !== kind) this.#unexpected(token, context);
    return token;
  }

  /** Goes one level deeper; the answer goes back up. */
  #enter(weight: number): () => void {
    this.#shared.depth += weight;
    if (this.#shared.depth > LIMITS.templateNesting) this.#fail('max expression depth exceeded', 'limit');
    return () => {
      this.#shared.depth -= weight;
    };
  }

  // bodies

  main(): ListNode {
    const nodes: Node[] = [];
    const at = this.#peek().at;
    while (this.#peek().kind !== 'eof') {
      if (this.#peek().kind === 'leftDelim') {
        const delimiter = this.#next();
        if (this.#nextNonSpace().kind === 'define') {
          new Body(this.#shared).define();
          continue;
        }
        this.#backup2(delimiter);
      }
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') return this.#fail(`unexpected {{${node.kind}}}`);
      nodes.push(node);
    }
    return { kind: 'list', at, nodes };
  }

  define(): void {
    const context = 'define clause';
    const name = this.#templateName(this.#nextNonSpace(), context);
    this.#expect('rightDelim', context);
    const { list, end } = this.#itemList();
    if (end.kind !== 'end') this.#fail(`unexpected {{${end.kind}}} in ${context}`);
    this.add(name, list);
  }

  /** Puts a tree among those of the text (spec go-template §3.6). */
  add(name: string, root: ListNode): void {
    const { trees, source, delimiters } = this.#shared;
    const known = trees.get(name);
    if (known === undefined || isEmptyTree(known.root)) {
      trees.set(name, { name, parseName: this.#shared.name, source, delimiters, root });
    } else if (!isEmptyTree(root)) {
      this.#fail(`template: multiple definition of template ${goQuote(name)}`);
    }
  }

  #itemList(): { list: ListNode; end: EndNode } {
    const at = this.#peekNonSpace().at;
    const nodes: Node[] = [];
    while (this.#peekNonSpace().kind !== 'eof') {
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else')
        return { list: { kind: 'list', at, nodes }, end: node };
      nodes.push(node);
    }
    return this.#fail('unexpected EOF');
  }

  #textOrAction(): Statement {
    const token = this.#nextNonSpace();
    switch (token.kind) {
      case 'text':
        return { kind: 'text', at: token.at, text: token.text } satisfies TextNode;
      case 'comment':
        return { kind: 'comment', at: token.at, text: token.text };
      case 'leftDelim': {
        this.#actionAt = token.at;
        const node = this.#action();
        this.#actionAt = undefined;
        return node;
      }
      default:
        return this.#unexpected(token, 'input');
    }
  }

  #action(): Statement {
    const token = this.#nextNonSpace();
    switch (token.kind) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#loopExit(token, token.kind);
      case 'else':
        return this.#else();
      case 'end':
        return { kind: 'end', at: this.#expect('rightDelim', 'end').at };
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.kind);
      case 'template':
        return this.#template();
      default:
    }
    this.#backup();
    const at = this.#peek().at;
    return { kind: 'action', at, pipe: this.#pipeline('command', 'rightDelim') } satisfies ActionNode;
  }

  #loopExit(token: Token, kind: 'break' | 'continue'): LoopExitNode {
    const next = this.#nextNonSpace();
    if (next.kind !== 'rightDelim') this.#unexpected(next, `{{${kind}}}`);
    if (this.#rangeDepth === 0) this.#fail(`{{${kind}}} outside {{range}}`);
    return { kind, at: token.at };
  }

  #else(): EndNode {
    const next = this.#peekNonSpace();
    if (next.kind === 'if' || next.kind === 'with') return { kind: 'else', at: next.at };
    return { kind: 'else', at: this.#expect('rightDelim', 'else').at };
  }

  #branch(kind: BranchNode['kind'], weight: number = WEIGHT.block): BranchNode {
    const leave = this.#enter(weight);
    const height = this.#scope.height;
    const pipe = this.#pipeline(kind, 'rightDelim');
    if (kind === 'range') this.#rangeDepth++;
    const { list, end } = this.#itemList();
    if (kind === 'range') this.#rangeDepth--;
    let elseList: ListNode | undefined;
    if (end.kind === 'else') {
      if (kind !== 'range' && this.#peek().kind === kind) {
        this.#next();
        elseList = { kind: 'list', at: end.at, nodes: [this.#branch(kind, WEIGHT.elseIf)] };
      } else {
        const rest = this.#itemList();
        if (rest.end.kind !== 'end') this.#fail(`expected end; found {{${rest.end.kind}}}`);
        elseList = rest.list;
      }
    }
    this.#scope.cut(height);
    leave();
    return { kind, at: pipe.at, pipe, list, elseList };
  }

  #template(): TemplateNode {
    const context = 'template clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    let pipe: PipeNode | undefined;
    if (this.#nextNonSpace().kind !== 'rightDelim') {
      this.#backup();
      pipe = this.#pipeline(context, 'rightDelim');
    }
    return { kind: 'template', at: token.at, name, pipe };
  }

  #block(): TemplateNode {
    const leave = this.#enter(WEIGHT.block);
    const context = 'block clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, 'rightDelim');
    const body = new Body(this.#shared);
    const { list, end } = body.#itemList();
    if (end.kind !== 'end') this.#fail(`unexpected {{${end.kind}}} in ${context}`);
    body.add(name, list);
    leave();
    return { kind: 'template', at: token.at, name, pipe };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'rawString') this.#unexpected(token, context);
    return unquoteString(token.text) ?? this.#fail('invalid syntax');
  }

  // pipelines

  #pipeline(context: string, end: TokenKind): PipeNode {
    const at = this.#peekNonSpace().at;
    const declares: VariableNode[] = [];
    const isAssign = this.#declarations(context, declares);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.#nextNonSpace();
      if (token.kind === end) break;
      if (!OPERAND_STARTS.has(token.kind)) this.#unexpected(token, context);
      this.#backup();
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    commands.forEach((command, stage) => {
      if (stage > 0 && CONSTANTS.has((command.args[0] as Operand).kind)) {
        this.#fail(`non executable command in pipeline stage ${stage + 1}`);
      }
    });
    return { kind: 'pipe', at, isAssign, declares, commands };
  }

  /** Reads `$a := `, `$a = ` or, for range, `$a, $b := `; whether it assigns. */
  #declarations(context: string, declares: VariableNode[]): boolean {
    for (;;) {
      const variable = this.#peekNonSpace();
      if (variable.kind !== 'variable') return false;
      this.#next();
      // a space is a token of its own: to know that $x is an argument takes three tokens
      const after = this.#peek();
      const next = this.#peekNonSpace();
      const isComma = next.kind === 'char' && next.text === ',';
      if (next.kind !== 'assign' && next.kind !== 'declare' && !isComma) {
        if (after.kind === 'space') this.#backup3(variable, after);
        else this.#backup2(variable);
        return false;
      }
      this.#nextNonSpace();
      declares.push({ kind: 'variable', at: variable.at, name: variable.text, path: [] });
      this.#scope.push(variable.text);
      if (!isComma) return next.kind === 'assign';
      if (context !== 'range' || declares.length > 1) this.#fail(`too many declarations in ${context}`);
      const second = this.#peekNonSpace().kind;
      if (second !== 'variable' && second !== 'rightDelim' && second !== 'rightParen') {
        this.#fail('range can only initialize variables');
      }
    }
  }

  #command(): CommandNode {
    const at = this.#peekNonSpace().at;
    const args: Operand[] = [];
    for (;;) {
      this.#peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const token = this.#next();
      if (token.kind === 'space') continue;
      if (token.kind === 'rightDelim' || token.kind === 'rightParen') this.#backup();
      else if (token.kind !== 'pipe') this.#unexpected(token, 'operand');
      break;
    }
    if (args.length === 0) this.#fail('empty command');
    return { kind: 'command', at, args };
  }

  /** A term with the fields that follow it. */
  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined || this.#peek().kind !== 'field') return term;
    const at = this.#peek().at;
    const path: string[] = [];
    while (this.#peek().kind === 'field') path.push(this.#next().text.slice(1));
    if (term.kind === 'field') return { kind: 'field', at, path: [...term.path, ...path] };
    if (term.kind === 'variable') return { ...term, at, path: [...term.path, ...path] };
    if (CONSTANTS.has(term.kind)) this.#fail(`unexpected . after term ${goQuote(nodeText(term))}`);
    return { kind: 'chain', at, term, path } satisfies ChainNode;
  }

  #term(): Operand | undefined {
    const token = this.#nextNonSpace();
    const { at, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#shared.options.hasFunction(text)) this.#fail(`function ${goQuote(text)} not defined`);
        return { kind: 'identifier', at, name: text };
      case '.':
        return { kind: 'dot', at };
      case 'nil':
        return { kind: 'nil', at };
      case 'variable':
        if (!this.#scope.has(text)) this.#fail(`undefined variable ${goQuote(text)}`);
        return { kind: 'variable', at, name: text, path: [] };
      case 'field':
        return { kind: 'field', at, path: [text.slice(1)] };
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' };
      case 'charConstant':
      case 'complex':
      case 'number':
        return this.#number(token);
      case 'string':
      case 'rawString':
        return {
          kind: 'string',
          at,
          quoted: text,
          value: unquoteString(text) ?? this.#fail('invalid syntax'),
        };
      case 'leftParen': {
        const leave = this.#enter(WEIGHT.parenthesis);
        const pipe = this.#pipeline('parenthesized pipeline', 'rightParen');
        leave();
        return pipe;
      }
      default:
        this.#backup();
        return undefined;
    }
  }

  #number({ kind, at, text }: Token): NumberNode {
    if (kind === 'charConstant') {
      const value = unquoteCharacter(text);
      if (typeof value !== 'number') this.#fail(value.error);
      return { kind: 'number', at, text, constant: characterConstant(value) };
    }
    const constant = numberConstant(text);
    if ('error' in constant) this.#fail(constant.error);
    return { kind: 'number', at, text, constant };
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
