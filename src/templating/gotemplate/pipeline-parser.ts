/**
 * Parses what stands inside delimiters: pipelines, commands, operands (spec go-template §3.1, §3.2), with
 * the errors of §3.4. Names of functions are checked here, variables as far as their scopes are known.
 * Nesting is bounded: both the parser and the walker recurse over it.
 */
import { goQuote } from '../../support/go-quote.ts';
import { LIMITS } from '../../support/limits.ts';
import { GoTemplateError, positionOf } from './errors.ts';
import type { Lexer } from './lexer.ts';
import { unquoteCharacter, unquoteString } from './literals.ts';
import { LookAhead } from './look-ahead.ts';
import {
  type ChainNode,
  type CommandNode,
  type Delimiters,
  type ListNode,
  type NumberNode,
  nodeText,
  type Operand,
  type PipeNode,
  type VariableNode,
} from './nodes.ts';
import { characterConstant, numberConstant } from './numbers.ts';
import { Scope } from './scope.ts';
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

/** What the bodies of one text share. */
export interface Shared {
  readonly name: string;
  readonly source: string;
  readonly delimiters: Delimiters;
  readonly options: ParseOptions;
  readonly lexer: Lexer;
  readonly trees: Map<string, Tree>;
  depth: number;
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
export const WEIGHT = { parenthesis: 4, block: 2, elseIf: 1 } as const;

/** What every body of a template has: look-ahead, scope, and the way to fail. */
export class PipelineParser {
  protected readonly shared: Shared;
  protected readonly scope = new Scope();
  protected readonly tokens: LookAhead;
  /** where the action in hand began, for errors that cross lines */
  protected actionAt: number | undefined = undefined;

  constructor(shared: Shared) {
    this.shared = shared;
    this.tokens = new LookAhead(shared.lexer);
  }

  // errors

  protected fail(message: string, stage: 'parse' | 'limit' = 'parse'): never {
    const { name, source } = this.shared;
    const position = positionOf(source, this.tokens.latest.at);
    throw new GoTemplateError(stage, `template: ${name}:${position.line}: ${message}`, source, position);
  }

  protected unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.fail(`unexpected ${tokenText(token)} in ${context}`);
    const { name, source } = this.shared;
    let extra = '';
    if (this.actionAt !== undefined) {
      const started = positionOf(source, this.actionAt).line;
      if (started !== positionOf(source, token.at).line) {
        extra = `${token.text.endsWith(' action') ? '' : ' in action'} started at ${name}:${started}`;
      }
    }
    this.fail(token.text + extra);
  }

  protected expect(kind: TokenKind, context: string): Token {
    const token = this.tokens.nextNonSpace();
    if (token.kind !== kind) this.unexpected(token, context);
    return token;
  }

  /** Goes one level deeper; the answer goes back up. */
  protected enter(weight: number): () => void {
    this.shared.depth += weight;
    if (this.shared.depth > LIMITS.templateNesting) this.fail('max expression depth exceeded', 'limit');
    return () => {
      this.shared.depth -= weight;
    };
  }

  // pipelines

