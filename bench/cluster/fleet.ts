/** The objects of the cluster benchmark: sets, cluster Secrets, and the Applications they come to. */
import type { JsonObject } from '../../src/api/objects.ts';

const pad = (index: number, width: number): string => String(index).padStart(width, '0');

export const clusterName = (index: number): string => `cluster-${pad(index, 2)}`;
export const setName = (index: number): string => `set-${pad(index, 4)}`;

const template = (name: string, labels: JsonObject = {}): JsonObject => ({
  metadata: {
    name,
    labels: { team: 'shop', ...labels },
    annotations: { 'example.org/contact': 'shop@example.org' },
  },
  spec: {
    project: 'default',
    source: {
      repoURL: 'https://git.example.org/fleet.git',
      path: 'deploy/{{.name}}',
      targetRevision: 'main',
      helm: {
        valueFiles: ['values.yaml', 'values-{{.name}}.yaml'],
        parameters: [{ name: 'cluster', value: '{{.name}}' }],
      },
    },
    destination: { server: '{{.server}}', namespace: 'shop' },
    syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
  },
});

const set = (name: string, generators: readonly JsonObject[], labels?: JsonObject): JsonObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name, namespace: 'argocd' },
  spec: {
    goTemplate: true,
    goTemplateOptions: ['missingkey=error'],
    generators,
    template: template(`${name}-{{.name}}`, labels),
  },
});

/** A set with `count` list elements. */
export const listSet = (name: string, count: number, labels?: JsonObject): JsonObject =>
  set(
    name,
    [
      {
        list: {
          elements: Array.from({ length: count }, (_, index) => ({
            name: pad(index, 4),
            server: 'https://kubernetes.default.svc',
          })),
        },
      },
    ],
    labels,
  );

/** A set that takes the clusters in production. */
export const clusterSet = (index: number): JsonObject =>
  set(setName(index), [{ clusters: { selector: { matchLabels: { env: 'production' } } } }]);

export const clusterSecret = (index: number, env: 'production' | 'staging'): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: clusterName(index),
    namespace: 'argocd',
    labels: { 'argocd.argoproj.io/secret-type': 'cluster', env },
  },
  stringData: {
    name: clusterName(index),
    server: `https://${clusterName(index)}.example.org`,
    config: '{}',
  },
});

/** The Application the operator writes for one row, for bare creates in another namespace. */
export const bareApplication = (namespace: string, index: number): JsonObject => {
  const row = pad(index, 4);
  const { metadata, spec } = JSON.parse(
    JSON.stringify(template(`bare-${row}`))
      .replaceAll('{{.name}}', row)
      .replaceAll('{{.server}}', 'https://kubernetes.default.svc'),
  ) as { metadata: { annotations: JsonObject } & JsonObject; spec: JsonObject };
  const origin = JSON.stringify({ generation: 1, parts: [{ leaf: 'c0ffee00', id: `element ${row}` }] });
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      ...metadata,
      namespace,
      annotations: {
        ...metadata.annotations,
        'appset-operator.io/owner': `${namespace}/bare`,
        'appset-operator.io/origin': origin,
      },
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'ApplicationSet',
          name: 'bare',
          uid: '5d1f9a52-6c36-4f3e-9d4c-0f3a3b1f2c11',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec,
  };
};
