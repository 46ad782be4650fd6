/**
 * Taking over (safety.md): what to do with a live Application of a generated name that is not plainly
 * ours. Nothing is taken from another owner; what belongs to nobody is taken when that changes
 * nothing, when it was ours before, or when a person says so. Compat mode takes every ownerless one.
 */
import { OWN } from '../api/names.ts';
import { type Application, type ApplicationSet, keyOf } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import type { FieldChange } from './compare.ts';
import { type HandOvers, handsOverTo, NO_HAND_OVERS, takesOverFrom } from './hand-over.ts';
import { controllerOf, ownershipOf } from './ownership.ts';

export type AdoptMode = 'always' | 'match' | 'never';

export type Claim =
  | { readonly is: 'owned' }
  /** our name, another uid: the owner reference is put right first */
  | { readonly is: 'repair' }
  /** nobody's; `takeOver` says whether it is taken whatever differs */
  | { readonly is: 'ownerless'; readonly takeOver: boolean }
  /** of a set that hands it over to this one; `from` is its name */
  | { readonly is: 'handedOver'; readonly from: string }
  /** of the set this one hands over to */
  | { readonly is: 'given' }
  | { readonly is: 'foreign'; readonly error: AppsetError };

export function claimOf(
  live: Application,
  set: ApplicationSet,
  options: { readonly compat: boolean; readonly adopt: AdoptMode },
  handOvers: HandOvers = NO_HAND_OVERS,
): Claim {
  const ownership = ownershipOf(live, set);
  switch (ownership.is) {
    case 'ours':
      return { is: 'owned' };
    case 'oursByName':
      return options.compat ? { is: 'owned' } : { is: 'repair' };
    case 'other': {
      const { kind, name, uid } = ownership.owner;
      const from = handOvers.get(uid);
      if (from !== undefined) return { is: 'handedOver', from };
      const isSet = kind === 'ApplicationSet';
      if (isSet && !options.compat && handsOverTo(set).includes(name)) return { is: 'given' };
      const message = `Object ${keyOf(live)} is already owned by another ${kind} controller ${name}`;
      const asked = isSet && !options.compat && takesOverFrom(set).includes(name);
      const hint = asked ? `, which does not name this set in annotation ${OWN.handOverTo}` : '';
      return { is: 'foreign', error: new AppsetError('APPSET_E0701', `${message}${hint}`) };
    }
    case 'nobody':
      return {
        is: 'ownerless',
        takeOver: options.compat || options.adopt === 'always' || ownership.named || isInvited(live, set),
      };
  }
}

/** Marked as ours by an earlier write, left behind by a set this one takes over from, or named by a person. */
function isInvited(live: Application, set: ApplicationSet): boolean {
  const annotations = live.metadata.annotations ?? {};
  if (annotations[OWN.owner] === keyOf(set) || annotations[OWN.adopt] === 'true') return true;
  if (takesOverFrom(set).some((name) => annotations[OWN.owner] === `${set.metadata.namespace}/${name}`))
    return true;
  const listed = set.metadata.annotations?.[OWN.adopt];
  return listed?.split(',').some((name) => name.trim() === live.metadata.name) === true;
}

/** Fields of a take-over that count: all but ownership itself and our own annotations. */
export const differsBeyondOwner = (changes: readonly FieldChange[]): readonly FieldChange[] =>
  changes.filter(({ path }) => !path.startsWith('metadata.ownerReferences'));

/** The conflict that keeps an ownerless Application from being taken over, with the first differing fields. */
export function adoptionConflict(live: Application, changes: readonly FieldChange[]): AppsetError {
  const fields = changes.slice(0, 3).map(({ path }) => path);
  const more = changes.length > fields.length ? ` and ${changes.length - fields.length} more` : '';
  const differing = fields.length === 0 ? '' : `; it differs in ${fields.join(', ')}${more}`;
  const owner = controllerOf(live)?.name ?? 'nobody';
  return new AppsetError(
    'APPSET_E0702',
    `Application ${keyOf(live)} exists and is owned by ${owner}${differing}`,
  );
}
