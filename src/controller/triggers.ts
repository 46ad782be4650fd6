/**
 * Which events of ApplicationSets and Applications wake a set (spec controller-and-operations §1.3).
 * Compat mode is exactly the reference's filters. Normal mode is narrower where nothing would change
 * (preserved annotations, our own) and wider where the reference misses something (another annotation
 * beside the refresh mark, a lost owner reference). Pure: old object, new object, verdict.
 */
import { ALWAYS_PRESERVED_ANNOTATIONS, OWN, OWN_PREFIX, REFRESH_SET_ANNOTATION } from '../api/names.ts';
import type { Application, ApplicationSet, Json, ObjectMeta } from '../api/objects.ts';
import { APPLICATION_SHAPE, SET_SPEC_SHAPE, type Shape } from '../planning/application-shape.ts';
import { equalModuloEmpty, sameModuloEmpty } from '../planning/compare.ts';
import { controllerOf } from '../planning/ownership.ts';
import { isJsonObject } from '../support/json.ts';

export type WatchVerb = 'create' | 'update' | 'delete' | 'generic';

export interface ObjectEvent<T> {
  readonly verb: WatchVerb;
  /** of an update */
  readonly old?: T;
  readonly new: T;
}

export interface TriggerSettings {
  readonly compat: boolean;
  readonly progressiveSyncs: boolean;
}

const MAP: Shape = { is: 'map' };
const SCALARS: Shape = { is: 'scalars' };
const SPEC: Shape =
  APPLICATION_SHAPE.is === 'struct' ? (APPLICATION_SHAPE.fields.spec ?? { is: 'free' }) : { is: 'free' };

const differs = (a: unknown, b: unknown, shape: Shape): boolean =>
  !sameModuloEmpty(a as Json | undefined, b as Json | undefined, shape);

type Annotations = ObjectMeta['annotations'];

/** Whether an event of a set wakes it. */
export function setEventWakes(event: ObjectEvent<ApplicationSet>, settings: TriggerSettings): boolean {
  const { old } = event;
  if (event.verb !== 'update' || old === undefined) return true;
  const fresh = event.new;
  if (
    settings.progressiveSyncs &&
    !equalModuloEmpty(old.status?.applicationStatus, fresh.status?.applicationStatus)
  ) {
    return true;
  }
  if (differs(old.spec, fresh.spec, SET_SPEC_SHAPE)) return true;
  if (differs(old.metadata.labels, fresh.metadata.labels, MAP)) return true;
  if (differs(old.metadata.finalizers, fresh.metadata.finalizers, SCALARS)) return true;
  if (old.metadata.deletionTimestamp !== fresh.metadata.deletionTimestamp) return true;
  return setAnnotationsWake(old.metadata.annotations, fresh.metadata.annotations, settings.compat);
}

/** The refresh mark, or what a person gave, going away is our own doing. */
function setAnnotationsWake(old: Annotations, fresh: Annotations, compat: boolean): boolean {
  if (!differs(old, fresh, MAP)) return false;
  const removed = [REFRESH_SET_ANNOTATION, OWN.approvedPlan, OWN.acceptFirstRun].filter(
    (key) => old?.[key] !== undefined && fresh?.[key] === undefined,
  );
  if (compat) return !removed.includes(REFRESH_SET_ANNOTATION);
  const ours = new Set([OWN.state, ...removed]);
  return differs(without(old, ours), without(fresh, ours), MAP);
}

const without = (annotations: Annotations, keys: ReadonlySet<string>): Annotations =>
  Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !keys.has(key)));

/** Names of the sets, in the Application's namespace, that an event of it wakes. */
export function applicationEventWakes(
  event: ObjectEvent<Application>,
  settings: TriggerSettings,
): readonly string[] {
  const { old } = event;
  const owners = new Set(
    [event.new, ...(old === undefined ? [] : [old])].map(owningSet).filter((name) => name !== undefined),
  );
  if (owners.size === 0 || event.verb === 'create') return [];
  if (event.verb !== 'update' || old === undefined) return [...owners];
  return applicationChanged(old, event.new, settings) ? [...owners] : [];
}

/** The ApplicationSet that controls an Application, whatever the version of its API. */
function owningSet(application: Application): string | undefined {
  const owner = controllerOf(application);
  return owner?.kind === 'ApplicationSet' && owner.apiVersion.startsWith('argoproj.io/')
    ? owner.name
    : undefined;
}

/** Whether an update of an owned Application is one its set has to look at. */
export function applicationChanged(old: Application, fresh: Application, settings: TriggerSettings): boolean {
  if (differs(old.spec, fresh.spec, SPEC)) return true;
  if (differs(old.metadata.labels, fresh.metadata.labels, MAP)) return true;
  if (differs(old.metadata.finalizers, fresh.metadata.finalizers, SCALARS)) return true;
  const seen = (annotations: Annotations): Annotations =>
    settings.compat
      ? annotations
      : Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !isOfNoConcern(key)));
  if (differs(seen(old.metadata.annotations), seen(fresh.metadata.annotations), MAP)) return true;
  if (!settings.compat && !equalModuloEmpty(controllerOf(old), controllerOf(fresh))) return true;
  return settings.progressiveSyncs && progressChanged(old.status, fresh.status);
}

/** Annotations that every update leaves as they are; the keep mark is a word to us. */
const isOfNoConcern = (key: string): boolean =>
  (ALWAYS_PRESERVED_ANNOTATIONS as readonly string[]).includes(key) ||
  key === `${OWN_PREFIX}origin` ||
  key === `${OWN_PREFIX}owner`;

type Status = Application['status'];
const at = (status: Status, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), status);

function progressChanged(old: Status, fresh: Status): boolean {
  const changed = (...path: readonly string[]) => !equalModuloEmpty(at(old, ...path), at(fresh, ...path));
  if (changed('health', 'status') || changed('sync', 'status')) return true;
  const both = isJsonObject(at(old, 'operationState')) && isJsonObject(at(fresh, 'operationState'));
  return both && (changed('operationState', 'phase') || changed('operationState', 'startedAt'));
}
