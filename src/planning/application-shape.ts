/**
 * The types behind the fields of an Application, as far as comparing needs them: which zero values
 * equal absence and which do not (a nil pointer differs from a pointer to zero), what is a map or a
 * list, and where free JSON begins. Fields that are not here do not exist for a comparison: the
 * controller neither sees nor touches them (spec controller-and-operations §3.3, api-fields.json).
 */

export type Shape =
  /** zero value and absence are the same */
  | { readonly is: 'scalar' }
  /** a pointer to a scalar: its zero value is a value */
  | { readonly is: 'pointer' }
  /** a list of scalars; empty equals absent */
  | { readonly is: 'scalars' }
  /** map[string]scalar: every entry counts; empty equals absent */
  | { readonly is: 'map' }
  /** any JSON; members that are null count as absent */
  | { readonly is: 'free' }
  /** with `pointer`, a block without content differs from an absent one */
  | { readonly is: 'struct'; readonly pointer: boolean; readonly fields: Readonly<Record<string, Shape>> }
  | { readonly is: 'list'; readonly items: Shape };

const scalar: Shape = { is: 'scalar' };
const pointer: Shape = { is: 'pointer' };
const scalars: Shape = { is: 'scalars' };
const map: Shape = { is: 'map' };
const free: Shape = { is: 'free' };
const list = (items: Shape): Shape => ({ is: 'list', items });
const struct = (fields: Readonly<Record<string, Shape>>): Shape => ({ is: 'struct', pointer: false, fields });
const block = (fields: Readonly<Record<string, Shape>>): Shape => ({ is: 'struct', pointer: true, fields });
/** fields that hold scalars whose zero value equals absence */
const plain = (...names: readonly string[]): Record<string, Shape> =>
  Object.fromEntries(names.map((name) => [name, scalar]));

const helm = block({
  valueFiles: scalars,
  parameters: list(struct(plain('name', 'value', 'forceString'))),
  fileParameters: list(struct(plain('name', 'path'))),
  valuesObject: free,
  apiVersions: scalars,
  ...plain('releaseName', 'values', 'version', 'passCredentials', 'ignoreMissingValueFiles', 'skipCrds'),
  ...plain('namespace', 'kubeVersion', 'skipTests', 'skipSchemaValidation'),
});

const kustomize = block({
  ...plain('namePrefix', 'nameSuffix', 'version', 'forceCommonLabels', 'forceCommonAnnotations', 'namespace'),
  ...plain('commonAnnotationsEnvsubst', 'ignoreMissingComponents', 'labelWithoutSelector', 'kubeVersion'),
  ...plain('labelIncludeTemplates'),
  images: scalars,
  commonLabels: map,
  commonAnnotations: map,
  replicas: list(struct({ name: scalar, count: pointer })),
  patches: list(
    struct({
      ...plain('path', 'patch'),
      target: block(
        plain('group', 'version', 'kind', 'name', 'namespace', 'annotationSelector', 'labelSelector'),
      ),
      options: map,
    }),
  ),
  components: scalars,
  apiVersions: scalars,
});

const variable = struct(plain('name', 'value', 'code'));
const directory = block({
  ...plain('recurse', 'exclude', 'include', 'disableExtensionFilter'),
  jsonnet: struct({ extVars: list(variable), tlas: list(variable), libs: scalars }),
});

const plugin = block({
  name: scalar,
  env: list(struct(plain('name', 'value'))),
  parameters: list(struct({ name: scalar, string: pointer, map: free, array: free })),
});

const tools = { helm, kustomize, directory, plugin };
const sourceFields = {
  ...plain('repoURL', 'path', 'targetRevision', 'chart', 'ref', 'name', 'tagPrefix'),
  ...tools,
};

const retry = {
  ...plain('limit', 'refresh'),
  backoff: block({ ...plain('duration', 'maxDuration'), factor: pointer }),
};

const spec = struct({
  source: block(sourceFields),
  sources: list(struct(sourceFields)),
  destination: struct(plain('server', 'namespace', 'name')),
  project: scalar,
  syncPolicy: block({
    automated: block({ prune: pointer, selfHeal: pointer, allowEmpty: pointer, enabled: pointer }),
    syncOptions: scalars,
    retry: block(retry),
    managedNamespaceMetadata: block({ labels: map, annotations: map }),
  }),
  ignoreDifferences: list(
    struct({
      ...plain('group', 'kind', 'name', 'namespace'),
      jsonPointers: scalars,
      jqPathExpressions: scalars,
      managedFieldsManagers: scalars,
    }),
  ),
  info: list(struct(plain('name', 'value'))),
  revisionHistoryLimit: pointer,
  sourceHydrator: block({
    drySource: struct({ ...plain('repoURL', 'targetRevision', 'path'), ...tools }),
    syncSource: struct(plain('targetBranch', 'path', 'repoURL')),
    hydrateTo: block(plain('targetBranch')),
  }),
});

const operation = block({
  sync: block({
    ...plain('revision', 'prune', 'dryRun', 'autoHealAttemptsCount'),
    syncStrategy: block({ apply: block(plain('force')), hook: block(plain('force')) }),
    resources: list(struct(plain('group', 'kind', 'name', 'namespace'))),
    source: block(sourceFields),
    sources: list(struct(sourceFields)),
    manifests: scalars,
    syncOptions: scalars,
    revisions: scalars,
  }),
  initiatedBy: struct(plain('username', 'automated')),
  info: list(struct(plain('name', 'value'))),
  retry: struct(retry),
});

/** What a comparison sees of an Application: never its status, never the server's own metadata. */
export const APPLICATION_SHAPE: Shape = struct({
  ...plain('apiVersion', 'kind'),
  metadata: struct({
    ...plain('name', 'namespace'),
    labels: map,
    annotations: map,
    finalizers: scalars,
    ownerReferences: free,
  }),
  spec,
  operation,
});
