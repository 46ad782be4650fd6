/**
 * Two things that stand between a client and a server in tests: a tunnel whose connections can all be
 * cut at once, running watches included, and a git server that answers wrongly for as long as it is told.
 */
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
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
  close(): Promise<void>;
}

/** Serves the repositories under `root`, rightly until `fault` is set. */
export async function faultyGitServer(root: string): Promise<FaultyGitServer> {
  const backend: GitServer = await gitServer(root);
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
      const { method, headers } = request;
      const call = httpRequest(
        `${backend.url}${request.url}`,
        { method: method ?? 'GET', headers },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const body = Buffer.concat(chunks);
            response.writeHead(answer.statusCode ?? 500, {
              ...answer.headers,
              'content-length': body.length,
            });
            if (fault !== 'truncate') response.end(body);
            else
              response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.destroy());
          });
        },
      );
      call.on('error', () => response.destroy());
      request.pipe(call);
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
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await backend.close();
    },
  };
}
