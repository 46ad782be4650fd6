/**
 * Days on which somebody is asked first: what the set says is enough to get on. Each test does literally
 * what the condition, or the plan, prints.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JsonObject } from '../../src/api/objects.ts';
import { cities, list, named, story } from '../harness/story.ts';

/** The annotation a condition offers, `KEY: VALUE`, as a person copies it. */
const offered = (condition: string, key: string): JsonObject => {
  const found = new RegExp(`annotation (appset-operator\\.io/${key}): "?([a-z]+)"?`).exec(condition);
  expect(found, condition).not.toBeNull();
  return { [found?.[1] ?? '']: found?.[2] ?? '' };
};

story('scaled from 1 to 50 and back: the printed command is enough', async (it) => {
  await it.operate();
  await it.apply([list('c00')]);
  await it.untilAlive(['shops-c00']);
  await it.apply([list(...cities(50))]);
  await it.untilAlive(named('shops', cities(50)));
  await it.apply([list('c00')]);
  const told = await it.untilHeld('DeletionBudget');
  await it.follow(told);
  await it.untilAlive(['shops-c00']);
  await it.untilQuiet();
});

story('half of a fleet retired: the printed annotation is enough', async (it) => {
  await it.operate();
  await it.apply([list(...cities(20))]);
  await it.untilAlive(named('shops', cities(20)));
  await it.apply([list(...cities(10))]);
  const told = await it.untilHeld('DeletionBudget');
  const annotation = /annotation (appset-operator\.io\/approved-plan): ([0-9a-f]{64})/.exec(told);
  await it.annotate({ [annotation?.[1] ?? '']: annotation?.[2] ?? '' });
  await it.untilAlive(named('shops', cities(10)));
  await it.untilQuiet();
});

story('a set emptied on purpose: the printed allow-empty is enough', async (it) => {
  await it.operate();
  await it.apply([list('porto')]);
  await it.untilAlive(['shops-porto']);
  await it.apply([list()]);
  await it.annotate(offered(await it.untilHeld('EmptyResult'), 'allow-empty'));
  await it.pass(70);
  await it.untilAlive([]);
  await it.untilQuiet();
});

story('names changed on purpose: the printed on-rename: release is enough, workloads stay', async (it) => {
  await it.operate();
  await it.apply([list(...cities(8))]);
  await it.untilAlive(named('shops', cities(8)));
  await it.apply([list(...cities(8))], { called: 'store-{{.city}}' });
  await it.annotate(offered(await it.untilHeld('Renamed'), 'on-rename'));
  await it.pass(10);
  await it.untilAlive(named('store', cities(8)));
  expect(await it.cascading()).toEqual([]);
});

story('a reviewed change: the digest that appset plan -f prints is committed with it', async (it) => {
  await it.operate();
  await it.apply([list(...cities(10))]);
  await it.untilAlive(named('shops', cities(10)));
  const file = join(tmpdir(), `${it.namespace}.json`);
  writeFileSync(file, JSON.stringify(it.setOf([list(...cities(3))])));
  const { stdout, stderr } = await it.run(`appset plan -f ${file} --control-plane ${it.namespace}`);
  const digest = /sha256:[0-9a-f]{64}/.exec(stdout)?.[0];
  expect(digest, `${stdout}${stderr}`).toBeDefined();
  await it.apply([list(...cities(3))], {
    annotations: { 'appset-operator.io/expect-deletions': digest ?? '' },
  });
  await it.pass(70);
  await it.untilAlive(named('shops', cities(3)));
  await it.untilQuiet();
});
