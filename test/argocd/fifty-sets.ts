/**
 * Fifty sets as installations have them: 25 shapes, each with Go templates and in the legacy mode. They
 * need the clusters and the repository of `Surroundings`; every shape gives at least one Application.
 */
import type { JsonObject, KubeObject } from '../../src/api/objects.ts';
import type { TestRepository } from '../unit/git/fixture.ts';

export interface Surroundings {
  readonly repoURL: string;
  /** address of the registered cluster, labelled env=test */
  readonly server: string;
}

type Mode = 'go' | 'legacy';

/** A parameter in the words of a mode: `path.basename`, `metadata.labels.env`, `path[1]`. */
type Param = (name: string) => string;

interface Shape {
  readonly generators: readonly JsonObject[];
  /** rendered behind the set's name */
  readonly suffix: string;
  readonly metadata?: JsonObject;
  readonly spec?: JsonObject;
  /** of the set, beside generators and template */
  readonly set?: JsonObject;
}

/** What the shapes read. */
export function writeFleet(repository: TestRepository): void {
  const configMap = (name: string) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { of: name } });
  repository
    .write({
      'apps/cart/configmap.json': configMap('cart'),
      'apps/Search_v2/configmap.json': configMap('search'),
      'apps/team/mail/configmap.json': configMap('mail'),
      'apps/legacy/configmap.json': configMap('legacy'),
      'envs/dev.json': JSON.stringify({ env: 'dev', cluster: { name: 'e2e', size: 3 }, app: 'cart' }),
      'envs/prod.json': JSON.stringify({ env: 'prod', cluster: { name: 'e2e-other', size: 9 }, app: 'cart' }),
      'teams/blue/config.yaml': 'team: blue\nquota: 12\nflags: {beta: true}\n',
      'teams/red/config.yaml': 'team: red\nquota: 4.5\nflags: {beta: false}\n',
    })
    .commit('the fleet');
}

/** @param prefix of all names, so that a second fifty can stand beside the first */
export function fiftySets(surroundings: Surroundings, prefix = ''): KubeObject[] {
  return (['go', 'legacy'] as const).flatMap((mode) =>
    Object.entries(shapes(mode, surroundings)).map(([name, shape]) =>
      setOf(`${prefix}${name}-${mode}`, mode, shape, surroundings),
    ),
  );
}

function setOf(name: string, mode: Mode, shape: Shape, { repoURL, server }: Surroundings): KubeObject {
  const { spec = {}, metadata = {}, set = {}, suffix, generators } = shape;
  const source = { repoURL, path: 'apps/cart', targetRevision: 'main' };
  const template = {
    metadata: { name: `${name}-${suffix}`, ...metadata },
    spec: {
      project: 'default',
      ...('sources' in spec ? {} : { source }),
      destination: { server, namespace: 'shop' },
      ...spec,
    },
  };
  const go = mode === 'go' ? { goTemplate: true, goTemplateOptions: ['missingkey=error'] } : {};
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name, namespace: 'argocd' },
    spec: { ...go, generators, template, ...set },
  } as unknown as KubeObject;
}

const paramOf =
  (mode: Mode): Param =>
  (name) => {
    if (mode === 'legacy') return `{{${name}}}`;
    if (name === 'path' || name.endsWith('.path')) return `{{.${name}.path}}`;
    const segment = /^(.*)\[(\d+)\]$/.exec(name);
    if (segment !== null) return `{{index .${segment[1]}.segments ${segment[2]}}}`;
    return `{{.${name}}}`;
  };

const elements = (...all: readonly JsonObject[]): JsonObject => ({ list: { elements: [...all] } });
const PORTO = { city: 'porto', tier: 'gold' };
const LYON = { city: 'lyon', tier: 'silver' };

function shapes(mode: Mode, around: Surroundings): Record<string, Shape> {
  const p = paramOf(mode);
  return {
    ...lists(p, around),
    ...clusters(p),
    ...directories(p, around),
    ...files(p, around),
    ...matrices(p, around),
    ...merges(p, around),
    ...policies(p, mode, around),
  };
}

