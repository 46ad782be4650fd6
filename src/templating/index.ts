/**
 * The front door of templating: text and objects compiled once and rendered for many param sets.
 * `compileString` for one text (generator `values`, names), `compileObjectTemplate` and
 * `compileTemplatePatch` for Applications, `overrideTemplate` for a generator's own template. The pieces of
 * `compiled.ts` and `json-template.ts` are for the second child of a matrix too.
 */
export type { ObjectTemplate, RenderContext, StringTemplate, TemplateMode } from './contract.ts';
export { compileObjectTemplate } from './object-template.ts';
export { compileString } from './strings.ts';
export { overrideTemplate } from './template-override.ts';
export { compileTemplatePatch, type TemplatePatch } from './template-patch.ts';
