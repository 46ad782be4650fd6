/** Which Application of Argo CD deploys a set: by its tracking annotation, or, where there is none, its label. */
import { ARGO_GROUP } from '../../api/names.ts';
import type { ApplicationSet } from '../../api/objects.ts';

const ANNOTATION = 'argocd.argoproj.io/tracking-id';
const LABEL = 'app.kubernetes.io/instance';
const SYNC_OPTIONS = 'argocd.argoproj.io/sync-options';

/**
 * An annotation that names another object was copied along, and says nothing.
 *
 * @param application name of the Application, or `namespace_name` for one outside Argo CD's namespace
 */
export function isTrackedBy({ metadata }: ApplicationSet, application: string): boolean {
  const id = metadata.annotations?.[ANNOTATION];
  if (id === undefined) return metadata.labels?.[LABEL] === application;
  return id === `${application}:${ARGO_GROUP}/ApplicationSet:${metadata.namespace}/${metadata.name}`;
}

/** The sync option that keeps Argo CD from removing a set, if there is one: `Prune=false`. */
export const pruneOption = ({ metadata }: ApplicationSet): string | undefined =>
  metadata.annotations?.[SYNC_OPTIONS]
    ?.split(',')
    .map((option) => option.trim())
    .find((option) => option === 'Prune=false');
