/**
 * The `values` of a generator (spec generators §3.1, §13 #27): strings rendered with the params made so
 * far and added together afterwards, so that they never see each other. A value that changes its params
 * (`set`) changes the ones of this element only, and what it changed stays.
 */

import { asAppsetError } from '../support/errors.ts';
import type { RenderContext, StringTemplate, TemplateMode } from '../templating/contract.ts';
import { compileString } from '../templating/index.ts';
import { deepCopyValue, type GoMap, goStringMap } from '../templating/values.ts';

const PREFIX =
  'failed to replace templated string: failed to replace templated string with rendered values: ';

/**
 * Adds `values` to a param set and answers the result.
 *
 * @param params owned by the caller: changed in place, unless a value changes what it is given
 * @throws AppsetError with the reference's text, the generator's own prefix left to the caller
 */
export function appendValues(
  params: GoMap,
  values: Readonly<Record<string, string>>,
  mode: TemplateMode,
  context: RenderContext,
): GoMap {
  const names = Object.keys(values);
  if (names.length === 0) return params;
  context.budget?.nextElement();
  try {
    const templates = names.map((name) => compileString(values[name] ?? '', mode));
    const target = templates.some((template: StringTemplate) => template.mutates)
      ? deepCopyValue(params)
      : params;
    const rendered = templates.map((template) => template.render(target, context));
    if (mode.go) {
      target.set('values', goStringMap(names.map((name, index) => [name, rendered[index] ?? ''])));
    } else {
      names.forEach((name, index) => {
        target.set(`values.${name}`, rendered[index] ?? '');
      });
    }
    return target;
  } catch (error) {
    throw asAppsetError(error, 'APPSET_E0302').prefixed(PREFIX);
  }
}
