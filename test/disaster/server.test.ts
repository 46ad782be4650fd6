/**
 * The API server itself: killed, paused, given another CRD, restored from a backup of etcd's content. On
 * a cluster of its own without garbage collection, one story after the other.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RESOURCES } from '../../src/api/client.ts';
import type { Json, KubeObject } from '../../src/api/objects.ts';
import { systemClock } from '../../src/support/clock.ts';
import { parseYaml } from '../../src/support/yaml.ts';
import { type RealBackend, startRealBackend } from '../harness/backend.ts';
import {
  BY_CLUSTER,
  BY_FOLDER,
  cities,
  clustersWith,
  folders,
  list,
  named,
  Story,
} from '../harness/story.ts';
import { until } from '../harness/until.ts';

const CRD = RESOURCES.customResourceDefinitions;
const SETS = RESOURCES.applicationSets;
let backend: RealBackend;
beforeAll(async () => {
  backend = await startRealBackend();
});
afterAll(() => backend?.stop());

const story = (title: string, tell: (story: Story) => Promise<void>): void =>
  test(title, async () => {
    const it = await Story.open(backend.kubeconfig);
    try {
      await tell(it);
    } finally {
      await it.end();
    }
  });

story('cd#18780 an API server gone for less than a second: nothing is deleted', async (it) => {
  // the reference of that time: Applications were deleted seconds after the blip
  await it.operate();
  for (const name of cities(6)) await it.cluster(name, { env: 'production' });
  await it.apply([clustersWith({ env: 'production' })], BY_CLUSTER);
  await it.untilAlive(named('shops', cities(6)));
  const before = await it.uids();
  await backend.cluster.killApiServer();
  await backend.cluster.startApiServer();
  await it.clock.pass(40);
  await it.settled();
  await it.stays(120);
  expect(await it.uids()).toEqual(before);
  expect(it.deletions()).toEqual([]);
});

story(
  'an API server killed in the middle of a run of 200: all are made, once, and none is deleted',
  async (it) => {
    await it.operate();
    const names = Array.from({ length: 200 }, (_, index) => `n${index}`);
    await it.apply([list(...names)]);
    await until('some to be made', async () => (await it.alive()).length > 20, { timeoutMs: 60_000 });
    const before = await it.uids();
    await backend.cluster.killApiServer();
    await backend.cluster.startApiServer();
    await it.clock.pass(60);
    await it.untilAlive(named('shops', names));
    const after = await it.uids();
    for (const [name, uid] of before) expect(after.get(name)).toBe(uid);
    expect(it.deletions()).toEqual([]);
  },
);

story('etcd paused while a set loses half of its rows: held when it is back, none lost', async (it) => {
  await it.operate();
  await it.apply([list(...cities(20))]);
  await it.untilAlive(named('shops', cities(20)));
  await it.apply([list(...cities(10))]);
  backend.cluster.pauseEtcd();
  const began = systemClock.monotonic();
  await until('three seconds to be over', () => systemClock.monotonic() - began > 3_000);
  backend.cluster.resumeEtcd();
  expect(await it.untilHeld('DeletionBudget')).toMatch(/appset approve .*max-deletions/);
  await it.stays(60);
});

story('a restore of sets and Applications with the old owners: repaired, none is lost', async (it) => {
  // the reference: does not take an Application another uid owns; garbage collection takes it
  const operator = await it.operate();
  await it.apply([list(...cities(5))]);
  await it.untilAlive(named('shops', cities(5)));
  await it.stop(operator);
  const before = await it.uids();
  const old = (await it.set()).metadata.uid;
  await it.remove(SETS, 'shops');
  await it.apply([list(...cities(5))]);
  const uid = (await it.set()).metadata.uid;
  expect(uid).not.toBe(old);
  await it.operate();
  await until('owners to be repaired', async () =>
    (await it.applications()).every(({ metadata }) => metadata.ownerReferences?.[0]?.uid === uid),
  );
  await it.untilQuiet();
  expect(await it.uids()).toEqual(before);
  expect(it.deletions()).toEqual([]);
});

/** The CRD of sets with one field named otherwise: what the API server then drops. */
async function swapCrd(field: string): Promise<() => Promise<void>> {
  const file = resolve(import.meta.dirname, '../../crds/applicationset.yaml');
  const text = JSON.stringify(parseYaml(readFileSync(file, 'utf8')));
  const put = async (json: string) => {
    const crd = JSON.parse(json) as KubeObject;
    const patch = [{ op: 'replace', path: '/spec', value: crd.spec ?? {} }];
    await backend.client.patch(CRD, undefined, crd.metadata.name, patch as Json, { type: 'json' });
  };
  await put(text.replaceAll(`"${field}":{`, `"${field}Once":{`));
  return () => put(text);
}
const textOf = async (it: Story): Promise<string> => JSON.stringify((await it.set()).spec.generators);

story('a CRD swapped for one that drops the folders of a set, before a restart: all stay', async (it) => {
  // the reference: a generator without folders is a complete answer of nothing; all are deleted
  const repository = it.repository(...cities(12).map((city) => `apps/${city}/app.yaml`));
  const operator = await it.operate();
  await it.apply([folders(repository.url)], BY_FOLDER);
  await it.untilAlive(named('shops', cities(12)));
  await it.stop(operator);
  const putBack = await swapCrd('directories');
  try {
    await until('the field to be dropped', async () => !(await textOf(it)).includes('directories'));
    await it.operate();
    expect(await it.untilTold('ApplicationsKept', /^True/)).toContain('SourceUnknown');
    await it.stays(120);
    expect(await it.alive()).toHaveLength(12);
  } finally {
    await putBack();
  }
});

story('a CRD swapped for one that drops some rows of a set: all stay', async (it) => {
  // the reference: reads the set as it is served now, and deletes what it does not generate any more
  const elementsYaml = JSON.stringify([{ city: 'c10' }, { city: 'c11' }]);
  const both = { list: { elements: cities(10).map((city) => ({ city })), elementsYaml } };
  await it.operate();
  await it.apply([both]);
  await it.untilAlive(named('shops', cities(12)));
  await it.settled();
  const putBack = await swapCrd('elementsYaml');
  try {
    await until('the field to be dropped', async () => !(await textOf(it)).includes('elementsYaml'));
    await it.annotate({ 'example.org/touched': 'yes' });
    const told = await it.untilHeld('SchemaChanged');
    expect(told).toMatch(/appset approve .*install the CRD that knows all fields of the set/);
    await it.stays(120);
    expect(await it.alive()).toHaveLength(12);
  } finally {
    await putBack();
  }
});

story('a CRD swapped for one that drops some rows, while the operator is away: all stay', async (it) => {
  // the reference: reads the set as it is served when it starts, and deletes what is not in it any more
  const elementsYaml = JSON.stringify([{ city: 'c10' }, { city: 'c11' }]);
  const both = { list: { elements: cities(10).map((city) => ({ city })), elementsYaml } };
  const operator = await it.operate();
  await it.apply([both]);
  await it.untilAlive(named('shops', cities(12)));
  await it.untilQuiet();
  await it.settled();
  await it.stop(operator);
  const putBack = await swapCrd('elementsYaml');
  try {
    await until('the field to be dropped', async () => !(await textOf(it)).includes('elementsYaml'));
    await it.operate();
    const told = await it.untilHeld('SchemaChanged');
    expect(told).toMatch(/appset approve .*install the CRD that knows all fields of the set/);
    await it.stays(120);
    expect(await it.alive()).toHaveLength(12);
  } finally {
    await putBack();
  }
});
