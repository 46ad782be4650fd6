/**
 * The two rows of the fault matrix that need the real thing, and the killed operator once more: a set of
 * each generator, side by side on one API server, while that server is killed, etcd is paused, or the
 * operator dies in its fan-out. A row comes and somebody edits at the same time. What was deleted is
 * told by the audit log, and by the uids of what has to stay.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ObjectClient } from '../../src/api/client.ts';
import { systemClock } from '../../src/support/clock.ts';
import { LIMITS } from '../../src/support/limits.ts';
import { seededRandom } from '../../src/support/random.ts';
import { openApiGate } from '../harness/api-gate.ts';
import { type RealBackend, startRealBackend } from '../harness/backend.ts';
import { type OperatorProcess, startOperatorProcess, stopAll } from '../harness/operator-process.ts';
import { APPS, applications, conditionsIn, freeLease, namesOf } from '../harness/sets.ts';
import { until } from '../harness/until.ts';
import { cellsTable, PAGE, REAL_FAULTS, type ShownCell } from '../integration/faults/page.ts';
import { GENERATORS, type GeneratorName, openWorld, type World } from '../integration/faults/worlds.ts';

const SEED = 20_300_401;
const PATIENCE_MS = 120_000;
const PAUSE_MS = 5_000;
const BEFORE = ['a', 'b', 'c', 'd'];
/** One row more; one that goes in the same commit would be held as a rename. */
const AFTER = ['a', 'b', 'c', 'd', 'e'];
const AT_THE_END = ['a', 'b', 'd', 'e'];

const prefixOf = (generator: GeneratorName) => `${generator.replaceAll(' ', '-')}-`;
const namesFor = (rows: readonly string[]) =>
  GENERATORS.flatMap((generator) => rows.map((row) => `${prefixOf(generator)}${row}`)).sort();

let backend: RealBackend;
let client: ObjectClient;
let worlds: ReadonlyMap<GeneratorName, World>;
let operators: OperatorProcess[];

beforeAll(async () => {
  backend = await startRealBackend({ controllerManager: true });
  client = backend.client;
});
afterAll(async () => {
  await stopAll();
  await backend?.stop();
});
beforeEach(async () => {
  await backend.reset();
  operators = [];
  const open = async (generator: GeneratorName) =>
    [generator, await openWorld(generator, client, { pollSeconds: 1, prefix: prefixOf(generator) })] as const;
  worlds = new Map(await Promise.all(GENERATORS.map(open)));
});
afterEach(async () => {
  await stopAll();
  await Promise.all([...worlds.values()].map((world) => world.close()));
});

const start = (kubeconfig = backend.kubeconfig): OperatorProcess => {
  const operator = startOperatorProcess(kubeconfig, ['--cluster-settle', '1s', '--requeue-after', '1s']);
  operators.push(operator);
  return operator;
};
const rows = (names: readonly string[]) =>
  Promise.all([...worlds.values()].map((world) => world.rows(names)));
const lastOfAll = () =>
  operators
    .flatMap(({ lines }) => lines.slice(-10))
    .map((line) => JSON.stringify(line))
    .join('\n');
/** Calls on Applications by anybody but the test that was answered well, as `verb name`. */
const done = (verb: string): string[] =>
  backend.audit
    .calls(/^(?!appset-test)/)
    .filter((call) => call.verb.startsWith(verb) && call.resource === 'applications' && call.code < 300)
    .map(({ name }) => name);

/** Exactly these Applications, and nobody's edit left. @returns their uids by name */
async function untilRight(names: readonly string[]): Promise<Map<string, string>> {
  let last = '';
  return until(
    'everything to be as it should be',
    async () => {
      const all = await applications(client);
      const edited = all
        .filter(({ spec }) => spec?.project !== 'default')
        .map(({ metadata }) => metadata.name);
      last = `${namesOf(all).join(', ')}; edited: ${edited.join(', ')}; ${await conditionsIn(client)}`;
      if (JSON.stringify(namesOf(all)) !== JSON.stringify(names) || edited.length > 0) return undefined;
      return new Map(all.map(({ metadata }) => [metadata.name, metadata.uid ?? '']));
    },
    { timeoutMs: PATIENCE_MS, last: () => `${last}\n${lastOfAll()}` },
  );
}

/** A row comes and somebody edits, in every world; resolves in the middle of it. */
async function beginChanges(seed: number): Promise<void> {
  const random = seededRandom(seed);
  backend.audit.mark();
  for (const generator of GENERATORS) {
    const name = `${prefixOf(generator)}${['a', 'b', 'c'][random.int(0, 3)]}`;
    await client.patch(APPS, 'argocd', name, { spec: { project: 'stolen' } }, { type: 'merge' });
  }
  await rows(AFTER);
  await until('a first new Application', () => done('create').length > 0, {
    timeoutMs: PATIENCE_MS,
    longestMs: 20,
    last: lastOfAll,
  });
}