const lists = (p: Param, { repoURL }: Surroundings): Record<string, Shape> => ({
  plain: { generators: [elements(PORTO, LYON)], suffix: p('city') },
  labelled: {
    generators: [elements(PORTO, LYON)],
    suffix: p('city'),
    metadata: {
      labels: { tier: p('tier'), 'app.kubernetes.io/instance': 'shop' },
      annotations: { 'example.org/note': `for ${p('city')}, on purpose\n`, 'example.org/empty': '' },
      finalizers: ['resources-finalizer.argocd.argoproj.io/background'],
    },
  },
  yaml: {
    generators: [{ list: { elements: [], elementsYaml: '- {city: porto}\n- {city: lyon}\n' } }],
    suffix: p('city'),
  },
  overridden: {
    generators: [
      {
        list: {
          elements: [PORTO],
          template: {
            metadata: { labels: { from: 'generator' } },
            spec: {
              project: 'default',
              source: { repoURL, path: 'apps/legacy', targetRevision: 'HEAD' },
              destination: {},
            },
          },
        },
      },
      elements(LYON),
    ],
    suffix: p('city'),
  },
  selected: {
    generators: [{ ...elements(PORTO, LYON), selector: { matchLabels: { tier: 'gold' } } }],
    suffix: p('city'),
  },
});

const clusters = (p: Param): Record<string, Shape> => ({
  everywhere: {
    generators: [{ clusters: {} }],
    suffix: p('name'),
    spec: { destination: { server: p('server'), namespace: 'shop' } },
  },
  labels: {
    generators: [
      {
        clusters: {
          selector: { matchLabels: { env: 'test' } },
          values: { replicas: '3', zone: p('metadata.labels.env') },
        },
      },
    ],
    suffix: `${p('nameNormalized')}-${p('values.zone')}`,
    metadata: { labels: { replicas: p('values.replicas') } },
  },
  expressions: {
    generators: [
      {
        clusters: {
          selector: { matchExpressions: [{ key: 'env', operator: 'In', values: ['live', 'test'] }] },
        },
      },
    ],
    suffix: p('name'),
    spec: { destination: { name: p('name'), namespace: 'shop' } },
  },
});

const directories = (p: Param, { repoURL }: Surroundings): Record<string, Shape> => {
  const git = (paths: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
    git: { repoURL, revision: 'main', directories: [...paths], ...more },
  });
  return {
    addons: {
      generators: [git([{ path: 'apps/*' }])],
      suffix: p('path.basenameNormalized'),
      spec: { source: { repoURL, path: p('path'), targetRevision: 'main', directory: { recurse: false } } },
    },
    excluded: {
      generators: [
        git([{ path: 'apps/*' }, { path: 'apps/legacy', exclude: true }], { pathParamPrefix: 'its' }),
      ],
      suffix: p('its.path.basenameNormalized'),
    },
    nested: {
      generators: [git([{ path: 'apps/team/*' }], { values: { owner: 'team' } })],
      suffix: `${p('path[1]')}-${p('path[2]')}-${p('values.owner')}`,
    },
  };
};

const files = (p: Param, { repoURL }: Surroundings): Record<string, Shape> => {
  const git = (path: string, more: JsonObject = {}): JsonObject => ({
    git: { repoURL, revision: 'main', files: [{ path }], ...more },
  });
  return {
    environments: {
      generators: [git('envs/*.json')],
      suffix: p('env'),
      metadata: { annotations: { size: p('cluster.size') } },
      spec: { destination: { name: p('cluster.name'), namespace: 'shop' } },
    },
    teams: {
      generators: [git('teams/*/config.yaml', { values: { where: p('path.basename') } })],
      suffix: `${p('team')}-${p('values.where')}`,
      metadata: { annotations: { quota: p('quota'), beta: p('flags.beta'), file: p('path.filename') } },
    },
    prefixed: {
      generators: [git('envs/dev.json', { pathParamPrefix: 'its' })],
      suffix: `${p('its.path.basename')}-${p('env')}`,
    },
  };
};

