/** What a person let go, and what they did not: approvals, pauses, settings that cannot be read, slow leaks. */
import { expect } from 'vitest';
import { ApiError, RESOURCES } from '../../src/api/client.ts';
import { RESOURCES_FINALIZER } from '../../src/api/names.ts';
import { cities, list, named, type Story, story } from '../harness/story.ts';
import { until } from '../harness/until.ts';

const SETS = RESOURCES.applicationSets;
/** Twenty Applications of which `less` are to go: more than a budget. */
async function overBudget(it: Story, less = 10): Promise<string> {
  await it.apply([list(...cities(20))]);
  await it.untilAlive(named('shops', cities(20)));
  await it.apply([list(...cities(20 - less))]);
  return it.untilHeld('DeletionBudget');
}
const approve = (it: Story, digest: string) => it.annotate({ 'appset-operator.io/approved-plan': digest });
const refusedDeletes = ({ verb, kind }: { verb: string; kind: string }) =>
  verb === 'delete' && kind === 'Application' ? new ApiError(500, 'InternalError', 'refused') : undefined;

story('an approval is used up: the same loss a day later is held again', async (it) => {
  await it.operate();
  const told = await overBudget(it);
  await it.follow(told);
  await it.untilAlive(named('shops', cities(10)));
  await it.untilQuiet();
  expect((await it.set()).metadata.annotations).not.toHaveProperty(['appset-operator.io/approved-plan']);
  await it.clock.pass(700);
  await it.apply([list(...cities(2))]);
  await it.untilHeld('DeletionBudget');
  await it.stays();
});

story('an approval committed to git for good releases nothing later', async (it) => {
  await it.operate();
  const told = await overBudget(it);
  const digest = it.digestIn(told);
  await approve(it, digest);
  await it.untilAlive(named('shops', cities(10)));
  await it.apply([list(...cities(20))]);
  await it.untilTold('ResourcesUpToDate', /^True|^False/);
  await it.clock.pass(700);
  await it.settled();
  const names = await it.alive();
  await it.apply([list(...cities(1))], { annotations: { 'appset-operator.io/approved-plan': digest } });
  const again = await it.untilTold('DeletionsHeld', /approved-plan [0-9a-f]{12} is not the plan/);
  expect(again).toMatch(/appset approve .*--plan/);
  await it.stays();
  expect(await it.alive()).toEqual(names);
});

story('an approval that comes after the set changed releases nothing', async (it) => {
  await it.operate();
  const digest = it.digestIn(await overBudget(it));
  await it.apply([list(...cities(3))]);
  await it.untilTold('DeletionsHeld', /17 deletions held/);
  await approve(it, digest);
  await it.untilTold('DeletionsHeld', /is not the plan that is held now/);
  await it.stays();
  const { code, stderr } = await it.run(
    `appset approve shops -n ${it.namespace} --plan ${digest.slice(0, 12)}`,
  );
  expect(code).not.toBe(0);
  expect(stderr).toContain('look again before you approve');
});

story('an approval of one set is none of another', async (it) => {
  await it.operate();
  const digest = it.digestIn(await overBudget(it));
  await it.apply([list(...cities(20))], { name: 'other' });
  await it.untilQuiet('other');
  await it.apply([list(...cities(10))], { name: 'other' });
  await it.untilHeld('DeletionBudget', 'other');
  await it.annotate({ 'appset-operator.io/approved-plan': digest }, 'other');
  await it.untilTold('DeletionsHeld', /is not the plan/, 'other');
  await it.stays();
});

story('an approval ends after an hour: what was refused until then is held again', async (it) => {
  await it.operate();
  const told = await overBudget(it);
  it.fault = refusedDeletes;
  await approve(it, it.digestIn(told));
  await until('a deletion to be tried', () => it.deletions().length > 0, { timeoutMs: 60_000 });
  await it.clock.pass(3_700);
  it.fault = undefined;
  await it.settled();
  await it.untilHeld('DeletionBudget');
  expect(await it.alive()).toEqual(named('shops', cities(20)));
});

