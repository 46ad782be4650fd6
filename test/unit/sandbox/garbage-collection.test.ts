/** Owner references: who goes with whom, under each propagation policy. */
import { beforeEach, describe, expect, it } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import type { KubeObject, OwnerReference } from '../../../src/api/objects.ts';
import { createStore, type StoreClient } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';

const APPS = RESOURCES.applications;
const SETS = RESOURCES.applicationSets;

let client: StoreClient;
let owner: KubeObject;
beforeEach(async () => {
  client = createStore({ clock: new ManualClock(), gc: 'manual' });
  owner = await client.create(SETS, {
    apiVersion: SETS.apiVersion,
    kind: SETS.kind,
    metadata: { name: 'set', namespace: 'argocd' },
    spec: {},
  });
});

const reference = (to: KubeObject = owner, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: to.apiVersion,
  kind: to.kind,
  name: to.metadata.name,
  uid: to.metadata.uid ?? '',
  ...more,
});

const createApp = (name: string, ownerReferences: OwnerReference[], finalizers: string[] = []) =>
  client.create(APPS, {
    apiVersion: APPS.apiVersion,
    kind: APPS.kind,
    metadata: { name, namespace: 'argocd', ownerReferences, finalizers },
    spec: {},
  });

/** `name`, `name!` when terminating, with the owners left. */
async function apps(): Promise<string[]> {
  client.store.collectGarbage();
  return (await client.list(APPS)).items.map(({ metadata }) => {
    const owners = (metadata.ownerReferences ?? []).map((one) => one.name).join('+');
    return `${metadata.name}${metadata.deletionTimestamp === undefined ? '' : '!'}${owners === '' ? '' : `<${owners}`}`;
  });
}
const sets = async () => (await client.list(SETS)).items.map(({ metadata }) => metadata.finalizers ?? []);

describe('garbage collection', () => {
  it.each([undefined, 'Background'] as const)(
    'takes dependents after their owner (policy %s)',
    async (policy) => {
      await createApp('a', [reference()]);
      await createApp('b', [reference()], ['x.io/y']);
      await createApp('c', []);
      await client.delete(SETS, 'argocd', 'set', policy === undefined ? {} : { propagationPolicy: policy });
      expect(await apps()).toEqual(['b!<set', 'c']);
    },
  );

  it('orphans: takes the references off, then lets the owner go', async () => {
    await createApp('a', [reference()]);
    const terminating = await client.delete(SETS, 'argocd', 'set', { propagationPolicy: 'Orphan' });
    expect(terminating?.metadata.finalizers).toEqual(['orphan']);
    expect(await apps()).toEqual(['a']);
    expect(await sets()).toEqual([]);
  });

  it('foreground: the owner waits for dependents that block it', async () => {
    await createApp('blocks', [reference(owner, { blockOwnerDeletion: true })], ['x.io/y']);
    await createApp('free', [reference()]);
    await client.delete(SETS, 'argocd', 'set', { propagationPolicy: 'Foreground' });
    expect(await apps()).toEqual(['blocks!<set']);
    expect(await sets()).toEqual([['foregroundDeletion']]);
    await client.patch(APPS, 'argocd', 'blocks', { metadata: { finalizers: null } }, { type: 'merge' });
    expect(await apps()).toEqual([]);
    expect(await sets()).toEqual([]);
  });

  it('takes an object whose owner never was, or is another of the same name', async () => {
    await createApp('other-uid', [reference(owner, { uid: 'another' })]);
    await createApp('no-owner', [reference(owner, { name: 'nobody', uid: 'none' })]);
    await createApp('fine', [reference()]);
    expect(await apps()).toEqual(['fine<set']);
  });

  it('keeps an object while one of its owners lives, and drops the other reference', async () => {
    const second = await client.create(SETS, { ...owner, metadata: { name: 'second', namespace: 'argocd' } });
    await createApp('a', [reference(), reference(second)]);
    await client.delete(SETS, 'argocd', 'set');
    expect(await apps()).toEqual(['a<second']);
  });

  it('leaves alone what is owned by a kind that is not served', async () => {
    await createApp('a', [{ apiVersion: 'x.io/v1', kind: 'Unknown', name: 'u', uid: 'u' }]);
    expect(await apps()).toEqual(['a<u']);
  });

  it('takes what is adopted too late: a reference added after its owner went', async () => {
    await createApp('a', []);
    await client.delete(SETS, 'argocd', 'set');
    await client.patch(
      APPS,
      'argocd',
      'a',
      { metadata: { ownerReferences: [{ ...reference() }] } },
      { type: 'merge' },
    );
    expect(await apps()).toEqual([]);
  });

  it('runs by itself unless told otherwise', async () => {
    const auto = createStore({ clock: new ManualClock() });
    const off = createStore({ clock: new ManualClock(), gc: 'off' });
    for (const one of [auto, off]) {
      await one.create(APPS, {
        apiVersion: APPS.apiVersion,
        kind: APPS.kind,
        metadata: { name: 'a', namespace: 'argocd', ownerReferences: [reference(owner, { uid: 'gone' })] },
      });
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect([(await auto.list(APPS)).items.length, (await off.list(APPS)).items.length]).toEqual([0, 1]);
  });
});
