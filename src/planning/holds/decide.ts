/**
 * Part 2 of the chain for one run: what is held, what may go, and what is to be remembered. Pure. Holds
 * speak in one order and the first that speaks for a candidate decides; a latched one speaks on while
 * its settings are the same, also when its rule would not speak any more. Only an approval or an
 * expectation lets single candidates past, and nothing gets past a pause or another controller.
 */
import { OWN } from '../../api/names.ts';
import { LIMITS } from '../../support/limits.ts';
import { anotherController, disputedWrites, leavesAll, untilNextLook } from './another-controller.ts';
import { isExempt } from './budgets.ts';
import { causeOf } from './cause.ts';
import type { Finding, Hold, HoldCandidate, HoldReason, HoldRun } from './contract.ts';
import { deletionBudgetHold } from './deletion-budget.ts';
import { planDigest, token } from './digest.ts';
import { emptyResult } from './empty-result.ts';
import { firstRun } from './first-run.ts';
import { flapping } from './flapping.ts';
import { grace, waiting } from './grace.ts';
import { heldCreates, itemsOf, rebindsOf, type StandingHold, tokensOf, updateToken } from './held-work.ts';
import { historyRewritten } from './history-rewritten.ts';
import { misplacedGuard } from './misplaced-guard.ts';
import { paused, pauseFor } from './paused.ts';
import { findRebinds, updateSetting, updateWayOut } from './rebind-budget.ts';
import { BY_EXPECTATION, expectedDeletions, expectedSince, standingApproval } from './release.ts';
import { decidedRenames, renamed, renames } from './renamed.ts';
import { schemaChanged } from './schema-changed.ts';
import { type Approval, EMPTY_STATE, type HoldState, type Latch } from './state.ts';
import { totalBudget } from './total-budget.ts';

/** Nothing gets past these. */
const STOPS: readonly Hold[] = [anotherController, paused];
/** In order; an approval or an expectation lets past. */
const HOLDS: readonly Hold[] = [
  misplacedGuard,
  schemaChanged,
  firstRun,
  historyRewritten,
  renamed,
  emptyResult,
  deletionBudgetHold,
  totalBudget,
];
/** An expectation does not let past these: what the sources say now is not known to whoever expected it. */
const LAST: readonly Hold[] = [flapping, grace];

export interface Decision {
  /** in the order they spoke */
  readonly holds: readonly StandingHold[];
  /** names of creations kept back with a deletion, and why */
  readonly creates: ReadonlyMap<string, HoldReason>;
  /** no Application is written at all */
  readonly noWrites: HoldReason | undefined;
  /** deletions that leave the workloads: `on-rename: release` */
  readonly releases: ReadonlySet<string>;
  /** kinds of the deletions that may go, for the record */
  readonly kinds: ReadonlyMap<string, 'c' | 'u' | 'x'>;
  /** updates that may go and that data moves elsewhere: they count against the next */
  readonly rebinds: ReadonlySet<string>;
  /** what an approval would be given for; undefined when nothing is held that a person could release */
  readonly digest: string | undefined;
  /** what all of that goes back to, where it is one thing */
  readonly cause: string | undefined;
  /** the approval taken up in this run */
  readonly accepted: Approval | undefined;
  /** the digest under which a person accepted what would be the first run */
  readonly firstRun: string | undefined;
  /** names that may go because the set expects them to */
  readonly expected: ReadonlySet<string>;
  readonly next: HoldState;
  /** ms until something held may go by itself */
  readonly waits: readonly number[];
  /** annotations that cannot be read, or do not fit what stands */
  readonly problems: readonly string[];
}

interface Pass {
  readonly holds: readonly StandingHold[];
  readonly latches: Map<HoldReason, Latch>;
  readonly free: readonly HoldCandidate[];
  readonly reviewed: readonly HoldCandidate[];
}

const LATCHED: ReadonlySet<HoldReason> = new Set([
  ...[...HOLDS, ...LAST].filter(({ latched }) => latched).map(({ reason }) => reason),
  'RebindBudget' as const,
]);

