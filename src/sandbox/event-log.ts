/**
 * What happened, in order of resourceVersion, for as long as it is remembered. The log is bounded:
 * what it has forgotten is known by `floor`, and a watch from before that is refused (410 Expired).
 */
import type { KubeObject } from '../api/objects.ts';
import type { Kind } from './kinds.ts';

export interface StoredEvent {
  /** the resourceVersion this change was given */
  readonly revision: number;
  readonly kind: Kind;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** the object after the change; of a deletion its last state, with the revision of the deletion */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

export class EventLog {
  readonly #bound: number;
  #events: StoredEvent[] = [];
  /** entries at the front of #events that are forgotten */
  #start = 0;
  #floor = 0;

  constructor(bound: number) {
    this.#bound = bound;
  }

  /** The newest revision that is forgotten: watches may start from here or later. */
  get floor(): number {
    return this.#floor;
  }

  add(event: StoredEvent): void {
    this.#events.push(event);
    if (this.#events.length - this.#start > this.#bound) this.#forget(1);
  }

  /** Forgets everything up to and with `revision`, as a compaction does. */
  compact(revision: number): void {
    const rest = this.#events.findIndex((event) => event.revision > revision);
    this.#floor = Math.max(this.#floor, revision);
    this.#events = rest < 0 ? [] : this.#events.slice(Math.max(rest, this.#start));
    this.#start = 0;
  }

  #forget(count: number): void {
    this.#start += count;
    this.#floor = this.#events[this.#start - 1]?.revision ?? this.#floor;
    if (this.#start > this.#bound) {
      this.#events = this.#events.slice(this.#start);
      this.#start = 0;
    }
  }

  /** Events after `revision`, oldest first. */
  *after(revision: number): Generator<StoredEvent> {
    let low = this.#start;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    for (; low < this.#events.length; low += 1) {
      const event = this.#events[low];
      if (event !== undefined) yield event;
    }
  }
}
