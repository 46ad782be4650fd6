/** Names of sets on a command line: `web`, or `team-a/web` as the program itself prints them. */
import { AppsetError } from '../support/errors.ts';

export interface SetName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * @param flag what `-n` says
 * @param otherwise the namespace of a bare name where `-n` says nothing
 * @throws AppsetError APPSET_E0801 for no name of a set, and where `-n` says something else
 */
export function setName(text: string, flag: string | undefined, otherwise = 'argocd'): SetName {
  const [first = '', second, ...rest] = text.split('/');
  if (first === '' || second === '' || rest.length > 0)
    throw new AppsetError('APPSET_E0801', `${JSON.stringify(text)}: name a set as NAME or NAMESPACE/NAME`);
  if (second === undefined) return { namespace: flag ?? otherwise, name: first };
  if (flag !== undefined && flag !== first)
    throw new AppsetError('APPSET_E0801', `${text} is in namespace ${first}, and -n says ${flag}`);
  return { namespace: first, name: second };
}
