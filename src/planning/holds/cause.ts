/**
 * What a deletion goes back to, in one word that is equal over sets: `Secret/argocd/eu-7`,
 * `git/https://git.example.org/fleet.git//apps/web`; an edit of a set is the set's own.
 */
import { type ApplicationSet, keyOf } from '../../api/objects.ts';
import type { PartKind } from '../../generators/contract.ts';
import type { PartId } from '../origin.ts';
import { leavesOf } from './leaves.ts';

/** What only the set itself can have lost. */
const OF_ONE_SET: ReadonlySet<PartKind> = new Set(['listElement', 'clusterList']);

/** @param namespace where cluster Secrets are */
export function causeOf(
  { missing }: { readonly missing: readonly PartId[] },
  set: ApplicationSet,
  namespace: string,
): string {
  const part = missing.find(({ kind }) => kind === 'cluster') ?? missing[0];
  if (part === undefined || OF_ONE_SET.has(part.kind)) return `ApplicationSet/${keyOf(set)}`;
  if (part.kind === 'cluster') return `Secret/${namespace}/${part.id}`;
  if (part.kind !== 'directory' && part.kind !== 'file') return oneWord(`${part.kind}/${part.id}`);
  const repository = leavesOf(set).get(part.leaf)?.spec.repoURL;
  if (typeof repository !== 'string') return `ApplicationSet/${keyOf(set)}`;
  return oneWord(`git/${withoutUser(repository)}//${part.id.replace(/#[0-9a-f]{16}$/, '')}`);
}

const oneWord = (text: string): string => text.replace(/\s/g, encodeURIComponent);

/** An address without what may be a password. */
export const withoutUser = (url: string): string => url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
