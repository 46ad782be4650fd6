/** The status patch: what is in it, its caps, and that nothing is sent when nothing differs. */
import { describe, expect, test } from 'vitest';
import type { Application, ApplicationSet, ApplicationSetStatus } from '../../../src/api/objects.ts';
import { SUCCESS } from '../../../src/controller/conditions.ts';
import { resourcesOf, type StatusDraft, statusPatch } from '../../../src/controller/status.ts';
import { LIMITS } from '../../../src/support/limits.ts';

const NOW = '2030-01-01T00:00:00Z';
const SETTINGS = { maxResourcesStatusCount: 5_000, dryRun: false };
const setWith = (status?: ApplicationSetStatus): ApplicationSet => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: 'shops', namespace: 'argocd' },
  spec: {},
  ...(status === undefined ? {} : { status }),
});
const application = (name: string, status?: Application['status']): Application =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {},
    ...(status === undefined ? {} : { status }),
  }) as Application;
const draft = (change: Partial<StatusDraft> = {}): StatusDraft => ({
  conditions: SUCCESS,
  applications: [
    application('b', { sync: { status: 'Synced' }, health: { status: 'Healthy', message: 'x' } }),
    application('a'),
  ],
  clearApplicationStatus: true,
  ...change,
});

test('resources are sorted, with sync and health codes and nothing else', () => {
  expect(resourcesOf(draft().applications ?? [], 0)).toEqual([
    { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', name: 'a', namespace: 'argocd' },
    {
      group: 'argoproj.io',
      version: 'v1alpha1',
      kind: 'Application',
      name: 'b',
      namespace: 'argocd',
      status: 'Synced',
      health: { status: 'Healthy' },
    },
  ]);
});

test('a status that was written is not written again', () => {
  const patch = statusPatch(setWith(), draft(), SETTINGS, NOW);
  expect(Object.keys(patch?.status as object).sort()).toEqual([
    'conditions',
    'health',
    'resources',
    'resourcesCount',
  ]);
  const status = patch?.status as ApplicationSetStatus;
  expect(statusPatch(setWith(status), draft(), SETTINGS, '2031-01-01T00:00:00Z')).toBeUndefined();
});

test('a draft without Applications leaves the resources alone', () => {
  const patch = statusPatch(
    setWith({ resources: [], resourcesCount: 3 }),
    draft({ applications: undefined }),
    SETTINGS,
    NOW,
  );
  expect(Object.keys(patch?.status as object).sort()).toEqual(['conditions', 'health']);
});

describe('many Applications', () => {
  const many = Array.from({ length: 6_000 }, (_, index) =>
    application(`app-${String(index).padStart(5, '0')}`),
  );
  test('are cut at the cap, counted in full', () => {
    const patch = statusPatch(setWith(), draft({ applications: many }), SETTINGS, NOW);
    const status = patch?.status as ApplicationSetStatus;
    expect(status.resources).toHaveLength(5_000);
    expect(status.resourcesCount).toBe(6_000);
  });
  test('are cut where the object would become too large, also without a cap', () => {
    const long = many.map(({ metadata }) => application(metadata.name + 'x'.repeat(200)));
    const resources = resourcesOf(long, 0);
    expect(resources.length).toBeLessThan(6_000);
    expect(JSON.stringify(resources).length).toBeLessThanOrEqual(LIMITS.statusResourcesBytes + 1_000);
  });
});

describe('statuses of a rollout', () => {
  const statuses = [
    { application: 'web', message: 'm', status: 'Healthy', step: '1', targetRevisions: null },
  ];
  test('get the target revisions the CRD asks for', () => {
    const patch = statusPatch(
      setWith({ applicationStatus: statuses }),
      draft({ clearApplicationStatus: false, conditions: undefined, applications: undefined }),
      SETTINGS,
      NOW,
    );
    expect(patch).toEqual({ status: { applicationStatus: [{ ...statuses[0], targetRevisions: [] }] } });
  });
  test('go when there is no rollout', () => {
    const patch = statusPatch(
      setWith({ applicationStatus: statuses }),
      draft({ conditions: undefined, applications: undefined }),
      SETTINGS,
      NOW,
    );
    expect(patch).toEqual({ status: { applicationStatus: null } });
  });
});