/** What a latched hold keeps back when its rule is silent: everything, as long as its settings are the same. */
function standing(hold: Hold, run: HoldRun, rest: readonly HoldCandidate[]): Finding | undefined {
  const latch = run.state.latches.get(hold.reason);
  if (latch === undefined || latch.setting !== hold.setting(run)) return undefined;
  const counted = rest.filter((candidate) => !isExempt(run, candidate));
  return counted.length === 0
    ? undefined
    : {
        candidates: counted,
        message: latch.message,
        ...(latch.cause === undefined ? {} : { cause: latch.cause }),
      };
}

/** One look at all candidates. */
function pass(run: HoldRun, approval: Approval | undefined): Pass {
  const holds: StandingHold[] = [];
  const latches = new Map<HoldReason, Latch>();
  const covered = (text: string) => approval?.tokens.has(text) === true;
  const byPerson = approval !== undefined && approval.by !== BY_EXPECTATION;
  const expected = new Set(expectedDeletions(run).map(({ uid }) => uid));
  if (approval !== undefined && !byPerson) {
    for (const { uid } of run.candidates) if (covered(token(uid))) expected.add(uid);
  }
  const keep = (hold: Hold, rest: readonly HoldCandidate[]): readonly HoldCandidate[] => {
    if (rest.length === 0) return rest;
    const finding = hold.find(run, rest) ?? (hold.latched ? standing(hold, run, rest) : undefined);
    if (finding === undefined) return rest;
    const { message, cause, candidates } = finding;
    const since = run.state.latches.get(hold.reason)?.since ?? run.now;
    const shared = cause === undefined ? {} : { cause };
    holds.push({
      reason: hold.reason,
      message,
      since: hold.latched ? since : undefined,
      wayOut: hold.wayOut(run),
      deletions: candidates,
      updates: [],
      ...shared,
    });
    if (hold.latched) {
      latches.set(hold.reason, { digest: '', since, setting: hold.setting(run), message, ...shared });
    }
    const held = new Set(candidates);
    return rest.filter((candidate) => !held.has(candidate));
  };
  let rest: readonly HoldCandidate[] = run.candidates;
  for (const hold of STOPS) rest = keep(hold, rest);
  const approved = byPerson ? rest.filter(({ uid }) => covered(token(uid))) : [];
  rest = rest.filter((candidate) => !approved.includes(candidate));
  let reviewed = rest.filter(({ uid }) => expected.has(uid));
  rest = rest.filter((candidate) => !reviewed.includes(candidate));
  for (const hold of HOLDS) rest = keep(hold, rest);
  for (const hold of LAST) {
    const both = keep(hold, [...rest, ...reviewed]);
    reviewed = both.filter((candidate) => reviewed.includes(candidate));
    rest = both.filter((candidate) => !reviewed.includes(candidate));
  }
  leaveDisputed(run, holds);
  holdUpdates(run, byPerson ? covered : () => false, holds, latches);
  return { holds, latches, free: [...approved, ...reviewed, ...rest], reviewed };
}

/** Writes of Applications that are fought over, beside deletions of them. */
function leaveDisputed(run: HoldRun, holds: StandingHold[]): void {
  const found = disputedWrites(run);
  if (found === undefined) return;
  const { reason } = anotherController;
  const wayOut = anotherController.wayOut(run);
  holds.push({
    reason,
    message: found.message,
    since: undefined,
    wayOut,
    deletions: [],
    updates: found.updates,
  });
}

