/**
 * The status of a set: computed once at the end of a run, written as one merge patch of the status
 * subresource, and only if it differs (spec controller-and-operations §4). A conflict reads the set
 * again and computes again, as often as the reference tries.
 */
import { ApiError, isConflict, isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import type { Application, ApplicationSet, Condition, Json, JsonObject } from '../api/objects.ts';
import { equalModuloEmpty } from '../planning/compare.ts';
import { compareBytes } from '../support/byte-strings.ts';
import { type Clock, rfc3339 } from '../support/clock.ts';
import { isJsonObject, jsonEqual } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { type ConditionChange, healthOf, isRolling, mergeConditions } from './conditions.ts';
import { asApplicationSet } from './live-view.ts';

/** What a run wants in the status; what is undefined is left as it is. */
export interface StatusDraft {
  readonly conditions: readonly ConditionChange[] | undefined;
  /** the set's Applications as they are after the writes of the run */
  readonly applications: readonly Application[] | undefined;
  /** progressive sync is off or the strategy is not rolling: its statuses go */
  readonly clearApplicationStatus: boolean;
}

export interface StatusSettings {
  readonly maxResourcesStatusCount: number;
  readonly dryRun: boolean;
}

const textAt = (value: Json | undefined, key: string): string | undefined => {
  const inner = isJsonObject(value) ? value[key] : undefined;
  return typeof inner === 'string' ? inner : undefined;
};

/** One entry of `status.resources` (spec §4.4). */
function resourceOf({ metadata, status }: Application): JsonObject {
  const sync = textAt(status?.sync, 'status');
  const health = textAt(status?.health, 'status');
  return {
    group: 'argoproj.io',
    version: 'v1alpha1',
    kind: 'Application',
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    ...(sync === undefined ? {} : { status: sync }),
    ...(health === undefined ? {} : { health: { status: health } }),
  };
}

/** Entries sorted by name (bytes), cut to the cap (0: none) and to the size an object may have. */
export function resourcesOf(applications: readonly Application[], cap: number): readonly JsonObject[] {
  const sorted = [...applications].sort((a, b) => compareBytes(a.metadata.name, b.metadata.name));
  const resources = (cap > 0 ? sorted.slice(0, cap) : sorted).map(resourceOf);
  let bytes = 0;
  const fits = resources.findIndex((resource) => {
    bytes += Buffer.byteLength(JSON.stringify(resource)) + 1;
    return bytes > LIMITS.statusResourcesBytes;
  });
  return fits < 0 ? resources : resources.slice(0, fits);
}

/** Stored rollout statuses with `targetRevisions` where the CRD wants it (spec §2.1 step 4). */
function migrated(statuses: readonly JsonObject[]): readonly JsonObject[] {
  return statuses.map((status) =>
    Array.isArray(status.targetRevisions) ? status : { ...status, targetRevisions: [] },
  );
}

/** The part of the status that changes, as a merge patch; undefined when nothing does. */
export function statusPatch(
  set: ApplicationSet,
  draft: StatusDraft,
  settings: StatusSettings,
  now: string,
): JsonObject | undefined {
  const status = set.status ?? {};
  const patch: Record<string, Json> = {};
  if (draft.conditions !== undefined) {
    const stored = status.conditions ?? [];
    const conditions = mergeConditions(stored, draft.conditions, { rolling: isRolling(set.spec), now });
    if (!sameConditions(stored, conditions)) patch.conditions = conditions as unknown as Json;
    const health = healthOf(conditions);
    if (!jsonEqual(health as Json, { status: status.health?.status, message: status.health?.message })) {
      patch.health = health as Json;
    }
  }
  if (draft.applications !== undefined) {
    const resources = resourcesOf(draft.applications, settings.maxResourcesStatusCount);
    if (!equalModuloEmpty(status.resources, resources)) patch.resources = resources;
    const count = draft.applications.length;
    if ((status.resourcesCount ?? 0) !== count) patch.resourcesCount = count;
  }
  const stored = status.applicationStatus ?? [];
  if (draft.clearApplicationStatus) {
    if (stored.length > 0) patch.applicationStatus = null;
  } else {
    const kept = migrated(stored);
    if (!jsonEqual(kept, stored)) patch.applicationStatus = kept;
  }
  return Object.keys(patch).length === 0 ? undefined : { status: patch };
}

/** Equal in type, status, reason and message, and no time is missing. */
const sameConditions = (a: readonly Condition[], b: readonly Condition[]): boolean =>
  a.length === b.length &&
  a.every((condition, index) => {
    const other = b[index];
    return (
      condition.type === other?.type &&
      condition.status === other.status &&
      condition.reason === other.reason &&
      condition.message === other.message &&
      condition.lastTransitionTime !== undefined
    );
  });

export interface StatusWriter {
  readonly client: ObjectClient;
  readonly clock: Clock;
  readonly settings: StatusSettings;
  readonly signal?: AbortSignal;
  /** remembers a patch that the server's schema makes nothing of */
  readonly memory: { ineffectiveStatus: string | undefined };
}

/**
 * Writes what differs. A set that is gone or was made again needs no status.
 *
 * @throws ApiError when it could not be written
 */
export async function writeStatus(
  set: ApplicationSet,
  draft: StatusDraft,
  { client, clock, settings, signal, memory }: StatusWriter,
): Promise<void> {
  let current = set;
  for (let attempt = 1; ; attempt++) {
    const patch = statusPatch(current, draft, settings, rfc3339(clock.now()));
    if (patch === undefined) return;
    const digest = JSON.stringify(patch);
    if (memory.ineffectiveStatus === digest) return;
    const { namespace, name, resourceVersion } = current.metadata;
    const body = resourceVersion === undefined ? patch : { ...patch, metadata: { resourceVersion } };
    try {
      const answer = await client.patch(RESOURCES.applicationSets, namespace, name, body, {
        type: 'merge',
        subresource: 'status',
        dryRun: settings.dryRun,
        ...(signal === undefined ? {} : { signal }),
      });
      const unchanged = !settings.dryRun && answer.metadata.resourceVersion === resourceVersion;
      memory.ineffectiveStatus = unchanged ? digest : undefined;
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt >= LIMITS.statusTries) throw error;
    }
    await clock.sleep(LIMITS.statusRetryMs, signal);
    const fresh = await reread(client, current);
    if (fresh === undefined) return;
    current = fresh;
  }
}

async function reread(client: ObjectClient, set: ApplicationSet): Promise<ApplicationSet | undefined> {
  const { namespace, name, uid } = set.metadata;
  try {
    const fresh = asApplicationSet(await client.get(RESOURCES.applicationSets, namespace, name));
    return fresh.metadata.uid === uid ? fresh : undefined;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}
