/**
 * The Roles the chart renders are the table of permissions, where it says, and bound to the one
 * ServiceAccount: no right more, none less, in every scope.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/objects.ts';
import { PERMISSIONS, type Permission, WATCHED_EVERYWHERE } from '../../src/controller/permissions.ts';
import { type Helm, only, useHelm, type Values } from './helm.ts';

let helm: Helm;
beforeAll(async () => {
  helm = await useHelm();
});
afterAll(() => helm?.remove());

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** `argoproj.io/applications delete in argocd`, one a right; `*` stands for every namespace. */
function granted(objects: readonly KubeObject[], account: string): string[] {
  const bindings = objects.filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding');
  return bindings
    .flatMap((binding) => {
      const { roleRef, subjects } = binding as unknown as {
        roleRef: { kind: string; name: string };
        subjects: { kind: string; name: string; namespace: string }[];
      };
      expect(subjects).toEqual([{ kind: 'ServiceAccount', name: account, namespace: 'argocd' }]);
      const namespace = binding.metadata.namespace ?? '*';
      expect(roleRef.kind).toBe(namespace === '*' ? 'ClusterRole' : 'Role');
      const role = objects.find(
        ({ kind, metadata }) =>
          kind === roleRef.kind &&
          metadata.name === roleRef.name &&
          (metadata.namespace ?? '*') === namespace,
      );
      const { rules } = role as unknown as { rules: readonly Rule[] };
      return rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) =>
            verbs.map((verb) => right({ group, resource, verb, names: resourceNames, namespace })),
          ),
        ),
      );
    })
    .sort();
}

const right = (one: {
  group: string;
  resource: string;
  verb: string;
  names: readonly string[] | undefined;
  namespace: string;
}) =>
  `${one.group}/${one.resource}${one.names === undefined ? '' : `(${one.names.join(',')})`} ${one.verb} in ${one.namespace}`;

const asked = (permissions: readonly Permission[], namespace: string): string[] =>
  permissions.flatMap(({ group, resource, names, verbs }) =>
    verbs.map((verb) => right({ group, resource, verb, names, namespace })),
  );

/** What the chart grants by itself. */
const BY_DEFAULT = PERMISSIONS.filter(({ spare }) => spare !== 'tokens');
const controlPlane = PERMISSIONS.filter(({ reach }) => reach === 'control-plane');
const sets = BY_DEFAULT.filter(({ reach }) => reach === 'sets');
const tokens = PERMISSIONS.filter(({ spare }) => spare === 'tokens');

describe('the rights the chart grants', () => {
  const CASES: readonly (readonly [string, Values, readonly string[]])[] = [
    ['the control plane alone', {}, asked(BY_DEFAULT, 'argocd')],
    [
      'listed namespaces: writes there, watching everywhere, Secrets of the control plane alone',
      { applicationSetNamespaces: ['team-a', 'team-b'] },
      [
        ...asked(BY_DEFAULT, 'argocd'),
        ...asked(sets, 'team-a'),
        ...asked(sets, 'team-b'),
        ...asked(WATCHED_EVERYWHERE, '*'),
      ],
    ],
    [
      'the whole cluster: sets and Applications everywhere, Secrets of the control plane alone',
      { rbac: { scope: 'cluster' }, applicationSetNamespaces: ['team-*'] },
      [...asked(controlPlane, 'argocd'), ...asked(sets, '*')],
    ],
    ['another control plane', { controlPlaneNamespace: 'gitops' }, asked(BY_DEFAULT, 'gitops')],
    [
      'resources of clusterDecisionResource generators',
      { rbac: { clusterDecisionResources: [{ group: 'example.org', resource: 'placements' }] } },
      [...asked(BY_DEFAULT, 'argocd'), 'example.org/placements list in argocd'],
    ],
    [
      'no lists of held ones',
      { rbac: { plans: false } },
      asked(
        BY_DEFAULT.filter(({ spare }) => spare !== 'plans'),
        'argocd',
      ),
    ],
    [
      'Secrets with tokens next to sets',
      { rbac: { tokens: true }, applicationSetNamespaces: ['team-a'] },
      [
        ...asked(PERMISSIONS, 'argocd'),
        ...asked([...sets, ...tokens], 'team-a'),
        ...asked(WATCHED_EVERYWHERE, '*'),
      ],
    ],
    ['none, where somebody else grants them', { rbac: { create: false } }, []],
  ];
  test.each(CASES)('%s', async (_, values, expected) => {
    expect(granted(await helm.objects(values), 'demo-appset-operator')).toEqual([...expected].sort());
  });

  test('the Deployment runs under the account that was granted them', async () => {
    const objects = await helm.objects();
    const { template } = only(objects, 'Deployment').spec as {
      template: { spec: { serviceAccountName: string } };
    };
    expect(template.spec.serviceAccountName).toBe(only(objects, 'ServiceAccount').metadata.name);
  });

  test('by itself Secrets are read in the control plane alone, and nothing but Applications and lists of held ones is deleted', () => {
    expect(sets.filter(({ resource }) => resource === 'secrets')).toEqual([]);
    expect(
      PERMISSIONS.filter(({ verbs }) => verbs.includes('delete')).map(
        ({ resource, spare = 'needed' }) => `${resource} ${spare}`,
      ),
    ).toEqual(['applications needed', 'configmaps plans']);
  });
});
