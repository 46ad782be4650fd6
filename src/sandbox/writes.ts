/**
 * The rules of creating and changing: what a write does to an object, and when it is refused.
 * Synchronous, so that every write is atomic; the words of refusals are the API server's. Measured
 * fact it holds: a wrong uid in a merge patch is 422 with cause metadata.uid, and is not looked at on
 * /status. A write that changes nothing is no write: no new resourceVersion, no event.
 */
import type { Json, JsonObject, KubeObject, ObjectMeta } from '../api/objects.ts';
import { type Clock, rfc3339 } from '../support/clock.ts';
import { isJsonObject } from '../support/json.ts';
import type { Random } from '../support/random.ts';
import type { Admission, FieldValidation } from './admission.ts';
import { prepared } from './built-in-objects.ts';
import { Deleter } from './deletions.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  type Fault,
  forbidden,
  invalid,
  invalidValue,
  namespaceNotFound,
  noSuchResource,
  notFound,
  requiredValue,
  resourceName,
} from './failures.ts';
import { frozenObject, sameJson, without } from './frozen.ts';
import { needSameName, readObject } from './incoming.ts';
import { CRD_KIND, type Kind, type KindRegistry, kindFromCrd, NAMESPACE_KIND } from './kinds.ts';
import { appliedObject, type Manager, sentManagedFields, trackedWrite } from './managed-fields.ts';
import { clientMeta, mergedMeta, metadataChangeFaults, metadataFaults } from './metadata.ts';
import { jsonPatch, mergePatch, strategicMerge } from './patches.ts';
import { type Storage, storageKey } from './storage.ts';

export interface WriteRequest {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: FieldValidation;
  readonly subresource?: 'status';
}

export interface PatchRequest extends WriteRequest {
  readonly type: 'merge' | 'json' | 'apply' | 'strategic';
  /** takes over fields of other managers (apply only) */
  readonly force?: boolean;
}

export interface Written {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
  /** the object did not exist before */
  readonly created: boolean;
}

export interface WriterParts {
  readonly storage: Storage;
  readonly registry: KindRegistry;
  readonly clock: Clock;
  readonly random: Random;
  /** makes the uid of a new object */
  readonly uid: (object: KubeObject) => string;
  readonly admission: Admission;
  /** names, namespaces and metadata are not checked */
  readonly lenient: boolean;
  /** metadata.managedFields is kept */
  readonly managedFields: boolean;
}

const NAME_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const GENERATED_LETTERS = 5;
const GENERATED_PREFIX = 58;

