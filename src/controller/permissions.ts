/**
 * What the operator asks of the Kubernetes API, and nothing else: one row a resource, with the verbs
 * that are called and the reason. The chart's Roles are made from it (`npm run generate:chart`), and the
 * chart suite runs the operator under exactly these rights and compares with the API server's audit log.
 *
 * The reference asks for more (spec controller §9.5): it may create, update and delete sets, and replace
 * Applications; this operator patches.
 */
import { LEASE_NAME } from './operator.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

export interface Permission {
  /** API group; '' for the core */
  readonly group: string;
  /** plural, with a subresource behind a slash */
  readonly resource: string;
  readonly verbs: readonly Verb[];
  /** only objects of these names */
  readonly names?: readonly string[];
  /** in the control-plane namespace, or wherever sets are (which includes it) */
  readonly reach: 'control-plane' | 'sets';
  readonly why: string;
  /** goes without when it is missing: whoever grants rights may leave it out */
  readonly spare?: 'plans' | 'tokens';
}

const ARGO = 'argoproj.io';
const ARGO_LEASE = '58ac56fa.applicationsets.argoproj.io';

export const PERMISSIONS: readonly Permission[] = [
  {
    group: ARGO,
    resource: 'applicationsets',
    verbs: ['get', 'list', 'watch', 'patch'],
    reach: 'sets',
    why: 'sets are watched, read again before a write, and patched: finalizers, state, refresh mark',
  },
  {
    group: ARGO,
    resource: 'applicationsets/status',
    verbs: ['patch'],
    reach: 'sets',
    why: 'conditions, resources, health',
  },
  {
    group: ARGO,
    resource: 'applicationsets/finalizers',
    verbs: ['update'],
    reach: 'sets',
    why: 'owner references that block the deletion of their owner, where OwnerReferencesPermissionEnforcement is on',
  },
  {
    group: ARGO,
    resource: 'applications',
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
    reach: 'sets',
    why: 'what sets generate',
  },
  {
    group: '',
    resource: 'events',
    verbs: ['create', 'patch'],
    reach: 'sets',
    why: 'news on a set, and counts of those that repeat',
  },
  {
    group: '',
    resource: 'configmaps',
    verbs: ['create', 'patch', 'delete'],
    reach: 'sets',
    why: 'appset-plan-NAME: the whole list of what is held (names cannot be limited: they follow the sets)',
    spare: 'plans',
  },
  {
    group: '',
    resource: 'secrets',
    verbs: ['get'],
    reach: 'sets',
    why: 'labels of Secrets that sets take tokens from, where token-ref-strict-mode is on; metadata alone is asked for',
    spare: 'tokens',
  },
  {
    group: ARGO,
    resource: 'appprojects',
    verbs: ['list', 'watch'],
    reach: 'control-plane',
    why: 'projects of generated Applications, and their signature keys',
  },
  {
    group: '',
    resource: 'secrets',
    verbs: ['get', 'list', 'watch'],
    reach: 'control-plane',
    why: 'clusters, credentials of repositories, secrets of webhooks',
  },
  {
    group: '',
    resource: 'configmaps',
    verbs: ['get', 'list', 'watch'],
    reach: 'control-plane',
    why: 'argocd-cm and argocd-cmd-params-cm',
  },
  {
    group: '',
    resource: 'pods',
    verbs: ['list'],
    reach: 'control-plane',
    why: "whether Argo CD's own ApplicationSet controller still runs",
  },
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['create'],
    reach: 'control-plane',
    why: 'the Lease, where there is none yet (a create cannot be limited to a name)',
  },
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get', 'update'],
    names: [LEASE_NAME],
    reach: 'control-plane',
    why: 'who leads',
  },
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get'],
    names: [ARGO_LEASE],
    reach: 'control-plane',
    why: "the Lease of Argo CD's own ApplicationSet controller",
  },
];

/** Rights over all namespaces that watching sets outside the control plane takes, whatever may be written. */
export const WATCHED_EVERYWHERE: readonly Permission[] = PERMISSIONS.filter(
  ({ reach, verbs }) => reach === 'sets' && verbs.includes('watch'),
).map((permission) => ({
  ...permission,
  verbs: permission.verbs.filter((verb) => verb === 'list' || verb === 'watch'),
}));
