/**
 * The live barrier: what happens to the set between plan and write counts. (An operator that re-adopts
 * from its cache while a set is deleted with --cascade=orphan hands all its Applications to the garbage
 * collector.)
 */
import { expect, test } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { MadeCall } from '../../../src/sandbox/index.ts';
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
