/** The configuration a server-side apply carries, read and checked before anything is merged. */
import { ApiError } from '../api/client.ts';
import type { Json, KubeObject } from '../api/objects.ts';
import { isJsonObject } from '../support/json.ts';
import { undeclaredFields } from './admission.ts';
import { prepared } from './built-in-objects.ts';
import { badRequest, invalidOptions, requiredValue } from './failures.ts';
import { needSameName, readObject } from './incoming.ts';
import type { Kind } from './kinds.ts';

export interface ApplyTarget {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string;
  /** RFC 3339 */
  readonly now: string;
  /** fields the schema does not know are refused */
  readonly checked: boolean;
}

/** @throws ApiError 400, 422, and 500 for an undeclared field, as the API server has it */
export function readApplyConfig(
  { kind, namespace, name, now, checked }: ApplyTarget,
  patch: Json,
  fieldManager: string | undefined,
): KubeObject {
  if (!fieldManager) {
    throw invalidOptions('PatchOptions', requiredValue('fieldManager', 'is required for apply patch'));
  }
  if (isJsonObject(patch) && patch.kind === undefined) throw badRequest('invalid object type: /, Kind=');
  const read = readObject(kind, namespace, patch);
  if (read.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const named = { ...read, metadata: { ...read.metadata, name: read.metadata.name || name } };
  needSameName(kind, namespace, name, named.metadata);
  // stringData is owned as the data it becomes
  const config = kind.id === '/secrets' ? prepared(kind, named, now) : named;
  const [undeclared] = checked ? undeclaredFields(kind, config) : [];
  if (undeclared !== undefined) {
    throw new ApiError(
      500,
      '',
      `failed to create typed patch object (${namespace ?? ''}/${name}; ${kind.type.apiVersion}, Kind=${kind.type.kind}): .${undeclared}: field not declared in schema`,
    );
  }
  return config;
}
