/**
 * Whether the reference's ApplicationSet controller is alive beside us: a Ready Pod with its label in
 * the control-plane namespace, or a Lease of its name that is kept fresh. The answer is good for a
 * minute. What may not be read counts as not there, and is logged; what could not be read for another
 * reason fails the run that wanted to write.
 */
import { ApiError, isNotFound, RESOURCES } from '../api/client.ts';
import type { KubeObject } from '../api/objects.ts';
import { parseRfc3339 } from '../support/clock.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { listAll } from './live-view.ts';
import type { ReconcileDeps } from './set-run.ts';

const POD_LABEL = 'app.kubernetes.io/name=argocd-applicationset-controller';
const LEASE = '58ac56fa.applicationsets.argoproj.io';

type Deps = Pick<ReconcileDeps, 'client' | 'clock' | 'settings' | 'memory' | 'log'>;

/** How it shows that it is alive; undefined when it does not. */
export async function findAnotherController(deps: Deps): Promise<string | undefined> {
  const { memory, clock } = deps;
  const known = memory.anotherController;
  const now = clock.monotonic();
  if (known !== undefined && now - known.at < LIMITS.anotherControllerMs) return known.alive;
  // runs that ask at the same time share one look
  memory.lookingForAnother ??= look(deps).finally(() => {
    memory.lookingForAnother = undefined;
  });
  return memory.lookingForAnother;
}

async function look(deps: Deps): Promise<string | undefined> {
  const at = deps.clock.monotonic();
  const alive = (await pod(deps)) ?? (await lease(deps));
  deps.memory.anotherController = { at, alive };
  return alive;
}

async function pod(deps: Deps): Promise<string | undefined> {
  const namespace = deps.settings.controllerNamespace;
  const pods = await allowed(deps, 'pods', () =>
    listAll(deps.client, RESOURCES.pods, { namespace, labelSelector: POD_LABEL }),
  );
  const ready = pods?.find((object) => object.metadata.deletionTimestamp === undefined && isReady(object));
  return ready && `Pod ${namespace}/${ready.metadata.name} is ready`;
}

function isReady({ status }: KubeObject): boolean {
  const conditions = Array.isArray(status?.conditions) ? status.conditions : [];
  return conditions.some(
    (condition) => isJsonObject(condition) && condition.type === 'Ready' && condition.status === 'True',
  );
}

async function lease(deps: Deps): Promise<string | undefined> {
  const namespace = deps.settings.controllerNamespace;
  const found = await allowed(deps, 'leases', () => deps.client.get(RESOURCES.leases, namespace, LEASE));
  const { holderIdentity, renewTime, leaseDurationSeconds } = found?.spec ?? {};
  if (typeof holderIdentity !== 'string' || holderIdentity === '') return undefined;
  const renewed = typeof renewTime === 'string' ? parseRfc3339(renewTime) : undefined;
  const seconds = typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds : 0;
  if (renewed === undefined || deps.clock.now() - renewed > seconds * 1_000) return undefined;
  return `Lease ${namespace}/${LEASE} is held by ${holderIdentity}`;
}

async function allowed<T>(deps: Deps, what: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (!(error instanceof ApiError) || error.code !== 403) throw error;
    deps.log.warn({ resource: what, error }, 'whether another controller is alive may not be read');
    return undefined;
  }
}
