/** What happens to the list of clusters: labels that flap, Secrets that go, come back, or cannot be read. */
import { expect } from 'vitest';
import { ApiError, RESOURCES } from '../../src/api/client.ts';
import { BY_CLUSTER, cities, clustersWith, list, named, story } from '../harness/story.ts';
import { until } from '../harness/until.ts';

const PRODUCTION = clustersWith({ env: 'production' });

story('a label flaps on one cluster with 84 add-on sets: all 84 Applications stay', async (it) => {
  // the reference: each set sees one cluster less and deletes one Application, 84 in all, within seconds
  const addons = Array.from({ length: 84 }, (_, index) => `addon-${index}`);
  await it.operate({ clusterSettleSeconds: 60 });
  for (const name of ['eu-7', 'eu-8', 'eu-9']) await it.cluster(name, { env: 'production' });
  await Promise.all(
    addons.map((name) =>
      it.apply([PRODUCTION], { ...BY_CLUSTER, name, called: `${name}-{{.name}}`, annotations: {} }),
    ),
  );
  await until('all 252 to be there', async () => (await it.alive()).length === 252, { timeoutMs: 120_000 });
  await it.settled();
  await it.label('eu-7', { env: 'staging' });
  await it.pass(100);
  const told = await it.untilHeld('TotalBudget', 'addon-83');
  expect(told).toContain(`because of Secret/${it.namespace}/eu-7`);
  expect(told).toMatch(/appset approve addon-83 -n \S+ --plan [0-9a-f]{12}.*--max-deletions-total/);
  expect(await it.alive()).toHaveLength(252);
  await it.label('eu-7', { env: 'production' });
  await it.settled();
  await it.untilQuiet('addon-83');
  expect(it.deletions()).toEqual([]);
});

story('a label that is off for a moment on the only cluster: its Application stays', async (it) => {
  // the reference: deletes within a second of the event
  await it.operate({ clusterSettleSeconds: 60 });
  await it.cluster('eu-1', { env: 'production' });
  await it.apply([PRODUCTION], BY_CLUSTER);
  await it.untilAlive(['shops-eu-1']);
  await it.label('eu-1', { env: null });
  await it.untilTold('DeletionsHeld', /^True Grace .*deleted by itself from/);
  await it.clock.pass(20);
  await it.label('eu-1', { env: 'production' });
  await it.untilQuiet();
  await it.stays();
});

story('a Secret replaced in place, deleted and made again, costs nothing', async (it) => {
  // the reference: the Application goes with the Secret, and is made again without what ran
  await it.operate({ clusterSettleSeconds: 60 });
  for (const name of ['eu-1', 'eu-2']) await it.cluster(name, { env: 'production' });
  await it.apply([PRODUCTION], BY_CLUSTER);
  await it.untilAlive(['shops-eu-1', 'shops-eu-2']);
  await it.remove(RESOURCES.secrets, 'eu-2');
  await it.untilTold('DeletionsHeld', /^True Grace .*Secret \S+ is gone/);
  await it.clock.pass(20);
  await it.cluster('eu-2', { env: 'production' });
  await it.untilQuiet();
  await it.stays();
});

story('all cluster Secrets gone for a moment, as after a sync that pruned them: all 6 stay', async (it) => {
  // the reference: the list is empty and known, so that everything is deleted
  await it.operate();
  for (const name of cities(6)) await it.cluster(name, { env: 'production' });
  await it.apply([PRODUCTION], BY_CLUSTER);
  await it.untilAlive(named('shops', cities(6)));
  for (const name of cities(6)) await it.remove(RESOURCES.secrets, name);
  await it.settled();
  const kept = await it.condition('ApplicationsKept');
  const held = await it.condition('DeletionsHeld');
  expect(`${kept} ${held}`).toMatch(/SourceUnknown|DeletionBudget/);
  await it.stays();
  for (const name of cities(6)) await it.cluster(name, { env: 'production' });
  await it.untilQuiet();
  expect(it.deletions()).toEqual([]);
});

