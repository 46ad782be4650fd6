/**
 * Whether the reference's ApplicationSet controller is alive beside us: it wrote a set or an Application
 * of ours just now, as watches tell; or a Ready Pod with its label is in the control-plane namespace; or
 * a Lease of its name is kept fresh. What was looked up is good for a minute, what was seen for three.
 * What may not be read counts as not there, and is logged; what could not be read for another reason
 * fails the run that wanted to write.
 */
import { ApiError, isNotFound, RESOURCES } from '../api/client.ts';
import { ARGO_CONTROLLER } from '../api/names.ts';
import { type ApplicationSet, type KubeObject, keyOf } from '../api/objects.ts';
import type { Decision } from '../planning/holds/index.ts';
import { type Clock, parseRfc3339 } from '../support/clock.ts';
import { isJsonObject } from '../support/json.ts';
import { LIMITS } from '../support/limits.ts';
import { listAll } from './live-view.ts';
import type { Log } from './log.ts';
import type { ReconcileDeps } from './set-run.ts';

const POD_LABEL = `app.kubernetes.io/name=${ARGO_CONTROLLER}`;
const LEASE = '58ac56fa.applicationsets.argoproj.io';

type Deps = Pick<ReconcileDeps, 'client' | 'clock' | 'settings' | 'log'>;

/** Two states of an object, as a cache tells of them. */
interface SeenChange {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  /** part of the first list: it tells what was, not what happens */
  readonly initial: boolean;
}

/** What is known of the reference's controller; one a process. */
export class Rival {
  /** by monotonic time */
  #looked: { readonly at: number; readonly alive: string | undefined } | undefined;
  #seen: { readonly at: number; readonly how: string } | undefined;
  /** a look that is under way; runs that ask at the same time share it */
  #looking: Promise<string | undefined> | undefined;
  #told = false;

  /** How it showed itself, as far as that is known without asking; undefined when it did not. */
  shows(now: number): string | undefined {
    if (this.#seen !== undefined && now - this.#seen.at < LIMITS.rivalRestMs) return this.#seen.how;
    return this.#looked?.alive;
  }

  /** A change that is no part of a first list: was it its doing? */
  saw(
    { before, after, initial }: SeenChange,
    { clock, log }: { readonly clock: Clock; readonly log: Log },
  ): void {
    if (initial || after === undefined) return;
    const time = lastWrite(after);
    if (time === undefined || (before !== undefined && lastWrite(before) === time)) return;
    const how = `${after.kind} ${keyOf(after)} was written by ${ARGO_CONTROLLER} at ${time}`;
    this.#seen = { at: clock.monotonic(), how };
    this.#tell(how, log);
  }

  /** How it shows that it is alive; undefined when it does not. @throws ApiError when that could not be read */
  async find(deps: Deps): Promise<string | undefined> {
    const now = deps.clock.monotonic();
    const known = this.#looked !== undefined && now - this.#looked.at < LIMITS.anotherControllerMs;
    if (known || (this.#seen !== undefined && now - this.#seen.at < LIMITS.rivalRestMs))
      return this.shows(now);
    this.#looking ??= this.#look(deps).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(deps: Deps): Promise<string | undefined> {
    const at = deps.clock.monotonic();
    const alive = (await pod(deps)) ?? (await lease(deps));
    this.#looked = { at, alive };
    this.#tell(alive, deps.log);
    return alive;
  }

  #tell(shows: string | undefined, log: Log): void {
    const isThere = shows !== undefined;
    if (isThere === this.#told) return;
    this.#told = isThere;
    if (isThere)
      log.error({ shows }, 'the ApplicationSet controller of Argo CD is alive: nothing is written');
    else log.info({}, 'the ApplicationSet controller of Argo CD is gone');
  }
}

/** How the reference shows that it is alive, for a run that may have something to write. */
export async function findRival(writes: boolean, deps: ReconcileDeps): Promise<string | undefined> {
  const { rival } = deps.memory;
  return writes || rival.shows(deps.clock.monotonic()) !== undefined ? rival.find(deps) : undefined;
}

/** Says on the set, and in the log, that somebody else works on its Applications; once, when it begins. */
export function tellRival(set: ApplicationSet, { holds }: Decision, deps: ReconcileDeps): void {
  const memory = deps.memory.of(set);
  const found = holds.filter(({ reason }) => reason === 'AnotherController');
  const [first] = found;
  const isNew = first !== undefined && !memory.hasRival;
  memory.hasRival = first !== undefined;
  if (!isNew || first === undefined) return;
  const { message } = first;
  deps.events.emit({ set, type: 'Warning', reason: 'AnotherController', message });
  const names = found.flatMap(({ deletions, updates }) => [...deletions, ...updates].map(({ name }) => name));
  deps.log.error(
    { applicationset: keyOf(set), names, problem: message },
    'somebody else works on the same Applications',
  );
}

/** When it wrote the object, if it was the last to; as the caches keep it. */
function lastWrite({ metadata }: KubeObject): string | undefined {
  const entry = metadata.managedFields?.find(({ manager }) => manager === ARGO_CONTROLLER);
  return typeof entry?.time === 'string' ? entry.time : undefined;
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
