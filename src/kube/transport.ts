/**
 * HTTP to one API server over one pool of kept connections. Credentials are read again each minute, and
 * the pool is made anew when certificates have changed. Reads are tried again when the server asks to
 * wait (429, 5xx with Retry-After) or a kept connection turned out to be gone; writes never are. What
 * fails without an answer is an `ApiError` with code 0.
 */
import { createHash } from 'node:crypto';
import { Agent, type Dispatcher, ProxyAgent, request, Socks5ProxyAgent } from 'undici';
import { ApiError } from '../api/client.ts';
import { type Clock, systemClock } from '../support/clock.ts';
import { AppsetError, messageOf } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { ClusterConnection, ConnectionCredentials, TlsOptions } from './config.ts';
import { statusError } from './status.ts';

export interface TransportOptions {
  readonly clock?: Clock;
  readonly connections?: number;
  readonly requestMs?: number;
  readonly userAgent?: string;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** begins with a slash, segments already encoded */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** what is asked for in place of plain JSON */
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

type Answer = Dispatcher.ResponseData;

export class Transport {
  readonly #connection: ClusterConnection;
  readonly #clock: Clock;
  readonly #options: TransportOptions;
  #dispatcher: Dispatcher | undefined;
  #tlsDigest = '';
  /** what the digest was made of */
  #tls: TlsOptions | undefined;
  #credentials: Promise<ConnectionCredentials> | undefined;
  #readAt = 0;

  constructor(connection: ClusterConnection, options: TransportOptions = {}) {
    this.#connection = connection;
    this.#clock = options.clock ?? systemClock;
    this.#options = options;
  }

