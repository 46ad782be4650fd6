/** What `appset plan` shows of a set: its preview, or why there is none; shared by all formats. */
import { RESOURCES_FINALIZER } from '../../api/names.ts';
import type { ApplicationSet } from '../../api/objects.ts';
import type { Preview } from '../../controller/reconcile.ts';
import { expectationDigest } from '../../planning/holds/index.ts';
import type { Plan } from '../../planning/plan.ts';
import { preservesResources } from '../../planning/preserve.ts';
import type { AppsetError } from '../../support/errors.ts';
import { heldOf } from '../approve.ts';
import { count } from '../terminal.ts';
import { elementsOf, type HandedOver } from './across.ts';
import type { RemovedApplication, RemovedSet } from './removed.ts';

export interface Planned {
  readonly set: ApplicationSet;
  /** the set as it is in a file, not as it is live */
  readonly file?: string;
  readonly preview?: Preview;
  readonly error?: AppsetError;
  /** Applications other sets of the plan take over */
  readonly handsOver?: readonly HandedOver[];
}

/** One line of a plan. */
export interface PlanLine {
  readonly mark: '+' | '~' | '-' | '=' | '!' | '>' | ' ';
  readonly name: string;
  readonly verb: string;
  readonly why: string;
}

export const keyOfSet = ({ metadata }: ApplicationSet): string => `${metadata.namespace}/${metadata.name}`;

/** All that went wrong with elements and sources of a set. */
export function failuresOf({ evaluation, plan }: Preview): readonly AppsetError[] {
  if (plan.stopped !== undefined) return [plan.stopped];
  return [
    ...evaluation.generation.errors,
    ...evaluation.failedRows.map(({ error }) => error),
    ...evaluation.invalid.values(),
  ];
}

export const heldNames = ({ keep }: Plan): readonly string[] =>
  keep.filter(({ outcome }) => outcome === 'held').map(({ name }) => name);

/** Creations and updates that are held. */
export const heldWrites = ({ blocked }: Plan): readonly string[] =>
  blocked.filter(({ reason }) => reason === 'Held').map(({ name }) => name);

/** The digest of what the set holds now, where a person may release it. */
export const heldDigest = (set: ApplicationSet): string | undefined => heldOf(set)?.digest;

/** Holds that what a set expects does not get past, and the one whose deletions nobody should expect. */
const UNEXPECTABLE: ReadonlySet<string> = new Set([
  'AnotherController',
  'Paused',
  'Flapping',
  'MisplacedGuard',
]);

/** What to commit together with a change so that its deletions need no approval; undefined when there are none. */
export function expectation({ set, preview, file }: Planned): string | undefined {
  if (preview === undefined || file === undefined) return undefined;
  if (preview.plan.holds?.holds.some(({ reason }) => UNEXPECTABLE.has(reason)) === true) return undefined;
  const names = [...preview.plan.delete.map(({ name }) => name), ...heldNames(preview.plan)];
  return names.length === 0 ? undefined : expectationDigest(set, names);
}

/** The same where it is of use now: something is held. */
export const advisedExpectation = (planned: Planned): string | undefined =>
  planned.preview !== undefined && heldNames(planned.preview.plan).length > 0
    ? expectation(planned)
    : undefined;

/** The settings that let go what is held, besides an approval. */
export function waysOut(plan: Plan): readonly string[] {
  if (heldNames(plan).length + heldWrites(plan).length === 0) return [];
  return [...new Set((plan.holds?.holds ?? []).map(({ wayOut }) => wayOut).filter((way) => way !== ''))];
}

/** The plan as lines, in the order of their weight. */
export function linesOf(
  preview: Preview,
  unchanged: boolean,
  handsOver: readonly HandedOver[] = [],
): readonly PlanLine[] {
  const { plan } = preview;
  const elements = elementsOf(preview);
  return [
    ...plan.create.map(({ name }) => ({
      mark: '+' as const,
      name,
      verb: 'create',
      why: elements.get(name) ?? '',
    })),
    ...plan.update.flatMap(updateLines),
    ...handsOver.map(({ name, to }) => handOverLine(name, to)),
    ...plan.delete.map((one) => ({
      mark: '-' as const,
      name: one.name,
      verb: 'delete',
      why: `no element generates it any more; ${losesWorkloads(one, preview) ? 'its workloads go with it' : 'its workloads stay'}`,
    })),
    ...plan.keep.map(({ name, outcome, reason, message }) => ({
      mark: outcome === 'held' ? ('-' as const) : ('=' as const),
      name,
      verb: outcome,
      why: `${reason}: ${message}`,
    })),
    ...plan.blocked.flatMap((blocked) => blockedLines(blocked, plan)),
    ...(unchanged
      ? plan.unchanged.map((name) => ({ mark: '=' as const, name, verb: 'unchanged', why: '' }))
      : []),
  ];
}

