/**
 * The front door of templating: text and objects compiled once and rendered for many param sets.
 * `compileString` for one text (generator `values`, names), `compileJsonTemplate` for JSON of any shape
 * (the second child of a matrix), `compileObjectTemplate` and `compileTemplatePatch` for Applications,
 * `overrideTemplate` for a generator's own template.
 */
export type { ObjectTemplate, RenderContext, StringTemplate, TemplateMode } from './contract.ts';
export { compileJsonTemplate, type JsonTemplateOptions } from './json-template.ts';
export { compileObjectTemplate } from './object-template.ts';
export { compileString } from './strings.ts';
export { overrideTemplate } from './template-override.ts';
export { compileTemplatePatch, type TemplatePatch } from './template-patch.ts';
