/**
 * A string of a set in goTemplate mode (spec generators §4.2 to §4.5): compiled once under the name
 * `base`, with errors worded as the reference words them and the position in the string beside them.
 */
import { AppsetError, type ErrorCode, type ErrorPlace } from '../support/errors.ts';
import type { StringTemplate, TemplateMode } from './contract.ts';
import { GO_FUNCTIONS } from './functions/index.ts';
import {
  compileGoTemplate,
  type GoTemplate,
  GoTemplateError,
  OPTION_NAMES,
  type Stage,
} from './gotemplate/index.ts';
import type { FunctionMap } from './values.ts';

/** The reference's name for every template: it stands in all error texts. */
const NAME = 'base';

const CODES: Readonly<Record<Stage, ErrorCode>> = {
  parse: 'APPSET_E0301',
  exec: 'APPSET_E0302',
  limit: 'APPSET_E0303',
};

/** Go's error with the reference's words before it; the caret's place is that in the string. */
function worded(error: unknown, words: string): unknown {
  if (!(error instanceof GoTemplateError)) return error;
  const { position, source } = error;
  const place: ErrorPlace =
    position === undefined ? {} : { position: { line: position.line, column: position.column, source } };
  return new AppsetError(CODES[error.stage], `${words}: ${error.message}`, { place, cause: error });
}

/** Options the engine does not know end in an error of ours: the reference crashes on them (spec generators §11). */
function checkOptions(options: readonly string[]): void {
  for (const option of options) {
    if (OPTION_NAMES.includes(option)) continue;
    const message = `unrecognized option: ${option} (goTemplateOptions knows ${OPTION_NAMES.join(', ')})`;
    throw new AppsetError('APPSET_E0301', message, { place: { field: 'spec.goTemplateOptions' } });
  }
}

/**
 * Compiles one string.
 *
 * @param functions what the string may call; the product's own when left out
 * @throws AppsetError APPSET_E0301 (it cannot be parsed, or an option is unknown) or APPSET_E0303 (nested
 *   too deeply); `render` throws APPSET_E0302, and APPSET_E0303 where a bound of the context is hit
 */
export function compileGoString(
  text: string,
  mode: TemplateMode,
  functions: FunctionMap = GO_FUNCTIONS,
): StringTemplate {
  checkOptions(mode.options);
  let template: GoTemplate;
  try {
    template = compileGoTemplate(text, { name: NAME, functions, missingKeyOptions: mode.options });
  } catch (error) {
    throw worded(error, `failed to parse template ${text}`);
  }
  const { literal, nondeterministic, mutates } = template;
  return {
    text,
    literal,
    nondeterministic,
    mutates,
    render(params, context) {
      try {
        return template.execute(params, context).toWellFormed();
      } catch (error) {
        throw worded(error, `failed to execute go template ${text}`);
      }
    },
  };
}
