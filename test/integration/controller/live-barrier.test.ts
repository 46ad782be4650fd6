/**
 * The live barrier: what happens to the set between plan and write counts. (An operator that re-adopts
 * from its cache while a set is deleted with --cascade=orphan hands all its Applications to the garbage
 * collector.)
 */
import { describe, expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import { ARGO_CONTROLLER } from '../../../src/api/names.ts';
import { silentLog } from '../../../src/controller/log.ts';
import { WriteGate } from '../../../src/controller/write-gate.ts';
import type { MadeCall } from '../../../src/sandbox/index.ts';
import { LIMITS } from '../../../src/support/limits.ts';
import { list, Operator, shops } from './operator.ts';

/** Acts once, just before the operator's first call that fits: between the plan and its writes. */
function once(operator: Operator, fits: (call: MadeCall) => boolean, act: () => void): void {
  operator.before = (call) => {
    if (!fits(call)) return;
    operator.before = undefined;
    act();
  };
}
const listsApplications = ({ verb, kind }: MadeCall) => verb === 'list' && kind === 'Application';

test('a set deleted with --cascade=orphan while it is worked on: no owner reference is added again', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto', 'lyon', 'oslo')]));
  await operator.run();
  // somebody changed all of them, so that the run has something to write to each
  for (const name of operator.names) operator.edit(name, { spec: { project: 'other' } });
  once(operator, listsApplications, () => {
    operator.remove(RESOURCES.applicationSets, 'shops', 'Orphan');
    operator.client.store.collectGarbage();
  });
  const result = await operator.run();
  expect(result.error).toBeUndefined();
  expect(operator.writes).toEqual([]);
  expect(operator.applications().flatMap(({ metadata }) => metadata.ownerReferences ?? [])).toEqual([]);
  operator.client.store.collectGarbage();
  expect(operator.names).toEqual(['shop-lyon', 'shop-oslo', 'shop-porto']);
});

test.each<[string, (operator: Operator) => void, string[]]>([
  [
    'its spec was edited: the run plans again with the new one',
    (operator) => operator.editSet({ spec: { generators: [list('oslo')] } }),
    ['shop-oslo'],
  ],
  [
    'an annotation of ours was added: planned again',
    (operator) => operator.editSet({ metadata: { annotations: { 'appset-operator.io/adopt': 'x' } } }),
    ['shop-porto'],
  ],
  [
    'it was made again under another uid: planned again for that one',
    (operator) => {
      operator.remove(RESOURCES.applicationSets, 'shops');
      operator.apply(shops([list('riga')]));
    },
    ['shop-riga'],
  ],
  ['it is gone: nothing is written', (operator) => operator.remove(RESOURCES.applicationSets, 'shops'), []],
])('%s', async (_name, change, names) => {
  const operator = new Operator();
  operator.apply(shops([list('porto')]));
  once(operator, listsApplications, () => change(operator));
  const result = await operator.run();
  expect(result.error).toBeUndefined();
  expect(operator.names).toEqual(names);
  const uids = operator.applications().map(({ metadata }) => metadata.ownerReferences?.[0]?.uid);
  expect(new Set(uids)).toEqual(new Set(names.map(() => operator.set()?.metadata.uid)));
});

test('another annotation is no reason to plan again', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto')]));
  once(operator, listsApplications, () => operator.editSet({ metadata: { annotations: { note: 'x' } } }));
  await operator.run();
  expect(operator.calls.filter(listsApplications)).toHaveLength(2);
  expect(operator.names).toEqual(['shop-porto']);
});

test('it is taken again after 100 writes', async () => {
  const operator = new Operator();
  const cities = Array.from({ length: 250 }, (_, index) => `c${String(index).padStart(3, '0')}`);
  operator.apply(shops([list(...cities)]));
  await operator.run();
  const reads = operator.calls.filter(({ verb, kind }) => verb === 'get' && kind === 'ApplicationSet');
  // one to see the set, three barriers
  expect(reads).toHaveLength(4);
});

