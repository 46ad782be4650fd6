/**
 * Moving Applications between sets of a namespace (safety.md, part 2): `hand-over-to` on the old and
 * `take-over-from` on the new. Only where both name each other does the new one take the owner reference
 * from the old one; the Application stays the same object, and what runs stays untouched.
 */
import { OWN } from '../api/names.ts';
import type { ApplicationSet } from '../api/objects.ts';

/** What a set may take over: uid of an old set that agrees → its name. */
export type HandOvers = ReadonlyMap<string, string>;

export const NO_HAND_OVERS: HandOvers = new Map();

const namesIn = (set: ApplicationSet, annotation: string): readonly string[] =>
  (set.metadata.annotations?.[annotation] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== set.metadata.name);

/** Names of the sets that are to take this one's Applications. */
export const handsOverTo = (set: ApplicationSet): readonly string[] => namesIn(set, OWN.handOverTo);

/** Names of the sets whose Applications this one is to take. */
export const takesOverFrom = (set: ApplicationSet): readonly string[] => namesIn(set, OWN.takeOverFrom);

/** Whether both sets say so, and are in one namespace: Applications do not move between namespaces. */
export const agree = (from: ApplicationSet, to: ApplicationSet): boolean =>
  from.metadata.namespace === to.metadata.namespace &&
  handsOverTo(from).includes(to.metadata.name) &&
  takesOverFrom(to).includes(from.metadata.name);
