/**
 * Takes facts from the inbox and hands the sets they concern to the queue. In normal mode nothing is
 * read for it but the index; in compat mode the first child of a matrix may run, several facts at once.
 * A fact that cannot be matched is logged and dropped: polling finds what it told.
 */
import { setImmediate } from 'node:timers/promises';
import { type ApplicationSet, keyOf } from '../api/objects.ts';
import type { Clock } from '../support/clock.ts';
import type { Fact, Matches, SecondChildren, Verdict } from './contract.ts';
import type { Inbox, Waiting } from './inbox.ts';
import { matchSets } from './matching.ts';
import { refreshesAsReference } from './reference-matching.ts';
import type { SetIndex } from './set-index.ts';

export interface DispatcherOptions {
  readonly inbox: Inbox;
  readonly index: SetIndex;
  /** compat mode, and what the second child of a matrix comes to there */
  readonly compat?: SecondChildren;
  readonly clock: Clock;
  /** hands keys (namespace/name) to whoever works on sets */
  readonly enqueue: (reached: readonly Verdict[], fact: Fact) => void;
  readonly onDispatched?: (outcome: Dispatched) => void;
  readonly onFailure: (fact: Fact, error: unknown) => void;
}

/** What became of a fact. */
export interface Dispatched extends Matches {
  readonly fact: Fact;
  /** numbers of the deliveries it came from */
  readonly deliveries: readonly number[];
  /** ms since the first of them was answered */
  readonly waitedMs: number;
}

/** The sets of the reference, examined one after the other. */
export async function matchAsReference(
  sets: Iterable<ApplicationSet>,
  fact: Fact,
  second: SecondChildren,
): Promise<Matches> {
  const reached: Verdict[] = [];
  for (const set of sets) {
    if (await refreshesAsReference(set, fact, second))
      reached.push({ set: keyOf(set), why: 'as the reference matches' });
  }
  return { reached, passed: [] };
}

export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Works until the signal aborts, on `workers` facts at once; what still waits then is dropped. */
  async run(workers: number, signal: AbortSignal): Promise<void> {
    const work = async (): Promise<void> => {
      const { inbox } = this.#options;
      for (let item = await inbox.take(signal); item !== undefined; item = await inbox.take(signal)) {
        await this.#dispatch(item);
        await setImmediate();
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
  }

  async #dispatch({ fact, deliveries, since }: Waiting): Promise<void> {
    const { index, compat, clock, enqueue, onDispatched, onFailure } = this.#options;
    try {
      const matches =
        compat === undefined
          ? matchSets(index, fact)
          : await matchAsReference(
              [...index.all()].map(({ set }) => set),
              fact,
              compat,
            );
      if (matches.reached.length > 0) enqueue(matches.reached, fact);
      onDispatched?.({ ...matches, fact, deliveries, waitedMs: clock.monotonic() - since });
    } catch (error) {
      onFailure(fact, error);
    }
  }
}
