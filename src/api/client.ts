/**
 * What the product asks of a Kubernetes API: implemented over HTTP by `kube/` and in memory by
 * `sandbox/`, so that the controller, the tests and the demo run against either. Objects go in and
 * come out as plain JSON. Failures are `ApiError`s that carry the server's Status.
 */
import type { Json, KubeObject } from './objects.ts';

/** A resource as the API names it, for example argoproj.io/v1alpha1 applicationsets. */
export interface ResourceType {
  /** `v1` or `group/version` */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export const RESOURCES = {
  applicationSets: {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    plural: 'applicationsets',
    namespaced: true,
  },
  applications: {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    plural: 'applications',
    namespaced: true,
  },
  appProjects: {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    plural: 'appprojects',
    namespaced: true,
  },
  secrets: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true },
  configMaps: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
  namespaces: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
  events: { apiVersion: 'v1', kind: 'Event', plural: 'events', namespaced: true },
  pods: { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true },
  deployments: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
  leases: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases', namespaced: true },
  customResourceDefinitions: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
  },
} as const satisfies Record<string, ResourceType>;

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The server's answer to a call that failed (metav1.Status), or code 0 where no answer came at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when the connection failed, timed out or was cut */
  readonly code: number;
  /** machine-readable reason such as `NotFound`, `Conflict`, `AlreadyExists`, `Invalid`, `Expired`; '' when unknown */
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  /** seconds the server asked to wait, from Retry-After or details.retryAfterSeconds */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: number,
    reason: string,
    message: string,
    more: { causes?: readonly StatusCause[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.reason = reason;
    this.causes = more.causes ?? [];
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;
export const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 409 && error.reason !== 'AlreadyExists';
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 409 && error.reason === 'AlreadyExists';
export const isExpired = (error: unknown): boolean => error instanceof ApiError && error.code === 410;

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** may wait until nothing more urgent is to be written */
  readonly patient?: boolean;
  readonly signal?: AbortSignal;
}

export interface ReadOptions {
  /** metadata alone is sent; the answer has no more than that */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  /** all namespaces when absent or '' */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  /** absent: a quorum read */
  readonly resourceVersion?: string;
  /** nothing but `metadata` is wanted of each object; a server may send more */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

export interface ListPage {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
  readonly timeoutSeconds?: number;
  readonly allowBookmarks?: boolean;
  readonly signal?: AbortSignal;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: KubeObject }
  | { readonly type: 'ERROR'; readonly error: ApiError };

export type PatchType = 'merge' | 'json' | 'apply';

/** Every method throws `ApiError` and nothing else, but for the abort reason of a signal. */
export interface ObjectClient {
  get(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: ReadOptions,
  ): Promise<KubeObject>;
  list(type: ResourceType, options?: ListOptions): Promise<ListPage>;
  /** Ends when the server ends the watch; the caller starts again from the last resourceVersion it saw. */
  watch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent>;
  create(type: ResourceType, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Full replacement; with `subresource: 'status'` only status is taken. */
  update(
    type: ResourceType,
    object: KubeObject,
    options?: WriteOptions & { subresource?: 'status' },
  ): Promise<KubeObject>;
  patch(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    patch: Json,
    options: WriteOptions & { type: PatchType; subresource?: 'status'; force?: boolean },
  ): Promise<KubeObject>;
  /** Answers with the object when it only became terminating, undefined when it is gone. */
  delete(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: WriteOptions & {
      uid?: string;
      resourceVersion?: string;
      propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
    },
  ): Promise<KubeObject | undefined>;
}
