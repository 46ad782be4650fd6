/**
 * The state of the holds of one set during a run: read from its annotation, changed, and written back
 * behind the live barrier, with the set's uid and resourceVersion. An approval is signed with its giver,
 * and what was taken up goes, in the same write. A dry run keeps the state in memory.
 */
import { isConflict, isNotFound, RESOURCES } from '../api/client.ts';
import { OWN } from '../api/names.ts';
import { type ApplicationSet, type JsonObject, keyOf } from '../api/objects.ts';
import { type HoldState, parseState, pruneState, serialiseState } from '../planning/holds/index.ts';
import { LIMITS } from '../support/limits.ts';
import { approvalLine } from './audit.ts';
import type { LiveBarrier } from './barrier.ts';
import { approved, firstRunAccepted } from './events.ts';
import { asApplicationSet } from './live-view.ts';
import type { SetMemory } from './memory.ts';
import type { ReconcileDeps } from './set-run.ts';

const parsed = new WeakMap<ApplicationSet, HoldState>();

/** The state a set carries. */
export function stateOf(set: ApplicationSet): HoldState {
  const known = parsed.get(set);
  if (known !== undefined) return known;
  const state = parseState(set.metadata.annotations?.[OWN.state]);
  parsed.set(set, state);
  return state;
}

type Deps = Pick<
  ReconcileDeps,
  'client' | 'clock' | 'events' | 'live' | 'log' | 'memory' | 'settings' | 'signal'
>;

/** What a person gave that this write takes up; of an accepted first run by whom. */
interface Given {
  readonly approval: boolean;
  readonly firstRun: string | undefined;
}

export class SetState {
  /** as the run found it, without what is over */
  readonly before: HoldState;
  /** as it is to be */
  now: HoldState;
  /** digest of the first run a person accepted in this run */
  acceptedFirstRun: string | undefined;
  readonly #deps: Deps;
  readonly #memory: SetMemory;
  #set: ApplicationSet;
  #written = false;

  constructor(set: ApplicationSet, deps: Deps) {
    this.#set = set;
    this.#deps = deps;
    this.#memory = deps.memory.of(set);
    const { dryState } = this.#memory;
    const stored = deps.settings.dryRun && dryState !== undefined ? parseState(dryState) : stateOf(set);
    this.before = pruneState(stored, deps.clock.now());
    this.now = this.before;
  }

  /** The set as it is after the writes so far. */
  get set(): ApplicationSet {
    return this.#set;
  }

  /** The state as it is written now. */
  get stored(): HoldState {
    return this.#deps.settings.dryRun ? parseState(this.#memory.dryState) : stateOf(this.#set);
  }

  /** Something a person gave was taken up, and is not written yet. */
  get owes(): boolean {
    return !this.#written && (this.now.approval?.by === '' || this.acceptedFirstRun !== undefined);
  }

  /**
   * @param on the set as it is live: for deletions, and for what a person gave; else as it was planned
   *   for, as long as the server says that it is still that
   * @param patient it may wait until no Application is to be written: nothing rests on it yet
   * @throws SetChanged, ApiError
   */
  async write(barrier: LiveBarrier, on: 'live' | 'planned' = 'planned', patient = false): Promise<void> {
    const { client, live, settings, signal } = this.#deps;
    const isLive = on === 'live' || this.owes;
    let given: Given = { approval: false, firstRun: undefined };
    for (let attempt = 1; ; attempt++) {
      const fresh = isLive || attempt > 1 ? await barrier.look() : this.#set;
      given = this.#sign(fresh, given);
      const text = serialiseState(this.now);
      if (settings.dryRun) {
        this.#memory.dryState = text;
        this.#written = true;
        return;
      }
      const { namespace, name, uid, resourceVersion } = fresh.metadata;
      const metadata: JsonObject = {
        annotations: { [OWN.state]: text ?? null, ...this.#takenUp(fresh) },
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      };
      try {
        const options = { type: 'merge' as const, patient, ...(signal === undefined ? {} : { signal }) };
        const answer = await client.patch(RESOURCES.applicationSets, namespace, name, { metadata }, options);
        this.#set = asApplicationSet(answer);
        barrier.advance(this.#set);
        live.wroteSet(this.#set);
        this.#written = true;
        this.#tell(given);
        return;
      } catch (error) {
        const again = isConflict(error) || isNotFound(error);
        if (!again || attempt > LIMITS.replans) throw error;
      }
    }
  }

  /** Annotations of a person that this write takes off. */
  #takenUp({ metadata: { annotations } }: ApplicationSet): JsonObject {
    const { approval } = this.now;
    const done: Record<string, null> = {};
    if (approval !== undefined && approval.digest === annotations?.[OWN.approvedPlan]) {
      done[OWN.approvedPlan] = null;
    }
    const { acceptedFirstRun } = this;
    if (acceptedFirstRun !== undefined && acceptedFirstRun === annotations?.[OWN.acceptFirstRun]) {
      done[OWN.acceptFirstRun] = null;
    }
    return done;
  }

  /** Notes who gave what is taken up: the manager of its annotation. */
  #sign(fresh: ApplicationSet, before: Given): Given {
    const { approval } = this.now;
    const unsigned = approval?.by === '';
    if (approval !== undefined && unsigned) {
      this.now = { ...this.now, approval: { ...approval, by: managerOf(fresh, OWN.approvedPlan) } };
    }
    const isNew = !this.#written && this.acceptedFirstRun !== undefined;
    return {
      approval: unsigned || before.approval,
      firstRun: before.firstRun ?? (isNew ? managerOf(fresh, OWN.acceptFirstRun) : undefined),
    };
  }

  #tell({ approval, firstRun }: Given): void {
    const { log, events } = this.#deps;
    if (approval && this.now.approval !== undefined) {
      log.info(approvalLine(this.#set, this.now.approval), 'approval taken up');
      events.emit(approved(this.#set, this.now.approval));
    }
    if (firstRun === undefined) return;
    const digest = this.acceptedFirstRun;
    log.info(
      { audit: 'first run', applicationset: keyOf(this.#set), by: firstRun, digest },
      'first run accepted',
    );
    events.emit(firstRunAccepted(this.#set, firstRun));
  }
}

/** Field manager of an annotation, as the server recorded it. */
function managerOf(set: ApplicationSet, annotation: string): string {
  const owner = set.metadata.managedFields?.findLast((entry) => {
    const fields = entry.fieldsV1 as
      | { readonly 'f:metadata'?: { readonly 'f:annotations'?: object } }
      | undefined;
    return Object.hasOwn(fields?.['f:metadata']?.['f:annotations'] ?? {}, `f:${annotation}`);
  });
  return typeof owner?.manager === 'string' ? owner.manager : 'unknown';
}
