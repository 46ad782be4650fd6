/**
 * `ObjectClient` over HTTP. Objects are plain JSON in both directions, unknown fields and
 * sub-millisecond times included. A list is one page; a watch is one connection. Answers that are not
 * what was asked for (no list, no object) are errors, never empty results.
 */
import {
  ApiError,
  type ListOptions,
  type ListPage,
  type ObjectClient,
  type PatchType,
  type ReadOptions,
  type ResourceType,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from '../api/client.ts';
import type { Json, KubeObject } from '../api/objects.ts';
import { type Clock, systemClock } from '../support/clock.ts';
import { LIMITS } from '../support/limits.ts';
import { lines } from './lines.ts';
import { isRecord, statusObjectError } from './status.ts';
import type { Transport } from './transport.ts';

const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** What a server that does not know this form sends instead is the whole objects. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

type Subresource = { readonly subresource?: 'status' };

/** A right, as a SelfSubjectAccessReview has it. */
export interface AccessQuestion {
  readonly verb: string;
  /** '' for the core */
  readonly group: string;
  /** plural, with a subresource behind a slash */
  readonly resource: string;
  /** '' for every object */
  readonly name: string;
  /** '' for all namespaces */
  readonly namespace: string;
}

export interface HttpObjectClientOptions {
  readonly clock?: Clock;
  /** owner of the fields this client writes */
  readonly fieldManager?: string;
}

export class HttpObjectClient implements ObjectClient {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #fieldManager: string;

  constructor(transport: Transport, options: HttpObjectClientOptions = {}) {
    this.#transport = transport;
    this.#clock = options.clock ?? systemClock;
    this.#fieldManager = options.fieldManager ?? 'appset-operator';
  }

  async get(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    { metadataOnly = false, signal }: ReadOptions = {},
  ): Promise<KubeObject> {
    const path = objectPath(type, namespace, name);
    const accept = metadataOnly ? { accept: METADATA } : {};
    return objectOf(await this.#transport.json({ method: 'GET', path, signal, ...accept }), type);
  }

  async list(type: ResourceType, options: ListOptions = {}): Promise<ListPage> {
    const answer = await this.#transport.json({
      method: 'GET',
      path: collectionPath(type, options.namespace),
      query: {
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        limit: options.limit === undefined ? undefined : String(options.limit),
        continue: options.continue,
        resourceVersion: options.resourceVersion,
      },
      ...(options.metadataOnly === true ? { accept: METADATA_ONLY } : {}),
      signal: options.signal,
    });
    return pageOf(answer, type);
  }

  async *watch(type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const cut = new AbortController();
    const seconds = options.timeoutSeconds;
    const stopTimer =
      seconds === undefined
        ? () => {}
        : this.#clock.after(seconds * 1000 + LIMITS.kubeWatchGraceMs, () => cut.abort());
    const signal = options.signal === undefined ? cut.signal : AbortSignal.any([options.signal, cut.signal]);
    const chunks = this.#transport.stream({
      method: 'GET',
      path: collectionPath(type, options.namespace),
      query: {
        watch: 'true',
        resourceVersion: options.resourceVersion,
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        timeoutSeconds: seconds === undefined ? undefined : String(seconds),
        allowWatchBookmarks: options.allowBookmarks === true ? 'true' : undefined,
      },
      signal,
    });
    try {
      for await (const line of lines(chunks, LIMITS.kubeBodyBytes)) yield eventOf(line, type);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (!cut.signal.aborted) throw error;
    } finally {
      stopTimer();
    }
  }

  async create(type: ResourceType, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const answer = await this.#transport.json({
      method: 'POST',
      path: collectionPath(type, requireNamespace(type, object.metadata.namespace)),
      query: this.#writeQuery(options),
      body: object,
      signal: options.signal,
    });
    return objectOf(answer, type);
  }

  /** How the server knows whoever asks; undefined where it tells no name. @throws ApiError */
  async userName(): Promise<string | undefined> {
    const answer = await this.#transport.json({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} },
    });
    const status = isRecord(answer) ? answer.status : undefined;
    const info = isRecord(status) ? status.userInfo : undefined;
    return isRecord(info) && typeof info.username === 'string' ? info.username : undefined;
  }

  /** Whether whoever asks has a right. @throws ApiError, or the signal's reason */
  async allows(
    { verb, group, resource, name, namespace }: AccessQuestion,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const [plural, subresource] = resource.split('/');
    const resourceAttributes = { namespace, verb, group, resource: plural, subresource, name };
    const answer = await this.#transport.json({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        metadata: {},
        spec: { resourceAttributes },
      },
      signal,
    });
    const status = isRecord(answer) ? answer.status : undefined;
    if (!isRecord(status) || typeof status.allowed !== 'boolean')
      throw new ApiError(0, '', "the API server's answer is no SelfSubjectAccessReview");
    return status.allowed;
  }

  async update(
    type: ResourceType,
    object: KubeObject,
    options: WriteOptions & Subresource = {},
  ): Promise<KubeObject> {
    const { namespace, name } = object.metadata;
    const answer = await this.#transport.json({
      method: 'PUT',
      path: objectPath(type, namespace, name, options.subresource),
      query: this.#writeQuery(options),
      body: object,
      signal: options.signal,
    });
    return objectOf(answer, type);
  }

  async patch(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    patch: Json,
    options: WriteOptions & Subresource & { type: PatchType; force?: boolean },
  ): Promise<KubeObject> {
    const answer = await this.#transport.json({
      method: 'PATCH',
      path: objectPath(type, namespace, name, options.subresource),
      query: {
        ...this.#writeQuery(options),
        force: options.type === 'apply' && options.force === true ? 'true' : undefined,
      },
      body: patch,
      contentType: PATCH_TYPES[options.type],
      signal: options.signal,
    });
    return objectOf(answer, type);
  }

  async delete(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options: WriteOptions & {
      uid?: string;
      resourceVersion?: string;
      propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
    } = {},
  ): Promise<KubeObject | undefined> {
    const { uid, resourceVersion, propagationPolicy, dryRun } = options;
    const preconditions = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    const answer = await this.#transport.json({
      method: 'DELETE',
      path: objectPath(type, namespace, name),
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
        ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
        ...(dryRun === true ? { dryRun: ['All'] } : {}),
      },
      signal: options.signal,
    });
    if (isRecord(answer) && answer.kind === 'Status') return undefined;
    const object = objectOf(answer, type);
    return object.metadata.deletionTimestamp === undefined ? undefined : object;
  }

  #writeQuery(options: WriteOptions): Record<string, string | undefined> {
    return {
      dryRun: options.dryRun === true ? 'All' : undefined,
      fieldManager: options.fieldManager ?? this.#fieldManager,
    };
  }
}

