/**
 * The Go template engine's front door. Formatting comes from `../format/`, and is given on here because
 * template functions need both.
 */
export * from '../format/index.ts';
export { BUILTINS } from './builtins.ts';
export { GoTemplateError, positionOf, type Stage, type TemplatePosition } from './errors.ts';
export { compileGoTemplate, type GoTemplate, type GoTemplateOptions } from './go-template.ts';
export { unquoteString } from './literals.ts';
export { type AnyNode, isEmptyTree, type ListNode, type Node, nodeText, type Operand } from './nodes.ts';
export { parseFloat64, parseInt64, parseUint64 } from './numbers.ts';
export { OPTION_NAMES } from './options.ts';
export { type ParseOptions, parse, type Tree } from './parser.ts';
export { Template } from './template-set.ts';
export { isTrue } from './types.ts';