function holdUpdates(
  run: HoldRun,
  covered: (text: string) => boolean,
  holds: StandingHold[],
  latches: Map<HoldReason, Latch>,
): void {
  const released = new Set(
    run.updates.filter((update) => covered(updateToken(update))).map(({ name }) => name),
  );
  const latch = run.state.latches.get('RebindBudget');
  const stands = latch !== undefined && latch.setting === updateSetting(run);
  const finding = findRebinds(run, released, stands ? latch.message : undefined);
  if (finding === undefined) return;
  const since = latch?.since ?? run.now;
  const { message, updates } = finding;
  holds.push({ reason: 'RebindBudget', message, since, wayOut: updateWayOut, deletions: [], updates });
  latches.set('RebindBudget', { digest: '', since, setting: updateSetting(run), message });
}

/** What an approval would cover: what latched holds keep back, or else what only waits. */
function approvable(holds: readonly StandingHold[]): readonly StandingHold[] {
  const lasting = holds.filter(({ reason }) => LATCHED.has(reason));
  return lasting.length > 0 ? lasting : holds.filter(({ reason }) => reason === 'Grace');
}

const digestOf = (run: HoldRun, holds: readonly StandingHold[]): string | undefined => {
  const items = itemsOf(approvable(holds));
  return items.length === 0 ? undefined : planDigest(run.set, items);
};

/** What everything that a person could release goes back to, if it is one thing. */
function commonCause({ set, settings }: HoldRun, holds: readonly StandingHold[]): string | undefined {
  if (holds.some(({ updates }) => updates.length > 0)) return undefined;
  const deletions = holds.flatMap((hold) => hold.deletions);
  const causes = new Set(deletions.map((one) => causeOf(one, set, settings.controllerNamespace)));
  return causes.size === 1 ? [...causes][0] : undefined;
}

/**
 * An approval that is given now: the annotation has the full digest of what stands, or an expectation by
 * hash fits.
 */
function newApproval(run: HoldRun, holds: readonly StandingHold[], problems: string[]): Approval | undefined {
  const { approvedPlan, expectDeletions } = run.annotations;
  const items = approvable(holds);
  const tokens = tokensOf(items);
  if (approvedPlan !== undefined && approvedPlan === digestOf(run, holds)) {
    if (tokens.size <= LIMITS.heldItems) return { digest: approvedPlan, at: run.now, by: '', tokens };
    problems.push(`${tokens.size} Applications are more than one approval can cover (${LIMITS.heldItems})`);
  } else if (approvedPlan !== undefined && tokens.size > 0) {
    problems.push(`approved-plan ${approvedPlan.slice(0, 12)} is not the plan that is held now`);
  }
  if (expectDeletions?.startsWith('sha256:') !== true) return undefined;
  const expected = expectedDeletions(run);
  if (expected.length === 0 || expected.length > LIMITS.heldItems) return undefined;
  const of = new Set(expected.map(({ uid }) => token(uid)));
  return { digest: expectDeletions, at: run.now, by: BY_EXPECTATION, tokens: of };
}

/** Decides a run. What a person accepts as the first run of ours is no first run any more. */
export function decideHolds(run: HoldRun): Decision {
  const { acceptFirstRun } = run.annotations;
  const decision = decide(run, undefined);
  const waits = decision.holds.some(({ reason }) => reason === 'FirstRun');
  if (acceptFirstRun === undefined || !waits) return decision;
  if (acceptFirstRun !== decision.digest) {
    const problem = `accept-first-run ${acceptFirstRun.slice(0, 12)} is not the plan that is held now`;
    return { ...decision, problems: [...decision.problems, problem] };
  }
  return decide({ ...run, state: { ...run.state, completed: true, corrupt: false } }, acceptFirstRun);
}