test('a set that is edited in the middle of many writes is not written on with the old plan', async () => {
  const operator = new Operator({ concurrentApplicationUpdates: 1 });
  const cities = Array.from({ length: 250 }, (_, index) => `c${String(index).padStart(3, '0')}`);
  operator.apply(shops([list(...cities)]));
  let creates = 0;
  once(
    operator,
    ({ verb }) => verb === 'create' && ++creates === 150,
    () => operator.editSet({ spec: { generators: [list('only')] } }),
  );
  await operator.run();
  expect(operator.names).toContain('shop-only');
  expect(operator.names.filter((name) => name.startsWith('shop-c2'))).toEqual([]);
});

test('a set that cannot be read lets nothing be written', async () => {
  const operator = new Operator();
  operator.apply(shops([list('porto')]));
  operator.client.faults.add({
    verb: 'get',
    kind: 'ApplicationSet',
    after: 1,
    effect: { type: 'refuse', code: 500 },
  });
  const result = await operator.run();
  expect(result.error).toBeDefined();
  expect(operator.names).toEqual([]);
});

describe('what stops all sets after a run was decided', () => {
  /** One place to write from; `act` happens while the run waits for it. */
  const gateOf = (operator: Operator, act: () => void) =>
    new WriteGate({
      clock: operator.clock,
      places: 1,
      sets: () => 1,
      inTurn: async (call) => {
        act();
        return call(operator.client);
      },
    });
  const pausing = (operator: Operator) => {
    let pause: string | undefined;
    const facts = async () => ({
      sources: operator.sources(),
      inClusterEnabled: true,
      pause: () => pause,
    });
    return {
      facts,
      set: (to: string | undefined) => {
        pause = to;
      },
    };
  };

  test('a pause of all while it waits at the gate: nothing is written, and the place is given back', async () => {
    const operator = new Operator();
    operator.apply(shops([list('porto', 'lyon')]));
    const { facts, set } = pausing(operator);
    let act = () => set('all');
    const gate = gateOf(operator, () => act());
    const { error } = await operator.run({ facts, gate });
    expect(error).toBeUndefined();
    expect(operator.names).toEqual([]);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True Paused all writes held/);
    set(undefined);
    act = () => {};
    await operator.run({ facts, gate });
    expect(operator.names).toEqual(['shop-lyon', 'shop-porto']);
  });

  test('a pause of all in the middle of many writes: it stops at the next look at the set', async () => {
    const operator = new Operator();
    const cities = Array.from({ length: 3 * LIMITS.barrierWrites }, (_, at) => `city-${at}`);
    operator.apply(shops([list(...cities)]));
    const { facts, set } = pausing(operator);
    once(
      operator,
      ({ verb, kind }) => verb === 'create' && kind === 'Application',
      () => set('all'),
    );
    await operator.run({ facts });
    expect(operator.names.length).toBeGreaterThan(0);
    expect(operator.names.length).toBeLessThanOrEqual(LIMITS.barrierWrites);
    expect(operator.condition('DeletionsHeld')).toMatch(/^True Paused all writes held/);
  });

  test('the controller of Argo CD shows itself while it waits at the gate: nothing is written', async () => {
    const operator = new Operator();
    operator.apply(shops([list('porto')]));
    const gate = gateOf(operator, () => {
      const time = '2030-01-01T00:00:00Z';
      const metadata = {
        name: 'other',
        namespace: 'argocd',
        managedFields: [{ manager: ARGO_CONTROLLER, time }],
      };
      const after = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata };
      operator.memory.rival.saw(
        { before: undefined, after, initial: false },
        { clock: operator.clock, log: silentLog },
      );
    });
    await operator.run({ gate });
    expect(operator.names).toEqual([]);
    expect(operator.condition('DeletionsHeld')).toMatch(
      /^True AnotherController .*Application argocd\/other was written by/,
    );
  });
});
