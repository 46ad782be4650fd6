/**
 * Waiting for a condition: what tests do instead of sleeping. A check is asked again until it answers
 * with something true, and whoever waits in vain is told what for, and what was seen last.
 */
import { systemClock } from '../../src/support/clock.ts';
import { messageOf } from '../../src/support/errors.ts';

/** Thrown by a check: it will never come true. */
export class InVain extends Error {}

const FIRST_MS = 10;
const LONGEST_MS = 250;

/**
 * The first true answer of `check`; one that throws counts as not yet.
 *
 * @param last what was seen, for the message of a failure
 */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  {
    timeoutMs = 30_000,
    longestMs = LONGEST_MS,
    last = () => '',
  }: { timeoutMs?: number; longestMs?: number; last?: () => string } = {},
): Promise<T> {
  const end = systemClock.monotonic() + timeoutMs;
  let trouble = '';
  for (let wait = FIRST_MS; ; wait = Math.min(longestMs, wait * 1.5)) {
    try {
      const answer = await check();
      if (answer !== undefined && answer !== false) return answer;
      trouble = '';
    } catch (error) {
      if (error instanceof InVain) throw error;
      trouble = messageOf(error);
    }
    if (systemClock.monotonic() > end) {
      throw new Error(`waited ${timeoutMs / 1_000} s in vain for ${what} ${trouble} ${last()}`.trim());
    }
    await systemClock.sleep(wait);
  }
}
