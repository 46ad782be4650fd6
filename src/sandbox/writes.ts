/**
 * The rules of creating and changing: what a write does to an object, and when it is refused.
 * Synchronous, so that every write is atomic; the words of refusals are the API server's. Measured
 * fact it holds: a wrong uid in a merge patch is 422 with cause metadata.uid, and is not looked at on
 * /status. A write that changes nothing is no write: no new resourceVersion, no event.
 */
import { ApiError } from '../api/client.ts';
import type { Json, JsonObject, KubeObject, ObjectMeta } from '../api/objects.ts';
import { unknownFieldText } from '../api/schema.ts';
import { type Clock, rfc3339 } from '../support/clock.ts';
import { jsonEqual } from '../support/json.ts';
import type { Random } from '../support/random.ts';
import type { Admission } from './admission.ts';
import { readApplyConfig } from './apply-config.ts';
import { prepared } from './built-in-objects.ts';
import { counted, sameObject, withManagedFields, withStatus } from './changes.ts';
import { Deleter } from './deletions.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  type Fault,
  forbidden,
  invalid,
  invalidPatch,
  invalidResource,
  invalidValue,
  namespaceNotFound,
  notFound,
  requiredValue,
  uidConflict,
} from './failures.ts';
import { frozenObject, without } from './frozen.ts';
import { needSameName, readObject } from './incoming.ts';
import { CRD_KIND, type Kind, type KindRegistry, kindFromCrd, NAMESPACE_KIND } from './kinds.ts';
import { appliedObject, type Manager, sentManagedFields, trackedWrite } from './managed-fields.ts';
import {
  clientMeta,
  mergedMeta,
  metadataChangeFaults,
  metadataFaults,
  metadataWarnings,
  unknownMetaFields,
} from './metadata.ts';
import { patchedBy } from './patches.ts';
import { type Storage, storageKey } from './storage.ts';

/** What happens about unknown fields: nothing, a warning, a refusal. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

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
    if (before === undefined) throw notFound(kind, name);
    const { uid } = next.metadata;
    if (uid && uid !== before.metadata.uid) {
      throw uidConflict(kind, namespace, name, uid, before.metadata.uid ?? '');
    }
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
    const next = readObject(kind, namespace, patchedBy(request.type, before as unknown as Json, patch), true);
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
      throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
    }
    const meta = this.#named(kind, clientMeta(said.metadata));
    if (kind.type.namespaced && !lenient) this.#needNamespace(kind, meta);
    const now = rfc3339(clock.now());
    const body = kind.statusSubresource ? without(said as JsonObject, 'status') : said;
    const whole = prepared(kind, { ...body, metadata: meta } as KubeObject, now);
    const { object, warnings } = this.#admit(kind, whole, undefined, request, said.metadata);
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
    const { object: admitted, warnings } = this.#admit(
      kind,
      whole,
      before,
      request,
      next.metadata,
      'type' in request,
    );
    const object = counted(kind, before, admitted);
    const same = sameObject(before, object);
    const sent = sentManagedFields(
      managedFields ?? next.metadata.managedFields,
      before.metadata.managedFields,
    );
    const reowned = this.#parts.managedFields && !jsonEqual(sent ?? [], before.metadata.managedFields ?? []);
    if (same && !reowned) return { object: before, warnings, created: false };
    const owned = reowned ? withManagedFields(object, sent) : object;
    const tracked = same || managedFields !== undefined ? owned : this.#tracked(kind, before, owned, request);
    if (request.dryRun === true) {
      const { resourceVersion = '' } = before.metadata;
      const answer = { ...tracked, metadata: { ...tracked.metadata, resourceVersion } };
      return { object: frozenObject(answer), warnings, created: false };
    }
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
    const { clock, lenient } = this.#parts;
    const target = { kind, namespace, name, now: rfc3339(clock.now()), checked: !lenient };
    const config = readApplyConfig(target, patch, request.fieldManager);
    if (before === undefined) {
      if (request.subresource !== undefined) throw notFound(kind, name);
      const { uid } = config.metadata;
      if (uid) {
        throw conflict(
          kind,
          name,
          `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
        );
      }
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
    if (request.subresource !== undefined && !kind.statusSubresource) throw notFound(kind, name);
    const version = next.metadata.resourceVersion;
    if (!version && !kind.unconditionalUpdate && !this.#parts.lenient) {
      throw invalidResource(kind, name, [
        invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
      ]);
    }
    if (version && version !== resourceVersion) throw conflict(kind, name);
    if (request.subresource !== undefined) return;
    const faults = metadataChangeFaults(before.metadata, next.metadata);
    if (faults.length > 0) throw invalid(kind, name, faults);
  }

  /** `sent` is the metadata as it came, `patched` whether it came as a patch. */
  #admit(
    kind: Kind,
    object: KubeObject,
    before: KubeObject | undefined,
    request: WriteRequest,
    sent: ObjectMeta,
    patched = false,
  ): { object: KubeObject; warnings: readonly string[] } {
    const faults: Fault[] = [];
    if (!this.#parts.lenient && request.subresource === undefined) {
      faults.push(...metadataFaults(object.metadata, kind.id === NAMESPACE_KIND.id));
    }
    const admitted = this.#parts.admission(kind, object, before);
    const unknown = [...unknownMetaFields(sent), ...admitted.unknownFields].sort().map(unknownFieldText);
    if (unknown.length > 0 && request.fieldValidation === 'Strict') {
      const why = `strict decoding error: ${unknown.join(', ')}`;
      const { kind: name } = kind.type;
      throw patched
        ? invalidPatch(object, why)
        : badRequest(`${name} in version "${kind.version}" cannot be handled as a ${name}: ${why}`);
    }
    faults.push(...admitted.faults);
    if (faults.length > 0) throw invalid(kind, object.metadata.name, faults);
    const told = request.fieldValidation === 'Warn' ? unknown : [];
    return { object: admitted.object, warnings: [...told, ...metadataWarnings(object.metadata)] };
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
