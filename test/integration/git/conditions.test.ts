/**
 * What can happen to a repository, as a set tells it: each has words of its own, and none deletes anything,
 * neither with what was read last in memory nor after a start with nothing.
 */
import { renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { conditionsOf } from '../../harness/sets.ts';
import { TestRepository } from '../../unit/git/fixture.ts';
import { type Running, until, World } from '../webhook/operators.ts';
import { type ChangeableServer, changeableServer } from './changeable-server.ts';
import { GitWorld } from './world.ts';

let world: World;
let far: GitWorld;
let server: ChangeableServer;
beforeEach(async () => {
  world = new World();
  far = new GitWorld();
  await world.begin();
  far.repository.write({ 'apps/web/x.yaml': 'a: 1\n', 'apps/cart/x.yaml': 'a: 1\n' }).commit();
  server = await changeableServer(far);
});
afterEach(async () => {
  await world.end();
  await far.end();
});

const APPS = ['apps-cart', 'apps-extra', 'apps-stays', 'apps-web'];
const generators = (...listed: readonly string[]): JsonObject[] => [
  { git: { repoURL: server.url, revision: 'main', directories: [{ path: 'apps/*' }] } },
  { list: { elements: listed.map((name) => ({ path: { basename: name, path: name } })) } },
];
const edit = (...listed: readonly string[]) =>
  world.client.patch(
    RESOURCES.applicationSets,
    'argocd',
    'apps',
    { spec: { generators: generators(...listed) } },
    { type: 'merge' },
  );
const told = async (type: string): Promise<string> => {
  const set = await world.client.get(RESOURCES.applicationSets, 'argocd', 'apps');
  const found = conditionsOf(set).find((condition) => condition['type'] === type);
  return `${found?.['status']} ${found?.['reason']} ${found?.['message']}`;
};
const uids = async () => {
  const { items } = await world.client.list(RESOURCES.applications, { namespace: 'argocd' });
  return items.map(({ metadata }) => `${metadata.name} ${metadata.uid}`).sort();
};
const settled = ({ operator: { queue } }: Running) =>
  until(() => {
    expect(queue.added).toBeGreaterThan(0);
    expect(queue.processing + queue.depth).toBe(0);
  });

interface Case {
  readonly happens: () => void;
  /** undoes it; a promise of it where that takes time */
  readonly ends: () => void | Promise<void>;
  readonly says: RegExp;
  readonly gitTimeoutMs?: number;
}
const mood = (change: ChangeableServer['mood']): Pick<Case, 'happens' | 'ends'> => ({
  happens: () => Object.assign(server.mood, change),
  ends: () => void Object.assign(server.mood, { hangs: false, drips: false, status: undefined }),
});
const away = () => `${far.repository.folder}-away`;
const back = () => {
  renameSync(far.repository.folder, `${far.repository.folder}-made-anew`);
  renameSync(away(), far.repository.folder);
};

const cases: Readonly<Record<string, Case>> = {
  unreachable: {
    happens: () => server.close(),
    ends: () => server.reopen(),
    says: /could not be reached/,
  },
  silent: { ...mood({ hangs: true }), says: /git did not answer within 4 s/, gitTimeoutMs: 4_000 },
  slow: { ...mood({ drips: true }), says: /git did not answer within 4 s/, gitTimeoutMs: 4_000 },
  '401': { ...mood({ status: 401 }), says: /credentials are needed and none are configured/ },
  '403': { ...mood({ status: 403 }), says: /credentials are needed and none are configured/ },
  '500': { ...mood({ status: 500 }), says: /could not be reached/ },
  deleted: {
    happens: () => renameSync(far.repository.folder, away()),
    ends: () => renameSync(away(), far.repository.folder),
    says: /there is no such repository/,
  },
  'a deleted branch': {
    happens: () => void far.repository.git('branch', '-m', 'main', 'other'),
    ends: () => void far.repository.git('branch', '-m', 'other', 'main'),
    says: /revision "main" does not exist/,
  },
  empty: {
    happens: () => {
      renameSync(far.repository.folder, away());
      new TestRepository(far.repository.folder);
    },
    ends: back,
    says: /revision "main" does not exist: the repository is empty/,
  },
};

/** A set with Applications out of a repository and out of a list. */
async function running({ gitTimeoutMs }: Case): Promise<Running> {
  await world.set('apps', generators('extra', 'stays'));
  const first = await world.start('first', {}, gitTimeoutMs === undefined ? {} : { gitTimeoutMs });
  await until(async () => expect(await world.applications()).toEqual(APPS));
  await settled(first);
  return first;
}

describe('a repository that is', () => {
  for (const [name, it] of Object.entries(cases)) {
    test(`${name}: the set says so, and everything stays`, async () => {
      const first = await running(it);
      const before = await uids();
      it.happens();
      await edit('stays');
      await until(async () => expect(await told('ErrorOccurred')).toMatch(it.says));
      expect(await told('ErrorOccurred')).toMatch(/^True /);
      expect(await told('ApplicationsKept')).toMatch(/^True SourceUnknown .*apps-extra/);
      await first.operator.stop();

      const second = await world.start('second', {}, { gitTimeoutMs: it.gitTimeoutMs ?? 30_000 });
      await second.operator.leading;
      await settled(second);
      expect(await told('ErrorOccurred')).toMatch(it.says);
      expect(await uids()).toEqual(before);

      await it.ends();
      await edit('stays', 'new');
      await until(async () => expect(await told('ErrorOccurred')).toMatch(/^False /));
      expect(await uids()).toEqual(expect.arrayContaining(before.filter((app) => !app.includes('extra'))));
    });
  }
});

test('history that was rewritten: the new tip counts, what it lost stays, and the set says so', async () => {
  await running({ happens: () => {}, ends: () => {}, says: /./ });
  const before = await uids();
  const { repository } = far;
  repository.write({ 'apps/cart': null, 'apps/new/x.yaml': 'a: 1\n' });
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '--amend', '-m', 'rewritten');
  await edit('stays', 'extra', 'more');
  await until(async () =>
    expect(await world.applications()).toEqual([...APPS, 'apps-more', 'apps-new'].sort()),
  );
  await until(async () =>
    expect(await told('DeletionsHeld')).toMatch(
      /^True (Grace|HistoryRewritten) .*apps-cart.*does not descend from/,
    ),
  );
  expect(await uids()).toEqual(expect.arrayContaining(before));
});