story('an approval under way does not take along what comes later', async (it) => {
  await it.operate();
  const told = await overBudget(it);
  it.fault = refusedDeletes;
  await approve(it, it.digestIn(told));
  await until('a deletion to be tried', () => it.deletions().length > 0, { timeoutMs: 60_000 });
  await it.apply([list(...cities(4))]);
  await it.untilTold('DeletionsHeld', /16 deletions held/);
  it.fault = undefined;
  await it.settled();
  await it.stays();
  expect(await it.alive()).toEqual(named('shops', cities(20)));
});

story('a restart in the middle of an approved deletion: it is finished, and nothing more', async (it) => {
  const operator = await it.operate({ concurrentApplicationUpdates: 1 });
  await it.apply([list(...cities(40))]);
  await it.untilAlive(named('shops', cities(40)));
  await it.apply([list(...cities(15))]);
  const told = await it.untilHeld('DeletionBudget');
  let allowed = 7;
  it.fault = (call) => {
    if (refusedDeletes(call) === undefined) return undefined;
    allowed -= 1;
    return allowed >= 0 ? undefined : new ApiError(0, '', 'connection reset');
  };
  await approve(it, it.digestIn(told));
  await until('some to be deleted', () => allowed < 0, { timeoutMs: 60_000 });
  await it.stop(operator);
  const left = (await it.alive()).length;
  expect(left).toBeGreaterThan(15);
  expect(left).toBeLessThan(40);
  it.fault = undefined;
  await it.operate();
  await it.untilAlive(named('shops', cities(15)));
  await it.untilQuiet();
  await it.stays();
});

story('a hold stands after a restart, with the same digest', async (it) => {
  const operator = await it.operate();
  const told = await overBudget(it);
  await it.restart(operator);
  await it.stays();
  expect(it.digestIn(await it.untilHeld('DeletionBudget'))).toBe(it.digestIn(told));
});

story('a slow leak, one element every half minute: the eighth is held', async (it) => {
  // the reference has no memory of what it deleted
  await it.operate({ clusterSettleSeconds: 1 });
  await it.apply([list(...cities(30))]);
  await it.untilAlive(named('shops', cities(30)));
  for (let left = 29; left >= 24; left -= 1) {
    await it.apply([list(...cities(left))]);
    await it.untilTold('DeletionsHeld', /^True Grace/);
    await it.clock.pass(30);
    await it.untilAlive(named('shops', cities(left)));
  }
  await it.apply([list(...cities(23))]);
  const told = await it.untilHeld('DeletionBudget');
  expect(told).toMatch(/1 deletions? and 6 of the last 10 minutes.*appset approve .*max-deletions/);
  await it.stays(60);
});

story('cd#7412 a limit in percent is kept to: 3 of 20 with 10 %', async (it) => {
  await it.operate();
  await it.apply([list(...cities(20))], { annotations: { 'appset-operator.io/max-deletions': '10%' } });
  await it.untilAlive(named('shops', cities(20)));
  await it.apply([list(...cities(17))]);
  const told = await it.untilHeld('DeletionBudget');
  expect(told).toContain('more than the 2 allowed (max-deletions 10% of 20)');
  await it.stays();
});

story('a limit that cannot be read counts as none allowed', async (it) => {
  await it.operate();
  await it.apply([list(...cities(20))], { annotations: { 'appset-operator.io/max-deletions': 'ten' } });
  await it.untilAlive(named('shops', cities(20)));
  await it.apply([list(...cities(19))]);
  await it.untilHeld('DeletionBudget');
  expect(await it.condition('InvalidSetting')).toContain('max-deletions: "ten" cannot be read');
  await it.stays();
});

