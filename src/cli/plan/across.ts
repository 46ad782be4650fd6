/**
 * What sets of one plan mean to each other: Applications that move from one to another, and names that
 * two of them want. Each set is planned as if the others were only there; here both sides are told the
 * same story. Pure.
 */
import { OWN } from '../../api/names.ts';
import { type ApplicationSet, keyOf } from '../../api/objects.ts';
import type { Preview } from '../../controller/reconcile.ts';
import { agree } from '../../planning/hand-over.ts';
import type { Blocked, Plan } from '../../planning/plan.ts';
import { elementOf } from '../../planning/validate.ts';
import { AppsetError } from '../../support/errors.ts';
import type { Planned } from './planned.ts';

/** An Application another set takes over. */
export interface HandedOver {
  readonly name: string;
  /** name of the set, of the same namespace */
  readonly to: string;
}

type Previewed = Planned & { readonly preview: Preview };
const isPreviewed = (planned: Planned): planned is Previewed => planned.preview !== undefined;

/** The same plans, with moves told on both sides and names that two sets want in conflict on both. */
export function across(all: readonly Planned[]): readonly Planned[] {
  const previewed = all.filter(isPreviewed);
  const wanted = wantedByMany(previewed);
  return all.map((planned) =>
    isPreviewed(planned) ? withMoves(withConflicts(planned, previewed, wanted), previewed, wanted) : planned,
  );
}

/** Applications of a set that others take over → name of the one that does. */
export function takenFrom(set: ApplicationSet, all: readonly Planned[]): ReadonlyMap<string, string> {
  const { namespace, name } = set.metadata;
  return new Map(
    all
      .filter(isPreviewed)
      .filter((other) => other.set.metadata.namespace === namespace)
      .flatMap((other) =>
        other.preview.plan.update
          .filter(({ from }) => from === name)
          .map((update) => [update.name, other.set.metadata.name] as const),
      ),
  );
}

/** Applications other sets of a namespace generate → name of the set. */
export const generatedIn = (
  namespace: string | undefined,
  all: readonly Planned[],
): ReadonlyMap<string, string> =>
  new Map(
    all
      .filter(isPreviewed)
      .filter(({ set }) => set.metadata.namespace === namespace)
      .flatMap(({ set, preview }) =>
        [...elementsOf(preview).keys()].map((name) => [name, set.metadata.name] as const),
      ),
  );

/** Name of each generated Application → the element it comes from, for people. */
export const elementsOf = ({ evaluation }: Preview): ReadonlyMap<string, string> =>
  new Map(evaluation.rendered.map(({ application, parts }) => [application.metadata.name, elementOf(parts)]));

/** namespace/name of Applications → the sets that would make or adopt them, where these are several. */
type Wanted = ReadonlyMap<string, readonly Previewed[]>;

function wantedByMany(previewed: readonly Previewed[]): Wanted {
  const wanted = new Map<string, Previewed[]>();
  for (const planned of previewed)
    for (const name of newNames(planned.preview.plan)) {
      const key = `${planned.set.metadata.namespace}/${name}`;
      wanted.set(key, [...(wanted.get(key) ?? []), planned]);
    }
  return new Map([...wanted].filter(([, sets]) => sets.length > 1));
}

/** What would become the set's own: created, adopted, or held back from being created. */
const newNames = ({ create, update, blocked }: Plan): readonly string[] => [
  ...create.map(({ name }) => name),
  ...update.filter(({ why, from }) => why === 'adopted' && from === undefined).map(({ name }) => name),
  ...blocked.filter(({ reason }) => reason === 'Held').map(({ name }) => name),
];

