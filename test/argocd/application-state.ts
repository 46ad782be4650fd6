/** What Argo CD says of Applications, and waiting for it. */
import type { ObjectClient } from '../../src/api/client.ts';
import type { JsonObject, KubeObject } from '../../src/api/objects.ts';
import { systemClock } from '../../src/support/clock.ts';
import type { AuditedCall, AuditLog } from '../harness/audit-log.ts';
import { APPS } from '../harness/sets.ts';
import { until } from '../harness/until.ts';
import { APPLICATION_CONTROLLER } from './argo-cd.ts';

const PATIENCE_MS = 90_000;

interface ApplicationState {
  readonly sync?: { readonly status?: string; readonly revision?: string };
  readonly health?: { readonly status?: string };
  readonly operationState?: { readonly phase?: string; readonly message?: string };
  readonly conditions?: readonly JsonObject[];
}

export const stateOf = ({ status }: KubeObject): ApplicationState => (status ?? {}) as ApplicationState;

/** Calls that are about Applications, their subresources included. */
export const ofApplications = (calls: readonly AuditedCall[]): AuditedCall[] =>
  calls.filter(({ resource }) => resource.split('/')[0] === 'applications');

/** `Synced Healthy`, as the columns of a list show it. */
export const shownOf = (application: KubeObject): string => {
  const { sync, health } = stateOf(application);
  return `${sync?.status ?? '-'} ${health?.status ?? '-'}`;
};

/** Waits until every named Application is there, synced and healthy. @param more what else must hold of each */
export async function untilHealthy(
  client: ObjectClient,
  names: readonly string[],
  more: (application: KubeObject) => boolean = () => true,
): Promise<KubeObject[]> {
  let last = '';
  return until(
    `${names.join(', ')} to be synced and healthy`,
    async () => {
      const { items } = await client.list(APPS, { namespace: 'argocd' });
      const named = items.filter(({ metadata }) => names.includes(metadata.name));
      last = JSON.stringify(named.map((one) => [one.metadata.name, shownOf(one), stateOf(one)]));
      const fine = named.filter((one) => shownOf(one) === 'Synced Healthy' && more(one));
      return fine.length === names.length ? named : undefined;
    },
    { timeoutMs: PATIENCE_MS, last: () => last },
  );
}

/** Waits until Argo CD has not written to an Application for a while. Marks the audit log anew. */
export async function untilCalm(audit: AuditLog, calmMs = 4_000): Promise<void> {
  let since = systemClock.monotonic();
  audit.mark();
  await until(
    'Argo CD to be done with the Applications',
    () => {
      const now = systemClock.monotonic();
      const busy = ofApplications(audit.writes(APPLICATION_CONTROLLER)).length > 0;
      if (!busy) return now - since > calmMs;
      since = now;
      audit.mark();
      return false;
    },
    { timeoutMs: PATIENCE_MS },
  );
}
