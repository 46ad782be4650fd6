/**
 * Front door of part 2 of the safety model: holds, their state, digests and releases. Pure; facts are
 * gathered, and what is decided is written and told, by the controller.
 */
export { causeOf, withoutUser } from './cause.ts';
export { evidenceOf, type PartFact } from './confirm.ts';
export type * from './contract.ts';
export { type Decision, decideHolds } from './decide.ts';
export { expectationDigest, planDigest, token } from './digest.ts';
export type { StandingHold } from './held-work.ts';
export { type Leaf, leavesOf } from './leaves.ts';
export { misplacedGuards } from './misplaced-guard.ts';
export { BY_EXPECTATION } from './release.ts';
export { allowance, durationMs, type SetHoldSettings, setHoldSettings } from './set-settings.ts';
export {
  type Approval,
  EMPTY_STATE,
  type HoldState,
  type Latch,
  pruneState,
  type RecordedDeletion,
  type Tip,
  withDeletions,
  withRebinds,
} from './state.ts';
export { parseState, serialiseState } from './state-text.ts';
export {
  type HeldCondition,
  heldCondition,
  heldEvent,
  heldSummary,
  needsPerson,
  type PlanMap,
  planMap,
  planMapName,
} from './tell.ts';
