/**
 * What the chain of guards knows about one candidate: an owned Application that this run did not
 * generate (safety.md, Terms). Gathered once a run, before any rule speaks; rules only read it.
 */
import type { Application, ApplicationSet } from '../api/objects.ts';
import { leavesOfEntries } from '../generators/index.ts';
import type { Evaluation } from './contract.ts';
import { type Origin, type PartId, partIds, partKey, partsKeyOf } from './origin.ts';
import type { Policy } from './policy.ts';

/** Something of this run that did not become an Application, as far as it is known. */
export interface Failure {
  readonly parts: readonly PartId[];
  /** name of the Application, where it could be rendered */
  readonly name: string | undefined;
  /** one line for people */
  readonly message: string;
}

/** The failures of a run, found by what they may concern. */
export interface FailureIndex {
  readonly byName: ReadonlyMap<string, Failure>;
  /** by all parts as one text */
  readonly byParts: ReadonlyMap<string, Failure>;
  /** failures without a name, by each of their parts */
  readonly unnamedByPart: ReadonlyMap<string, Failure>;
  /** a failure without a name that no recorded origin explains: it might be any candidate */
  readonly unexplained: Failure | undefined;
  /** a failure whose name no owned Application has: it may be the next one of a candidate without origin */
  readonly newName: Failure | undefined;
}

/** The run as guards see it; the same for all candidates. */
export interface GuardContext {
  readonly set: ApplicationSet;
  readonly policy: Policy;
  /** wall time, ms */
  readonly now: number;
  /** leaves whose rows are not all known, each with the display path of what could not be read and why */
  readonly unknownLeaves: readonly {
    readonly leaf: string;
    readonly path: string;
    readonly message: string;
  }[];
  /** the cluster Secrets are known to be none, though the set asks for clusters */
  readonly noClusters: boolean;
  readonly failures: FailureIndex;
  /** parts seen in this evaluation, by leaf and id */
  readonly presentParts: ReadonlySet<string>;
}

export interface Candidate {
  readonly live: Application;
  readonly origin: Origin | undefined;
}

/** Everything that went wrong with elements in this run, in order. */
export function failuresOf(evaluation: Evaluation): readonly Failure[] {
  const failures: Failure[] = [];
  for (const entry of evaluation.generation.entries) {
    for (const { parts, error } of entry.generated.failed) {
      failures.push({ parts: partIds(parts), name: undefined, message: error.message });
    }
  }
  for (const { parts, applicationName, error } of evaluation.failedRows) {
    failures.push({ parts: partIds(parts), name: applicationName, message: error.message });
  }
  for (const { application, parts } of evaluation.rendered) {
    const { namespace, name } = application.metadata;
    const error = evaluation.invalid.get(`${namespace ?? ''}/${name}`);
    if (error === undefined) continue;
    failures.push({ parts: partIds(parts), name: name === '' ? undefined : name, message: error.message });
  }
  return failures;
}

/**
 * @param origins of all owned Applications by name, undefined where none is recorded
 * @param candidates their names
 */
export function indexFailures(
  failures: readonly Failure[],
  origins: ReadonlyMap<string, Origin | undefined>,
  candidates: readonly string[],
): FailureIndex {
  const recorded = new Set<string>();
  for (const origin of origins.values()) for (const part of origin?.parts ?? []) recorded.add(partKey(part));
  const allRecorded = candidates.every((name) => origins.get(name) !== undefined);
  const byName = new Map<string, Failure>();
  const byParts = new Map<string, Failure>();
  const unnamedByPart = new Map<string, Failure>();
  let unexplained: Failure | undefined;
  let newName: Failure | undefined;
  for (const failure of failures) {
    const { name, parts } = failure;
    if (parts.length > 0 && !byParts.has(partsKeyOf(parts))) byParts.set(partsKeyOf(parts), failure);
    if (name !== undefined) {
      if (!byName.has(name)) byName.set(name, failure);
      if (!origins.has(name)) newName ??= failure;
      continue;
    }
    const keys = parts.map(partKey);
    for (const key of keys) if (!unnamedByPart.has(key)) unnamedByPart.set(key, failure);
    const explained = allRecorded && keys.length > 0 && keys.every((key) => recorded.has(key));
    if (!explained) unexplained ??= failure;
  }
  return { byName, byParts, unnamedByPart, unexplained, newName };
}

const presentParts = new WeakMap<Evaluation, ReadonlySet<string>>();

/** Every part this evaluation has seen, in rows that were rendered and in elements that failed; made once. */
export function presentPartsOf(evaluation: Evaluation): ReadonlySet<string> {
  const made = presentParts.get(evaluation);
  if (made !== undefined) return made;
  const keys = new Set<string>();
  // what is rendered from a row has the row's own list of parts
  const seen = new Set<readonly unknown[]>();
  const add = (parts: readonly { readonly leaf: string; readonly id: string }[]) => {
    if (seen.has(parts)) return;
    seen.add(parts);
    for (const part of parts) keys.add(partKey(part));
  };
  for (const entry of evaluation.generation.entries) {
    for (const row of entry.generated.rows) add(row.parts);
    for (const failed of entry.generated.failed) add(failed.parts);
  }
  for (const { parts } of evaluation.rendered) add(parts);
  for (const { parts } of evaluation.failedRows) add(parts);
  presentParts.set(evaluation, keys);
  return keys;
}

/**
 * Leaves of which this run does not know all rows: those that could not be read, and the others of their
 * entry, whose rows may be missing because their partners are (a merge child that is unknown hides the
 * rows of the others, a product that is too large hides all of its factors).
 */
export function unknownLeavesOf({ set, generation }: Evaluation): GuardContext['unknownLeaves'] {
  const identities = leavesOfEntries(set);
  return generation.entries.flatMap(({ index, generated }) => {
    const found = generated.unknown.map(({ leaf, path, error }) => ({ leaf, path, message: error.message }));
    const [first] = found;
    if (first === undefined) return [];
    const named = new Set(found.map(({ leaf }) => leaf));
    const others = [...(identities[index] ?? [])].filter((leaf) => !named.has(leaf));
    return [...found, ...others.map((leaf) => ({ ...first, leaf }))];
  });
}
