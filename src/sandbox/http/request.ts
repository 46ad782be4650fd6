/**
 * A request as the API reads it: which kind, namespace, name and subresource its path names, which
 * options its query carries, and its body within bounds.
 */
import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../api/client.ts';
import { messageOf } from '../../support/errors.ts';
import { LIMITS } from '../../support/limits.ts';
import { parseYaml } from '../../support/yaml.ts';
import { badRequest } from '../failures.ts';
import type { Kind, KindRegistry } from '../kinds.ts';
import { parseProtobuf } from './protobuf.ts';

/** What a path under /api or /apis names. */
export interface Target {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** A part of a path. @throws ApiError 400 */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw badRequest(`the path of the request cannot be read: ${messageOf(error)}`);
  }
}

/** Reads a resource path, or undefined when nothing is served there. @throws ApiError 400 */
export function targetOf(registry: KindRegistry, path: string): Target | undefined {
  const parts = path.split('/').slice(1).map(decoded);
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const apiVersion = core ? parts[1] : `${parts[1]}/${parts[2]}`;
  let rest = parts.slice(core ? 2 : 3);
  let namespace: string | undefined;
  // namespaces/NAME/PLURAL is something in a namespace; namespaces/NAME and its /status are the namespace itself
  if (rest[0] === 'namespaces' && rest.length >= 3 && !(core && rest[2] === 'status')) {
    namespace = rest[1];
    rest = rest.slice(2);
  }
  const [plural = '', name, subresource] = rest;
  const kind = registry.find(apiVersion ?? '', plural);
  if (kind === undefined || rest.length > 3 || name === '') return undefined;
  if (kind.type.namespaced ? namespace === undefined && name !== undefined : namespace !== undefined)
    return undefined;
  return { kind, namespace, name, subresource };
}

/** The whole body. @throws ApiError 413 above the bound */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LIMITS.sandboxBodyBytes) {
      throw new ApiError(413, 'RequestEntityTooLarge', `limit is ${LIMITS.sandboxBodyBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const unsupported = (accepted: readonly string[]): ApiError =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export const contentTypeOf = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** A body as JSON; YAML and protobuf are read where the content type says so. @throws ApiError 400, 415 */
export function parseBody(body: Buffer, contentType: string): unknown {
  if (contentType === PROTOBUF) {
    const object = parseProtobuf(body);
    if (object === undefined) throw unsupported(['application/json', 'application/yaml']);
    return object;
  }
  const text = body.toString('utf8');
  if (/yaml/.test(contentType) && !text.trimStart().startsWith('{')) {
    try {
      return parseYaml(text);
    } catch (error) {
      throw badRequest(`the object provided is unrecognized (${messageOf(error)})`);
    }
  }
  if (!/json|yaml/.test(contentType)) throw unsupported(['application/json', 'application/yaml']);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type JSON): ${messageOf(error)}`);
  }
}

const PATCH_TYPES = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
} as const;

/** The patch format of a content type. @throws ApiError 415; a strategic merge is for built-in kinds only */
export function patchTypeOf(kind: Kind, contentType: string): (typeof PATCH_TYPES)[keyof typeof PATCH_TYPES] {
  const accepted = Object.keys(PATCH_TYPES).filter((type) => !kind.custom || !type.includes('strategic'));
  if (!accepted.includes(contentType)) throw unsupported(accepted);
  return PATCH_TYPES[contentType as keyof typeof PATCH_TYPES];
}

/** A whole number from the query, or undefined. @throws ApiError 400 */
export function numberFrom(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw badRequest(`${name}: Invalid value: "${text}"`);
  return value;
}

export const isTrue = (query: URLSearchParams, name: string): boolean =>
  ['true', '1'].includes(query.get(name) ?? '');
