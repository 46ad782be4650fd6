/** What happens to repositories: servers that are down or lag, histories that are rewritten, and bad content. */
import { rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, dirname } from 'node:path';
import { expect } from 'vitest';
import { BY_FOLDER, cities, folders, list, named, type Story, story } from '../harness/story.ts';
import { until } from '../harness/until.ts';
import { gitServer, type TestRepository } from '../unit/git/fixture.ts';

const fleet = (it: Story, count: number): TestRepository =>
  it.repository(...cities(count).map((city) => `apps/${city}/app.yaml`));
const drop = (repository: TestRepository, names: readonly string[]): string =>
  repository.write(Object.fromEntries(names.map((name) => [`apps/${name}`, null]))).commit();
/** A path that stands for a repository and may be pointed at another one, as a name of a server may be. */
const aliasOf = (repository: TestRepository) => {
  const path = `${repository.folder}-alias`;
  const point = (folder: string) => {
    rmSync(path, { force: true });
    symlinkSync(folder, path);
  };
  point(repository.folder);
  return { url: `file://${path}`, point, down: () => rmSync(path, { force: true }) };
};

story('cd#18212 git is down: nothing is deleted, and what else the set generates goes on', async (it) => {
  // the reference of that time: Applications were uninstalled; now its run stops altogether
  await it.operate();
  const repository = fleet(it, 6);
  const alias = aliasOf(repository);
  await it.apply([folders(alias.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(6)));
  alias.down();
  await it.pass(60);
  await it.untilTold('ErrorOccurred', /^True/);
  expect(await it.alive()).toEqual(named('shops', cities(6)));
  alias.point(repository.folder);
  await it.pass(200);
  await it.untilQuiet();
  expect(it.deletions()).toEqual([]);
});

story('git is down while a list loses an element: the element stays until git is back', async (it) => {
  const repository = fleet(it, 3);
  const alias = aliasOf(repository);
  await it.operate();
  const byList = (...names: string[]) => ({
    list: { elements: names.map((name) => ({ path: { basename: name, path: name } })) },
  });
  await it.apply([folders(alias.url), byList('porto', 'lyon')], BY_FOLDER);
  await it.untilAlive(named('shops', [...cities(3), 'porto', 'lyon']));
  alias.down();
  await it.pass(60);
  await it.apply([folders(alias.url), byList('porto')], BY_FOLDER);
  expect(await it.untilTold('ApplicationsKept', /^True/)).toContain('SourceUnknown');
  await it.stays(100);
  alias.point(repository.folder);
  await it.pass(200);
  await it.untilAlive(named('shops', [...cities(3), 'porto']));
});

story('git is down while an entry is moved from a folder to a list: it is never deleted', async (it) => {
  // the reference: its run stops; where git answered empty it deletes and makes again
  const repository = fleet(it, 3);
  const alias = aliasOf(repository);
  await it.operate();
  await it.apply([folders(alias.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(3)));
  const before = await it.uids();
  alias.down();
  drop(repository, ['c02']);
  const moved = { list: { elements: [{ path: { basename: 'c02', path: 'apps/c02' } }] } };
  await it.apply([folders(alias.url), moved], BY_FOLDER);
  await it.pass(60);
  alias.point(repository.folder);
  await it.pass(200);
  await it.untilAlive(named('shops', cities(3)));
  expect(await it.uids()).toEqual(before);
  expect(it.deletions()).toEqual([]);
});

story('ls-remote answered by a replica that lags: what is newer than the replica stays', async (it) => {
  // the reference: takes the older commit as the present one and deletes what came after it
  const repository = fleet(it, 4);
  const replica = it.clone(repository);
  repository.write({ 'apps/c04/app.yaml': '', 'apps/c05/app.yaml': '' }).commit();
  const alias = aliasOf(repository);
  await it.operate();
  await it.apply([folders(alias.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(6)));
  alias.point(replica.folder);
  await it.pass(150);
  const told = await it.condition('DeletionsHeld');
  expect(told).toMatch(/does not descend from|more than the/);
  expect(told).toMatch(/appset approve .*(push a history that descends|max-deletions)/);
  await it.stays(150);
  alias.point(repository.folder);
  await it.pass(60);
  await it.untilQuiet();
  expect(it.deletions()).toEqual([]);
});

story('a lagging replica that lacks one folder of twenty: its deletion is held', async (it) => {
  const repository = fleet(it, 19);
  const replica = it.clone(repository);
  repository.write({ 'apps/c19/app.yaml': '' }).commit();
  const alias = aliasOf(repository);
  await it.operate();
  await it.apply([folders(alias.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(20)));
  alias.point(replica.folder);
  await it.pass(150);
  const told = await it.untilHeld('HistoryRewritten');
  expect(told).toMatch(/appset approve .*push a history that descends from the last one seen/);
  await it.stays(150);
});

story('a force push that lost a folder: its Application stays', async (it) => {
  // the reference: the new tip is the truth, whatever it descends from
  const repository = fleet(it, 10);
  await it.operate();
  await it.apply([folders(repository.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(10)));
  repository.write({ 'apps/c00': null });
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--amend', '-m', 'rewritten');
  await it.pass(150);
  const told = await it.untilHeld('HistoryRewritten');
  expect(told).toMatch(/appset approve .*push a history that descends/);
  await it.stays(150);
});

story('a repository replaced by another of the same name: all 5 stay', async (it) => {
  const repository = fleet(it, 5);
  const alias = aliasOf(repository);
  await it.operate();
  await it.apply([folders(alias.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(5)));
  alias.point(it.repository('apps/other/app.yaml').folder);
  await it.pass(150);
  expect(await it.condition('DeletionsHeld')).toMatch(/^True (HistoryRewritten|DeletionBudget) /);
  for (const name of named('shops', cities(5))) expect(await it.alive()).toContain(name);
  expect(it.deletions()).toEqual([]);
});

story('an empty repository after a move to another host: all 5 stay', async (it) => {
  // the reference: no folders is a complete answer
  const repository = fleet(it, 5);
  const alias = aliasOf(repository);
  await it.operate();
  await it.apply([folders(alias.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(5)));
  alias.point(it.repository('README.md').folder);
  await it.pass(150);
  expect(await it.condition('DeletionsHeld')).toMatch(
    /^True (EmptyResult|HistoryRewritten) .*appset approve/,
  );
  await it.stays(100);
});

story('cd#9227 one commit that moves every folder away: all 8 stay', async (it) => {
  const repository = fleet(it, 8);
  await it.operate();
  await it.apply([folders(repository.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(8)));
  repository.git('mv', 'apps', 'applications');
  repository.commit();
  await it.pass(60);
  const told = await it.untilHeld('DeletionBudget|EmptyResult');
  expect(told).toMatch(/appset approve .*annotation appset-operator.io\//);
  await it.stays(150);
});

story('a token that lost access to the repository: nothing is deleted', async (it) => {
  // the reference: an error, so that its run stops; with a generator that asks an API, not found reads as none
  const repository = fleet(it, 4);
  const alias = aliasOf(repository);
  await it.operate();
  await it.apply([folders(alias.url), list()], BY_FOLDER);
  await it.untilAlive(named('shops', cities(4)));
  const held = await it.condition('DeletionsHeld');
  alias.down();
  const operators = it.running();
  for (const operator of operators) await it.stop(operator);
  await it.operate();
  expect(await it.untilTold('ErrorOccurred', /^True/)).toContain('repository');
  await it.stays(100);
  expect(await it.condition('DeletionsHeld')).toBe(held);
});

story('cd#24874 one bad file in a hundred: 99 are made, and nothing is deleted', async (it) => {
  // the reference: the whole run stops, no Application is made or changed
  const files = cities(100).map((city) => [`sites/${city}.json`, JSON.stringify({ city })] as const);
  const repository = it.repository('README.md');
  repository.write(Object.fromEntries(files)).commit();
  await it.operate();
  const byFile = { git: { repoURL: repository.url, revision: 'main', files: [{ path: 'sites/*.json' }] } };
  await it.apply([byFile]);
  await it.untilAlive(named('shops', cities(100)));
  const before = await it.uids();
  repository.write({ 'sites/c42.json': '{ "city": ', 'sites/new.json': '{ "city": "new" }' }).commit();
  await it.pass(60);
  await it.untilAlive([...named('shops', cities(100)), 'shops-new']);
  expect(await it.untilTold('ErrorOccurred', /^True/)).toContain('sites/c42.json');
  expect((await it.uids()).get('shops-c42')).toBe(before.get('shops-c42'));
  expect(it.deletions()).toEqual([]);
});

story('files that lost the value the template wants: each keeps its Application', async (it) => {
  const repository = it.repository('README.md');
  const write = (key: string) =>
    repository
      .write(
        Object.fromEntries(
          cities(6).map((city) => [`sites/${city}.json`, JSON.stringify({ [key]: city, id: city })]),
        ),
      )
      .commit();
  write('city');
  await it.operate();
  const byFile = { git: { repoURL: repository.url, revision: 'main', files: [{ path: 'sites/*.json' }] } };
  await it.apply([byFile]);
  await it.untilAlive(named('shops', cities(6)));
  write('town');
  await it.pass(60);
  expect(await it.untilTold('ErrorOccurred', /^True/)).toContain('city');
  await it.stays(100);
});

story('a replica that lags while the operator restarts: what is newer than the replica stays', async (it) => {
  // the reference: has no memory of the commit it saw, and deletes what came after that of the replica
  const repository = fleet(it, 4);
  const alias = aliasOf(repository);
  const operator = await it.operate();
  await it.apply([folders(alias.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(4)));
  repository.write({ 'apps/c04/app.yaml': '' }).commit();
  await it.pass(60);
  const replica = it.clone(repository);
  repository.write({ 'apps/c05/app.yaml': '' }).commit();
  await it.pass(60);
  await it.untilAlive(named('shops', cities(6)));
  alias.point(replica.folder);
  await it.restart(operator);
  await it.pass(150);
  expect(await it.condition('DeletionsHeld')).toMatch(/^True HistoryRewritten .*does not descend from/);
  await it.stays(150);
  alias.point(repository.folder);
  await it.pass(60);
  await it.untilQuiet();
  expect(it.deletions()).toEqual([]);
});

story('cd#14318 a git host in maintenance answers a page of HTML with 200: all 6 stay', async (it) => {
  // the reference: "generated 0 applications" now and then, and everything was deleted
  const repository = fleet(it, 6);
  const root = dirname(repository.folder);
  const first = await gitServer(root);
  const port = Number(new URL(first.url).port);
  await it.operate();
  await it.apply([folders(`${first.url}/${basename(repository.folder)}/.git`)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(6)));
  await first.close();
  let asked = 0;
  const maintenance = createServer((_request, response) => {
    asked += 1;
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Maintenance</h1>');
  });
  await new Promise<void>((resolve) => maintenance.listen(port, '127.0.0.1', resolve));
  await it.pass(120);
  await until('the page to be asked for', () => asked > 0);
  await it.untilTold('ErrorOccurred', /^True/);
  await it.stays(120);
  maintenance.closeAllConnections();
  await new Promise<void>((resolve) => maintenance.close(() => resolve()));
  const again = await gitServer(root, { port });
  try {
    await it.pass(200);
    await it.untilQuiet();
    expect(it.deletions()).toEqual([]);
  } finally {
    await again.close();
  }
});
