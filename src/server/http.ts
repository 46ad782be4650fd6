/**
 * A small HTTP listener for our endpoints: exact paths, bodies read whole and bounded, a bound on what
 * is in flight, time limits on headers, on the whole request and on idle connections, so that slow
 * senders hold nothing for long. A handler that throws is a defect and answers 500 without a word of it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppsetError, messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { ListenAddress } from './address.ts';

export interface HttpRequest {
  readonly method: string;
  /** names in lower case; of a header that came twice the first */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** '' for none */
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  /** exactly this path, without a query */
  readonly path: string;
  handle(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>;
}

export interface HttpListenerOptions {
  /** for messages: `webhook`, `metrics` */
  readonly name: string;
  readonly address: ListenAddress;
  readonly routes: readonly Route[];
  /** bytes of a body; 0: requests have none */
  readonly bodyBytes?: number;
  /** requests handled at once; more are answered 503 */
  readonly inFlight?: number;
  /** asked before anything is read; what it answers is the answer */
  readonly admit?: () => HttpAnswer | undefined;
  readonly headersMs?: number;
  readonly requestMs?: number;
  readonly onDefect: (error: unknown) => void;
}

export interface HttpListener {
  readonly host: string;
  readonly port: number;
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly listening: boolean;
  /** Takes no more, lets what is in flight finish within a moment, and ends. */
  close(): Promise<void>;
}

export const plainText = (status: number, text: string): HttpAnswer => ({
  status,
  body: `${text}\n`,
  contentType: 'text/plain; charset=utf-8',
});

const TOO_LARGE = Symbol('too large');
const CUT = Symbol('cut');

/** The whole body; a declared length beyond the bound is not read at all. */
async function bodyOf(
  request: IncomingMessage,
  bound: number,
): Promise<Buffer | typeof TOO_LARGE | typeof CUT> {
  if (Number(request.headers['content-length'] ?? 0) > bound) return TOO_LARGE;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bound) return TOO_LARGE;
      chunks.push(chunk);
    }
  } catch {
    return CUT;
  }
  return Buffer.concat(chunks);
}

function headersOf(request: IncomingMessage): HttpRequest['headers'] {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

function send(response: ServerResponse, answer: HttpAnswer, close: boolean): void {
  if (response.destroyed || response.headersSent) return;
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    ...(answer.contentType === '' ? {} : { 'content-type': answer.contentType }),
    'content-length': body.length,
    'x-content-type-options': 'nosniff',
    ...(close ? { connection: 'close' } : {}),
    ...answer.headers,
  });
  response.end(body);
}

class Handling {
  readonly #options: HttpListenerOptions;
  readonly #routes: ReadonlyMap<string, Route>;
  #inFlight = 0;

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#routes = new Map(options.routes.map((route) => [route.path, route]));
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { inFlight = LIMITS.webhookInFlight, admit } = this.#options;
    const route = this.#routes.get((request.url ?? '').split('?', 1)[0] ?? '');
    if (route === undefined) return send(response, plainText(404, '404 page not found'), true);
    const refusal = admit?.();
    if (refusal !== undefined) return send(response, refusal, true);
    if (this.#inFlight >= inFlight) {
      const busy = plainText(503, 'too many requests in flight');
      return send(response, { ...busy, headers: { 'retry-after': '1' } }, true);
    }
    this.#inFlight++;
    try {
      await this.#answer(route, request, response);
    } finally {
      this.#inFlight--;
    }
  }

  async #answer(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request, this.#options.bodyBytes ?? 0);
    if (body === CUT) return;
    if (body === TOO_LARGE) return send(response, plainText(413, 'the body is too large'), true);
    try {
      const answer = await route.handle({ method: request.method ?? '', headers: headersOf(request), body });
      send(response, answer, false);
    } catch (error) {
      this.#options.onDefect(error);
      send(response, plainText(500, 'internal error'), true);
    }
  }
}

function serverOf(options: HttpListenerOptions): Server {
  const handling = new Handling(options);
  const server = createServer(
    {
      maxHeaderSize: LIMITS.httpHeaderBytes,
      headersTimeout: options.headersMs ?? LIMITS.httpHeadersMs,
      requestTimeout: options.requestMs ?? LIMITS.httpRequestMs,
      keepAliveTimeout: LIMITS.httpIdleMs,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      handling.handle(request, response).catch(options.onDefect);
    },
  );
  server.maxConnections = LIMITS.httpConnections;
  return server;
}

/**
 * Listens.
 *
 * @throws AppsetError APPSET_E1004 when the address cannot be had
 */
export async function listen(options: HttpListenerOptions): Promise<HttpListener> {
  const { name, address } = options;
  const server = serverOf(options);
  await new Promise<void>((resolve, reject) => {
    const refused = (error: Error) => {
      const where = `${address.host ?? ''}:${address.port}`;
      const message = `the ${name} listener cannot be opened at ${where}: ${messageOf(error)}`;
      reject(new AppsetError('APPSET_E1004', message, { cause: error }));
    };
    server.once('error', refused);
    server.listen(
      { port: address.port, ...(address.host === undefined ? {} : { host: address.host }) },
      () => {
        server.removeListener('error', refused);
        server.on('error', options.onDefect);
        resolve();
      },
    );
  });
  const { port } = server.address() as AddressInfo;
  const host = address.host ?? '127.0.0.1';
  return {
    host,
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    get listening() {
      return server.listening;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), LIMITS.httpDrainMs);
      await closed;
      clearTimeout(cut);
    },
  };
}
