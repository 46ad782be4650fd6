/**
 * Labels of a Secret as they are now: asked for by metadata, so that nothing of what it holds is sent, and
 * only for Secrets that a generator names where the settings demand a label.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../../api/client.ts';
import { known, type Reading, unknown } from '../../generators/contract.ts';
import type { Clock } from '../../support/clock.ts';
import { AppsetError, asAppsetError } from '../../support/errors.ts';

export type Labels = Readonly<Record<string, string>>;

/** @param client without one nothing can be told */
export async function secretLabels(
  client: Pick<ObjectClient, 'get'> | undefined,
  clock: Clock,
  namespace: string,
  name: string,
): Promise<Reading<Labels | null>> {
  const what = `Secret ${namespace}/${name}`;
  if (client === undefined) return unknown(new AppsetError('APPSET_E0401', `${what} was not read`));
  if (name === '') return known(null, what, clock.now(), '');
  try {
    const { metadata } = await client.get(RESOURCES.secrets, namespace, name, { metadataOnly: true });
    return known(metadata.labels ?? {}, what, clock.now(), metadata.resourceVersion ?? '');
  } catch (error) {
    if (isNotFound(error)) return known(null, what, clock.now(), '');
    return unknown(
      asAppsetError(error, 'APPSET_E0601').prefixed(`the labels of ${what} could not be read: `),
    );
  }
}
