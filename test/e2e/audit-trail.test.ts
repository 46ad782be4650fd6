/** The audit trail of the operator as a process: kill -9 at the very call of a deletion leaves its line behind. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openApiGate } from '../harness/api-gate.ts';
import { type RealBackend, startRealBackend } from '../harness/backend.ts';
import { startOperatorProcess, stopAll } from '../harness/operator-process.ts';
import { applications, apply, cities, list, setOf, untilNames } from '../harness/sets.ts';
import { until } from '../harness/until.ts';

let backend: RealBackend;
beforeAll(async () => {
  backend = await startRealBackend({ controllerManager: true });
});
afterEach(stopAll);
afterAll(() => backend?.stop());

const namesOf = (towns: readonly string[]) => towns.map((town) => `shops-${town}`);

test('each deletion has its line out of the process before the server hears of it', async () => {
  const { client } = backend;
  const gate = await openApiGate(backend.kubeconfig);
  // the audit trail is written whatever the level
  const operator = startOperatorProcess(gate.kubeconfig, ['--cluster-settle', '0s', '--loglevel', 'error']);
  const keep = { spec: { syncPolicy: { preserveResourcesOnDeletion: true } } };
  await apply(client, setOf('shops', [list(...cities(8))], keep));
  await untilNames(client, namesOf(cities(8)));
  let asked = '';
  const killed = new Promise<void>((done) => {
    let passed = 0;
    gate.watch(async (method, path) => {
      const name = /\/applications\/([^/?]+)/.exec(path)?.[1];
      if (method !== 'DELETE' || name === undefined || ++passed < 3) return;
      asked ||= name;
      await operator.kill();
      done();
    });
  });
  await apply(client, setOf('shops', [list(...cities(4))], keep));
  await killed;
  const told = () => operator.lines.filter((line) => line['audit'] === 'deletion');
  await until('the last lines to be read', () => told().some((line) => line['application'] === asked));
  expect(told().find((line) => line['application'] === asked)).toMatchObject({
    level: 'info',
    applicationset: 'argocd/shops',
    kind: 'confirmed',
    by: 'appset-operator',
    why: 'an edit of the set took its element out of the list',
  });
  // every deletion that was made has its line
  const left = new Set((await applications(client)).map(({ metadata }) => metadata.name));
  const gone = namesOf(cities(8)).filter((name) => !left.has(name));
  const names = new Set(told().map((line) => line['application']));
  expect(gone.length).toBeGreaterThan(0);
  expect(gone.filter((name) => !names.has(name))).toEqual([]);
  await gate.stop();
});
