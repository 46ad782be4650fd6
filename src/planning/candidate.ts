/**
 * What the chain of guards knows about one candidate: an owned Application that this run did not
 * generate (safety.md, Terms). Gathered once a run, before any rule speaks; rules only read it.
 */
import type { Application, ApplicationSet } from '../api/objects.ts';
import type { Evaluation } from './contract.ts';
import { type Origin, type PartId, partIds, partKey, partsKeyOf } from './origin.ts';
import type { Policy } from './policy.ts';

/** Something of this run that did not become an Application, as far as it is known. */
export interface Failure {
  readonly parts: readonly PartId[];
  /** the parts as one text, whatever their order */
  readonly partsKey: string;
  /** name of the Application, where it could be rendered */
  readonly name: string | undefined;
  /** one line for people */
  readonly message: string;
}

/** The run as guards see it; the same for all candidates. */
export interface GuardContext {
  readonly set: ApplicationSet;
  readonly policy: Policy;
  /** wall time, ms */
  readonly now: number;
  /** display paths of leaves that could not be read */
  readonly unknownLeaves: readonly {
    readonly leaf: string;
    readonly path: string;
    readonly message: string;
  }[];
  /** the cluster Secrets are known to be none, though the set asks for clusters */
  readonly noClusters: boolean;
  readonly failures: readonly Failure[];
  /** parts seen in this evaluation, by leaf and id */
  readonly presentParts: ReadonlySet<string>;
  /** origins of all owned Applications, by name; undefined entries where none is recorded */
  readonly origins: ReadonlyMap<string, Origin | undefined>;
  /** parts that some recorded origin holds, by leaf and id */
  readonly recordedParts: ReadonlySet<string>;
  /** no candidate is without recorded origin */
  readonly allOriginsRecorded: boolean;
}

export interface Candidate {
  readonly live: Application;
  readonly origin: Origin | undefined;
}

/** Parts of recorded origins. */
export const recordedPartsOf = (origins: Iterable<Origin | undefined>): ReadonlySet<string> => {
  const keys = new Set<string>();
  for (const origin of origins) for (const part of origin?.parts ?? []) keys.add(partKey(part));
  return keys;
};

const failure = (parts: readonly PartId[], name: string | undefined, message: string): Failure => ({
  parts,
  partsKey: partsKeyOf(parts),
  name,
  message,
});

/** Everything that went wrong with elements in this run. */
export function failuresOf(evaluation: Evaluation): readonly Failure[] {
  const failures: Failure[] = [];
  for (const entry of evaluation.generation.entries) {
    for (const { parts, error } of entry.generated.failed) {
      failures.push(failure(partIds(parts), undefined, error.message));
    }
  }
  for (const { parts, applicationName, error } of evaluation.failedRows) {
    failures.push(failure(partIds(parts), applicationName, error.message));
  }
  for (const { application, parts } of evaluation.rendered) {
    const { namespace, name } = application.metadata;
    const error = evaluation.invalid.get(`${namespace ?? ''}/${name}`);
    if (error === undefined) continue;
    failures.push(failure(partIds(parts), name === '' ? undefined : name, error.message));
  }
  return failures;
}

/** Every part this evaluation has seen, in rows that were rendered and in elements that failed. */
export function presentPartsOf(evaluation: Evaluation): ReadonlySet<string> {
  const keys = new Set<string>();
  const add = (parts: readonly { readonly leaf: string; readonly id: string }[]) => {
    for (const part of parts) keys.add(partKey(part));
  };
  for (const entry of evaluation.generation.entries) {
    for (const row of entry.generated.rows) add(row.parts);
    for (const failed of entry.generated.failed) add(failed.parts);
  }
  for (const { parts } of evaluation.rendered) add(parts);
  for (const { parts } of evaluation.failedRows) add(parts);
  return keys;
}

/** Leaves that could not be read in this run. */
export const unknownLeavesOf = (evaluation: Evaluation): GuardContext['unknownLeaves'] =>
  evaluation.generation.entries.flatMap((entry) =>
    entry.generated.unknown.map(({ leaf, path, error }) => ({ leaf, path, message: error.message })),
  );
