/** What a deletion goes back to, in one word that is equal over sets: `Secret/argocd/eu-7`, `directory/apps/web`. */
import type { HoldCandidate } from './contract.ts';

/** @param namespace where cluster Secrets are */
export function causeOf(
  { missing, set }: Pick<HoldCandidate, 'missing'> & { readonly set?: string },
  namespace: string,
): string {
  const part = missing.find(({ kind }) => kind === 'cluster') ?? missing[0];
  if (part === undefined) return set === undefined ? 'an edit of a set' : `ApplicationSet/${set}`;
  return part.kind === 'cluster' ? `Secret/${namespace}/${part.id}` : `${part.kind}/${part.id}`;
}
