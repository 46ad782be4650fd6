/**
 * Eighty sets on one repository: one look at its refs an interval serves them all, and one commit wakes
 * exactly those whose patterns it touches.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/api/objects.ts';
import { systemClock } from '../../../src/support/clock.ts';
import { type Running, SECRET, until, World } from './operators.ts';

const SETS = 80;
/** seconds between two polls */
const INTERVAL = 3;
const name = (index: number): string => `s${String(index).padStart(2, '0')}`;
const all = Array.from({ length: SETS }, (_, index) => name(index));

let world: World;
beforeEach(async () => {
  world = new World();
  await world.begin();
  await world.secret('argocd-secret', { 'webhook.github.secret': SECRET, 'server.secretkey': 'unused' });
  const files = Object.fromEntries(all.map((set) => [`teams/${set}/web/values.yaml`, 'a: 1\n']));
  world.repository.write({ ...files, 'docs/readme': 'x' }).commit();
});
afterEach(() => world.end());

const makeSets = async (requeueAfterSeconds: number): Promise<void> => {
  for (const set of all) {
    const directories = [{ path: `teams/${set}/*` }];
    await world.set(set, [
      { git: { repoURL: world.url, revision: 'main', directories, requeueAfterSeconds } },
    ]);
  }
};

const settled = ({ operator: { queue } }: Running) =>
  until(() => expect(queue.processing + queue.depth).toBe(0));

test('one commit wakes exactly the sets whose patterns it touches, with one look at the refs', async () => {
  await makeSets(3_600);
  const running = await world.start('first');
  await until(async () => expect(await world.applications()).toHaveLength(SETS));
  await settled(running);
  expect(world.looks()).toBe(1);
  const { added } = running.operator.queue;

  const touched = ['teams/s03/cart/values.yaml', 'teams/s41/cart/values.yaml'];
  const modified = ['docs/readme', 'teams/s07/web/values.yaml'];
  world.repository
    .write(Object.fromEntries([...touched, ...modified].map((path) => [path, 'b: 2\n'])))
    .commit();
  const body: JsonObject = {
    ref: 'refs/heads/main',
    before: world.repository.git('rev-parse', 'HEAD~1'),
    after: world.repository.git('rev-parse', 'HEAD'),
    repository: { name: 'shop', html_url: world.url, default_branch: 'main', owner: { login: 'acme' } },
    commits: [{ id: world.repository.git('rev-parse', 'HEAD'), added: touched, removed: [], modified }],
  };
  expect((await running.call(body)).status).toBe(200);

  await until(async () => expect(await world.applications()).toHaveLength(SETS + touched.length));
  await settled(running);
  const [delivery] = await running.deliveries();
  expect(delivery?.reached?.map(({ set }) => set).sort()).toEqual(['argocd/s03', 'argocd/s41']);
  expect(delivery?.passed).toHaveLength(SETS - 2);
  // two by the call, and two by the Applications they made
  expect(running.operator.queue.added - added).toBeLessThanOrEqual(4);
  expect(world.looks()).toBe(2);
});

test('polling costs one look an interval, however many sets poll', async () => {
  await makeSets(INTERVAL);
  await world.start('first');
  await until(async () => expect(await world.applications()).toHaveLength(SETS));
  const before = world.looks();
  const started = systemClock.monotonic();
  const seconds = () => (systemClock.monotonic() - started) / 1_000;
  world.repository.write({ 'teams/s05/cart/values.yaml': 'b: 2\n' }).commit();
  await until(async () => expect(await world.applications()).toHaveLength(SETS + 1));
  expect(seconds()).toBeLessThan(INTERVAL + 3);
  await until(() => expect(world.looks()).toBeGreaterThanOrEqual(before + 3));
  // three looks begin two intervals apart, whatever the machine does meanwhile
  expect(seconds()).toBeGreaterThanOrEqual(2 * INTERVAL - 1);
});
