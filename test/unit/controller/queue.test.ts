/** The work queue, on a clock that is moved by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRIORITY, runWorkers, WorkQueue } from '../../../src/controller/queue.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { seededRandom } from '../../../src/support/random.ts';

const setUp = () => {
  const clock = new ManualClock();
  return { clock, queue: new WorkQueue({ clock, random: seededRandom(1) }) };
};
/** Takes everything that is ready now. */
const drain = async (queue: WorkQueue): Promise<string[]> => {
  const keys: string[] = [];
  while (queue.depth > 0) {
    const key = (await queue.take()) ?? '';
    keys.push(key);
    queue.done(key);
  }
  return keys;
};
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('adding', () => {
  test('a key waits once', async () => {
    const { queue } = setUp();
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    expect(queue.depth).toBe(2);
    expect(await drain(queue)).toEqual(['a', 'b']);
  });

  test('a key a worker has is not given to another, and comes again when added meanwhile', async () => {
    const { queue } = setUp();
    queue.add('a');
    expect(await queue.take()).toBe('a');
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await drain(queue)).toEqual(['a']);
  });

  test('more urgent keys go first, equal ones in order', async () => {
    const { queue } = setUp();
    queue.add('old-1', PRIORITY.listing);
    queue.add('old-2', PRIORITY.listing);
    queue.add('edit-1');
    queue.add('edit-2');
    expect(await drain(queue)).toEqual(['edit-1', 'edit-2', 'old-1', 'old-2']);
  });

  test('an urgent wish lifts a key, a lesser one does not lower it', async () => {
    const { queue } = setUp();
    queue.add('a', PRIORITY.listing);
    queue.add('b', PRIORITY.listing);
    queue.add('b');
    queue.add('b', PRIORITY.listing);
    expect(await drain(queue)).toEqual(['b', 'a']);
  });

  test('the greatest priority asked for while a worker had the key counts afterwards', async () => {
    const { queue } = setUp();
    queue.add('a', PRIORITY.listing);
    await queue.take();
    queue.add('a', PRIORITY.listing);
    queue.add('a');
    queue.add('b', PRIORITY.listing);
    queue.done('a');
    expect(await drain(queue)).toEqual(['a', 'b']);
  });
});

describe('taking', () => {
  test('waits for a key, in the order of the waiting', async () => {
    const { queue } = setUp();
    const first = queue.take();
    const second = queue.take();
    queue.add('a');
    queue.add('b');
    expect(await Promise.all([first, second])).toEqual(['a', 'b']);
  });

  test('ends with the signal, and leaves no key behind with who has gone', async () => {
    const { queue } = setUp();
    const stop = new AbortController();
    const gone = queue.take(stop.signal);
    const stays = queue.take();
    stop.abort();
    expect(await gone).toBeUndefined();
    queue.add('a');
    expect(await stays).toBe('a');
  });

  test('closing ends the waiting, forgets what would come, and waits for what is worked on', async () => {
    const { clock, queue } = setUp();
    queue.add('a');
    await queue.take();
    const waiting = queue.take();
    queue.addAfter('later', 1000);
    let closed = false;
    const closing = queue.close().then(() => {
      closed = true;
    });
    expect(await waiting).toBeUndefined();
    clock.advance(2000);
    queue.add('b');
    await settle();
    expect([closed, queue.depth, queue.waiting]).toEqual([false, 0, 0]);
    queue.done('a');
    await closing;
    expect(await queue.take()).toBeUndefined();
  });
});

describe('later', () => {
  test('a key comes when its time has passed; of several wishes the earliest counts', async () => {
    const { clock, queue } = setUp();
    queue.addAfter('a', 1000);
    queue.addAfter('a', 300);
    queue.addAfter('a', 5000);
    expect(queue.waiting).toBe(1);
    clock.advance(299);
    expect(queue.depth).toBe(0);
    clock.advance(1);
    expect(await drain(queue)).toEqual(['a']);
    clock.advance(10_000);
    expect(queue.depth).toBe(0);
  });

  test('at once when there is nothing to wait for', () => {
    const { queue } = setUp();
    queue.addAfter('a', 0);
    expect(queue.depth).toBe(1);
  });
});

describe('failures', () => {
  test('wait 5 ms, doubled up to 1000 s, with a fifth of chance either way', () => {
    const { queue } = setUp();
    const waits = Array.from({ length: 25 }, () => queue.addFailed('a'));
    waits.forEach((wait, n) => {
      const base = Math.min(1_000_000, 5 * 2 ** n);
      expect(wait).toBeGreaterThanOrEqual(base * 0.8);
      expect(wait).toBeLessThanOrEqual(Math.min(1_000_000, base * 1.2));
    });
    expect(new Set(waits.map((wait, n) => wait / Math.min(1_000_000, 5 * 2 ** n))).size).toBeGreaterThan(10);
    expect(queue.failures('a')).toBe(25);
    queue.forget('a');
    expect(queue.addFailed('a')).toBeLessThanOrEqual(6);
  });

  test('are counted for each key on its own', () => {
    const { queue } = setUp();
    for (let n = 0; n < 10; n++) queue.addFailed('a');
    expect(queue.addFailed('b')).toBeLessThanOrEqual(6);
  });

  test('keep the priority the key had', async () => {
    const { clock, queue } = setUp();
    queue.add('a', PRIORITY.listing);
    await queue.take();
    queue.addFailed('a');
    queue.done('a');
    clock.advance(10);
    queue.add('b');
    expect(await drain(queue)).toEqual(['b', 'a']);
  });
});

