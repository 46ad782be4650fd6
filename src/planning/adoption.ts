/**
 * Taking over (safety.md): what to do with a live Application of a generated name that is not plainly
 * ours. Nothing is taken from another owner; what belongs to nobody is taken when that changes
 * nothing, when it was ours before, or when a person says so. Compat mode takes every ownerless one.
 */
import { OWN } from '../api/names.ts';
import { type Application, type ApplicationSet, keyOf } from '../api/objects.ts';
import { AppsetError } from '../support/errors.ts';
import type { FieldChange } from './compare.ts';
import { controllerOf, ownershipOf } from './ownership.ts';

export type AdoptMode = 'always' | 'match' | 'never';

export type Claim =
  | { readonly is: 'owned' }
  /** our name, another uid: the owner reference is put right first */
  | { readonly is: 'repair' }
  /** nobody's; `takeOver` says whether it is taken whatever differs */
  | { readonly is: 'ownerless'; readonly takeOver: boolean }
  | { readonly is: 'foreign'; readonly error: AppsetError };

export function claimOf(
  live: Application,
  set: ApplicationSet,
  options: { readonly compat: boolean; readonly adopt: AdoptMode },
): Claim {
  const ownership = ownershipOf(live, set);
  switch (ownership.is) {
    case 'ours':
      return { is: 'owned' };
    case 'oursByName':
      return options.compat ? { is: 'owned' } : { is: 'repair' };
    case 'other': {
      const { kind, name } = ownership.owner;
      const message = `Object ${keyOf(live)} is already owned by another ${kind} controller ${name}`;
      return { is: 'foreign', error: new AppsetError('APPSET_E0701', message) };
    }
    case 'nobody':
      return {
        is: 'ownerless',
        takeOver: options.compat || options.adopt === 'always' || ownership.named || isInvited(live, set),
      };
  }
}

/** Marked as ours by an earlier write, or named by a person on either side. */
function isInvited(live: Application, set: ApplicationSet): boolean {
  const annotations = live.metadata.annotations ?? {};
  if (annotations[OWN.owner] === keyOf(set) || annotations[OWN.adopt] === 'true') return true;
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
