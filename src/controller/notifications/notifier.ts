/**
 * Turns runs into notifications: one when a set begins to hold something for a person or a source of it
 * begins to fail, one when that ends, and nothing in between. What stands is kept in memory: after a
 * restart, or under another leader, what still stands is told once more.
 */
import { heldSummary, needsPerson } from '../../planning/holds/index.ts';
import { type Clock, rfc3339 } from '../../support/clock.ts';
import { messageOf } from '../../support/errors.ts';
import type { FinishedRun } from '../manager.ts';
import type { Notification, NotificationEvent } from './messages.ts';

interface Standing {
  held: boolean;
  failing: boolean;
}

export class Notifier {
  readonly #clock: Clock;
  readonly #send: (notification: Notification) => void;
  readonly #standing = new Map<string, Standing>();

  /** @param send must not wait and must not throw */
  constructor(clock: Clock, send: (notification: Notification) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** A run ended. One that came to no plan, and met no failed source, tells nothing of either. */
  ran({ set, result }: FinishedRun): void {
    const { plan, failedSources = [] } = result;
    const standing = this.#standing.get(set) ?? { held: false, failing: false };
    this.#sources(set, standing, failedSources, plan !== undefined);
    if (plan?.holds !== undefined && plan.stopped === undefined) this.#holds(set, standing, plan.holds);
    if (standing.held || standing.failing) this.#standing.set(set, standing);
    else this.#standing.delete(set);
  }

  /** The set is gone. */
  forget(set: string): void {
    this.#standing.delete(set);
  }

  #sources(set: string, standing: Standing, failed: readonly unknown[], planned: boolean): void {
    const [first] = failed;
    if (first !== undefined && !standing.failing) {
      standing.failing = true;
      const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : '';
      this.#tell(
        'SourceFailed',
        set,
        `a source cannot be read, nothing is deleted meanwhile: ${messageOf(first)}${more}`,
      );
    } else if (first === undefined && planned && standing.failing) {
      standing.failing = false;
      this.#tell('SourceRecovered', set, 'all sources can be read again');
    }
  }

  #holds(
    set: string,
    standing: Standing,
    decision: NonNullable<NonNullable<FinishedRun['result']['plan']>['holds']>,
  ): void {
    const held = needsPerson(decision);
    if (held && !standing.held) {
      standing.held = true;
      const [first] = decision.holds;
      const slash = set.indexOf('/');
      const digest = decision.digest ?? '';
      const approve = `appset approve ${set.slice(slash + 1)} -n ${set.slice(0, slash)} --plan ${digest.slice(0, 12)}`;
      const message = `${heldSummary(decision)}: ${first?.reason ?? ''}: ${first?.message ?? ''}. To release: ${approve}`;
      this.#tell('DeletionsHeld', set, message, digest);
    } else if (!held && standing.held) {
      standing.held = false;
      this.#tell('DeletionsReleased', set, 'nothing waits for a person any more');
    }
  }

  #tell(event: NotificationEvent, set: string, message: string, digest?: string): void {
    const time = rfc3339(this.#clock.now());
    this.#send({ event, set, time, message, ...(digest === undefined ? {} : { digest }) });
  }
}
