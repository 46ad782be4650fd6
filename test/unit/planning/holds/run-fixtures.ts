/** Runs of part 2 by hand: a set with so many Applications, some of which are not generated any more. */
import { OWN } from '../../../../src/api/names.ts';
import type { ApplicationSet } from '../../../../src/api/objects.ts';
import {
  type Decision,
  decideHolds,
  EMPTY_STATE,
  type Evidence,
  type HoldCandidate,
  type HoldRun,
  setHoldSettings,
} from '../../../../src/planning/holds/index.ts';
import { originOf, type PartId } from '../../../../src/planning/origin.ts';
import { live, NOW, part, rendered, setOf } from '../plan-fixtures.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;

export const CONFIRMED: Evidence = { is: 'confirmed', why: 'it is gone for certain' };
export const UNCONFIRMED: Evidence = { is: 'unconfirmed', why: 'a listing says so' };

export const candidate = (
  name: string,
  evidence: Evidence = CONFIRMED,
  change: { missing?: readonly PartId[]; live?: HoldCandidate['live'] } = {},
): HoldCandidate => {
  const application = change.live ?? live(name);
  const origin = originOf(application);
  return {
    name,
    uid: application.metadata.uid ?? '',
    live: application,
    origin,
    missing: change.missing ?? origin?.parts ?? [],
    evidence,
  };
};

export const several = (count: number, evidence: Evidence = CONFIRMED): readonly HoldCandidate[] =>
  Array.from({ length: count }, (_, index) => candidate(`gone-${index + 1}`, evidence));

export const generated = (...names: string[]): HoldRun['generated'] =>
  names.map((name) => ({ name, parts: [part(name)], application: rendered(name) }));

export interface RunChange extends Partial<Omit<HoldRun, 'set' | 'owned'>> {
  readonly set?: ApplicationSet;
  /** annotations of ours, by short name */
  readonly own?: Partial<Record<keyof typeof OWN, string>>;
  /** Applications the set owns beside its candidates */
  readonly staying?: number;
}

/** A run without settle time, unless told otherwise. */
export function runOf(change: RunChange = {}): HoldRun {
  const { set: given, own = {}, staying = 5, ...more } = change;
  const annotations = Object.fromEntries(
    Object.entries(own).map(([key, value]) => [OWN[key as keyof typeof OWN], value ?? '']),
  );
  const base = given ?? setOf();
  const set = {
    ...base,
    metadata: { ...base.metadata, annotations: { ...base.metadata.annotations, ...annotations } },
  };
  const candidates = more.candidates ?? [];
  const names = Array.from({ length: staying }, (_, index) => `stays-${index + 1}`);
  return {
    set,
    candidates,
    owned: [...candidates.map((one) => one.live), ...names.map((name) => live(name))],
    generated: generated(...names),
    creates: [],
    updates: [],
    originOf,
    complete: true,
    state: EMPTY_STATE,
    annotations: setHoldSettings(set),
    settings: { settleMs: 0, maxDeletionsTotal: undefined, controllerNamespace: 'argocd' },
    others: { owned: 0, byCause: new Map() },
    pause: undefined,
    anotherController: undefined,
    counted: new Set(),
    disputed: new Map(),
    specChanged: false,
    now: NOW,
    ...more,
  };
}

/** `Reason: names` of everything held, in order. */
export const heldBy = ({ holds }: Decision): readonly string[] =>
  holds.map(({ reason, deletions, updates }) => {
    const names = [...deletions, ...updates].map(({ name }) => name);
    return `${reason}: ${names.join(' ')}`.trimEnd();
  });

export const held = (change: RunChange): readonly string[] => heldBy(decideHolds(runOf(change)));

/** Runs one after the other, each with the state of the one before. */
export class Story {
  state = EMPTY_STATE;
  now = NOW;

  run(change: RunChange = {}): Decision {
    const decision = decideHolds(runOf({ state: this.state, now: this.now, ...change }));
    this.state = decision.next;
    return decision;
  }
  later(ms: number): this {
    this.now += ms;
    return this;
  }
}