/** Whether what runs goes with an Application that is deleted: by the finalizers it is deleted with. */
export function losesWorkloads(
  { live, leavesWorkloads }: Plan['delete'][number],
  { plan, evaluation }: Preview,
): boolean {
  const isCompat = plan.holds === undefined;
  if (leavesWorkloads === true) return false;
  const preserves = !isCompat && preservesResources(evaluation.set);
  return (live.metadata.finalizers ?? []).some(
    (name) => name.startsWith(RESOURCES_FINALIZER) && !(preserves && name === RESOURCES_FINALIZER),
  );
}

const handOverLine = (name: string, to: string): PlanLine => ({
  mark: '>',
  name,
  verb: 'hand over',
  why: `to ${to}: the same object, its workloads stay`,
});

/** Why a generated Application is not written; what is held has its own words, and its fields. */
export function blockedLines(
  { name, reason, error }: Plan['blocked'][number],
  { holds }: Plan,
): readonly PlanLine[] {
  if (reason !== 'Held') return [{ mark: '!', name, verb: 'blocked', why: `${reason}: ${error.message}` }];
  const creation = holds?.creates.get(name);
  if (creation !== undefined)
    return [{ mark: '+', name, verb: 'held', why: `${creation}: is created when the deletions are let go` }];
  for (const { reason: of, message, updates } of holds?.holds ?? []) {
    const update = updates.find((one) => one.name === name);
    if (update === undefined) continue;
    return [{ mark: '~', name, verb: 'held', why: `${of}: ${message}` }, ...fieldLines(update.changes)];
  }
  return [{ mark: '!', name, verb: 'held', why: `${holds?.noWrites ?? reason}: nothing is written` }];
}

/** One line a changed field; the first carries the name. */
function updateLines({ name, why, from, changes }: Plan['update'][number]): readonly PlanLine[] {
  const fields = changes.filter(({ path }) => !path.startsWith('metadata.ownerReferences'));
  if (from !== undefined)
    return [
      { mark: '~', name, verb: 'take over', why: `from ${from}: the same object, its workloads stay` },
      ...fieldLines(fields),
    ];
  if (why !== 'changed')
    return [{ mark: '~', name, verb: why, why: changes.map(({ path }) => path).join(', ') }];
  const [first, ...others] = fieldLines(changes);
  return first === undefined ? [] : [{ ...first, mark: '~', name, verb: 'update' }, ...others];
}

const fieldLines = (changes: Plan['update'][number]['changes']): readonly PlanLine[] =>
  changes.map(({ path, before, after }) => ({
    mark: ' ',
    name: '',
    verb: '',
    why: `${path}: ${shown(before)} → ${shown(after)}`,
  }));

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** The lines of a set that is deleted. */
export const removedLines = ({ applications }: RemovedSet): readonly PlanLine[] =>
  applications.map(({ name, outcome, to, why }) => {
    if (outcome === 'handOver') return handOverLine(name, to ?? '');
    return outcome === 'delete'
      ? { mark: '-', name, verb: 'delete', why }
      : { mark: '=', name, verb: 'kept', why };
  });

const NO_CHANGES = 'no changes';

/** `2 to create, 1 to change`. */
export function summary(plan: Plan, handsOver: readonly HandedOver[] = []): string {
  const held = heldNames(plan).length + heldWrites(plan).length;
  const takes = plan.update.filter(({ from }) => from !== undefined).length;
  return counts([
    [plan.create.length, 'to create'],
    [plan.update.length - takes, 'to change'],
    [takes, 'to take over'],
    [handsOver.length, 'to hand over'],
    [plan.delete.length, 'to delete'],
    [held, 'held'],
    [plan.keep.length - heldNames(plan).length, 'kept'],
    [plan.blocked.filter(({ reason }) => reason !== 'Held').length, 'blocked'],
  ]);
}

/** The same of a set with what went wrong: `1 to create, 2 errors`. */
export function headline({ preview, handsOver }: Planned): string {
  if (preview === undefined) return 'could not be planned';
  const errors = failuresOf(preview).length;
  const told = summary(preview.plan, handsOver);
  if (errors === 0) return told;
  return `${told === NO_CHANGES ? 'no changes that are known' : told}, ${count(errors, 'error')}`;
}

/** Whether there is anything to say of a set beside how much of it stays as it is. */
export const isQuiet = (planned: Planned): boolean =>
  planned.error === undefined && headline(planned) === NO_CHANGES;

/** `deleted: 3 Applications to delete, 1 kept`. */
export function removedSummary({ applications, stays }: RemovedSet): string {
  if (stays !== undefined) return stays;
  const of = (outcome: RemovedApplication['outcome']) =>
    applications.filter((one) => one.outcome === outcome).length;
  const told = counts([
    [of('delete'), 'to delete'],
    [of('handOver'), 'to hand over'],
    [of('keep'), 'kept'],
  ]);
  return `in no file any more, would be deleted: ${applications.length === 0 ? 'it has no Applications' : told}`;
}

function counts(all: readonly (readonly [number, string])[]): string {
  const parts = all.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return parts.length === 0 ? NO_CHANGES : parts.join(', ');
}
