/**
 * What the rest of the product sees of templating: text compiled once and rendered for many param
 * sets. Two engines stand behind it: Go templates and the legacy `{{name}}` substitution.
 */
import type { Json } from '../api/objects.ts';
import type { RenderBudget } from './budget.ts';
import type { CallContext, GoMap } from './values.ts';

/** How the strings of one set are read. */
export interface TemplateMode {
  /** `spec.goTemplate` */
  readonly go: boolean;
  /** `spec.goTemplateOptions`; without effect in legacy mode */
  readonly options: readonly string[];
}

/** What rendering may use beside the params: clock, random, bounds. Each string has the bounds to itself. */
export interface RenderContext {
  readonly clock: CallContext['clock'];
  readonly random: CallContext['random'];
  readonly maxSteps: number;
  readonly maxOutputBytes: number;
  readonly maxRecursion: number;
  /** what the strings of one evaluation share; without it each has its own bounds only */
  readonly budget?: RenderBudget;
}

/** One string of a template. Errors are `AppsetError`s of the template family with the reference's text. */
export interface StringTemplate {
  readonly text: string;
  /** renders to itself whatever the params are */
  readonly literal: boolean;
  readonly nondeterministic: boolean;
  /** may change the params it is given: whoever renders with it hands it a copy */
  readonly mutates: boolean;
  render(params: GoMap, context: RenderContext): string;
}

/**
 * A whole object with templates in its strings and keys. `render` copies by structure; what holds no
 * action is shared between results, so results must not be changed in place.
 */
export interface ObjectTemplate {
  readonly nondeterministic: boolean;
  readonly mutates: boolean;
  render(params: GoMap, context: RenderContext): Json;
}
