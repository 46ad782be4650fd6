/**
 * What is known to be equal from earlier runs: for an Application's name, a digest of both sides as they
 * were when they were compared and nothing differed. A run compares again only what changed on either
 * side since. Neither side is kept. Only "equal" is ever taken from here; a difference is always found
 * anew. Statuses and resourceVersions are not part of it, whatever an update depends on is.
 */
import { hash } from 'node:crypto';
import type { Application, ApplicationSet } from '../api/objects.ts';
import type { PreservedKeys } from './preserve.ts';

const digestOf = (value: unknown): string => hash('sha1', JSON.stringify(value), 'base64');

/** Live objects are shared and never changed: one digest an object. */
const digests = new WeakMap<Application, string>();

/** Everything of a live Application that an update can depend on: all but its status and bookkeeping. */
function liveDigest(live: Application): string {
  const known = digests.get(live);
  if (known !== undefined) return known;
  const { status: _status, metadata, ...rest } = live;
  const {
    managedFields: _fields,
    resourceVersion: _version,
    generation: _generation,
    creationTimestamp: _created,
    ...kept
  } = metadata;
  const digest = digestOf([kept, rest]);
  digests.set(live, digest);
  return digest;
}

export class ComparedApplications {
  readonly #equal = new Map<string, string>();

  get size(): number {
    return this.#equal.size;
  }

  /** Whether the two were found equal under the same rules, and neither changed since. */
  isEqual(name: string, key: string): boolean {
    return this.#equal.get(name) === key;
  }

  remember(name: string, key: string): void {
    this.#equal.set(name, key);
  }

  /** Forgets what is not generated any more. */
  retain(names: { has(name: string): boolean }): void {
    for (const name of this.#equal.keys()) if (!names.has(name)) this.#equal.delete(name);
  }
}

/** Rules of a set that say what an update makes of two sides. */
export function rulesDigest(set: ApplicationSet, compat: boolean, preserved: PreservedKeys): string {
  const { apiVersion, kind, metadata, spec } = set;
  return digestOf([
    apiVersion,
    kind,
    metadata.name,
    metadata.uid,
    compat,
    [...preserved.labels],
    [...preserved.annotations],
    preserved.own,
    spec.ignoreApplicationDifferences,
  ]);
}

/** One text for both sides and the rules. */
export const comparedKey = (rules: string, live: Application, generated: Application): string =>
  digestOf([rules, liveDigest(live), generated]);