  protected pipeline(context: string, end: TokenKind): PipeNode {
    const at = this.tokens.peekNonSpace().at;
    const declares: VariableNode[] = [];
    const isAssign = this.declarations(context, declares);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.tokens.nextNonSpace();
      if (token.kind === end) break;
      if (!OPERAND_STARTS.has(token.kind)) this.unexpected(token, context);
      this.tokens.backup();
      commands.push(this.command());
    }
    if (commands.length === 0) this.fail(`missing value for ${context}`);
    commands.forEach((command, stage) => {
      if (stage > 0 && CONSTANTS.has((command.args[0] as Operand).kind)) {
        this.fail(`non executable command in pipeline stage ${stage + 1}`);
      }
    });
    return { kind: 'pipe', at, isAssign, declares, commands };
  }

  /** Reads `$a := `, `$a = ` or, for range, `$a, $b := `; whether it assigns. */
  private declarations(context: string, declares: VariableNode[]): boolean {
    for (;;) {
      const variable = this.tokens.peekNonSpace();
      if (variable.kind !== 'variable') return false;
      this.tokens.next();
      // a space is a token of its own: to know that $x is an argument takes three tokens
      const after = this.tokens.peek();
      const next = this.tokens.peekNonSpace();
      const isComma = next.kind === 'char' && next.text === ',';
      if (next.kind !== 'assign' && next.kind !== 'declare' && !isComma) {
        if (after.kind === 'space') this.tokens.backup3(variable, after);
        else this.tokens.backup2(variable);
        return false;
      }
      this.tokens.nextNonSpace();
      declares.push({ kind: 'variable', at: variable.at, name: variable.text, path: [] });
      this.scope.push(variable.text);
      if (!isComma) return next.kind === 'assign';
      if (context !== 'range' || declares.length > 1) this.fail(`too many declarations in ${context}`);
      const second = this.tokens.peekNonSpace().kind;
      if (second !== 'variable' && second !== 'rightDelim' && second !== 'rightParen') {
        this.fail('range can only initialize variables');
      }
    }
  }

  private command(): CommandNode {
    const at = this.tokens.peekNonSpace().at;
    const args: Operand[] = [];
    for (;;) {
      this.tokens.peekNonSpace();
      const operand = this.operand();
      if (operand !== undefined) args.push(operand);
      const token = this.tokens.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'rightDelim' || token.kind === 'rightParen') this.tokens.backup();
      else if (token.kind !== 'pipe') this.unexpected(token, 'operand');
      break;
    }
    if (args.length === 0) this.fail('empty command');
    return { kind: 'command', at, args };
  }

  /** A term with the fields that follow it. */
  private operand(): Operand | undefined {
    const term = this.term();
    if (term === undefined || this.tokens.peek().kind !== 'field') return term;
    const at = this.tokens.peek().at;
    const path: string[] = [];
    while (this.tokens.peek().kind === 'field') path.push(this.tokens.next().text.slice(1));
    if (term.kind === 'field') return { kind: 'field', at, path: [...term.path, ...path] };
    if (term.kind === 'variable') return { ...term, at, path: [...term.path, ...path] };
    if (CONSTANTS.has(term.kind)) this.fail(`unexpected . after term ${goQuote(nodeText(term))}`);
    return { kind: 'chain', at, term, path } satisfies ChainNode;
  }

  private term(): Operand | undefined {
    const token = this.tokens.nextNonSpace();
    const { at, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.shared.options.hasFunction(text)) this.fail(`function ${goQuote(text)} not defined`);
        return { kind: 'identifier', at, name: text };
      case '.':
        return { kind: 'dot', at };
      case 'nil':
        return { kind: 'nil', at };
      case 'variable':
        if (!this.scope.has(text)) this.fail(`undefined variable ${goQuote(text)}`);
        return { kind: 'variable', at, name: text, path: [] };
      case 'field':
        return { kind: 'field', at, path: [text.slice(1)] };
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' };
      case 'charConstant':
      case 'complex':
      case 'number':
        return this.number(token);
      case 'string':
      case 'rawString':
        return {
          kind: 'string',
          at,
          quoted: text,
          value: unquoteString(text) ?? this.fail('invalid syntax'),
        };
      case 'leftParen': {
        const leave = this.enter(WEIGHT.parenthesis);
        const pipe = this.pipeline('parenthesized pipeline', 'rightParen');
        leave();
        return pipe;
      }
      default:
        this.tokens.backup();
        return undefined;
    }
  }

  private number({ kind, at, text }: Token): NumberNode {
    if (kind === 'charConstant') {
      const value = unquoteCharacter(text);
      if (typeof value !== 'number') this.fail(value.error);
      return { kind: 'number', at, text, constant: characterConstant(value) };
    }
    const constant = numberConstant(text);
    if ('error' in constant) this.fail(constant.error);
    return { kind: 'number', at, text, constant };
  }
}
