/**
 * What becomes of the Applications of a set that is deleted, each for itself. The set goes by a plain
 * delete, as `kubectl apply --prune` or Argo CD does it: garbage collection takes what it owns, unless
 * the operator lets go of that first, for which the set needs its finalizer. Nothing of this is held.
 */
import { OWN, RESOURCES_FINALIZER } from '../../api/names.ts';
import type { Application, ApplicationSet } from '../../api/objects.ts';
import { wantsReverseDeletion } from '../../controller/deletion.ts';
import { agree, handsOverTo } from '../../planning/hand-over.ts';
import { ownershipOf, withoutOwner } from '../../planning/ownership.ts';
import type { Policy } from '../../planning/policy.ts';
import { pruneOption } from './tracking.ts';

export interface RemovedApplication {
  readonly name: string;
  /** delete: with `workloads` or without them; keep: it stays, and belongs to nobody; handOver: to `to` */
  readonly outcome: 'delete' | 'keep' | 'handOver';
  readonly workloads: 'delete' | 'keep';
  readonly to?: string;
  /** in words */
  readonly why: string;
}

export interface RemovedSet {
  readonly set: ApplicationSet;
  readonly applications: readonly RemovedApplication[];
  /** what a person should know before the set is deleted */
  readonly notes: readonly string[];
  /** it is not deleted, and why */
  readonly stays?: string;
}

export interface RemovalContext {
  readonly policy: Policy;
  readonly compat: boolean;
  /** `--tracked-by`: Argo CD removes it, and heeds its sync options */
  readonly byArgoCd: boolean;
  /** the sets that remain in the namespace, as they would be */
  readonly remaining: readonly ApplicationSet[];
  /** Applications another set takes over from this one → its name */
  readonly taken: ReadonlyMap<string, string>;
  /** Applications another set generates as well, without a hand-over → its name */
  readonly madeAgain: ReadonlyMap<string, string>;
}

/** From this many Applications on the chart's admission policy asks for a confirmation, unless it is set otherwise. */
const CONFIRMED_ABOVE = 5;

/** @param applications live ones of the set's namespace that may be its own */
export function removedSet(
  set: ApplicationSet,
  applications: readonly Application[],
  context: RemovalContext,
): RemovedSet {
  const kept = context.byArgoCd ? pruneOption(set) : undefined;
  if (kept !== undefined)
    return { set, applications: [], notes: [], stays: `Argo CD leaves it: sync option ${kept}` };
  const owned = applications
    .filter((application) => ownershipOf(application, set).is === 'ours')
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const fate = fateOf(set, context);
  const told = owned.map((application) => fate(application));
  return { set, applications: told, notes: notesOn(set, told, context) };
}

function fateOf(set: ApplicationSet, context: RemovalContext): (live: Application) => RemovedApplication {
  const { policy, compat, remaining, taken, madeAgain } = context;
  const hasFinalizer = set.metadata.finalizers?.includes(RESOURCES_FINALIZER) === true;
  const taker = compat ? undefined : takerOf(set, remaining);
  const stuck = hasFinalizer && wantsReverseDeletion(set) && policy.delete && taker === undefined;
  return (live) => {
    const { name, finalizers, annotations, deletionTimestamp, ownerReferences } = live.metadata;
    const cascades = finalizers?.some((finalizer) => finalizer.startsWith(RESOURCES_FINALIZER)) === true;
    const workloads = cascades ? 'with its workloads' : 'its workloads stay: it has no resources finalizer';
    const stays = (why: string): RemovedApplication => ({ name, outcome: 'keep', workloads: 'keep', why });
    const goes = (why: string): RemovedApplication => {
      const again = madeAgain.get(name);
      const then = again === undefined ? '' : `; ${again} makes it again`;
      return { name, outcome: 'delete', workloads: cascades ? 'delete' : 'keep', why: `${why}${then}` };
    };
    if (deletionTimestamp !== undefined) return goes(`is being deleted already, ${workloads}`);
    const to = taken.get(name);
    if (to !== undefined) return { name, outcome: 'handOver', workloads: 'keep', to, why: `to ${to}` };
    if (stuck) return stays('deletionOrder Reverse is not supported yet: the set stays, terminating');
    const [other] = withoutOwner(ownerReferences, set);
    if (other !== undefined) return stays(`${other.kind} ${other.name} owns it too`);
    const isMarked = !compat && annotations?.[OWN.keep] === 'true';
    const guard = isMarked
      ? `annotation ${OWN.keep}`
      : taker !== undefined
        ? `${OWN.handOverTo}: ${taker}, which does not generate it,`
        : policy.delete
          ? undefined
          : `policy ${policy.name}`;
    if (guard === undefined) return goes(workloads);
    if (!hasFinalizer) return goes(`${workloads}; ${guard} does not help, the set has no finalizer`);
    return stays(`${guard} lets go of it first; it belongs to nobody then`);
  };
}

/** The set that takes what a removed one hands over, if both say so. */
const takerOf = (set: ApplicationSet, remaining: readonly ApplicationSet[]): string | undefined =>
  handsOverTo(set).find((name) => remaining.some((to) => to.metadata.name === name && agree(set, to)));

function notesOn(
  set: ApplicationSet,
  applications: readonly RemovedApplication[],
  { madeAgain }: RemovalContext,
): readonly string[] {
  const notes: string[] = [];
  const { name, namespace, annotations, finalizers } = set.metadata;
  const names = (outcome: RemovedApplication['outcome']) =>
    applications.filter((one) => one.outcome === outcome).map((one) => one.name);
  const again = names('delete').filter((one) => madeAgain.has(one));
  const [to] = again.flatMap((one) => madeAgain.get(one) ?? []);
  if (to !== undefined)
    notes.push(
      `To move Applications without deleting them: annotation ${OWN.handOverTo}: ${to} on ${name}, ${OWN.takeOverFrom}: ${name} on ${to}; remove ${name} when its condition HandingOver says Done.`,
    );
  if (names('handOver').length > 0 && finalizers?.includes(RESOURCES_FINALIZER) !== true)
    notes.push(
      `Remove ${name} only when its condition HandingOver says Done: without finalizer ${RESOURCES_FINALIZER} on the set garbage collection takes what was not taken over by then.`,
    );
  if (applications.length > CONFIRMED_ABOVE && annotations?.[OWN.confirmDelete] === undefined)
    notes.push(
      `Where the admission policy of the chart is on, the deletion is refused until: kubectl annotate applicationset -n ${namespace} ${name} ${OWN.confirmDelete}=true`,
    );
  return notes;
}
