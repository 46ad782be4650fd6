/** The line of a deletion leaves the process before the deletion does; what nobody reads, deletes nothing. */
import { expect, test } from 'vitest';
import type { Log } from '../../../src/controller/log.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { list, Operator, shops } from './operator.ts';

const KEEP = { syncPolicy: { preserveResourcesOnDeletion: true } };

/** A log that keeps lines until it is flushed, as the one on stdout does. */
class BufferedLog implements Log {
  readonly taken: Record<string, unknown>[] = [];
  readonly #kept: Record<string, unknown>[] = [];
  stuck = false;
  flushes = 0;
  #asked = 0;
  mostAsked = 0;
  debug = () => {};
  info = (fields: object, msg: string) => {
    this.#kept.push({ ...fields, msg });
  };
  warn = this.info;
  error = this.info;
  flush(done: () => void): void {
    this.flushes += 1;
    if (this.stuck) return;
    this.#asked += 1;
    this.mostAsked = Math.max(this.mostAsked, this.#asked);
    setImmediate(() => {
      this.#asked -= 1;
      this.taken.push(...this.#kept.splice(0));
      done();
    });
  }
}

const cities = ['porto', 'lyon', 'oslo', 'bergen', 'cadiz', 'gent'];
async function aboutToDelete(): Promise<Operator> {
  const operator = new Operator({ concurrentApplicationUpdates: 10 });
  operator.apply(shops([list(...cities)], KEEP));
  await operator.run();
  operator.apply(shops([list('porto')], KEEP));
  return operator;
}

test('each deletion has its line taken before it is sent, by a turn they share', async () => {
  const operator = await aboutToDelete();
  const log = new BufferedLog();
  const late: string[] = [];
  operator.before = ({ verb, kind, name }) => {
    if (verb !== 'delete' || kind !== 'Application') return;
    const said = log.taken.some((line) => line['audit'] === 'deletion' && line['application'] === name);
    if (!said) late.push(name ?? '');
  };
  await operator.run({ log });
  expect(operator.names).toEqual(['shop-porto']);
  expect(late).toEqual([]);
  expect(log.taken.filter((line) => line['audit'] === 'deletion')).toHaveLength(5);
  expect(log.mostAsked).toBe(1);
  expect(log.flushes).toBeLessThan(5);
});

test('a log that takes nothing more holds up the deletion, and nothing else', async () => {
  const operator = await aboutToDelete();
  const log = new BufferedLog();
  log.stuck = true;
  operator.apply(shops([list('porto', 'nice')], KEEP));
  // the time it may take is waited for on the machine's clock, hurried
  const clock = {
    ...systemClockOf(operator),
    after: (_ms: number, task: () => void) => systemClock.after(20, task),
  };
  await operator.run({ log, clock });
  expect(operator.names).toEqual([...cities, 'nice'].map((city) => `shop-${city}`).sort());
  expect(operator.condition('ErrorOccurred')).toMatch(/^True DeleteApplicationError .*audit line/);
});

function systemClockOf({ clock }: Operator) {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: () => clock.sleep(),
  };
}
