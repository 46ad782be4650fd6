/**
 * What a rendered Application must not carry in normal mode (safety.md, part 1, rule 3): a name or
 * destination with `<no value>` or a tag that nothing replaced, or a name the API would refuse. Such a
 * row fails, and the Application it would have been is left as it is.
 */
import type { Application, ApplicationTemplate, JsonObject } from '../api/objects.ts';
import { nearest } from '../api/unknown-fields.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { GoMap, type GoValue } from '../templating/values.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const UNRENDERED = /\{\{.*?\}\}/s;

function leftover(text: string): string | undefined {
  if (text.includes('<no value>')) return '<no value>';
  return UNRENDERED.exec(text)?.[0];
}

const fail = (field: string, message: string): AppsetError =>
  new AppsetError('APPSET_E0502', message, { place: { field } });

/** A parameter that an expression begins with: `{{ .path.basename | lower }}`, and `{{path.basename}}` in legacy mode. */
const ASKED = /\{\{-?\s*\.?([A-Za-z_][\w.]*)/g;
/** What YAML 1.1 makes of short words that stand without quotes. */
const BOOLEAN_WORDS: ReadonlyMap<string, string> = new Map([
  ...['n', 'no', 'off'].map((word) => [word, 'false'] as const),
  ...['y', 'yes', 'on'].map((word) => [word, 'true'] as const),
]);

const isThere = (params: GoMap, path: string): boolean => {
  if (params.has(path)) return true;
  let at: GoValue | undefined = params;
  for (const step of path.split('.')) at = at instanceof GoMap ? at.get(step) : undefined;
  return at !== undefined;
};

/** The first parameter of the template that the element lacks, and what may have been meant; '' when it lacks none. */
function whatIsMissing(template: unknown, params: GoMap): string {
  const asked = [...String(template).matchAll(ASKED)].map(([, path = '']) => path);
  const missing = asked.find((path) => !isThere(params, path));
  if (missing === undefined) return '';
  const keys = [...params.entries.keys()].map(String).sort();
  const word = BOOLEAN_WORDS.get(missing.toLowerCase());
  if (word !== undefined && keys.includes(word)) {
    return `: the element has no parameter ${missing}, for YAML reads it as ${word} where it stands without quotes`;
  }
  const meant = nearest(missing, keys);
  if (meant !== undefined) return `: the element has no parameter ${missing}; did you mean ${meant}?`;
  if (keys.length === 0) return ': the element has no parameters';
  const shown = keys.slice(0, LIMITS.namesShown).join(', ');
  return `: the element has no parameter ${missing}, only ${shown}${keys.length > LIMITS.namesShown ? ', …' : ''}`;
}

/** What is wrong, undefined when nothing is. */
export function renderedNameProblem(
  application: Application,
  template: ApplicationTemplate,
  params: GoMap,
): AppsetError | undefined {
  const { name } = application.metadata;
  const field = 'spec.template.metadata.name';
  const inName = leftover(name);
  if (inName !== undefined) {
    const missing = whatIsMissing(template.metadata?.['name'], params);
    return fail(field, `the name ${JSON.stringify(name)} contains ${inName}${missing}`);
  }
  if (name === '') return fail(field, 'the name is empty');
  if (name.length > LIMITS.nameLength || !SUBDOMAIN.test(name)) {
    return fail(
      field,
      `the name ${JSON.stringify(name)} is no DNS-1123 subdomain: at most ${LIMITS.nameLength} characters, lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit`,
    );
  }
  const { destination } = application.spec;
  if (!isJsonObject(destination)) return undefined;
  const written = isJsonObject(template.spec?.['destination']) ? template.spec['destination'] : {};
  for (const key of ['server', 'name', 'namespace'] as const) {
    const value = (destination as JsonObject)[key];
    const found = typeof value === 'string' ? leftover(value) : undefined;
    if (found !== undefined) {
      return fail(
        `spec.template.spec.destination.${key}`,
        `the destination's ${key} ${JSON.stringify(value)} contains ${found}${whatIsMissing(written[key], params)}`,
      );
    }
  }
  return undefined;
}
