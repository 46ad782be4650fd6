/**
 * The annotation by which a person, or a webhook of the reference, asks for a run of a set. It is taken off
 * by the run that did what was asked for; a run that fails keeps it.
 */
import { RESOURCES } from '../api/client.ts';
import { REFRESH_SET_ANNOTATION } from '../api/names.ts';
import type { ApplicationSet, JsonObject } from '../api/objects.ts';
import { asApplicationSet } from './live-view.ts';
import type { ReconcileDeps } from './set-run.ts';

type Deps = Pick<ReconcileDeps, 'client' | 'settings' | 'signal'>;

/** Takes the mark off; answers the set as it is then. @throws ApiError */
export async function removeRefreshMark(
  set: ApplicationSet,
  { client, settings, signal }: Deps,
): Promise<ApplicationSet> {
  const { namespace, name, uid, annotations } = set.metadata;
  if (annotations?.[REFRESH_SET_ANNOTATION] === undefined) return set;
  const patch: JsonObject = {
    metadata: {
      annotations: { [REFRESH_SET_ANNOTATION]: null },
      ...(uid === undefined ? {} : { uid }),
    },
  };
  const answer = await client.patch(RESOURCES.applicationSets, namespace, name, patch, {
    type: 'merge',
    dryRun: settings.dryRun,
    ...(signal === undefined ? {} : { signal }),
  });
  return settings.dryRun ? set : asApplicationSet(answer);
}
