/**
 * The last webhook calls and which sets they reached: what `appset webhooks` shows. Bounded in calls
 * and in names; lives in memory, as the queue does that it tells of.
 */
import type { Clock } from '../support/clock.ts';
import { rfc3339Millis } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import type { Route } from './http.ts';

export interface DeliveryEntry {
  readonly number: number;
  /** the sender's id */
  readonly id: string;
  readonly provider: string;
  readonly event: string;
  /** queued, ignored, refused, unauthentic, overflow */
  readonly verdict: string;
  readonly reason: string;
  /** `https://… main`, one for each fact */
  readonly about: readonly string[];
}

export interface ReachedSet {
  readonly set: string;
  readonly why: string;
}

export interface Delivery extends DeliveryEntry {
  /** RFC 3339 */
  readonly receivedAt: string;
  /** undefined: not matched yet, or nothing to match */
  readonly reached?: readonly ReachedSet[];
  /** sets of the repository that the call does not concern */
  readonly passed?: readonly ReachedSet[];
  /** sets beyond those named */
  readonly more?: number;
}

export class DeliveryLog {
  readonly #clock: Clock;
  readonly #bound: number;
  readonly #entries = new Map<number, Delivery>();

  constructor(clock: Clock, bound: number = LIMITS.webhookDeliveries) {
    this.#clock = clock;
    this.#bound = bound;
  }

  /** A call was answered; told again under the same number, the later word counts. */
  add(entry: DeliveryEntry): void {
    const before = this.#entries.get(entry.number);
    const receivedAt = before?.receivedAt ?? rfc3339Millis(this.#clock.now());
    this.#entries.set(entry.number, { ...before, ...entry, receivedAt });
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.#bound && !oldest.done) this.#entries.delete(oldest.value);
  }

  /** A fact of these calls was matched. */
  matched(numbers: readonly number[], reached: readonly ReachedSet[], passed: readonly ReachedSet[]): void {
    for (const number of numbers) {
      const entry = this.#entries.get(number);
      if (entry === undefined) continue;
      const all = [...(entry.reached ?? []), ...reached];
      const others = [...(entry.passed ?? []), ...passed];
      const bound = LIMITS.webhookSetsShown;
      const more = (entry.more ?? 0) + Math.max(0, all.length - bound) + Math.max(0, others.length - bound);
      this.#entries.set(number, {
        ...entry,
        reached: all.slice(0, bound),
        passed: others.slice(0, bound),
        more,
      });
    }
  }

  /** The last calls, newest first. */
  list(): readonly Delivery[] {
    return [...this.#entries.values()].reverse();
  }

  /** `{"deliveries": […]}`, newest first. */
  route(path: string): Route {
    return {
      path,
      handle: () => ({
        status: 200,
        body: `${JSON.stringify({ deliveries: this.list() })}\n`,
        contentType: 'application/json',
      }),
    };
  }
}
