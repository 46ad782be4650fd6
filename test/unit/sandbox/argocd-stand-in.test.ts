/** The stand-in for Argo CD: healthy Applications, and finalizers that come off. */
import { describe, expect, it, vi } from 'vitest';
import { RESOURCES } from '../../../src/api/client.ts';
import { createStore, standInPatch, startArgoCdStandIn } from '../../../src/sandbox/index.ts';
import { ManualClock } from '../../../src/support/clock.ts';

const APPS = RESOURCES.applications;
const app = (name: string, finalizers: string[] = []) => ({
  apiVersion: APPS.apiVersion,
  kind: APPS.kind,
  metadata: { name, namespace: 'argocd', finalizers },
});
const terminating = (finalizers: string[]) => ({
  ...app('a'),
  metadata: {
    ...app('a').metadata,
    finalizers,
    deletionTimestamp: '2030-01-01T00:00:00Z',
    resourceVersion: '5',
  },
});

describe('what the stand-in does', () => {
  it.each([
    [terminating(['resources-finalizer.argocd.argoproj.io']), null],
    [terminating(['resources-finalizer.argocd.argoproj.io/background', 'x.io/y']), ['x.io/y']],
    [terminating(['post-delete-finalizer.argocd.argoproj.io/cleanup']), null],
  ])('takes Argo CD’s finalizers off a terminating Application', (application, finalizers) => {
    expect(standInPatch(application, 'now')).toEqual({ metadata: { finalizers, resourceVersion: '5' } });
  });

  it('leaves other finalizers and settled Applications alone', () => {
    expect(standInPatch(terminating(['x.io/y']), 'now')).toBeUndefined();
    const settled = { ...app('a'), status: { sync: { status: 'Synced' }, health: { status: 'Healthy' } } };
    expect(standInPatch(settled, 'now')).toBeUndefined();
  });

  it('looks after Applications that are there and that come, until it is stopped', async () => {
    const clock = new ManualClock();
    const client = createStore({ clock, gc: 'off' });
    await client.create(APPS, app('first'));
    const stop = startArgoCdStandIn({ client, clock });
    await client.create(APPS, app('second', ['resources-finalizer.argocd.argoproj.io']));
    const health = async () => (await client.list(APPS)).items.map(({ status }) => status?.health);
    await vi.waitFor(async () =>
      expect(await health()).toEqual([{ status: 'Healthy' }, { status: 'Healthy' }]),
    );
    await client.delete(APPS, 'argocd', 'second');
    await vi.waitFor(async () => expect((await client.list(APPS)).items).toHaveLength(1));
    await stop();
    await client.create(APPS, app('third'));
    await new Promise((resolve) => setImmediate(resolve));
    expect((await client.get(APPS, 'argocd', 'third')).status).toBeUndefined();
  });
});
