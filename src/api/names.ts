/** Names on the wire: groups, kinds, finalizers, labels and annotations (spec controller-and-operations §0). */

export const ARGO_GROUP = 'argoproj.io';
export const ARGO_API_VERSION = 'argoproj.io/v1alpha1';
export const OWN_PREFIX = 'appset-operator.io/';

/** The reference's controller, as the server names it in managedFields, and as its Pods are labelled. */
export const ARGO_CONTROLLER = 'argocd-applicationset-controller';

export const RESOURCES_FINALIZER = 'resources-finalizer.argocd.argoproj.io';
export const PRE_DELETE_FINALIZER_PREFIX = 'pre-delete-finalizer.argocd.argoproj.io';
export const POST_DELETE_FINALIZER_PREFIX = 'post-delete-finalizer.argocd.argoproj.io';

export const REFRESH_SET_ANNOTATION = 'argocd.argoproj.io/application-set-refresh';
export const ALWAYS_PRESERVED_ANNOTATIONS = [
  'notified.notifications.argoproj.io',
  'argocd.argoproj.io/refresh',
  'argocd.argoproj.io/hydrate',
] as const;
export const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

export const SECRET_TYPE_LABEL = 'argocd.argoproj.io/secret-type';
export const CLUSTER_SECRET_TYPE = 'cluster';
/** Of Secrets with tokens of providers, which strict mode demands. */
export const SCM_CREDENTIALS_TYPE = 'scm-creds';

export const IN_CLUSTER_SERVER = 'https://kubernetes.default.svc';
export const IN_CLUSTER_NAME = 'in-cluster';
export const DEFAULT_PROJECT = 'default';

/** Our own annotations (safety.md). */
export const OWN = {
  origin: `${OWN_PREFIX}origin`,
  owner: `${OWN_PREFIX}owner`,
  keep: `${OWN_PREFIX}keep`,
  adopt: `${OWN_PREFIX}adopt`,
  partialDeletions: `${OWN_PREFIX}partial-deletions`,
  allowedProjects: `${OWN_PREFIX}allowed-projects`,
  state: `${OWN_PREFIX}state`,
  approvedPlan: `${OWN_PREFIX}approved-plan`,
  handOverTo: `${OWN_PREFIX}hand-over-to`,
  takeOverFrom: `${OWN_PREFIX}take-over-from`,
  acceptFirstRun: `${OWN_PREFIX}accept-first-run`,
  expectDeletions: `${OWN_PREFIX}expect-deletions`,
  allowEmpty: `${OWN_PREFIX}allow-empty`,
  ephemeral: `${OWN_PREFIX}ephemeral`,
  paused: `${OWN_PREFIX}paused`,
  maxDeletions: `${OWN_PREFIX}max-deletions`,
  maxUpdates: `${OWN_PREFIX}max-updates`,
  deletionGrace: `${OWN_PREFIX}deletion-grace`,
  onRename: `${OWN_PREFIX}on-rename`,
  /** asked for by the chart's admission policy, not by the operator */
  confirmDelete: `${OWN_PREFIX}confirm-delete`,
} as const;
