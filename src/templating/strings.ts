/**
 * One string compiled by the engine its set asks for: Go templates or legacy tags. Compiled strings
 * are kept by mode and text with a bound, so that sets which share texts, and evaluations of the same
 * set, compile each once.
 */
import { BoundedCache } from '../support/bounded-cache.ts';
import { LIMITS } from '../support/limits.ts';
import type { RenderContext, StringTemplate, TemplateMode } from './contract.ts';
import { compileLegacyString } from './fasttemplate.ts';
import { compileGoString } from './go-strings.ts';
import type { GoMap } from './values.ts';

const cache = new BoundedCache<string, StringTemplate>(LIMITS.compiledStrings, {
  most: LIMITS.compiledCharacters,
  of: ({ text }) => text.length,
});

/** Two modes with equal keys compile every text alike. */
export function modeKey(mode: TemplateMode): string {
  return mode.go ? `go\0${mode.options.join('\0')}` : 'legacy';
}

/**
 * The template of one string.
 *
 * @throws AppsetError of the template family, with the reference's text, when it cannot be parsed
 */
export function compileString(text: string, mode: TemplateMode): StringTemplate {
  return cache.getOrMake(`${modeKey(mode)}\0\0${text}`, () =>
    counted(mode.go ? compileGoString(text, mode) : compileLegacyString(text)),
  );
}

/** The template with what it writes counted; a literal writes nothing of its own. */
function counted(template: StringTemplate): StringTemplate {
  if (template.literal) return template;
  return {
    ...template,
    render(params: GoMap, context: RenderContext): string {
      const out = template.render(params, context);
      context.budget?.wrote(out.length);
      return out;
    },
  };
}
