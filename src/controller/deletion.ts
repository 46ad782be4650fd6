/**
 * A set that is being deleted (spec controller-and-operations §2.4): where the policy forbids deletion
 * its Applications are let go first, where another set takes them over, and those marked to be kept in
 * any case; then the resources finalizer is taken off the set. Nothing is generated any more, no status
 * is written. Without finalizer on the set nobody asks us.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import { OWN, RESOURCES_FINALIZER } from '../api/names.ts';
import type { Application, ApplicationSet, JsonObject, OwnerReference } from '../api/objects.ts';
import { controllingSetName, ownershipOf, withoutOwner } from '../planning/ownership.ts';
import type { Policy } from '../planning/policy.ts';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { takerOf } from './hand-over.ts';
import type { LiveView } from './live-view.ts';
import type { ApplicationWriter } from './write-application.ts';
import { isOutdated } from './write-application.ts';

export interface DeletionDeps {
  readonly client: ObjectClient;
  readonly live: LiveView;
  readonly writer: ApplicationWriter;
  readonly policy: Policy;
  readonly compat: boolean;
  readonly dryRun: boolean;
}

/** Ordered deletion: rolling, at least one step, `deletionOrder` Reverse in any case (spec §5.9). */
export function wantsReverseDeletion(set: ApplicationSet): boolean {
  const { strategy } = set.spec;
  if (strategy?.type !== 'RollingSync') return false;
  const rolling = strategy.rollingSync as { readonly steps?: readonly unknown[] } | undefined;
  const order = strategy.deletionOrder;
  return (rolling?.steps ?? []).length > 0 && typeof order === 'string' && order.toLowerCase() === 'reverse';
}

/**
 * One pass over a terminating set.
 *
 * @throws AppsetError APPSET_E0705 for ordered deletion, which is not supported yet: the finalizer stays
 * @throws ApiError at the first write that fails
 */
export async function finishDeletion(set: ApplicationSet, deps: DeletionDeps): Promise<void> {
  const handsOver = !deps.compat && (await takerOf(set, deps.client)) !== undefined;
  const lets = !deps.policy.delete || handsOver ? () => true : isMarkedKeep;
  if (!deps.compat || !deps.policy.delete) await letGo(set, lets, deps);
  if (wantsReverseDeletion(set) && deps.policy.delete && !handsOver) {
    throw new AppsetError(
      'APPSET_E0705',
      'deletionOrder Reverse is not supported yet: the set is left as it is',
    );
  }
  await releaseSet(set, deps);
}

/** A person marked it: deleting the set does not take it along. */
const isMarkedKeep = ({ metadata }: Application): boolean => metadata.annotations?.[OWN.keep] === 'true';

/** Takes owner references off those of the set's Applications that are let go, one after the other by name. */
async function letGo(
  set: ApplicationSet,
  lets: (application: Application) => boolean,
  deps: DeletionDeps,
): Promise<void> {
  const { namespace, name } = set.metadata;
  const applications = (await deps.live.applications(namespace ?? '')).controlledBy(name);
  const mine = applications
    .filter((application) => isHeld(application, set, deps.compat) && lets(application))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const application of mine) await letOneGo(application, set, deps);
}

/** In compat mode by name of the owner; else by uid. Terminating ones are never patched. */
const isHeld = (application: Application, set: ApplicationSet, compat: boolean): boolean =>
  application.metadata.deletionTimestamp === undefined &&
  (compat
    ? controllingSetName(application) === set.metadata.name
    : ownershipOf(application, set).is === 'ours');

async function letOneGo(first: Application, set: ApplicationSet, deps: DeletionDeps): Promise<void> {
  let application = first;
  for (let attempt = 1; ; attempt++) {
    // the reference takes every owner off; we take ours
    const rest: readonly OwnerReference[] = deps.compat
      ? []
      : withoutOwner(application.metadata.ownerReferences, set);
    const references = rest.length === 0 ? null : (rest as unknown as JsonObject[]);
    try {
      deps.live.wrote(await deps.writer.patch(application, { metadata: { ownerReferences: references } }));
      return;
    } catch (error) {
      if (!isOutdated(error) || attempt > LIMITS.replans) throw error;
    }
    const fresh = await deps.writer.read(application.metadata.namespace, application.metadata.name);
    if (fresh === undefined || !isHeld(fresh, set, deps.compat)) return;
    application = fresh;
  }
}

/** Takes the resources finalizer off the set, if it is there. */
async function releaseSet(set: ApplicationSet, { client, dryRun }: DeletionDeps): Promise<void> {
  const { namespace, name, uid, resourceVersion } = set.metadata;
  const before = set.metadata.finalizers ?? [];
  const after = before.filter((finalizer) => finalizer !== RESOURCES_FINALIZER);
  if (after.length === before.length) return;
  const metadata: JsonObject = {
    finalizers: after.length === 0 ? null : after,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  try {
    await client.patch(RESOURCES.applicationSets, namespace, name, { metadata }, { type: 'merge', dryRun });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
