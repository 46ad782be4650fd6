/**
 * Hand-overs at work: which sets hand over to one, asked live because it is their word that counts, and
 * whom to look at again when Applications have changed hands or a set begins to hand over.
 */
import { isNotFound, type ObjectClient, RESOURCES } from '../api/client.ts';
import type { ApplicationSet } from '../api/objects.ts';
import { agree, type HandOvers, handsOverTo, takesOverFrom } from '../planning/hand-over.ts';
import type { LiveApplications, Plan } from '../planning/plan.ts';
import { asApplicationSet } from './live-view.ts';

/** Live sets that agree to hand over to this one, of those that still own something. @throws ApiError */
export async function handOversTo(
  set: ApplicationSet,
  applications: LiveApplications,
  client: ObjectClient,
): Promise<HandOvers> {
  const found = new Map<string, string>();
  for (const name of takesOverFrom(set)) {
    if (applications.controlledBy(name).length === 0) continue;
    const from = await liveSet(client, set.metadata.namespace, name);
    if (from?.metadata.uid !== undefined && agree(from, set)) found.set(from.metadata.uid, name);
  }
  return found;
}

/** The set that takes this one's Applications, if it is there, stays, and agrees. @throws ApiError */
export async function takerOf(
  set: ApplicationSet,
  client: ObjectClient,
): Promise<ApplicationSet | undefined> {
  for (const name of handsOverTo(set)) {
    const to = await liveSet(client, set.metadata.namespace, name);
    if (to !== undefined && to.metadata.deletionTimestamp === undefined && agree(set, to)) return to;
  }
  return undefined;
}

async function liveSet(
  client: ObjectClient,
  namespace: string | undefined,
  name: string,
): Promise<ApplicationSet | undefined> {
  try {
    return asApplicationSet(await client.get(RESOURCES.applicationSets, namespace, name));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Names of the sets that a run has taken Applications from. */
export const relieved = (plan: Plan | undefined): ReadonlySet<string> =>
  new Set((plan?.update ?? []).flatMap(({ from }) => (from === undefined ? [] : [from])));

/** Names of the sets to look at because another began, or ceased, to hand over to them. */
export function addressed(before: ApplicationSet | undefined, after: ApplicationSet): readonly string[] {
  const old = before === undefined ? [] : handsOverTo(before);
  const now = handsOverTo(after);
  return old.join() === now.join() ? [] : [...new Set([...old, ...now])];
}
