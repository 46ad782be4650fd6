/**
 * What part 2 remembers of a set, in one annotation on it (`appset-operator.io/state`): it survives
 * restarts and foreign CRDs. Bounded: what does not fit is counted instead of listed, or left out where
 * that means waiting longer. A text that cannot be read is not "no state": the set counts as one never
 * completed by us, so that its deletions wait for a person.
 */
import { LIMITS } from '../../support/limits.ts';
import type { HoldReason } from './contract.ts';

/** A hold that stands. Times are wall time in ms. */
export interface Latch {
  readonly digest: string;
  readonly since: number;
  /** the explaining settings when it began */
  readonly setting: string;
  readonly message: string;
  readonly cause?: string;
}

/** One deletion of ours: with `kind` confirmed, unconfirmed, or released by a person or setting. */
export interface RecordedDeletion {
  readonly at: number;
  /** tokens of name and uid */
  readonly name: string;
  readonly uid: string;
  readonly kind: 'c' | 'u' | 'x';
}

/** What is known of the branch a git leaf reads. */
export interface Tip {
  /** the last commit under which nothing of the leaf was missing; undefined: there was none yet */
  readonly base: string | undefined;
  /** the last commit seen that descends from the ones before, whatever was missing */
  readonly seen: string;
  /** hash of what the leaf gave then */
  readonly gave: string;
}

/** An approval that was accepted. */
export interface Approval {
  readonly digest: string;
  readonly at: number;
  readonly by: string;
  /** tokens of what it covers */
  readonly tokens: ReadonlySet<string>;
}

export interface HoldState {
  /** the text could not be read */
  readonly corrupt: boolean;
  /** a complete run of ours left nothing over */
  readonly completed: boolean;
  readonly latches: ReadonlyMap<HoldReason, Latch>;
  /** of the last 10 minutes, oldest first */
  readonly deletions: readonly RecordedDeletion[];
  /** more of them than are listed: how many of each kind until when */
  readonly unlisted: { readonly until: number; readonly c: number; readonly u: number } | undefined;
  /** token of uid → since when it is a candidate */
  readonly dwell: ReadonlyMap<string, number>;
  /** by leaf */
  readonly tips: ReadonlyMap<string, Tip>;
  /** hash of the spec first seen under a generation */
  readonly spec: { readonly generation: number; readonly hash: string } | undefined;
  /** the generation all Applications were brought up to: what changes after was caused by data */
  readonly settled: number | undefined;
  /** of the last 10 minutes: how many Applications data moved elsewhere, oldest first */
  readonly rebinds: readonly { readonly at: number; readonly count: number }[];
  readonly approval: Approval | undefined;
  /** token of the expect-deletions text, and the generation it was first seen at */
  readonly expected: { readonly text: string; readonly generation: number } | undefined;
  /** digest the plan ConfigMap was written for */
  readonly plan: string | undefined;
}

export const EMPTY_STATE: HoldState = {
  corrupt: false,
  completed: false,
  latches: new Map(),
  deletions: [],
  unlisted: undefined,
  dwell: new Map(),
  tips: new Map(),
  spec: undefined,
  settled: undefined,
  rebinds: [],
  approval: undefined,
  expected: undefined,
  plan: undefined,
};

/**
 * Without what counts no more: deletions and rebinds older than the window. Who became a candidate in the future did
 * so by a clock that was wrong: its time begins now, and does not have to wait for that future.
 */
export function pruneState(state: HoldState, now: number): HoldState {
  const from = now - LIMITS.deletionWindowMs;
  const ahead = [...state.dwell.values()].some((since) => since > now);
  const dwell = ahead
    ? new Map([...state.dwell].map(([uid, since]) => [uid, Math.min(since, now)] as const))
    : state.dwell;
  const deletions = state.deletions.filter(({ at }) => at > from);
  const rebinds = state.rebinds.filter(({ at }) => at > from);
  const unlisted = state.unlisted !== undefined && state.unlisted.until > from ? state.unlisted : undefined;
  return { ...state, deletions, unlisted, dwell, rebinds };
}

/** The state with deletions about to be made; the oldest are only counted when there are too many. */
export function withDeletions(state: HoldState, added: readonly RecordedDeletion[]): HoldState {
  const again = new Set(added.map(({ uid }) => uid));
  const all = [...state.deletions.filter(({ uid }) => !again.has(uid)), ...added];
  const over = all.splice(0, Math.max(0, all.length - LIMITS.recordedDeletions));
  if (over.length === 0) return { ...state, deletions: all };
  const count = (kind: 'c' | 'u') => over.filter((deletion) => deletion.kind === kind).length;
  const unlisted = {
    until: Math.max(state.unlisted?.until ?? 0, ...over.map(({ at }) => at)),
    c: (state.unlisted?.c ?? 0) + count('c'),
    u: (state.unlisted?.u ?? 0) + count('u'),
  };
  return { ...state, deletions: all, unlisted };
}

/** The state with Applications about to be moved elsewhere; of very many looks the oldest become one. */
export function withRebinds(state: HoldState, at: number, count: number): HoldState {
  if (count === 0) return state;
  const all = [...state.rebinds, { at, count }];
  const over = all.splice(0, Math.max(0, all.length - LIMITS.recordedRebinds));
  const [first, ...rest] = all;
  if (over.length === 0 || first === undefined) return { ...state, rebinds: all };
  const merged = over.reduce((sum, one) => sum + one.count, first.count);
  return { ...state, rebinds: [{ at: first.at, count: merged }, ...rest] };
}
