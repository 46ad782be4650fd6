/**
 * What a run came to, in words: the conditions of the set, when to look again, and whether the queue
 * should back off. Pure. Compat mode tells one error and backs off as the reference does; normal mode
 * tells what went on, what was kept and why, and leaves single Applications to their own back-off.
 */

import { OWN, RESOURCES_FINALIZER } from '../api/names.ts';
import type { ApplicationSet } from '../api/objects.ts';
import type { Evaluation } from '../planning/contract.ts';
import { handsOverTo } from '../planning/hand-over.ts';
import { heldCondition, heldSummary } from '../planning/holds/index.ts';
import type { Blocked, Plan } from '../planning/plan.ts';
import type { Policy } from '../planning/policy.ts';
import { compareBytes } from '../support/byte-strings.ts';
import { type AppsetError, messageOf, placeText } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import { type Applied, isFailure, type WriteFailure } from './apply.ts';
import {
  type ConditionChange,
  type ErrorReason,
  failure,
  type OwnConditionType,
  SUCCESS,
} from './conditions.ts';
import { isComplete } from './memory.ts';

/** An error of a run with the reason it carries in the conditions. */
export interface RunError {
  readonly reason: ErrorReason;
  readonly message: string;
  /** what the queue sees; undefined where the run is not tried again for it */
  readonly error: unknown;
}

/** The message of invalid Applications: the last one by qualified name, and how many more. */
function invalidMessage(invalid: Evaluation['invalid'], compat: boolean): string {
  const sorted = [...invalid].sort(([a], [b]) => compareBytes(a, b));
  const error = sorted.at(-1)?.[1];
  // elements of one name are all in the message already
  const told = compat || error?.code === 'APPSET_E0312' ? error?.message : error && withPlace(error);
  const last = told ?? '';
  return sorted.length > 1 ? `${last} (and ${sorted.length - 1} more)` : last;
}

/** The message of an error with the place it happened at; the set is the object that says it. */
function withPlace({ message, place }: AppsetError): string {
  const { set: _, ...inSet } = place;
  const position = place.position && `line ${place.position.line}, column ${place.position.column}`;
  const where = [placeText(inSet), position ?? ''].filter((part) => part !== '').join(', ');
  return where === '' ? message : `${message} (${where})`;
}

/** First error of generation, rendering or validation, as the reference reports it; in normal mode with its place. */
export function evaluationError(evaluation: Evaluation, compat: boolean): RunError | undefined {
  const { firstError, validationUnknown, invalid } = evaluation;
  if (firstError !== undefined) {
    const message = compat ? firstError.error.message : withPlace(firstError.error);
    return { reason: firstError.reason, message, error: undefined };
  }
  if (validationUnknown !== undefined) {
    return { reason: 'ApplicationValidationError', message: validationUnknown.message, error: undefined };
  }
  if (invalid.size === 0) return undefined;
  return { reason: 'ApplicationValidationError', message: invalidMessage(invalid, compat), error: undefined };
}

/** The failure of the smallest name, as the reference reports it: writes before deletions. */
export function writeError(
  applied: Pick<Applied, 'failures' | 'blocked'>,
  plan: Pick<Plan, 'blocked'>,
  policy: Policy,
): RunError | undefined {
  const byName = (a: { readonly name: string }, b: { readonly name: string }) => compareBytes(a.name, b.name);
  const blocked = [...plan.blocked, ...applied.blocked].filter(isFailure);
  const writes: { readonly name: string; readonly error: unknown }[] = [
    ...applied.failures.filter(({ verb }) => verb !== 'delete'),
    ...blocked,
  ].sort(byName);
  const [write] = writes;
  if (write !== undefined) {
    const reason = policy.update ? 'UpdateApplicationError' : 'CreateApplicationError';
    return { reason, message: messageOf(write.error), error: write.error };
  }
  const [deletion] = applied.failures.filter(({ verb }: WriteFailure) => verb === 'delete').sort(byName);
  if (deletion === undefined) return undefined;
  return { reason: 'DeleteApplicationError', message: messageOf(deletion.error), error: deletion.error };
}

const names = (list: readonly string[]): string => {
  const shown = list.slice(0, LIMITS.namesShown).join(', ');
  return list.length > LIMITS.namesShown ? `${shown} and ${list.length - LIMITS.namesShown} more` : shown;
};

const own = (type: OwnConditionType, reason: string, message: string): ConditionChange => ({
  type,
  status: 'True',
  reason,
  message,
});

/** What is held: as decided now, or as it stands while nothing can be decided. */
function holdConditions(evaluation: Evaluation, { holds }: Plan): readonly ConditionChange[] {
  if (holds === undefined) return [];
  const { set } = evaluation;
  const now = heldCondition(set, holds);
  const stands = holds.next.latches.size > 0 && !isComplete(evaluation) ? heldBefore(set) : [];
  const invalid =
    holds.problems.length === 0 ? [] : [own('InvalidSetting', 'InvalidSetting', holds.problems.join('; '))];
  return [...(now === undefined ? stands : [now]), ...invalid];
}

/** The condition of holds as it was told last. */
export const heldBefore = (set: ApplicationSet): readonly ConditionChange[] =>
  (set.status?.conditions ?? [])
    .filter(({ type }) => type === 'DeletionsHeld')
    .map(({ type, status, reason, message }) => ({ type, status, reason, message }));

