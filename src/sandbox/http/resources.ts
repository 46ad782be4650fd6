/**
 * The verbs of resource paths over HTTP: reads the options kubectl and client libraries send, calls the
 * store, and answers in the form asked for. Faults strike here as they would on the wire.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json, JsonObject } from '../../api/objects.ts';
import { isJsonObject } from '../../support/json.ts';
import type { DeleteRequest } from '../deletions.ts';
import { badRequest, invalidOptions, methodNotAllowed, notFound, unsupportedValue } from '../failures.ts';
import { type FaultEffect, type Faults, type FaultVerb, refusal } from '../faults.ts';
import type { ListQuery } from '../lists.ts';
import type { Store } from '../store.ts';
import { emptied, vanish } from '../store-client.ts';
import type { WatchQuery } from '../watches.ts';
import type { WriteRequest, Written } from '../writes.ts';
import { addWarnings, formOf, type Shape, sendJson, sendText, shapedList, shapedObject } from './answers.ts';
import {
  contentTypeOf,
  isTrue,
  numberFrom,
  parseBody,
  patchTypeOf,
  readBody,
  type Target,
} from './request.ts';
import type { IncludeObject } from './tables.ts';
import { type Drop, streamWatch } from './watch-stream.ts';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

type Struck = Exclude<FaultEffect, { type: 'delay' }> | undefined;

/** The verb of a request, as fault rules and audit trails name it. @throws ApiError 405 */
function verbOf({ request, query }: Exchange, target: Target): FaultVerb {
  const status = target.subresource === 'status';
  const one = target.name !== undefined;
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      if (one) return 'get';
      return isTrue(query, 'watch') ? 'watch' : 'list';
    case 'POST':
      if (one) throw methodNotAllowed();
      return 'create';
    case 'PUT':
      if (!one) throw badRequest('name must be provided');
      return status ? 'updateStatus' : 'update';
    case 'PATCH':
      if (!one) throw badRequest('name must be provided');
      return status ? 'patchStatus' : 'patch';
    case 'DELETE':
      return 'delete';
    default:
      throw methodNotAllowed();
  }
}

/**
 * Answers one request for a resource. Watches go on after this resolves; `keep` is given what ends them.
 * @throws ApiError for everything that is refused
 */
export async function answerResource(
  store: Store,
  faults: Faults,
  exchange: Exchange,
  target: Target,
  keep: (stop: () => void) => void,
): Promise<void> {
  const { subresource, kind, namespace, name } = target;
  if (subresource !== undefined && !(subresource === 'status' && kind.statusSubresource)) {
    throw notFound(kind, name ?? '');
  }
  const verb = verbOf(exchange, target);
  const body = await readBody(exchange.request);
  const struck = await faults.next({
    verb,
    kind: kind.type.kind,
    namespace,
    name: name ?? nameIn(body, verb),
  });
  if (strikeBefore(store, exchange, target, struck)) return;
  if (struck?.type === 'cut') {
    // done, and nobody hears of it
    perform(store, exchange, target, verb, body);
    exchange.request.socket.destroy();
    return;
  }
  if (verb === 'watch') {
    const drop: Drop | undefined = struck?.type === 'drop' ? struck : undefined;
    keep(startStream(store, exchange, target, drop));
    return;
  }
  const { code, answer, warnings } = perform(store, exchange, target, verb, body);
  addWarnings(exchange.response, warnings);
  if (struck?.type === 'truncate') sendHalf(exchange, code, JSON.stringify(answer));
  else sendJson(exchange.response, code, struck?.type === 'nothing' ? emptied(answer) : answer);
}

/** The name a create carries in its body, for fault rules that name one. */
function nameIn(body: Buffer, verb: FaultVerb): string | undefined {
  if (verb !== 'create') return undefined;
  return /"metadata"\s*:\s*\{[^{}]*?"name"\s*:\s*"([^"]*)"/.exec(body.toString('utf8'))?.[1];
}

/** Faults that replace the answer; true when nothing is left to do. */
function strikeBefore(
  store: Store,
  { request, response }: Exchange,
  target: Target,
  struck: Struck,
): boolean {
  switch (struck?.type) {
    case 'refuse':
      throw refusal(struck);
    case 'vanish':
      vanish(store, target.kind, target.namespace, target.name);
      return false;
    case 'html':
      sendText(response, struck.code ?? 200, '<html><body><h1>It works!</h1></body></html>', {
        'content-type': 'text/html',
      });
      return true;
    case 'blank':
      sendText(response, 200, '', { 'content-type': 'application/json' });
      return true;
    case 'cut':
      if (struck.when === 'before') request.socket.destroy();
      return struck.when === 'before';
    default:
      return false;
  }
}

/** Sends the head and half of the body, then cuts the connection. */
function sendHalf({ request, response }: Exchange, code: number, text: string): void {
  const bytes = Buffer.from(text);
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => request.socket.destroy());
}

interface Performed {
  readonly code: number;
  readonly answer: unknown;
  readonly warnings: readonly string[];
}

