/**
 * The state of a set as text: one line of JSON in an annotation, with tokens of equal time written
 * together. What is written is bounded whatever the state holds.
 */
import { isJsonObject } from '../../support/json.ts';
import { LIMITS } from '../../support/limits.ts';
import { HOLD_REASONS, type HoldReason } from './contract.ts';
import { type Approval, EMPTY_STATE, type HoldState, type RecordedDeletion, type Tip } from './state.ts';

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
    tips: new Map(entries(object.tips).map(([leaf, tip]) => [leaf, readTip(tip)] as const)),
    spec: spec && { generation: number(spec[0]), hash: text(spec[1]) },
    settled: object.settled === undefined ? undefined : number(object.settled),
    rebinds: list(object.rebinds).map((item) => {
      const [at, count] = list(item);
      return { at: number(at), count: number(count) };
    }),
    approval: object.approval === undefined ? undefined : readApproval(object.approval),
    expected: expected && { text: text(expected[0]), generation: number(expected[1]) },
    plan: object.plan === undefined ? undefined : text(object.plan),
  };
}

/** `[seen, gave]` where nothing is missing, else `[seen, gave, base or null]`. */
function readTip(value: unknown): Tip {
  const [seen, gave, base] = list(value);
  const known = { seen: text(seen), gave: text(gave) };
  if (base === null) return { ...known, base: undefined };
  return { ...known, base: base === undefined ? known.seen : text(base) };
}

const tipText = ({ seen, gave, base }: Tip): readonly unknown[] =>
  base === seen ? [seen, gave] : [seen, gave, base ?? null];

function readApproval(value: unknown): Approval {
  need(isJsonObject(value as never));
  const { digest, at, by, of } = value as Readonly<Record<string, unknown>>;
  return { digest: text(digest), at: number(at), by: text(by), tokens: new Set(tokens(of)) };
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
  const tips = [...state.tips].slice(0, LIMITS.rememberedTips).map(([leaf, tip]) => [leaf, tipText(tip)]);
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
    ...(state.settled === undefined ? {} : { settled: state.settled }),
    ...(state.rebinds.length === 0 ? {} : { rebinds: state.rebinds.map(({ at, count }) => [at, count]) }),
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
