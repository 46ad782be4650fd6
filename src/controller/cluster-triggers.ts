/**
 * Which sets a cluster Secret or an AppProject wakes. Compat mode: every Secret event with the type
 * label on the new object, every set that asks for clusters anywhere (spec controller-and-operations
 * §1.3). Normal mode looks at old and new: only when a fact changed, and only sets whose selector takes
 * the cluster before or after, or that wait for one.
 */
import { compileSelector, LABEL_RULES, labelLookup, matchesSelector } from '../api/label-selector.ts';
import { CLUSTER_SECRET_TYPE, SECRET_TYPE_LABEL } from '../api/names.ts';
import {
  type ApplicationSet,
  type Json,
  type JsonObject,
  type KubeObject,
  keyOf,
  type LabelSelector,
} from '../api/objects.ts';
import { equalModuloEmpty } from '../planning/compare.ts';
import { AppsetError } from '../support/errors.ts';
import { isJsonObject } from '../support/json.ts';
import type { ObjectEvent } from './triggers.ts';

const isCluster = (secret: KubeObject | undefined): boolean =>
  secret?.metadata.labels?.[SECRET_TYPE_LABEL] === CLUSTER_SECRET_TYPE;

export interface ClusterTriggerSettings {
  readonly compat: boolean;
  readonly controllerNamespace: string;
}

/** Keys of the sets to be looked at again; `sets` are those of allowed namespaces. */
export function clusterSecretWakes(
  event: ObjectEvent<KubeObject>,
  sets: readonly ApplicationSet[],
  settings: ClusterTriggerSettings,
): readonly string[] {
  if (settings.compat) {
    return isCluster(event.new) ? sets.filter(asksForClusters).map(keyOf) : [];
  }
  const versions = versionsOf(event).filter(
    (secret) => isCluster(secret) && secret.metadata.namespace === settings.controllerNamespace,
  );
  if (versions.length === 0 || !factsChanged(event)) return [];
  return sets
    .filter(
      (set) =>
        awaitsValidation(set) ||
        clusterSelectors(set).some((selector) =>
          versions.some((secret) => takes(selector, secret.metadata.labels ?? {})),
        ),
    )
    .map(keyOf);
}

const versionsOf = (event: ObjectEvent<KubeObject>): readonly KubeObject[] =>
  event.old === undefined ? [event.new] : [event.old, event.new];

/** What generators and validation see of a cluster Secret. */
const factsOf = (secret: KubeObject): unknown => {
  const data = isJsonObject(secret.data) ? secret.data : {};
  const { labels, annotations } = secret.metadata;
  return [labels ?? {}, annotations ?? {}, data.name, data.server, data.project];
};

const factsChanged = ({ verb, old, new: fresh }: ObjectEvent<KubeObject>): boolean =>
  verb !== 'update' || old === undefined || !equalModuloEmpty(factsOf(old), factsOf(fresh));

/** Some of its Applications were invalid at the last run: a project or cluster may be what it waits for. */
const awaitsValidation = (set: ApplicationSet): boolean =>
  set.status?.conditions?.some(
    ({ type, status, reason }) =>
      type === 'ErrorOccurred' && status === 'True' && reason === 'ApplicationValidationError',
  ) === true;

/** Keys of the sets an AppProject of the control plane wakes: one that came or went, for sets that name it or wait. */
export function projectWakes(
  event: ObjectEvent<KubeObject>,
  sets: readonly ApplicationSet[],
  settings: ClusterTriggerSettings,
): readonly string[] {
  if (settings.compat || event.verb === 'update') return [];
  const { name, namespace } = event.new.metadata;
  if (namespace !== settings.controllerNamespace) return [];
  return sets
    .filter((set) => {
      if (awaitsValidation(set)) return true;
      const project = set.spec.template?.spec?.project;
      return typeof project === 'string' && (project === name || project.includes('{{'));
    })
    .map(keyOf);
}

/** Children of a matrix or merge; undefined when it is none, null when it cannot be decoded. */
function childrenOf(combinator: Json | undefined): readonly JsonObject[] | undefined | null {
  if (combinator === undefined || combinator === null) return undefined;
  const generators = isJsonObject(combinator) ? (combinator.generators ?? []) : undefined;
  if (!Array.isArray(generators) || !generators.every(isJsonObject)) return null;
  return generators;
}

const has = (value: Json | undefined): boolean => value !== undefined && value !== null;

/**
 * Whether a set has a clusters generator: at top level, as a child of a matrix or merge, or one level
 * further down. A malformed combinator ends the look at its top-level generator (spec §15 #6).
 */
export const asksForClusters = (set: ApplicationSet): boolean =>
  (set.spec.generators ?? []).some((entry) => {
    const generator = entry as unknown as JsonObject;
    if (has(generator.clusters)) return true;
    for (const combinator of [generator.matrix, generator.merge]) {
      const children = childrenOf(combinator);
      for (const child of children ?? []) {
        if (has(child.clusters)) return true;
        for (const nested of [child.matrix, child.merge]) {
          const grandchildren = childrenOf(nested);
          if (grandchildren === null) return false;
          if (grandchildren?.some(({ clusters }) => has(clusters))) return true;
        }
      }
    }
    return false;
  });

/** Whether a selector takes labels; one that is filled in from data, or cannot be read, takes all. */
function takes(selector: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  if (JSON.stringify(selector).includes('{{')) return true;
  try {
    return matchesSelector(compileSelector(selector as LabelSelector, LABEL_RULES), labelLookup(labels));
  } catch (error) {
    if (error instanceof AppsetError) return true;
    throw error;
  }
}

/** Selectors of all clusters generators of a set, at any depth. */
export function clusterSelectors(set: ApplicationSet): readonly JsonObject[] {
  const found: JsonObject[] = [];
  const walk = (generator: JsonObject): void => {
    if (isJsonObject(generator.clusters)) {
      found.push(isJsonObject(generator.clusters.selector) ? generator.clusters.selector : {});
    }
    for (const combinator of [generator.matrix, generator.merge]) {
      for (const child of childrenOf(combinator) ?? []) walk(child);
    }
  };
  for (const entry of set.spec.generators ?? []) walk(entry as unknown as JsonObject);
  return found;
}
