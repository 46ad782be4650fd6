/** Leader election, on a clock that is moved by hand, against the sandbox's store. */
import { beforeEach, describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import { LeaderElector, type Leadership } from '../../../src/kube/index.ts';
import { createStore, Faults, StoreClient } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { seededRandom } from '../../../src/support/random.ts';

const settle = async () => {
  for (let turn = 0; turn < 12; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

let clock: ManualClock;
let api: StoreClient;
beforeEach(() => {
  clock = new ManualClock();
  api = createStore({ clock, random: seededRandom(1) });
});
/** Moves the clock by small steps, so that every process gets its turns. */
const pass = async (ms: number) => {
  for (let moved = 0; moved < ms; moved += 500) {
    clock.advance(500);
    await settle();
  }
};
const spec = async () => (await api.get(RESOURCES.leases, 'argocd', 'appset')).spec;

/** One process that stands for election, with its own connection and (by `clockOfItsOwn`) its own wall clock. */
function candidate(identity: string) {
  const client = createClient();
  const stop = new AbortController();
  const state: { leadership?: Leadership; finish: () => void; ended?: string; troubles: string[] } = {
    finish: () => {},
    troubles: [],
  };
  const elector = new LeaderElector({
    client,
    clock,
    random: seededRandom(identity.length),
    namespace: 'argocd',
    name: 'appset',
    identity,
    onTrouble: (message) => state.troubles.push(message),
  });
  const run = elector
    .run(stop.signal, (leadership) => {
      state.leadership = leadership;
      return new Promise<void>((resolve) => {
        state.finish = resolve;
        leadership.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    })
    .then((ended) => {
      state.ended = ended;
    });
  return { client, elector, stop, state, run };
}
/** Another client on the same store, with faults of its own. */
const createClient = () => new StoreClient(api.store, new Faults(clock));

describe('holding', () => {
  test('the first takes it and renews it every two seconds; times are written to the microsecond', async () => {
    const a = candidate('a');
    await settle();
    expect(a.elector.leading).toBe(true);
    expect(await spec()).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 12,
      acquireTime: '2030-01-01T00:00:00.000000Z',
      renewTime: '2030-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    });
    await pass(4_000);
    expect(await spec()).toMatchObject({
      acquireTime: '2030-01-01T00:00:00.000000Z',
      renewTime: '2030-01-01T00:00:04.000000Z',
    });
    expect(a.state.leadership?.mayWrite()).toBe(true);
    a.stop.abort();
    a.state.finish();
    await a.run;
  });

  test('the second waits as long as the first renews', async () => {
    const a = candidate('a');
    await settle();
    const b = candidate('bb');
    await pass(60_000);
    expect([a.elector.leading, b.elector.leading, b.elector.holder]).toEqual([true, false, 'a']);
    b.stop.abort();
    await b.run;
    expect(b.state.ended).toBe('released');
    a.state.finish();
    await a.run;
  });
});

describe('passing on', () => {
  test('letting go on purpose drains first, then clears the holder, so that the next one need not wait', async () => {
    const a = candidate('a');
    await settle();
    const b = candidate('bb');
    await pass(1_000);
    a.stop.abort();
    await pass(20_000);
    expect([a.elector.leading, b.elector.leading]).toEqual([true, false]);
    a.state.finish();
    await a.run;
    expect([a.state.ended, (await spec())?.holderIdentity]).toEqual(['released', '']);
    await pass(5_000);
    expect(b.elector.leading).toBe(true);
    expect(await spec()).toMatchObject({ holderIdentity: 'bb', leaseTransitions: 1 });
    b.state.finish();
    await b.run;
  });

  test('a renewal whose answer was lost does not keep the Lease from being let go', async () => {
    const a = candidate('a');
    await settle();
    a.client.faults.add({ verb: 'update', kind: 'Lease', times: 1, effect: { type: 'cut', when: 'after' } });
    await pass(2_000);
    expect(await spec()).toMatchObject({ holderIdentity: 'a', renewTime: '2030-01-01T00:00:02.000000Z' });
    a.stop.abort();
    a.state.finish();
    await a.run;
    expect([a.state.ended, (await spec())?.holderIdentity]).toEqual(['released', '']);
  });

  test('a holder that has died is followed after its time, counted from when it was last seen to change', async () => {
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'appset', namespace: 'argocd' },
      // a clock far behind ours: by its times it ran out long ago
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2020-01-01T00:00:00.000000Z' },
    };
    await api.create(RESOURCES.leases, lease);
    const b = candidate('bb');
    await pass(14_500);
    expect(b.elector.leading).toBe(false);
    await pass(6_000);
    expect(b.elector.leading).toBe(true);
    b.state.finish();
    await b.run;
  });

  test.each([0, 500, 1_000, 1_500])(
    'whoever dies %s ms after a renewal is followed within 15 seconds, and not before its time',
    async (after) => {
      const a = candidate('a');
      await settle();
      const b = candidate('bb');
      await pass(4_000 + after);
      // nothing of it reaches the server any more
      a.client.faults.add({ effect: { type: 'cut', when: 'before' } });
      await pass(LIMITS.leaseDurationMs - after - 500);
      expect(b.elector.leading).toBe(false);
      await pass(15_000 - (LIMITS.leaseDurationMs - after - 500) - 500);
      expect(b.elector.leading).toBe(true);
      b.state.finish();
      await Promise.all([a.run, b.run]);
    },
  );

  test('the times fit each other as client-go demands it', () => {
    const { leaseDurationMs, leaseRenewDeadlineMs, leaseRetryMs, leaseMarginMs } = LIMITS;
    expect(leaseDurationMs).toBeGreaterThan(leaseRenewDeadlineMs);
    expect(leaseRenewDeadlineMs).toBeGreaterThan(leaseRetryMs * 1.2);
    // who may still write has not given up, and nobody else has stepped up
    expect(leaseDurationMs - leaseMarginMs).toBeGreaterThanOrEqual(leaseRenewDeadlineMs);
  });

  test('a jump of the wall clock changes nothing', async () => {
    const a = candidate('a');
    await settle();
    const b = candidate('bb');
    await pass(3_000);
    clock.jump(3_600_000);
    await pass(5_000);
    expect([a.elector.leading, b.elector.leading]).toEqual([true, false]);
    a.state.finish();
    b.stop.abort();
    await Promise.all([a.run, b.run]);
  });
});

describe('losing', () => {
  test('a leader that cannot renew stops writing, then steps down, before another steps up', async () => {
    const a = candidate('a');
    await settle();
    const b = candidate('bb');
    await pass(2_000);
    a.client.faults.add({ effect: { type: 'cut', when: 'before' } });
    const log: string[] = [];
    for (let half = 0; half < 60; half++) {
      await pass(500);
      const both = a.elector.leading && b.elector.leading;
      const late = a.state.leadership?.mayWrite() === true && b.elector.leading;
      if (both || late) log.push(`two leaders at ${half}`);
    }
    expect(log).toEqual([]);
    expect([a.state.ended, b.elector.leading]).toEqual(['lost', true]);
    expect(a.state.leadership?.signal.aborted).toBe(true);
    expect(a.state.leadership?.mayWrite()).toBe(false);
    expect(a.state.troubles[0]).toContain('lease argocd/appset: ');
    b.state.finish();
    await b.run;
  });

  test('a renewal that hangs is no renewal', async () => {
    const a = candidate('a');
    await settle();
    a.client.faults.add({ effect: { type: 'delay', ms: 3_600_000 } });
    await pass(13_000);
    expect(a.state.leadership?.signal.aborted).toBe(true);
    clock.advance(3_600_000);
    await a.run;
    expect(a.state.ended).toBe('lost');
  });

  test('when somebody else took the Lease, leadership ends at once', async () => {
    const a = candidate('a');
    await settle();
    const patch = { spec: { holderIdentity: 'usurper' } };
    await api.patch(RESOURCES.leases, 'argocd', 'appset', patch, { type: 'merge' });
    await pass(2_500);
    expect(a.state.ended).toBe('lost');
    expect(await spec()).toMatchObject({ holderIdentity: 'usurper' });
  });

  test('one failed renewal is not the end', async () => {
    const a = candidate('a');
    await settle();
    a.client.faults.add({ verb: 'update', effect: { type: 'refuse', code: 500 }, times: 2 });
    await pass(12_000);
    expect([a.elector.leading, a.state.troubles.length]).toEqual([true, 2]);
    a.state.finish();
    await a.run;
  });
});
