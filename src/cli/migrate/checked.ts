/**
 * What taking over a set would come to: the plan of this operator beside that of the reference, on the
 * same facts, so that each change is known as one that Argo CD's controller would make too, or as ours.
 */
import type { ApplicationSet } from '../../api/objects.ts';
import { notYetSupported, type Preview, previewSet, type ReconcileDeps } from '../../controller/reconcile.ts';
import type { Plan, PlannedUpdate } from '../../planning/plan.ts';
import { type AppsetError, asAppsetError } from '../../support/errors.ts';
import { jsonEqual } from '../../support/json.ts';
import { failuresOf, heldNames, keyOfSet } from '../plan/planned.ts';

/** What comes to a set as a whole; the first that fits. */
export type Verdict =
  | 'outside'
  | 'unsupported'
  | 'unreadable'
  | 'failed'
  | 'held'
  | 'changes'
  | 'nothing'
  | 'deleting';

/** What the reference would do to an Application: by the same code, in its mode and with its settings. */
export type TheirAct = 'same' | 'leaves' | 'creates' | 'updates' | 'deletes' | 'refuses' | 'stops';

export interface CheckedSet {
  readonly set: ApplicationSet;
  readonly key: string;
  readonly verdict: Verdict;
  readonly preview?: Preview;
  /** by name of Application, for each this operator would act on, and each the reference alone would */
  readonly theirs: ReadonlyMap<string, TheirAct>;
  /** Applications only the reference would change */
  readonly onlyTheirs: readonly string[];
  /** the error the reference stops at, so that it does nothing to the set */
  readonly theyStopAt: AppsetError | undefined;
  readonly errors: readonly AppsetError[];
  readonly notes: readonly AppsetError[];
}

export interface CheckWorld {
  readonly deps: ReconcileDeps;
  /** the same facts in the reference's mode, with its own settings */
  readonly reference: ReconcileDeps;
  readonly looksAt: (namespace: string) => boolean;
}

export async function checkSet(set: ApplicationSet, world: CheckWorld): Promise<CheckedSet> {
  const none = { theirs: new Map(), onlyTheirs: [], theyStopAt: undefined, errors: [], notes: [] };
  const head = { set, key: keyOfSet(set) };
  if (!world.looksAt(set.metadata.namespace ?? '')) return { ...head, ...none, verdict: 'outside' };
  if (set.metadata.deletionTimestamp !== undefined) return { ...head, ...none, verdict: 'deleting' };
  const unsupported = notYetSupported(set, world.deps.settings);
  if (unsupported !== undefined) return { ...head, ...none, errors: [unsupported], verdict: 'unsupported' };
  try {
    const preview = await previewSet(set, world.deps);
    const theirs = (await previewSet(set, world.reference)).plan;
    return {
      ...head,
      verdict: verdictOf(preview),
      preview,
      ...compared(preview.plan, theirs),
      ...told(preview),
    };
  } catch (error) {
    return { ...head, ...none, errors: [asAppsetError(error, 'APPSET_E0601')], verdict: 'unreadable' };
  }
}

const told = (preview: Preview) => ({
  errors: failuresOf(preview),
  notes: preview.evaluation.notices,
});

function verdictOf(preview: Preview): Verdict {
  const { plan } = preview;
  const failures = failuresOf(preview);
  if (failures.some(({ code }) => code === 'APPSET_E0202')) return 'unsupported';
  if (failures.some(({ kind }) => kind === 'source' || kind === 'api')) return 'unreadable';
  if (failures.length > 0 || plan.blocked.some(({ reason }) => reason !== 'Held')) return 'failed';
  if (heldNames(plan).length > 0 || plan.blocked.length > 0 || (plan.holds?.holds.length ?? 0) > 0)
    return 'held';
  return plan.create.length + plan.update.length + plan.delete.length > 0 ? 'changes' : 'nothing';
}

type Comparison = Pick<CheckedSet, 'theirs' | 'onlyTheirs' | 'theyStopAt'>;

function compared(ours: Plan, reference: Plan): Comparison {
  const acts = actsOf(reference);
  const updates = new Map(reference.update.map((update) => [update.name, update] as const));
  const theirs = new Map<string, TheirAct>();
  const note = (name: string, own: TheirAct, isSame = true) => {
    const act = reference.stopped === undefined ? (acts.get(name) ?? 'leaves') : 'stops';
    theirs.set(name, act === own && act !== 'leaves' && isSame ? 'same' : act);
  };
  for (const { name } of ours.create) note(name, 'creates');
  for (const update of ours.update)
    note(update.name, 'updates', isSameUpdate(update, updates.get(update.name)));
  for (const { name } of ours.delete) note(name, 'deletes');
  for (const { name } of [...ours.keep, ...ours.blocked]) if (!theirs.has(name)) note(name, 'leaves');
  const onlyTheirs = [...acts].flatMap(([name, act]) =>
    theirs.has(name) || act === 'refuses' ? [] : [[name, act] as const],
  );
  for (const [name, act] of onlyTheirs) theirs.set(name, act);
  return {
    theirs,
    onlyTheirs: onlyTheirs.map(([name]) => name).sort(),
    theyStopAt: reference.stopped,
  };
}

const actsOf = (plan: Plan): ReadonlyMap<string, TheirAct> =>
  new Map([
    ...plan.create.map(({ name }) => [name, 'creates'] as const),
    ...plan.update.map(({ name }) => [name, 'updates'] as const),
    ...plan.delete.map(({ name }) => [name, 'deletes'] as const),
    ...plan.blocked.map(({ name }) => [name, 'refuses'] as const),
  ]);

/** Our own annotations ride along with a write and are not what it is about. */
const isSameUpdate = (ours: PlannedUpdate, theirs: PlannedUpdate | undefined): boolean =>
  theirs !== undefined && ours.why === theirs.why && jsonEqual(ours.changes, theirs.changes);
