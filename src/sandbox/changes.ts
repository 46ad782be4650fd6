/** What a write makes of an object beside the fields it sets: status apart, generation counted, sameness told. */
import type { JsonObject, KubeObject } from '../api/objects.ts';
import { jsonEqual } from '../support/json.ts';
import { without } from './frozen.ts';
import type { Kind } from './kinds.ts';

export function withStatus(object: KubeObject, status: KubeObject['status']): KubeObject {
  const { status: _, ...rest } = object;
  return (status === undefined || status === null ? rest : { ...rest, status }) as KubeObject;
}

export function withManagedFields(
  object: KubeObject,
  managedFields: readonly JsonObject[] | undefined,
): KubeObject {
  const { managedFields: _, ...meta } = object.metadata;
  return { ...object, metadata: managedFields === undefined ? meta : { ...meta, managedFields } };
}

/** The object with its generation counted up when what it counts differs: all but metadata, and status where it is apart. */
export function counted(kind: Kind, before: KubeObject, after: KubeObject): KubeObject {
  if (!kind.generation) return after;
  const ignored = kind.statusSubresource ? ['metadata', 'status'] : ['metadata'];
  if (jsonEqual(without(before as JsonObject, ...ignored), without(after as JsonObject, ...ignored))) {
    return after;
  }
  return { ...after, metadata: { ...after.metadata, generation: (before.metadata.generation ?? 0) + 1 } };
}

/** Whether both are the same but for resourceVersion and managedFields. */
export function sameObject(before: KubeObject, after: KubeObject): boolean {
  const meta = ({ metadata }: KubeObject) =>
    without(metadata as unknown as JsonObject, 'resourceVersion', 'managedFields');
  return (
    jsonEqual(without(before as JsonObject, 'metadata'), without(after as JsonObject, 'metadata')) &&
    jsonEqual(meta(before), meta(after))
  );
}
