/**
 * Kubernetes objects as plain JSON. Objects that come from outside are narrowed once, at the
 * boundary; inside, the shapes below are trusted. Specs of Applications stay JSON on purpose: they
 * are copied, compared and rendered by structure, never field by field.
 */

import type { JsonObject } from '../support/json.ts';

export type { Json, JsonObject } from '../support/json.ts';

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly JsonObject[];
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
  readonly [key: string]: unknown;
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

/** One entry of `spec.generators`, or of the children of a matrix or merge; at most one known field but for the selector. */
export interface GeneratorEntry {
  readonly selector?: LabelSelector;
  readonly [generator: string]: unknown;
}

export interface ApplicationTemplate {
  readonly metadata?: JsonObject;
  readonly spec?: JsonObject;
}

export interface ApplicationSetSpec {
  readonly goTemplate?: boolean;
  readonly goTemplateOptions?: readonly string[];
  readonly generators?: readonly GeneratorEntry[];
  readonly template?: ApplicationTemplate;
  readonly templatePatch?: string;
  readonly syncPolicy?: {
    readonly preserveResourcesOnDeletion?: boolean;
    readonly applicationsSync?: string;
  };
  readonly strategy?: JsonObject;
  readonly preservedFields?: {
    readonly annotations?: readonly string[];
    readonly labels?: readonly string[];
  };
  readonly ignoreApplicationDifferences?: readonly {
    readonly name?: string;
    readonly jsonPointers?: readonly string[];
    readonly jqPathExpressions?: readonly string[];
  }[];
  readonly applyNestedSelectors?: boolean;
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export interface ApplicationSetStatus {
  readonly conditions?: readonly Condition[];
  readonly resources?: readonly JsonObject[];
  readonly resourcesCount?: number;
  readonly applicationStatus?: readonly JsonObject[];
  readonly health?: { readonly status?: string; readonly message?: string };
}

export interface ApplicationSet {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: ApplicationSetSpec;
  readonly status?: ApplicationSetStatus;
}

export interface Application {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: JsonObject;
  readonly status?: JsonObject;
  readonly operation?: JsonObject;
}

/** namespace/name, the key of the queue and of messages. */
export function keyOf(object: {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
