/**
 * A real Kubernetes API for tests: etcd and kube-apiserver (and, when asked, kube-controller-manager
 * for garbage collection), each a process of ours on loopback ports, with a folder of its own. `stop`
 * ends all of them by their process ids and removes the folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureTool, type ToolName } from '../tools/tools.ts';

export interface ClusterOptions {
  /** run kube-controller-manager's garbage collector, namespace and service-account controllers */
  readonly controllerManager?: boolean;
  readonly apiServerFlags?: readonly string[];
  /** people beside the admin; without rights until they are bound to a role */
  readonly users?: readonly { readonly name: string; readonly token: string }[];
}

export interface Cluster {
  readonly url: string;
  /** where etcd answers clients */
  readonly etcdUrl: string;
  /** kubeconfig of a member of system:masters */
  readonly kubeconfig: string;
  readonly token: string;
  readonly ca: string;
  readonly folder: string;
  /** kubeconfig of another user of the token file (`users`) or of any bearer token */
  kubeconfigFor(token: string, name?: string): string;
  /** kills the API server at once; `startApiServer` brings it back on the same port and data */
  killApiServer(): Promise<void>;
  startApiServer(): Promise<void>;
  /** starts kube-controller-manager now, for clusters that began without one */
  startControllerManager(): Promise<void>;
  /** undefined where there is none */
  readonly controllerManagerPid: number | undefined;
  /** stops garbage collection, and lets it go on where it stood */
  pauseControllerManager(): void;
  resumeControllerManager(): void;
  /** stops etcd from answering, and lets it go on */
  pauseEtcd(): void;
  resumeEtcd(): void;
  stop(): Promise<void>;
}

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const names: ToolName[] = ['etcd', 'kube-apiserver'];
  const programs = new Map<ToolName, string>();
  const provide = async (name: ToolName) => void programs.set(name, await ensureTool(name, log));
  for (const name of names) await provide(name);

  const folder = mkdtempSync(join(tmpdir(), 'appset-cluster-'));
  const [etcdPort, etcdPeerPort, apiPort] = await freePorts(3);
  const token = randomBytes(16).toString('hex');
  writeServiceAccountKey(folder);
  const others = (options.users ?? []).map((user) => `${user.token},${user.name},${user.name}\n`);
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n${others.join('')}`);

  const children = new Map<ToolName, ChildProcess>();
  const start = (name: ToolName, args: readonly string[]) => {
    const child = spawn(programs.get(name) ?? name, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const sink = createWriteStream(join(folder, `${name}.log`), { flags: 'a' });
    child.stdout?.pipe(sink, { end: false });
    child.stderr?.pipe(sink, { end: false });
    child.on('close', () => sink.end());
    children.set(name, child);
  };
  const stop = async (name: ToolName, signal: NodeJS.Signals) => {
    const child = children.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill(signal);
    await gone;
  };

  const url = `https://127.0.0.1:${apiPort}`;
  const startApiServer = async () => {
    start('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--secure-port=${apiPort}`,
      `--cert-dir=${join(folder, 'certs')}`,
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(folder, 'sa.pub')}`,
      `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--disable-admission-plugins=ServiceAccount',
      '--shutdown-delay-duration=0s',
      ...(options.apiServerFlags ?? []),
    ]);
    await ready(
      `${url}/readyz`,
      token,
      () => children.get('kube-apiserver')?.exitCode ?? null,
      join(folder, 'kube-apiserver.log'),
    );
  };

  start('etcd', [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
    `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
    `--listen-peer-urls=http://127.0.0.1:${etcdPeerPort}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]);
  const cluster: Cluster = {
    url,
    etcdUrl: `http://127.0.0.1:${etcdPort}`,
    token,
    folder,
    get ca() {
      return readFileSync(join(folder, 'certs', 'apiserver.crt'), 'utf8');
    },
    get kubeconfig() {
      return cluster.kubeconfigFor(token, 'admin');
    },
    kubeconfigFor: (userToken, name = 'user') => writeKubeconfig(folder, name, url, userToken),
    killApiServer: () => stop('kube-apiserver', 'SIGKILL'),
    startApiServer,
    startControllerManager: async () => {
      await provide('kube-controller-manager');
      start('kube-controller-manager', [
        `--kubeconfig=${cluster.kubeconfig}`,
        '--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller',
        '--leader-elect=false',
        `--service-account-private-key-file=${join(folder, 'sa.key')}`,
        '--bind-address=127.0.0.1',
        '--secure-port=0',
      ]);
    },
    get controllerManagerPid() {
      return children.get('kube-controller-manager')?.pid;
    },
    pauseControllerManager: () => void children.get('kube-controller-manager')?.kill('SIGSTOP'),
    resumeControllerManager: () => void children.get('kube-controller-manager')?.kill('SIGCONT'),
    pauseEtcd: () => void children.get('etcd')?.kill('SIGSTOP'),
    resumeEtcd: () => void children.get('etcd')?.kill('SIGCONT'),
    stop: async () => {
      await stop('kube-controller-manager', 'SIGKILL');
      await stop('kube-apiserver', 'SIGKILL');
      await stop('etcd', 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await startApiServer();
    if (options.controllerManager) await cluster.startControllerManager();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

function writeServiceAccountKey(folder: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(join(folder, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  mkdirSync(join(folder, 'certs'));
}

function writeKubeconfig(folder: string, name: string, url: string, token: string): string {
  const file = join(folder, `${name}.kubeconfig`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'test',
        cluster: { server: url, 'certificate-authority': join(folder, 'certs', 'apiserver.crt') },
      },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name, namespace: 'argocd' } }],
    'current-context': 'test',
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** Ports that were free a moment ago, all different. */
export async function freePorts(n: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: n },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
          server.on('error', reject);
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function ready(
  url: string,
  token: string,
  exitCode: () => number | null,
  logFile: string,
): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline) {
    const code = exitCode();
    if (code !== null) break;
    const status = await new Promise<number>((resolve) => {
      const call = request(
        url,
        { rejectUnauthorized: false, headers: { authorization: `Bearer ${token}` }, timeout: 2_000 },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        },
      );
      call.on('error', () => resolve(0));
      call.on('timeout', () => call.destroy());
      call.end();
    });
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const tail = existsSync(logFile) ? readFileSync(logFile, 'utf8').slice(-3_000) : '';
  throw new Error(`${url} did not become ready:\n${tail}`);
}
