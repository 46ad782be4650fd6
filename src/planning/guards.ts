/**
 * The chain for a candidate (safety.md, Part 1): pure rules in order, and the first that speaks
 * decides. A rule that says nothing leaves the candidate to the next; what passes all of them reaches
 * the holds (Part 2, `holds/`), which look at all candidates of a run together.
 */
import { IN_CLUSTER_NAME, IN_CLUSTER_SERVER, OWN } from '../api/names.ts';
import { isJsonObject } from '../support/json.ts';
import type { Candidate, Failure, FailureIndex, GuardContext } from './candidate.ts';
import { handsOverTo } from './hand-over.ts';
import { type PartId, partKey, partsKeyOf, sharesPart } from './origin.ts';

export type KeepReason =
  | 'PolicyForbidsDeletion'
  | 'SourceUnknown'
  | 'ElementFailed'
  | 'MarkedKeep'
  | 'HandingOver'
  | 'OwnerRepaired'
  | 'ClusterSettling'
  | 'ReplacementFailed';

export interface Verdict {
  /** abandoned: the policy says so; kept: for now; held: until a person or time ends it; delete */
  readonly outcome: 'abandoned' | 'kept' | 'held' | 'delete';
  readonly reason: string;
  /** one sentence */
  readonly message: string;
  /** our owner reference is to be taken off */
  readonly release?: true;
}

export type Guard = (candidate: Candidate, context: GuardContext) => Verdict | undefined;

const kept = (reason: KeepReason, message: string, more: { release?: true } = {}): Verdict => ({
  outcome: 'kept',
  reason,
  message,
  ...more,
});

/** 1. The policy of the set or the controller forbids deletion. */
export const policyForbidsDeletion: Guard = (_candidate, { policy }) =>
  policy.delete
    ? undefined
    : {
        outcome: 'abandoned',
        reason: 'PolicyForbidsDeletion',
        message: `policy ${policy.name} forbids deletion`,
      };

/** 2. A leaf of the set is unknown: unknown is not empty. */
export const sourceUnknown: Guard = (candidate, context) => {
  const [unknown] = context.unknownLeaves;
  if (unknown !== undefined) {
    if (missesKnownPart(candidate, context)) return undefined;
    return kept('SourceUnknown', `${unknown.path} could not be read: ${unknown.message}`);
  }
  if (context.noClusters && pointsAtRemoteCluster(candidate)) {
    return kept(
      'SourceUnknown',
      'the list of cluster Secrets is empty, though Applications of the set point at clusters',
    );
  }
  return undefined;
};

/**
 * The exception of rule 2: its origin was recorded under this generation, all leaves of it are known
 * now, and one of its parts is gone. For pull requests always, for other parts where the set asks for it.
 */
function missesKnownPart({ origin }: Candidate, context: GuardContext): boolean {
  if (origin === undefined || origin.generation !== context.set.metadata.generation) return false;
  const unknown = new Set(context.unknownLeaves.map(({ leaf }) => leaf));
  if (origin.parts.length === 0 || origin.parts.some(({ leaf }) => unknown.has(leaf))) return false;
  const missing = origin.parts.filter((part) => !context.presentParts.has(partKey(part)));
  if (missing.length === 0) return false;
  return (
    context.set.metadata.annotations?.[OWN.partialDeletions] === 'true' ||
    missing.some(({ kind }) => kind === 'pullRequest')
  );
}

function pointsAtRemoteCluster({ live }: Candidate): boolean {
  const { destination } = live.spec;
  if (!isJsonObject(destination)) return false;
  const server = typeof destination.server === 'string' ? destination.server.replace(/\/+$/, '') : '';
  const name = typeof destination.name === 'string' ? destination.name : '';
  return (server !== '' && server !== IN_CLUSTER_SERVER) || (name !== '' && name !== IN_CLUSTER_NAME);
}

/** 3. An element failed, and this may be its Application. */
export const elementFailed: Guard = (candidate, { failures }) => {
  const failure = failureFor(candidate, failures);
  return failure && kept('ElementFailed', failure.message);
};

/** By name; by all of its parts; by one of them; else, where nothing recorded tells, any. */
function failureFor({ live, origin }: Candidate, failures: FailureIndex): Failure | undefined {
  const named = failures.byName.get(live.metadata.name);
  if (named !== undefined) return named;
  if (origin === undefined) return failures.unexplained ?? failures.newName;
  const same = failures.byParts.get(partsKeyOf(origin.parts));
  if (same !== undefined) return same;
  for (const part of origin.parts) {
    const failure = failures.unnamedByPart.get(partKey(part));
    if (failure !== undefined) return failure;
  }
  return failures.unexplained;
}

/** 4. A person marked the Application to be kept; it leaves the set's hands. */
export const markedKeep: Guard = ({ live }) =>
  live.metadata.annotations?.[OWN.keep] === 'true'
    ? kept('MarkedKeep', `annotation ${OWN.keep} is set`, { release: true })
    : undefined;

/** The set hands its Applications over: who takes them may not have looked yet. */
export const handingOver: Guard = (_candidate, { set }) => {
  const [to] = handsOverTo(set);
  return to === undefined
    ? undefined
    : kept('HandingOver', `annotation ${OWN.handOverTo} is set, and ${to} has not taken it over`);
};

export const CHAIN: readonly Guard[] = [
  policyForbidsDeletion,
  sourceUnknown,
  elementFailed,
  markedKeep,
  handingOver,
];

/** The reference knows only the policy. */
export const COMPAT_CHAIN: readonly Guard[] = [policyForbidsDeletion];

/** The verdict of the first rule that speaks; delete when none does. */
export function judge(chain: readonly Guard[], candidate: Candidate, context: GuardContext): Verdict {
  for (const guard of chain) {
    const verdict = guard(candidate, context);
    if (verdict !== undefined) return verdict;
  }
  return { outcome: 'delete', reason: 'NotGenerated', message: 'no element generates it any more' };
}

/**
 * Order (safety.md, Part 1): whether a deletion must wait because a create of the run was refused that
 * it shares a part with, or that it may have been replaced by for all that is recorded.
 */
export function replacementFailed(
  origin: { readonly parts: readonly PartId[] } | undefined,
  refused: readonly { readonly name: string; readonly parts: readonly PartId[] }[],
): Verdict | undefined {
  const create = refused.find(({ parts }) => origin === undefined || sharesPart(origin.parts, parts));
  return (
    create && kept('ReplacementFailed', `Application ${JSON.stringify(create.name)} could not be created`)
  );
}
