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
  validateSchema,
} from '../api/schema.ts';
import { jsonEqual } from '../support/json.ts';
import { builtInFaults, withoutUnknown } from './built-in-objects.ts';
import type { Fault } from './failures.ts';
import type { Kind } from './kinds.ts';

export interface Admitted {
  readonly object: KubeObject;
  /** paths that were dropped because nobody knows them */
  readonly unknownFields: readonly string[];
  readonly faults: readonly Fault[];
}

export type Admission = (kind: Kind, object: KubeObject, before: KubeObject | undefined) => Admitted;

/** Takes every object as it comes. */
export const admitAll: Admission = (_kind, object) => ({ object, unknownFields: [], faults: [] });

/** @throws ApiError 400 for a built-in object that cannot be read */
export const admit: Admission = (kind, object, before) => {
  if (kind.schema === undefined) {
    return { ...withoutUnknown(kind, object), faults: builtInFaults(kind, object, before) };
  }
  const schema = kind.schema as Schema;
  const { apiVersion, kind: name, metadata, ...rest } = object;
  const parts = Object.entries(rest);
  const changed = Object.fromEntries(parts.filter(([key, part]) => part !== before?.[key]));
  const pruned = pruneUnknown(schema, changed as Json);
  const kept = pruneNulls(schema, pruned.value) as Record<string, Json>;
  const standing = Object.fromEntries(parts.filter(([key, part]) => part === before?.[key]));
  const filled = applyDefaults(schema, { ...standing, ...kept } as Json) as Record<string, Json>;
  const whole: KubeObject = { apiVersion, kind: name, metadata, ...shared(filled, before) };
  return {
    object: whole,
    unknownFields: pruned.unknownFields,
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
    Object.entries(parts).map(([key, part]) => [key, jsonEqual(part, before[key]) ? before[key] : part]),
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

/** Fields of a configuration that its kind's schema does not know. */
export function undeclaredFields(kind: Kind, config: KubeObject): readonly string[] {
  if (kind.schema === undefined) return [];
  return pruneUnknown(kind.schema as Schema, config as unknown as Json).unknownFields;
}
