/**
 * Real repositories for the tests: folders made with the native git, and a smart HTTP server in front
 * of them (`git http-backend`), on loopback only.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_AUTHOR_DATE: '2030-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2030-01-01T00:00:00Z',
};

export interface Folder {
  readonly path: string;
  remove(): void;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'appset-git-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A repository with a working tree; the path that ends in `.git` inside it is what servers show. */
export class TestRepository {
  readonly folder: string;

  constructor(folder: string, config: Record<string, string> = {}) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main');
    const all = { 'uploadpack.allowFilter': 'true', 'uploadpack.allowAnySHA1InWant': 'true', ...config };
    for (const [key, value] of Object.entries(all)) this.git('config', key, value);
  }

  get url(): string {
    return `file://${this.folder}`;
  }

  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.folder, env: ENV, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  write(files: Record<string, string | null>): this {
    for (const [path, content] of Object.entries(files)) {
      const full = join(this.folder, path);
      if (content === null) {
        rmSync(full, { recursive: true, force: true });
        continue;
      }
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
    }
    return this;
  }

  link(path: string, target: string): this {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    symlinkSync(target, join(this.folder, path));
    return this;
  }

  /** Commits everything and answers with the commit id. */
  commit(message = 'change'): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }
}

export interface GitServer {
  readonly url: string;
  readonly requests: { readonly method: string; readonly url: string; readonly authorization?: string }[];
  /** POSTs to git-upload-pack that carried a `fetch` command */
  fetches(): number;
  /** those that asked for refs */
  looks(): number;
  close(): Promise<void>;
}

export interface GitServerOptions {
  /** `user:password` that is asked for */
  readonly basic?: string;
  /** the only Authorization header that is let in */
  readonly header?: string;
  readonly redirectTo?: string;
  /** certificates of a server that speaks https */
  readonly tls?: ServerOptions;
  /** answers every request with this status */
  readonly status?: number;
  /** speaks protocol 0, as servers before git 2.18 do */
  readonly oldProtocol?: boolean;
  /** never answers */
  readonly hangs?: boolean;
  /** a free one when left out */
  readonly port?: number;
}

/** Serves the repositories under `root` by smart HTTP. */
export async function gitServer(root: string, options: GitServerOptions = {}): Promise<GitServer> {
  const requests: { method: string; url: string; authorization?: string }[] = [];
  let fetches = 0;
  let looks = 0;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const authorization = request.headers.authorization;
    const seen = { method: request.method ?? '', url: request.url ?? '' };
    requests.push(authorization === undefined ? seen : { ...seen, authorization });
    if (options.hangs === true) return;
    if (options.status !== undefined) {
      response.writeHead(options.status).end();
      return;
    }
    if (options.redirectTo !== undefined) {
      response.writeHead(302, { location: `${options.redirectTo}${request.url}` }).end();
      return;
    }
    const wanted =
      options.basic === undefined ? options.header : `Basic ${Buffer.from(options.basic).toString('base64')}`;
    if (wanted !== undefined && authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    backend(root, request, response, options.oldProtocol === true, (body) => {
      if (body.includes('command=fetch')) fetches += 1;
      if (body.includes('command=ls-refs')) looks += 1;
    });
  };
  const server = options.tls === undefined ? createServer(answer) : createTlsServer(options.tls, answer);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    fetches: () => fetches,
    looks: () => looks,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function backend(
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
  oldProtocol: boolean,
  onBody: (body: Buffer) => void,
): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...ENV,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: oldProtocol ? '' : String(request.headers['git-protocol'] ?? ''),
    },
  });
  child.stdin.on('error', () => {
    // git answers some requests before it has read them; what it says arrives all the same
  });
  const body: Buffer[] = [];
  request.on('data', (chunk: Buffer) => body.push(chunk));
  request.on('end', () => {
    const sent = Buffer.concat(body);
    onBody(request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent);
    child.stdin.end(sent);
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.on('close', () => {
    const all = Buffer.concat(output);
    const split = all.indexOf('\r\n\r\n');
    let status = 200;
    const headers: Record<string, string> = {};
    for (const line of all.toString('latin1', 0, Math.max(0, split)).split('\r\n')) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      if (name === 'status') status = Number.parseInt(value, 10);
      else if (colon > 0) headers[name] = value;
    }
    response.writeHead(status, headers).end(all.subarray(split + 4));
  });
}
