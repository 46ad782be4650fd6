/**
 * What an approval is given for: the digest of held work covers the set's uid and generation and, per
 * Application, its uid and what is missing (or what would change). Tokens are the short names the state
 * keeps of single Applications.
 */
import { hash } from 'node:crypto';
import { type ApplicationSet, keyOf } from '../../api/objects.ts';
import { type PartId, partKey } from '../origin.ts';

/** One held deletion or update, as digests see it. */
export interface DigestItem {
  readonly uid: string;
  /** missing parts of a deletion, sorted; `update:HASH` of an update */
  readonly detail: string;
}

/** 48 bits in 8 characters: enough to tell the Applications of one set apart. */
export const token = (text: string): string => hash('sha256', text, 'base64url').slice(0, 8);

/** The parts that are missing, in one order. */
export const missingText = (missing: readonly PartId[]): string => missing.map(partKey).sort().join('\u0000');

/** sha256 in hex; the same for the same work in any order. */
export function planDigest(set: ApplicationSet, items: readonly DigestItem[]): string {
  const { uid, generation } = set.metadata;
  const lines = items.map(({ uid: of, detail }) => [of, detail] as const);
  lines.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1));
  return hash('sha256', JSON.stringify([uid ?? '', generation ?? 0, lines]), 'hex');
}

/**
 * What `appset.../expect-deletions` may hold instead of names: `sha256:` and the hash of the set's key
 * and the names that go, sorted. It can be computed before the change is committed.
 */
export const expectationDigest = (
  set: { readonly metadata: { readonly namespace?: string; readonly name: string } },
  names: readonly string[],
): string => `sha256:${hash('sha256', JSON.stringify([keyOf(set), [...names].sort()]), 'hex')}`;
