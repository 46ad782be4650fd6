/**
 * Watches: what one watcher sees of the changes of a kind. Objects that begin or cease to match a
 * selector arrive as ADDED and DELETED; bookmarks keep a quiet watcher's resourceVersion fresh; the
 * server ends a watch after its time. A start that is no longer remembered gets 410 Expired in-band.
 */

import type { ApiError } from '../api/client.ts';
import type { KubeObject } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import type { StoredEvent } from './event-log.ts';
import { badRequest, expired } from './failures.ts';
import type { Kind } from './kinds.ts';
import { selection } from './selectors.ts';
import type { Storage } from './storage.ts';

export interface WatchQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** absent, '' or '0': begins with an ADDED for every object there is */
  readonly resourceVersion?: string;
  readonly timeoutSeconds?: number;
  readonly allowBookmarks?: boolean;
  /** begins with every object and a bookmark annotated k8s.io/initial-events-end */
  readonly sendInitialEvents?: boolean;
}

export interface WatchSink {
  /** `source` is the change behind it, where there is one: what is made from it once can be shared */
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK', object: KubeObject, source?: StoredEvent): void;
  /** the server ended the watch: with an error, or because its time is over */
  end(error?: ApiError): void;
}

/**
 * Starts a watch; the answer stops it (and then `sink.end` is not called). Events that are remembered
 * are delivered before this returns.
 * @throws ApiError 400 for a selector or resourceVersion that cannot be read
 */
export function startWatch(
  storage: Storage,
  clock: Clock,
  kind: Kind,
  query: WatchQuery,
  sink: WatchSink,
): () => void {
  const chosen = selection(kind, query.labelSelector, query.fieldSelector);
  const namespace = query.namespace ?? '';
  const sees = (object: KubeObject): boolean =>
    (namespace === '' || !kind.type.namespaced || object.metadata.namespace === namespace) &&
    chosen.matches(object);

  const deliver = (event: StoredEvent): void => {
    if (event.kind.id !== kind.id) return;
    const now = sees(event.object);
    if (event.type === 'ADDED') {
      if (now) sink.event('ADDED', event.object, event);
      return;
    }
    const before = event.previous !== undefined && sees(event.previous);
    if (event.type === 'DELETED') {
      if (before) sink.event('DELETED', event.object, event);
    } else if (now) sink.event(before ? 'MODIFIED' : 'ADDED', event.object, event);
    else if (before) sink.event('DELETED', event.object, event);
  };

  const asked = query.resourceVersion ?? '';
  const from = asked === '' ? 0 : Number(asked);
  if (!Number.isInteger(from) || from < 0) {
    throw badRequest(`resourceVersion: Invalid value: "${asked}": must be a number`);
  }
  if (from === 0 || query.sendInitialEvents === true) {
    for (const object of storage.objects(kind, namespace)) if (sees(object)) sink.event('ADDED', object);
    if (query.sendInitialEvents === true) {
      sink.event('BOOKMARK', bookmark(kind, storage.revision, { 'k8s.io/initial-events-end': 'true' }));
    }
  } else {
    if (from < storage.log.floor) {
      sink.end(expired(`too old resource version: ${from} (${storage.log.floor})`));
      return () => undefined;
    }
    for (const event of storage.log.after(from)) deliver(event);
  }

  const stopListening = storage.listen(kind, deliver);
  let stopBookmarks = (): void => undefined;
  const scheduleBookmark = (): void => {
    stopBookmarks = clock.after(LIMITS.sandboxBookmarkMs, () => {
      sink.event('BOOKMARK', bookmark(kind, storage.revision));
      scheduleBookmark();
    });
  };
  if (query.allowBookmarks === true) scheduleBookmark();
  const seconds = query.timeoutSeconds ?? LIMITS.sandboxWatchSeconds;
  const stopTimer = clock.after(seconds * 1_000, () => {
    stop();
    if (query.allowBookmarks === true) sink.event('BOOKMARK', bookmark(kind, storage.revision));
    sink.end();
  });
  const stop = (): void => {
    stopListening();
    stopBookmarks();
    stopTimer();
  };
  return stop;
}

function bookmark(kind: Kind, revision: number, annotations?: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: kind.type.apiVersion,
    kind: kind.type.kind,
    metadata: {
      name: '',
      resourceVersion: String(revision),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}
