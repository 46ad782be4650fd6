/**
 * Who owns which field (metadata.managedFields), and server-side apply on top of it: what a manager
 * applies is merged in, what it applied before and leaves out now is removed unless somebody else owns
 * it, and changing what another manager owns is a conflict unless forced. Lists are single fields
 * except where a schema or Kubernetes' own metadata makes them sets or maps.
 */
import { ApiError, type StatusCause } from '../api/client.ts';
import type { Json, JsonObject, KubeObject } from '../api/objects.ts';
import { isJsonObject, jsonEqual } from '../support/json.ts';
import {
  changedFields,
  type FieldSet,
  fieldsOf,
  goneFields,
  mergedFields,
  minus,
  overlap,
  union,
  withoutFields,
} from './field-sets.ts';
import { frozenPart } from './frozen.ts';
import type { Kind } from './kinds.ts';

export interface Manager {
  readonly manager: string;
  readonly operation: 'Update' | 'Apply';
  /** RFC 3339 */
  readonly time: string;
  readonly subresource?: string;
}

const json = (object: KubeObject): Json => object as unknown as Json;

/** Objects made alike have alike field sets: one copy of each is kept. */
const shared = new Map<string, FieldSet>();
const SHARED_BOUND = 5_000;

function sharedSet(set: FieldSet): FieldSet {
  const text = JSON.stringify(set);
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (shared.size >= SHARED_BOUND) shared.clear();
  const kept = frozenPart(set);
  shared.set(text, kept);
  return kept;
}

const setOf = (entry: JsonObject): FieldSet =>
  isJsonObject(entry.fieldsV1) ? (entry.fieldsV1 as unknown as FieldSet) : {};

const isEmpty = (set: FieldSet): boolean => Object.keys(set).length === 0;

const isSame = (entry: JsonObject, { manager, operation, subresource }: Manager): boolean =>
  entry.manager === manager &&
  entry.operation === operation &&
  (entry.subresource ?? undefined) === subresource;

function entryOf(kind: Kind, manager: Manager, set: FieldSet): JsonObject {
  return {
    manager: manager.manager,
    operation: manager.operation,
    apiVersion: kind.type.apiVersion,
    time: manager.time,
    fieldsType: 'FieldsV1',
    fieldsV1: sharedSet(set) as unknown as JsonObject,
    ...(manager.subresource === undefined ? {} : { subresource: manager.subresource }),
  };
}

/** The entry with another set; the same entry when the set is the same. */
const reset = (entry: JsonObject, set: FieldSet): JsonObject =>
  jsonEqual(set, setOf(entry)) ? entry : { ...entry, fieldsV1: sharedSet(set) as unknown as JsonObject };

/**
 * `after` with managedFields that say who wrote what: the manager owns what it changed or added, and
 * others own it no longer. `applied` is the configuration of a first server-side apply.
 */
export function trackedWrite(
  kind: Kind,
  before: KubeObject | undefined,
  after: KubeObject,
  manager: Manager,
  applied?: KubeObject,
): KubeObject {
  const then = before === undefined ? {} : json(before);
  const changed =
    applied === undefined
      ? (changedFields(then, json(after), kind.schema) ?? {})
      : fieldsOf(json(applied), kind.schema);
  const gone = goneFields(then, json(after), kind.schema) ?? {};
  const entries = after.metadata.managedFields ?? [];
  const touched = union(changed, gone);
  const own = entries.find((entry) => isSame(entry, manager));
  const others = entries
    .filter((entry) => entry !== own)
    .map((entry) => reset(entry, minus(setOf(entry), touched)));
  const mine = union(own === undefined ? {} : minus(setOf(own), gone), changed);
  const managedFields = [...others, entryOf(kind, manager, mine)].filter((entry) => !isEmpty(setOf(entry)));
  return { ...after, metadata: { ...after.metadata, managedFields } };
}

/**
 * Server-side apply of `config` by a manager.
 * @throws ApiError 409 naming every field another manager owns with another value
 */
export function appliedObject(
  kind: Kind,
  live: KubeObject | undefined,
  config: KubeObject,
  manager: Manager,
  force: boolean,
): { object: KubeObject; managedFields: readonly JsonObject[] } {
  if (live === undefined) return { object: config, managedFields: [] };
  const { schema } = kind;
  const entries = live.metadata.managedFields ?? [];
  const own = entries.find((entry) => isSame(entry, manager));
  const others = entries.filter((entry) => entry !== own);
  const said = fieldsOf(json(config), schema);
  const merged = mergedFields(json(live), json(config), schema);
  const changed = changedFields(json(live), merged, schema) ?? {};
  if (!force) refuseConflicts(others, changed);
  const left = others.map((entry) => reset(entry, minus(setOf(entry), changed)));
  const dropped = others.reduce<FieldSet>(
    (set, entry) => minus(set, setOf(entry)),
    own === undefined ? {} : minus(setOf(own), said),
  );
  const object = isEmpty(dropped) ? merged : (withoutFields(merged, dropped, schema) ?? merged);
  const mine = own !== undefined && jsonEqual(setOf(own), said) ? [own] : [entryOf(kind, manager, said)];
  return {
    object: object as unknown as KubeObject,
    managedFields: [...left, ...mine].filter((entry) => !isEmpty(setOf(entry))),
  };
}

const managerText = ({ manager, operation, subresource, apiVersion }: JsonObject): string =>
  `"${String(manager)}"${subresource ? ` with subresource "${String(subresource)}"` : ''}${operation === 'Apply' ? '' : ` using ${String(apiVersion)}`}`;

function refuseConflicts(others: readonly JsonObject[], changed: FieldSet): void {
  const causes: StatusCause[] = others.flatMap((entry) =>
    overlap(changed, setOf(entry)).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${managerText(entry)}`,
      field,
    })),
  );
  if (causes.length === 0) return;
  const lines = causes.map((cause) => `${cause.message}: ${cause.field}`);
  const text =
    causes.length === 1
      ? `Apply failed with 1 conflict: ${lines[0]}`
      : `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
  throw new ApiError(409, 'Conflict', text, { causes });
}

/** managedFields as a client sent them: taken when it sent some, cleared by a single empty entry, else as they were. */
export function sentManagedFields(
  sent: readonly JsonObject[] | undefined,
  standing: readonly JsonObject[] | undefined,
): readonly JsonObject[] | undefined {
  if (!Array.isArray(sent) || sent.length === 0) return standing;
  if (sent.length === 1 && isJsonObject(sent[0]) && isEmpty(sent[0] as unknown as FieldSet)) return undefined;
  return sent.filter(isJsonObject);
}
