/**
 * What the chart renders, by the real helm: a matrix of values against golden files, what every rendering
 * holds true, and what is refused, with the words that are shown.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, KubeObject } from '../../src/api/objects.ts';
import { golden } from '../harness/golden.ts';
import { CHART, type Helm, IMAGE, only, useHelm, type Values } from './helm.ts';

let helm: Helm;
beforeAll(async () => {
  helm = await useHelm();
});
afterAll(() => helm?.remove());

const MATRIX: Readonly<Record<string, Values>> = {
  default: {},
  'high-availability': {
    replicas: 3,
    priorityClassName: 'system-cluster-critical',
    tolerations: [{ key: 'node-role.kubernetes.io/infra', operator: 'Exists', effect: 'NoSchedule' }],
    resources: { requests: { cpu: 2, memory: '4Gi' }, limits: { memory: '8Gi' } },
    cache: { sizeLimit: null },
  },
  'listed-namespaces': { applicationSetNamespaces: ['team-b', 'team-a', 'argocd', 'team-a'] },
  'cluster-scope': {
    rbac: {
      scope: 'cluster',
      clusterDecisionResources: [
        { group: 'cluster.open-cluster-management.io', resource: 'placementdecisions' },
      ],
    },
    applicationSetNamespaces: ['team-*', '/^shop-/'],
  },
  'beside-argo-cd': {
    controlPlaneNamespace: 'gitops',
    fullnameOverride: 'appsets',
    crds: { install: { applicationset: 'never' } },
  },
  settings: {
    settings: {
      policy: 'create-update',
      'requeue-after': '5m',
      'concurrent-reconciliations': 1_000_000,
      'preserved-labels': ['team', 'cost-center'],
      'dry-run': true,
    },
    env: [{ name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' }],
    image: {
      repository: 'appset-operator',
      digest: `sha256:${'0'.repeat(64)}`,
      pullPolicy: 'Always',
      pullSecrets: [{ name: 'registry' }],
    },
  },
  webhooks: {
    service: { type: 'LoadBalancer', annotations: { 'example.com/internal': 'true' } },
    ingress: { enabled: true, className: 'nginx', host: 'hooks.example.com', tlsSecretName: 'hooks-tls' },
    httpRoute: {
      enabled: true,
      parentRefs: [{ name: 'public', namespace: 'gateways' }],
      hostnames: ['hooks.example.com'],
    },
    networkPolicy: {
      webhooksFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress' } } }],
    },
  },
  monitoring: {
    serviceMonitor: { enabled: true, interval: '1m', labels: { release: 'prometheus' } },
    prometheusRule: {
      enabled: true,
      labels: { release: 'prometheus' },
      alertLabels: { team: 'platform' },
      runbookUrl: 'https://docs.example.com/appset-operator/operations',
      disabled: ['AppsetQueueSlow'],
    },
    dashboard: { enabled: true, annotations: { folder: 'GitOps' } },
  },
  'admission-policy': {
    admissionPolicy: { enabled: true, moreThan: 20 },
    applicationSetNamespaces: ['team-a'],
  },
  openshift: {
    runAsUser: null,
    serviceAccount: { create: false, name: 'appsets' },
    rbac: { create: false },
    networkPolicy: { enabled: false },
  },
};

const rendered = async (values: Values): Promise<string> => {
  const { code, stdout, stderr } = await helm.run(['template', 'demo', CHART, '--namespace', 'argocd'], {
    ...IMAGE,
    ...values,
  });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
};

describe('rendering', () => {
  test.each(Object.entries(MATRIX))('%s', async (name, values) => {
    const text = await rendered(values);
    expect(text).toBe(golden(`chart/${name}.yaml`, text));
  });

  test.each(Object.entries(MATRIX))(
    '%s: nobody runs as root, writes to the image or has a capability',
    async (_, values) => {
      const deployment = only(await helm.objects(values), 'Deployment');
      const pod = (deployment.spec as { template: { spec: JsonObject } }).template.spec;
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of pod.containers as JsonObject[]) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        });
        const { limits } = container.resources as { limits: JsonObject };
        expect(limits.memory).toBeTruthy();
      }
    },
  );

  test.each(Object.entries(MATRIX))(
    '%s: every object has the labels, and every selector finds the Pods',
    async (_, values) => {
      const objects = await helm.objects(values);
      const labels = (
        only(objects, 'Deployment').spec as { template: { metadata: { labels: Record<string, string> } } }
      ).template.metadata.labels;
      for (const { kind, metadata } of objects) {
        expect(metadata.labels, `${kind} ${metadata.name}`).toMatchObject({
          'app.kubernetes.io/instance': 'demo',
          'app.kubernetes.io/managed-by': 'Helm',
        });
      }
      const selectors = objects.flatMap(selectorsOf);
      expect(selectors.length).toBeGreaterThan(1);
      for (const selector of selectors) expect(labels).toMatchObject(selector);
    },
  );

  test('a plain rendering knows no cluster and so installs no CRD; always does', async () => {
    const crdsOf = (objects: readonly KubeObject[]) =>
      objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ metadata }) => metadata);
    expect(crdsOf(await helm.objects())).toEqual([]);
    const always = await helm.objects({
      crds: { install: { applicationset: 'always', application: 'always', appproject: 'always' } },
    });
    expect(crdsOf(always)).toMatchObject(
      ['applicationsets', 'applications', 'appprojects'].map((plural) => ({
        name: `${plural}.argoproj.io`,
        annotations: { 'helm.sh/resource-policy': 'keep' },
      })),
    );
  });

  test('one replica has no PodDisruptionBudget, which would block the draining of its node', async () => {
    const kinds = async (values: Values) => (await helm.objects(values)).map(({ kind }) => kind);
    expect(await kinds({ replicas: 1 })).not.toContain('PodDisruptionBudget');
    expect(await kinds({ replicas: 2 })).toContain('PodDisruptionBudget');
    expect(await kinds({ replicas: 2, podDisruptionBudget: { enabled: false } })).not.toContain(
      'PodDisruptionBudget',
    );
  });

  test('helm lint has nothing against it', async () => {
    const { code, stdout } = await helm.run(['lint', CHART, '--strict'], IMAGE);
    expect(stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
    expect(stdout).not.toMatch(/\[(?:WARNING|ERROR)\]/);
    expect(code).toBe(0);
  });
});

describe('refusals', () => {
  const REFUSED: readonly (readonly [string, Values, readonly string[]])[] = [
    ['a misspelt key', { replica: 3 }, ["additional properties 'replica' not allowed"]],
    [
      'a misspelt key inside',
      { image: { repo: 'x' } },
      ["at '/image': additional properties 'repo' not allowed"],
    ],
    [
      'a misspelt flag',
      { settings: { polcy: 'sync' } },
      ["at '/settings': additional properties 'polcy' not allowed"],
    ],
    [
      'a value that is none',
      { settings: { policy: 'none' } },
      ["at '/settings/policy': value must be one of 'sync', 'create-only'"],
    ],
    ['a number as text', { replicas: 'two' }, ["at '/replicas': got string, want integer"]],
    [
      'a number out of range',
      { settings: { 'concurrent-application-updates': 500 } },
      ["at '/settings/concurrent-application-updates': maximum: got 500, want 200"],
    ],
    [
      'a duration without its unit',
      { settings: { 'requeue-after': '180' } },
      ["at '/settings/requeue-after': '180' does not match pattern"],
    ],
    ['root', { runAsUser: 0 }, ["at '/runAsUser': minimum: got 0, want 1"]],
    [
      'a namespace that cannot be',
      { controlPlaneNamespace: 'Argo CD' },
      ["at '/controlPlaneNamespace': 'Argo CD' does not match pattern"],
    ],
    [
      'a flag the chart decides',
      { settings: { 'metrics-addr': ':9090' } },
      ["at '/settings': additional properties 'metrics-addr' not allowed"],
    ],
    [
      'a CRD choice of yes',
      { crds: { install: { application: true } } },
      ["at '/crds/install/application': value must be one of 'auto', 'always', 'never'"],
    ],
    [
      'no image',
      { image: { repository: '' } },
      ['image.repository is not set. No image is published yet: build one'],
    ],
    [
      'a pattern where Roles are wanted',
      { applicationSetNamespaces: ['team-*'] },
      ['applicationSetNamespaces: "team-*" is not the name of a namespace', 'rbac.scope=cluster'],
    ],
    ['an Ingress for every host', { ingress: { enabled: true } }, ['ingress.host is not set']],
    ['a route to no Gateway', { httpRoute: { enabled: true } }, ['httpRoute.parentRefs is empty']],
    [
      'an alert that is none',
      { prometheusRule: { enabled: true, disabled: ['AppsetFaling'] } },
      ['there is no alert AppsetFaling; there are AppsetDeletionsHeld'],
    ],
  ];
  test.each(REFUSED)('%s', async (_, values, words) => {
    const { code, stdout, stderr } = await helm.run(['template', 'demo', CHART], { ...IMAGE, ...values });
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    for (const word of words) expect(stderr).toContain(word);
  });

  test('an old cluster', async () => {
    const { stderr } = await helm.run(['template', 'demo', CHART, '--kube-version', '1.24.0'], IMAGE);
    expect(stderr).toContain(
      'chart requires kubeVersion: >=1.28.0-0 which is incompatible with Kubernetes v1.24.0',
    );
  });
});

/** Labels by which an object finds Pods. */
function selectorsOf({ kind, spec = {} }: KubeObject): JsonObject[] {
  const matchLabels = (selector: unknown) => (selector as { matchLabels: JsonObject }).matchLabels;
  switch (kind) {
    case 'Service':
      return [spec.selector as JsonObject];
    case 'Deployment':
    case 'PodDisruptionBudget':
      return [matchLabels(spec.selector)];
    case 'NetworkPolicy':
      return [matchLabels(spec.podSelector)];
    default:
      return [];
  }
}