  /**
   * One call whose answer is one JSON value.
   *
   * @throws ApiError, or the signal's reason
   */
  async json(call: ApiRequest): Promise<unknown> {
    const read = call.method === 'GET';
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(call);
      } catch (error) {
        const wait = read && attempt < LIMITS.kubeReadRetries ? retryWait(error, attempt) : undefined;
        if (wait === undefined) throw error;
        await this.#clock.sleep(wait, call.signal);
      }
    }
  }

  /** A call whose answer goes on: the body's chunks. Ends without an error when the server ends it. */
  async *stream(call: ApiRequest): AsyncGenerator<Buffer> {
    const answer = await this.#send(call, 0);
    if (answer.statusCode >= 400) throw statusError(answer, await bodyText(answer));
    try {
      for await (const chunk of answer.body) yield chunk as Buffer;
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      throw noAnswer(this.#connection.server, 'the stream was cut', error);
    } finally {
      answer.body.destroy();
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#dispatcher?.destroy();
    this.#dispatcher = undefined;
    this.#tls = undefined;
    this.#tlsDigest = '';
  }

  async #once(call: ApiRequest): Promise<unknown> {
    const limit = this.#options.requestMs ?? LIMITS.kubeRequestMs;
    const cut = new AbortController();
    let late = false;
    const stopTimer = this.#clock.after(limit, () => {
      late = true;
      cut.abort();
    });
    const giveUp = () => cut.abort(call.signal?.reason);
    call.signal?.throwIfAborted();
    // a composite signal a call is what AbortSignal.any costs: one listener does the same
    call.signal?.addEventListener('abort', giveUp, { once: true });
    const { signal } = cut;
    try {
      const answer = await this.#send({ ...call, signal }, limit);
      const text = await bodyText(answer);
      if (answer.statusCode >= 400) throw statusError(answer, text);
      return parseBody(this.#connection.server, answer, text);
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      if (late) {
        throw noAnswer(this.#connection.server, `the API server did not answer within ${limit / 1000} s`);
      }
      if (error instanceof ApiError) throw error;
      throw noAnswer(this.#connection.server, 'the connection failed', error);
    } finally {
      stopTimer();
      call.signal?.removeEventListener('abort', giveUp);
    }
  }

  async #send(call: ApiRequest, bodyTimeout: number): Promise<Answer> {
    const { headers, tls } = await this.#currentCredentials();
    const url = new URL(this.#connection.server + call.path);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    call.signal?.throwIfAborted();
    try {
      const answer = await request(url, {
        method: call.method,
        headers: {
          ...headers,
          accept: call.accept ?? 'application/json',
          'user-agent': this.#options.userAgent ?? 'appset-operator',
          ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
        },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        dispatcher: this.#dispatcherFor(tls),
        bodyTimeout,
        headersTimeout: this.#options.requestMs ?? LIMITS.kubeRequestMs,
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      });
      if (answer.statusCode === 401) this.#credentials = undefined;
      return answer;
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      throw noAnswer(this.#connection.server, 'the connection failed', error);
    }
  }

  #currentCredentials(): Promise<ConnectionCredentials> {
    const now = this.#clock.monotonic();
    if (this.#credentials === undefined || now - this.#readAt >= LIMITS.kubeCredentialsMs) {
      this.#readAt = now;
      const fresh = this.#connection.credentials().catch((error: unknown) => {
        this.#credentials = undefined;
        const code = error instanceof AppsetError ? error.code : undefined;
        throw new ApiError(0, code ?? '', messageOf(error), { cause: error });
      });
      this.#credentials = fresh;
    }
    return this.#credentials;
  }

  #dispatcherFor(tls: TlsOptions): Dispatcher {
    if (this.#dispatcher !== undefined && tls === this.#tls) return this.#dispatcher;
    this.#tls = tls;
    const digest = createHash('sha256')
      .update(
        JSON.stringify([
          String(tls.ca),
          String(tls.cert),
          String(tls.key),
          tls.servername,
          tls.rejectUnauthorized,
        ]),
      )
      .digest('hex');
    if (this.#dispatcher !== undefined && digest === this.#tlsDigest) return this.#dispatcher;
    // running requests end on the old pool by themselves
    this.#dispatcher?.close().catch(() => {
      // it was destroyed meanwhile
    });
    this.#dispatcher = this.#open(tls);
    this.#tlsDigest = digest;
    return this.#dispatcher;
  }

  #open(tls: TlsOptions): Dispatcher {
    const { proxyUrl } = this.#connection;
    const pool = {
      // one request a connection: a long watch never shares flow control with writes, and it costs less
      allowH2: false,
      connections: this.#options.connections ?? LIMITS.kubeConnections,
      keepAliveTimeout: LIMITS.kubeIdleMs,
      keepAliveMaxTimeout: LIMITS.kubeIdleMs,
      pipelining: 1,
    };
    const socket = { keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 10_000 };
    if (proxyUrl === undefined) return new Agent({ ...pool, connect: { ...socket, ...tls } });
    if (proxyUrl.startsWith('socks'))
      return new Socks5ProxyAgent(proxyUrl, { ...pool, requestTls: { ...tls } });
    return new ProxyAgent({ ...pool, uri: proxyUrl, requestTls: { ...tls }, connect: socket });
  }
}

/** Milliseconds to wait before a read is tried again; undefined when it is not. */
function retryWait(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const seconds = error.retryAfterSeconds;
  if ((error.code === 429 || error.code >= 500) && seconds !== undefined) {
    return seconds <= LIMITS.kubeRetryAfterSeconds ? seconds * 1000 : undefined;
  }
  return error.code === 0 && attempt === 0 && isStaleConnection(error.cause) ? 0 : undefined;
}

/** A kept connection that the other side had closed: the request was never read. */
function isStaleConnection(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

async function bodyText(answer: Answer): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > LIMITS.kubeBodyBytes) {
      answer.body.destroy();
      throw new ApiError(0, '', `the API server sent more than ${LIMITS.kubeBodyBytes} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(server: string, answer: Answer, text: string): unknown {
  const type = String(answer.headers['content-type'] ?? '').split(';')[0] ?? '';
  if (type !== '' && !type.endsWith('json')) {
    throw new ApiError(0, '', `${server}: the answer is ${type} where JSON was due`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(0, '', `${server}: the answer is no JSON, or broke off`, { cause: error });
  }
}

function noAnswer(server: string, what: string, cause?: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  const why =
    cause === undefined ? '' : `: ${messageOf(cause) || String((cause as { code?: unknown }).code ?? '')}`;
  return new ApiError(0, '', `${server}: ${what}${why}`, cause === undefined ? {} : { cause });
}
