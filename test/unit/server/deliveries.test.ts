/** The last webhook calls: newest first, bounded in calls and in names. */
import { expect, test } from 'vitest';
import { DeliveryLog } from '../../../src/server/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';
import { LIMITS } from '../../../src/support/limits.ts';

const entry = (number: number) => ({
  number,
  id: `id-${number}`,
  provider: 'github',
  event: 'push',
  verdict: 'queued',
  reason: '',
  about: ['https://git.example.org/a main'],
});

test('the oldest call goes first', () => {
  const log = new DeliveryLog(new ManualClock(), 2);
  for (const number of [1, 2, 3]) log.add(entry(number));
  expect(log.list().map(({ number }) => number)).toEqual([3, 2]);
  log.matched([1], [{ set: 'a/b', why: '' }], []);
  expect(log.list()).toHaveLength(2);
});

test('what became of it is added, over all its facts', () => {
  const clock = new ManualClock();
  const log = new DeliveryLog(clock);
  log.add(entry(1));
  clock.advance(5_000);
  log.matched([1], [{ set: 'argocd/a', why: 'x' }], []);
  log.matched([1], [{ set: 'argocd/b', why: 'y' }], [{ set: 'argocd/c', why: 'z' }]);
  log.add({ ...entry(1), verdict: 'overflow' });
  expect(log.list()).toEqual([
    {
      ...entry(1),
      verdict: 'overflow',
      receivedAt: '2030-01-01T00:00:00.000Z',
      reached: [
        { set: 'argocd/a', why: 'x' },
        { set: 'argocd/b', why: 'y' },
      ],
      passed: [{ set: 'argocd/c', why: 'z' }],
      more: 0,
    },
  ]);
});

test('names beyond the bound are counted', () => {
  const log = new DeliveryLog(new ManualClock());
  log.add(entry(1));
  const many = Array.from({ length: LIMITS.webhookSetsShown + 7 }, (_, i) => ({
    set: `argocd/${i}`,
    why: '',
  }));
  log.matched([1], many, []);
  const [delivery] = log.list();
  expect([delivery?.reached?.length, delivery?.more]).toEqual([LIMITS.webhookSetsShown, 7]);
});
