/**
 * What holds keep back, piece by piece: deletions and updates with the tokens and details that digests
 * and approvals know them by, and the creations that wait with them.
 */
import { sharesPart } from '../origin.ts';
import type { PlannedUpdate } from '../plan-types.ts';
import type { HoldCandidate, HoldReason, HoldRun } from './contract.ts';
import { type DigestItem, missingText, token } from './digest.ts';
import { dataCaused, rebinds } from './rebind-budget.ts';
import type { Approval } from './state.ts';

/** One reason with what it keeps back. */
export interface StandingHold {
  readonly reason: HoldReason;
  readonly message: string;
  /** wall time in ms; undefined for what is no latch */
  readonly since: number | undefined;
  readonly wayOut: string;
  readonly cause?: string;
  readonly deletions: readonly HoldCandidate[];
  readonly updates: readonly PlannedUpdate[];
}

const detailOf = ({ patch }: PlannedUpdate): string => `update:${token(JSON.stringify(patch))}`;
/** The token of an update that is held. */
export const updateToken = (update: PlannedUpdate): string =>
  token(`${update.live.metadata.uid ?? ''}\n${detailOf(update)}`);

/** Everything that is kept back, as digests see it. */
export function itemsOf(holds: readonly StandingHold[]): readonly DigestItem[] {
  return holds.flatMap(({ deletions, updates }) => [
    ...deletions.map(({ uid, missing }) => ({ uid, detail: missingText(missing) })),
    ...updates.map((update) => ({ uid: update.live.metadata.uid ?? '', detail: detailOf(update) })),
  ]);
}

/** The tokens of everything that is kept back. */
export const tokensOf = (holds: readonly StandingHold[]): ReadonlySet<string> =>
  new Set(
    holds.flatMap(({ deletions, updates }) => [
      ...deletions.map(({ uid }) => token(uid)),
      ...updates.map(updateToken),
    ]),
  );

/** What data moves in this run; what a person let go does not count. */
export function rebindsOf(
  run: HoldRun,
  holds: readonly StandingHold[],
  approval: Approval | undefined,
): ReadonlySet<string> {
  const held = new Set(holds.flatMap(({ updates }) => updates.map(({ name }) => name)));
  const counted = dataCaused(run).filter(
    (update) =>
      rebinds(update) && !held.has(update.name) && approval?.tokens.has(updateToken(update)) !== true,
  );
  return new Set(counted.map(({ name }) => name));
}

/**
 * Creations that share a part with a held candidate, or are its new name, and those that somebody undoes
 * again and again. Mere waiting holds none.
 */
export function heldCreates(
  run: HoldRun,
  holds: readonly StandingHold[],
  pairs: ReadonlyMap<string, string>,
): ReadonlyMap<string, HoldReason> {
  const held = new Map<string, HoldReason>();
  for (const { name } of run.creates) if (run.disputed.has(name)) held.set(name, 'AnotherController');
  for (const { reason, deletions } of holds) {
    if (reason === 'Grace') continue;
    for (const { name, origin } of deletions) {
      const next = pairs.get(name);
      for (const create of run.creates) {
        if (held.has(create.name)) continue;
        if (create.name === next || (origin !== undefined && sharesPart(origin.parts, create.parts))) {
          held.set(create.name, reason);
        }
      }
    }
  }
  return held;
}
