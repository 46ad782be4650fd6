/**
 * Kubernetes events of the controller (spec controller-and-operations §4.5): what happened to a set's
 * Applications, told on the set. A run only says what happened; the sink may count, drop or summarise:
 * no decision ever rests on an event.
 */
import type { ApplicationSet } from '../api/objects.ts';
import type { Approval } from '../planning/holds/index.ts';

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
export const approved = (set: ApplicationSet, { digest, by, tokens }: Approval): SetEvent => ({
  set,
  type: 'Normal',
  reason: 'PlanApproved',
  message: `plan ${digest.slice(0, 12)} approved by ${by}: ${tokens.size} Applications`,
});
export const firstRunAccepted = (set: ApplicationSet, by: string): SetEvent => ({
  set,
  type: 'Normal',
  reason: 'FirstRunAccepted',
  message: `taken over from another controller: accepted by ${by}`,
});
export const finalizerRemoved = (set: ApplicationSet, name: string): SetEvent => ({
  set,
  type: 'Normal',
  reason: 'Updated',
  message: `Updated Application "${name}" finalizer before deletion, because application has an invalid destination`,
});

/** What the watch world's recorder takes. */
export interface NewsRecorder {
  record(news: {
    readonly object: Pick<ApplicationSet, 'apiVersion' | 'kind' | 'metadata'>;
    readonly type: 'Normal' | 'Warning';
    readonly reason: string;
    readonly message: string;
  }): void;
}

/** A sink that hands events to a recorder. */
export const recordedEvents = (recorder: NewsRecorder): EventSink => ({
  emit: ({ set, type, reason, message }) => recorder.record({ object: set, type, reason, message }),
});
