/**
 * How old what is known of a repository's refs may be when a set is looked at again. Polling sets share
 * one look an interval; whoever knows of a change (a webhook, an edit, a person's refresh, deletions
 * that wait for a second look) is answered with what was read after it.
 */
import { REFRESH_SET_ANNOTATION } from '../api/names.ts';
import { type ApplicationSet, type JsonObject, keyOf } from '../api/objects.ts';
import { requeueAfterSeconds } from '../generators/index.ts';
import { evaluationSettings } from '../planning/evaluate.ts';
import type { Clock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import type { ControllerSettings } from './settings.ts';

export class GitFreshness {
  readonly #clock: Clock;
  readonly #settings: ControllerSettings;
  /** set → monotonic time since which refs count */
  readonly #since = new Map<string, number>();

  constructor(clock: Clock, settings: ControllerSettings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Something has changed for these sets, by now. */
  changed(sets: Iterable<string>): void {
    const now = this.#clock.monotonic();
    for (const set of sets) this.#since.set(set, now);
  }

  forget(set: string): void {
    this.#since.delete(set);
  }

  /**
   * Monotonic time since which refs must have been read for the run of a set that begins now.
   *
   * @param waits deletions of the set wait for a second look
   */
  since(set: ApplicationSet, waits: boolean): number {
    const now = this.#clock.monotonic();
    if (waits || set.metadata.annotations?.[REFRESH_SET_ANNOTATION] !== undefined) return now;
    const noted = this.#since.get(keyOf(set)) ?? Number.NEGATIVE_INFINITY;
    return Math.max(noted, now - this.#intervalMs(set) + LIMITS.pollSlackMs);
  }

  /** Milliseconds until the next poll of a set whose refs are that old: counted from the look, so that sets stay together. */
  untilPoll(intervalMs: number, ageMs: number): number {
    return ageMs > 0 && ageMs < intervalMs ? intervalMs - ageMs : intervalMs;
  }

  #intervalMs(set: ApplicationSet): number {
    const { compat, requeueAfterSeconds: usual } = this.#settings;
    const settings = evaluationSettings({ compat, requeueAfterSeconds: usual });
    const generators = (set.spec.generators ?? []) as readonly JsonObject[];
    return Math.max(0, requeueAfterSeconds(generators, settings)) * 1_000;
  }
}