const matrices = (p: Param, { repoURL }: Surroundings): Record<string, Shape> => {
  const matrix = (...generators: readonly JsonObject[]): JsonObject => ({
    matrix: { generators: [...generators] },
  });
  const directories: JsonObject = { git: { repoURL, revision: 'main', directories: [{ path: 'apps/*' }] } };
  const selector = { matchExpressions: [{ key: 'env', operator: 'Exists' }] };
  return {
    cities: {
      generators: [matrix(elements(PORTO, LYON), { clusters: { selector } })],
      suffix: `${p('city')}-${p('name')}`,
    },
    fleet: {
      generators: [matrix(directories, { clusters: { selector } })],
      suffix: `${p('path.basenameNormalized')}-${p('name')}`,
      spec: {
        source: { repoURL, path: p('path'), targetRevision: 'main' },
        destination: { server: p('server'), namespace: 'shop' },
      },
    },
    dependent: {
      generators: [
        matrix(elements({ file: 'dev' }, { file: 'prod' }), {
          git: { repoURL, revision: 'main', files: [{ path: `envs/${p('file')}.json` }] },
        }),
      ],
      suffix: `${p('file')}-${p('app')}`,
    },
    deep: {
      generators: [
        matrix(matrix(elements(PORTO), elements({ stage: 'a' }, { stage: 'b' })), elements({ n: '1' })),
      ],
      suffix: `${p('city')}-${p('stage')}-${p('n')}`,
    },
  };
};

const merges = (p: Param, { server }: Surroundings): Record<string, Shape> => {
  const merge = (mergeKeys: readonly string[], ...generators: readonly JsonObject[]): JsonObject => ({
    merge: { mergeKeys: [...mergeKeys], generators: [...generators] },
  });
  const selector = { matchExpressions: [{ key: 'env', operator: 'Exists' }] };
  return {
    layered: {
      generators: [merge(['city'], elements(PORTO, LYON), elements({ city: 'lyon', tier: 'platinum' }))],
      suffix: `${p('city')}-${p('tier')}`,
    },
    exceptions: {
      generators: [
        merge(
          ['server'],
          { clusters: { selector, values: { replicas: '2' } } },
          elements({ server, extra: 'more' }),
        ),
      ],
      suffix: `${p('name')}-${p('values.replicas')}`,
    },
    combined: {
      generators: [
        merge(
          ['city', 'stage'],
          { matrix: { generators: [elements(PORTO, LYON), elements({ stage: 'a' }, { stage: 'b' })] } },
          elements({ city: 'lyon', stage: 'b', tier: 'iron' }),
        ),
      ],
      suffix: `${p('city')}-${p('stage')}-${p('tier')}`,
    },
  };
};

const policies = (p: Param, mode: Mode, { repoURL, server }: Surroundings): Record<string, Shape> => ({
  several: {
    generators: [elements(PORTO), elements({ city: 'oslo', tier: 'none' })],
    suffix: p('city'),
    spec: {
      sources: [
        { repoURL, path: 'apps/cart', targetRevision: 'main', name: 'cart' },
        { repoURL, path: 'apps/legacy', targetRevision: 'main', directory: { include: '*.json' } },
        { repoURL, targetRevision: 'main', ref: 'values' },
      ],
    },
  },
  // values that Argo CD or the API server would rather write differently
  unusual: {
    generators: [elements(PORTO)],
    suffix: p('city'),
    spec: {
      source: { repoURL, path: 'apps/cart', targetRevision: '', directory: {}, helm: {}, kustomize: {} },
      ...{ syncPolicy: {}, info: [], ignoreDifferences: [], revisionHistoryLimit: 0 },
    },
  },
  preserved: {
    generators: [elements(PORTO, LYON)],
    suffix: p('city'),
    set: {
      syncPolicy: { preserveResourcesOnDeletion: true, applicationsSync: 'create-update' },
      preservedFields: { annotations: ['example.org/mine'], labels: ['mine'] },
    },
    spec: {
      // synced for real, and no two into one namespace
      destination: { server, namespace: `shop-${p('city')}-${mode}` },
      syncPolicy: {
        automated: { prune: true, selfHeal: true, allowEmpty: false },
        syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'],
        retry: { limit: 5, backoff: { duration: '5s', factor: 2, maxDuration: '3m' } },
      },
    },
  },
  ignoring: {
    generators: [elements(PORTO, LYON)],
    suffix: p('city'),
    set: {
      ignoreApplicationDifferences: [
        { jsonPointers: ['/spec/source/targetRevision'] },
        { jqPathExpressions: ['.spec.syncPolicy'] },
      ],
      ...(mode === 'go' ? { templatePatch: PATCH } : {}),
    },
  },
});

const PATCH = `metadata:
  labels: {patched: "{{.tier}}"}
{{- if eq .tier "gold" }}
spec:
  syncPolicy: {syncOptions: [PruneLast=true]}
{{- end }}
`;
