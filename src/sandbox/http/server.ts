/**
 * The HTTP face of the sandbox: plain HTTP on the loopback address, nothing else, behind a token that is
 * made at random on every start, and closed to pages in a browser (Host and Origin are looked at). It routes health, version, discovery, OpenAPI, reviews and
 * resources; whatever is thrown below becomes a Status.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError } from '../../api/client.ts';
import { AppsetError, messageOf } from '../../support/errors.ts';
import { badRequest, noSuchResource } from '../failures.ts';
import type { Faults } from '../faults.ts';
import type { Store } from '../store.ts';
import { sendError, sendJson, sendText } from './answers.ts';
import { discoveryDocument } from './discovery.ts';
import { openapiDocument, openapiV2Protobuf, SERVER_VERSION } from './openapi.ts';
import { contentTypeOf, parseBody, readBody, targetOf } from './request.ts';
import { answerResource, type Exchange } from './resources.ts';
import { answerReview, reviewAt } from './reviews.ts';

export interface ServeOptions {
  /** a free one when absent or 0 */
  readonly port?: number;
  /**
   * What a caller must know: as the first step of the path, or as a bearer token. The path is what a
   * kubeconfig holds, because kubectl sends no tokens over plain HTTP. Anybody on this machine may call
   * when it is undefined.
   */
  readonly token?: string;
  /** called with every request when it was answered */
  readonly onRequest?: (request: { method: string; path: string; code: number }) => void;
}

export interface Served {
  /** such as `http://127.0.0.1:40123/TOKEN` */
  readonly url: string;
  /** Ends watches and connections, and frees the port. */
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/** longer than clients keep idle connections, so that they close first */
const KEEP_ALIVE_MS = 120_000;
const HEALTH = new Set(['/healthz', '/readyz', '/livez']);

/** Starts serving. @throws AppsetError APPSET_E0901 when the port cannot be had */
export async function serveHttp(store: Store, faults: Faults, options: ServeOptions = {}): Promise<Served> {
  const watches = new Set<() => void>();
  const api = new Api(store, faults, options, watches);
  const server = createServer((request, response) => {
    void api.answer(request, response);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${port}${options.token === undefined ? '' : `/${options.token}`}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const end of [...watches]) end();
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new AppsetError('APPSET_E0901', `the sandbox could not listen on port ${port}: ${messageOf(error)}`, {
          cause: error,
        }),
      );
    });
    server.listen(port, LOOPBACK, () => resolve());
  });
}

/** Nobody has shown a token yet when a path is read. @throws ApiError 400 */
function addressOf(path: string): URL {
  const url = URL.parse(path, `http://${LOOPBACK}`);
  if (url === null) throw badRequest('the address of the request cannot be read');
  return url;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

class Api {
  readonly #store: Store;
  readonly #faults: Faults;
  readonly #options: ServeOptions;
  readonly #watches: Set<() => void>;

  constructor(store: Store, faults: Faults, options: ServeOptions, watches: Set<() => void>) {
    this.#store = store;
    this.#faults = faults;
    this.#options = options;
    this.#watches = watches;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // a connection that broke while something was written: there is nobody left to tell
    response.on('error', () => response.destroy());
    let path = request.url ?? '/';
    try {
      const url = addressOf(path);
      const { authorized, ...asked } = this.#authorize(request, url.pathname);
      path = asked.path;
      if (!authorized && !HEALTH.has(path)) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
      await this.#route({ request, response, query: url.searchParams }, path);
    } catch (thrown) {
      if (!response.headersSent) sendError(response, thrown);
      else response.destroy();
    } finally {
      this.#options.onRequest?.({ method: request.method ?? '', path, code: response.statusCode });
    }
  }

  async #route(exchange: Exchange, path: string): Promise<void> {
    const { request, response } = exchange;
    const { registry } = this.#store;
    if (HEALTH.has(path)) {
      sendText(response, 200, 'ok', { 'content-type': 'text/plain; charset=utf-8' });
      return;
    }
    if (path === '/version') {
      sendJson(response, 200, SERVER_VERSION);
      return;
    }
    if (path.startsWith('/openapi/')) {
      this.#sendOpenapi(exchange, path);
      return;
    }
    const review = request.method === 'POST' ? reviewAt(path) : undefined;
    if (review !== undefined) {
      const body = parseBody(await readBody(request), contentTypeOf(request));
      sendJson(
        response,
        201,
        answerReview(review, body, (token) => this.#isToken(token)),
      );
      return;
    }
    const target = targetOf(registry, path);
    if (target !== undefined) {
      await answerResource(this.#store, this.#faults, exchange, target, (stop) => {
        this.#watches.add(stop);
        response.on('close', () => this.#watches.delete(stop));
      });
      return;
    }
    const document =
      request.method === 'GET' ? discoveryDocument(registry, path, request.headers.accept ?? '') : undefined;
    if (document === undefined) {
      sendText(response, 404, '404 page not found\n', { 'content-type': 'text/plain; charset=utf-8' });
      return;
    }
    const headers = document.contentType === undefined ? {} : { 'content-type': document.contentType };
    sendJson(response, 200, document.body, headers);
  }

  #sendOpenapi({ request, response }: Exchange, path: string): void {
    const accept = request.headers.accept ?? '';
    if (/protobuf/.test(accept) && !/application\/json|\*\/\*/.test(accept)) {
      if (path !== '/openapi/v2') throw new ApiError(406, 'NotAcceptable', 'only application/json is served');
      response.writeHead(200, {
        'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      });
      response.end(openapiV2Protobuf());
      return;
    }
    const document = openapiDocument(this.#store.registry, path);
    if (document === undefined) throw noSuchResource();
    sendJson(response, 200, document);
  }

  #isToken(given: string): boolean {
    const { token } = this.#options;
    return token !== undefined && timingSafeEqual(digest(given), digest(token));
  }

  /** The path without the token in front, and whether the caller may go on. Pages in a browser never may. */
  #authorize(request: IncomingMessage, pathname: string): { path: string; authorized: boolean } {
    const { token } = this.#options;
    const trimmed = pathname.length > 1 ? pathname.replace(/\/+$/, '') : pathname;
    const [, first = '', ...rest] = trimmed.split('/');
    const inPath = this.#isToken(first);
    const path = inPath ? `/${rest.join('/')}` : trimmed;
    const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    const local = (host === LOOPBACK || host === 'localhost') && request.headers.origin === undefined;
    return { path, authorized: local && (token === undefined || inPath || this.#isToken(given)) };
  }
}
