/**
 * What a person, or a reviewed commit, let go. An accepted approval lasts an hour, covers any subset of
 * its list, and is over as soon as there is a candidate it does not cover. Expected deletions are named
 * in the set, or by the hash a plan printed, and are void two generations later; they still wait for
 * their time, as nobody looked at what the sources say now.
 */
import { OWN } from '../../api/names.ts';
import { LIMITS } from '../../support/limits.ts';
import type { HoldCandidate, HoldRun } from './contract.ts';
import { expectationDigest, token } from './digest.ts';
import type { Approval, HoldState } from './state.ts';

/** `by` of an approval that came out of the annotation `expect-deletions`. */
export const BY_EXPECTATION = `annotation ${OWN.expectDeletions}`;

/** The approval that counts in this run. */
export function standingApproval(run: HoldRun): Approval | undefined {
  const { approval } = run.state;
  if (approval === undefined || run.now - approval.at >= LIMITS.approvalMs) return undefined;
  return run.candidates.every(({ uid }) => approval.tokens.has(token(uid))) ? approval : undefined;
}

/** Since which generation an expectation stands; what is remembered of it. */
export function expectedSince(run: HoldRun): HoldState['expected'] {
  const text = run.annotations.expectDeletions;
  if (text === undefined) return undefined;
  const seen = run.state.expected;
  if (seen?.text === token(text)) return seen;
  return { text: token(text), generation: run.set.metadata.generation ?? 0 };
}

/** Candidates the annotation `expect-deletions` names, or all when its hash is theirs. */
export function expectedDeletions(run: HoldRun): readonly HoldCandidate[] {
  const text = run.annotations.expectDeletions;
  const since = expectedSince(run);
  if (text === undefined || since === undefined) return [];
  if ((run.set.metadata.generation ?? 0) - since.generation >= LIMITS.expectationGenerations) return [];
  if (text.startsWith('sha256:')) {
    const names = run.candidates.map(({ name }) => name);
    return text === expectationDigest(run.set, names) ? run.candidates : [];
  }
  const names = new Set(text.split(',').map((name) => name.trim()));
  return run.candidates.filter(({ name }) => names.has(name));
}
