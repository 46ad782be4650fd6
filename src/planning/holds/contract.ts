/**
 * What a hold sees and says (safety.md, Part 2). A hold is a pure function of one run: the set, what it
 * owns, the candidates that rules 1-4 let through, what the run would make and change, the state, the
 * settings and the time. It names the candidates it keeps back and why; the first that speaks for one
 * decides. Nothing here reads a cluster or a clock.
 */
import type { Application, ApplicationSet } from '../../api/objects.ts';
import type { Origin, PartId } from '../origin.ts';
import type { PlannedCreate, PlannedUpdate } from '../plan-types.ts';
import type { SetHoldSettings } from './set-settings.ts';
import type { HoldState } from './state.ts';

export const HOLD_REASONS = [
  'AnotherController',
  'Paused',
  'MisplacedGuard',
  'SchemaChanged',
  'FirstRun',
  'HistoryRewritten',
  'Renamed',
  'Flapping',
  'EmptyResult',
  'DeletionBudget',
  'TotalBudget',
  'RebindBudget',
  'Grace',
] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** What is known of the absence of a candidate's parts. */
export interface Evidence {
  /**
   * confirmed: a source said so itself; unconfirmed: only a listing or an edit did; rewritten: the
   * branch does not descend from what was seen last; unread: the source could not be asked just now
   */
  readonly is: 'confirmed' | 'unconfirmed' | 'rewritten' | 'unread';
  /** for people: `Secret argocd/eu-7 is gone` */
  readonly why: string;
  /** a pull request confirmed closed, the only part that is missing */
  readonly closed?: true;
}

/** A candidate that reached part 2. */
export interface HoldCandidate {
  readonly name: string;
  readonly uid: string;
  readonly live: Application;
  readonly origin: Origin | undefined;
  /** recorded parts that this evaluation has not seen */
  readonly missing: readonly PartId[];
  readonly evidence: Evidence;
}

/** One Application as generated, with what it is made of. */
export interface GeneratedApplication {
  readonly name: string;
  readonly parts: readonly PartId[];
  readonly application: Application;
}

/** All other sets together, for the budget over all. */
export interface OtherSets {
  readonly owned: number;
  /** deletions of the last 10 minutes and candidates that wait, by cause */
  readonly byCause: ReadonlyMap<string, number>;
}

/** An Application that somebody else writes against us. */
export interface DisputedApplication {
  /** in words: what was written and undone, how often, and by whom as far as it is known */
  readonly how: string;
  /** ms until it is tried again */
  readonly forMs: number;
}

export interface HoldSettings {
  readonly settleMs: number;
  /** number or percent over all sets; undefined: the default */
  readonly maxDeletionsTotal: string | undefined;
  /** where cluster Secrets are: names of causes */
  readonly controllerNamespace: string;
}

export interface HoldRun {
  readonly set: ApplicationSet;
  /** live, not terminating, ours by uid */
  readonly owned: readonly Application[];
  readonly candidates: readonly HoldCandidate[];
  readonly generated: readonly GeneratedApplication[];
  readonly creates: readonly PlannedCreate[];
  readonly updates: readonly PlannedUpdate[];
  readonly originOf: (live: Application) => Origin | undefined;
  /** nothing unknown, nothing failed */
  readonly complete: boolean;
  readonly state: HoldState;
  readonly annotations: SetHoldSettings;
  readonly settings: HoldSettings;
  readonly others: OtherSets;
  /** key `pause` of the operator's ConfigMap */
  readonly pause: string | undefined;
  /** how the reference's controller shows that it is alive */
  readonly anotherController: string | undefined;
  /** names among those that `state` counts as moved by data: moved again, they are counted no second time */
  readonly counted: ReadonlySet<string>;
  /** by name: Applications of which our writes are undone again and again */
  readonly disputed: ReadonlyMap<string, DisputedApplication>;
  /** spec seen earlier under this generation, if it was another */
  readonly specChanged: boolean;
  /** wall time, ms */
  readonly now: number;
}

export interface Finding {
  readonly candidates: readonly HoldCandidate[];
  /** one sentence: why, in numbers */
  readonly message: string;
  /** for holds over all sets */
  readonly cause?: string;
}

export interface Hold {
  readonly reason: HoldReason;
  /** stands until an approval, another setting, or a complete run without candidates */
  readonly latched: boolean;
  /** the settings that explain it, as text; another text lets the rule speak anew */
  readonly setting: (run: HoldRun) => string;
  /** what a person can set instead of approving; '' when nothing */
  readonly wayOut: (run: HoldRun) => string;
  /** @param rest candidates no earlier hold keeps back and nobody released */
  readonly find: (run: HoldRun, rest: readonly HoldCandidate[]) => Finding | undefined;
}