export class Writer {
  readonly #parts: WriterParts;
  readonly deleter: Deleter;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.deleter = new Deleter(parts.storage, parts.registry, parts.clock);
  }

  create(kind: Kind, namespace: string | undefined, input: unknown, request: WriteRequest = {}): Written {
    return this.#create(kind, readObject(kind, namespace, input), request);
  }

  update(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    input: unknown,
    request: WriteRequest = {},
  ): Written {
    const next = readObject(kind, namespace, input);
    needSameName(kind, namespace, name, next.metadata);
    const before = this.#parts.storage.get(kind, storageKey(kind, namespace, name));
    const uid = next.metadata.uid;
    if (uid && request.subresource === undefined && uid !== before?.metadata.uid) {
      throw conflict(
        resourceName(kind),
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before?.metadata.uid ?? ''}`,
      );
    }
    if (before === undefined) throw notFound(kind, name);
    return this.#replace(kind, before, next, request);
  }

  patch(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    patch: Json,
    request: PatchRequest,
  ): Written {
    const before = this.#parts.storage.get(kind, storageKey(kind, namespace, name));
    if (request.type === 'apply') return this.#apply(kind, namespace, name, patch, before, request);
    if (before === undefined) throw notFound(kind, name);
    const next = readObject(kind, namespace, patched(before as unknown as Json, patch, request.type));
    needSameName(kind, namespace, name, next.metadata);
    return this.#replace(kind, before, next, request);
  }

  /** Puts an object in as it is, status, uid and times included; what is missing is filled in. */
  seed(kind: Kind, object: KubeObject): KubeObject {
    const { uid, clock, storage } = this.#parts;
    const now = rfc3339(clock.now());
    const whole = prepared(kind, object, now);
    const { resourceVersion: _, ...meta } = whole.metadata;
    const key = storageKey(kind, meta.namespace, meta.name);
    return this.#store(kind, key, {
      ...whole,
      metadata: {
        ...meta,
        uid: meta.uid ?? storage.get(kind, key)?.metadata.uid ?? uid(whole),
        creationTimestamp: meta.creationTimestamp ?? now,
        ...(kind.generation ? { generation: meta.generation ?? 1 } : {}),
      },
    });
  }

  /** `applied` is the configuration when the object comes to be by server-side apply. */
  #create(kind: Kind, said: KubeObject, request: WriteRequest, applied?: KubeObject): Written {
    const { storage, clock, uid, lenient } = this.#parts;
    if (said.metadata.resourceVersion) {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    const meta = this.#named(kind, clientMeta(said.metadata));
    if (kind.type.namespaced && !lenient) this.#needNamespace(kind, meta);
    const now = rfc3339(clock.now());
    const body = kind.statusSubresource ? without(said as JsonObject, 'status') : said;
    const whole = prepared(kind, { ...body, metadata: meta } as KubeObject, now);
    const { object, warnings } = this.#admit(kind, whole, undefined, request);
    const key = storageKey(kind, meta.namespace, meta.name);
    const standing = storage.get(kind, key);
    if (standing !== undefined) {
      throw alreadyExists(kind, meta.name, standing.metadata.deletionTimestamp !== undefined);
    }
    const filled: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: uid(object),
        creationTimestamp: now,
        ...(kind.generation ? { generation: 1 } : {}),
      },
    };
    const tracked = this.#tracked(kind, undefined, filled, request, applied);
    const stored = request.dryRun === true ? frozenObject(tracked) : this.#store(kind, key, tracked);
    return { object: stored, warnings, created: true };
  }

  #replace(
    kind: Kind,
    before: KubeObject,
    next: KubeObject,
    request: WriteRequest,
    managedFields?: readonly JsonObject[],
  ): Written {
    this.#needReplaceable(kind, before, next, request);
    const now = rfc3339(this.#parts.clock.now());
    const status = request.subresource === 'status';
    const whole = status
      ? withStatus(before, next.status)
      : prepared(
          kind,
          withStatus(
            { ...next, metadata: mergedMeta(before.metadata, next.metadata) },
            kind.statusSubresource ? before.status : next.status,
          ),
          now,
        );
    const { object: admitted, warnings } = this.#admit(kind, whole, before, request);
    const object = counted(kind, before, admitted);
    const same = sameObject(before, object);
    const sent = sentManagedFields(
      managedFields ?? next.metadata.managedFields,
      before.metadata.managedFields,
    );
    const reowned = this.#parts.managedFields && !sameJson(sent ?? [], before.metadata.managedFields ?? []);
    if (same && !reowned) return { object: before, warnings, created: false };
    const owned = reowned ? withManagedFields(object, sent) : object;
    const tracked = same || managedFields !== undefined ? owned : this.#tracked(kind, before, owned, request);
    if (request.dryRun === true) return { object: frozenObject(tracked), warnings, created: false };
    const key = storageKey(kind, before.metadata.namespace, before.metadata.name);
    const finished =
      before.metadata.deletionTimestamp !== undefined && (tracked.metadata.finalizers ?? []).length === 0;
    if (finished && kind.id !== NAMESPACE_KIND.id) {
      return { object: this.deleter.drop(kind, key, tracked), warnings, created: false };
    }
    const stored = this.#store(kind, key, tracked);
    if (finished) this.deleter.finishNamespace(before.metadata.name);
    return { object: stored, warnings, created: false };
  }

  #apply(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    patch: Json,
    before: KubeObject | undefined,
    request: PatchRequest,
  ): Written {
    if (!request.fieldManager) {
      throw invalid({ group: 'meta.k8s.io', type: { plural: '', kind: 'PatchOptions' } }, '', [
        requiredValue('fieldManager', 'is required for apply patch'),
      ]);
    }
    const read = readObject(kind, namespace, patch);
    if (read.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
    const now = rfc3339(this.#parts.clock.now());
    const named = { ...read, metadata: { ...read.metadata, name: read.metadata.name || name } };
    needSameName(kind, namespace, name, named.metadata);
    const config = kind.id === '/secrets' ? prepared(kind, named, now) : named;
    if (before === undefined) {
      if (request.subresource !== undefined) throw notFound(kind, name);
      return this.#create(kind, config, request, config);
    }
    const manager = this.#manager(request, 'Apply');
    const { object, managedFields } = appliedObject(kind, before, config, manager, request.force === true);
    const resourceVersion = config.metadata.resourceVersion ?? before.metadata.resourceVersion ?? '';
    const next = { ...object, metadata: { ...object.metadata, resourceVersion } };
    return this.#replace(kind, before, next, request, this.#parts.managedFields ? managedFields : []);
  }

  #needReplaceable(kind: Kind, before: KubeObject, next: KubeObject, request: WriteRequest): void {
    const { name, resourceVersion } = before.metadata;
    if (request.subresource !== undefined && !kind.statusSubresource) throw noSuchResource();
    const version = next.metadata.resourceVersion;
    if (!version && !kind.unconditionalUpdate && !this.#parts.lenient) {
      throw invalid(kind, name, [
        invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
      ]);
    }
    if (version && version !== resourceVersion) throw conflict(resourceName(kind), name);
    if (request.subresource !== undefined) return;
    const faults = metadataChangeFaults(before.metadata, next.metadata);
    if (faults.length > 0) throw invalid(kind, name, faults);
  }

  #admit(
    kind: Kind,
    object: KubeObject,
    before: KubeObject | undefined,
    request: WriteRequest,
  ): { object: KubeObject; warnings: readonly string[] } {
    const faults: Fault[] = [];
    if (!this.#parts.lenient && request.subresource === undefined) {
      faults.push(...metadataFaults(object.metadata, kind.id === NAMESPACE_KIND.id));
    }
    const admitted = this.#parts.admission(kind, object, before, request.fieldValidation ?? 'Ignore');
    faults.push(...admitted.faults);
    if (faults.length > 0) throw invalid(kind, object.metadata.name, faults);
    return admitted;
  }

  #manager({ fieldManager, subresource }: WriteRequest, operation: Manager['operation']): Manager {
    return {
      manager: fieldManager ?? 'unknown',
      operation,
      time: rfc3339(this.#parts.clock.now()),
      ...(subresource === undefined ? {} : { subresource }),
    };
  }

  #tracked(
    kind: Kind,
    before: KubeObject | undefined,
    after: KubeObject,
    request: WriteRequest,
    applied?: KubeObject,
  ): KubeObject {
    if (!this.#parts.managedFields) return after;
    const manager = this.#manager(request, applied === undefined ? 'Update' : 'Apply');
    return trackedWrite(kind, before, after, manager, applied);
  }

  #named(kind: Kind, meta: ObjectMeta): ObjectMeta {
    if (meta.name !== '') return meta;
    if (!meta.generateName) {
      throw invalid(kind, '', [requiredValue('metadata.name', 'name or generateName is required')]);
    }
    let name = meta.generateName.slice(0, GENERATED_PREFIX);
    for (let at = 0; at < GENERATED_LETTERS; at += 1) {
      name += NAME_LETTERS[this.#parts.random.int(0, NAME_LETTERS.length)];
    }
    return { ...meta, name };
  }

  #needNamespace(kind: Kind, meta: ObjectMeta): void {
    const name = meta.namespace ?? '';
    const namespace = this.#parts.storage.get(NAMESPACE_KIND, name);
    if (namespace === undefined) throw namespaceNotFound(name);
    if (namespace.metadata.deletionTimestamp !== undefined) {
      throw forbidden(
        kind,
        meta.name,
        `unable to create new content in namespace ${name} because it is being terminated`,
      );
    }
  }

  /** Stores, and lets a CRD define its kind. */
  #store(kind: Kind, key: string, object: KubeObject): KubeObject {
    const stored = this.#parts.storage.put(kind, key, object);
    const defined = kind.id === CRD_KIND.id ? kindFromCrd(stored) : undefined;
    if (defined !== undefined) this.#parts.registry.add(defined);
    return stored;
  }
}

function patched(before: Json, patch: Json, type: 'merge' | 'json' | 'strategic'): Json {
  if (type === 'json') return jsonPatch(before, patch);
  if (!isJsonObject(patch)) throw badRequest('the patch must be an object');
  return type === 'merge' ? mergePatch(before, patch) : strategicMerge(before, patch);
}

function withStatus(object: KubeObject, status: KubeObject['status']): KubeObject {
  const { status: _, ...rest } = object;
  return (status === undefined || status === null ? rest : { ...rest, status }) as KubeObject;
}

function withManagedFields(object: KubeObject, managedFields: readonly JsonObject[] | undefined): KubeObject {
  const { managedFields: _, ...meta } = object.metadata;
  return { ...object, metadata: managedFields === undefined ? meta : { ...meta, managedFields } };
}

/** The object with its generation counted up when what it counts differs. */
function counted(kind: Kind, before: KubeObject, after: KubeObject): KubeObject {
  if (!kind.generation) return after;
  const ignored = kind.statusSubresource ? ['metadata', 'status'] : ['metadata'];
  if (sameJson(without(before as JsonObject, ...ignored), without(after as JsonObject, ...ignored)))
    return after;
  return { ...after, metadata: { ...after.metadata, generation: (before.metadata.generation ?? 0) + 1 } };
}

function sameObject(before: KubeObject, after: KubeObject): boolean {
  const meta = ({ metadata }: KubeObject) =>
    without(metadata as unknown as JsonObject, 'resourceVersion', 'managedFields');
  return (
    sameJson(without(before as JsonObject, 'metadata'), without(after as JsonObject, 'metadata')) &&
    sameJson(meta(before), meta(after))
  );
}
