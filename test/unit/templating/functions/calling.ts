/** Calling template functions directly, with chance and time that a test decides. */
import { ManualClock } from '../../../../src/support/clock.ts';
import { seededRandom } from '../../../../src/support/random.ts';
import { GO_FUNCTIONS } from '../../../../src/templating/functions/index.ts';
import type { CallContext, GoValue } from '../../../../src/templating/values.ts';

export const START = Date.UTC(2030, 0, 1);

/** A context without bounds. */
export function freeContext(seed = 1, clock = new ManualClock(START)): CallContext {
  return { clock, random: seededRandom(seed), spend: () => undefined, grow: () => undefined };
}

export function call(name: string, args: readonly GoValue[], context = freeContext()): GoValue {
  const target = GO_FUNCTIONS.get(name);
  if (target === undefined) throw new TypeError(`no function ${name}`);
  return target.call(args, context);
}
