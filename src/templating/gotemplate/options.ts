/** What `option` and `spec.goTemplateOptions` may say (spec go-template §4, §8): how a missing key counts. */
import { GoTemplateError } from './errors.ts';

export type MissingKey = 'invalid' | 'zero' | 'error';

const OPTIONS: ReadonlyMap<string, MissingKey> = new Map([
  ['missingkey=default', 'invalid'],
  ['missingkey=invalid', 'invalid'],
  ['missingkey=zero', 'zero'],
  ['missingkey=error', 'error'],
]);

/**
 * The last option wins.
 *
 * @throws GoTemplateError `unrecognized option: …` with the options there are
 */
export function readOptions(options: readonly string[], before: MissingKey = 'invalid'): MissingKey {
  let missingKey = before;
  for (const option of options) {
    if (option === '') throw new GoTemplateError('parse', 'empty option string', '', undefined);
    const known = OPTIONS.get(option);
    if (known === undefined) {
      throw new GoTemplateError('parse', `unrecognized option: ${option}`, '', undefined);
    }
    missingKey = known;
  }
  return missingKey;
}

export const OPTION_NAMES: readonly string[] = [...OPTIONS.keys()];
