/** Cluster Secrets and projects in normal mode: only sets the change matters to, seen from before and after. */
import { describe, expect, test } from 'vitest';
import type { ApplicationSet, JsonObject, KubeObject } from '../../../src/api/objects.ts';
import { clusterSecretWakes, projectWakes } from '../../../src/controller/cluster-triggers.ts';

const settings = { compat: false, controllerNamespace: 'argocd' };
const setOf = (name: string, generators: JsonObject[], more: Partial<ApplicationSet> = {}): ApplicationSet =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name, namespace: 'argocd' },
    spec: { generators },
    ...more,
  }) as unknown as ApplicationSet;
const selecting = (matchLabels: JsonObject): JsonObject => ({ clusters: { selector: { matchLabels } } });
const waiting = {
  status: {
    conditions: [
      { type: 'ErrorOccurred', status: 'True', reason: 'ApplicationValidationError', message: '' },
    ],
  },
} as Partial<ApplicationSet>;

const SETS = [
  setOf('all', [{ clusters: {} }]),
  setOf('prod', [selecting({ env: 'prod' })]),
  setOf('deep', [
    { matrix: { generators: [{ list: {} }, { merge: { generators: [selecting({ env: 'prod' })] } }] } },
  ]),
  setOf('templated', [{ matrix: { generators: [{ list: {} }, selecting({ env: '{{.env}}' })] } }]),
  setOf('broken', [{ clusters: { selector: { matchExpressions: [{ key: 'a', operator: 'Like' }] } } }]),
  setOf('list', [{ list: {} }]),
  setOf('waiting', [{ list: {} }], waiting),
];
const secret = (labels: Record<string, string>, data: JsonObject = {}, namespace = 'argocd'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'eu-7', namespace, labels: { 'argocd.argoproj.io/secret-type': 'cluster', ...labels } },
  data: { name: 'ZXU=', server: 'aHR0cHM6Ly9ldQ==', config: 'e30=', ...data },
});
const always = ['argocd/all', 'argocd/templated', 'argocd/broken', 'argocd/waiting'];
const keys = (list: readonly string[]) => [...list].sort();

describe('a cluster Secret', () => {
  test('that comes wakes the sets that take it, and those that wait for something', () => {
    expect(
      keys(clusterSecretWakes({ verb: 'create', new: secret({ env: 'test' }) }, SETS, settings)),
    ).toEqual(keys(always));
    expect(
      keys(clusterSecretWakes({ verb: 'create', new: secret({ env: 'prod' }) }, SETS, settings)),
    ).toEqual(keys([...always, 'argocd/prod', 'argocd/deep']));
  });
  test('whose credentials are rotated wakes nobody', () => {
    expect(
      clusterSecretWakes(
        { verb: 'update', old: secret({}), new: secret({}, { config: 'eyJhIjoxfQ==' }) },
        SETS,
        settings,
      ),
    ).toEqual([]);
  });
  test('whose labels no longer match wakes the sets that took it before', () => {
    const event = { verb: 'update', old: secret({ env: 'prod' }), new: secret({ env: 'test' }) } as const;
    expect(clusterSecretWakes(event, SETS, settings)).toContain('argocd/prod');
  });
  test('that stops being one wakes them too (the reference does not see it)', () => {
    const plain = secret({ env: 'prod', 'argocd.argoproj.io/secret-type': 'repository' });
    expect(
      clusterSecretWakes({ verb: 'update', old: secret({ env: 'prod' }), new: plain }, SETS, settings),
    ).toContain('argocd/prod');
  });
  test('of another namespace wakes nobody: generators never see it', () => {
    expect(clusterSecretWakes({ verb: 'create', new: secret({}, {}, 'team-a') }, SETS, settings)).toEqual([]);
  });
});

describe('a project', () => {
  const project = (name: string, namespace = 'argocd'): KubeObject => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name, namespace },
  });
  const named = (project_: string) =>
    setOf(`uses-${project_}`, [], {
      spec: { template: { spec: { project: project_ } } },
    } as Partial<ApplicationSet>);
  const sets = [named('web'), named('data'), named('{{.team}}'), ...SETS];
  test.each(['create', 'delete'] as const)('%s wakes sets that name it, may name it, or wait', (verb) => {
    expect(keys(projectWakes({ verb, new: project('web') }, sets, settings))).toEqual(
      keys(['argocd/uses-web', 'argocd/uses-{{.team}}', 'argocd/waiting']),
    );
  });
  test('an update wakes nobody', () => {
    expect(
      projectWakes({ verb: 'update', old: project('web'), new: project('web') }, sets, settings),
    ).toEqual([]);
  });
  test('of another namespace wakes nobody', () => {
    expect(projectWakes({ verb: 'create', new: project('web', 'team-a') }, sets, settings)).toEqual([]);
  });
});
