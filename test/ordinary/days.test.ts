/**
 * Ordinary days: what people do every day goes through by itself, within the settle time, and nothing is
 * said about it afterwards.
 */
import { expect } from 'vitest';
import { RESOURCES } from '../../src/api/client.ts';
import {
  BY_CLUSTER,
  BY_FOLDER,
  cities,
  clustersWith,
  folders,
  list,
  named,
  type Story,
  story,
} from '../harness/story.ts';
import { until } from '../harness/until.ts';

const PRODUCTION = clustersWith({ env: 'production' });
/** settle time of the stories, and a poll of git, in seconds */
const SETTLE = 4;
const POLL = 24;
const fleet = (it: Story, count: number) =>
  it.repository(...cities(count).map((city) => `apps/${city}/app.yaml`));
const byFolder = async (it: Story, count: number) => {
  const repository = fleet(it, count);
  await it.operate();
  await it.apply([folders(repository.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(count)));
  await it.settled();
  return repository;
};
const byList = async (it: Story, count: number, annotations = {}) => {
  await it.operate();
  await it.apply([list(...cities(count))], { annotations });
  await it.untilAlive(named('shops', cities(count)));
};
const byCluster = async (it: Story, count: number) => {
  await it.operate();
  for (const name of cities(count)) await it.cluster(name, { env: 'production' });
  await it.apply([PRODUCTION], BY_CLUSTER);
  await it.untilAlive(named('shops', cities(count)));
  await it.settled();
};
/** What was wanted is there by itself, and nothing is held any more. */
const goes = async (it: Story, seconds: number, names: readonly string[], set = 'shops') => {
  await it.settled();
  await it.clock.pass(seconds);
  await it.settled();
  await it.clock.pass(SETTLE);
  await it.untilAlive(names);
  await it.untilQuiet(set);
  expect((await it.set(set)).metadata.annotations ?? {}).not.toHaveProperty([
    'appset-operator.io/approved-plan',
  ]);
};

story('an application removed from git', async (it) => {
  const repository = await byFolder(it, 6);
  repository.write({ 'apps/c05': null }).commit();
  await goes(it, POLL, named('shops', cities(5)));
});

story('the last application but one removed from git', async (it) => {
  const repository = await byFolder(it, 2);
  repository.write({ 'apps/c01': null }).commit();
  await goes(it, POLL, ['shops-c00']);
});

story('the only application removed from git', async (it) => {
  const repository = await byFolder(it, 1);
  repository.write({ 'apps/c00': null, 'README.md': 'empty for now' }).commit();
  await goes(it, POLL, []);
});

story('five applications of one team removed from git in one commit', async (it) => {
  const repository = await byFolder(it, 20);
  repository.write(Object.fromEntries(cities(4).map((city) => [`apps/${city}`, null]))).commit();
  await goes(it, POLL, named('shops', cities(16, 4)));
});

story('an application added to git', async (it) => {
  const repository = await byFolder(it, 3);
  repository.write({ 'apps/c03/app.yaml': '' }).commit();
  await goes(it, POLL, named('shops', cities(4)));
});

story('an application removed from git, and another added in the same commit', async (it) => {
  const repository = await byFolder(it, 5);
  repository.write({ 'apps/c00': null, 'apps/c05/app.yaml': '' }).commit();
  await goes(it, POLL, named('shops', cities(5, 1)));
});

story('many commits that change nothing of the applications', async (it) => {
  const repository = await byFolder(it, 4);
  const before = await it.uids();
  for (const text of ['one', 'two', 'three']) {
    repository.write({ 'apps/c00/app.yaml': text }).commit();
    await it.pass(POLL);
  }
  await it.untilQuiet();
  expect(await it.uids()).toEqual(before);
});

story('a branch merged and squashed: the history goes on', async (it) => {
  const repository = await byFolder(it, 4);
  repository.git('switch', '--quiet', '-c', 'change');
  repository.write({ 'apps/c03': null }).commit();
  repository.git('switch', '--quiet', 'main');
  repository.git('merge', '--quiet', '--squash', 'change');
  repository.commit();
  await goes(it, POLL, named('shops', cities(3)));
});

story('a force push that changes a message and nothing else', async (it) => {
  const repository = await byFolder(it, 4);
  const before = await it.uids();
  repository.git('commit', '--quiet', '--amend', '--allow-empty', '-m', 'better words');
  await it.pass(POLL * 2);
  await it.untilQuiet();
  expect(await it.uids()).toEqual(before);
});

story('a cluster decommissioned: its Secret is deleted', async (it) => {
  await byCluster(it, 5);
  await it.remove(RESOURCES.secrets, 'c04');
  await goes(it, SETTLE, named('shops', cities(4)));
  // nothing could clean up there: the finalizer does not hold it
  expect(await it.cascading()).toEqual([]);
});

story('a cluster renewed: its credentials change', async (it) => {
  await byCluster(it, 3);
  const before = await it.uids();
  await it.patch(RESOURCES.secrets, 'c00', { stringData: { config: '{"bearerToken":"new"}' } });
  await it.pass(60);
  await it.untilQuiet();
  expect(await it.uids()).toEqual(before);
});

story('a cluster taken out of production by its label', async (it) => {
  await byCluster(it, 5);
  await it.label('c04', { env: 'retired' });
  await goes(it, SETTLE, named('shops', cities(4)));
});

story('an add-on label switched off on the only cluster', async (it) => {
  await it.operate();
  await it.cluster('eu-1', { 'addon-metrics': 'true' });
  await it.apply([clustersWith({ 'addon-metrics': 'true' })], BY_CLUSTER);
  await it.untilAlive(['shops-eu-1']);
  await it.settled();
  await it.label('eu-1', { 'addon-metrics': null });
  await goes(it, SETTLE, []);
});

story('an add-on label switched off and on again a day later', async (it) => {
  await it.operate();
  await it.cluster('eu-1', { 'addon-metrics': 'true' });
  const options = { ...BY_CLUSTER, spec: { syncPolicy: { preserveResourcesOnDeletion: true } } };
  await it.apply([clustersWith({ 'addon-metrics': 'true' })], options);
  await it.untilAlive(['shops-eu-1']);
  await it.settled();
  await it.label('eu-1', { 'addon-metrics': null });
  await goes(it, SETTLE, []);
  await it.clock.pass(700);
  await it.label('eu-1', { 'addon-metrics': 'true' });
  await goes(it, SETTLE, ['shops-eu-1']);
});

story('ten clusters added at once', async (it) => {
  await byCluster(it, 2);
  for (const name of cities(10, 2)) await it.cluster(name, { env: 'production' });
  await goes(it, SETTLE, named('shops', cities(12)));
});

story('a cluster replaced by a new one of another name', async (it) => {
  await byCluster(it, 4);
  await it.cluster('c04', { env: 'production' });
  await it.remove(RESOURCES.secrets, 'c00');
  await goes(it, SETTLE, named('shops', cities(4, 1)));
});

story('a list shortened by one', async (it) => {
  await byList(it, 5);
  await it.apply([list(...cities(4))]);
  await goes(it, SETTLE, named('shops', cities(4)));
});

story('a list of two shortened to one', async (it) => {
  await byList(it, 2);
  await it.apply([list('c00')]);
  await goes(it, SETTLE, ['shops-c00']);
});

story('a list shortened by one, every quarter of an hour', async (it) => {
  await byList(it, 5);
  for (let left = 4; left >= 1; left -= 1) {
    await it.apply([list(...cities(left))]);
    await goes(it, SETTLE, named('shops', cities(left)));
    await it.clock.pass(900);
  }
});

story('a list reordered', async (it) => {
  await byList(it, 5);
  const before = await it.uids();
  await it.apply([list(...cities(5).reverse())]);
  await it.pass(60);
  await it.untilQuiet();
  expect(await it.uids()).toEqual(before);
});

story('a list wrapped in a matrix with a second dimension of one', async (it) => {
  await byList(it, 5);
  const before = await it.uids();
  const stage = { list: { elements: [{ stage: 'live' }] } };
  await it.apply([{ matrix: { generators: [list(...cities(5)), stage] } }]);
  await it.pass(60);
  await it.untilQuiet();
  expect(await it.uids()).toEqual(before);
});

story('a folder generator replaced by a list of the same names', async (it) => {
  await byFolder(it, 4);
  const before = await it.uids();
  const elements = cities(4).map((city) => ({ path: { basename: city, path: `apps/${city}` } }));
  await it.apply([{ list: { elements } }], BY_FOLDER);
  await it.pass(60);
  await it.untilQuiet();
  expect(await it.uids()).toEqual(before);
});

story('a new image: the revision of all is changed by an edit of the set', async (it) => {
  await byList(it, 30);
  const before = await it.uids();
  const source = {
    repoURL: 'https://git.example.org/fleet.git',
    path: 'deploy/{{.city}}',
    targetRevision: 'v2',
  };
  await it.apply([list(...cities(30))], { template: { source } });
  await until('all to be changed', async () =>
    (await it.applications()).every(
      ({ spec }) => (spec as { source: { targetRevision: string } }).source.targetRevision === 'v2',
    ),
  );
  await it.untilQuiet();
  expect(await it.uids()).toEqual(before);
});

story('a new image in files of git: 30 Applications get another version', async (it) => {
  const repository = it.repository('README.md');
  const write = (version: string) =>
    repository
      .write(
        Object.fromEntries(
          cities(30).map((city) => [`sites/${city}.json`, JSON.stringify({ city, version })]),
        ),
      )
      .commit();
  write('v1');
  await it.operate();
  const source = {
    repoURL: 'https://git.example.org/fleet.git',
    path: 'deploy/{{.city}}',
    targetRevision: '{{.version}}',
  };
  const files = { git: { repoURL: repository.url, revision: 'main', files: [{ path: 'sites/*.json' }] } };
  await it.apply([files], { template: { source } });
  await it.untilAlive(named('shops', cities(30)));
  await it.settled();
  write('v2');
  await it.pass(POLL);
  await until('all to be changed', async () =>
    (await it.applications()).every(
      ({ spec }) => (spec as { source: { targetRevision: string } }).source.targetRevision === 'v2',
    ),
  );
  await it.untilQuiet();
});

story('a set moved to another destination by an edit of the set', async (it) => {
  await byList(it, 12);
  const before = await it.uids();
  await it.apply([list(...cities(12))], {
    template: { destination: { server: 'https://kubernetes.default.svc', namespace: 'shop-2' } },
  });
  await it.settled();
  await it.untilQuiet();
  expect(await it.uids()).toEqual(before);
});

story('a set deleted by its owner: its Applications go with it', async (it) => {
  await byList(it, 12);
  await it.remove(RESOURCES.applicationSets, 'shops');
  await it.untilAlive([]);
  expect(await it.cascading()).toHaveLength(12);
});

story('an ephemeral set: 20 clusters of a test run come and go', async (it) => {
  await it.operate();
  for (const name of cities(20)) await it.cluster(name, { env: 'ci' });
  const annotations = { 'appset-operator.io/ephemeral': 'true' };
  await it.apply([clustersWith({ env: 'ci' })], { ...BY_CLUSTER, annotations });
  await it.untilAlive(named('shops', cities(20)));
  await it.settled();
  for (const name of cities(19)) await it.remove(RESOURCES.secrets, name);
  await goes(it, SETTLE, ['shops-c19']);
});

story('an ephemeral set that is empty at night', async (it) => {
  await byList(it, 6, { 'appset-operator.io/ephemeral': 'true' });
  await it.apply([list()]);
  await goes(it, 64, []);
});

story('an operator updated by day: a restart writes nothing', async (it) => {
  await byList(it, 10);
  await it.untilQuiet();
  const [operator] = it.running();
  if (operator === undefined) throw new Error('no operator runs');
  const writes = it.calls.filter(({ kind }) => kind === 'Application').length;
  await it.restart(operator);
  await it.pass(60);
  expect(it.calls.filter(({ kind }) => kind === 'Application')).toHaveLength(writes);
});

story('a mono-repository reorganised together with an edit of the set', async (it) => {
  const repository = it.repository(...cities(12).map((city) => `apps/${city}/app.yaml`));
  await it.operate();
  await it.apply([folders(repository.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(12)));
  const before = await it.uids();
  repository.git('mv', 'apps', 'services');
  repository.commit();
  await it.apply([folders(repository.url, 'services/*')], BY_FOLDER);
  await it.pass(100);
  await it.untilQuiet();
  expect(await it.uids()).toEqual(before);
});

story('a set renamed by its owner with expect-deletions in the same change', async (it) => {
  await it.operate();
  await it.apply([list(...cities(10))]);
  await it.untilAlive(named('shops', cities(10)));
  await it.apply([list(...cities(3))], {
    annotations: { 'appset-operator.io/expect-deletions': named('shops', cities(7, 3)).join(',') },
  });
  await it.pass(70);
  await it.untilAlive(named('shops', cities(3)));
  await it.untilQuiet();
});