function perform(store: Store, exchange: Exchange, target: Target, verb: FaultVerb, body: Buffer): Performed {
  const { kind, namespace, name = '' } = target;
  const { query, request } = exchange;
  const shape = shapeOf(store, exchange, target);
  const written = ({ object, warnings, created }: Written): Performed => ({
    code: created ? 201 : 200,
    answer: shapedObject(shape, object),
    warnings,
  });
  switch (verb) {
    case 'get':
      return { code: 200, answer: shapedObject(shape, store.get(kind, namespace, name)), warnings: [] };
    case 'list': {
      const { items, ...metadata } = store.list(kind, listQuery(query, namespace));
      return { code: 200, answer: shapedList(shape, items, metadata), warnings: [] };
    }
    case 'create': {
      const object = parseBody(body, contentTypeOf(request));
      return written(store.create(kind, namespace, object, writeRequest(exchange, target)));
    }
    case 'update':
    case 'updateStatus': {
      const object = parseBody(body, contentTypeOf(request));
      return written(store.update(kind, namespace, name, object, writeRequest(exchange, target)));
    }
    case 'patch':
    case 'patchStatus': {
      const type = patchTypeOf(kind, contentTypeOf(request));
      const patch = parseBody(body, contentTypeOf(request)) as Json;
      const force = isTrue(query, 'force');
      return written(
        store.patch(kind, namespace, name, patch, { ...writeRequest(exchange, target), type, force }),
      );
    }
    case 'delete':
      return target.name === undefined
        ? deleteAll(store, exchange, target, body)
        : deleteOne(store, exchange, target, body);
    case 'watch':
      return { code: 200, answer: {}, warnings: [] };
  }
}

function deleteOne(store: Store, { query }: Exchange, target: Target, body: Buffer): Performed {
  const { kind, namespace, name = '' } = target;
  const { object, gone } = store.delete(kind, namespace, name, deleteRequest(query, body));
  if (!gone) return { code: 200, answer: object, warnings: [] };
  const details = {
    name,
    ...(kind.group === '' ? {} : { group: kind.group }),
    kind: kind.type.plural,
    uid: object.metadata.uid,
  };
  return {
    code: 200,
    answer: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
    warnings: [],
  };
}

function deleteAll(store: Store, exchange: Exchange, target: Target, body: Buffer): Performed {
  const { kind, namespace } = target;
  const { items, resourceVersion } = store.list(kind, listQuery(exchange.query, namespace));
  const request = deleteRequest(exchange.query, body);
  const deleted = items.map(
    ({ metadata }) => store.delete(kind, metadata.namespace, metadata.name, request).object,
  );
  const shape = shapeOf(store, exchange, target);
  return { code: 200, answer: shapedList(shape, deleted, { resourceVersion }), warnings: [] };
}

function deleteRequest(query: URLSearchParams, body: Buffer): DeleteRequest {
  const parsed = body.length === 0 ? {} : parseBody(body, 'application/json');
  const options: JsonObject = isJsonObject(parsed) ? parsed : {};
  const conditions = isJsonObject(options.preconditions) ? options.preconditions : {};
  const said = options.propagationPolicy ?? query.get('propagationPolicy') ?? undefined;
  const policies = ['Background', 'Foreground', 'Orphan'] as const;
  if (typeof said === 'string' && !policies.some((policy) => policy === said)) {
    const supported = ['Foreground', 'Background', 'Orphan', 'nil'];
    throw invalidOptions(
      'DeleteOptions',
      unsupportedValue('propagationPolicy', JSON.stringify(said), supported),
    );
  }
  const propagationPolicy =
    policies.find((policy) => policy === said) ?? (options.orphanDependents === true ? 'Orphan' : undefined);
  return {
    dryRun:
      query.get('dryRun') === 'All' || (Array.isArray(options.dryRun) && options.dryRun.includes('All')),
    ...(typeof conditions.uid === 'string' ? { uid: conditions.uid } : {}),
    ...(typeof conditions.resourceVersion === 'string'
      ? { resourceVersion: conditions.resourceVersion }
      : {}),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
  };
}

const OPTIONS: Readonly<Record<string, string>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
};

function writeRequest({ query, request }: Exchange, target: Target): WriteRequest {
  const dryRun = query.get('dryRun') ?? '';
  if (dryRun !== '' && dryRun !== 'All') {
    throw invalidOptions(
      OPTIONS[request.method ?? ''] ?? '',
      unsupportedValue('dryRun', JSON.stringify([dryRun]), ['All']),
    );
  }
  const said = query.get('fieldValidation');
  const agent = (request.headers['user-agent'] ?? '').split('/')[0] ?? '';
  const applies = contentTypeOf(request) === 'application/apply-patch+yaml';
  const fieldManager = query.get('fieldManager') ?? (applies ? '' : agent || 'unknown');
  return {
    dryRun: dryRun === 'All',
    fieldValidation: said === 'Strict' || said === 'Ignore' ? said : 'Warn',
    fieldManager,
    ...(target.subresource === 'status' ? { subresource: 'status' as const } : {}),
  };
}

function listQuery(query: URLSearchParams, namespace: string | undefined): ListQuery {
  const limit = numberFrom(query, 'limit');
  return {
    ...(namespace === undefined ? {} : { namespace }),
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    resourceVersion: query.get('resourceVersion') || '0',
    continue: query.get('continue') ?? '',
    ...(limit === undefined ? {} : { limit }),
  };
}

function shapeOf(store: Store, { request, query }: Exchange, target: Target): Shape {
  const said = query.get('includeObject');
  const include: IncludeObject = said === 'None' || said === 'Object' ? said : 'Metadata';
  return { kind: target.kind, form: formOf(request), include, now: store.clock.now() };
}

function startStream(store: Store, exchange: Exchange, target: Target, drop: Drop | undefined): () => void {
  const { query } = exchange;
  const timeoutSeconds = numberFrom(query, 'timeoutSeconds');
  const watch: WatchQuery = {
    ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    allowBookmarks: isTrue(query, 'allowWatchBookmarks'),
    sendInitialEvents: isTrue(query, 'sendInitialEvents'),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
  return streamWatch(store, exchange.response, shapeOf(store, exchange, target), watch, drop);
}