story('a grace that cannot be read: nothing is deleted', async (it) => {
  await it.operate();
  await it.apply([list(...cities(5))], { annotations: { 'appset-operator.io/deletion-grace': 'soon' } });
  await it.untilAlive(named('shops', cities(5)));
  await it.apply([list(...cities(4))]);
  await it.untilTold('DeletionsHeld', /^True Grace .*cannot be read/);
  await it.stays(900);
});

story('paused in an incident: no deletion until it is resumed', async (it) => {
  await it.operate();
  await it.apply([list(...cities(5))]);
  await it.untilAlive(named('shops', cities(5)));
  expect(await it.run(`appset pause shops -n ${it.namespace}`)).toMatchObject({ code: 0 });
  await it.apply([list(...cities(4))]);
  const told = await it.untilHeld('Paused');
  expect(told).toContain('appset resume');
  await it.stays();
  expect(await it.run(`appset resume shops -n ${it.namespace}`)).toMatchObject({ code: 0 });
  await it.clock.pass(5);
  await it.untilAlive(named('shops', cities(4)));
});

story('everything paused for all sets: nothing is written, whatever is edited', async (it) => {
  await it.operate();
  await it.apply([list(...cities(5))]);
  await it.untilAlive(named('shops', cities(5)));
  const line = `--all --control-plane ${it.namespace}`;
  expect(await it.run(`appset pause --writes ${line}`)).toMatchObject({ code: 0 });
  await until('the pause to be seen', () =>
    it.running().every(({ caches }) => caches.ownConfig.list().length > 0),
  );
  await it.apply([list(...cities(3, 3))]);
  await it.untilHeld('Paused');
  await it.stays();
  expect(await it.run(`appset resume ${line}`)).toMatchObject({ code: 0 });
  await it.clock.pass(5);
  await it.untilAlive(named('shops', cities(3, 3)));
});

story('an Application marked to be kept stays, even when its set is deleted', async (it) => {
  await it.operate();
  await it.apply([list('porto', 'lyon')]);
  await it.untilAlive(['shops-lyon', 'shops-porto']);
  await it.patch(RESOURCES.applications, 'shops-lyon', {
    metadata: { annotations: { 'appset-operator.io/keep': 'true' } },
  });
  await it.apply([list('porto')]);
  await until(
    'it to be let go',
    async () => (await it.application('shops-lyon')).metadata.ownerReferences === undefined,
    { timeoutMs: 60_000 },
  );
  await it.settled();
  await it.remove(SETS, 'shops');
  await until('the other to be collected', async () => !(await it.alive()).includes('shops-porto'), {
    timeoutMs: 60_000,
  });
  expect(await it.alive()).toEqual(['shops-lyon']);
});

story(
  'an Application marked to be kept stays when its set is deleted that generates it still',
  async (it) => {
    // the reference: has no mark against deletion
    await it.operate();
    await it.apply([list('porto', 'lyon')], { metadata: { finalizers: [RESOURCES_FINALIZER] } });
    await it.untilAlive(['shops-lyon', 'shops-porto']);
    const metadata = { annotations: { 'appset-operator.io/keep': 'true' } };
    await it.patch(RESOURCES.applications, 'shops-lyon', { metadata });
    await it.settled();
    await it.remove(SETS, 'shops');
    await it.untilAlive(['shops-lyon']);
    await it.pass(60);
    expect(await it.alive()).toEqual(['shops-lyon']);
  },
);

story('a state that somebody broke holds everything', async (it) => {
  const operator = await it.operate();
  await it.apply([list(...cities(5))]);
  await it.untilAlive(named('shops', cities(5)));
  await it.stop(operator);
  await it.annotate({ 'appset-operator.io/state': 'garbage' });
  await it.apply([list(...cities(4))]);
  await it.operate();
  const told = await it.untilHeld('FirstRun');
  expect(told).toMatch(/cannot be read.*appset approve/);
  await it.stays();
});