story('cd#18480 cluster Secrets that cannot be listed after a restart: nothing is deleted', async (it) => {
  // the reference, with label severity:criticial: the failed list read as empty, Applications went
  const operator = await it.operate();
  for (const name of cities(4)) await it.cluster(name, { env: 'production' });
  await it.apply([PRODUCTION], BY_CLUSTER);
  await it.untilAlive(named('shops', cities(4)));
  await it.stop(operator);
  let refused = 0;
  it.fault = ({ verb, kind }) => {
    if (verb !== 'list' || kind !== 'Secret') return undefined;
    refused += 1;
    return new ApiError(500, 'InternalError', 'etcdserver: request timed out');
  };
  const second = it.operate();
  await until('lists to be refused', () => refused > 2, { timeoutMs: 60_000 });
  expect(await it.alive()).toEqual(named('shops', cities(4)));
  it.fault = undefined;
  await it.clock.pass(40);
  await second;
  await it.stays(60);
  expect(it.deletions()).toEqual([]);
});

story('a live GET of a Secret that fails confirms nothing', async (it) => {
  await it.operate();
  for (const name of cities(3)) await it.cluster(name, { env: 'production' });
  await it.apply([PRODUCTION], BY_CLUSTER);
  await it.untilAlive(named('shops', cities(3)));
  it.fault = ({ verb, kind }) =>
    verb === 'get' && kind === 'Secret' ? new ApiError(403, 'Forbidden', 'secrets is forbidden') : undefined;
  await it.label('c02', { env: 'staging' });
  await it.untilTold('DeletionsHeld', /^True Grace .*waiting until its source can be asked: .*forbidden/);
  await it.stays();
  it.fault = undefined;
  await it.clock.pass(70);
  await it.untilAlive(named('shops', cities(2)));
});

story('half of the clusters relabelled by one script: held as one, and all stay', async (it) => {
  await it.operate();
  for (const name of cities(16)) await it.cluster(name, { env: 'production' });
  await it.apply([PRODUCTION], BY_CLUSTER);
  await it.untilAlive(named('shops', cities(16)));
  for (const name of cities(8)) await it.label(name, { env: 'prod' });
  const told = await it.untilHeld('DeletionBudget');
  expect(told).toMatch(/appset approve .*annotation appset-operator.io\/max-deletions/);
  expect(it.deletions().length).toBeLessThanOrEqual(5);
  await it.stays();
});

story('cd#26819 a label whose format changed rebinds 26 clusters: none is updated', async (it) => {
  // the reference: 26 clusters matched another branch, got a newer version, and crashed
  await it.operate();
  const names = cities(26);
  for (const name of names) await it.cluster(name, { env: 'production', version: 'v1' });
  const options = {
    ...BY_CLUSTER,
    template: {
      ...BY_CLUSTER.template,
      source: {
        repoURL: 'https://git.example.org/fleet.git',
        path: '{{index .metadata.labels "version"}}',
        targetRevision: 'main',
      },
    },
  };
  await it.apply([PRODUCTION], options);
  await it.untilAlive(named('shops', names));
  // the labels change while the operator is not there, as in an upgrade
  const operators = it.running();
  for (const operator of operators) await it.stop(operator);
  for (const name of names) await it.label(name, { version: 'v1.0.0' });
  await it.operate();
  const told = await it.untilHeld('RebindBudget');
  expect(told).toContain('26 updates held');
  expect(told).toMatch(/appset approve .*annotation appset-operator.io\/max-updates/);
  const paths = (await it.applications()).map(
    ({ spec }) => (spec as { source: { path: string } }).source.path,
  );
  expect(new Set(paths)).toEqual(new Set(['v1']));
});

story('cd#22127 matrix whose first child is empty for a moment: all 8 stay', async (it) => {
  await it.operate();
  for (const name of ['eu-1', 'eu-2']) await it.cluster(name, { env: 'production' });
  const options = { ...BY_CLUSTER, called: 'shops-{{.name}}-{{.city}}' };
  const matrix = { matrix: { generators: [PRODUCTION, list(...cities(4))] } };
  await it.apply([matrix], options);
  const names = ['eu-1', 'eu-2'].flatMap((name) => cities(4).map((city) => `shops-${name}-${city}`));
  await it.untilAlive(names);
  for (const name of ['eu-1', 'eu-2']) await it.label(name, { env: null });
  await it.untilHeld('DeletionBudget|EmptyResult');
  await it.stays();
  for (const name of ['eu-1', 'eu-2']) await it.label(name, { env: 'production' });
  await it.untilQuiet();
  expect(await it.alive()).toEqual(names.sort());
});