/** The policy forbids deletion, but nothing would stop garbage collection when the set goes. */
function unguarded({ set }: Evaluation, policy: Policy, count: number): readonly ConditionChange[] {
  if (policy.delete || count === 0 || (set.metadata.finalizers ?? []).length > 0) return [];
  const text = `policy ${policy.name} forbids deletion, but garbage collection takes the ${count} Applications with the set: give the set the finalizer ${RESOURCES_FINALIZER}, which lets them go first`;
  return [own('UnguardedSet', 'NoFinalizer', text)];
}

/** The set hands its Applications over: how far that is, and whether it may go. */
function handing({ set }: Evaluation, count: number): readonly ConditionChange[] {
  const to = handsOverTo(set).join(', ');
  if (to === '') return [];
  if (count === 0)
    return [own('HandingOver', 'Done', `${to} owns all Applications: this set may be deleted`)];
  const text = `${count} Applications are owned here until ${to} takes them over, which has to name this set in annotation ${OWN.takeOverFrom} and to generate them; do not delete this set before`;
  return [own('HandingOver', 'Waiting', text)];
}

/** Conditions of our own types that hold after a run. */
export function ownConditions(
  evaluation: Evaluation,
  plan: Plan,
  applied: Applied,
  guard: { readonly policy: Policy; readonly owned: number } | undefined = undefined,
): readonly ConditionChange[] {
  const conditions: ConditionChange[] = [...holdConditions(evaluation, plan)];
  if (guard !== undefined) {
    conditions.push(...unguarded(evaluation, guard.policy, guard.owned), ...handing(evaluation, guard.owned));
  }
  // what was let go is nobody's any more, and the next run knows nothing of it
  const released = new Set(
    plan.update.flatMap(({ name, why }) =>
      why === 'released' && applied.updated.includes(name) ? [name] : [],
    ),
  );
  const kept = [
    ...plan.keep.filter(({ name, outcome }) => outcome === 'kept' && !released.has(name)),
    ...applied.spared,
  ];
  const [first] = kept;
  if (first !== undefined) {
    const text = `${kept.length} not deleted: ${names(kept.map(({ name }) => name))}: ${first.message}`;
    conditions.push(own('ApplicationsKept', first.reason, text));
  }
  const abandoned = plan.keep.filter(({ outcome }) => outcome === 'abandoned');
  if (abandoned[0] !== undefined) {
    const text = `${abandoned.length} not generated any more: ${names(abandoned.map(({ name }) => name))}: ${abandoned[0].message}`;
    conditions.push(own('ApplicationsAbandoned', abandoned[0].reason, text));
  }
  const blocked = [...plan.blocked, ...applied.blocked];
  const conflicts = blocked.filter(({ reason }) => reason === 'Conflict');
  if (conflicts[0] !== undefined) {
    conditions.push(own('Conflict', 'ApplicationConflict', several(conflicts)));
  }
  const stuck = blocked.filter(({ reason }) => reason === 'StuckTerminating');
  if (stuck[0] !== undefined) conditions.push(own('StuckTerminating', 'StuckTerminating', several(stuck)));
  if (applied.withoutEffect.length > 0) {
    const text = `the server gives back something else than was written: ${names(applied.withoutEffect)}`;
    conditions.push(own('WriteHasNoEffect', 'WriteHasNoEffect', text));
  }
  return [...conditions, ...noticeConditions(evaluation.notices)];
}

const several = (list: readonly Blocked[]): string => {
  const [first] = list;
  const text = first === undefined ? '' : messageOf(first.error);
  return list.length > 1
    ? `${text} (and ${list.length - 1} more: ${names(list.slice(1).map(({ name }) => name))})`
    : text;
};

function noticeConditions(notices: readonly AppsetError[]): readonly ConditionChange[] {
  const unknown = notices.filter(({ code }) => code === 'APPSET_E0103');
  const projects = notices.filter(({ code }) => code === 'APPSET_E0503');
  return [
    ...(unknown.length === 0
      ? []
      : [own('UnknownFields', 'UnknownFields', unknown.map(messageOf).join('; '))]),
    ...(projects.length === 0
      ? []
      : [own('TemplatedProject', 'TemplatedProject', projects.map(messageOf).join('; '))]),
  ];
}

/** Conditions after a run: what went wrong first, or success; held work keeps the set from being up to date. */
export function runConditions(
  error: RunError | undefined,
  holds?: Plan['holds'],
): readonly ConditionChange[] {
  if (error !== undefined) return failure(error.reason, error.message);
  const [first] = holds?.holds ?? [];
  if (holds === undefined || first === undefined) return SUCCESS;
  const message = `${heldSummary(holds)}: ${first.reason}: ${first.message}`;
  return SUCCESS.map((condition) =>
    condition.type === 'ResourcesUpToDate'
      ? { ...condition, status: 'False', reason: 'ApplicationSetModified', message }
      : condition,
  );
}

/** Seconds until the set is looked at again; undefined: only when something happens. Negative: the reference's way of never. */
export function requeueAfter(
  evaluation: Evaluation,
  options: { readonly compat: boolean; readonly waits: readonly number[] },
): number | undefined {
  const interval = evaluation.generation.requeueAfterSeconds;
  const failed = evaluation.firstError !== undefined || evaluation.validationUnknown !== undefined;
  if (options.compat) {
    if (failed) return LIMITS.errorRequeueSeconds;
    if (interval !== 0) return interval;
    return evaluation.invalid.size > 0 ? LIMITS.errorRequeueSeconds : undefined;
  }
  const due = options.waits.map((ms) => ms / 1_000);
  if (interval > 0) due.push(interval);
  if (failed || (interval <= 0 && evaluation.invalid.size > 0)) due.push(LIMITS.errorRequeueSeconds);
  return due.length === 0 ? undefined : Math.min(...due);
}
