/**
 * Answers: JSON bodies, Status objects for errors, and the form an Accept header asks for (plain
 * objects, Tables, metadata only). Warnings travel as Warning headers with code 299.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from '../../api/client.ts';
import type { JsonObject, KubeObject } from '../../api/objects.ts';
import { messageOf } from '../../support/errors.ts';
import { statusOf } from '../failures.ts';
import type { Kind } from '../kinds.ts';
import { partialMetadata } from '../metadata.ts';
import { type IncludeObject, tableOf } from './tables.ts';

export type Form = 'plain' | 'table' | 'metadata';

/** The form a request wants its objects in. */
export function formOf(request: IncomingMessage): Form {
  for (const clause of (request.headers.accept ?? '').split(',')) {
    if (/as=Table/.test(clause) && /v=v1(?![a-z])/.test(clause)) return 'table';
    if (/as=PartialObjectMetadata/.test(clause)) return 'metadata';
    if (/^\s*(application\/json|\*\/\*)\s*(;\s*q=[\d.]+)?\s*$/.test(clause)) return 'plain';
  }
  return 'plain';
}

export function sendJson(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendText(response, code, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

export function sendText(
  response: ServerResponse,
  code: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(code, {
    'cache-control': 'no-cache, private',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Sends what was thrown as a Status; what is no `ApiError` is a 500. */
export function sendError(response: ServerResponse, thrown: unknown): void {
  const error =
    thrown instanceof ApiError
      ? thrown
      : new ApiError(500, 'InternalError', `Internal error occurred: ${messageOf(thrown)}`);
  const headers: Record<string, string> = {};
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds);
  sendJson(response, error.code, statusOf(error), headers);
}

/** Adds warnings to the answer that is sent next. */
export function addWarnings(response: ServerResponse, warnings: readonly string[]): void {
  if (warnings.length === 0) return;
  response.setHeader(
    'warning',
    warnings.map((text) => `299 - "${text.replaceAll(/[\\"]/g, '\\$&').replaceAll(/[\r\n]+/g, ' ')}"`),
  );
}

export interface Shape {
  readonly kind: Kind;
  readonly form: Form;
  readonly include: IncludeObject;
  /** milliseconds since the epoch */
  readonly now: number;
}

/** One object in the form asked for. */
export function shapedObject(
  { kind, form, include, now }: Shape,
  object: KubeObject,
  withColumns = true,
): unknown {
  switch (form) {
    case 'plain':
      return object;
    case 'metadata':
      return partialMetadata(object);
    case 'table':
      return tableOf(
        kind,
        [object],
        { resourceVersion: object.metadata.resourceVersion },
        now,
        include,
        withColumns,
      );
  }
}

/** A list in the form asked for; `metadata` holds resourceVersion and, if there is more, continue. */
export function shapedList(
  { kind, form, include, now }: Shape,
  items: readonly KubeObject[],
  metadata: JsonObject,
): unknown {
  switch (form) {
    case 'plain':
      return { kind: kind.listKind, apiVersion: kind.type.apiVersion, metadata, items };
    case 'metadata':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: items.map(partialMetadata),
      };
    case 'table':
      return tableOf(kind, items, metadata, now, include);
  }
}
