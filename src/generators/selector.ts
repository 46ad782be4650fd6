/**
 * The post-filter of a generator entry (spec generators §3.2): a label selector over the flattened
 * params of each row. Compiled before the generator runs and never templated; its values are free,
 * its keys are not.
 */
import { compileSelector, matchesSelector, PARAM_RULES, type Requirement } from '../api/label-selector.ts';
import type { JsonObject, LabelSelector } from '../api/objects.ts';
import { AppsetError, asAppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import type { Row } from './contract.ts';
import { flatLookup } from './plain-text.ts';

const compiled = new WeakMap<object, readonly Requirement[]>();

/**
 * The requirements of an entry's selector; none when it has none or an empty one.
 *
 * @throws AppsetError `error parsing label selector: …`
 */
export function entrySelector(entry: JsonObject): readonly Requirement[] {
  const selector = entry['selector'];
  if (selector === undefined || selector === null) return [];
  const found = typeof selector === 'object' ? compiled.get(selector) : undefined;
  if (found !== undefined) return found;
  try {
    if (!isJsonObject(selector)) throw new AppsetError('APPSET_E0203', 'the selector must be an object');
    const requirements = compileSelector(selector as LabelSelector, PARAM_RULES);
    compiled.set(selector, requirements);
    return requirements;
  } catch (error) {
    throw asAppsetError(error, 'APPSET_E0203').prefixed('error parsing label selector: ');
  }
}

/** The rows whose params meet all requirements. */
export function selectRows(rows: readonly Row[], requirements: readonly Requirement[]): readonly Row[] {
  if (requirements.length === 0) return rows;
  return rows.filter(({ params }) => matchesSelector(requirements, (key) => flatLookup(params, key)));
}