function decide(run: HoldRun, firstRun: string | undefined): Decision {
  const problems = [...run.annotations.invalid];
  let approval = standingApproval(run);
  let result = pass(run, approval);
  let accepted: Approval | undefined;
  if (approval === undefined) {
    accepted = newApproval(run, result.holds, problems);
    if (accepted !== undefined) {
      approval = accepted;
      result = pass(run, approval);
    }
  }
  const { holds, free } = result;
  const digest = digestOf(run, holds);
  const stop = holds.find(({ reason }) => reason === 'AnotherController' || reason === 'Paused');
  const all = leavesAll(run) || pauseFor(run).what === 'all';
  const noWrites: HoldReason | undefined = all
    ? leavesAll(run)
      ? 'AnotherController'
      : 'Paused'
    : undefined;
  const pairs = renames(run, run.candidates);
  const decided = decidedRenames(run, run.candidates);
  const approvedNow = approval;
  return {
    holds: all && stop === undefined ? [emptyStop(run, noWrites ?? 'Paused'), ...holds] : holds,
    creates: heldCreates(run, holds, pairs),
    noWrites,
    releases: new Set(
      run.annotations.onRename === 'release'
        ? free.flatMap(({ name }) => (pairs.has(name) ? [name] : []))
        : [],
    ),
    kinds: new Map(
      free.map((candidate) => {
        const released =
          isExempt(run, candidate) ||
          approvedNow?.tokens.has(token(candidate.uid)) === true ||
          decided.has(candidate.name);
        return [candidate.name, released ? 'x' : candidate.evidence.is === 'confirmed' ? 'c' : 'u'] as const;
      }),
    ),
    rebinds: noWrites === undefined ? rebindsOf(run, holds, approval) : new Set(),
    digest,
    cause: commonCause(run, approvable(holds)),
    accepted,
    firstRun,
    expected: new Set(result.reviewed.map(({ name }) => name)),
    next: nextState(run, result, approval, digest),
    waits: waitsOf(run, holds),
    problems,
  };
}

/** A stop is told also when no deletion is due. */
function emptyStop(run: HoldRun, reason: HoldReason): StandingHold {
  const hold = reason === 'AnotherController' ? anotherController : paused;
  const message = hold.find(run, [])?.message ?? '';
  return { reason, message, since: undefined, wayOut: hold.wayOut(run), deletions: [], updates: [] };
}

function waitsOf(run: HoldRun, holds: readonly StandingHold[]): readonly number[] {
  const waits: number[] = holds
    .filter(({ reason }) => reason === 'Grace')
    .flatMap(({ deletions }) => waiting(run, deletions))
    .map(({ due }) => (Number.isFinite(due) ? due - run.now : LIMITS.secondReadingMs));
  waits.push(...untilNextLook(run));
  const rewritten = run.candidates.some(({ evidence }) => evidence.is === 'rewritten');
  return rewritten ? [...waits, LIMITS.secondReadingMs] : waits;
}

function nextState(
  run: HoldRun,
  { latches }: Pass,
  approval: Approval | undefined,
  digest: string | undefined,
): HoldState {
  const before = run.state.corrupt ? EMPTY_STATE : run.state;
  const kept = new Map(latches);
  // a hold stands until a complete run leaves nothing over; released candidates are not gone yet
  const over = run.complete && run.candidates.length === 0;
  if (!over) for (const [reason, latch] of before.latches) if (!kept.has(reason)) kept.set(reason, latch);
  if (run.complete && !latches.has('RebindBudget')) kept.delete('RebindBudget');
  for (const [reason, latch] of kept) {
    const hold = [...HOLDS, ...LAST].find((one) => one.reason === reason);
    const setting = hold?.setting(run) ?? updateSetting(run);
    if (!latches.has(reason) && setting !== latch.setting) kept.delete(reason);
    else kept.set(reason, { ...latch, digest: latches.has(reason) ? (digest ?? '') : latch.digest });
  }
  const dwell = run.candidates
    .filter(({ evidence }) => evidence.is !== 'unread')
    .map(({ uid }) => [token(uid), before.dwell.get(token(uid)) ?? run.now] as const);
  const foreign = run.owned.some(({ metadata }) => metadata.annotations?.[OWN.origin] === undefined);
  return {
    ...before,
    completed: before.completed || (over && foreign),
    latches: kept,
    dwell: new Map(dwell),
    approval:
      over && !run.updates.some((update) => approval?.tokens.has(updateToken(update))) ? undefined : approval,
    expected: expectedSince(run),
  };
}