describe('workers', () => {
  test('work on as many keys as there are workers, retry failures and stop with the signal', async () => {
    const { clock, queue } = setUp();
    const stop = new AbortController();
    const running = new Set<string>();
    const done: string[] = [];
    const failed: string[] = [];
    let most = 0;
    const gates = new Map<string, () => void>();
    const workers = runWorkers({
      queue,
      workers: 2,
      signal: stop.signal,
      work: async (key) => {
        running.add(key);
        most = Math.max(most, running.size);
        await new Promise<void>((resolve) => gates.set(key, resolve));
        running.delete(key);
        if (key === 'bad' && failed.length === 0) throw new TypeError('once');
        done.push(key);
        return key === 'again' ? { again: 60_000 } : {};
      },
      onFailure: (key, error, waitMs) => failed.push(`${key} ${String(error)} ${waitMs < 10}`),
    });
    for (const key of ['bad', 'again', 'c']) queue.add(key);
    const open = async (key: string) => {
      await expect.poll(() => gates.has(key)).toBe(true);
      gates.get(key)?.();
      gates.delete(key);
      await settle();
    };
    await open('bad');
    await open('again');
    await open('c');
    expect(most).toBe(2);
    expect(failed).toEqual(['bad TypeError: once true']);
    clock.advance(10);
    await open('bad');
    expect(done).toEqual(['again', 'c', 'bad']);
    expect(queue.failures('bad')).toBe(0);
    clock.advance(60_000);
    await open('again');
    stop.abort();
    await workers;
    expect(done.at(-1)).toBe('again');
  });
});

test('whatever happens: no key is with two workers, and none that was added is lost', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), key: fc.nat(4), priority: fc.constantFrom(0, -100) }),
    fc.record({ do: fc.constant('after' as const), key: fc.nat(4), ms: fc.nat(500) }),
    fc.record({ do: fc.constant('take' as const) }),
    fc.record({ do: fc.constant('done' as const), which: fc.nat(3), fails: fc.boolean() }),
    fc.record({ do: fc.constant('move' as const), ms: fc.nat(300) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock, queue } = setUp();
      const held: string[] = [];
      /** keys that were asked for after they were last handed out */
      const owed = new Set<string>();
      for (const action of steps) {
        if (action.do === 'add') {
          queue.add(String(action.key), action.priority);
          owed.add(String(action.key));
        } else if (action.do === 'after') {
          queue.addAfter(String(action.key), action.ms);
          owed.add(String(action.key));
        } else if (action.do === 'move') clock.advance(action.ms);
        else if (action.do === 'take') {
          if (queue.depth === 0) continue;
          const key = (await queue.take()) ?? '';
          expect(held).not.toContain(key);
          held.push(key);
          owed.delete(key);
        } else {
          const key = held.splice(action.which, 1)[0];
          if (key === undefined) continue;
          if (action.fails) {
            queue.addFailed(key);
            owed.add(key);
          }
          queue.done(key);
        }
      }
      for (const key of held.splice(0)) queue.done(key);
      clock.advance(2_000_000);
      const rest = new Set(await drain(queue));
      for (const key of owed) expect(rest.has(key)).toBe(true);
      expect([queue.depth, queue.waiting, queue.processing]).toEqual([0, 0, 0]);
    }),
  );
});

test('a worker that is released takes the next key; the key stays taken, and the end waits for it', async () => {
  const { queue } = setUp();
  const stop = new AbortController();
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  let over = false;
  const workers = runWorkers({
    queue,
    workers: 1,
    signal: stop.signal,
    work: async (key, release) => {
      started.push(key);
      release();
      await new Promise<void>((resolve) => ends.set(key, resolve));
      return {};
    },
    onFailure: (_key, error) => expect.unreachable(String(error)),
  }).then(() => {
    over = true;
  });
  for (const key of ['a', 'b']) queue.add(key);
  await settle();
  expect(started).toEqual(['a', 'b']);
  queue.add('a');
  await settle();
  expect(started).toEqual(['a', 'b']);
  ends.get('a')?.();
  await settle();
  expect(started).toEqual(['a', 'b', 'a']);
  stop.abort();
  ends.get('b')?.();
  await settle();
  expect(over).toBe(false);
  ends.get('a')?.();
  await workers;
});
