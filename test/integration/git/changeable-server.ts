/** A git server on one address whose behaviour can change: it hangs, drips, refuses, or is gone. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GitWorld } from './world.ts';

export interface Mood {
  /** answered in place of git */
  status?: number | undefined;
  /** takes requests and answers none */
  hangs?: boolean;
  /** begins to answer and never comes to the end */
  drips?: boolean;
}

export interface ChangeableServer {
  /** of the world's repository */
  readonly url: string;
  readonly mood: Mood;
  close(): void;
  /** listens again where it did before */
  reopen(): Promise<void>;
}

/** Stands before a server of the world's repository. */
export async function changeableServer(world: GitWorld): Promise<ChangeableServer> {
  const inner = await world.serve();
  const mood: Mood = {};
  const pass = async (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = request.headers;
    const answer = await fetch(`${inner.url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    if (mood.hangs === true) return;
    if (mood.status !== undefined) {
      response.writeHead(mood.status, { 'www-authenticate': 'Basic realm="git"' }).end('<html>no</html>');
      return;
    }
    if (mood.drips === true) {
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' });
      response.write('001e# service=git-upload-pack\n');
      const drop = setInterval(() => response.write('0'), 100);
      response.once('close', () => clearInterval(drop));
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      pass(request, response, Buffer.concat(chunks)).catch(() => response.destroy());
    });
  });
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  world.onEnd(close);
  return { url: `http://127.0.0.1:${port}/shop`, mood, close, reopen: () => listen(port) };
}
