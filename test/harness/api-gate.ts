/**
 * A gate in front of an API server: everything passes as it comes, but a watcher hears of each call before
 * the server does, and the call waits for it. So a caller can be ended at one exact call, however busy the
 * machine is.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConnection } from '../../src/kube/index.ts';

/** Hears of a call by its method and path; the call goes on when it is done. */
export type CallWatcher = (method: string, path: string) => Promise<void> | void;

export interface ApiGate {
  /** path of a kubeconfig that leads through the gate, with the rights of the one it was made from */
  readonly kubeconfig: string;
  /** Puts another watcher in the place of the one before. */
  watch(watcher: CallWatcher): void;
  stop(): Promise<void>;
}

/** Opens a gate to the server of a kubeconfig; nobody watches yet. */
export async function openApiGate(kubeconfig: string): Promise<ApiGate> {
  const connection = await loadConnection({ kubeconfig });
  const { headers, tls } = await connection.credentials();
  const agent = new Agent({ ...tls, keepAlive: true });
  let watcher: CallWatcher = () => undefined;
  const pass = async (call: IncomingMessage, answer: ServerResponse) => {
    await watcher(call.method ?? '', call.url ?? '');
    if (call.destroyed) return; // its caller is gone
    const { host: _, ...own } = call.headers;
    const onward = request(new URL(call.url ?? '', connection.server), {
      agent,
      method: call.method,
      headers: { ...own, ...headers },
    });
    onward.once('response', (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      answer.flushHeaders();
      reply.pipe(answer);
    });
    onward.once('error', () => answer.destroy());
    answer.once('close', () => onward.destroy());
    call.pipe(onward);
  };
  const server = createServer((call, answer) => void pass(call, answer));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const folder = mkdtempSync(join(tmpdir(), 'appset-gate-'));
  const file = join(folder, 'kubeconfig');
  const { port } = server.address() as AddressInfo;
  writeFileSync(file, JSON.stringify(kubeconfigOf(`http://127.0.0.1:${port}`)));
  return {
    kubeconfig: file,
    watch: (next) => {
      watcher = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      agent.destroy();
      rmSync(folder, { recursive: true });
    },
  };
}

/** JSON is YAML too. */
const kubeconfigOf = (server: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'gate', cluster: { server } }],
  users: [{ name: 'gate', user: {} }],
  contexts: [{ name: 'gate', context: { cluster: 'gate', user: 'gate' } }],
  'current-context': 'gate',
});
