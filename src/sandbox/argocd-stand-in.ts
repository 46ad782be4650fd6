/**
 * A stand-in for Argo CD's application controller, for the demo, the sandbox and tests only: it
 * deploys nothing. It reports every Application as Synced and Healthy, and takes the resources
 * finalizers off Applications that are being deleted, as Argo CD does once their resources are gone.
 */
import { isConflict, isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import {
  POST_DELETE_FINALIZER_PREFIX,
  PRE_DELETE_FINALIZER_PREFIX,
  RESOURCES_FINALIZER,
} from '../api/names.ts';
import type { JsonObject, KubeObject } from '../api/objects.ts';
import { type Clock, rfc3339 } from '../support/clock.ts';
import { isJsonObject } from '../support/json.ts';

export interface StandInOptions {
  readonly client: ObjectClient;
  readonly clock: Clock;
  /** how long a deployment seems to take, in milliseconds; at once when absent */
  readonly deployMs?: number;
  /** called when a pass failed; the next event tries again */
  readonly onError?: (error: unknown) => void;
}

const RETRY_MS = 1_000;

const isResourcesFinalizer = (finalizer: string): boolean =>
  [RESOURCES_FINALIZER, PRE_DELETE_FINALIZER_PREFIX, POST_DELETE_FINALIZER_PREFIX].some(
    (known) => finalizer === known || finalizer.startsWith(`${known}/`),
  );

/** What the stand-in would do to an Application now: a merge patch, or undefined for nothing. */
export function standInPatch(application: KubeObject, now: string): JsonObject | undefined {
  const { finalizers = [], deletionTimestamp, resourceVersion } = application.metadata;
  if (deletionTimestamp !== undefined) {
    const left = finalizers.filter((one) => !isResourcesFinalizer(one));
    if (left.length === finalizers.length) return undefined;
    return { metadata: { finalizers: left.length > 0 ? left : null, resourceVersion } };
  }
  const { status = {} } = application;
  const sync = isJsonObject(status.sync) ? status.sync.status : undefined;
  const health = isJsonObject(status.health) ? status.health.status : undefined;
  if (sync === 'Synced' && health === 'Healthy') return undefined;
  return {
    status: { sync: { status: 'Synced' }, health: { status: 'Healthy' }, reconciledAt: now },
  };
}

/** Starts looking after all Applications; the answer stops it. */
export function startArgoCdStandIn(options: StandInOptions): () => Promise<void> {
  const abort = new AbortController();
  const running = run(options, abort.signal);
  return async () => {
    abort.abort();
    await running;
  };
}

async function run(options: StandInOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, onError } = options;
  while (!signal.aborted) {
    try {
      const { items, resourceVersion } = await client.list(RESOURCES.applications, { signal });
      for (const application of items) await attend(options, application, signal);
      for await (const event of client.watch(RESOURCES.applications, { resourceVersion, signal })) {
        if (event.type === 'ERROR') break;
        if (event.type === 'ADDED' || event.type === 'MODIFIED') await attend(options, event.object, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      onError?.(error);
      await clock.sleep(RETRY_MS, signal).catch(() => undefined);
    }
  }
}

async function attend(
  { client, clock, deployMs }: StandInOptions,
  application: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const patch = standInPatch(application, rfc3339(clock.now()));
  if (patch === undefined) return;
  const { namespace, name } = application.metadata;
  if (deployMs !== undefined) await clock.sleep(deployMs, signal);
  try {
    await client.patch(RESOURCES.applications, namespace, name, patch, {
      type: 'merge',
      fieldManager: 'argocd-stand-in',
      signal,
    });
  } catch (error) {
    // gone or changed meanwhile: the event of that change brings it up again
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
