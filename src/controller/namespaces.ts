/**
 * Which namespaces are ours to look at (spec controller-and-operations §9.3): the control plane's, and
 * those of the list: names, globs or `/regular expressions/`.
 */
import { compileNamespaces } from '../support/globs.ts';

export interface AllowedNamespaces {
  readonly allows: (namespace: string) => boolean;
  /** a sentence for each entry that is not valid and so matches nothing */
  readonly problems: readonly string[];
  /** the controller's own namespace and nothing else: caches can be limited to it */
  readonly single: boolean;
}

/** @param entries as flags give them; the controller's own namespace always belongs to the list */
export function allowedNamespaces(
  controllerNamespace: string,
  entries: readonly string[],
): AllowedNamespaces {
  const { matches, problems } = compileNamespaces(entries);
  return {
    allows: (namespace) => namespace === controllerNamespace || matches(namespace),
    problems,
    single: entries.every((entry) => entry === controllerNamespace),
  };
}
