/**
 * What is checked and changed on an object beyond its metadata before it is stored: the rules of
 * built-in kinds, and the schema of custom ones (pruning, defaults, validation, unknown fields).
 */
import type { KubeObject } from '../api/objects.ts';
import { builtInFaults } from './built-in-objects.ts';
import type { Fault } from './failures.ts';
import type { Kind } from './kinds.ts';

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

export const admit: Admission = (kind, object) => ({
  object,
  warnings: [],
  faults: builtInFaults(kind, object),
});
