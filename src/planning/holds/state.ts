/**
 * What part 2 remembers of a set, in one annotation on it (`appset-operator.io/state`): it survives
 * restarts and foreign CRDs. Bounded: what does not fit is counted instead of listed, or left out where
 * that means waiting longer. A text that cannot be read is not "no state": the set counts as one never
 * completed by us, so that its deletions wait for a person.
 */
import { isJsonObject } from '../../support/json.ts';
import { LIMITS } from '../../support/limits.ts';
import { HOLD_REASONS, type HoldReason } from './contract.ts';

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
  /** leaf → commit under which nothing of it was missing */
  readonly tips: ReadonlyMap<string, string>;
  /** hash of the spec first seen under a generation */
  readonly spec: { readonly generation: number; readonly hash: string } | undefined;
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
  approval: undefined,
  expected: undefined,
  plan: undefined,
};

const VERSION = 1;
const TOKEN = 8;

class Unreadable extends TypeError {}

const need = (holds: boolean): void => {
  if (!holds) throw new Unreadable();
};
const text = (value: unknown): string => {
  need(typeof value === 'string');
  return value as string;
};
const number = (value: unknown): number => {
  need(typeof value === 'number' && Number.isFinite(value));
  return value as number;
};
const entries = (value: unknown): readonly (readonly [string, unknown])[] => {
  if (value === undefined) return [];
  need(isJsonObject(value));
  return Object.entries(value as object);
};
const list = (value: unknown): readonly unknown[] => {
  if (value === undefined) return [];
  need(Array.isArray(value));
  return value as readonly unknown[];
};
const tokens = (value: unknown): readonly string[] => {
  const joined = text(value);
  need(joined.length % TOKEN === 0);
  return joined.match(new RegExp(`.{${TOKEN}}`, 'gs')) ?? [];
};

/** The state an annotation holds; without one there is none yet. */
export function parseState(annotation: string | undefined): HoldState {
  if (annotation === undefined) return EMPTY_STATE;
  try {
    return read(JSON.parse(annotation));
  } catch (error) {
    if (error instanceof Unreadable || error instanceof SyntaxError) return { ...EMPTY_STATE, corrupt: true };
    throw error;
  }
}

function read(value: unknown): HoldState {
  need(isJsonObject(value as never));
  const object = value as Readonly<Record<string, unknown>>;
  need(object.v === VERSION);
  const latches = entries(object.latches).map(([reason, latch]) => {
    need((HOLD_REASONS as readonly string[]).includes(reason) && isJsonObject(latch as never));
    const { digest, since, setting, message, cause } = latch as Readonly<Record<string, unknown>>;
    return [
      reason as HoldReason,
      {
        digest: text(digest),
        since: number(since),
        setting: text(setting),
        message: text(message),
        ...(cause === undefined ? {} : { cause: text(cause) }),
      },
    ] as const;
  });
  const deletions = list(object.deletions).map((item): RecordedDeletion => {
    const [at, name, uid, kind] = list(item);
    need(kind === 'c' || kind === 'u' || kind === 'x');
    return { at: number(at), name: text(name), uid: text(uid), kind: kind as 'c' | 'u' | 'x' };
  });
  const dwell = entries(object.dwell).flatMap(([since, joined]) => {
    const at = Number(since);
    need(Number.isFinite(at));
    return tokens(joined).map((one) => [one, at] as const);
  });
  const unlisted = object.unlisted === undefined ? undefined : list(object.unlisted).map(number);
  const spec = object.spec === undefined ? undefined : list(object.spec);
  const expected = object.expected === undefined ? undefined : list(object.expected);
  return {
    corrupt: false,
    completed: object.completed === true,
    latches: new Map(latches),
    deletions,
    unlisted:
      unlisted === undefined
        ? undefined
        : { until: number(unlisted[0]), c: number(unlisted[1]), u: number(unlisted[2]) },
    dwell: new Map(dwell),
    tips: new Map(entries(object.tips).map(([leaf, commit]) => [leaf, text(commit)] as const)),
    spec: spec && { generation: number(spec[0]), hash: text(spec[1]) },
    approval: object.approval === undefined ? undefined : readApproval(object.approval),
    expected: expected && { text: text(expected[0]), generation: number(expected[1]) },
    plan: object.plan === undefined ? undefined : text(object.plan),
  };
}

function readApproval(value: unknown): Approval {
  need(isJsonObject(value as never));
  const { digest, at, by, of } = value as Readonly<Record<string, unknown>>;
  return { digest: text(digest), at: number(at), by: text(by), tokens: new Set(tokens(of)) };
}

/** What counts no more: deletions older than the window. */
export function pruneState(state: HoldState, now: number): HoldState {
  const from = now - LIMITS.deletionWindowMs;
  const deletions = state.deletions.filter(({ at }) => at > from);
  const unlisted = state.unlisted !== undefined && state.unlisted.until > from ? state.unlisted : undefined;
  return { ...state, deletions, unlisted };
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

/** The text of a state; undefined where there is nothing to remember. */
export function serialiseState(state: HoldState): string | undefined {
  const dwell: Record<string, string> = {};
  for (const [one, since] of [...state.dwell].slice(0, LIMITS.heldItems)) {
    dwell[since] = (dwell[since] ?? '') + one;
  }
  const latches = [...state.latches].map(([reason, latch]) => [
    reason,
    { ...latch, message: latch.message.slice(0, LIMITS.latchMessage) },
  ]);
  const tips = [...state.tips].slice(0, LIMITS.rememberedTips);
  const body = {
    ...(state.completed ? { completed: true } : {}),
    ...(latches.length === 0 ? {} : { latches: Object.fromEntries(latches) }),
    ...(state.deletions.length === 0
      ? {}
      : { deletions: state.deletions.map(({ at, name, uid, kind }) => [at, name, uid, kind]) }),
    ...(state.unlisted === undefined
      ? {}
      : { unlisted: [state.unlisted.until, state.unlisted.c, state.unlisted.u] }),
    ...(state.dwell.size === 0 ? {} : { dwell }),
    ...(tips.length === 0 ? {} : { tips: Object.fromEntries(tips) }),
    ...(state.spec === undefined ? {} : { spec: [state.spec.generation, state.spec.hash] }),
    ...(state.approval === undefined
      ? {}
      : {
          approval: {
            digest: state.approval.digest,
            at: state.approval.at,
            by: state.approval.by,
            of: [...state.approval.tokens].join(''),
          },
        }),
    ...(state.expected === undefined ? {} : { expected: [state.expected.text, state.expected.generation] }),
    ...(state.plan === undefined ? {} : { plan: state.plan }),
  };
  return Object.keys(body).length === 0 ? undefined : JSON.stringify({ v: VERSION, ...body });
}