/** What became of every world's Applications, when one more row really goes at the end. */
async function judge(fault: string, before: ReadonlyMap<string, string>): Promise<ShownCell[]> {
  const recovered = await untilRight(namesFor(AFTER));
  await rows(AT_THE_END);
  const atTheEnd = await untilRight(namesFor(AT_THE_END));
  const deletions = done('delete');
  return GENERATORS.map((generator) => {
    const mine = (name: string) => name.startsWith(prefixOf(generator));
    const goes = [`${prefixOf(generator)}c`];
    const wanted = [...recovered].filter(([name]) => !goes.includes(name) && mine(name));
    // another uid: it was deleted and made again
    const replaced = [...before].filter(([name, uid]) => mine(name) && (recovered.get(name) ?? uid) !== uid);
    return {
      fault,
      generator,
      deleted: [
        ...deletions.filter((name) => mine(name) && !goes.includes(name)),
        ...replaced.map(([name]) => name),
      ],
      lost: wanted.filter(([name, uid]) => atTheEnd.get(name) !== uid).map(([name]) => name),
    };
  });
}

function expectPageToTell(seed: number, cells: readonly ShownCell[]): void {
  for (const { deleted, lost, generator } of cells)
    expect({ seed, generator, deleted, lost }).toEqual({ seed, generator, deleted: [], lost: [] });
  const [row = ''] = cellsTable(cells).split('\n').slice(2);
  expect(readFileSync(PAGE, 'utf8')).toContain(`${row}\n`);
}

/** It led once, from the start to the end. */
async function expectNotRestarted(awayMs: number): Promise<void> {
  const [operator] = operators as [OperatorProcess];
  expect(operators, `the fault took ${awayMs} ms\n${lastOfAll()}`).toHaveLength(1);
  expect(operator.lines.filter(({ msg }) => msg === 'leading')).toHaveLength(1);
  expect((await operator.stop()).code).toBe(0);
}

async function settledOperator(): Promise<ReadonlyMap<string, string>> {
  await start().said('leading');
  await rows(BEFORE);
  return untilRight(namesFor(BEFORE));
}

test('the API server is killed and comes back', async () => {
  const before = await settledOperator();
  await beginChanges(SEED);
  const began = systemClock.monotonic();
  await backend.cluster.killApiServer();
  await backend.cluster.startApiServer();
  const awayMs = Math.round(systemClock.monotonic() - began);
  process.stdout.write(`the API server was away for ${awayMs} ms\n`);
  // who cannot renew its Lease in time gives up: only so slow a machine excuses it
  const isExcused = awayMs > LIMITS.leaseRenewDeadlineMs - LIMITS.leaseRetryMs;
  if (isExcused && operators[0]?.ended === true) await start().said('leading', PATIENCE_MS);
  expectPageToTell(SEED, await judge(REAL_FAULTS.server, before));
  if (!isExcused) await expectNotRestarted(awayMs);
});

test('etcd is paused', async () => {
  const before = await settledOperator();
  await beginChanges(SEED + 1);
  backend.cluster.pauseEtcd();
  const began = systemClock.monotonic();
  await until('the end of the pause', () => systemClock.monotonic() - began > PAUSE_MS);
  backend.cluster.resumeEtcd();
  const awayMs = Math.round(systemClock.monotonic() - began);
  expectPageToTell(SEED + 1, await judge(REAL_FAULTS.etcd, before));
  await expectNotRestarted(awayMs);
});

test('the operator is killed with -9 in the middle of its fan-out', async () => {
  const random = seededRandom(SEED + 2);
  const gate = await openApiGate(backend.kubeconfig);
  backend.audit.mark();
  await rows(BEFORE);
  let left = random.int(6, 15);
  const killed = new Promise<void>((resolve) =>
    gate.watch(async (method, path) => {
      if (method !== 'POST' || !path.includes('/applications') || left-- > 0) return;
      await first.kill();
      resolve();
    }),
  );
  const first = start(gate.kubeconfig);
  await killed;
  await gate.stop();
  const before = new Map(
    (await applications(client)).map(({ metadata }) => [metadata.name, metadata.uid ?? '']),
  );
  expect(before.size).toBeGreaterThan(0);
  expect(before.size).toBeLessThan(namesFor(BEFORE).length);
  await freeLease(client);
  await start().said('leading', PATIENCE_MS);
  await rows(AFTER);
  expectPageToTell(SEED + 2, await judge(REAL_FAULTS.operator, before));
});