function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const group = type.apiVersion.includes('/') ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`;
  if (!type.namespaced || namespace === undefined || namespace === '') return `${group}/${type.plural}`;
  return `${group}/namespaces/${segment(namespace)}/${type.plural}`;
}

function objectPath(
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  subresource?: string,
): string {
  const path = `${collectionPath(type, requireNamespace(type, namespace))}/${segment(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

function requireNamespace(type: ResourceType, namespace: string | undefined): string | undefined {
  if (type.namespaced && (namespace === undefined || namespace === '')) {
    throw new ApiError(0, 'BadRequest', `a ${type.kind} needs a namespace`);
  }
  return namespace;
}

/** Names out of data must not reach another path. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('%')) {
    throw new ApiError(0, 'BadRequest', `${JSON.stringify(name)} cannot be the name of an object`);
  }
  return encodeURIComponent(name);
}

/** An object of an answer; core types come without kind and apiVersion inside lists. */
function objectOf(answer: unknown, type: ResourceType): KubeObject {
  if (!isRecord(answer) || !isRecord(answer.metadata) || typeof answer.metadata.name !== 'string') {
    throw new ApiError(0, '', `the API server's answer is no ${type.kind}`);
  }
  const named = { apiVersion: type.apiVersion, kind: type.kind, ...answer };
  return (answer.kind === undefined ? named : answer) as unknown as KubeObject;
}

function pageOf(answer: unknown, type: ResourceType): ListPage {
  const metadata = isRecord(answer) ? answer.metadata : undefined;
  const items = isRecord(answer) ? (answer.items ?? []) : undefined;
  if (!isRecord(metadata) || !Array.isArray(items) || typeof metadata.resourceVersion !== 'string') {
    throw new ApiError(0, '', `the API server's answer is no list of ${type.plural}`);
  }
  const { continue: next, remainingItemCount: left, resourceVersion } = metadata;
  return {
    items: items.map((item: unknown) => objectOf(item, type)),
    resourceVersion,
    ...(typeof next === 'string' && next !== '' ? { continue: next } : {}),
    ...(typeof left === 'number' ? { remainingItemCount: left } : {}),
  };
}

function eventOf(line: string, type: ResourceType): WatchEvent {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch (error) {
    throw new ApiError(0, '', `a line of the watch of ${type.plural} is no JSON`, { cause: error });
  }
  const kind = isRecord(event) ? event.type : undefined;
  const object = isRecord(event) ? event.object : undefined;
  switch (kind) {
    case 'ERROR':
      return { type: 'ERROR', error: statusObjectError(object) };
    case 'BOOKMARK':
      return { type: 'BOOKMARK', object: object as KubeObject };
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: kind, object: objectOf(object, type) };
    default:
      throw new ApiError(0, '', `an event of unknown type in the watch of ${type.plural}`);
  }
}
