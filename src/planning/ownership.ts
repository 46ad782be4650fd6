/**
 * Whose Application is it? Ownership is the controller owner reference: group, kind, name and uid
 * (safety.md, Terms). The reference forgets the uid and counts only the exact apiVersion as current
 * (spec controller-and-operations §1.2); that rule is here too, for compat mode.
 */
import { ARGO_API_VERSION, ARGO_GROUP } from '../api/names.ts';
import type { Application, ApplicationSet, OwnerReference } from '../api/objects.ts';
import { type HandOvers, NO_HAND_OVERS } from './hand-over.ts';

export type Ownership =
  /** the controller reference names this very set */
  | { readonly is: 'ours' }
  /** the controller reference has our name and another uid: a restored backup, or a set made again */
  | { readonly is: 'oursByName' }
  /** no controller reference; `named` when a plain reference names this set */
  | { readonly is: 'nobody'; readonly named: boolean }
  | { readonly is: 'other'; readonly owner: OwnerReference };

const groupOf = (apiVersion: string): string => apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));

const namesSet = (reference: OwnerReference, set: ApplicationSet): boolean =>
  groupOf(reference.apiVersion) === ARGO_GROUP &&
  reference.kind === 'ApplicationSet' &&
  reference.name === set.metadata.name;

export const controllerOf = (application: Application): OwnerReference | undefined =>
  application.metadata.ownerReferences?.find((reference) => reference.controller === true);

export function ownershipOf(application: Application, set: ApplicationSet): Ownership {
  const owner = controllerOf(application);
  if (owner !== undefined) {
    if (!namesSet(owner, set)) return { is: 'other', owner };
    return { is: owner.uid === set.metadata.uid ? 'ours' : 'oursByName' };
  }
  const named = (application.metadata.ownerReferences ?? []).some((reference) => namesSet(reference, set));
  return { is: 'nobody', named };
}

/** The reference's index: name of the controller reference with exactly our apiVersion and kind; undefined when there is none. */
export function controllingSetName(application: Application): string | undefined {
  const owner = controllerOf(application);
  return owner?.apiVersion === ARGO_API_VERSION && owner.kind === 'ApplicationSet' ? owner.name : undefined;
}

export const ownerReferenceOf = (set: ApplicationSet): OwnerReference => ({
  apiVersion: ARGO_API_VERSION,
  kind: 'ApplicationSet',
  name: set.metadata.name,
  uid: set.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
});

/**
 * Live owner references with ours inserted, or put in the place of one of our group, kind and name.
 *
 * @param handOvers uids of sets whose references go: they hand over to this one
 */
export function withOwner(
  live: readonly OwnerReference[] | undefined,
  set: ApplicationSet,
  handOvers: HandOvers = NO_HAND_OVERS,
): readonly OwnerReference[] {
  const ours = ownerReferenceOf(set);
  const references = (live ?? []).filter(({ uid }) => !handOvers.has(uid));
  const at = references.findIndex((reference) => namesSet(reference, set));
  return at < 0
    ? [...references, ours]
    : references.map((reference, index) => (index === at ? ours : reference));
}

/** Live owner references without every one that names this set. */
export const withoutOwner = (
  live: readonly OwnerReference[] | undefined,
  set: ApplicationSet,
): readonly OwnerReference[] => (live ?? []).filter((reference) => !namesSet(reference, set));
