/**
 * The operator dies at every single write of a run, before the server does it or right after, and a new
 * one starts with nothing but what is on the cluster. Nothing is done twice, nothing a person gave is
 * lost, and no budget begins anew.
 */
import { describe, expect, test } from 'vitest';
import { ApiError, RESOURCES } from '../../../src/api/client.ts';
import type { JsonObject } from '../../../src/api/objects.ts';
import { ControllerMemory } from '../../../src/controller/memory.ts';
import { GIT, list, Operator, shops } from './operator.ts';

const KEEP = { syncPolicy: { preserveResourcesOnDeletion: true } };
const cities = (count: number) => Array.from({ length: count }, (_, index) => `c${index + 10}`);
const WRITES = new Set(['create', 'patch', 'patchStatus', 'delete']);
const ENDS = ['before', 'after'] as const;

/** A run that dies at its nth write; answers whether it came that far. */
async function dyingRun(operator: Operator, nth: number, end: (typeof ENDS)[number]): Promise<boolean> {
  let seen = 0;
  let dead = false;
  operator.client.faults.add({
    verb: ['create', 'patch', 'patchStatus', 'delete'],
    after: nth,
    times: 1,
    effect: { type: 'cut', when: end },
  });
  operator.before = ({ verb }) => {
    if (dead) throw new ApiError(0, '', 'the process is dead');
    if (WRITES.has(verb) && seen++ === nth) dead = true;
  };
  await operator.run();
  operator.before = undefined;
  operator.client.faults.clear();
  operator.memory = new ControllerMemory();
  return dead;
}

/** Tells the story once for each write of its run and each way to die there. */
async function atEachWrite(
  prepare: () => Promise<Operator>,
  then: (operator: Operator, where: string) => Promise<void>,
): Promise<number> {
  for (let nth = 0; ; nth += 1) {
    let came = false;
    for (const end of ENDS) {
      const operator = await prepare();
      operator.settings = { ...operator.settings, concurrentApplicationUpdates: 1 };
      const died = await dyingRun(operator, nth, end);
      if (!died) continue;
      came = true;
      await then(operator, `${end} write ${nth + 1}`);
    }
    if (!came) return nth;
  }
}

async function finish(operator: Operator): Promise<string[]> {
  const deleted: string[] = [];
  for (let run = 0; run < 3; run += 1) {
    await operator.run();
    deleted.push(...operator.writes.filter((write) => write.startsWith('delete Application/')));
  }
  return deleted;
}

describe('a death at any write', () => {
  test('of an approved deletion: it is carried out to the end, and lets nothing else go', async () => {
    const prepare = async () => {
      const operator = new Operator();
      operator.apply(shops([list(...cities(20))], KEEP));
      await operator.run();
      operator.apply(shops([list(...cities(13))], KEEP));
      await operator.run();
      const digest = /Plan ([0-9a-f]{64})/.exec(operator.condition('DeletionsHeld') ?? '')?.[1] ?? '';
      operator.editSet({ metadata: { annotations: { 'appset-operator.io/approved-plan': digest } } });
      return operator;
    };
    const points = await atEachWrite(prepare, async (operator, where) => {
      const left = operator.names.length;
      const deleted = await finish(operator);
      expect(operator.names, where).toHaveLength(13);
      expect(deleted.length, where).toBe(left - 13);
      expect(operator.condition('DeletionsHeld'), where).toBeUndefined();
      operator.apply(shops([list(...cities(6))], KEEP));
      await finish(operator);
      expect(operator.names, where).toHaveLength(13);
    });
    // state, one deletion, state, six deletions, list, state, status
    expect(points).toBeGreaterThanOrEqual(11);
  });

  test('of an ordinary deletion: the budget of ten minutes goes on', async () => {
    const prepare = async () => {
      const operator = new Operator();
      operator.apply(shops([list(...cities(20))], KEEP));
      await operator.run();
      operator.apply(shops([list(...cities(15))], KEEP));
      return operator;
    };
    const points = await atEachWrite(prepare, async (operator, where) => {
      await finish(operator);
      expect(operator.names, where).toHaveLength(15);
      operator.clock.advance(300);
      operator.apply(shops([list(...cities(14))], KEEP));
      await finish(operator);
      expect(operator.names, where).toHaveLength(15);
      expect(operator.condition('DeletionsHeld'), where).toMatch(/^True DeletionBudget 1 deletion held/);
    });
    expect(points).toBeGreaterThanOrEqual(8);
  });

  test('of updates that data caused: no more than the budget is moved in ten minutes', async () => {
    const relabel = (operator: Operator, names: readonly string[]) => {
      const { store } = operator.client;
      const options = { type: 'merge', dryRun: false, fieldManager: 'somebody', force: false } as const;
      const patch = { metadata: { labels: { version: 'v2' } } };
      for (const name of names) store.patch(store.kind(RESOURCES.secrets), 'argocd', name, patch, options);
    };
    const moved = (operator: Operator) =>
      operator.applications().filter(({ spec }) => (spec.source as { path: string }).path === 'v2').length;
    const prepare = async () => {
      const operator = new Operator();
      for (const name of cities(10))
        operator.clusterSecret(name, `https://${name}.example.org`, { env: 'live', version: 'v1' });
      operator.apply({
        ...shops([{ clusters: { selector: { matchLabels: { env: 'live' } } } }]),
        template: {
          metadata: { name: 'shop-{{.name}}' },
          spec: {
            project: 'default',
            source: { repoURL: GIT, path: '{{index .metadata.labels "version"}}' },
            destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
          },
        },
      } as unknown as JsonObject);
      await operator.run();
      relabel(operator, cities(4));
      return operator;
    };
    await atEachWrite(prepare, async (operator, where) => {
      await finish(operator);
      expect(moved(operator), where).toBeLessThanOrEqual(5);
      relabel(operator, cities(10).slice(4, 8));
      await finish(operator);
      expect(moved(operator), where).toBeLessThanOrEqual(5);
    });
  });

  test('of creations: each is made once', async () => {
    const prepare = async () => {
      const operator = new Operator();
      operator.apply(shops([list(...cities(5))], KEEP));
      return operator;
    };
    await atEachWrite(prepare, async (operator, where) => {
      const before = new Map(operator.applications().map(({ metadata }) => [metadata.name, metadata.uid]));
      await finish(operator);
      expect(operator.names, where).toHaveLength(5);
      for (const { metadata } of operator.applications()) {
        if (before.has(metadata.name)) expect(metadata.uid, where).toBe(before.get(metadata.name));
      }
    });
  });
});
