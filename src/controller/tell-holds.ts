/**
 * Tells what is held: one event, one audit line and one list (ConfigMap `appset-plan-NAME`) for each
 * digest. The list goes when the hold ends. A list that cannot be written stops nothing: the condition
 * says what counts.
 */
import { isAlreadyExists, isNotFound, RESOURCES } from '../api/client.ts';
import { ARGO_API_VERSION } from '../api/names.ts';
import { type ApplicationSet, type KubeObject, keyOf } from '../api/objects.ts';
import {
  type Decision,
  type HoldState,
  heldEvent,
  needsPerson,
  planMap,
  planMapName,
} from '../planning/holds/index.ts';
import { holdLine } from './audit.ts';
import type { ReconcileDeps } from './set-run.ts';

type Deps = Pick<ReconcileDeps, 'client' | 'events' | 'log' | 'settings' | 'signal'>;

/** Tells a digest once; answers the digest whose list is there. */
export async function tellHolds(
  set: ApplicationSet,
  decision: Decision,
  before: HoldState,
  deps: Deps,
): Promise<string | undefined> {
  const { digest } = decision;
  const due = digest !== undefined && needsPerson(decision);
  if (!due && decision.next.latches.size > 0) return before.plan;
  const wanted = due ? digest : undefined;
  if (wanted === before.plan) return wanted;
  try {
    if (wanted === undefined) await removePlan(set, deps);
    else await writePlan(set, decision, deps);
  } catch (error) {
    deps.signal?.throwIfAborted();
    deps.log.warn({ applicationset: keyOf(set), error }, 'the list of held deletions could not be written');
    if (wanted === undefined) return before.plan;
  }
  if (wanted !== undefined) {
    deps.events.emit({ set, type: 'Warning', reason: 'DeletionsHeld', message: heldEvent(decision) });
    deps.log.warn(holdLine(set, decision), 'deletions held');
  } else deps.log.info({ audit: 'release', applicationset: keyOf(set) }, 'nothing is held any more');
  return wanted;
}

async function writePlan(set: ApplicationSet, decision: Decision, deps: Deps): Promise<void> {
  const { namespace, uid } = set.metadata;
  const name = planMapName(set);
  const data = { ...planMap(set, decision) };
  const options = { dryRun: deps.settings.dryRun };
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'app.kubernetes.io/managed-by': 'appset-operator' },
      ownerReferences: [
        { apiVersion: ARGO_API_VERSION, kind: 'ApplicationSet', name: set.metadata.name, uid: uid ?? '' },
      ],
    },
    data,
  };
  try {
    await deps.client.create(RESOURCES.configMaps, object, options);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const patch = { data, metadata: { ownerReferences: object.metadata.ownerReferences as never } };
    await deps.client.patch(RESOURCES.configMaps, namespace, name, patch, { type: 'merge', ...options });
  }
}

async function removePlan(set: ApplicationSet, deps: Deps): Promise<void> {
  try {
    await deps.client.delete(RESOURCES.configMaps, set.metadata.namespace, planMapName(set), {
      dryRun: deps.settings.dryRun,
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
