/**
 * Two things that stand between a client and a server in tests: a tunnel whose connections can all be
 * cut at once, running watches included, and a git server that answers wrongly for as long as it is told.
 */
import {
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type GitServer, gitServer } from '../unit/git/fixture.ts';

const LOOPBACK = '127.0.0.1';

export interface Tunnel {
  readonly url: string;
  /** cuts every connection there is; new ones are let through */
  cutAll(): void;
  close(): Promise<void>;
}

/** A tunnel to a server on the loopback address. */
export async function tunnelTo(url: string): Promise<Tunnel> {
  const { port } = new URL(url);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((near) => {
    const far = connect(Number(port), LOOPBACK);
    keep(near);
    keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const address = new URL(url);
  address.port = String((server.address() as AddressInfo).port);
  return {
    url: address.href.replace(/\/$/, ''),
    cutAll,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cutAll();
      }),
  };
}

/** What a git server does instead of answering; `second` lets only the first call of a conversation through. */
export type GitFault = 'blank' | 'html' | 'hang' | 'truncate' | 'cut' | 'second' | { readonly code: number };

export interface FaultyGitServer {
  readonly url: string;
  fault: GitFault | undefined;
  /** calls that were answered wrongly */
  readonly struck: number;
  /** to be called after each commit: until then, equal questions get equal answers */
  changed(): void;
  close(): Promise<void>;
}

interface GitAnswer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Serves the repositories under `root`, rightly until `fault` is set. Git is asked once a question and
 * commit: it is many processes an answer, and whoever polls asks the same all the time.
 */
export async function faultyGitServer(root: string): Promise<FaultyGitServer> {
  const backend: GitServer = await gitServer(root);
  let answers = new Map<string, Promise<GitAnswer>>();
  const answerTo = ({ method = '', url = '', headers }: IncomingMessage, body: Buffer) => {
    const question = JSON.stringify([method, url, headers['git-protocol'], body.toString('latin1')]);
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = askGit(`${backend.url}${url}`, { method, headers }, body);
    answers.set(question, answer);
    const asked = answers;
    const forget = () => asked.delete(question);
    answer.then(({ code }) => code !== 200 && forget(), forget);
    return answer;
  };
  let struck = 0;
  const state: { fault: GitFault | undefined } = { fault: undefined };
  const server = createHttpServer((request, response) => {
    const { fault } = state;
    const passes = fault === undefined || (fault === 'second' && request.method === 'GET');
    if (!passes) struck += 1;
    if (fault === 'hang') return;
    if (fault === 'cut' || (fault === 'second' && !passes)) request.socket.destroy();
    else if (fault === 'blank') response.writeHead(200).end();
    else if (fault === 'html') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Sign in</body></html>');
    } else if (typeof fault === 'object') {
      response.writeHead(fault.code, { 'content-type': 'text/plain', 'retry-after': '1' }).end('no');
    } else {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        answerTo(request, Buffer.concat(chunks)).then(
          ({ code, headers, body }) => {
            response.writeHead(code, { ...headers, 'content-length': body.length });
            if (fault !== 'truncate') response.end(body);
            else
              response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.destroy());
          },
          () => response.destroy(),
        );
      });
    }
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    get fault() {
      return state.fault;
    },
    set fault(fault) {
      state.fault = fault;
    },
    get struck() {
      return struck;
    },
    changed: () => {
      answers = new Map();
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await backend.close();
    },
  };
}

/** One call with its whole answer. */
function askGit(url: string, options: RequestOptions, body: Buffer): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(url, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ code: answer.statusCode ?? 500, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}
