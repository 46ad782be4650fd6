/**
 * What is checked and changed on an object beyond its metadata before it is stored: the rules of
 * built-in kinds, and the schema of custom ones, in the API server's order: unknown fields are pruned
 * and told, nulls dropped, defaults filled in, the rest validated. Parts that are the stored object's
 * own are not looked into again; a fault that was there before and is unchanged does not block a write.
 */

import type { Json, KubeObject } from '../api/objects.ts';
import {
  applyDefaults,
  pruneNulls,
  pruneUnknown,
  type Schema,
  type SchemaProblem,
  unknownFieldText,
  validateSchema,
} from '../api/schema.ts';
import { builtInFaults } from './built-in-objects.ts';
import { badRequest, type Fault } from './failures.ts';
import { sameJson } from './frozen.ts';
import type { Kind } from './kinds.ts';

/** What happens about unknown fields: nothing, a warning, a refusal. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface Admitted {
  readonly object: KubeObject;
  /** texts for Warning headers */
  readonly warnings: readonly string[];
  readonly faults: readonly Fault[];
}

export type Admission = (
  kind: Kind,
  object: KubeObject,
  before: KubeObject | undefined,
  fieldValidation: FieldValidation,
) => Admitted;

/** Takes every object as it comes. */
export const admitAll: Admission = (_kind, object) => ({ object, warnings: [], faults: [] });

/** @throws ApiError 400 for unknown fields under Strict */
export const admit: Admission = (kind, object, before, fieldValidation) => {
  if (kind.schema === undefined) return { object, warnings: [], faults: builtInFaults(kind, object) };
  const schema = kind.schema as Schema;
  const { apiVersion, kind: name, metadata, ...rest } = object;
  const parts = Object.entries(rest);
  const changed = Object.fromEntries(parts.filter(([key, part]) => part !== before?.[key]));
  const pruned = pruneUnknown(schema, changed as Json);
  const texts = pruned.unknownFields.map(unknownFieldText);
  if (texts.length > 0 && fieldValidation === 'Strict') {
    throw badRequest(
      `${name} in version "${kind.version}" cannot be handled as a ${name}: strict decoding error: ${texts.join(', ')}`,
    );
  }
  const kept = pruneNulls(schema, pruned.value) as Record<string, Json>;
  const standing = Object.fromEntries(parts.filter(([key, part]) => part === before?.[key]));
  const filled = applyDefaults(schema, { ...standing, ...kept } as Json) as Record<string, Json>;
  const whole: KubeObject = { apiVersion, kind: name, metadata, ...shared(filled, before) };
  return {
    object: whole,
    warnings: fieldValidation === 'Warn' ? texts : [],
    faults: problemsOf(schema, whole, before).map(({ path, message, reason }) => ({
      field: path === '' ? '<nil>' : path,
      text: message,
      reason,
    })),
  };
};

/** Parts that came out as they are stored are the stored ones. */
function shared(parts: Record<string, Json>, before: KubeObject | undefined): Record<string, unknown> {
  if (before === undefined) return parts;
  return Object.fromEntries(
    Object.entries(parts).map(([key, part]) => [key, sameJson(part, before[key]) ? before[key] : part]),
  );
}

function problemsOf(
  schema: Schema,
  object: KubeObject,
  before: KubeObject | undefined,
): readonly SchemaProblem[] {
  const problems = validateSchema(schema, object as unknown as Json);
  if (problems.length === 0 || before === undefined) return problems;
  const known = new Set(
    validateSchema(schema, before as unknown as Json).map(({ path, message }) => `${path}\n${message}`),
  );
  return problems.filter(({ path, message }) => !known.has(`${path}\n${message}`));
}