function withConflicts(planned: Previewed, previewed: readonly Previewed[], wanted: Wanted): Previewed {
  const { plan } = planned.preview;
  const conflicts = new Map<string, Blocked>();
  for (const name of newNames(plan)) {
    const sets = wanted.get(`${planned.set.metadata.namespace}/${name}`) ?? [];
    if (sets.length === 0 || sets.some((other) => agreeing(planned, other) || agreeing(other, planned)))
      continue;
    const parts = [...plan.create, ...plan.update, ...plan.blocked].find((one) => one.name === name)?.parts;
    conflicts.set(name, {
      name,
      parts: parts ?? [],
      reason: 'Conflict',
      error: twoWant(planned, name, sets),
    });
  }
  const rest = ({ name }: { readonly name: string }) => !conflicts.has(name);
  const blocked = plan.blocked.filter(rest).map((one) => withOtherSide(planned, one, previewed));
  return withPlan(planned, {
    ...plan,
    create: plan.create.filter(rest),
    update: plan.update.filter(rest),
    blocked: [...blocked, ...conflicts.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  });
}

/** Whether the first hands over to the second; compat mode, which has no holds, knows of no such thing. */
const agreeing = (from: Previewed, to: Previewed): boolean =>
  from.preview.plan.holds !== undefined && agree(from.set, to.set);

function twoWant(planned: Previewed, name: string, sets: readonly Previewed[]): AppsetError {
  const told = [planned, ...sets.filter((other) => other !== planned)].map(
    (one) => `${keyOf(one.set)} (${elementsOf(one.preview).get(name) ?? ''})`,
  );
  return new AppsetError(
    'APPSET_E0710',
    `${told.join(' and ')} generate one Application; which of them gets it is not known`,
  );
}

/** A conflict with a live owner that is planned too: where it comes from there, or that it moves. */
function withOtherSide(planned: Previewed, blocked: Blocked, previewed: readonly Previewed[]): Blocked {
  const { name, reason, error } = blocked;
  if (reason !== 'Conflict' || error.code !== 'APPSET_E0701') return blocked;
  const owner = previewed.find(
    ({ set, preview: { plan } }) =>
      set !== planned.set &&
      set.metadata.namespace === planned.set.metadata.namespace &&
      ownedNames(plan).has(name),
  );
  if (owner === undefined) return blocked;
  const here = elementsOf(planned.preview).get(name) ?? '';
  const there = elementsOf(owner.preview).get(name);
  const [to, from] = [planned.set.metadata.name, owner.set.metadata.name];
  const hint =
    there === undefined
      ? `; it moves from ${from} to ${to} (${here}): with annotations ${OWN.handOverTo}: ${to} on ${from} and ${OWN.takeOverFrom}: ${from} on ${to} it stays the same object`
      : `; ${from} generates it from ${there}, ${to} from ${here}`;
  return {
    ...blocked,
    error: new AppsetError(error.code, `${error.message}${hint}`, { place: error.place }),
  };
}

/** Live Applications a plan counts as the set's own. */
const ownedNames = (plan: Plan): ReadonlySet<string> =>
  new Set([
    ...plan.unchanged,
    ...plan.update.filter(({ why }) => why === 'changed').map(({ name }) => name),
    ...[...plan.delete, ...plan.keep].map(({ name }) => name),
  ]);

function withMoves(planned: Previewed, previewed: readonly Previewed[], wanted: Wanted): Previewed {
  const { set, preview } = planned;
  const { plan } = preview;
  const moves = new Map(takenFrom(set, previewed));
  for (const { name } of plan.create) {
    const sets = wanted.get(`${set.metadata.namespace}/${name}`) ?? [];
    const taker = sets.find((other) => agreeing(planned, other));
    if (taker !== undefined) moves.set(name, taker.set.metadata.name);
  }
  if (moves.size === 0) return planned;
  const rest = ({ name }: { readonly name: string }) => !moves.has(name);
  return {
    ...withPlan(planned, {
      ...plan,
      create: plan.create.filter(rest),
      update: plan.update.filter(rest),
      delete: plan.delete.filter(rest),
      keep: plan.keep.filter(rest),
      blocked: plan.blocked.filter(rest),
      unchanged: plan.unchanged.filter((name) => !moves.has(name)),
    }),
    handsOver: [...moves].map(([name, to]) => ({ name, to })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

const withPlan = (planned: Previewed, plan: Plan): Previewed => ({
  ...planned,
  preview: { ...planned.preview, plan },
});
