/**
 * The values of the chart: each with its meaning, what it may be, and what it is by itself. `settings`
 * holds the flags of `appset run` and is made from their table, so that no flag is missing or misspelt.
 */
import { SETTINGS, type Setting } from '../../src/cli/operator-settings.ts';
import {
  closed,
  type Fields,
  flag,
  items,
  oneOf,
  type Schema,
  text,
  texts,
  type Value,
  whole,
} from './fields.ts';

const NAMESPACE = '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$';
const QUANTITY: Schema = {
  anyOf: [
    { type: 'string', pattern: '^[0-9.]+([EPTGMk]i?|m)?$' },
    { type: 'number', minimum: 0 },
  ],
};
const FREE: Schema = { type: 'object' };
const DURATION = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$';

/** Flags that other values of the chart decide. */
export const DECIDED_BY_CHART: readonly string[] = [
  'namespace',
  'applicationset-namespaces',
  'metrics-addr',
  'probe-addr',
  'webhook-addr',
  'notify-url-file',
];

/** What the value of a flag may be. */
function settingSchema({ kind, min, max, meaning, default: otherwise }: Setting): Schema {
  const description = `${meaning}${otherwise === undefined ? '' : ` (default: ${otherwise})`}`;
  if (typeof kind === 'object') return { description, enum: kind.oneOf };
  const range = {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
  switch (kind) {
    case 'text':
      return { description, type: 'string' };
    case 'list':
      return { description, type: 'array', items: { type: 'string', pattern: '^[^,]+$' } };
    case 'switch':
      return { description, type: 'boolean' };
    case 'number':
      return { description, type: 'integer', ...range };
    case 'duration':
      return { description, type: 'string', pattern: DURATION };
    case 'budget':
      return { description, type: ['integer', 'string'], minimum: 0, pattern: '^[0-9]+%?$' };
    default: {
      const never: never = kind;
      return never;
    }
  }
}

const settings: Value = {
  about:
    "Settings of the operator: flags of `appset run` without their dashes (docs/configuration.md), such as `policy: create-update` or `requeue-after: 5m`. They win over Argo CD's own ConfigMap argocd-cmd-params-cm, which is read too.",
  value: {},
  schema: closed(
    Object.fromEntries(
      SETTINGS.filter(({ flag: name }) => !DECIDED_BY_CHART.includes(name)).map((setting) => [
        setting.flag,
        settingSchema(setting),
      ]),
    ),
  ),
};

const crdChoice = (kind: string) =>
  oneOf(
    `The definition of ${kind}: auto installs it where the cluster has none, and keeps it up to date if this release did; always and never do as they say.`,
    ['auto', 'always', 'never'],
  );

export const VALUES: Fields = {
  nameOverride: text('In place of the name of the chart in the names of objects.'),
  fullnameOverride: text('In place of release and chart in the names of objects.'),
  image: {
    about: 'The image. None is published yet: build one with the Dockerfile of the repository.',
    fields: {
      repository: text('Where the image is, such as registry.example.com/platform/appset-operator. Needed.'),
      tag: text('Its tag; empty: the version of the application.'),
      digest: text('Its digest, such as sha256:0123…; wins over the tag.', '', {
        pattern: '^(sha256:[0-9a-f]{64})?$',
      }),
      pullPolicy: oneOf('When to pull it.', ['IfNotPresent', 'Always', 'Never']),
      pullSecrets: items('Secrets for pulling it.', closed({ name: { type: 'string' } }, ['name'])),
    },
  },
  replicas: whole('Copies of the operator: one leads, the others stand by with warm caches.', 1, 0),
  controlPlaneNamespace: text(
    'The namespace of Argo CD, with its cluster Secrets, projects and settings; empty: that of the release.',
    '',
    { pattern: `^$|${NAMESPACE}` },
  ),
  applicationSetNamespaces: items(
    'Further namespaces with sets: names; with rbac.scope=cluster also globs and /regular expressions/.',
    { type: 'string', minLength: 1 },
  ),
  settings,
  notifications: {
    about: 'Notifications of held deletions and failed sources; their form is settings.notify-format.',
    fields: {
      urlSecret: {
        about: 'The Secret with the URL, in the namespace of the release; empty: none are sent.',
        fields: {
          name: text('Its name.'),
          key: text('The key of the URL in it.', 'url', { minLength: 1 }),
        },
      },
    },
  },
  env: items(
    'Environment variables of the operator, such as HTTPS_PROXY.',
    closed({ name: { type: 'string' }, value: { type: 'string' }, valueFrom: FREE }, ['name']),
  ),
  crds: {
    about:
      "Custom resource definitions. Argo CD brings all three, and then they are Argo CD's: auto leaves them alone. Whoever has them, they stay when the release is uninstalled.",
    fields: {
      install: {
        about: 'Which to install.',
        fields: {
          applicationset: crdChoice('ApplicationSet'),
          application: crdChoice('Application'),
          appproject: crdChoice('AppProject'),
        },
      },
    },
  },
  rbac: {
    about: 'Rights of the operator; the README lists them.',
    fields: {
      create: flag('Whether to make Roles and bindings.', true),
      scope: oneOf(
        'Where Applications and sets may be written: in the control plane and the namespaces listed, or in the whole cluster.',
        ['listed', 'cluster'],
      ),
      plans: flag(
        'Whether the operator may write ConfigMaps next to sets: the whole list of what it holds back (appset-plan-NAME). Without it, the first names in the condition have to do.',
        true,
      ),
      tokens: flag(
        'Whether the operator may read Secrets next to sets, not only in the control plane: with settings.token-ref-strict-mode it looks at the labels of those that sets take tokens from.',
        false,
      ),
      clusterDecisionResources: items(
        'Resources that clusterDecisionResource generators read in the control-plane namespace.',
        closed({ group: { type: 'string' }, resource: { type: 'string' } }, ['group', 'resource']),
      ),
    },
  },
  serviceAccount: {
    about: 'The ServiceAccount of the operator.',
    fields: {
      create: flag('Whether to make it.', true),
      name: text('Its name; empty: that of the release, or default when it is not made.'),
      annotations: texts('Its annotations.'),
    },
  },
  resources: {
    about:
      'CPU and memory. A few thousand Applications fit into the request; there is no CPU limit on purpose.',
    value: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    schema: closed({
      requests: { type: 'object', additionalProperties: QUANTITY },
      limits: { type: 'object', additionalProperties: QUANTITY },
    }),
  },
  cache: {
    about: 'Mirrors of git repositories, in an emptyDir.',
    fields: {
      sizeLimit: {
        about: 'The most it may hold; null: no bound.',
        value: '4Gi',
        schema: { anyOf: [QUANTITY, { type: 'null' }] },
      },
    },
  },
  runAsUser: {
    about: 'User and group of the process; null leaves the choice to the platform (OpenShift).',
    value: 65532,
    schema: { type: ['integer', 'null'], minimum: 1 },
  },
  terminationGracePeriodSeconds: whole('Time to finish what is under way and to let the Lease go.', 45, 0),
  podAnnotations: texts('Annotations of the Pods.'),
  podLabels: texts('Labels of the Pods.'),
  priorityClassName: text('Priority class of the Pods.'),
  nodeSelector: texts('Labels of the nodes to run on.', { 'kubernetes.io/os': 'linux' }),
  tolerations: items(
    'Taints to put up with.',
    closed({
      key: { type: 'string' },
      operator: { enum: ['Exists', 'Equal'] },
      value: { type: 'string' },
      effect: { enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] },
      tolerationSeconds: { type: 'integer' },
    }),
  ),
  affinity: {
    about: 'Affinity of the Pods.',
    value: {},
    schema: closed({ nodeAffinity: FREE, podAffinity: FREE, podAntiAffinity: FREE }),
  },
  topologySpreadConstraints: items(
    'How to spread the Pods; empty: over nodes and zones, as far as that goes.',
    { type: 'object', required: ['maxSkew', 'topologyKey', 'whenUnsatisfiable'] },
  ),
  podDisruptionBudget: {
    about: 'Keeps one Pod up while nodes are drained; made with two replicas or more.',
    fields: { enabled: flag('Whether to make it.', true) },
  },
  service: {
    about: 'The Service: port 7000 for webhooks, 8080 for metrics.',
    fields: {
      type: oneOf('Its type.', ['ClusterIP', 'NodePort', 'LoadBalancer']),
      annotations: texts('Its annotations.'),
    },
  },
  ingress: {
    about: 'Lets webhooks in by an Ingress.',
    fields: {
      enabled: flag('Whether to make it.', false),
      className: text('Its class.'),
      host: text('Host name webhooks are sent to.'),
      tlsSecretName: text('Secret with the certificate; empty: no TLS.'),
      annotations: texts('Its annotations.'),
    },
  },
  httpRoute: {
    about: 'Lets webhooks in by a Gateway.',
    fields: {
      enabled: flag('Whether to make it.', false),
      parentRefs: items(
        'Gateways to attach to.',
        closed(
          {
            group: { type: 'string' },
            kind: { type: 'string' },
            name: { type: 'string' },
            namespace: { type: 'string' },
            sectionName: { type: 'string' },
            port: { type: 'integer' },
          },
          ['name'],
        ),
      ),
      hostnames: items('Host names webhooks are sent to.', { type: 'string' }),
      annotations: texts('Its annotations.'),
    },
  },
  networkPolicy: {
    about: 'Lets nothing in but webhooks, metrics and probes; what goes out is not limited.',
    fields: {
      enabled: flag('Whether to make it.', true),
      webhooksFrom: items('Who may send webhooks (NetworkPolicyPeer); empty: everybody.', FREE),
      metricsFrom: items('Who may read metrics (NetworkPolicyPeer); empty: everybody.', FREE),
    },
  },
  serviceMonitor: {
    about: 'For the Prometheus operator: what to scrape.',
    fields: {
      enabled: flag('Whether to make it.', false),
      interval: text('How often.', '30s', { pattern: DURATION }),
      labels: texts('Labels by which Prometheus finds it.'),
    },
  },
  prometheusRule: {
    about: 'For the Prometheus operator: the alerts.',
    fields: {
      enabled: flag('Whether to make it.', false),
      labels: texts('Labels by which Prometheus finds it.'),
      alertLabels: texts('Labels to put on every alert.'),
      runbookUrl: text(
        'Where your people read docs/operations.md, such as https://docs.example.com/appset-operator/operations; with it each alert has a runbook_url to its section.',
        '',
        { pattern: '^$|^https?://[^#]+$' },
      ),
      disabled: items('Names of alerts to leave out.', { type: 'string', pattern: '^Appset' }),
    },
  },
  dashboard: {
    about: 'A ConfigMap with a Grafana dashboard, for the sidecar of Grafana.',
    fields: {
      enabled: flag('Whether to make it.', false),
      labels: texts('Labels by which Grafana finds it.', { grafana_dashboard: '1' }),
      annotations: texts('Its annotations, such as the folder.'),
    },
  },
  admissionPolicy: {
    about:
      'A ValidatingAdmissionPolicy (Kubernetes 1.30): a set with more Applications than that is only deleted once it is annotated with appset-operator.io/confirm-delete.',
    fields: {
      enabled: flag('Whether to make it.', false),
      moreThan: whole('Sets with at most so many Applications are deleted without.', 5, 0),
    },
  },
  global: { about: 'Of a chart that has this one as a dependency; not read.', value: {}, schema: FREE },
};
