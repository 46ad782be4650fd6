/** Sets, Applications and evaluations by hand, for tests of the plan: no generator and no template runs. */
import type { Application, ApplicationSet, JsonObject } from '../../../src/api/objects.ts';
import type { FailedElement, Part, PartKind, UnknownLeaf } from '../../../src/generators/contract.ts';
import type { Evaluation, FailedRow } from '../../../src/planning/contract.ts';
import { encodeOrigin, type Origin, partIds } from '../../../src/planning/origin.ts';
import type { LiveApplications, PlanInput, PlanSettings } from '../../../src/planning/plan.ts';
import { effectivePolicy } from '../../../src/planning/policy.ts';
import { AppsetError } from '../../../src/support/errors.ts';

export const NOW = Date.UTC(2030, 0, 1);

export const setOf = (
  change: Partial<ApplicationSet['metadata']> = {},
  spec: ApplicationSet['spec'] = {},
): ApplicationSet => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: 'shops', namespace: 'argocd', uid: 'set-1', generation: 3, ...change },
  spec,
});

export const owner = (uid = 'set-1', name = 'shops', kind = 'ApplicationSet') => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});

export const part = (id: string, leaf = 'leaf-1', kind: PartKind = 'listElement'): Part => ({
  leaf,
  kind,
  id,
  label: id,
});
export const origin = (parts: readonly Part[], generation = 3): Origin => ({
  generation,
  parts: partIds(parts),
});

/** As a template renders it. */
export const rendered = (name: string, spec: JsonObject = {}): Application =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', finalizers: ['resources-finalizer.argocd.argoproj.io'] },
    spec: { project: 'default', source: { repoURL: 'r', path: name }, ...spec },
  }) as unknown as Application;

/** As it is in the cluster: owned by the set, with a recorded origin unless told otherwise. */
export const live = (
  name: string,
  change: { metadata?: JsonObject; spec?: JsonObject; parts?: readonly Part[]; noOrigin?: true } = {},
): Application => {
  const application = rendered(name, change.spec);
  const annotations = change.noOrigin
    ? {}
    : { 'appset-operator.io/origin': encodeOrigin(origin(change.parts ?? [part(name)])) };
  const { annotations: more, ...metadata } = change.metadata ?? {};
  return {
    ...application,
    metadata: {
      ...application.metadata,
      uid: `uid-${name}`,
      resourceVersion: '7',
      ownerReferences: [owner()],
      annotations: { ...annotations, ...(more as Record<string, string> | undefined) },
      ...metadata,
    },
  } as Application;
};

export interface Row {
  readonly name: string;
  readonly spec?: JsonObject;
  readonly parts?: readonly Part[];
  readonly stale?: boolean;
}

export const broken = (message = 'it broke') => new AppsetError('APPSET_E0302', message);

export function evaluationOf(
  set: ApplicationSet,
  rows: readonly Row[],
  wrong: {
    unknown?: readonly UnknownLeaf[];
    failed?: readonly FailedElement[];
    failedRows?: readonly FailedRow[];
    invalid?: readonly string[];
    validationUnknown?: AppsetError;
    firstError?: Evaluation['firstError'];
  } = {},
): Evaluation {
  const generated = {
    rows: [],
    unknown: wrong.unknown ?? [],
    failed: wrong.failed ?? [],
  };
  return {
    set,
    generation: {
      entries: [{ index: 0, generator: 'list', template: {}, generated }],
      errors: [],
      requeueAfterSeconds: 0,
    },
    rendered: rows.map(({ name, spec, parts, stale }) => ({
      application: rendered(name, spec),
      entry: 0,
      parts: parts ?? [part(name)],
      stale: stale ?? false,
    })),
    failedRows: wrong.failedRows ?? [],
    invalid: new Map((wrong.invalid ?? []).map((name) => [`argocd/${name}`, broken(`${name} is invalid`)])),
    notices: [],
    ...(wrong.validationUnknown === undefined ? {} : { validationUnknown: wrong.validationUnknown }),
    ...(wrong.firstError === undefined ? {} : { firstError: wrong.firstError }),
  };
}

/** As the cache indexes them: by name, and by name of the controlling set. */
export const liveOf = (applications: readonly Application[]): LiveApplications => ({
  byName: (name) => applications.find(({ metadata }) => metadata.name === name),
  controlledBy: (setName) =>
    applications.filter(({ metadata }) =>
      metadata.ownerReferences?.some(
        (reference) =>
          reference.controller && reference.kind === 'ApplicationSet' && reference.name === setName,
      ),
    ),
});

export function inputOf(
  set: ApplicationSet,
  evaluation: Evaluation,
  applications: readonly Application[],
  settings: Partial<PlanSettings> = {},
  more: Partial<PlanInput> = {},
): PlanInput {
  return {
    set,
    evaluation,
    live: liveOf(applications),
    settings: {
      compat: false,
      policy: effectivePolicy(set, '', true),
      adopt: 'match',
      preservedLabels: [],
      preservedAnnotations: [],
      ...settings,
    },
    origins: new Map(),
    noClusters: false,
    now: NOW,
    ...more,
  };
}
