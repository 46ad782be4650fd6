/**
 * Kubernetes events of the controller (spec controller-and-operations §4.5): what happened to a set's
 * Applications, told on the set. A run only says what happened; the sink makes objects of it, and may
 * drop or summarise them: no decision ever rests on an event.
 */
import type { ApplicationSet, KubeObject } from '../api/objects.ts';
import { rfc3339 } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';

export interface SetEvent {
  readonly set: ApplicationSet;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface EventSink {
  emit(event: SetEvent): void;
}

export const noEvents: EventSink = { emit: () => {} };

export const created = (set: ApplicationSet, name: string): SetEvent => ({
  set,
  type: 'Normal',
  reason: 'created',
  message: `created Application "${name}"`,
});
export const updated = (set: ApplicationSet, name: string): SetEvent => ({
  set,
  type: 'Normal',
  reason: 'updated',
  message: `updated Application "${name}"`,
});
export const deleted = (set: ApplicationSet, name: string): SetEvent => ({
  set,
  type: 'Normal',
  reason: 'Deleted',
  message: `Deleted Application "${name}"`,
});
export const finalizerRemoved = (set: ApplicationSet, name: string): SetEvent => ({
  set,
  type: 'Normal',
  reason: 'Updated',
  message: `Updated Application "${name}" finalizer before deletion, because application has an invalid destination`,
});

/** An event as the API takes it. `suffix` makes its name unique; `now` is wall time in ms. */
export function eventObject(event: SetEvent, suffix: string, now: number): KubeObject {
  const { metadata, apiVersion, kind } = event.set;
  const namespace = metadata.namespace ?? 'default';
  const at = rfc3339(now);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${metadata.name}.${suffix}`, namespace },
    involvedObject: {
      apiVersion,
      kind,
      namespace,
      name: metadata.name,
      ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
      ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    },
    type: event.type,
    reason: event.reason,
    message: event.message.slice(0, LIMITS.eventTextBytes),
    source: { component: 'applicationset-controller' },
    reportingComponent: 'applicationset-controller',
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
}
