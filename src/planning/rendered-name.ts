/**
 * What a rendered Application must not carry in normal mode (safety.md, part 1, rule 3): a name or
 * destination with `<no value>` or a tag that nothing replaced, or a name the API would refuse. Such a
 * row fails, and the Application it would have been is left as it is.
 */
import type { Application, JsonObject } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const UNRENDERED = /\{\{.*?\}\}/s;

function leftover(text: string): string | undefined {
  if (text.includes('<no value>')) return '<no value>';
  return UNRENDERED.exec(text)?.[0];
}

const fail = (field: string, message: string): AppsetError =>
  new AppsetError('APPSET_E0502', message, { place: { field } });

/** What is wrong, undefined when nothing is. */
export function renderedNameProblem(application: Application): AppsetError | undefined {
  const { name } = application.metadata;
  const field = 'spec.template.metadata.name';
  const inName = leftover(name);
  if (inName !== undefined) return fail(field, `the name ${JSON.stringify(name)} contains ${inName}`);
  if (name === '') return fail(field, 'the name is empty');
  if (name.length > LIMITS.nameLength || !SUBDOMAIN.test(name)) {
    return fail(
      field,
      `the name ${JSON.stringify(name)} is no DNS-1123 subdomain: at most ${LIMITS.nameLength} characters, lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit`,
    );
  }
  const { destination } = application.spec;
  if (!isJsonObject(destination)) return undefined;
  for (const key of ['server', 'name', 'namespace'] as const) {
    const value = (destination as JsonObject)[key];
    const found = typeof value === 'string' ? leftover(value) : undefined;
    if (found !== undefined) {
      return fail(
        `spec.template.spec.destination.${key}`,
        `the destination's ${key} ${JSON.stringify(value)} contains ${found}`,
      );
    }
  }
  return undefined;
}
